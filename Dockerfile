# The program alone in an image: it is static and carries the zone database.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /watchbill ./cmd/watchbill

FROM scratch
COPY --from=build /watchbill /watchbill
# Team files are mounted here: docker run -v "$PWD:/teams" watchbill plan team.yaml
WORKDIR /teams
USER 65532:65532
ENTRYPOINT ["/watchbill"]
