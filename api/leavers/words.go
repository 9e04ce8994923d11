package leavers

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Label is what stands for somebody who was made nobody in particular. The number is given in
// the order in which people are made so, and says nothing of them.
func Label(number int64) string { return fmt.Sprintf("Former member %d", number) }

// Address stands where an address has to be. Nothing is ever delivered there.
func Address(number int64) string { return fmt.Sprintf("former-member-%d@left.invalid", number) }

// Words are what tells who somebody is wherever it is written, and what stands there instead.
type Words struct {
	Label, Address string
	find           *regexp.Regexp
	known          []string
}

// NewWords returns the words of somebody: the names that they have here and at pagers, and
// their addresses. Addresses, and names of several words, are found however they are
// capitalised. A name of one word may be a word of the language as well, and is found only as
// it is spelt.
func NewWords(number int64, names, addresses []string) *Words {
	w := &Words{Label: Label(number), Address: Address(number)}
	for _, word := range slices.Concat(addresses, names) {
		if word = strings.TrimSpace(word); word != "" && !slices.Contains(w.known, word) {
			w.known = append(w.known, word)
		}
	}
	// Of two words that begin alike the longer one is found.
	slices.SortStableFunc(w.known, func(a, b string) int { return len(b) - len(a) })
	var either []string
	for _, word := range w.known {
		for _, spelt := range spellings(word) {
			fold := ""
			if !oneWord(word) {
				fold = "i"
			}
			either = append(either, "(?"+fold+":"+regexp.QuoteMeta(spelt)+")")
		}
	}
	if len(either) > 0 {
		w.find = regexp.MustCompile(strings.Join(either, "|"))
	}
	return w
}

// spellings are a word as it is, within JSON, and within JSON that is a text of JSON.
func spellings(word string) []string {
	all := []string{word}
	for range 2 {
		quoted, err := json.Marshal(all[len(all)-1])
		if err != nil {
			return all
		}
		all = append(all, string(quoted[1:len(quoted)-1]))
	}
	return slices.Compact(all)
}

// Spelt returns every spelling of every word, for a database to look for.
func (w *Words) Spelt() []string {
	var all []string
	for _, word := range w.known {
		all = append(all, spellings(word)...)
	}
	return all
}

// Replace returns a text in which nothing tells any more who it was: an address becomes one
// that leads nowhere, and a name the label. A word within a longer one is left alone, and so
// is a field of JSON that is called by one word, as any field may be.
func (w *Words) Replace(text string) string { return w.replace(text, isKey) }

// ReplaceNames is Replace of JSON whose fields are called as people are.
func (w *Words) ReplaceNames(text string) string {
	return w.replace(text, func(string, int, int) bool { return false })
}

func (w *Words) replace(text string, isKey func(text string, begin, end int) bool) string {
	if w.find == nil {
		return text
	}
	var out strings.Builder
	from := 0
	for from < len(text) {
		at := w.find.FindStringIndex(text[from:])
		if at == nil {
			break
		}
		begin, end := from+at[0], from+at[1]
		if within(text, begin, end) || oneWord(text[begin:end]) && isKey(text, begin, end) {
			_, size := utf8.DecodeRuneInString(text[begin:])
			out.WriteString(text[from : begin+size])
			from = begin + size
			continue
		}
		out.WriteString(text[from:begin])
		if strings.Contains(text[begin:end], "@") {
			out.WriteString(w.Address)
		} else {
			out.WriteString(w.Label)
		}
		from = end
	}
	if from == 0 {
		return text
	}
	out.WriteString(text[from:])
	return out.String()
}

// Tells says whether a text tells who it was.
func (w *Words) Tells(text string) bool { return w.Replace(text) != text }

// escape is a letter of JSON that is written in letters, like \n or \u003c.
var escape = regexp.MustCompile(`\\(u[0-9a-fA-F]{4}|[bfnrt])$`)

// within says whether what was found goes on, so that it is a part of a longer word. An
// escape of JSON before it is none.
func within(text string, begin, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:begin])
	if part(before) && !escape.MatchString(text[max(0, begin-6):begin]) {
		return true
	}
	after, _ := utf8.DecodeRuneInString(text[end:])
	return part(after)
}

func oneWord(name string) bool { return !strings.ContainsAny(name, " @") }

// isKey says whether what was found is the name of a field of JSON, which is nobody's.
func isKey(text string, begin, end int) bool {
	return strings.HasSuffix(text[:begin], `"`) && (strings.HasPrefix(text[end:], `":`) || strings.HasPrefix(text[end:], `\":`))
}

func part(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// Alone returns the words that are somebody's alone. A word that others go by as well is
// theirs, and a name of one word that is a part of what somebody or something else is called
// would be replaced in that.
func Alone(words, others []string) []string {
	whole, parts := map[string]bool{}, map[string]bool{}
	for _, o := range others {
		whole[strings.ToLower(strings.TrimSpace(o))] = true
		for _, p := range strings.FieldsFunc(o, func(r rune) bool { return !part(r) }) {
			parts[p] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		word = strings.TrimSpace(word)
		return whole[strings.ToLower(word)] || oneWord(word) && parts[word]
	})
}
