package leaversdb

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/url"

	"watchbill/api/leavers"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm"
)

// unpackedMost bounds what is unpacked to be looked at; files are let in up to less.
const unpackedMost = 64 << 20

// packed removes what is not kept as text and tells of somebody: what pagers sent, files of
// past pages, and calendars that wait for somebody to say yes to. All of it goes by itself
// after a while. A link to a calendar that tells of them is not followed any more.
func (s *Store) packed(ctx context.Context, teams []schedule.ID, w *leavers.Words) error {
	none := map[string]any{"teams": teams}
	err := s.unpack(ctx, s.from(ctx).Table("inbox").Where(near, none).Where("body IS NOT NULL AND state <> 'new'"), "id, body", func(row *packedRow) map[string]any {
		if !w.Tells(string(row.Body)) {
			return nil
		}
		return map[string]any{"body": nil}
	}, "inbox")
	if err != nil {
		return err
	}
	err = s.unpack(ctx, s.from(ctx).Table("past_table").Where(near, none).Where("file IS NOT NULL"), "id, file AS body", func(row *packedRow) map[string]any {
		if text, err := unzip(row.Body); err == nil && !w.Tells(text) {
			return nil
		}
		return map[string]any{"file": nil}
	}, "past_table")
	if err != nil {
		return err
	}
	return s.unpack(ctx, s.from(ctx).Table("calendar_import"), "id, url, waiting", func(row *packedRow) map[string]any {
		change := map[string]any{}
		plain, err := url.QueryUnescape(row.URL)
		if w.Tells(row.URL) || err == nil && w.Tells(plain) {
			change["url"], change["next_at"] = "", nil
		}
		if row.Waiting != "" {
			zipped, err := base64.StdEncoding.DecodeString(row.Waiting)
			text := ""
			if err == nil {
				text, err = unzip(zipped)
			}
			if err != nil || w.Tells(text) {
				change["waits"], change["waiting"] = false, ""
			}
		}
		return change
	}, "calendar_import")
}

type packedRow struct {
	ID      int64
	Body    []byte
	URL     string `gorm:"column:url"`
	Waiting string
}

// unpack looks at rows one by one, and changes those of which f says how.
func (s *Store) unpack(ctx context.Context, q *gorm.DB, columns string, f func(*packedRow) map[string]any, table string) error {
	var ids []int64
	if err := q.Pluck("id", &ids).Error; err != nil {
		return rows.Translate(err, "%s", table)
	}
	for _, id := range ids {
		var row packedRow
		if err := s.from(ctx).Table(table).Select(columns).Where("id = ?", id).Find(&row).Error; err != nil {
			return rows.Translate(err, "%s %d", table, id)
		}
		if change := f(&row); len(change) > 0 {
			if err := s.to(ctx).Table(table).Where("id = ?", id).Updates(change).Error; err != nil {
				return rows.Translate(err, "%s %d", table, id)
			}
		}
	}
	return nil
}

func unzip(b []byte) (string, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(r, unpackedMost))
	return string(text), errors.Join(err, r.Close())
}
