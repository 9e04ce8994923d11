package healthdb_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"watchbill/health"
	"watchbill/migrations"
	"watchbill/migrations/migrationstest"
)

// How many deliveries a second are made durable, against a bare insert of as many
// rows in batches of a hundred on the same database, and how many when a hundred come
// at once. 256 senders wait for their answer before they send the next.
func BenchmarkReceive(b *testing.B) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		b.Run(kind.name, func(b *testing.B) { benchmarkReceive(b, migrationstest.Migrated(b, kind.address(b))) })
	}
}

var payload = []byte(`{"event":{"id":"01","event_type":"incident.triggered","data":"` + strings.Repeat("x", 1400) + `"}}`)

func benchmarkReceive(b *testing.B, db *migrations.DB) {
	s, i := door(b, db, "pagerduty")
	r := health.NewReceiver(s, func() time.Time { return night })
	r.Rate, r.Burst, r.Most = 1e9, 1e9, 1<<40
	var n atomic.Int64
	deliver := func() *health.Delivery {
		k := n.Add(1)
		return &health.Delivery{Integration: i.ID, Headers: map[string]string{"content-type": "application/json", "x-webhook-id": fmt.Sprint(k)}, Body: payload}
	}
	b.Run("taken", func(b *testing.B) {
		b.SetParallelism(256 / runtime.GOMAXPROCS(0))
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if err := r.Take(b.Context(), deliver()); err != nil {
					b.Error(err)
					return
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	})
	b.Run("batches", func(b *testing.B) {
		for range max(1, b.N/100) {
			all := make([]*health.Delivery, 0, 100)
			for range 100 {
				d := deliver()
				d.Key, d.ReceivedAt = fmt.Sprint("batch:", n.Load()), night
				all = append(all, d)
			}
			// With a time limit, as a receiver has one.
			ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
			err := s.Receive(ctx, all)
			if cancel(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(max(100, b.N))/b.Elapsed().Seconds(), "deliveries/s")
	})
	b.Run("bare", func(b *testing.B) {
		statement := "INSERT INTO inbox (integration_id, received_at, delivery_key, headers, body, next_at) VALUES " +
			strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?), ", 100), ", ")
		for range max(1, b.N/100) {
			args := make([]any, 0, 600)
			for range 100 {
				d := deliver()
				args = append(args, int64(i.ID), night.UnixMicro(), fmt.Sprint("bare:", n.Load()), `{"content-type":"application/json"}`, d.Body, night.UnixMicro())
			}
			if err := db.Write.Exec(statement, args...).Error; err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(max(100, b.N))/b.Elapsed().Seconds(), "deliveries/s")
	})
}

// How many deliveries a second a worker folds to pages, and how long it takes until a
// page of a hundred events knows of one more.
func BenchmarkWork(b *testing.B) {
	for _, kind := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", migrationstest.SQLite}, {"postgres", migrationstest.Postgres}} {
		b.Run(kind.name, func(b *testing.B) {
			bench := newBench(b, migrationstest.Migrated(b, kind.address(b)))
			bench.receiver.Rate, bench.receiver.Burst, bench.receiver.Most = 1e9, 1e9, 1<<40
			total := 0
			b.Run("fold", func(b *testing.B) {
				for range b.N {
					total++
					key := fmt.Sprint(total)
					bench.send(list(event(key, key, health.KindTriggered, 0, assigned(fmt.Sprint("U", total%50), ""))), key)
				}
				b.ResetTimer()
				bench.work()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
			})
			b.Run("late", func(b *testing.B) {
				for n := range b.N {
					b.StopTimer()
					page := fmt.Sprint("large ", b.N, "-", n)
					var events []health.Event
					for k := range 100 {
						events = append(events, event(fmt.Sprint(page, k), page, health.KindAnnotated, time.Duration(k)*time.Minute, assigned(fmt.Sprint("U", k%5), "")))
					}
					bench.send(list(events...), page)
					bench.work()
					bench.send(list(event(page+"late", page, health.KindAnnotated, time.Second)), page+"late")
					b.StartTimer()
					bench.work()
				}
			})
			for n := range 2000 {
				key := fmt.Sprint("old ", n)
				at := time.Duration(n) * 4 * time.Hour
				bench.send(list(event(key+" t", "old", health.KindTriggered, at), event(key+" r", "old", health.KindResolved, at+time.Hour)), key)
			}
			bench.work()
			b.Run("late-of-2000-pages", func(b *testing.B) {
				for n := range b.N {
					b.StopTimer()
					key := fmt.Sprint("late ", b.N, "-", n)
					bench.send(list(event(key, "old", health.KindAnnotated, time.Second)), key)
					b.StartTimer()
					bench.work()
				}
			})
		})
	}
}
