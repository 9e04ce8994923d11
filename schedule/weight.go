package schedule

import (
	"fmt"
	"strings"
)

// A Weight multiplies standby points, in thousandths: One weighs as much as a
// normal duty, 500 half of it, and zero nothing (a shadow who only watches).
type Weight int64

// A Share is a full-time equivalent in thousandths: FullTime for a full
// member, 800 for four days of five. A member with share zero owes nothing and
// may still be on call.
type Share int64

// One and FullTime are the values to use when nobody says otherwise. The
// largest allowed are a thousand times as much.
const (
	One      Weight = 1000
	FullTime Share  = 1000
)

// ParseWeight reads a decimal number of at most three places, like 1, 0.5 or
// 1.25, from 0 to 1000. Anything else is an *InvalidError without a field.
func ParseWeight(s string) (Weight, error) {
	n, ok := parseThousandths(s)
	if !ok {
		return 0, &InvalidError{Reason: fmt.Sprintf("%q is not a weight; write a number from 0 to 1000 like 1, 0.5 or 1.25", s)}
	}
	return Weight(n), nil
}

// ParseShare reads a full-time equivalent as a decimal number of at most three
// places (0.8) or as a percentage (80%). Anything else is an *InvalidError
// without a field.
func ParseShare(s string) (Share, error) {
	number, percent := strings.CutSuffix(s, "%")
	n, ok := parseThousandths(number)
	if percent {
		ok = ok && n%100 == 0
		n /= 100
	}
	if !ok {
		return 0, &InvalidError{Reason: fmt.Sprintf("%q is not a share; write 1 for full time, 0.8 or 80%% for four days of five", s)}
	}
	return Share(n), nil
}

// Valid reports whether w lies from 0 to 1000 times One.
func (w Weight) Valid() bool { return 0 <= w && w <= 1000*One }

// Valid reports whether s lies from 0 to 1000 times FullTime.
func (s Share) Valid() bool { return 0 <= s && s <= 1000*FullTime }

// String returns the weight as a decimal number: "1", "0.5".
func (w Weight) String() string { return thousandths(int64(w)) }

// String returns the share as a decimal number: "1", "0.8".
func (s Share) String() string { return thousandths(int64(s)) }

func parseThousandths(s string) (int64, bool) {
	whole, places, dot := strings.Cut(s, ".")
	if len(whole) == 0 || len(whole) > 4 || len(places) > 3 || dot && places == "" {
		return 0, false
	}
	var n int64
	for _, digit := range whole + places + "000"[len(places):] {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		n = n*10 + int64(digit-'0')
	}
	return n, n <= 1000*1000
}

func thousandths(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%s%d.%03d", sign, n/1000, n%1000)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
