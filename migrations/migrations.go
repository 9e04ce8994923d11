// Package migrations opens the database, SQLite in one file or PostgreSQL by
// address, and brings its schema up to date. The schema is the numbered pairs of
// SQL in sqlite and postgres; a file is never changed once it was released.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// A DB is an open database. On SQLite all writing goes through the one connection
// of Write, and Read is a pool that cannot write; on PostgreSQL both are the same
// pool. Inside a transaction only the transaction's own handle may be used: with
// one writer, anything else waits for ever.
type DB struct {
	Write, Read *gorm.DB
	path        string // of the SQLite file; empty on PostgreSQL
}

// PoolSize is how many connections to PostgreSQL one program has at the most.
const PoolSize = 20

// Open opens the database at an address: a PostgreSQL URL, else the path of an
// SQLite file, which is created when it is missing. The caller closes it. The
// schema is what it is: see Migrate.
func Open(ctx context.Context, address string) (*DB, error) {
	if IsPostgres(address) {
		address, err := impatient(address)
		if err != nil {
			return nil, err
		}
		db, err := open(ctx, postgres.Open(address), PoolSize)
		if err != nil {
			return nil, err
		}
		return &DB{Write: db, Read: db}, nil
	}
	// Programs that make a new file a WAL file at the same moment do not wait for
	// each other but fail.
	unlock, err := lockFile(ctx, address+".lock")
	if err != nil {
		return nil, err
	}
	defer unlock()
	write, err := open(ctx, sqlite.Open(dataSource(address, "rwc")), 1)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", address, err)
	}
	read, err := open(ctx, sqlite.Open(dataSource(address, "ro")), 8)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", address, err), closeOne(write))
	}
	return &DB{Write: write, Read: read, path: address}, nil
}

// IsPostgres says whether an address names a PostgreSQL server.
func IsPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// impatient makes PostgreSQL end a transaction whose program does nothing for half a
// minute, unless the address says something else: a program that is stopped in the
// middle, or whose machine is gone, would hold its locks for as long as its connection
// seems alive, and everybody else would wait.
func impatient(address string) (string, error) {
	const setting = "idle_in_transaction_session_timeout"
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("the address of the database cannot be read; it looks like postgres://user:password@host/name, with %40 for an @ in the password")
	}
	q := u.Query()
	if !q.Has(setting) {
		q.Set(setting, "30s")
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// dataSource returns the driver's name for a file. Transactions take the write
// lock when they begin: one that took it later could fail instead of waiting.
func dataSource(path, mode string) string {
	q := url.Values{
		"mode": {mode}, "_journal_mode": {"WAL"}, "_busy_timeout": {"5000"}, "_synchronous": {"NORMAL"},
		"_foreign_keys": {"on"}, "_cache_size": {"-65536"}, "_stmt_cache_size": {"128"},
	}
	if mode == "rwc" {
		q.Set("_txlock", "immediate")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// open opens a pool. Statements are prepared once by the drivers, each connection its
// own: gorm keeps those of a transaction only until that ends, and would prepare them
// again in the next.
func open(ctx context.Context, d gorm.Dialector, connections int) (*gorm.DB, error) {
	db, err := gorm.Open(d, &gorm.Config{
		SkipDefaultTransaction: true, TranslateError: true,
		Logger: logger.Discard, NowFunc: func() time.Time { return time.Time{} }, // times are set by the domain
	})
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return db, pool.PingContext(ctx)
}

// Close closes all connections.
func (db *DB) Close() error {
	if db.Read == db.Write {
		return closeOne(db.Write)
	}
	return errors.Join(closeOne(db.Read), closeOne(db.Write))
}

func closeOne(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

// File returns the path of the SQLite file; empty on PostgreSQL.
func (db *DB) File() string { return db.path }

// A Watch is told that a statement begins, and returns what is told how it ended; nothing
// when that is not wanted.
type Watch func(ctx context.Context) (ended func(system, text string, err error))

// Observe has a watch told of every statement: its text, in which values are places only.
// It is called before the database is used.
func (db *DB) Observe(watch Watch) error {
	system := "postgresql"
	if db.path != "" {
		system = "sqlite"
	}
	handles := []*gorm.DB{db.Write}
	if db.Read != db.Write {
		handles = append(handles, db.Read)
	}
	for _, one := range handles {
		if err := observe(one, system, watch); err != nil {
			return err
		}
	}
	return nil
}

func observe(db *gorm.DB, system string, watch Watch) error {
	const key = "watchbill:watch"
	begin := func(tx *gorm.DB) {
		if ended := watch(tx.Statement.Context); ended != nil {
			tx.InstanceSet(key, ended)
		}
	}
	end := func(tx *gorm.DB) {
		if v, ok := tx.InstanceGet(key); ok {
			err := tx.Error
			if errors.Is(err, gorm.ErrRecordNotFound) {
				err = nil // nothing is an answer
			}
			v.(func(string, string, error))(system, tx.Statement.SQL.String(), err)
		}
	}
	all := db.Callback()
	return errors.Join(
		all.Create().Before("*").Register("watch:begin", begin), all.Create().After("*").Register("watch:end", end),
		all.Query().Before("*").Register("watch:begin", begin), all.Query().After("*").Register("watch:end", end),
		all.Update().Before("*").Register("watch:begin", begin), all.Update().After("*").Register("watch:end", end),
		all.Delete().Before("*").Register("watch:begin", begin), all.Delete().After("*").Register("watch:end", end),
		all.Row().Before("*").Register("watch:begin", begin), all.Row().After("*").Register("watch:end", end),
		all.Raw().Before("*").Register("watch:begin", begin), all.Raw().After("*").Register("watch:end", end),
	)
}

// Stats returns how the pools of connections do, by name.
func (db *DB) Stats() map[string]sql.DBStats {
	pools := map[string]*gorm.DB{"write": db.Write, "read": db.Read}
	if db.Read == db.Write {
		pools = map[string]*gorm.DB{"all": db.Write}
	}
	stats := map[string]sql.DBStats{}
	for name, one := range pools {
		if pool, err := one.DB(); err == nil {
			stats[name] = pool.Stats()
		}
	}
	return stats
}

// Ping says whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	pool, err := db.Read.DB()
	if err != nil {
		return err
	}
	return pool.PingContext(ctx)
}

// Clock returns what time it is at the database: the zero time on SQLite, which has no
// clock but this machine's. PostgreSQL is asked for the present time and not for that of
// a transaction's begin.
func (db *DB) Clock(ctx context.Context) (now time.Time, err error) {
	if db.path != "" {
		return time.Time{}, nil
	}
	err = db.Read.WithContext(ctx).Raw("SELECT clock_timestamp()").Scan(&now).Error
	return now.UTC(), err
}

// Migrate brings the schema up to date. Several programs may do so at once: one
// works, the others wait. It returns how many steps it took.
func (db *DB) Migrate(ctx context.Context) (steps int, err error) {
	provider, unlock, err := db.provider(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	done, err := provider.Up(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	return len(done), db.estimate(ctx)
}

// estimate has PostgreSQL look at large tables of which it knows nothing, as after an
// upgrade of the server or a restore. It would take them for small ones otherwise and
// read the whole of them for a single page, until its autovacuum comes round to them,
// which after an upgrade of the server may be never.
func (db *DB) estimate(ctx context.Context) error {
	if db.path != "" {
		return nil
	}
	var unknown []string
	err := db.Write.WithContext(ctx).Raw(`SELECT quote_ident(relname) FROM pg_class
		WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND reltuples < 0 AND pg_relation_size(oid) > 1000000`).Scan(&unknown).Error
	for _, table := range unknown {
		if err == nil {
			err = db.Write.WithContext(ctx).Exec("ANALYZE " + table).Error
		}
	}
	if err != nil {
		return fmt.Errorf("analyze: %w", err)
	}
	return nil
}

// MigrateTo brings the schema to a version, up or down; tests of upgrades use it.
func (db *DB) MigrateTo(ctx context.Context, version int64) error {
	provider, unlock, err := db.provider(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	now, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if version < now {
		_, err = provider.DownTo(ctx, version)
	} else {
		_, err = provider.UpTo(ctx, version)
	}
	if err != nil {
		return fmt.Errorf("migrate to %d: %w", version, err)
	}
	return nil
}

// Versions returns the numbers of all migrations, ascending.
func (db *DB) Versions(ctx context.Context) ([]int64, error) {
	provider, unlock, err := db.provider(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var all []int64
	for _, source := range provider.ListSources() {
		all = append(all, source.Version)
	}
	return all, nil
}

// Version returns the number of the last migration that the database has had; zero when it
// has had none.
func (db *DB) Version(ctx context.Context) (version int64, err error) {
	err = db.Read.WithContext(ctx).Raw("SELECT MAX(version_id) FROM goose_db_version WHERE is_applied").Scan(&version).Error
	if err != nil && ctx.Err() == nil {
		if tables, err := db.Read.WithContext(ctx).Migrator().GetTables(); err == nil && !slices.Contains(tables, "goose_db_version") {
			return 0, nil
		}
	}
	return version, err
}

// provider prepares goose. PostgreSQL is locked by a session lock of goose's own,
// SQLite by a file beside the database.
func (db *DB) provider(ctx context.Context) (*goose.Provider, func(), error) {
	pool, err := db.Write.DB()
	if err != nil {
		return nil, nil, err
	}
	dialect, folder, options, unlock := goose.DialectPostgres, "postgres", []goose.ProviderOption{}, func() {}
	if db.path != "" {
		dialect, folder = goose.DialectSQLite3, "sqlite"
		if unlock, err = lockFile(ctx, db.path+".lock"); err != nil {
			return nil, nil, err
		}
	} else {
		// Whoever waits looks every second, for five minutes.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := newProvider(dialect, pool, folder, options...)
	if err != nil {
		unlock()
		return nil, nil, err
	}
	return provider, unlock, nil
}

func newProvider(dialect goose.Dialect, pool *sql.DB, folder string, options ...goose.ProviderOption) (*goose.Provider, error) {
	steps, err := fs.Sub(files, folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, pool, steps, options...)
}

func lockFile(ctx context.Context, path string) (unlock func(), err error) {
	l := flock.New(path)
	if _, err := l.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { _ = l.Unlock() }, nil
}
