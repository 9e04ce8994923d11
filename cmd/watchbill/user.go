package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"watchbill/api/auth"
	"watchbill/api/auth/authdb"
	"watchbill/migrations"
	"watchbill/schedule"
)

// userCmd is what whoever has the database can do about people when nobody can log
// in, or in a script. The service may run meanwhile: what ends, ends at once.
type userCmd struct {
	List       userListCmd       `cmd:"" help:"List people and service accounts."`
	Add        userAddCmd        `cmd:"" help:"Let somebody log in who was not invited, and print a link to choose a password."`
	Admin      userAdminCmd      `cmd:"" help:"Make somebody an administrator, or no longer."`
	Deactivate userDeactivateCmd `cmd:"" help:"Close somebody's account: sessions, tokens and calendar links are dead at once."`
	Activate   userActivateCmd   `cmd:"" help:"Open a closed account again."`
	Reset      userResetCmd      `cmd:"" name:"reset-password" help:"Print a link to choose a new password, or set one."`
	Unlink     userUnlinkCmd     `cmd:"" help:"Forget who somebody is at the OpenID provider, so that they are recognised anew."`
}

// accessFlags say where the people are.
type accessFlags struct {
	configFlags
	DB string `default:"watchbill.db" env:"WATCHBILL_DB" placeholder:"FILE|URL" help:"Database of the service (default ${default})."`
}

// open opens a database that is there: opening one that is not would make an empty one.
func (a *accessFlags) open(ctx context.Context) (*migrations.DB, error) {
	if !migrations.IsPostgres(a.DB) {
		if _, err := os.Stat(a.DB); err != nil {
			return nil, fmt.Errorf("there is no database %s: --db says where it is", a.DB)
		}
	}
	return migrations.Open(ctx, a.DB)
}

// place is where a database is, without a password.
func (a *accessFlags) place() string {
	if migrations.IsPostgres(a.DB) {
		return "the PostgreSQL database"
	}
	return a.DB
}

// linkFlags say how links begin.
type linkFlags struct {
	accessFlags
	BaseURL string `default:"http://localhost:8080" env:"WATCHBILL_BASE_URL" placeholder:"URL" help:"Where people reach the service (default ${default})."`
}

// do runs f as the program itself on the accounts of a database that is there.
func (a *accessFlags) do(con *console, f func(ctx context.Context, s *auth.Service) error) error {
	ctx := auth.With(context.Background(), auth.Program())
	db, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // everything is written, or has failed before
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	s, err := auth.New(authdb.New(db.Write, db.Read), auth.Options{Now: func() time.Time { return con.now().UTC().Truncate(time.Second) }})
	if err != nil {
		return err
	}
	return f(ctx, s)
}

// about runs f about the person with an address.
func (a *accessFlags) about(con *console, email string, f func(ctx context.Context, s *auth.Service, account auth.Account) error) error {
	return a.do(con, func(ctx context.Context, s *auth.Service) error {
		account, err := s.Find(ctx, email)
		if errors.Is(err, schedule.ErrNotFound) {
			return fmt.Errorf("nobody has the address %s; `watchbill user list` shows who there is", email)
		} else if err != nil {
			return told(err)
		}
		return f(ctx, s, account)
	})
}

type userListCmd struct {
	accessFlags
	JSON bool `help:"Print JSON."`
}

type userLine struct {
	ID         int64      `json:"id"`
	Name       string     `json:"name"`
	Email      string     `json:"email,omitempty"`
	Kind       string     `json:"kind"` // person, service, or planned: has no log-in
	Admin      bool       `json:"admin"`
	Active     bool       `json:"active"`
	Password   bool       `json:"password"`
	SignOn     bool       `json:"sign_on"`
	LoggedInAt *time.Time `json:"logged_in_at,omitempty"`
}

// Run lists.
func (c *userListCmd) Run(con *console) error {
	return c.do(con, func(ctx context.Context, s *auth.Service) error {
		accounts, err := s.Accounts(ctx)
		if err != nil {
			return err
		}
		lines := []userLine{}
		for _, a := range accounts {
			line := userLine{ID: a.Person, Name: a.Name, Email: a.Email, Kind: a.Kind, Admin: a.Admin, Active: a.DeactivatedAt.IsZero(), Password: a.Password != "", SignOn: a.Subject != ""}
			if line.Kind == "" {
				line.Kind = "planned"
			}
			if !a.LoggedInAt.IsZero() {
				at := a.LoggedInAt.UTC()
				line.LoggedInAt = &at
			}
			lines = append(lines, line)
		}
		if c.JSON {
			out := json.NewEncoder(con.out)
			out.SetIndent("", "  ")
			return out.Encode(lines)
		}
		return table(con.out, lines)
	})
}

func table(to io.Writer, lines []userLine) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tE-MAIL\tKIND\tSTATE\tLAST LOG-IN")
	for _, l := range lines {
		state, seen := "active", "never"
		if l.Admin {
			state = "administrator"
		}
		if !l.Active {
			state = "deactivated"
		}
		if l.LoggedInAt != nil {
			seen = l.LoggedInAt.Format("2006-01-02 15:04")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", strings.Map(printed, l.Name), l.Email, l.Kind, state, seen)
	}
	return w.Flush()
}

type userAddCmd struct {
	linkFlags
	Email string `arg:"" help:"Address of the person."`
	Name  string `help:"Name as colleagues read it; the address when there is none."`
	Zone  string `default:"UTC" help:"Time zone, like Europe/Berlin (default ${default})."`
	Admin bool   `help:"As an administrator."`
}

// Run adds.
func (c *userAddCmd) Run(con *console) error {
	return c.do(con, func(ctx context.Context, s *auth.Service) error {
		name := c.Name
		if name == "" {
			name = c.Email
		}
		id, err := s.AddAccount(ctx, c.Email, name, c.Zone, c.Admin)
		if err != nil {
			return told(err)
		}
		return c.link(ctx, con, s, id)
	})
}

// link prints a link to choose a password.
func (l *linkFlags) link(ctx context.Context, con *console, s *auth.Service, person int64) error {
	secret, err := s.MakeReset(ctx, person)
	if err != nil {
		return told(err)
	}
	fmt.Fprintln(con.err, "watchbill: this link lets them choose a password, once, within a day:")
	fmt.Fprintf(con.out, "%s/reset/%s\n", strings.TrimSuffix(l.BaseURL, "/"), secret)
	return nil
}

// told leaves only what is written for people of a mistake of theirs.
func told(err error) error {
	var all []string
	for _, e := range leaves(err) {
		if bad, ok := errors.AsType[*schedule.InvalidError](e); ok {
			all = append(all, bad.Reason)
		}
	}
	if len(all) == 0 {
		return err
	}
	return errors.New(strings.Join(all, "\n"))
}

func leaves(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// change does something about the person with an address and says what came of it.
func (a *accessFlags) change(con *console, email string, do func(s *auth.Service, ctx context.Context, person int64) error, good string) error {
	return a.about(con, email, func(ctx context.Context, s *auth.Service, account auth.Account) error {
		if err := do(s, ctx, account.Person); err != nil {
			return told(err)
		}
		fmt.Fprintf(con.err, "watchbill: "+good+"\n", account.Name)
		return nil
	})
}

type userAdminCmd struct {
	accessFlags
	Email  string `arg:"" help:"Address of the person."`
	Remove bool   `help:"Take the role away; the last administrator keeps it."`
}

// Run gives the role or takes it.
func (c *userAdminCmd) Run(con *console) error {
	good := "%s is an administrator"
	if c.Remove {
		good = "%s is no administrator any more"
	}
	return c.change(con, c.Email, func(s *auth.Service, ctx context.Context, person int64) error {
		return s.SetAdmin(ctx, person, !c.Remove)
	}, good)
}

type userDeactivateCmd struct {
	accessFlags
	Email string `arg:"" help:"Address of the person."`
}

// Run closes an account.
func (c *userDeactivateCmd) Run(con *console) error {
	return c.change(con, c.Email, (*auth.Service).Deactivate, "the account of %s is closed")
}

type userActivateCmd struct {
	accessFlags
	Email string `arg:"" help:"Address of the person."`
}

// Run opens an account again.
func (c *userActivateCmd) Run(con *console) error {
	return c.change(con, c.Email, (*auth.Service).Activate, "the account of %s is open")
}

type userUnlinkCmd struct {
	accessFlags
	Email string `arg:"" help:"Address of the person."`
}

// Run forgets the identity at the provider.
func (c *userUnlinkCmd) Run(con *console) error {
	return c.change(con, c.Email, (*auth.Service).Unlink, "%s is recognised anew at the next log-in through the provider")
}

type userResetCmd struct {
	linkFlags
	Email string `arg:"" help:"Address of the person."`
	Stdin bool   `help:"Set the password that is the first line of standard input, instead of printing a link."`
}

// Run prints a link or sets a password.
func (c *userResetCmd) Run(con *console) error {
	return c.about(con, c.Email, func(ctx context.Context, s *auth.Service, a auth.Account) error {
		if !c.Stdin {
			return c.link(ctx, con, s, a.Person)
		}
		b, err := io.ReadAll(io.LimitReader(con.in, 4096))
		if err != nil {
			return err
		}
		line, _, _ := strings.Cut(string(b), "\n")
		if err := s.SetPassword(ctx, auth.Program(), a.Person, strings.TrimSuffix(line, "\r")); err != nil {
			return told(err)
		}
		fmt.Fprintf(con.err, "watchbill: the password of %s is changed, and they are logged out everywhere\n", a.Name)
		return nil
	})
}
