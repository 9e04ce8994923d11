package ui

import "time"

// Integrations is the page "integrations": the pagers that a team is connected to.
type Integrations struct {
	Frame
	List         []IntegrationRow
	Vendors      []Option
	Vendor, Name Field
	Error        string
}

// IntegrationRow is one pager in a list.
type IntegrationRow struct {
	ID       int64
	Name     string
	Vendor   string // "PagerDuty"
	Off      bool
	Silent   bool
	Seen     time.Time // zero: never
	Dead     int       // deliveries that cannot be read
	Refused  int       // of the last 30 days
	Unmapped int       // people of whom nobody has said who they are
}

// Integration is the page "integration": how a pager does, and how to set it up.
type Integration struct {
	Frame
	IntegrationRow
	Link   string   // shown once, when it was just made
	Steps  []string // how to set it up there
	Sample string   // what to paste there, with the link in it or a word that stands for it
	Real   string   // says where its data is from, when it is a demonstration

	Kept      time.Time // pages are kept since then; zero: all are
	Gap       string    // how long it usually says nothing, in words; empty: not known
	Counts    []IntegrationCount
	Codes     []DeadCode
	Latest    []DeliveryRow
	Pages     []PageRow
	Storms    []StormRow
	Signs     bool
	Secrets   int
	Secret    Field
	SetName   Field
	PagerZone Field
	Zones     []string
	Rotation  Field
	Rotations []Option
	Urgencies Field
	Error     string
}

// IntegrationCount is how often something happened in the last 30 days.
type IntegrationCount struct {
	Label string
	N     int64
	Tone  string // warn where somebody should look
}

// DeadCode is why deliveries cannot be read, and how many.
type DeadCode struct {
	Reason      Field // why they are discarded
	Code, Label string
	N           int
	Latest      []DeliveryRow // some of them
}

// DeliveryRow is what came in one request.
type DeliveryRow struct {
	ID    int64
	When  time.Time
	State string // new, done, dead, discarded
	Why   string // it is dead, or was discarded
}

// PageRow is a page in a list.
type PageRow struct {
	Title   string
	Service string
	State   string
	When    time.Time
	Who     []PageWho
	Gap     bool // nobody was on call
	Quiet   bool // it counts for nothing: a test, or of low urgency
}

// StormRow is when somebody had many pages at once.
type StormRow struct {
	From, Until time.Time // of the first page and the last
	Pages       int
}

// PageWho is somebody who was paged, with how that is known.
type PageWho struct {
	Name  string
	Basis string // "as the pager says"
}

// Delivery is the page "delivery": what came in one request and what it told.
type Delivery struct {
	Frame
	DeliveryRow
	Pager     string
	PagerID   int64
	Read      time.Time
	Headers   []HeaderLine
	Body      string
	Cut       bool // only its beginning is shown
	Gone      bool // it is not kept any more
	Events    []EventLine
	Warnings  []string
	Reason    Field
	CanReplay bool
	Tries     int
	Next      time.Time
}

// HeaderLine is one header of a delivery.
type HeaderLine struct{ Name, Value string }

// EventLine is something that a delivery told.
type EventLine struct {
	What string
	When time.Time
	Page string
}

// Contacts is the page "contacts": who is who in a pager.
type Contacts struct {
	Frame
	Found   // GET with q; there are no other pages: what is most to be done stands first
	Pager   string
	PagerID int64
	List    []ContactRow
	More    int // that are not shown
	People  []Option
}

// ContactRow is somebody whom a pager knows.
type ContactRow struct {
	ID        int64
	Name      string
	Detail    string // address or number there
	Pages     int
	Who       string // a person's id; 0: nobody of ours; empty: not chosen yet
	Known     bool   // somebody has said so
	Suggested bool   // Who has the same address
}

// Tone is the colour of the state.
func (d DeliveryRow) Tone() string {
	return map[string]string{"new": "accent", "done": "good", "dead": "bad", "discarded": "warn"}[d.State]
}

// Word is the state in a word.
func (d DeliveryRow) Word() string {
	return map[string]string{"new": "waits", "done": "read", "dead": "unreadable", "discarded": "discarded"}[d.State]
}

// Tone is the colour of the state.
func (p PageRow) Tone() string {
	return map[string]string{"triggered": "bad", "acknowledged": "warn", "resolved": "good"}[p.State]
}
