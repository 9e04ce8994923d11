package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
)

// IfMatch is the header of a change that must not overwrite somebody else's.
type IfMatch struct {
	IfMatch string `header:"If-Match" maxLength:"500" doc:"The ETag of what you saw; when it has changed since, nothing is done and 409 shows both versions"`
}

// check returns a Problem with both versions when what there is now is not what the
// caller saw. Without the header it is nil.
func (m IfMatch) check(tag string, yours, present any) error {
	if m.IfMatch == "" || matches(m.IfMatch, tag) {
		return nil
	}
	p := newProblem(http.StatusConflict, "This was changed after you read it. Look at present, and send your change again with its ETag.")
	p.Yours, p.Present = yours, present
	p.header = http.Header{"Etag": {tag}}
	return p
}

// IfNoneMatch is the header of a reader who has a version already.
type IfNoneMatch struct {
	IfNoneMatch string `header:"If-None-Match" maxLength:"500" doc:"The ETag of what you have; 304 when nothing has changed since"`
}

// check returns a 304 as an error when the reader has what there is.
func (m IfNoneMatch) check(tag string) error {
	if m.IfNoneMatch == "" || !matches(m.IfNoneMatch, tag) {
		return nil
	}
	p := newProblem(http.StatusNotModified, "")
	p.header = http.Header{"Etag": {tag}}
	return p
}

// matches says whether a list of ETags, or *, has one.
func matches(list, tag string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == tag {
			return true
		}
	}
	return false
}

// tagOf is the ETag of what can be edited of a thing.
func tagOf(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return `"` + hex.EncodeToString(sum[:10]) + `"`, nil
}

// A Tagged answer has an ETag.
type Tagged struct {
	ETag string `header:"ETag" doc:"Of this version, for If-Match"`
}
