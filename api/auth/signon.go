package auth

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// A SignOn is an OpenID provider that people may log in with.
type SignOn struct {
	Issuer   string // exactly as the provider names itself
	ClientID string
	Secret   string // empty for a client without one
	Label    string // what people call it
	// Redirect is our address that the provider sends people back to.
	Redirect string
	Scopes   []string
	// Domains are those that new people's addresses may be in; none: any.
	Domains []string
	// Create adds people whom nobody knows here yet; else only those who are
	// planned, invited or have an account come in.
	Create bool
	// AdminGroup makes administrators of those, and only those, who are in it,
	// by the claim named GroupsClaim. Empty: the provider has no say in it.
	GroupsClaim, AdminGroup string
}

// A SignOnError is a log-in through the provider that did not work. Reason is for
// the person, Err for the log.
type SignOnError struct {
	Reason string
	Down   bool // the provider is the problem, not the person
	Err    error
}

// Error tells both.
func (e *SignOnError) Error() string {
	if e.Err == nil {
		return "sign-on: " + e.Reason
	}
	return fmt.Sprintf("sign-on: %s: %v", e.Reason, e.Err)
}

// Unwrap returns what is for the log.
func (e *SignOnError) Unwrap() error { return e.Err }

func noSignOn(reason string, err error) error { return &SignOnError{Reason: reason, Err: err} }

const (
	signOnCookie = "watchbill_signon"
	signOnLife   = 10 * time.Minute
	// providerPatience is how long a provider may take to answer, and retryAfter
	// how long one that failed is left alone.
	providerPatience = 10 * time.Second
	retryAfter       = 5 * time.Second
)

// A client is what we know of the provider. It may be down when we start, so it is
// asked when somebody needs it, until it has answered once.
type client struct {
	SignOn
	now  func() time.Time
	http *http.Client

	mu       sync.Mutex
	provider *oidc.Provider
	checked  time.Time
	err      error
}

var providerHTTP = &http.Client{Timeout: providerPatience}

// Observe has what the provider is asked go through a watch. It is called before anybody
// logs in.
func (s *Service) Observe(around func(http.RoundTripper) http.RoundTripper) {
	if s.client != nil {
		s.client.http = &http.Client{Timeout: providerPatience, Transport: around(http.DefaultTransport)}
	}
}

// discover returns the provider's description of itself.
func (c *client) discover(ctx context.Context) (*oidc.Provider, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.provider == nil && (c.err == nil || now.Sub(c.checked) >= retryAfter) {
		c.provider, c.err = oidc.NewProvider(oidc.ClientContext(ctx, c.http), c.Issuer)
		c.checked = now
		if ctx.Err() != nil {
			c.checked = time.Time{} // whoever asked went away: that says nothing about the provider
		}
	}
	if c.provider == nil {
		return nil, &SignOnError{Reason: c.Label + " does not answer. Try again soon, or sign in with a password.", Down: true, Err: c.err}
	}
	return c.provider, nil
}

// Discover asks the provider for its description of itself, once, and says why there is none.
func (s *SignOn) Discover(ctx context.Context) error {
	_, err := oidc.NewProvider(oidc.ClientContext(ctx, providerHTTP), s.Issuer)
	return err
}

// SignOnState says how sign-on is set up, and whether the provider has answered;
// ok is false when there is none.
func (s *Service) SignOnState(ctx context.Context) (set SignOn, checked time.Time, problem string, ok bool) {
	if s.client == nil {
		return SignOn{}, time.Time{}, "", false
	}
	brief, cancel := context.WithTimeout(ctx, providerPatience/5)
	defer cancel()
	_, err := s.client.discover(brief)
	if err != nil {
		problem = s.client.Label + " does not answer: " + errors.Unwrap(err).Error()
	}
	set = s.client.SignOn
	set.Secret = ""
	s.client.mu.Lock()
	defer s.client.mu.Unlock()
	return set, s.client.checked, problem, true
}

// SignOnLabel is what the provider is called; empty when there is none.
func (s *Service) SignOnLabel() string {
	if s.client == nil {
		return ""
	}
	return s.client.Label
}

// A journey is what a browser keeps while its user is at the provider. It proves
// that whoever comes back is who left, and the code that they bring is for us.
type journey struct {
	State, Nonce, Verifier string
	Next                   string `json:",omitempty"`
	Invitation             string `json:",omitempty"`
}

func (c *client) oauth(p *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: c.ClientID, ClientSecret: c.Secret, Endpoint: p.Endpoint(), RedirectURL: c.Redirect, Scopes: c.Scopes}
}

// BeginSignOn returns where the browser has to go to log in at the provider. next
// is where it goes afterwards, and invitation a link's secret to be accepted, or
// both are empty.
func (s *Service) BeginSignOn(ctx context.Context, next, invitation string) (string, error) {
	v, err := visitOf(ctx)
	if err != nil {
		return "", err
	}
	if s.client == nil {
		return "", noSignOn("There is no single sign-on here.", nil)
	}
	p, err := s.client.discover(ctx)
	if err != nil {
		return "", err
	}
	if len(next) > 1000 {
		next = ""
	}
	j := journey{State: secret(), Nonce: secret(), Verifier: oauth2.GenerateVerifier(), Next: next, Invitation: invitation}
	b, err := json.Marshal(j)
	if err != nil {
		return "", err
	}
	s.cookie(v, signOnCookie, base64.RawURLEncoding.EncodeToString(b), signOnLife)
	return s.client.oauth(p).AuthCodeURL(j.State, oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier)), nil
}

// journeyOf takes what the browser kept, for good: nobody comes back twice.
func (s *Service) journeyOf(v *visit) (journey, error) {
	lost := noSignOn("This was begun in another browser, or too long ago. Begin again.", nil)
	cookie, err := v.echo.Request().Cookie(s.cookieName(v, signOnCookie))
	if err != nil {
		return journey{}, lost
	}
	s.cookie(v, signOnCookie, "", 0)
	var j journey
	b, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || json.Unmarshal(b, &j) != nil || !isSecret(j.State) || !isSecret(j.Nonce) || j.Verifier == "" {
		return journey{}, lost
	}
	return j, nil
}

// EndSignOn logs in whoever comes back from the provider. It returns where they
// wanted to go.
func (s *Service) EndSignOn(ctx context.Context) (next string, err error) {
	v, err := visitOf(ctx)
	if err != nil {
		return "", err
	}
	if s.client == nil {
		return "", noSignOn("There is no single sign-on here.", nil)
	}
	j, err := s.journeyOf(v)
	if err != nil {
		return "", err
	}
	q := v.echo.QueryParams()
	switch {
	case subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(j.State)) != 1:
		return "", noSignOn("This was begun in another browser, or too long ago. Begin again.", errors.New("the state is another"))
	case q.Has("iss") && q.Get("iss") != s.client.Issuer:
		return "", noSignOn("The answer came from another provider. Begin again.", fmt.Errorf("issuer %q", q.Get("iss")))
	case q.Get("error") == "access_denied":
		return "", noSignOn(s.client.Label+" did not let you in, or you stopped there.", errors.New(cut(q.Get("error_description"), 200)))
	case q.Get("error") != "" || q.Get("code") == "":
		return "", noSignOn(s.client.Label+" could not log you in. Begin again.", fmt.Errorf("error %q: %s", cut(q.Get("error"), 100), cut(q.Get("error_description"), 200)))
	}
	id, err := s.client.identity(ctx, &j, q.Get("code"))
	if err != nil {
		return "", err
	}
	a, err := s.recognise(ctx, id, j.Invitation)
	if err != nil {
		return "", err
	}
	_, err = s.begin(ctx, a, "log in", fmt.Sprintf("%s, from %s", s.client.Label, v.address))
	return j.Next, err
}

// An identity is somebody as the provider vouches for them.
type identity struct {
	subject  string // issuer and subject: for ever the same person
	email    string // lower case
	verified bool   // the address is theirs
	name     string
	zone     string
	groups   []string
	grouped  bool // the provider said something about groups
}

// identity turns a code into an identity, and refuses whatever does not hold.
func (c *client) identity(ctx context.Context, j *journey, code string) (*identity, error) {
	p, err := c.discover(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, c.http), 2*providerPatience)
	defer cancel()
	token, err := c.oauth(p).Exchange(ctx, code, oauth2.VerifierOption(j.Verifier))
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refusal.Response.StatusCode < 500 {
		return nil, noSignOn(c.Label+" does not let you in, or not a second time. Begin again.", err)
	} else if err != nil {
		return nil, &SignOnError{Reason: c.Label + " does not answer. Try again soon.", Down: true, Err: err}
	}
	proof, claims, err := c.prove(ctx, p, j, token)
	if err != nil {
		return nil, err
	}
	// Some providers keep the rest for a second question.
	_, told := claims["email"]
	if told && !c.silentOnGroups(claims) {
		return c.read(proof.Subject, claims), nil
	}
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(token))
	switch {
	case err != nil && told:
		return c.read(proof.Subject, claims), nil // of groups nothing is known
	case err != nil:
		return nil, &SignOnError{Reason: c.Label + " does not answer. Try again soon.", Down: true, Err: err}
	case info.Subject != proof.Subject:
		return nil, c.untrusted(fmt.Errorf("user info is of %q", info.Subject))
	}
	if !told {
		delete(claims, "email_verified") // it is about the address that is told with it
	}
	rest := map[string]any{}
	if err := info.Claims(&rest); err != nil {
		return nil, c.untrusted(err)
	}
	for name, value := range rest {
		if _, signed := claims[name]; !signed {
			claims[name] = value
		}
	}
	id := c.read(proof.Subject, claims)
	// Many providers leave out the groups of somebody who is in none.
	id.grouped = id.grouped || c.silentOnGroups(claims)
	return id, nil
}

// silentOnGroups says whether groups matter and claims have none of them, nor say that
// there are too many to tell.
func (c *client) silentOnGroups(claims map[string]any) bool {
	name := cmp.Or(c.GroupsClaim, "groups")
	elsewhere, _ := claims["_claim_names"].(map[string]any)
	_, told := claims[name]
	_, tooMany := elsewhere[name]
	return c.AdminGroup != "" && !told && !tooMany
}

func (c *client) untrusted(err error) error {
	return noSignOn("What "+c.Label+" said about you cannot be trusted. Tell an administrator: the reason is in the log of the service.", err)
}

// prove checks the ID token that came for a code, and returns it with its claims.
func (c *client) prove(ctx context.Context, p *oidc.Provider, j *journey, token *oauth2.Token) (*oidc.IDToken, map[string]any, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, nil, c.untrusted(errors.New("no ID token"))
	}
	proof, err := p.Verifier(&oidc.Config{ClientID: c.ClientID, Now: c.now}).Verify(ctx, raw)
	if err != nil {
		return nil, nil, c.untrusted(err)
	}
	if subtle.ConstantTimeCompare([]byte(proof.Nonce), []byte(j.Nonce)) != 1 {
		return nil, nil, c.untrusted(errors.New("the nonce is another"))
	}
	if proof.AccessTokenHash != "" {
		if err := proof.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, nil, c.untrusted(err)
		}
	}
	claims := map[string]any{}
	if err := proof.Claims(&claims); err != nil {
		return nil, nil, c.untrusted(err)
	}
	if party, _ := claims["azp"].(string); party != "" && party != c.ClientID || party == "" && len(proof.Audience) > 1 {
		return nil, nil, c.untrusted(fmt.Errorf("it is for the party %q", party))
	}
	if proof.Subject == "" || len(proof.Subject) > 255 {
		return nil, nil, c.untrusted(errors.New("no subject"))
	}
	return proof, claims, nil
}

// read makes an identity of claims.
func (c *client) read(subject string, claims map[string]any) *identity {
	text := func(name string) string { t, _ := claims[name].(string); return strings.TrimSpace(t) }
	id := &identity{subject: c.Issuer + " " + subject, email: strings.ToLower(text("email")), zone: text("zoneinfo")}
	id.verified = claims["email_verified"] == true || claims["email_verified"] == "true"
	id.name = cmp.Or(text("name"), strings.TrimSpace(text("given_name")+" "+text("family_name")), text("preferred_username"), id.email)
	var groups any
	if groups, id.grouped = claims[cmp.Or(c.GroupsClaim, "groups")]; id.grouped {
		switch g := groups.(type) {
		case string:
			id.groups = []string{g}
		case []any:
			for _, one := range g {
				if name, ok := one.(string); ok {
					id.groups = append(id.groups, name)
				}
			}
		}
	}
	return id
}

// allows says whether new people may have such an address.
func (c *client) allows(email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	return len(c.Domains) == 0 || slices.Contains(c.Domains, domain)
}
