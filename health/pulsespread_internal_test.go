package health

import (
	"fmt"
	"testing"
)

// Of ten answers and more it is told how many agreed, unless one to four would stand alone.
func TestPulseSpread(t *testing.T) {
	for _, c := range []struct {
		steps [5]int
		want  string
	}{
		{[5]int{5, 0, 0, 0, 4}, "[]"}, // nine
		{[5]int{3, 2, 5, 1, 4}, "[{1 2 5} {3 3 5} {4 5 5}]"},
		{[5]int{0, 0, 0, 6, 4}, "[{1 2 0} {3 3 0} {4 5 10}]"},
		{[5]int{0, 4, 1, 0, 5}, "[{1 3 5} {4 5 5}]"},
		{[5]int{5, 0, 4, 1, 0}, "[{1 2 5} {3 5 5}]"},
		{[5]int{1, 0, 0, 0, 11}, "[]"},
		{[5]int{4, 0, 8, 0, 4}, "[]"},
	} {
		var answers []PulseAnswers
		for i, n := range c.steps {
			for range n {
				answers = append(answers, PulseAnswers{i + 1})
			}
		}
		answers = append(answers, PulseAnswers{0}) // it does not apply
		if got := fmt.Sprint(spreadOf(0, answers, DefaultConfig().Privacy)); got != c.want {
			t.Errorf("%v: got %s, want %s", c.steps, got, c.want)
		}
	}
}
