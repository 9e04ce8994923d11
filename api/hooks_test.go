package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"watchbill/api"
	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/migrations/migrationstest"
	"watchbill/schedule"
	"watchbill/schedule/scheduledb"

	"github.com/labstack/echo/v4"
)

// openDoor is a service that takes in what comes to /hooks/generic/token, however much.
func openDoor(tb testing.TB, address string) (*echo.Echo, *healthdb.Store) {
	db := migrationstest.Migrated(tb, address)
	team := schedule.TeamRecord{Name: "Crew", Zone: "UTC", HorizonWeeks: 8, CreatedAt: time.Unix(1, 0)}
	if err := scheduledb.New(db.Write, db.Read).AddTeam(tb.Context(), &team); err != nil {
		tb.Fatal(err)
	}
	store := healthdb.New(db.Write, db.Read)
	i := health.Integration{Team: team.ID, Vendor: "generic", Name: "Pager", Zone: "UTC", CreatedAt: time.Unix(1, 0)}
	if err := store.AddIntegration(tb.Context(), &i, health.TokenHash("token")); err != nil {
		tb.Fatal(err)
	}
	r := health.NewReceiver(store, func() time.Time { return time.Now().UTC() })
	r.Rate, r.Burst, r.Most = 1e9, 1e9, 1<<40
	e := echo.New()
	(&api.Hooks{Receiver: r, Log: slog.New(slog.DiscardHandler)}).Register(e)
	return e, store
}

// What was cut off on its way is sent again by a sender that is told so, and never after
// a 4xx; what says that it is too large is not waited for.
func TestWhatDoesNotArriveWhole(t *testing.T) {
	e, _ := openDoor(t, migrationstest.SQLite(t))
	for _, test := range []struct {
		body   io.Reader
		length int64
		want   int
	}{
		{iotest.ErrReader(io.ErrUnexpectedEOF), 100, http.StatusServiceUnavailable},
		{io.MultiReader(strings.NewReader("{"), iotest.ErrReader(os.ErrDeadlineExceeded)), -1, http.StatusServiceUnavailable},
		{iotest.ErrReader(os.ErrDeadlineExceeded), 1<<20 + 1, http.StatusRequestEntityTooLarge},
	} {
		req := httptest.NewRequest(http.MethodPost, "/hooks/generic/token", test.body)
		req.ContentLength = test.length
		w := httptest.NewRecorder()
		e.ServeHTTP(w, req)
		if w.Code != test.want || (w.Header().Get("Retry-After") != "") != (test.want == http.StatusServiceUnavailable) {
			t.Errorf("%d bytes: %d %s, want %d", test.length, w.Code, w.Body, test.want)
		}
	}
}

// Whatever is sent to an open door is taken in or too large, and what was taken in is
// there as it came.
func FuzzHook(f *testing.F) {
	e, store := openDoor(f, migrationstest.SQLite(f))
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
