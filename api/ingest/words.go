package ingest

import (
	"slices"
	"strings"

	"watchbill/health"
)

// urgencies are the words vendors have for how bad it is.
var urgencies = func() map[string]health.Urgency {
	words := map[string]health.Urgency{}
	for _, word := range strings.Fields("critical crit fatal emergency page error high major p1 p2 p3 sev0 sev1 sev2") {
		words[word] = health.UrgencyHigh
	}
	for _, word := range strings.Fields("warning warn info informational low minor none maintenance p4 p5 sev3 sev4 sev5") {
		words[word] = health.UrgencyLow
	}
	return words
}()

// urgency returns the urgency of the first word that means one.
func urgency(words ...string) health.Urgency {
	for _, word := range words {
		word = strings.ToLower(strings.TrimSpace(word))
		if strings.HasPrefix(word, "sev") { // SEV-1, Sev 1
			word = strings.NewReplacer("-", "", "_", "", " ", "").Replace(word)
		}
		if u, ok := urgencies[word]; ok {
			return u
		}
	}
	return health.UrgencyUnknown
}

// mail returns an e-mail address as it is compared; nothing when it is none.
func mail(s string) string {
	s = strings.TrimSpace(s)
	if at := strings.IndexByte(s, '@'); at <= 0 || at == len(s)-1 || strings.ContainsAny(s, " \t\n<>") {
		return ""
	}
	return strings.ToLower(s)
}

// named returns who a vendor means by a word that is an address or a name.
func named(s string) health.Identity {
	if m := mail(s); m != "" {
		return health.Identity{Email: m}
	}
	return health.Identity{Name: s}
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
