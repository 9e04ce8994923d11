package ingest

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Scheme is a way of signing.
type Scheme string

// The ways vendors sign: all with a shared secret, over the bytes of the body.
// Those that also sign a time are safe from being sent again later.
const (
	SchemePagerDuty   Scheme = "pagerduty_v1"
	SchemeStandard    Scheme = "standard_webhooks"
	SchemeRootly      Scheme = "rootly_t_v1"
	SchemeFireHydrant Scheme = "firehydrant_hmac_hex"
	SchemeGrafana     Scheme = "grafana_hmac"
	SchemeVictorOps   Scheme = "victorops_sha1"
)

// tolerance is how far a signed time may be from ours.
const tolerance = 300 * time.Second

// SchemeOf returns how a vendor signs; empty when it does not. CloudEvents and the
// generic format may be signed as Standard Webhooks are.
func SchemeOf(vendor string) Scheme {
	switch vendor {
	case "pagerduty":
		return SchemePagerDuty
	case "incident_io", "cloudevents", "generic":
		return SchemeStandard
	case "rootly":
		return SchemeRootly
	case "firehydrant":
		return SchemeFireHydrant
	case "grafana":
		return SchemeGrafana
	case "victorops":
		return SchemeVictorOps
	}
	return ""
}

// SignatureError says why a signature was not accepted.
type SignatureError struct{ Reason string }

// Reasons for which a signature is not accepted.
const (
	SignatureMissing   = "signature_missing"
	SignatureMismatch  = "signature_mismatch"
	TimestampMalformed = "timestamp_malformed"
	TimestampTooOld    = "timestamp_too_old"
	TimestampTooNew    = "timestamp_too_new"
	SecretUnusable     = "secret_unusable"
	SchemeUnknown      = "scheme_unknown"
)

func (e *SignatureError) Error() string { return "signature: " + e.Reason }

func refuse(reason string) error { return &SignatureError{Reason: reason} }

// Signed is a request as it came. Address is the whole address to which it was
// sent, which only VictorOps signs.
type Signed struct {
	Header  http.Header
	Body    []byte
	Address string
}

// Verify checks a signature with each of the secrets: two while one is being
// replaced. The error is a *SignatureError. Whatever signatures a request has are
// all tried, those of versions that nobody knows are left out.
func Verify(scheme Scheme, r Signed, secrets []string, now time.Time) error {
	if slices.Contains(secrets, "") || len(secrets) == 0 {
		return refuse(SecretUnusable)
	}
	switch scheme {
	case SchemePagerDuty:
		return check(tagged(r.value("X-PagerDuty-Signature"), "v1="), hex.DecodeString, r.Body, secrets)
	case SchemeFireHydrant:
		return check(list(r.value("Fh-Signature")), hex.DecodeString, r.Body, secrets)
	case SchemeRootly:
		return r.rootly(secrets, now)
	case SchemeGrafana:
		return r.grafana(secrets, now)
	case SchemeStandard:
		return r.standard(secrets, now)
	case SchemeVictorOps:
		return r.victorops(secrets)
	}
	return refuse(SchemeUnknown)
}

// value returns a header, all its lines in one.
func (r Signed) value(name string) string { return strings.Join(r.Header.Values(name), ",") }

// list splits at commas and trims the blanks that proxies put there.
func list(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" && len(out) < 16 {
			out = append(out, part)
		}
	}
	return out
}

// tagged returns the parts of a list that bear a tag, without it.
func tagged(s, tag string) []string {
	var out []string
	for _, part := range list(s) {
		if value, ok := strings.CutPrefix(part, tag); ok {
			out = append(out, strings.TrimSpace(value))
		}
	}
	return out
}

// check compares signatures over content with what the secrets give. It takes as
// long whether the first or the last of them is right.
func check(signatures []string, read func(string) ([]byte, error), content []byte, secrets []string) error {
	if len(signatures) == 0 {
		return refuse(SignatureMissing)
	}
	good := false
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(content)
		want := mac.Sum(nil)
		for _, s := range signatures {
			got, err := read(s)
			good = err == nil && hmac.Equal(got, want) || good
		}
	}
	if !good {
		return refuse(SignatureMismatch)
	}
	return nil
}

// fresh checks a signed time, in seconds.
func fresh(stamp string, now time.Time) error {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return refuse(TimestampMalformed)
	}
	switch age := now.Sub(time.Unix(seconds, 0)).Truncate(time.Second); {
	case age > tolerance:
		return refuse(TimestampTooOld)
	case age < -tolerance:
		return refuse(TimestampTooNew)
	}
	return nil
}

func (r Signed) rootly(secrets []string, now time.Time) error {
	header := r.value("X-Rootly-Signature")
	stamps, signatures := tagged(header, "t="), tagged(header, "v1=")
	if len(signatures) == 0 || len(stamps) != 1 {
		return refuse(SignatureMissing)
	}
	if err := fresh(stamps[0], now); err != nil {
		return err
	}
	return check(signatures, hex.DecodeString, append([]byte(stamps[0]), r.Body...), secrets)
}

// grafana signs a time only where somebody turned that on.
func (r Signed) grafana(secrets []string, now time.Time) error {
	content := r.Body
	if stamp := r.value("X-Grafana-Alerting-Timestamp"); stamp != "" {
		if err := fresh(stamp, now); err != nil {
			return err
		}
		content = append([]byte(stamp+":"), r.Body...)
	}
	return check(list(r.value("X-Grafana-Alerting-Signature")), hex.DecodeString, content, secrets)
}

// standard is what https://www.standardwebhooks.com describes and Svix sends.
func (r Signed) standard(secrets []string, now time.Time) error {
	header := func(name string) string {
		if v := r.value("Webhook-" + name); v != "" {
			return v
		}
		return r.value("Svix-" + name)
	}
	var signatures []string
	for _, part := range strings.Fields(header("Signature")) {
		if value, ok := strings.CutPrefix(part, "v1,"); ok && len(signatures) < 16 {
			signatures = append(signatures, value)
		}
	}
	id, stamp := header("Id"), header("Timestamp")
	if len(signatures) == 0 || id == "" || stamp == "" {
		return refuse(SignatureMissing)
	}
	if err := fresh(stamp, now); err != nil {
		return err
	}
	keys := make([]string, len(secrets))
	for i, secret := range secrets {
		encoded, _ := strings.CutPrefix(secret, "whsec_")
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(key) == 0 {
			return refuse(SecretUnusable)
		}
		keys[i] = string(key)
	}
	content := append([]byte(id+"."+stamp+"."), r.Body...)
	return check(signatures, base64.StdEncoding.DecodeString, content, keys)
}

// victorops signs the address and the fields of the form, in order of their names.
func (r Signed) victorops(secrets []string) error {
	signatures := list(r.value("X-VictorOps-Signature"))
	if len(signatures) == 0 {
		return refuse(SignatureMissing)
	}
	form, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return refuse(SignatureMismatch)
	}
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	var content strings.Builder
	content.WriteString(r.Address)
	for _, name := range names {
		for _, value := range form[name] {
			content.WriteString(name + value)
		}
	}
	good := false
	for _, secret := range secrets {
		mac := hmac.New(sha1.New, []byte(secret))
		mac.Write([]byte(content.String()))
		want := mac.Sum(nil)
		for _, s := range signatures {
			got, err := base64.StdEncoding.DecodeString(s)
			good = err == nil && hmac.Equal(got, want) || good
		}
	}
	if !good {
		return refuse(SignatureMismatch)
	}
	return nil
}
