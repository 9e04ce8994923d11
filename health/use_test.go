package health_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"watchbill/health"
)

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		`{"token": "abc", "n": 1}`:                                  `{"token": "•••", "n": 1}`,
		`{"api_key":"a\"b","apikey":"c"}`:                           `{"api_key":"•••","apikey":"•••"}`,
		`{"X-Signature":"v1=00","VerificationCode": 123456}`:        `{"X-Signature":"•••","VerificationCode": "•••"}`,
		`{"user":"ana.ruiz@example.com"}`:                           `{"user":"•••@•••"}`,
		`{"Body":"Your verification code is: 123456"}`:              `{"Body":"Your verification code is: •••"}`,
		`phone=%2B49&password=x&a=b`:                                `phone=%2B49&password=•••&a=b`,
		`call +49 (30) 1234-567 now`:                                `call +••• now`,
		`{"note":"Authorization: Bearer abc.def-1 or whsec_MfKQ9"}`: `{"note":"Authorization: Bearer ••• or whsec_•••"}`,
		`{"token":"hunter2`:                                         `{"token":"•••"`,
		`{"token":"hunter2\`:                                        `{"token":"•••"`,
		"a\x00b\xff\u202ec":                                         "a�b��c",
		`{"service":"Checkout","number":501}`:                       `{"service":"Checkout","number":501}`,
	} {
		if got, _ := health.Redact([]byte(in), 1000); got != want {
			t.Errorf("%s\n is shown as %s\n      want %s", in, got, want)
		}
	}
	if got, cut := health.Redact([]byte(strings.Repeat("ä", 10)), 7); got != "äää" || !cut {
		t.Errorf("cut to %q", got)
	}
}

// Whatever stands around a secret and wherever the text is cut, it is not shown, and what
// is shown can be.
func FuzzRedact(f *testing.F) {
	f.Add("{", "}", 100)
	f.Add("\"", "\\", 20)
	f.Add("a=b&", "&c=d", 15)
	f.Fuzz(func(t *testing.T, before, after string, most int) {
		if most < 0 || most > 1000 {
			return
		}
		text, _ := health.Redact([]byte(before+"\n\"api_token\": \"hunter2hunter2\"\n"+after), most)
		if strings.Contains(text, "hunter2") || !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r\x1b\u202e") {
			t.Errorf("%q", text)
		}
	})
}

func TestSilent(t *testing.T) {
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var came []time.Time
	for day := range 12 { // an alert a day, of three deliveries
		for minute := range 3 {
			came = append(came, start.AddDate(0, 0, day).Add(time.Duration(minute)*time.Minute))
		}
	}
	if gap, ok := health.UsualGap(came); !ok || gap != 24*time.Hour-2*time.Minute {
		t.Errorf("usual gap %v, %v", gap, ok)
	}
	if _, ok := health.UsualGap(came[:10]); ok {
		t.Error("ten deliveries are enough to know a gap")
	}
	if gap, _ := health.UsualGap(came[:11]); gap < time.Hour {
		t.Errorf("usual gap %v", gap)
	}
	i := health.Integration{}
	last := came[len(came)-1]
	if i.Silent(came, last.Add(71*time.Hour)) || !i.Silent(came, last.Add(72*time.Hour)) {
		t.Error("it is silent too early, or too late")
	}
	// One that came to a replica whose clock was ahead keeps nobody from asking.
	if i.Silent(append(came, last.AddDate(5, 0, 0)), last.Add(71*time.Hour)) || !i.Silent(append(came, last.AddDate(5, 0, 0)), last.Add(72*time.Hour)) {
		t.Error("a delivery of years to come counts")
	}
	if i.OffAt = start; i.Silent(came, last.AddDate(1, 0, 0)) {
		t.Error("one that is off is called silent")
	}
}
