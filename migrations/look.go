package migrations

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
)

// Look opens a database that is there, to be read only: nothing in it can be changed, also
// not by what comes with a session, and it may be in use. The caller closes it. Its schema
// can be of another version than this program's: see Version and Newest.
func Look(ctx context.Context, address string) (*DB, error) {
	if !IsPostgres(address) {
		q := url.Values{"mode": {"ro"}, "_query_only": {"on"}, "_busy_timeout": {"5000"}, "_foreign_keys": {"on"}}
		if _, err := os.Stat(address + "-wal"); errors.Is(err, fs.ErrNotExist) {
			// Nobody has it open. Whoever reads it would leave files of theirs beside it,
			// which the service may not be allowed to write.
			q.Set("immutable", "1")
		}
		db, err := open(ctx, sqlite.Open("file:"+(&url.URL{Path: address}).EscapedPath()+"?"+q.Encode()), 2)
		if err != nil {
			return nil, fmt.Errorf("database %s: %w", address, err)
		}
		return &DB{Write: db, Read: db, path: address}, nil
	}
	address, err := impatient(address)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	q.Set("default_transaction_read_only", "on")
	if !q.Has("connect_timeout") {
		q.Set("connect_timeout", "10")
	}
	u.RawQuery = q.Encode()
	db, err := open(ctx, postgres.Open(u.String()), 2)
	if err != nil {
		return nil, err
	}
	return &DB{Write: db, Read: db}, nil
}

// Newest returns the number of the last migration that this program has.
func Newest() int64 {
	var newest int64
	entries, err := files.ReadDir("sqlite")
	if err != nil {
		return 0 // they are in the program
	}
	for _, e := range entries {
		var number int64
		if _, err := fmt.Sscanf(strings.TrimLeft(e.Name(), "0"), "%d_", &number); err == nil {
			newest = max(newest, number)
		}
	}
	return newest
}

// A Server is what a PostgreSQL server says of itself. Of SQLite all is zero but for what
// is said otherwise.
type Server struct {
	Version        int       // 15 of 15.8
	Standby        bool      // takes no changes
	Isolation      string    // what a transaction is by default
	Connections    int       // of clients, this one among them
	MaxConnections int       // that there may be, those kept for administrators left out
	Clock          time.Time // as of now
}

// Server asks the server about itself.
func (db *DB) Server(ctx context.Context) (s Server, err error) {
	if db.path != "" {
		return s, nil
	}
	var row struct {
		Version, Connections, Most int
		Standby                    bool
		Isolation                  string
		Clock                      time.Time
	}
	err = db.Read.WithContext(ctx).Raw(`SELECT current_setting('server_version_num')::int / 10000 AS version, pg_is_in_recovery() AS standby,
		reset_val AS isolation, clock_timestamp() AS clock,
		(SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
		current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most
		FROM pg_settings WHERE name = 'default_transaction_isolation'`).Scan(&row).Error
	return Server{row.Version, row.Standby, row.Isolation, row.Connections, row.Most, row.Clock.UTC()}, err
}
