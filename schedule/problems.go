package schedule

import (
	"errors"
	"fmt"
)

// problems collects what is wrong with a value, so that its author sees all of
// it at once.
type problems struct {
	found []error
}

func (p *problems) add(field, format string, args ...any) {
	p.found = append(p.found, &InvalidError{Field: field, Reason: fmt.Sprintf(format, args...)})
}

// within adds what a part of the value reports, under the name of that part.
func (p *problems) within(field string, err error) {
	if err == nil {
		return
	}
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range all.Unwrap() {
			p.within(field, e)
		}
		return
	}
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		if invalid.Field != "" {
			field += "." + invalid.Field
		}
		err = &InvalidError{Field: field, Reason: invalid.Reason}
	}
	p.found = append(p.found, err)
}

// check adds what is wrong with one field, if anything is.
func (p *problems) check(err error) {
	if err != nil {
		p.found = append(p.found, err)
	}
}

func (p *problems) err() error {
	return errors.Join(p.found...)
}
