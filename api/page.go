package api

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"watchbill/schedule"
)

// Paging are the parameters of a list that comes in pages.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"How many at most"`
	Cursor string `query:"cursor" maxLength:"400" doc:"Where to go on: the next of the page before"`
}

// paged returns a page of a list that is sorted by key, and the cursor of the page
// after it, empty when there is none. A cursor stands for the last key of its
// page, so that nothing is shown twice when the list changes meanwhile.
func paged[T any](all []T, p *Paging, key func(*T) string) (items []T, next string, err error) {
	from := 0
	if p.Cursor != "" {
		last, err := openCursor(p.Cursor)
		if err != nil {
			return nil, "", err
		}
		if from = slices.IndexFunc(all, func(t T) bool { return key(&t) > last }); from < 0 {
			from = len(all)
		}
	}
	all = all[from:]
	if len(all) <= p.Limit {
		return all, "", nil
	}
	return all[:p.Limit], makeCursor(key(&all[p.Limit-1])), nil
}

// cursorMark begins every cursor, so that other texts are not taken for one.
const cursorMark = "after "

func makeCursor(key string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(cursorMark + key))
}

func openCursor(cursor string) (key string, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	key, ok := strings.CutPrefix(string(b), cursorMark)
	if err != nil || !ok || !storable(key) {
		return "", noCursor()
	}
	return key, nil
}

func noCursor() error {
	return invalid("cursor", "this is no cursor; send the next of the page before as it is")
}

// pagedByID is paged for a list that has IDs, in any order; pages are by ID.
func pagedByID[T any](all []T, p *Paging, id func(*T) schedule.ID) (items []T, next string, err error) {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(id(&a), id(&b)) })
	return paged(all, p, func(t *T) string { return idKey(id(t)) })
}

// afterID is the ID that the cursor of a list by ID stands for, zero without one. A cursor of
// another list is none.
func (p *Paging) afterID() (schedule.ID, error) {
	if p.Cursor == "" {
		return 0, nil
	}
	key, err := openCursor(p.Cursor)
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil || idKey(schedule.ID(id)) != key {
		return 0, noCursor()
	}
	return schedule.ID(id), nil
}

// idKey sorts IDs as texts.
func idKey(id schedule.ID) string { return fmt.Sprintf("%019d", id) }
