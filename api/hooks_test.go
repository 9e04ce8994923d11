package api_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"watchbill/api"
	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"

	"github.com/labstack/echo/v4"
)

// Whatever is sent to an open door is taken in or too large, and what was taken in is
// there as it came.
func FuzzHook(f *testing.F) {
	db := migrationstest.Migrated(f, migrationstest.SQLite(f))
	team := schedule.TeamRecord{Name: "Crew", Zone: "UTC", HorizonWeeks: 8, CreatedAt: time.Unix(1, 0)}
	if err := scheduledb.New(db.Write, db.Read).AddTeam(f.Context(), &team); err != nil {
		f.Fatal(err)
	}
	store := healthdb.New(db.Write, db.Read)
	i := health.Integration{Team: team.ID, Vendor: "generic", Name: "Pager", Zone: "UTC", CreatedAt: time.Unix(1, 0)}
	if err := store.AddIntegration(f.Context(), &i, health.TokenHash("token")); err != nil {
		f.Fatal(err)
	}
	r := health.NewReceiver(store, func() time.Time { return time.Now().UTC() })
	r.Rate, r.Burst, r.Most = 1e9, 1e9, 1<<40
	e := echo.New()
	(&api.Hooks{Receiver: r, Log: slog.New(slog.DiscardHandler)}).Register(e)
	f.Add([]byte(`{"event": "ping"}`), "", "", "application/json")
	f.Add([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}, "gzip", "\xff\x00", "a=b\x00")
	f.Fuzz(func(t *testing.T, body []byte, encoding, id, kind string) {
		req := httptest.NewRequest(http.MethodPost, "/hooks/generic/token", bytes.NewReader(body))
		req.Header = http.Header{"Content-Encoding": {encoding}, "X-Webhook-Id": {id}, "Content-Type": {kind}, "Ce-" + http.CanonicalHeaderKey(kind): {id}}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, req)
		if w.Code == http.StatusRequestEntityTooLarge {
			return
		}
		var answer struct{ ID schedule.ID }
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusAccepted || answer.ID == 0 {
			t.Fatalf("%d %s, %v", w.Code, w.Body, err)
		}
		d, err := store.Delivery(t.Context(), answer.ID)
		if err != nil || d.Body == nil {
			t.Fatalf("%+v, %v", d, err)
		}
		if id == "" && encoding == "" && !bytes.Equal(d.Body, body) {
			t.Errorf("%q became %q", body, d.Body)
		}
	})
}
