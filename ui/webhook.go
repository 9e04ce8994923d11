package ui

import "time"

// Webhooks is the page "webhooks": the programs that are told what happens in a team, or in
// all of them.
type Webhooks struct {
	Frame
	Base    string // where the endpoints are
	List    []WebhookRow
	NewHook WebhookForm
	Error   string
}

// WebhookRow is one endpoint in a list.
type WebhookRow struct {
	ID           int64
	Name         string
	Host         string // of its address
	Off          bool
	Why          string    // it was turned off by itself
	FailingSince time.Time // zero: it takes what it is told, as far as is known
	Took         time.Time // when it has last taken something; zero: never
	Queued       int       // deliveries that are to be sent
}

// WebhookForm is what is entered of an endpoint.
type WebhookForm struct {
	Name, URL Field
	Kinds     []WebhookKind
	KindError string
}

// WebhookKind is a kind of event that can be chosen.
type WebhookKind struct {
	Value, Words string
	On           bool
}

// Webhook is the page "webhook": how an endpoint does, and what it was told.
type Webhook struct {
	Frame
	WebhookRow
	Base          string    // where the endpoints are
	Secret        string    // shown once, when it was just made
	BothUntil     time.Time // the secret before signs as well until then
	Taken, Failed int       // deliveries of the last 30 days
	Latest        []HookRow
	Older         int64 // the delivery after which the next page begins; 0: there is none
	Set           WebhookForm
	Error         string
}

// HookRow is one delivery in a list.
type HookRow struct {
	ID     int64
	Kind   string
	Made   time.Time
	State  string // waits, taken, givenup
	Status int    // of the last answer; 0: there was none
	Tries  int
	Next   time.Time // when it is tried, while it waits
	Why    string    // the last try was none that counts
}

// HookDelivery is the page "hookdelivery": what an endpoint was told in one request.
type HookDelivery struct {
	Frame
	HookRow
	Base    string // where the endpoint is
	Hook    string
	Off     bool
	Message string // its name there
	Last    time.Time
	Done    time.Time
	Body    string
	Answer  string
}

// Tone is the colour of the state.
func (h HookRow) Tone() string {
	switch {
	case h.State == "taken":
		return "good"
	case h.State == "givenup":
		return "bad"
	case h.Why != "":
		return "warn"
	}
	return "accent"
}

// Word is the state in a word or two.
func (h HookRow) Word() string {
	switch {
	case h.State == "taken":
		return "taken"
	case h.State == "givenup":
		return "given up"
	case h.Why != "":
		return "tried again"
	}
	return "waits"
}
