package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A SlackApp says how letters get into a workspace of Slack, as messages of an app to each
// person.
type SlackApp struct {
	Token string // of the app's bot: a secret
	API   string // address before the name of a method; empty: Slack's own
	Now   func() time.Time
}

const (
	slackAPI = "https://slack.com/api/"
	// slackTimeout bounds one call, of which a letter takes four at the most.
	slackTimeout = 20 * time.Second
	// mostAnswer bounds what is read of an answer, in bytes.
	mostAnswer = 4 << 20
	// known is how long a person's conversation is remembered, and mostKnown of how many.
	known     = 24 * time.Hour
	mostKnown = 20000
	// defaultBusy is how long nothing is sent when Slack does not say how long.
	defaultBusy = 30 * time.Second
)

// Carrier returns a carrier that sends by Slack's Web API. An error says what is wrong with
// the settings, and not what the token is.
func (a *SlackApp) Carrier() (Carrier, error) {
	if !strings.HasPrefix(a.Token, "xoxb-") && !strings.HasPrefix(a.Token, "xoxe.xoxb-") || strings.ContainsFunc(a.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the token of Slack is that of a bot, which begins with xoxb-, and is one word")
	}
	api := a.API
	if api == "" {
		api = slackAPI
	}
	at, err := url.Parse(api)
	if err != nil || at.Host == "" || at.User != nil || at.RawQuery != "" || at.Fragment != "" || at.Scheme != "https" && at.Scheme != "http" {
		return nil, fmt.Errorf("the address of Slack's API is like %s; it is %q", slackAPI, api)
	}
	if at.Scheme == "http" && !isLoopback(at.Hostname()) {
		return nil, fmt.Errorf("the token is not sent without TLS: the address of Slack's API begins with https://; it is %q", api)
	}
	ways := http.DefaultTransport.(*http.Transport).Clone()
	client := &http.Client{
		Timeout: slackTimeout, Transport: ways,
		// What asks to go elsewhere is not Slack, and is not given the token.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &slack{token: a.Token, api: strings.TrimSuffix(api, "/") + "/", now: a.Now, http: client, known: map[string]conversation{}}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// A slack is a workspace, and what is remembered of it: in memory only, because who is who
// at Slack is nothing that this program has to keep.
type slack struct {
	token, api string
	now        func() time.Time
	http       *http.Client

	mu    sync.Mutex
	known map[string]conversation // by e-mail address
	busy  time.Time               // nothing is sent before
}

// A conversation is that of the app with one person.
type conversation struct {
	id string
	at time.Time
}

// Open implements Carrier. Whether the token opens anything is asked here, so that no letter
// is tried with one that does not.
func (s *slack) Open(ctx context.Context) (Line, error) {
	s.mu.Lock()
	wait := s.busy.Sub(s.now())
	s.mu.Unlock()
	if wait > 0 {
		return nil, &BusyError{wait}
	}
	if err := s.call(ctx, "auth.test", nil, nil); err != nil {
		return nil, err
	}
	return s, nil
}

// Close implements Line.
func (s *slack) Close() error {
	s.http.CloseIdleConnections()
	return nil
}

// Send implements Line. Slack has nothing by which it knows a message that it was given
// before. So each has its number on its block, and before anything is sent again the
// conversation is looked through for it.
func (s *slack) Send(ctx context.Context, m *Mail) error {
	to, fresh, err := s.conversation(ctx, m)
	if err != nil {
		return err
	}
	if !m.Tried.IsZero() {
		if there, err := s.arrived(ctx, to, m); err != nil || there {
			return err
		}
	}
	err = s.call(ctx, "chat.postMessage", slackMessage(to, m), nil)
	var refused *RefusedError
	if errors.As(err, &refused) && !fresh {
		// Perhaps they are somebody else at Slack by now: the next try looks.
		s.mu.Lock()
		delete(s.known, m.Address)
		s.mu.Unlock()
		return errors.New(refused.Reason)
	}
	return err
}

// conversation returns that with whoever has an address, and whether Slack was just asked.
func (s *slack) conversation(ctx context.Context, m *Mail) (id string, fresh bool, err error) {
	s.mu.Lock()
	c, ok := s.known[m.Address]
	s.mu.Unlock()
	if ok && m.At.Sub(c.at) < known {
		return c.id, false, nil
	}
	var found struct {
		User struct {
			ID      string `json:"id"`
			Deleted bool   `json:"deleted"`
			IsBot   bool   `json:"is_bot"`
		} `json:"user"`
	}
	if err := s.call(ctx, "users.lookupByEmail", url.Values{"email": {m.Address}}, &found); err != nil {
		return "", true, err
	}
	switch {
	case found.User.Deleted:
		return "", true, &RefusedError{"their account at Slack is deactivated"}
	case found.User.IsBot || found.User.ID == "":
		return "", true, &RefusedError{"whoever has this address at Slack is no person"}
	}
	var opened struct {
		Channel struct {
			ID string `json:"id"`
		} `json:"channel"`
	}
	if err := s.call(ctx, "conversations.open", url.Values{"users": {found.User.ID}}, &opened); err != nil {
		return "", true, err
	}
	if opened.Channel.ID == "" {
		return "", true, errors.New("conversations.open of Slack named no conversation")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= mostKnown {
		clear(s.known)
	}
	s.known[m.Address] = conversation{opened.Channel.ID, m.At}
	return opened.Channel.ID, true, nil
}

// arrived says whether a message is in its conversation already. An app that may not read
// there sends again: rather twice than not at all.
func (s *slack) arrived(ctx context.Context, in string, m *Mail) (bool, error) {
	var past struct {
		Messages []struct {
			Blocks []struct {
				ID string `json:"block_id"`
			} `json:"blocks"`
		} `json:"messages"`
	}
	oldest := strconv.FormatInt(m.Tried.Add(-time.Hour).Unix(), 10) // clocks differ
	err := s.call(ctx, "conversations.history", url.Values{"channel": {in}, "oldest": {oldest}, "limit": {"200"}}, &past)
	var said *slackError
	if errors.As(err, &said) && said.code == "missing_scope" {
		return false, nil
	}
	for i := range past.Messages {
		for _, b := range past.Messages[i].Blocks {
			if b.ID == m.ID {
				return true, nil
			}
		}
	}
	return false, err
}

// A slackError is a call that Slack answered with an error of its own.
type slackError struct{ method, code string }

func (e *slackError) Error() string {
	if words := slackTroubles[e.code]; words != "" {
		return fmt.Sprintf("%s (%s)", words, e.code)
	}
	return fmt.Sprintf("Slack says %s to %s", e.code, e.method)
}

// slackTroubles say what an administrator can mend. These pass, or are mended, and nobody
// has lost their news by then.
var slackTroubles = map[string]string{
	"invalid_auth":            "Slack does not know the token",
	"not_authed":              "Slack does not know the token",
	"token_revoked":           "the token was revoked at Slack",
	"token_expired":           "the token has expired",
	"account_inactive":        "the app was removed from the workspace, or the workspace is closed",
	"missing_scope":           "the app lacks a permission: it needs users:read, users:read.email, im:write, im:history and chat:write",
	"not_allowed_token_type":  "the token is not that of a bot",
	"messages_tab_disabled":   "the app's Messages tab is off: turn it on under App Home",
	"restricted_action":       "the workspace does not let the app write",
	"ekm_access_denied":       "the workspace does not let the app write",
	"team_access_not_granted": "the app is not let into the workspace",
	"internal_error":          "Slack has a fault",
	"fatal_error":             "Slack has a fault",
	"service_unavailable":     "Slack is not available",
}

// slackRefusals are of one letter or of whom it is for, and stay.
var slackRefusals = map[string]string{
	"users_not_found":       "Slack knows nobody with this e-mail address",
	"user_not_found":        "Slack knows nobody with this e-mail address",
	"user_not_visible":      "Slack does not let the app see them",
	"user_disabled":         "their account at Slack is deactivated",
	"cannot_dm_bot":         "whoever has this address at Slack is no person",
	"channel_not_found":     "their conversation with the app is gone",
	"is_archived":           "their conversation with the app is closed",
	"msg_too_long":          "it is too long for Slack",
	"msg_blocks_too_long":   "it is too long for Slack",
	"no_text":               "Slack does not take it",
	"invalid_blocks":        "Slack does not take it",
	"invalid_blocks_format": "Slack does not take it",
}

// call calls a method with a form or with JSON, and reads its answer. Addresses of people go
// in the body: addresses of the web are noted on their way.
func (s *slack) call(ctx context.Context, method string, arguments, answer any) error {
	body, kind := "", "application/x-www-form-urlencoded"
	switch a := arguments.(type) {
	case nil:
	case url.Values:
		body = a.Encode()
	default:
		b, err := json.Marshal(a)
		if err != nil {
			return err
		}
		body, kind = string(b), "application/json; charset=utf-8"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.api+method, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", "Watchbill")
	resp, err := s.http.Do(req)
	if err != nil {
		return fmt.Errorf("no answer of Slack: %w", unwrapped(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusTooManyRequests {
		return s.wait(resp.Header.Get("Retry-After"))
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		return fmt.Errorf("the answer of Slack broke off: %w", unwrapped(err))
	}
	var said struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	if err := json.Unmarshal(b, &said); err != nil || !said.OK && said.Error == "" {
		return fmt.Errorf("nothing that can be read in what Slack answered to %s: %s", method, resp.Status)
	}
	switch why := slackRefusals[said.Error]; {
	case said.OK && answer == nil:
		return nil
	case said.OK:
		return json.NewDecoder(bytes.NewReader(b)).Decode(answer)
	case said.Error == "ratelimited" || said.Error == "rate_limited" || said.Error == "message_limit_exceeded":
		return s.wait(resp.Header.Get("Retry-After"))
	case why != "":
		return &RefusedError{fmt.Sprintf("%s (%s)", why, said.Error)}
	}
	return &slackError{method, oneLine(said.Error)}
}

// wait notes that Slack takes nothing for a while. Who goes on asking loses the token.
func (s *slack) wait(after string) error {
	wait := defaultBusy
	if seconds, err := strconv.Atoi(after); err == nil && seconds > 0 {
		wait = min(time.Duration(seconds)*time.Second, pause(mostTries))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if until := s.now().Add(wait); until.After(s.busy) {
		s.busy = until
	}
	return &BusyError{wait}
}

// unwrapped takes away the address that was called, which says nothing.
func unwrapped(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
