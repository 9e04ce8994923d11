package healthdb

import (
	"strings"
	"time"

	"watchbill/health"
)

// An eventText is an event as it is written down: what is empty is left out, because
// most of every event is. It has the fields of health.Event in their order.
type eventText struct {
	Key           string           `json:"key"`
	ExternalID    string           `json:"external_id,omitempty"`
	PageKey       string           `json:"page,omitempty"`
	AlertKey      string           `json:"alert,omitempty"`
	Kind          health.Kind      `json:"kind"`
	OccurredAt    time.Time        `json:"at,omitzero"`
	TimeBasis     health.TimeBasis `json:"basis,omitempty"`
	StatedAt      time.Time        `json:"stated_at,omitzero"`
	OrderKey      int64            `json:"order,omitempty"`
	ReceivedAt    time.Time        `json:"received,omitzero"`
	InboxID       int64            `json:"inbox,omitempty"`
	Path          string           `json:"path,omitempty"`
	Source        health.Source    `json:"source,omitempty"`
	Service       string           `json:"service,omitempty"`
	Urgency       health.Urgency   `json:"urgency,omitempty"`
	Severity      string           `json:"severity,omitempty"`
	Title         string           `json:"title,omitempty"`
	Actor         health.Identity  `json:"actor,omitzero"`
	Auto          bool             `json:"auto,omitempty"`
	Responders    []health.Party   `json:"responders,omitempty"`
	Channel       string           `json:"channel,omitempty"`
	PageCreatedAt time.Time        `json:"page_created_at,omitzero"`
	PageState     health.State     `json:"page_state,omitempty"`
	MergedInto    string           `json:"merged_into,omitempty"`
	Alerts        int              `json:"alerts,omitempty"`
	Occurrences   int              `json:"occurrences,omitempty"`
	Repeats       bool             `json:"repeats,omitempty"`
	Test          bool             `json:"test,omitempty"`

	Shift *health.ShiftFact `json:"shift,omitempty"`
	Zone  string            `json:"zone,omitempty"`
}

// storable takes what no database takes for text out of what came from outside.
func storable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "�"), "�")
}
