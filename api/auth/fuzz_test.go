package auth_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/migrationstest"
)

// Whatever is in the header and the cookies, nobody is somebody by it, and nothing
// fails.
func FuzzSecrets(f *testing.F) {
	for _, seed := range []string{"", "Bearer wb_", "bearer wb_" + strings.Repeat("A", 43), "Basic eDp5", "Bearer  wb_\x00", "Bearer " + strings.Repeat("é", 43), strings.Repeat("A", 43), "=", "a b;c=d"} {
		f.Add(seed, seed)
	}
	w := newWorld(f, migrationstest.Migrated(f, migrationstest.SQLite(f)), auth.Options{})
	w.setUp()
	f.Fuzz(func(t *testing.T, header, cookie string) {
		w.now = w.now.Add(time.Hour)
		r := httptest.NewRequest(http.MethodGet, "/who", nil)
		r.Header["Authorization"] = []string{header}
		r.Header["Cookie"] = []string{auth.CookieName + "=" + cookie + "; watchbill_signon=" + cookie}
		rec := httptest.NewRecorder()
		w.echo.ServeHTTP(rec, r)
		var who auth.Who
		switch rec.Code {
		case http.StatusOK:
			if err := json.Unmarshal(rec.Body.Bytes(), &who); err != nil || who.Known() {
				t.Errorf("header %q and cookie %q are %+v (%v)", header, cookie, who, err)
			}
		case http.StatusUnauthorized, http.StatusTooManyRequests:
		default:
			t.Errorf("header %q and cookie %q: %d", header, cookie, rec.Code)
		}
	})
}
