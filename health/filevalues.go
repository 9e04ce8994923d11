package health

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
)

// fields returns the fields of a JSON object, unread.
func fields(data []byte) (map[string]json.RawMessage, error) {
	var has map[string]json.RawMessage
	err := json.Unmarshal(data, &has)
	wrong := new(json.UnmarshalTypeError)
	switch {
	case err == nil:
		return has, nil
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return nil, &schedule.InvalidError{Reason: "this is no JSON object: it begins with a byte order mark"}
	case errors.As(err, &wrong):
		return nil, &schedule.InvalidError{Reason: fmt.Sprintf("this is %s; it must be an object", valueWords(wrong))}
	}
	return nil, &schedule.InvalidError{Reason: fmt.Sprintf("this is no JSON object: %v", err)}
}

// unknownFields returns the fields of a file that its document has not.
func unknownFields(has map[string]json.RawMessage, doc any) (unknown []string) {
	known := map[string]bool{}
	t := reflect.TypeOf(doc).Elem()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(has)) {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	return unknown
}

// openFile reads the document of a file, whatever it asks for, and its configuration.
func openFile(data []byte) (fileReader, error) {
	r := fileReader{File: &File{Config: DefaultConfig()}}
	if err := decode(data, &r.doc); err != nil {
		return r, err
	}
	if doc := r.doc.Config; len(doc) > 0 && !bytes.Equal(doc, []byte("null")) {
		c, err := r.Config.With(doc)
		r.must("config", err)
		if err == nil {
			r.Config = c
		}
	}
	return r, nil
}

// decode reads JSON into a document. What does not fit is an *schedule.InvalidError that
// names the field.
func decode(data []byte, doc any) error {
	data = wholeNumbers(data)
	err := json.Unmarshal(data, doc)
	if err == nil {
		return nil
	}
	path, inner := misfit(data, reflect.TypeOf(doc))
	if inner == nil {
		inner = err
	}
	reason := inner.Error()
	if wrong := new(json.UnmarshalTypeError); errors.As(inner, &wrong) {
		reason = fmt.Sprintf("this is %s; it must be %s", valueWords(wrong), kindWords(wrong.Type))
	} else if wrong := new(schedule.InvalidError); errors.As(inner, &wrong) {
		reason = wrong.Reason
	}
	return &schedule.InvalidError{Field: strings.TrimPrefix(path, "."), Reason: reason}
}

// valueWords says what JSON has where it does not fit.
func valueWords(wrong *json.UnmarshalTypeError) string {
	number, isNumber := strings.CutPrefix(wrong.Value, "number ")
	switch {
	case isNumber && kindWords(wrong.Type) == "a number": // which it is, but none can be kept
		return "too large a number: " + number
	case wrong.Value == "object" || wrong.Value == "array":
		return "an " + wrong.Value
	}
	return "a " + wrong.Value
}

// kindWords says what JSON a type is read from.
func kindWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	}
	return "a number"
}

// misfit returns the path of the first value that does not fit its type, and why.
// encoding/json does not say where when a type reads itself, and never in which place of
// a list.
func misfit(data []byte, t reflect.Type) (string, error) {
	err := json.Unmarshal(data, reflect.New(t).Interface())
	if err == nil {
		return "", nil
	}
	if t.Kind() == reflect.Pointer {
		return misfit(data, t.Elem())
	}
	if _, own := reflect.New(t).Interface().(json.Unmarshaler); own {
		return "", err
	}
	var named map[string]json.RawMessage
	var listed []json.RawMessage
	switch {
	case t.Kind() == reflect.Struct && json.Unmarshal(data, &named) == nil:
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if value, ok := named[name]; ok {
				if path, err := misfit(value, t.Field(i).Type); err != nil {
					return "." + name + path, err
				}
			}
		}
	case t.Kind() == reflect.Map && json.Unmarshal(data, &named) == nil:
		for _, name := range slices.Sorted(maps.Keys(named)) {
			if path, err := misfit(named[name], t.Elem()); err != nil {
				return "." + name + path, err
			}
		}
	case t.Kind() == reflect.Slice && json.Unmarshal(data, &listed) == nil:
		for i, value := range listed {
			if path, err := misfit(value, t.Elem()); err != nil {
				return fmt.Sprintf("[%d]%s", i, path), err
			}
		}
	}
	return "", err
}

// With returns the configuration with some of its numbers replaced: an object in the
// form of the whole, of which only what changes is written. It is checked like a whole
// one, so that a name that there is not is an error.
func (c Config) With(some []byte) (Config, error) {
	whole, err := json.Marshal(c)
	if err != nil {
		return c, err
	}
	all, _ := fields(whole)
	names, err := fields(some)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if _, known := all[name]; !known {
			return c, &schedule.InvalidError{Field: name, Reason: "the configuration has nothing of that name"}
		}
	}
	if err != nil {
		return c, &schedule.InvalidError{Reason: "must be an object with names of the configuration"}
	}
	changed, err := overlay(whole, wholeNumbers(some))
	if err != nil {
		return c, err
	}
	return ReadConfig(changed)
}

// overlay puts the fields of one object over those of another; objects in them go field
// by field, anything else is replaced.
func overlay(under, over []byte) ([]byte, error) {
	var all, some map[string]json.RawMessage
	if err := json.Unmarshal(over, &some); err != nil {
		return nil, err
	}
	if json.Unmarshal(under, &all) != nil || all == nil {
		return over, nil
	}
	for name, value := range some {
		if merged, err := overlay(all[name], value); err == nil && len(all[name]) > 0 {
			value = merged
		}
		all[name] = value
	}
	return json.Marshal(all)
}

// wholeNumbers writes 2 where JSON has 2.0: other languages make the one of the other, and
// neither is another number.
func wholeNumbers(data []byte) []byte {
	out := make([]byte, 0, len(data))
	quoted, digits := false, false
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case quoted && c == '\\' && i+1 < len(data):
			out = append(out, c)
			i++
			c = data[i]
		case c == '"':
			quoted = !quoted
		case c == '.' && digits && !quoted:
			zeros := i + 1
			for zeros < len(data) && data[zeros] == '0' {
				zeros++
			}
			if ends := zeros == len(data) || !bytes.ContainsRune([]byte("0123456789eE."), rune(data[zeros])); ends && zeros > i+1 {
				i = zeros - 1
				continue
			}
		}
		digits = !quoted && '0' <= c && c <= '9'
		out = append(out, c)
	}
	return out
}

// engaged returns the number of somebody at work on an incident. In a file about incidents
// alone nobody asks who it was.
func (r *fileReader) engaged(field, name string) schedule.ID {
	if len(r.People) == 0 && len(r.bad) == 0 {
		return 0
	}
	return r.person(field, name)
}

// onlyOne refuses several people where the rest of the file does not say who is meant.
func (r *fileReader) onlyOne() {
	r.bad.unless(len(r.People) <= 1, "people", "what follows is about one person; write a file for each")
}

// toldAgain adds what another telling of the same incident says. It is the same whichever
// came first: each time is the earliest of those said, and work that both tell is done once.
func (i *Incident) toldAgain(o *Incident) {
	for _, at := range []struct{ known, said *time.Time }{
		{&i.TriggeredAt, &o.TriggeredAt}, {&i.AckedAt, &o.AckedAt}, {&i.CheckInAt, &o.CheckInAt}, {&i.ResolvedAt, &o.ResolvedAt},
	} {
		if at.known.IsZero() || !at.said.IsZero() && at.said.Before(*at.known) {
			*at.known = *at.said
		}
	}
	for _, text := range []struct{ known, said *string }{{&i.Service, &o.Service}, {&i.Severity, &o.Severity}} {
		if *text.known == "" || *text.said != "" && *text.said < *text.known {
			*text.known = *text.said // SEV0 comes before SEV1
		}
	}
	i.Engagements = slices.Compact(sortedEngagements(append(i.Engagements, o.Engagements...)))
}

// sortedEngagements puts engagements in order of their start.
func sortedEngagements(all []Engagement) []Engagement {
	slices.SortFunc(all, func(a, b Engagement) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), cmp.Compare(a.Person, b.Person))
	})
	return all
}
