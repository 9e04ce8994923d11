package migrations

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"gorm.io/driver/sqlite"
)

// Backup writes a copy of an SQLite database into a new file, as it is at one
// moment, while it goes on being used. Only its owner can read the file.
func (db *DB) Backup(ctx context.Context, path string) error {
	if db.path == "" {
		return errors.New("this is a PostgreSQL database: back it up with pg_dump")
	}
	return NewFile(path, func(part *os.File) error {
		return db.Read.WithContext(ctx).Exec("VACUUM INTO ?", part.Name()).Error
	})
}

// Restore makes a new SQLite database of a backup. It refuses to replace one that
// is there, and a file that is no sound backup.
func Restore(ctx context.Context, backup, path string) error {
	if err := sound(ctx, backup); err != nil {
		return err
	}
	if err := noLeftovers(path); err != nil {
		return err
	}
	return NewFile(path, func(part *os.File) error {
		from, err := os.Open(backup)
		if err != nil {
			return err
		}
		defer func() { _ = from.Close() }() // it was only read
		_, err = io.Copy(part, from)
		return err
	})
}

// noLeftovers says that nothing of another database would be taken for a part of a new one.
func noLeftovers(path string) error {
	for _, leftover := range []string{path + "-wal", path + "-shm"} {
		if _, err := os.Lstat(leftover); err == nil {
			return fmt.Errorf("%s is there already, of another database: move it away first", leftover)
		}
	}
	return nil
}

// sound says whether a file is a database of this program without damage.
func sound(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	db, err := open(ctx, sqlite.Open("file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro"), 1)
	if err != nil {
		return fmt.Errorf("%s is no backup that can be read: %w", path, err)
	}
	defer func() { _ = closeOne(db) }() // it was only read
	var found string
	if err := db.WithContext(ctx).Raw("PRAGMA quick_check").Scan(&found).Error; err != nil {
		return fmt.Errorf("%s is no backup that can be read: %w", path, err)
	} else if found != "ok" {
		return fmt.Errorf("%s is damaged: %s", path, found)
	}
	var tables int
	err = db.WithContext(ctx).Raw("SELECT COUNT(*) FROM sqlite_master WHERE name IN ('goose_db_version', 'person', 'shift')").Scan(&tables).Error
	if err == nil && tables != 3 {
		err = errors.New("it has not the tables of Watchbill")
	}
	if err != nil {
		return fmt.Errorf("%s is no backup of this program: %w", path, err)
	}
	return nil
}

// NewFile lets a file be written under another name, and gives it its own when all
// of it is on the disk. Only its owner can read it. It never replaces a file.
func NewFile(path string, write func(part *os.File) error) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s is there already: choose another name, or move it away first", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(part.Name()) }() // gone already when all went well
	if err := errors.Join(write(part), part.Sync(), part.Close()); err != nil {
		return err
	}
	// A link, because renaming would replace what somebody else made meanwhile.
	return os.Link(part.Name(), path)
}
