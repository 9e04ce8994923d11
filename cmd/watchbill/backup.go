package main

import (
	"context"
	"errors"
	"fmt"

	"watchbill/migrations"
)

type migrateCmd struct {
	accessFlags
}

// Run brings the schema up to date, as serve does when it starts.
func (c *migrateCmd) Run(con *console) error {
	ctx := context.Background()
	db, err := migrations.Open(ctx, c.DB)
	if err != nil {
		return err
	}
	steps, err := db.Migrate(ctx)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if steps == 0 {
		fmt.Fprintln(con.err, "watchbill: the database is up to date")
	} else {
		fmt.Fprintf(con.err, "watchbill: the database is up to date after %d steps\n", steps)
	}
	return nil
}

type backupCmd struct {
	accessFlags
	File string `arg:"" help:"New file for the copy."`
}

// Run copies an SQLite database, also while it is being served.
func (c *backupCmd) Run(con *console) error {
	ctx := context.Background()
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(db.Backup(ctx, c.File), db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(con.err, "watchbill: %s is a copy of %s; keep it secret, it has what lets people in\n", c.File, c.DB)
	return nil
}

type restoreCmd struct {
	accessFlags
	File string `arg:"" help:"A file that backup made."`
}

// Run makes a database of a backup.
func (c *restoreCmd) Run(con *console) error {
	if migrations.IsPostgres(c.DB) {
		return errors.New("restore makes an SQLite file; restore a PostgreSQL database with pg_restore or psql")
	}
	if err := migrations.Restore(context.Background(), c.File, c.DB); err != nil {
		return err
	}
	fmt.Fprintf(con.err, "watchbill: %s is what was backed up in %s\n", c.DB, c.File)
	return nil
}
