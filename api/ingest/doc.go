// Package ingest turns what pagers send into events of package health: bytes of
// some vendor's webhook or API in, [health.Event] out. It computes without I/O and
// without a clock, so whatever a vendor sent can be run again, from a file on the
// command line or from a dead letter, and gives the same.
//
// [Normalize] never fails: a body that cannot be read is a [Result] that says why.
// What a payload does not say stays empty; [Result.Received] then fills in what
// only the receiver knows, which is when it came. [Verify] checks signatures, on
// the bytes as they came.
//
// Each vendor has a file. Its formats are named like pagerduty.webhook.v3 and
// recognised by their shape, so that nobody has to name them.
package ingest
