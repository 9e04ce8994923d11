// Package tx runs transactions that a database may end to let others go on.
package tx

import (
	"context"
	"errors"

	"gorm.io/gorm"
)

// tries is how often a transaction is begun.
const tries = 5

// Run runs f in one transaction, and once more when the database has ended that
// one because others would have waited for it for ever, or have changed what it
// read: nothing of it was done then. So f starts from what it was called with each
// time, and changes nothing outside that a second run would be misled by. Inside
// of a transaction f becomes a part of that one and is run once.
func Run(ctx context.Context, db *gorm.DB, f func(*gorm.DB) error) error {
	_, within := db.Statement.ConnPool.(gorm.TxCommitter)
	for try := 1; ; try++ {
		err := db.WithContext(ctx).Transaction(f)
		if within || try == tries || !victim(err) || ctx.Err() != nil {
			return err
		}
	}
}

// victim says whether the database ended a transaction for others: because of a deadlock,
// or of what it had read. SQLite has one writer and neither.
func victim(err error) bool {
	var state interface{ SQLState() string }
	return errors.As(err, &state) && (state.SQLState() == "40P01" || state.SQLState() == "40001")
}
