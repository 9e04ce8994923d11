package ingest_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"watchbill/api/ingest"
)

func TestSharedSignatures(t *testing.T) {
	type vector struct {
		Name, Secret, Body string
		Scheme             ingest.Scheme
		Header             map[string]string
		BodyFile           string `json:"body_file"`
		Now                int64
		Valid              bool
		Reason             string
	}
	for _, v := range decode[[]vector](t, shared(t, "signatures.json")) {
		body := []byte(v.Body)
		if v.BodyFile != "" {
			body = shared(t, v.BodyFile)
		}
		header := http.Header{}
		for name, value := range v.Header {
			header.Set(name, value)
		}
		err := ingest.Verify(v.Scheme, ingest.Signed{Header: header, Body: body}, []string{v.Secret}, time.Unix(v.Now, 0))
		if (err == nil) != v.Valid {
			t.Errorf("%s: %v, valid is %v", v.Name, err, v.Valid)
		}
		var refused *ingest.SignatureError
		if v.Reason != "" && (!errors.As(err, &refused) || refused.Reason != v.Reason) {
			t.Errorf("%s: %v, want %s", v.Name, err, v.Reason)
		}
	}
}

func sum256(secret, content string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(content))
	return mac.Sum(nil)
}

func TestVerify(t *testing.T) {
	const body = `{"a":1}`
	now := time.Unix(1_772_413_500, 0)
	stamp := strconv.FormatInt(now.Unix(), 10)
	key := base64.StdEncoding.EncodeToString([]byte("a key of many bytes"))
	standard := func(secret, id, stamp string) string {
		return "v1," + base64.StdEncoding.EncodeToString(sum256(secret, id+"."+stamp+"."+body))
	}
	sha1Of := func(secret, content string) string {
		mac := hmac.New(sha1.New, []byte(secret))
		mac.Write([]byte(content))
		return base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	old, late := strconv.FormatInt(now.Unix()-301, 10), strconv.FormatInt(now.Unix()+301, 10)
	edge := strconv.FormatInt(now.Unix()-300, 10)
	hexOf := func(content string) string { return hex.EncodeToString(sum256("s", content)) }
	tests := []struct {
		name   string
		scheme ingest.Scheme
		header map[string]string
		want   string
	}{
		{"pagerduty", "pagerduty_v1", map[string]string{"X-PagerDuty-Signature": "v1=" + hexOf(body)}, ""},
		{"pagerduty, blanks around the comma", "pagerduty_v1", map[string]string{"X-PagerDuty-Signature": "v2=00 , v1=00 ,  v1=" + hexOf(body) + " "}, ""},
		{"pagerduty, none", "pagerduty_v1", nil, ingest.SignatureMissing},
		{"pagerduty, another version", "pagerduty_v1", map[string]string{"X-PagerDuty-Signature": "v2=" + hexOf(body)}, ingest.SignatureMissing},
		{"pagerduty, cut", "pagerduty_v1", map[string]string{"X-PagerDuty-Signature": "v1=" + hexOf(body)[:10]}, ingest.SignatureMismatch},
		{"pagerduty, no hex", "pagerduty_v1", map[string]string{"X-PagerDuty-Signature": "v1=zz"}, ingest.SignatureMismatch},
		{"pagerduty, empty", "pagerduty_v1", map[string]string{"X-PagerDuty-Signature": "v1="}, ingest.SignatureMismatch},
		{"firehydrant", "firehydrant_hmac_hex", map[string]string{"fh-signature": hexOf(body)}, ""},
		{"firehydrant, another body", "firehydrant_hmac_hex", map[string]string{"fh-signature": hexOf(body + " ")}, ingest.SignatureMismatch},
		{"rootly", "rootly_t_v1", map[string]string{"X-Rootly-Signature": "t=" + stamp + ", v1=" + hexOf(stamp+body)}, ""},
		{"rootly at the edge", "rootly_t_v1", map[string]string{"X-Rootly-Signature": "t=" + edge + ",v1=" + hexOf(edge+body)}, ""},
		{"rootly, old", "rootly_t_v1", map[string]string{"X-Rootly-Signature": "t=" + old + ",v1=" + hexOf(old+body)}, ingest.TimestampTooOld},
		{"rootly, ahead", "rootly_t_v1", map[string]string{"X-Rootly-Signature": "t=" + late + ",v1=" + hexOf(late+body)}, ingest.TimestampTooNew},
		{"rootly, another time", "rootly_t_v1", map[string]string{"X-Rootly-Signature": "t=" + stamp + ",v1=" + hexOf(old+body)}, ingest.SignatureMismatch},
		{"rootly, no time", "rootly_t_v1", map[string]string{"X-Rootly-Signature": "v1=" + hexOf(stamp+body)}, ingest.SignatureMissing},
		{"rootly, time is a word", "rootly_t_v1", map[string]string{"X-Rootly-Signature": "t=now,v1=" + hexOf("now"+body)}, ingest.TimestampMalformed},
		{"grafana", "grafana_hmac", map[string]string{"X-Grafana-Alerting-Signature": hexOf(body)}, ""},
		{"grafana with time", "grafana_hmac", map[string]string{"X-Grafana-Alerting-Signature": hexOf(stamp + ":" + body), "X-Grafana-Alerting-Timestamp": stamp}, ""},
		{"grafana with old time", "grafana_hmac", map[string]string{"X-Grafana-Alerting-Signature": hexOf(old + ":" + body), "X-Grafana-Alerting-Timestamp": old}, ingest.TimestampTooOld},
		{"grafana, time taken away", "grafana_hmac", map[string]string{"X-Grafana-Alerting-Signature": hexOf(stamp + ":" + body)}, ingest.SignatureMismatch},
		{"standard", "standard_webhooks", map[string]string{"webhook-id": "m", "webhook-timestamp": stamp, "webhook-signature": "v1a,xx " + standard("a key of many bytes", "m", stamp)}, ""},
		{"standard under its older name", "standard_webhooks", map[string]string{"svix-id": "m", "svix-timestamp": stamp, "svix-signature": standard("a key of many bytes", "m", stamp)}, ""},
		{"standard, another id", "standard_webhooks", map[string]string{"webhook-id": "n", "webhook-timestamp": stamp, "webhook-signature": standard("a key of many bytes", "m", stamp)}, ingest.SignatureMismatch},
		{"standard, no id", "standard_webhooks", map[string]string{"webhook-timestamp": stamp, "webhook-signature": standard("a key of many bytes", "", stamp)}, ingest.SignatureMissing},
		{"another scheme", "rot13", nil, ingest.SchemeUnknown},
	}
	for _, test := range tests {
		header := http.Header{}
		for name, value := range test.header {
			header.Set(name, value)
		}
		secrets := []string{"another", "s"}
		if test.scheme == "standard_webhooks" {
			secrets = []string{"whsec_" + base64.StdEncoding.EncodeToString([]byte("another")), key}
		}
		got := ""
		var refused *ingest.SignatureError
		if err := ingest.Verify(test.scheme, ingest.Signed{Header: header, Body: []byte(body)}, secrets, now); errors.As(err, &refused) {
			got = refused.Reason
		} else if err != nil {
			t.Fatal(err)
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}

	const address, form = "https://w.example.org/hooks/victorops/x", "b=2&a=1&c=%C3%A9"
	header := http.Header{"X-Victorops-Signature": {sha1Of("s", address+"a1b2cé")}}
	if err := ingest.Verify("victorops_sha1", ingest.Signed{Header: header, Body: []byte(form), Address: address}, []string{"s"}, now); err != nil {
		t.Errorf("victorops: %v", err)
	}
	if err := ingest.Verify("victorops_sha1", ingest.Signed{Header: header, Body: []byte(form), Address: address + "/"}, []string{"s"}, now); err == nil {
		t.Error("victorops: another address was accepted")
	}
	for _, secrets := range [][]string{nil, {""}, {"s", ""}} {
		header := http.Header{"X-Pagerduty-Signature": {"v1=" + hex.EncodeToString(sum256("", body))}}
		if err := ingest.Verify("pagerduty_v1", ingest.Signed{Header: header, Body: []byte(body)}, secrets, now); err == nil {
			t.Errorf("secrets %q were accepted", secrets)
		}
	}
}
