// Package telemetry tells whoever runs the service how it does: figures for Prometheus,
// a line in the log for each request, and traces when they are asked for. Nothing that it
// writes says who a person is by name or address, and nothing in it opens a door: requests
// are told by the pattern of their route, because paths have secrets in them.
package telemetry
