package ui

import "fmt"

// control is one labelled input, ready for the template "field".
type control struct {
	ID, Name, Label, Type  string
	Value, Error           string
	Hint, Complete, Holder string
	Min, Max, Step, Mode   string
	Class                  string
	Rows                   int
	Required, ReadOnly     bool
	GuessZone              bool
	Options                []Option
	List                   string
	Suggestions            []string
	Twice                  *Twice
	Which                  string // the name of what is chosen of Twice
}

// field makes a control; what follows the Field are pairs of a setting and its
// value, like "type" "email" "hint" "We write to it once".
func field(name, label string, f Field, kv ...any) (control, error) {
	c := control{ID: name, Name: name, Label: label, Type: "text", Value: f.Value, Error: f.Error, Rows: 3, Twice: f.Twice, Which: whichName(name)}
	if len(kv)%2 != 0 {
		return c, fmt.Errorf("field %s: settings come in pairs", name)
	}
	for i := 0; i < len(kv); i += 2 {
		key, _ := kv[i].(string)
		if err := c.set(key, kv[i+1]); err != nil {
			return c, fmt.Errorf("field %s: %w", name, err)
		}
	}
	return c, nil
}

func (c *control) set(key string, v any) error {
	texts := map[string]*string{
		"id": &c.ID, "type": &c.Type, "hint": &c.Hint, "complete": &c.Complete, "holder": &c.Holder, "class": &c.Class,
		"min": &c.Min, "max": &c.Max, "step": &c.Step, "mode": &c.Mode, "list": &c.List,
	}
	flags := map[string]*bool{"required": &c.Required, "readonly": &c.ReadOnly, "guesszone": &c.GuessZone}
	var ok bool
	switch {
	case texts[key] != nil:
		*texts[key], ok = v.(string)
	case flags[key] != nil:
		*flags[key], ok = v.(bool)
	case key == "rows":
		c.Rows, ok = v.(int)
	case key == "options":
		c.Options, ok = v.([]Option)
	case key == "suggest":
		c.Suggestions, ok = v.([]string)
	}
	if !ok {
		return fmt.Errorf("no setting %q of type %T", key, v)
	}
	return nil
}

// pick is field for a select.
func pick(name, label string, f Field, options []Option, kv ...any) (control, error) {
	c, err := field(name, label, f, kv...)
	c.Type, c.Options = "select", options
	return c, err
}
