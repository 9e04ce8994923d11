package schedule_test

import (
	"errors"
	"strings"
	"testing"

	"watchbill/schedule"
)

// Limits that are told in letters count letters, of which some take four bytes.
func TestLimitsCountLetters(t *testing.T) {
	c := schedule.ImportChoice{Filter: schedule.FilterWords, Words: strings.Repeat("ü", 500)}
	if err := c.Check(); err != nil {
		t.Errorf("500 letters: %v", err)
	}
	c.Words += "ü"
	var invalid *schedule.InvalidError
	if err := c.Check(); !errors.As(err, &invalid) || invalid.Field != "words" {
		t.Errorf("501 letters: %v", err)
	}
}
