# The program alone in an image: it is static and carries the zone database.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# SQLite is C, linked statically; users and names are looked up by Go alone.
RUN CGO_ENABLED=1 go build -trimpath -tags "osusergo netgo sqlite_omit_load_extension" -ldflags '-linkmode external -extldflags "-static"' \
    -o /watchbill ./cmd/watchbill

FROM scratch
COPY --from=build /watchbill /watchbill
# Team files are mounted here: docker run -v "$PWD:/teams" watchbill plan team.yaml
WORKDIR /teams
USER 65532:65532
ENTRYPOINT ["/watchbill"]
