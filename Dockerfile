# The program alone in an image: it is static, carries the zone database, and has
# the certificates it needs to reach others.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# SQLite is C, linked statically; users and names are looked up by Go alone.
RUN CGO_ENABLED=1 go build -trimpath -tags "osusergo netgo sqlite_omit_load_extension" -ldflags '-s -w -linkmode external -extldflags "-static"' \
    -o /watchbill ./cmd/watchbill && mkdir /data /empty

FROM scratch
COPY --from=build /watchbill /watchbill
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# Large uploads wait in /tmp while they are read, and the demonstration is there.
COPY --from=build --chown=65532:65532 /empty /tmp
# What the service keeps is in /data, and team files are mounted there:
#   docker run -p 8080:8080 -v watchbill:/data watchbill serve
#   docker run -v "$PWD:/data:ro" watchbill plan team.yaml
COPY --from=build --chown=65532:65532 /data /data
WORKDIR /data
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/watchbill"]
