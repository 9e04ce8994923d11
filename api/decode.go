package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
)

var problemGoType = reflect.TypeFor[Problem]()

// unmarshal reads a body. It refuses what encoding/json lets pass and databases or
// people do not: an object with a name twice, the character NUL, and anything
// behind the value.
func unmarshal(data []byte, v any) error {
	if _, first := v.(*any); first {
		if err := unambiguous(data); err != nil {
			return err
		}
	}
	return json.Unmarshal(data, v)
}

// maxDepth bounds how deep a body is nested; ours go to three.
const maxDepth = 20

func unambiguous(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := walk(d, 0); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("the body is no JSON: it ends too soon")
		}
		return err
	}
	return nil
}

// walk reads one value.
func walk(d *json.Decoder, depth int) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if depth > maxDepth {
		return fmt.Errorf("the body is nested deeper than %d", maxDepth)
	}
	switch t := t.(type) {
	case string:
		if !storable(t) {
			return errors.New("a text has the character NUL, which no text has")
		}
	case json.Number:
		if _, err := t.Float64(); err != nil {
			return fmt.Errorf("the number %.20s is larger than any here", t)
		}
	case json.Delim:
		names := map[string]bool{}
		for d.More() {
			if t == '{' {
				key, err := d.Token()
				if err != nil {
					return err
				}
				name := fmt.Sprint(key)
				if names[name] {
					return fmt.Errorf("%q is there twice", name)
				}
				names[name] = true
				if !storable(name) {
					return errors.New("a name has the character NUL, which no name has")
				}
			}
			if err := walk(d, depth+1); err != nil {
				return err
			}
		}
		_, err := d.Token()
		return err
	}
	return nil
}
