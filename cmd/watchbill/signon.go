package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"watchbill/api/auth"
)

// signOnFlags set up log-in through an OpenID provider.
type signOnFlags struct {
	Issuer      string   `env:"WATCHBILL_OIDC_ISSUER" placeholder:"URL" help:"OpenID provider to log in with, as it names itself."`
	ClientID    string   `env:"WATCHBILL_OIDC_CLIENT_ID" placeholder:"ID" help:"What the provider calls this service."`
	Secret      string   `env:"WATCHBILL_OIDC_SECRET" secret:"" placeholder:"TEXT" help:"Secret of the client. Others on this machine see flags: better use the variable, or a file."`
	SecretFile  string   `env:"WATCHBILL_OIDC_SECRET_FILE" placeholder:"FILE" help:"File with the secret of the client."`
	Label       string   `default:"single sign-on" env:"WATCHBILL_OIDC_LABEL" placeholder:"NAME" help:"What people call the provider (default ${default})."`
	Domains     []string `env:"WATCHBILL_OIDC_DOMAINS" placeholder:"DOMAIN" help:"Domains that the addresses of new people may be in; any when there is none."`
	Create      bool     `env:"WATCHBILL_OIDC_CREATE" help:"Let in people whom nobody knows here yet; else only those who are planned or invited."`
	Scopes      []string `default:"openid,email,profile" env:"WATCHBILL_OIDC_SCOPES" placeholder:"SCOPE" help:"What to ask the provider for (default ${default})."`
	GroupsClaim string   `default:"groups" env:"WATCHBILL_OIDC_GROUPS_CLAIM" placeholder:"NAME" help:"Claim with the groups of a person (default ${default})."`
	AdminGroup  string   `env:"WATCHBILL_OIDC_ADMIN_GROUP" placeholder:"GROUP" help:"Group whose members, and nobody else, are administrators."`
}

// check says what is wrong with the settings.
func (f *signOnFlags) check() error {
	if f.Issuer == "" {
		if f.ClientID != "" || f.Secret != "" || f.SecretFile != "" {
			return errors.New("--oidc-issuer is missing, and the other --oidc flags mean nothing without it")
		}
		return nil
	}
	u, err := url.Parse(f.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("--oidc-issuer is a web address, like https://login.example.com; it is %q", f.Issuer)
	case u.Scheme == "http" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1":
		return errors.New("--oidc-issuer begins with https://: what it says must not be changed on the way")
	case f.ClientID == "":
		return errors.New("--oidc-client-id is missing: the name that the provider gave to this service")
	case f.Secret != "" && f.SecretFile != "":
		return errors.New("--oidc-secret and --oidc-secret-file: give one of them")
	}
	return nil
}

// settings returns the provider for a service that is reached at base; nil when
// there is none.
func (f *signOnFlags) settings(base string) (*auth.SignOn, error) {
	if f.Issuer == "" {
		return nil, nil
	}
	secret, err := secretOr("--oidc-secret", f.Secret, f.SecretFile)
	if err != nil {
		return nil, err
	}
	var domains []string
	for _, d := range f.Domains {
		domains = append(domains, strings.ToLower(strings.TrimPrefix(strings.TrimSpace(d), "@")))
	}
	return &auth.SignOn{
		Issuer: f.Issuer, ClientID: f.ClientID, Secret: secret, Label: f.Label, Redirect: base + "/login/sso/done", Scopes: f.Scopes,
		Domains: domains, Create: f.Create, GroupsClaim: f.GroupsClaim, AdminGroup: f.AdminGroup,
	}, nil
}
