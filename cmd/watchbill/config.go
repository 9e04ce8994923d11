package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"watchbill/schedule/teamfile"
)

// configFlags name the file with the settings of the service.
type configFlags struct {
	Config configFile `env:"WATCHBILL_CONFIG" placeholder:"FILE" help:"YAML file of settings, named like the flags of serve; flags and variables go before it."`
}

// configFile is read before the rest of the command line is understood.
type configFile string

// A configuration is what the file says. Without a file it is empty.
type configuration struct {
	name    string
	entries map[string]teamfile.Entry // by the long name of a flag
	values  map[string]any
	used    map[string]bool // nothing went before it
}

// A configError is something wrong with the file, and not with the command line.
type configError struct{ err error }

func (e configError) Error() string { return e.err.Error() }
func (e configError) Unwrap() error { return e.err }

// maxConfig bounds what is read of a file.
const maxConfig = 1 << 20

// BeforeResolve is called by kong once it is known which file is meant.
func (configFile) BeforeResolve(ctx *kong.Context, trace *kong.Path, cfg *configuration) error {
	command := ctx.Selected()
	if command == nil || !slices.Contains(command.Flags, trace.Flag) {
		return nil // a variable that is for another command
	}
	name := reflect.ValueOf(ctx.FlagValue(trace.Flag)).String()
	if name == "" || cfg.name != "" {
		return nil
	}
	info, err := os.Stat(name)
	if err == nil && info.Size() > maxConfig {
		err = fmt.Errorf("%s has %d bytes, which is too much for a configuration", name, info.Size())
	}
	if err != nil {
		return configError{fmt.Errorf("--config: %w", err)}
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return configError{fmt.Errorf("--config: %w", err)}
	}
	if err := cfg.read(name, src, settingsOf(ctx.Model)); err != nil {
		return configError{err}
	}
	ctx.AddResolver(cfg)
	return nil
}

// settingsOf returns the flags of serve that a file may set, by name.
func settingsOf(app *kong.Application) map[string]*kong.Flag {
	all := map[string]*kong.Flag{}
	for _, command := range app.Children {
		if command.Name != "serve" {
			continue
		}
		for _, flag := range command.Flags {
			if flag.Name != "config" && flag.Name != "check" && !flag.Hidden {
				all[flag.Name] = flag
			}
		}
	}
	return all
}

// read reads the file; everything that is wrong is told at once.
func (c *configuration) read(name string, src []byte, flags map[string]*kong.Flag) error {
	keys := make([]string, 0, len(flags))
	for key := range flags {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	file := teamfile.ParseFlat(name, "a configuration", src, keys)
	c.name = name
	c.entries, c.values, c.used = map[string]teamfile.Entry{}, map[string]any{}, map[string]bool{}
	for _, e := range file.Entries {
		value, err := typed(flags[e.Key], e.Value)
		if err != nil {
			file.Refuse(e, err.Error())
			continue
		}
		c.entries[e.Key], c.values[e.Key] = e, value
	}
	return file.Err()
}

// typed returns the value of a key as kong takes it for a flag, or what would be right.
func typed(flag *kong.Flag, value any) (any, error) {
	text, single := value.(string)
	switch {
	case value == nil:
		return nil, errors.New("has no value; give it one, or leave the line out")
	case flag.IsBool():
		if yes, ok := value.(bool); ok {
			return yes, nil
		}
		return nil, errors.New("this is true or false")
	case flag.IsSlice():
		if all, ok := value.([]any); ok {
			return all, nil
		} else if !single {
			return nil, errors.New("this is a list, like [one, two]")
		}
		var all []any
		for item := range strings.SplitSeq(text, ",") {
			all = append(all, strings.TrimSpace(item))
		}
		return all, nil
	case flag.IsMap():
		if all, ok := value.(map[string]any); ok {
			return all, nil
		}
		return nil, errors.New("this is a name with a value, one a line below the key, like opsgenie: https://gateway.example")
	case !single:
		return nil, fmt.Errorf("this is one value, like %s, in quotes when it could be taken for something else", exampleOf(flag))
	}
	into := reflect.New(flag.Target.Type()).Elem()
	scan := kong.Scan().PushTyped(text, kong.FlagValueToken)
	if err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, into); err != nil {
		what := "this"
		switch into.Interface().(type) {
		case int, int64:
			what = "this is a whole number"
		case time.Duration:
			what = "this is a length of time with its unit"
		}
		return nil, fmt.Errorf("%s, like %s; it is %q", what, exampleOf(flag), text)
	}
	return text, nil
}

// exampleOf returns what a setting may look like.
func exampleOf(flag *kong.Flag) string {
	if flag.HasDefault {
		return flag.Default
	}
	return "a " + strings.ToLower(flag.FormatPlaceHolder())
}

// Validate implements kong.Resolver: the file has been checked when it was read.
func (c *configuration) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver. kong asks for flags that are not on the command line;
// a variable goes before the file.
func (c *configuration) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	value, ok := c.values[flag.Name]
	if !ok || variableOf(flag) != "" {
		return nil, nil
	}
	c.used[flag.Name] = true
	return value, nil
}

// variableOf returns the environment variable that sets a flag; empty when none does.
func variableOf(flag *kong.Flag) string {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return name
		}
	}
	return ""
}

// flagNamed finds the name of a flag in a message.
var flagNamed = regexp.MustCompile(`--([a-z][a-z-]*[a-z])`)

// placed says of what is wrong with a setting where the file has it; ok is false when it
// is not from the file.
func (c *configuration) placed(err error) (placed error, ok bool) {
	var lines []error
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if m := flagNamed.FindStringSubmatch(line); m != nil && c.used[m[1]] {
			e := c.entries[m[1]]
			line, ok = fmt.Sprintf("%s:%d:%d: %s", c.name, e.Line, e.Column, strings.TrimPrefix(line, "serve: ")), true
		}
		lines = append(lines, errors.New(line))
	}
	return errors.Join(lines...), ok
}
