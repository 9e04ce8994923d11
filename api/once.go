package api

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"

	"watchbill/api/auth"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// A Call is a call that carried an Idempotency-Key.
type Call struct {
	Name    string // hash of who called and the key
	Request string // hash of method, address and body
	Answer  string // sealed; empty while it is not known
	At      time.Time
}

// Calls remembers calls, so that the same one again does nothing and gets the same
// answer.
type Calls interface {
	// Claim notes a call unless there is one of that name; mine is false then, and
	// was is that one.
	Claim(ctx context.Context, c Call) (was Call, mine bool, err error)
	// Answer notes what was answered.
	Answer(ctx context.Context, name, answer string) error
	// Forget lets a call that did nothing be made again.
	Forget(ctx context.Context, name string) error
	ForgetBefore(ctx context.Context, at time.Time) error
}

const (
	keyHeader    = "Idempotency-Key"
	replayHeader = "Idempotency-Replayed"
	// callLife is how long a call is remembered.
	callLife = 24 * time.Hour
	// callTakes is how long one may be at work; what takes longer has died.
	callTakes = 2 * time.Minute
)

// ForgetCalls deletes the calls that are older than a day. It is a job.
func (s *Server) ForgetCalls(ctx context.Context, now time.Time) error {
	return s.Calls.ForgetBefore(ctx, now.Add(-callLife))
}

var goodKey = regexp.MustCompile(`^[!-~]{16,200}$`)

// once is the middleware that makes a POST with an Idempotency-Key happen once. What
// was done is answered again; a call that was refused did nothing, and may be
// made again.
func (s *Server) once(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		keys := r.Header.Values(keyHeader)
		if r.Method != http.MethodPost || len(keys) == 0 {
			return next(c)
		}
		if len(keys) > 1 || !goodKey.MatchString(keys[0]) {
			p := newProblem(http.StatusUnprocessableEntity, keyHeader+": this must be 16 to 200 visible characters, like a UUID")
			p.Errors = []FieldProblem{{Field: keyHeader, In: "header", Reason: "this must be 16 to 200 visible characters, like a UUID"}}
			return p
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		who := fmt.Sprint(auth.From(r.Context()).Person)
		call := Call{
			Name: digest("name", who, keys[0]), Request: digest(r.Method, r.URL.RequestURI(), string(body)), At: s.Schedule.Now(),
		}
		was, mine, err := s.Calls.Claim(r.Context(), call)
		if err != nil {
			return err
		}
		secret := sha256.Sum256([]byte("answer\x00" + who + "\x00" + keys[0]))
		if mine {
			return s.first(c, next, call.Name, secret)
		}
		return s.replay(c, &was, &call, secret)
	}
}

// digest is a hash of texts that says where each ends.
func digest(texts ...string) string {
	h := sha256.New()
	for _, text := range texts {
		fmt.Fprintf(h, "%d:%s", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// A sealedAnswer is what is remembered of an answer.
type sealedAnswer struct {
	Status int
	Header http.Header
	Body   []byte
}

// keptHeaders are those that belong to the answer and not to its way.
var keptHeaders = []string{echo.HeaderContentType, "Etag", echo.HeaderLocation}

// first lets a call through and remembers the answer before it is sent. A call that
// panics stays as it is: nobody knows what it did.
func (s *Server) first(c echo.Context, next echo.HandlerFunc, name string, secret [32]byte) error {
	writer := c.Response().Writer
	held := &heldAnswer{header: writer.Header(), status: http.StatusOK}
	c.Response().Writer = held
	err := next(c)
	c.Response().Writer = writer
	ctx := context.WithoutCancel(c.Request().Context()) // who called may have gone; what was done stays done
	if err != nil || held.status >= 300 {
		if err := errors.Join(err, s.Calls.Forget(ctx, name)); err != nil {
			return err
		}
		return held.send(writer)
	}
	answer := sealedAnswer{Status: held.status, Header: http.Header{}, Body: held.body.Bytes()}
	for _, name := range keptHeaders {
		if values := held.header.Values(name); len(values) > 0 {
			answer.Header[name] = values
		}
	}
	text, err := answer.seal(secret)
	if err == nil {
		err = s.Calls.Answer(ctx, name, text)
	}
	if err != nil {
		s.Log.ErrorContext(ctx, "answer not remembered", "route", c.Path(), "error", err)
	}
	return held.send(writer)
}

// replay answers a call that was made before.
func (s *Server) replay(c echo.Context, was, call *Call, secret [32]byte) error {
	c.Response().Header().Set(replayHeader, "true")
	switch {
	case was.Request != call.Request:
		p := newProblem(http.StatusUnprocessableEntity, keyHeader+": this key came with another request before; take a new one")
		p.Errors = []FieldProblem{{Field: keyHeader, In: "header", Reason: "this key came with another request before; take a new one"}}
		return p
	case was.Answer == "" && s.Schedule.Now().Sub(was.At) < callTakes:
		p := newProblem(http.StatusConflict, "The same call is at work. Ask again in a second.")
		p.header = http.Header{"Retry-After": {"1"}}
		return p
	case was.Answer == "":
		return fmt.Errorf("the same call began and nobody knows how it ended; look what there is, and take a new key if it was not done: %w", schedule.ErrConflict)
	}
	answer, err := unseal(was.Answer, secret)
	if err != nil {
		return err
	}
	for name, values := range answer.Header {
		c.Response().Header()[name] = values
	}
	return c.Blob(answer.Status, answer.Header.Get(echo.HeaderContentType), answer.Body)
}

// seal encrypts an answer with the key that the caller brings again: links and
// tokens are in it, and the database keeps no secret that opens a door.
func (a *sealedAnswer) seal(secret [32]byte) (string, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	box, err := boxOf(secret)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, box.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return base64.StdEncoding.EncodeToString(box.Seal(nonce, nonce, plain, nil)), nil
}

func unseal(text string, secret [32]byte) (*sealedAnswer, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	box, err := boxOf(secret)
	if err != nil {
		return nil, err
	}
	if len(b) < box.NonceSize() {
		return nil, errors.New("a remembered answer is too short")
	}
	plain, err := box.Open(nil, b[:box.NonceSize()], b[box.NonceSize():], nil)
	if err != nil {
		return nil, fmt.Errorf("a remembered answer: %w", err)
	}
	var a sealedAnswer
	return &a, json.Unmarshal(plain, &a)
}

func boxOf(secret [32]byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// A heldAnswer is an answer that is not sent yet.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (h *heldAnswer) Header() http.Header { return h.header }

// WriteHeader implements http.ResponseWriter.
func (h *heldAnswer) WriteHeader(status int) { h.status = status }

// Write implements http.ResponseWriter.
func (h *heldAnswer) Write(b []byte) (int, error) { return h.body.Write(b) }

func (h *heldAnswer) send(w http.ResponseWriter) error {
	w.WriteHeader(h.status)
	_, err := w.Write(h.body.Bytes())
	return err
}
