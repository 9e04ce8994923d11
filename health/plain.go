package health

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxKey bounds what names events and pages: databases do not index longer texts.
const maxKey = 1000

// plainKey returns a key as databases take it, still apart from all others.
func plainKey(key string) string {
	key = plainText(key)
	if len(key) <= maxKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return strings.ToValidUTF8(key[:maxKey-70], "") + " …" + hex.EncodeToString(sum[:])
}

// plainText takes out of a text what no database takes.
func plainText(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "�"), "�")
}

func (i Identity) plain() Identity {
	return Identity{plainKey(i.ID), plainKey(i.Email), plainKey(i.Name)}
}

// plain makes all texts of an event such as databases take.
func (e *Event) plain() {
	for _, key := range []*string{&e.Key, &e.ExternalID, &e.PageKey, &e.AlertKey, &e.MergedInto, &e.Channel, &e.Service, &e.Severity} {
		*key = plainKey(*key)
	}
	e.Title, e.Actor = plainText(e.Title), e.Actor.plain()
	for i := range e.Responders {
		e.Responders[i].Identity = e.Responders[i].plain()
	}
}
