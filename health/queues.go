package health

import "time"

// Queues are how much waits to be done, of all teams.
type Queues struct {
	Inbox  int64     // deliveries that nobody has read yet
	Oldest time.Time // when the one came in that waits longest; zero when none does
	Dead   int64     // deliveries that could not be read
	Marks  int64     // stretches to be measured anew, and weeks to be added up anew
	Pulls  int64     // parts of the past to be fetched
	Tables int64     // files that are being read, or taken back
}
