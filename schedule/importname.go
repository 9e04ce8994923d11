package schedule

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

// Titles of shifts, as tools write them: of each, the first group is the name.
var titles = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^on[- ]call - (.+) - .+$`),                     // PagerDuty
	regexp.MustCompile(`(?i)^(.+) on[- ]call \(.+\)(?: \w+\*)?$`),          // GoAlert
	regexp.MustCompile(`(?i)^.+ shift: (.+)$`),                             // LinkedIn oncall
	regexp.MustCompile(`(?i)^on[- ]call(?: \([^)]*\))?: (.+?)(?: – .+)?$`), // Watchbill
	regexp.MustCompile(`^\[L\d+\] (.+)$`),                                  // Grafana OnCall, layers
	regexp.MustCompile(`(?i)^(.+?) (?:is )?on[- ]call(?: .*)?$`),
	regexp.MustCompile(`^(.+?) (?:-|–|\|) .+$`),
	regexp.MustCompile(`^(.+?) \([^)]*\)$`),
}

// whoseShift returns what a calendar calls the person whose shift an event is: an
// e-mail address where there is one, else a name, and at last the whole title.
func whoseShift(e *Occasion) string {
	if len(e.Emails) > 0 {
		return e.Emails[0]
	}
	if len(e.Names) > 0 {
		return e.Names[0]
	}
	title := plainTitle(e.Title)
	for _, t := range titles {
		if m := t.FindStringSubmatch(title); m != nil {
			return m[1]
		}
	}
	return title
}

// plainTitle takes HTML's escapes, which some tools leave, out of a title.
func plainTitle(title string) string { return short(html.UnescapeString(title)) }

// suggest returns who is most likely meant by a label: the person of the e-mail
// address, of the name, or of the first part of either; nobody when that would be
// more than one.
func suggest(label string, people []Profile) ID {
	label = strings.ToLower(strings.Join(strings.Fields(label), " "))
	for _, is := range []func(Profile) string{
		func(p Profile) string { return p.Email },
		func(p Profile) string { return strings.ToLower(p.Name) },
		func(p Profile) string { local, _, _ := strings.Cut(p.Email, "@"); return local },
		func(p Profile) string { first, _, _ := strings.Cut(strings.ToLower(p.Name), " "); return first },
	} {
		var found []ID
		for _, p := range people {
			if v := is(p); v != "" && v == label {
				found = append(found, p.ID)
			}
		}
		if len(found) == 1 {
			return found[0]
		}
	}
	return 0
}

// rotationOf returns the rotation that a title names beside the person, the other
// one when it names none or several.
func rotationOf(title, who string, rotations []RotationID, other RotationID) RotationID {
	title = strings.ToLower(strings.Replace(plainTitle(title), who, " ", 1))
	words := strings.FieldsFunc(title, func(r rune) bool { return strings.ContainsRune(" -–|:()[],/", r) })
	var found []RotationID
	for _, r := range rotations {
		if slices.Contains(words, strings.ToLower(string(r))) {
			found = append(found, r)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return other
}
