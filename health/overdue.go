package health

import "time"

// Overdue is what should have been done by some moment and is not.
type Overdue struct {
	Deliveries int       // to be read
	Oldest     time.Time // when the one came in that waits longest; zero when none does
	Pulls      int       // parts of the past to be fetched
	Tables     int       // files to be read, or taken back
}
