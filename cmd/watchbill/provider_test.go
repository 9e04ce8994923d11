package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"

	"watchbill/api/auth"
)

// A provider is a real OpenID provider in this process: a certified library with
// its own storage, at an address of its own. Only its answers can be spoilt on the
// way, which is how somebody evil would look.
type provider struct {
	t      *testing.T
	url    string
	store  *storage.Storage
	people map[string]*storage.User
	user   string // who is at the keyboard
	down   atomic.Bool
	// spoil changes the ID token's claims and says how it is signed; nil leaves it.
	spoil func(claims map[string]any) signing
	// spoilInfo changes the second answer, of the user's information.
	spoilInfo func(claims map[string]any)
	noToken   bool // the answer has no ID token
}

type signing int

const (
	properly signing = iota
	unsigned
	byAnother // a key that is not the provider's
	bySecret  // HS256 with the client's secret
)

const clientSecret = "between the two of us"

// GetUserByID, GetUserByUsername and ExampleClientID are what the library's storage
// asks about people.
func (p *provider) GetUserByID(id string) *storage.User { return p.people[id] }
func (p *provider) GetUserByUsername(name string) *storage.User {
	return p.people[name]
}
func (p *provider) ExampleClientID() string { return "nobody" }

func newProvider(t *testing.T, redirect string) *provider {
	t.Helper()
	p := &provider{t: t, people: map[string]*storage.User{}}
	p.store = storage.NewStorageWithClients(p, map[string]*storage.Client{"watchbill": storage.WebClient("watchbill", clientSecret, redirect)})
	front := httptest.NewUnstartedServer(nil)
	p.url = "http://" + front.Listener.Addr().String()
	library, err := op.NewProvider(&op.Config{CodeMethodS256: true, AuthMethodPost: true}, p.store, op.StaticIssuer(p.url), op.WithAllowInsecure())
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", library)
	mux.HandleFunc("/login/username", func(w http.ResponseWriter, r *http.Request) {
		id := r.FormValue("authRequestID")
		if err := p.store.CheckUsernamePassword(p.user, "", id); err != nil {
			t.Errorf("%s at the provider: %v", p.user, err)
		}
		http.Redirect(w, r, op.AuthCallbackURL(library)(op.ContextWithIssuer(r.Context(), p.url), id), http.StatusFound)
	})
	mux.HandleFunc("/oauth/token", func(w http.ResponseWriter, r *http.Request) { p.spoilt(w, r, library, p.spoilToken) })
	mux.HandleFunc("/userinfo", func(w http.ResponseWriter, r *http.Request) { p.spoilt(w, r, library, p.spoilUser) })
	front.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.down.Load() {
			http.Error(w, "we are moving house", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	})
	front.Start()
	t.Cleanup(front.Close)
	return p
}

// settings is how the service knows the provider.
func (p *provider) settings(redirect string) *auth.SignOn {
	return &auth.SignOn{
		Issuer: p.url, ClientID: "watchbill", Secret: clientSecret, Label: "Acme", Redirect: redirect,
		Scopes: []string{"openid", "email", "profile"}, GroupsClaim: "groups",
	}
}

// is puts somebody at the keyboard, who has the address given now.
func (p *provider) is(id, name, email string, verified bool) {
	first, last, _ := strings.Cut(name, " ")
	p.people[id] = &storage.User{ID: id, Username: id, FirstName: first, LastName: last, Email: email, EmailVerified: verified}
	p.user = id
}

// spoilt passes an answer on, changed.
func (p *provider) spoilt(w http.ResponseWriter, r *http.Request, next http.Handler, change func(map[string]any)) {
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	body := rec.Body.Bytes()
	var answer map[string]any
	if json.Unmarshal(body, &answer) == nil && rec.Code == http.StatusOK {
		change(answer)
		body, _ = json.Marshal(answer)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body)
}

func (p *provider) spoilUser(answer map[string]any) {
	if p.spoilInfo != nil {
		p.spoilInfo(answer)
	}
}

func (p *provider) spoilToken(answer map[string]any) {
	if p.noToken {
		delete(answer, "id_token")
	}
	text, _ := answer["id_token"].(string)
	if p.spoil == nil || text == "" {
		return
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
	claims := map[string]any{}
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		p.t.Errorf("the ID token cannot be read: %v", err)
	}
	how := p.spoil(claims)
	payload, _ = json.Marshal(claims)
	answer["id_token"] = p.sign(payload, how)
}

// sign makes an ID token of claims.
func (p *provider) sign(payload []byte, how signing) string {
	key, err := p.store.SigningKey(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	with := jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key.Key(), KeyID: key.ID()}}
	switch how {
	case unsigned:
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload) + "."
	case byAnother:
		other, _ := rsa.GenerateKey(rand.Reader, 2048)
		with.Key = jose.JSONWebKey{Key: other, KeyID: key.ID()}
	case bySecret:
		with = jose.SigningKey{Algorithm: jose.HS256, Key: append([]byte(clientSecret), make([]byte, 32)...)}
	}
	signer, err := jose.NewSigner(with, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}
