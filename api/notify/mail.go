package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// A MailServer says where letters go as e-mail.
type MailServer struct {
	Address  string // host:port
	From     string // as in a mail: Watchbill <watchbill@example.com>
	User     string // empty: the server wants none
	Password string
	Security string // starttls, tls or none
	TLS      *tls.Config
}

// How a connection is kept from being read: by turning it into TLS, by beginning with
// it, or not at all, as on the way to a relay on the same machine.
const (
	StartTLS = "starttls"
	TLS      = "tls"
	NoTLS    = "none"
)

// mailTimeout bounds each step of talking to a server.
const mailTimeout = 20 * time.Second

// Mailer returns a carrier that sends by SMTP. An error says what is wrong with the
// settings.
func (m *MailServer) Mailer() (Carrier, error) {
	host, port, err := net.SplitHostPort(m.Address)
	if err != nil {
		return nil, fmt.Errorf("the mail server is given as host:port, like smtp.example.com:587; it is %q", m.Address)
	}
	number, err := strconv.Atoi(port)
	if err != nil || number < 1 || number > 65535 || host == "" {
		return nil, fmt.Errorf("the mail server is given as host:port, like smtp.example.com:587; it is %q", m.Address)
	}
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return nil, fmt.Errorf("the sender of mail is an address, like Watchbill <watchbill@example.com>; it is %q", m.From)
	}
	options := []gomail.Option{gomail.WithPort(number), gomail.WithTimeout(mailTimeout)}
	switch m.Security {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS:
		options = append(options, gomail.WithSSL())
	case NoTLS:
		if m.User != "" {
			return nil, errors.New("a password is not sent without TLS: choose starttls or tls, or no user")
		}
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("the connection to the mail server is made safe by starttls, tls or none, not by %q", m.Security)
	}
	if m.TLS != nil {
		options = append(options, gomail.WithTLSConfig(m.TLS))
	}
	if m.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(m.User), gomail.WithPassword(m.Password))
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	if _, err := gomail.NewClient(host, options...); err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	return &mailer{host, from, domain, options}, nil
}

type mailer struct {
	host    string
	from    *mail.Address
	domain  string
	options []gomail.Option
}

// Open implements Carrier.
func (m *mailer) Open(ctx context.Context) (Line, error) {
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return nil, err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	return &mailLine{m, client}, nil
}

type mailLine struct {
	*mailer
	client *gomail.Client
}

// Send implements Line.
func (l *mailLine) Send(_ context.Context, m *Mail) error {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent()) // which version sends is for nobody
	msg.FromMailAddress(l.from)
	if to, err := mail.ParseAddress(m.Address); err != nil || to.Address != m.Address {
		return &RefusedError{"the address is none"}
	}
	msg.AddToMailAddress(&mail.Address{Name: oneLine(m.Name), Address: m.Address})
	msg.Subject(oneLine(m.Subject))
	msg.SetMessageIDWithValue(m.ID + "@" + l.domain)
	msg.SetDateWithValue(m.At)
	// Whoever is away does not answer a program.
	msg.SetGenHeader(gomail.Header("Auto-Submitted"), "auto-generated")
	page, err := m.HTML()
	if err != nil {
		return err
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Plain())
	msg.AddAlternativeString(gomail.TypeTextHTML, page)
	err = l.client.Send(msg)
	if refused(err) {
		return &RefusedError{err.Error()}
	}
	return err
}

// refused says whether a server wants none of this letter, and would not later. What is
// against the sender, or against the server's rules, an administrator can mend.
func refused(err error) bool {
	var e *gomail.SendError
	if !errors.As(err, &e) || e.Reason == gomail.ErrSMTPMailFrom || strings.HasPrefix(e.EnhancedStatusCode(), "5.7") {
		return false
	}
	return e.ErrorCode() >= 500 && e.ErrorCode() < 600
}

// Close implements Line.
func (l *mailLine) Close() error { return l.client.Close() }
