package main

import (
	"context"
	"fmt"
	"slices"

	"watchbill/migrations"
	"watchbill/schedule"
)

// lookAtFile finds out whether what is in the database can be read and fits together.
func (d *doctor) lookAtFile(ctx context.Context) error {
	damages, err := d.db.Damages(ctx, d.quick)
	if err != nil {
		return err
	}
	if len(damages) > 0 {
		d.somebody("damaged", fmt.Sprintf("the file is damaged: %s", some(damages, int64(len(damages)))),
			"what is damaged cannot be read, and backups of it are damaged too",
			"stop the service, keep the file, and bring back the last sound backup with `watchbill restore`; then look at the disk")
	}
	return nil
}

// lookAtServer finds out whether a PostgreSQL server lets the service work.
func (d *doctor) lookAtServer(ctx context.Context) error {
	s, err := d.db.Server(ctx)
	if err != nil {
		return err
	}
	for _, text := range serverFaults(s) {
		d.somebody("server", text, "the service stops, or waits for connections, when it meets that", "change it at the server")
	}
	if s.Isolation != "" && s.Isolation != readCommitted {
		d.worth("isolation", fmt.Sprintf("transactions are %q by default", s.Isolation), "that is not tried with this program: some may fail that would have waited", "leave default_transaction_isolation at \"read committed\"")
	}
	if apart := d.now.Sub(s.Clock); !s.Clock.IsZero() && apart.Abs() > clocksAgree {
		d.somebody("clock", "the clock of this machine is "+inWords(apart), "a replica whose clock differs prunes, expires and asks nothing", "set the one that is wrong, and keep both right by NTP")
	}
	return nil
}

const (
	readCommitted = "read committed"
	// longLog is how long SQLite's log gets while nothing goes wrong, many times over.
	longLog = 256 << 20
)

// lookAtSizes finds out whether there is room for what comes.
func (d *doctor) lookAtSizes(ctx context.Context) error {
	sizes, err := d.db.Sizes(ctx)
	if err != nil {
		return err
	}
	d.Bytes, d.WAL = sizes.All, sizes.WAL
	if sizes.Parts != nil {
		d.Tables = sizes.Parts
	}
	d.judgeSizes(&sizes)
	if d.db.File() == "" {
		return nil
	}
	free, all, err := diskOf(d.db.File())
	if err != nil {
		return err
	}
	d.lookAtRoom(free, all)
	return nil
}

// judgeSizes judges how much room a database takes.
func (d *doctor) judgeSizes(sizes *migrations.Sizes) {
	if sizes.WAL > longLog {
		d.somebody("wal", fmt.Sprintf("the write-ahead log has %s", bytesOf(sizes.WAL)), "it cannot be taken into the file while somebody reads for very long, and the disk fills up",
			"end what has the file open besides the service (a copy, a shell, a backup that hangs), or restart the service")
	}
	if sizes.Free > longLog && sizes.Free > sizes.All/2 {
		d.worth("free", fmt.Sprintf("%s of %s in the file are free", bytesOf(sizes.Free), bytesOf(sizes.All)), "what was removed leaves room that is used again, and the file does not shrink",
			"nothing; a backup is smaller, and so is what is restored of it")
	}
}

// lookAtRoom judges what is free on the disk of an SQLite file.
func (d *doctor) lookAtRoom(free, all uint64) {
	switch {
	case nearlyFull(free, all):
		d.somebody("disk", fmt.Sprintf("the disk has %s left of %s", bytesOf(int64(free)), bytesOf(int64(all))), "nothing that pagers send is taken in while it is nearly full", "make room, or move the database to a larger disk")
	case int64(free) < d.Bytes+d.WAL:
		d.worth("backup.room", fmt.Sprintf("the disk has %s left, and the database has %s", bytesOf(int64(free)), bytesOf(d.Bytes+d.WAL)), "a backup does not fit beside it", "let backups go to another disk, where they are safer too")
	}
}

// lookAtSchema finds out whether the database is of this program.
func (d *doctor) lookAtSchema(ctx context.Context) (err error) {
	if d.Schema, err = d.db.Version(ctx); err != nil {
		return err
	}
	const why = "what this program knows of its tables is not what they are, so the rest is not looked at"
	switch {
	case d.Schema > d.Program:
		d.somebody("schema", fmt.Sprintf("the database is at version %d of a newer program; this one knows %d", d.Schema, d.Program), why, "examine it with the newer program")
	case d.Schema == 0:
		d.somebody("schema", "the database has none of this program's tables", why, "name the database of the service with --db, or start the service once")
	case d.Schema < d.Program:
		d.somebody("schema", fmt.Sprintf("the database is at version %d, and this program's is %d", d.Schema, d.Program), why, "make a backup, and start the service of this version, or run `watchbill migrate`")
	}
	return nil
}

// lookAtClock finds out whether something has been written down that has yet to happen.
func (d *doctor) lookAtClock(ctx context.Context) error {
	ahead, err := d.plans.AuditOf(ctx, schedule.AuditQuery{Most: 20})
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(ahead, func(e schedule.AuditEntry) bool { return e.At.Sub(d.now) > clocksAgree }); i >= 0 {
		d.somebody("clock", fmt.Sprintf("the audit log has an entry of %s, which is yet to come", ahead[i].At.UTC().Format("2006-01-02 15:04:05")),
			"the clock of this machine is behind, or that of the service was ahead: what is due is judged by it", "set the clocks, and keep them right by NTP")
	}
	return nil
}
