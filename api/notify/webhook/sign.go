package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
)

// secretPrefix is how a secret of Standard Webhooks begins, and secretBytes how many
// follow.
const (
	secretPrefix = "whsec_"
	secretBytes  = 32
)

func newSecret() string {
	key := make([]byte, secretBytes)
	_, _ = rand.Read(key) // never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// Sign returns the signatures of a body by some secrets, as webhook-signature has them.
func Sign(message string, at time.Time, body []byte, secrets []string) (string, error) {
	signatures := make([]string, 0, len(secrets))
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if err != nil || len(key) == 0 {
			return "", fmt.Errorf("secret of %s cannot be read", message) // not the secret itself
		}
		mac := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(mac, "%s.%d.", message, at.Unix())
		_, _ = mac.Write(body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " "), nil
}

// messageOf is the name of what an endpoint is told of an event. It says nothing of either.
func messageOf(e *Endpoint, event string) string {
	mac := hmac.New(sha256.New, []byte(strconv.FormatInt(int64(e.ID), 10)+" "+strconv.FormatInt(e.CreatedAt.Unix(), 10)))
	_, _ = mac.Write([]byte(event))
	return "msg_" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

// newDelivery is what an endpoint is told of an event, to be sent now.
func newDelivery(e *Endpoint, event string, kind Kind, body []byte, now time.Time) *Delivery {
	return &Delivery{Endpoint: e.ID, Event: event, Kind: kind, Message: messageOf(e, event), Body: body, MadeAt: now, State: Waits, NextAt: now}
}

func invalid(field, format string, args ...any) error {
	return &schedule.InvalidError{Field: field, Reason: fmt.Sprintf(format, args...)}
}
