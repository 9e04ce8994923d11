package schedule

import (
	"strings"
	"unicode/utf8"
)

// Nearest returns the known word that a mistyped one was most likely meant to be; empty
// when none is near. Capitals make no difference.
func Nearest(word string, known []string) string {
	// Of a very short word so little is right that any other is as near.
	letters := utf8.RuneCountInString(word)
	best, least := "", max(1, min(max(2, letters/3), letters-2)+1)
	for _, k := range known {
		if d := lettersApart(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// lettersApart counts the letters to insert, drop or replace.
func lettersApart(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		last := row[0]
		row[0] = i + 1
		for j := range y {
			cost := last
			if x[i] != y[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
