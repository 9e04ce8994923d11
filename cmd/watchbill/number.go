package main

import (
	"fmt"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"
)

// milli writes a number of thousandths with as many decimal places as it needs:
// 1500 is 1.5 and -2000 is -2.
func milli(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%s%d.%03d", sign, n/1000, n%1000)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// parseMilli reads a decimal number as thousandths. More than three decimal
// places, and numbers beyond a trillion, are errors.
func parseMilli(s string) (int64, error) {
	r, ok := new(big.Rat).SetString(s)
	if ok {
		r.Mul(r, big.NewRat(1000, 1))
		if r.IsInt() && r.Num().IsInt64() && r.Num().CmpAbs(big.NewInt(1e15)) <= 0 {
			return r.Num().Int64(), nil
		}
	}
	return 0, fmt.Errorf("%q is not a number of points; write it like 12 or -3.5", s)
}

// count writes a number of things: "1 shift", "2 shifts".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// list joins names as in a sentence: "Ana, Ben and Cleo".
func list(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// sentence makes the first letter a capital.
func sentence(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}
