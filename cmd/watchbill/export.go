package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/migrations"
)

type exportCmd struct {
	accessFlags
	WithKeys bool   `help:"Also what opens the surveys and diaries that are sealed. Only to move to another database; delete the file afterwards."`
	File     string `arg:"" optional:"" help:"New file, compressed if its name ends in .gz; standard output if none is named."`
}

// Run writes everything that is in a database as lines of JSON, also while it is served.
func (c *exportCmd) Run(con *console) error {
	db, err := c.open(context.Background())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was only read
	rows := int64(0)
	write := func(w io.Writer) (err error) {
		rows, err = c.write(con, db, w)
		return err
	}
	if c.File == "" {
		return write(con.out)
	}
	if err := migrations.NewFile(c.File, func(part *os.File) error { return packed(part, c.File, write) }); err != nil {
		return err
	}
	fmt.Fprintf(con.err, "watchbill: %s has %d rows, all of %s; keep it secret, it has what lets people in\n", c.File, rows, c.place())
	return nil
}

// packed writes into a file, compressed if that is its name.
func packed(file io.Writer, name string, write func(io.Writer) error) error {
	out := bufio.NewWriterSize(file, 1<<20)
	if filepath.Ext(name) != ".gz" {
		return errors.Join(write(out), out.Flush())
	}
	zip := gzip.NewWriter(out)
	return errors.Join(write(zip), zip.Close(), out.Flush())
}

// write writes an export. Keys that stay behind are told of.
func (c *exportCmd) write(con *console, db *migrations.DB, w io.Writer) (int64, error) {
	ctx := context.Background()
	keys, err := keptKeys(ctx, db)
	if err != nil {
		return 0, err
	}
	if !c.WithKeys && len(keys) > 0 {
		fmt.Fprintf(con.err, "watchbill: without %s what is sealed, in surveys that are open and in diaries, cannot be opened from this export; --with-keys takes them along\n", count(len(keys), "key"))
		keys = nil
	}
	return db.Export(ctx, w, migrations.ExportHead{Program: version(), MadeAt: con.now().UTC().Truncate(time.Second)}, keys)
}

// keysIn is where the keys of a database lie that are made of no secret.
func keysIn(db *migrations.DB) health.PulseKeys {
	if file := db.File(); file != "" {
		return keysBeside(file)
	}
	return healthdb.New(db.Write, db.Read)
}

// keptKeys returns the keys of a database as rows of an export.
func keptKeys(ctx context.Context, db *migrations.DB) (rows []map[string]any, err error) {
	keys := keysIn(db)
	names, err := keys.Kept(ctx)
	for _, name := range names {
		key, err := keys.Key(ctx, name)
		if err != nil {
			return nil, err
		}
		rows = append(rows, migrations.KeyRow(name, key))
	}
	return rows, err
}

type importCmd struct {
	accessFlags
	File string `arg:"" help:"What export wrote, compressed or not; - is standard input."`
}

// Run makes a database of an export.
func (c *importCmd) Run(con *console) error {
	in, err := c.reader(con)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	var keys func(name string, key []byte) error
	if !migrations.IsPostgres(c.DB) {
		folder := keysBeside(c.DB)
		if _, err := os.Lstat(folder.dir); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already, of another database: move it away first", folder.dir)
		}
		keys = folder.put
	}
	rows, err := migrations.Import(context.Background(), in, c.DB, keys)
	if err != nil && keys != nil {
		return errors.Join(err, os.RemoveAll(keysBeside(c.DB).dir)) // it was not there before
	} else if err != nil {
		return err
	}
	fmt.Fprintf(con.err, "watchbill: %s has the %d rows of %s\n", c.place(), rows, c.File)
	return nil
}

// reader reads what is to be imported.
func (c *importCmd) reader(con *console) (io.ReadCloser, error) {
	file := io.NopCloser(con.in)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, err
		}
		file = f
	}
	in := bufio.NewReaderSize(file, 1<<20)
	begin, err := in.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, file.Close())
	}
	read := io.Reader(in)
	if string(begin) == "\x1f\x8b" {
		if read, err = gzip.NewReader(in); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", c.File, err), file.Close())
		}
	}
	return struct {
		io.Reader
		io.Closer
	}{read, file}, nil
}
