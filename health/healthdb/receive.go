package healthdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"watchbill/health"
	"watchbill/schedule"

	"gorm.io/gorm"
)

// How long a delivery waits for a file that another program has locked; everything
// else waits five seconds.
const lockedWait = 1000

// Receive writes deliveries in one transaction that survives a power cut, and sets
// their ID and Again. All of them are written or none.
//
// It passes gorm by: this is the hottest write there is, and gorm would spend more on
// it than the database.
func (s *Store) Receive(ctx context.Context, all []*health.Delivery) error {
	first := map[deliveryName]*health.Delivery{}
	fresh := make([]*health.Delivery, 0, len(all))
	for _, d := range all {
		if name := nameOf(d); first[name] == nil {
			first[name] = d
			fresh = append(fresh, d)
		}
	}
	insert := s.receivePost
	if s.lite() {
		insert = s.receiveLite
	}
	if err := insert(ctx, fresh); err != nil {
		return fmt.Errorf("%d deliveries: %w", len(all), err)
	}
	for _, d := range all { // sent again within one transaction
		if f := first[nameOf(d)]; f != d {
			d.ID, d.Again = f.ID, true
		}
	}
	return nil
}

type deliveryName struct {
	integration schedule.ID
	key         string
}

func nameOf(d *health.Delivery) deliveryName { return deliveryName{d.Integration, d.Key} }

const (
	insertLite = `INSERT INTO inbox (integration_id, received_at, delivery_key, headers, body, next_at)
		SELECT ?1, ?2, ?3, ?4, ?5, ?2 WHERE ?6 = '' OR NOT EXISTS
			(SELECT 1 FROM inbox WHERE integration_id = ?1 AND delivery_key = ?6 AND received_at > ?7)
		ON CONFLICT (integration_id, delivery_key) DO NOTHING`
	knownLite = `SELECT id FROM inbox WHERE integration_id = ? AND delivery_key IN (?, ?) ORDER BY id DESC LIMIT 1`
)

// receiveLite writes row by row: that is a call within the process. The connection
// syncs for this transaction only, which makes all before it durable as well.
func (s *Store) receiveLite(ctx context.Context, all []*health.Delivery) error {
	pool, err := s.write.DB()
	if err != nil {
		return err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA synchronous=FULL; PRAGMA busy_timeout=%d", lockedWait)); err != nil {
		return err
	}
	defer func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000")
	}()
	begun, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = begun.Rollback() }() // says so when it was committed
	insert, err := begun.PrepareContext(ctx, insertLite)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for _, d := range all {
		if err := receiveOne(ctx, begun, insert, d); err != nil {
			return err
		}
	}
	return begun.Commit()
}

func receiveOne(ctx context.Context, begun *sql.Tx, insert *sql.Stmt, d *health.Delivery) error {
	headers, err := json.Marshal(d.Headers)
	if err != nil {
		return err
	}
	result, err := insert.ExecContext(ctx, int64(d.Integration), micros(d.ReceivedAt), d.Key, string(headers), d.Body, d.Before, micros(d.NotSince))
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if d.Again = n == 0; d.Again {
		return begun.QueryRowContext(ctx, knownLite, int64(d.Integration), d.Key, d.Before).Scan(&d.ID)
	}
	last, err := result.LastInsertId()
	d.ID = schedule.ID(last)
	return err
}

const (
	durablePost = `SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'`
	insertPost  = `INSERT INTO inbox (integration_id, received_at, delivery_key, headers, body, next_at)
		SELECT n.integration_id, n.received_at, n.delivery_key, n.headers, n.body, n.received_at
		FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::bigint[])
			AS n (integration_id, received_at, delivery_key, headers, body, before_key, not_since)
		WHERE n.before_key = '' OR NOT EXISTS
			(SELECT 1 FROM inbox o WHERE o.integration_id = n.integration_id AND o.delivery_key = n.before_key AND o.received_at > n.not_since)
		ON CONFLICT (integration_id, delivery_key) DO NOTHING
		RETURNING id, integration_id, delivery_key`
	knownPost = `SELECT id FROM inbox WHERE integration_id = $1 AND delivery_key IN ($2, $3) ORDER BY id DESC LIMIT 1`
)

// receivePost writes all rows by one statement, whatever their number. It waits for
// the disk also where the server is set up not to.
func (s *Store) receivePost(ctx context.Context, all []*health.Delivery) error {
	n := len(all)
	integrations, received, since := make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n)
	keys, headers, before, bodies := make([]string, 0, n), make([]string, 0, n), make([]string, 0, n), make([][]byte, 0, n)
	fresh := map[deliveryName]*health.Delivery{}
	for _, d := range all {
		h, err := text(d.Headers)
		if err != nil {
			return err
		}
		d.Again = true
		fresh[nameOf(d)] = d
		integrations, received, since = append(integrations, int64(d.Integration)), append(received, micros(d.ReceivedAt)), append(since, micros(d.NotSince))
		keys, headers, before, bodies = append(keys, d.Key), append(headers, h), append(before, d.Before), append(bodies, d.Body)
	}
	return s.write.WithContext(ctx).Transaction(func(w *gorm.DB) error {
		pool := w.Statement.ConnPool // gorm would take the arrays for lists of values
		if _, err := pool.ExecContext(ctx, durablePost); err != nil {
			return err
		}
		rows, err := pool.QueryContext(ctx, insertPost, integrations, received, keys, headers, bodies, before, since)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var name deliveryName
			var id schedule.ID
			if err := rows.Scan(&id, &name.integration, &name.key); err != nil {
				return err
			}
			fresh[name].ID, fresh[name].Again = id, false
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, d := range all {
			if d.Again {
				if err := pool.QueryRowContext(ctx, knownPost, int64(d.Integration), d.Key, d.Before).Scan(&d.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Undone counts what nobody has read yet, up to most.
func (s *Store) Undone(ctx context.Context, most int) (int, error) {
	var n int
	err := s.from(ctx).Raw("SELECT COUNT(*) FROM (SELECT 1 FROM inbox WHERE state = 'new' LIMIT ?) AS waiting", most).Scan(&n).Error
	return n, translate(err, "inbox")
}

type countRow struct {
	IntegrationID int64
	Day           string
	Kind          string
	N             int64
}

func (countRow) TableName() string { return "delivery_count" }

// AddCounts adds to what is counted, and notes when integrations were seen.
func (s *Store) AddCounts(ctx context.Context, counts []health.Count, seen map[schedule.ID]time.Time) error {
	return s.InTx(ctx, func(tx health.Store) error { return tx.(*Store).addCounts(ctx, counts, seen) })
}

func (s *Store) addCounts(ctx context.Context, counts []health.Count, seen map[schedule.ID]time.Time) error {
	for _, c := range counts {
		err := s.to(ctx).Exec(`INSERT INTO delivery_count (integration_id, day, kind, n) VALUES (?, ?, ?, ?)
			ON CONFLICT (integration_id, day, kind) DO UPDATE SET n = delivery_count.n + excluded.n`, c.Integration, c.Day.String(), c.Kind, c.N).Error
		if err != nil {
			return translate(err, "count of integration %d", c.Integration)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(seen)) {
		at := seen[id].Unix()
		err := s.to(ctx).Exec("UPDATE integration SET seen_at = ? WHERE id = ? AND (seen_at IS NULL OR seen_at < ?)", at, id, at).Error
		if err != nil {
			return translate(err, "integration %d", id)
		}
	}
	return nil
}

// Counts returns what was counted at an integration from a day on, or ever, by day and
// kind.
func (s *Store) Counts(ctx context.Context, integration schedule.ID, from schedule.Date) ([]health.Count, error) {
	q := s.from(ctx).Where("integration_id = ?", integration).Order("day, kind")
	if !from.IsZero() {
		q = q.Where("day >= ?", from.String())
	}
	return values(q, func(r *countRow) (health.Count, error) {
		day, err := schedule.ParseDate(r.Day)
		return health.Count{Integration: schedule.ID(r.IntegrationID), Day: day, Kind: r.Kind, N: r.N}, err
	}, "counts")
}
