package webhook_test

import (
	"strings"
	"testing"
	"time"

	"watchbill/api/notify/webhook"
)

// The example in the tests of github.com/standard-webhooks/standard-webhooks, at b2fa7b8:
// libraries/go/webhook_test.go, TestWebhookSign.
func TestSign(t *testing.T) {
	const key, id, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", `{"test": 2432232314}`
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	at := time.Unix(1614265330, 0)
	if got, err := webhook.Sign(id, at, []byte(body), []string{key}); err != nil || got != want {
		t.Errorf("%q %v, want %q", got, err, want)
	}
	got, err := webhook.Sign(id, at, []byte(body), []string{"whsec_c2VjcmV0", key})
	if first, second, _ := strings.Cut(got, " "); err != nil || second != want || len(first) != len(want) || first == second {
		t.Errorf("with two secrets: %q %v", got, err)
	}
	for _, secret := range []string{"", "whsec_", "whsec_%%%"} {
		if got, err := webhook.Sign(id, at, []byte(body), []string{secret}); err == nil || strings.Contains(err.Error(), "%%%") {
			t.Errorf("with the secret %q: %q %v", secret, got, err)
		}
	}
}
