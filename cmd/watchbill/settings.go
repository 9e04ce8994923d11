package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"watchbill/schedule"
)

// A setting is a flag of serve with its value, as it may be shown, and where that is from.
type setting struct {
	name, value, from string
	secret            bool
}

// settings lists all flags of the command that was given.
func (c *configuration) settings(parsed *kong.Context) []setting {
	onLine := map[*kong.Flag]bool{}
	for _, part := range parsed.Path {
		if part.Flag != nil && !part.Resolved {
			onLine[part.Flag] = true
		}
	}
	var all []setting
	for _, flag := range parsed.Selected().Flags {
		if flag.Name == "check" {
			continue
		}
		s := setting{name: flag.Name, value: shown(flag), from: "default", secret: flag.Tag.Has("secret")}
		if s.secret && s.value != "" {
			s.value = "set"
		}
		switch {
		case onLine[flag]:
			s.from = "flag"
		case variableOf(flag) != "":
			s.from = "variable " + variableOf(flag)
		case c.used[flag.Name]:
			s.from = fmt.Sprintf("%s:%d", c.name, c.entries[flag.Name].Line)
		}
		all = append(all, s)
	}
	return all
}

// shown writes the value of a flag without the passwords that an address may have in it.
func shown(flag *kong.Flag) string {
	switch v := flag.Target.Interface().(type) {
	case []string:
		return strings.Join(v, ",")
	case map[string]string:
		var all []string
		for name, value := range v {
			all = append(all, name+"="+withoutPassword(value))
		}
		slices.Sort(all)
		return strings.Join(all, ",")
	default:
		return withoutPassword(fmt.Sprint(v))
	}
}

// withoutPassword hides what of an address is secret: all of it when it cannot be read.
func withoutPassword(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		return "set"
	}
	q := u.Query()
	for key := range q {
		if strings.Contains(strings.ToLower(key), "password") {
			q.Set(key, "xxxxx")
		}
	}
	if len(q) > 0 {
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}

// writeSettings lists settings for a person.
func writeSettings(out io.Writer, all []setting) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SETTING\tVALUE\tFROM")
	for _, s := range all {
		value := s.value
		if value == "" {
			value = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.name, strings.Map(printed, value), s.from)
	}
	return w.Flush()
}

// strayVariables are those that are named like ours and mean nothing to the program, each
// with what may have been meant. Kubernetes makes such ones of a service's name.
func strayVariables(model *kong.Application, environ []string) []string {
	known := map[string]bool{}
	var names []string
	for _, command := range model.Leaves(false) {
		for _, flag := range command.Flags {
			for _, name := range flag.Envs {
				if !known[name] {
					known[name] = true
					names = append(names, name)
				}
			}
		}
	}
	slices.Sort(names)
	var stray []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "WATCHBILL_") || known[name] {
			continue
		}
		text := name + " means nothing to this program"
		if near := schedule.Nearest(name, names); near != "" {
			text += "; did you mean " + near + "?"
		}
		stray = append(stray, text)
	}
	slices.Sort(stray)
	return stray
}

// secretFiles says what is wrong with files that hold a secret: the settings that are named
// so, and the configuration when it has one in it.
func (c *configuration) secretFiles(all []setting) []error {
	var bad []error
	for _, s := range all {
		if strings.HasSuffix(s.name, "-file") && s.value != "" {
			if err := secretFile(s.value); err != nil {
				bad = append(bad, fmt.Errorf("--%s: %w", s.name, err))
			}
		}
		if c.used[s.name] && (s.secret && s.value != "" || s.value != fmt.Sprint(c.values[s.name]) && strings.Contains(s.value, "xxxxx")) {
			if err := hidden(c.name); err != nil {
				bad = append(bad, fmt.Errorf("%s: it has %s in it: %w", c.name, s.name, err))
			}
		}
	}
	return bad
}

// secretFile says what is wrong with a file that is to hold a secret and nothing else.
func secretFile(path string) error {
	b, err := os.ReadFile(path)
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(string(b)) == "":
		return fmt.Errorf("%s is empty", path)
	}
	return hidden(path)
}

// hidden says that others on the machine can read a file.
func hidden(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o007 != 0 {
		err = fmt.Errorf("everybody on this machine can read %s (%v): chmod o= %[1]s", path, info.Mode().Perm())
	}
	return err
}

// secretOr returns a secret that is given as it is, or in a file; empty when it is neither.
func secretOr(flag, text, file string) (string, error) {
	switch {
	case text != "" && file != "":
		return "", fmt.Errorf("%s and %[1]s-file: give one of them", flag)
	case file == "":
		return text, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s-file: %w", flag, err)
	}
	return strings.TrimSpace(string(b)), nil
}
