package main

import (
	"fmt"
	"strings"
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
