package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"watchbill/schedule/teamfile"
)

// ran runs a command line and returns what it wrote and its exit code.
func ran(args ...string) (out, errs string, code int) {
	var o, e bytes.Buffer
	code = run(args, &console{in: strings.NewReader(""), out: &o, err: &e, now: time.Now, getenv: os.Getenv})
	return o.String(), e.String(), code
}

func serveFlags(t *testing.T) map[string]*kong.Flag {
	t.Helper()
	parser, err := kong.New(&commands{}, kong.Vars{"vendors": ""}, kong.Bind(new(configuration)))
	if err != nil {
		t.Fatal(err)
	}
	return settingsOf(parser.Model)
}

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The example has every setting of the program and no other, can be read as it is, and also
// when everything in it is meant.
func TestExampleConfiguration(t *testing.T) {
	flags := serveFlags(t)
	src, err := os.ReadFile("../../examples/deploy/watchbill.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, m := range regexp.MustCompile(`(?m)^(?:# )?([a-z][a-z-]+):`).FindAllSubmatch(src, -1) {
		named = append(named, string(m[1]))
	}
	slices.Sort(named)
	var want []string
	for name := range flags {
		want = append(want, name)
	}
	slices.Sort(want)
	if !slices.Equal(named, want) {
		t.Errorf("examples/deploy/watchbill.yaml names\n%v\nand serve has\n%v", named, want)
	}
	all := regexp.MustCompile(`(?m)^# ([a-z][a-z-]+:|  [a-z]+:)`).ReplaceAll(src, []byte("$1"))
	for _, text := range [][]byte{src, all} {
		var cfg configuration
		if err := cfg.read("watchbill.yaml", text, flags); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
}

// docs/service.md has every variable of the service.
func TestSettingsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/service.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, flag := range serveFlags(t) {
		for _, variable := range flag.Envs {
			if !strings.Contains(string(doc), "`"+variable+"`") {
				t.Errorf("docs/service.md does not say what %s is, the variable of --%s", variable, name)
			}
		}
		if len(flag.Envs) == 0 && name != "demo" {
			t.Errorf("--%s has no variable", name)
		}
	}
}

// A flag that takes a secret says so, and has a brother that takes a file.
func TestSecretsAreMarked(t *testing.T) {
	flags := serveFlags(t)
	suspect := regexp.MustCompile(`(secret|password|token|key)$`)
	for name, flag := range flags {
		if suspect.MatchString(name) != flag.Tag.Has("secret") {
			t.Errorf("--%s: is it a secret? Its tag says %v", name, flag.Tag.Has("secret"))
		}
		if flag.Tag.Has("secret") && flags[name+"-file"] == nil {
			t.Errorf("--%s has no brother that takes a file", name)
		}
	}
}

// A flag goes before a variable, that before the file, and that before the default.
func TestPrecedence(t *testing.T) {
	file := written(t, "w.yaml", "addr: :1\nplan-limit: 2s\nkeep-pages: 20\ndb: "+filepath.Join(t.TempDir(), "a.db")+"\n")
	t.Setenv("WATCHBILL_CONFIG", file)
	t.Setenv("WATCHBILL_PLAN_LIMIT", "3s")
	out, errs, code := ran("serve", "--check", "--addr", "127.0.0.1:9")
	if code != 0 {
		t.Fatalf("%d\n%s\n%s", code, out, errs)
	}
	for _, want := range []string{
		`addr +127\.0\.0\.1:9 +flag`, `plan-limit +3s +variable WATCHBILL_PLAN_LIMIT`, `keep-pages +20 +` + regexp.QuoteMeta(file) + `:3`,
		`keep-results +24 +default`, `config +\S+ +variable WATCHBILL_CONFIG`,
	} {
		if !regexp.MustCompile(`(?m)^` + want + `$`).MatchString(out) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// What is wrong with a file is told all at once, with where and what would be right.
func TestBadConfiguration(t *testing.T) {
	flags := serveFlags(t)
	for _, c := range []struct{ src, want string }{
		{"adr: x", `w.yaml:1:1: unknown key "adr"; did you mean "addr"?`},
		{"base_url: x", `w.yaml:1:1: unknown key "base_url"; did you mean "base-url"?`},
		{"config: x", `w.yaml:1:1: unknown key "config"; the keys here are addr, `},
		{"api-limit: many", `w.yaml:1:12: api-limit: this is a whole number, like 600; it is "many"`},
		{"api-limit: 1.5", `this is a whole number, like 600; it is "1.5"`},
		{"api-limit:", `api-limit: has no value; give it one, or leave the line out`},
		{"plan-limit: 10", `w.yaml:1:13: plan-limit: this is a length of time with its unit, like 10s; it is "10"`},
		{"demo: yes", `w.yaml:1:7: demo: this is true or false`},
		{"db: [a]", `w.yaml:1:5: db: this is one value, like watchbill.db`},
		{"addr: true", `addr: this is one value, like :8080`},
		{"oidc-domains: {a: b}", `oidc-domains: this is a list, like [one, two]`},
		{"oidc-domains: [[a]]", `oidc-domains[0]: this should be one value`},
		{"pager-api: x", `pager-api: this is a name with a value`},
		{"pager-api: {opsgenie: https://a, opsgenie: https://b}", `"opsgenie" is there twice; keep one`},
		{"addr: :1\naddr: :2", `w.yaml:2:1: "addr" is there twice; keep one`},
		{"addr: :1\n---\naddr: :2", `a second document; a configuration is one`},
		{"addr", `this should be keys and values, one a line`},
		{"addr: {", `w.yaml:1:7: not YAML`},
		{"addr: *x", `nothing above is marked &x`},
		{strings.Repeat("#", 1<<20), `a configuration has at most`},
	} {
		var cfg configuration
		err := cfg.read("w.yaml", []byte(c.src), flags)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80s: %v, want %s", c.src, err, c.want)
		}
	}
	for _, src := range []string{"", "# nothing\n", "\ufeffaddr: ':1'\r\ndb: x\r\n", "proxies: 10.0.0.0/8, 127.0.0.1", "slack-token: 0123", "x: &a 1\n"} {
		var cfg configuration
		err := cfg.read("w.yaml", []byte(src), flags)
		if (err != nil) != strings.HasPrefix(src, "x:") {
			t.Errorf("%q: %v", src, err)
		}
		if v := cfg.values["slack-token"]; v != nil && v != "0123" {
			t.Errorf("a token becomes %v", v)
		}
	}
}

// What the program finds wrong with a value says where the file has it, unless something
// goes before the file; that is not wrong usage.
func TestPlacedFaults(t *testing.T) {
	file := written(t, "w.yaml", "# a file\nbase-url: foo\nproxies: [10.0.0.0/99]\nkeep-pages: 3\n")
	_, errs, code := ran("serve", "--config", file)
	for _, want := range []string{file + ":2:11: --base-url begins with", file + ":3:10: --proxies", file + ":4:13: --keep-pages"} {
		if !strings.Contains(errs, "watchbill: "+want) || code != 1 {
			t.Errorf("%d, no %q in\n%s", code, want, errs)
		}
	}
	_, errs, code = ran("serve", "--config", written(t, "w.yaml", "keep-pages: 3\n"), "--keep-pages", "4")
	if strings.Contains(errs, "w.yaml") || code != 2 {
		t.Errorf("%d, %s", code, errs)
	}
	if _, errs, code = ran("serve", "--config", file+".not"); code != 1 || !strings.Contains(errs, "--config: ") {
		t.Errorf("%d, %s", code, errs)
	}
	_, errs, code = ran("serve", "--check", "--config", written(t, "w.yaml", "adr: x\n"))
	if code != 1 || !strings.Contains(errs, "w.yaml:1:1: unknown key") {
		t.Errorf("%d, %s", code, errs)
	}
}

// Other commands find the database by the same file, and commands without one do not read it.
func TestConfigurationOfOthers(t *testing.T) {
	db := filepath.Join(t.TempDir(), "a.db")
	file := written(t, "w.yaml", "addr: :1\nbase-url: https://watchbill.example\ndb: "+db+"\n")
	if _, errs, code := ran("migrate", "--config", file); code != 0 {
		t.Fatal(errs)
	}
	out, errs, code := ran("user", "add", "ana@example.com", "--config", file)
	if code != 0 || !strings.HasPrefix(out, "https://watchbill.example/reset/") {
		t.Errorf("%d\n%s\n%s", code, out, errs)
	}
	t.Setenv("WATCHBILL_CONFIG", file+".not")
	if _, errs, code := ran("version"); code != 0 {
		t.Error(errs)
	}
}

// FuzzConfiguration: whatever a file has, it is read or refused.
func FuzzConfiguration(f *testing.F) {
	f.Add("addr: :1\nproxies: [a, b]\npager-api:\n  opsgenie: x\n")
	f.Add("addr: *a")
	parser, err := kong.New(&commands{}, kong.Vars{"vendors": ""}, kong.Bind(new(configuration)))
	if err != nil {
		f.Fatal(err)
	}
	flags := settingsOf(parser.Model)
	f.Fuzz(func(t *testing.T, src string) {
		var cfg configuration
		err := cfg.read("w.yaml", []byte(src), flags)
		if bad, ok := errors.AsType[*teamfile.Error](err); err != nil && (!ok || len(bad.Problems) == 0) {
			t.Errorf("%q: %v", src, err)
		}
	})
}
