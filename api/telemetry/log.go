package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
)

// The formats of a log.
const (
	FormatText = "text"
	FormatJSON = "json"
)

// NewLog returns a log that writes one line for each event, with the request that it
// belongs to, and cleans what it is told.
func NewLog(w io.Writer, format string, least slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: least}
	if format == FormatJSON {
		return slog.New(handler{slog.NewJSONHandler(w, options)})
	}
	return slog.New(handler{slog.NewTextHandler(w, options)})
}

// A handler cleans what comes from outside: all texts but the message, which is constant.
type handler struct{ slog.Handler }

// stack is the name of what is told as it is: where the program was, over several lines.
const stack = "stack"

// Handle implements slog.Handler.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(cleaned(a))
		return true
	})
	if id := RequestID(ctx); id != "" {
		out.AddAttrs(slog.String("request_id", id))
	}
	if id := traceID(ctx); id != "" {
		out.AddAttrs(slog.String("trace_id", id))
	}
	return h.Handler.Handle(ctx, out)
}

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, 0, len(attrs))
	for _, a := range attrs {
		clean = append(clean, cleaned(a))
	}
	return handler{h.Handler.WithAttrs(clean)}
}

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }

// cleaned returns an attribute as the log may have it.
func cleaned(a slog.Attr) slog.Attr {
	value := a.Value.Resolve()
	switch {
	case a.Key == stack:
	case value.Kind() == slog.KindString:
		a.Value = slog.StringValue(Clean(value.String()))
	case value.Kind() == slog.KindGroup:
		var group []slog.Attr
		for _, one := range value.Group() {
			group = append(group, cleaned(one))
		}
		a.Value = slog.GroupValue(group...)
	case value.Kind() == slog.KindAny:
		a.Value = slog.StringValue(Clean(fmt.Sprint(value.Any())))
	}
	return a
}
