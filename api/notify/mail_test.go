package notify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watchbill/api/notify"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// A post is a real server for mail.
type post struct {
	address string
	trust   *tls.Config
	mu      sync.Mutex
	got     []delivery
	refuse  map[string]error // by address
}

type delivery struct {
	from, to, text string
	secure         bool
	user           string
}

// serve starts a server; implicit begins with TLS. It lets in ana with the password
// "secret", if anybody has to be let in.
func serve(t *testing.T, implicit bool) *post {
	t.Helper()
	p := &post{refuse: map[string]error{}}
	certificate, roots := certified(t)
	p.trust = &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{post: p, conn: c}, nil }))
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.Domain = "127.0.0.1"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.address = listener.Addr().String()
	if implicit {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return p
}

func certified(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	is := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Unix(1<<33, 0), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, is, is, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

type session struct {
	post *post
	conn *smtp.Conn
	d    delivery
	user string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "ana" || password != "secret" {
			return smtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}

func (s *session) refusal(address string) error {
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	return s.post.refuse[address]
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	_, secure := s.conn.TLSConnectionState()
	s.d = delivery{from: from, secure: secure, user: s.user}
	return s.refusal(from)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.d.to = to
	return s.refusal(to)
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.d.text = string(b)
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	s.post.got = append(s.post.got, s.d)
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// letters returns what came since they were last asked for.
func (p *post) letters() []delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	is := p.got
	p.got = nil
	return is
}

func letter() *notify.Mail {
	return &notify.Mail{
		ID: "1f", Name: "Zoë \"Z\" <z@evil.example>\r\nBcc: all@example.com", Address: "zoe@example.com", Subject: "Ünsafe\r\nBcc: all@example.com",
		Text: "Hello.\n.\nhttps://watchbill.example/requests", At: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC),
	}
}

// Letters arrive by STARTTLS with a password, by TLS from the start, and plainly where
// that was asked for; and what people are called makes no headers.
func TestMail(t *testing.T) {
	for _, x := range []struct {
		security, user, password string
		secure                   bool
	}{{notify.StartTLS, "ana", "secret", true}, {notify.StartTLS, "", "", true}, {notify.TLS, "ana", "secret", true}, {notify.NoTLS, "", "", false}} {
		t.Run(x.security+x.user, func(t *testing.T) {
			p := serve(t, x.security == notify.TLS)
			server := notify.MailServer{Address: p.address, From: "Watchbill <watchbill@example.com>", User: x.user, Password: x.password, Security: x.security, TLS: p.trust}
			if err := send(t, &server, letter()); err != nil {
				t.Fatal(err)
			}
			got := p.letters()
			if len(got) != 1 || got[0].from != "watchbill@example.com" || got[0].to != "zoe@example.com" || got[0].secure != x.secure || got[0].user != x.user {
				t.Fatalf("%+v", got)
			}
			m, err := mail.ReadMessage(strings.NewReader(got[0].text))
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(m.Body)
			for header, want := range map[string]string{"Message-Id": "<1f@example.com>", "Auto-Submitted": "auto-generated", "Bcc": "", "Date": "Tue, 01 Dec 2026 10:00:00 +0000"} {
				if is := m.Header.Get(header); is != want {
					t.Errorf("%s: %q, want %q", header, is, want)
				}
			}
			if to, err := m.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "zoe@example.com" {
				t.Errorf("To: %v %v", to, err)
			}
			if !strings.Contains(string(body), "https://watchbill.example/requests") {
				t.Errorf("body %q", body)
			}
		})
	}
}

// A letter is plain text and a page that says the same, in which what people have typed is
// text, and which loads nothing.
func TestMailIsAPageToo(t *testing.T) {
	p := serve(t, false)
	m := letter()
	m.Text = "Ana asks <b>you</b>.\nAnd waits.\n\n> <script>alert(1)</script>\n> & \"so\"\n\nIt is\u202eopen."
	m.Link, m.Foot, m.Choose, m.Language = "https://watchbill.example/requests?a=1&b=2", "Choose what:", "https://watchbill.example/account#news", "de"
	server := notify.MailServer{Address: p.address, From: "watchbill@example.com", Security: notify.NoTLS}
	if err := send(t, &server, m); err != nil {
		t.Fatal(err)
	}
	got, err := mail.ReadMessage(strings.NewReader(p.letters()[0].text))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s %v", kind, err)
	}
	parts := map[string]string{}
	var order []string
	for r := multipart.NewReader(got.Body, params["boundary"]); ; {
		part, err := r.NextPart() // which undoes quoted-printable
		if err != nil {
			break
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		parts[kind], order = strings.ReplaceAll(string(text), "\r\n", "\n"), append(order, kind)
	}
	if want := []string{"text/plain", "text/html"}; !slices.Equal(order, want) {
		t.Errorf("parts %v, want %v", order, want)
	}
	for _, want := range []string{"> <script>alert(1)</script>\n", m.Link, m.Choose} {
		if !strings.Contains(parts["text/plain"], want) {
			t.Errorf("there is no %q in\n%s", want, parts["text/plain"])
		}
	}
	for _, want := range []string{
		`<html lang="de">`, "<p>Ana asks &lt;b&gt;you&lt;/b&gt;.<br>\nAnd waits.</p>", "<blockquote>&lt;script&gt;alert(1)&lt;/script&gt;<br>\n&amp; &#34;so&#34;</blockquote>",
		"<p>It isopen.</p>", `<a href="https://watchbill.example/requests?a=1&amp;b=2">`, `<a href="https://watchbill.example/account#news">`, "<h1>Ünsafe  Bcc: all@example.com</h1>",
	} {
		if !strings.Contains(parts["text/html"], want) {
			t.Errorf("there is no %q in\n%s", want, parts["text/html"])
		}
	}
	for _, not := range []string{"<script", "<img", "src=", "url(", "@import"} {
		if strings.Contains(parts["text/html"], not) {
			t.Errorf("%q is in\n%s", not, parts["text/html"])
		}
	}
}

func send(t *testing.T, server *notify.MailServer, m *notify.Mail) error {
	t.Helper()
	carrier, err := server.Mailer()
	if err != nil {
		t.Fatal(err)
	}
	line, err := carrier.Open(t.Context())
	if err != nil {
		return err
	}
	defer func() { _ = line.Close() }()
	return line.Send(t.Context(), m)
}

// What a server says of an address is for ever, what it says of the sender or of its
// own state is not, and it is trusted only with its certificate.
func TestMailRefused(t *testing.T) {
	p := serve(t, false)
	server := notify.MailServer{Address: p.address, From: "watchbill@example.com", Security: notify.StartTLS, TLS: p.trust}
	p.refuse["gone@example.com"] = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	p.refuse["busy@example.com"] = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
	p.refuse["policy@example.com"] = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "relaying denied"}
	for to, final := range map[string]bool{"gone@example.com": true, "busy@example.com": false, "policy@example.com": false, "not an address": true} {
		m := letter()
		m.Address = to
		err := send(t, &server, m)
		var refused *notify.RefusedError
		if err == nil || errors.As(err, &refused) != final {
			t.Errorf("%s: %v", to, err)
		}
	}
	p.refuse["watchbill@example.com"] = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 7}, Message: "bad sender"}
	var refused *notify.RefusedError
	if err := send(t, &server, letter()); err == nil || errors.As(err, &refused) {
		t.Errorf("a sender who is not wanted: %v", err)
	}
	for name, broken := range map[string]notify.MailServer{
		"a certificate of nobody": {Address: p.address, From: server.From, Security: notify.StartTLS},
		"a wrong password":        {Address: p.address, From: server.From, Security: notify.StartTLS, TLS: p.trust, User: "ana", Password: "guess"},
		"nobody there":            {Address: "127.0.0.1:1", From: server.From, Security: notify.NoTLS},
	} {
		if err := send(t, &broken, letter()); err == nil {
			t.Errorf("%s: it was sent", name)
		}
	}
	if got := p.letters(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestMailSettings(t *testing.T) {
	for _, x := range []struct {
		server notify.MailServer
		want   string
	}{
		{notify.MailServer{Address: "smtp.example.com", From: "a@b.example", Security: "starttls"}, "host:port"},
		{notify.MailServer{Address: ":25", From: "a@b.example", Security: "starttls"}, "host:port"},
		{notify.MailServer{Address: "smtp.example.com:99999", From: "a@b.example", Security: "starttls"}, "host:port"},
		{notify.MailServer{Address: "smtp.example.com:25", From: "nobody", Security: "starttls"}, "sender"},
		{notify.MailServer{Address: "smtp.example.com:25", From: "a@b.example", Security: "ssl"}, `not by "ssl"`},
		{notify.MailServer{Address: "smtp.example.com:25", From: "a@b.example", Security: "none", User: "ana", Password: "x"}, "without TLS"},
	} {
		if _, err := x.server.Mailer(); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%+v: %v, want %q", x.server, err, x.want)
		}
	}
}
