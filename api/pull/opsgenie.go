package pull

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// opsgenieCap is how many alerts Opsgenie lists of one search.
const opsgenieCap = 20_000

// listing is what a list of Opsgenie has besides what is kept of it.
type listing struct {
	Data []struct {
		ID string `json:"id"`
	} `json:"data"`
	Paging struct {
		Next string `json:"next"`
	} `json:"paging"`
}

// opsgenie asks for the users, then for alerts, page by page, and for the recipients and
// the log of each, then for the schedules and the overrides of each.
func (q *query) opsgenie(ctx context.Context) error {
	if q.at.Part == "" {
		q.part("users")
	}
	switch {
	case q.at.Part == "alerts" && len(q.at.Todo) > 0:
		return q.opsgenieMore(ctx)
	case q.at.Part == "alerts":
		return q.opsgenieAlerts(ctx)
	case q.at.Part == "overrides":
		return q.opsgenieSchedule(ctx)
	}
	var l listing
	body, err := q.get(ctx, "/v2/"+q.at.Part, listOf(q.at.Offset), &l)
	if errors.Is(err, errGone) {
		return q.lost("/v2/" + q.at.Part)
	} else if err != nil {
		return err
	}
	switch {
	case q.at.Part == "schedules":
		q.part("overrides")
		q.at.Todo = ids(l.Data)
		q.out.Done = len(q.at.Todo) == 0
		return nil
	case len(l.Data) > 0:
		q.keep(fmt.Sprintf("users:%d", q.at.Offset), "users", body)
	}
	if l.Paging.Next == "" || len(l.Data) == 0 {
		q.part("alerts")
		return nil
	}
	q.at.Offset += listed
	return nil
}

// opsgenieAlerts asks for the next alerts, of a window that holds no more of them than
// are listed.
func (q *query) opsgenieAlerts(ctx context.Context) error {
	offset := q.at.Offset
	if !q.at.Fits {
		offset = opsgenieCap - listed
	}
	values := listOf(offset)
	values.Set("query", fmt.Sprintf("createdAt>=%d AND createdAt<%d", q.pull.From.UnixMilli(), q.pull.Until.UnixMilli()))
	values.Set("sort", "createdAt")
	values.Set("order", "asc")
	var l listing
	body, err := q.get(ctx, "/v2/alerts", values, &l)
	switch {
	case errors.Is(err, errGone):
		return q.lost("/v2/alerts")
	case err != nil:
		return err
	case !q.at.Fits && l.Paging.Next != "":
		return q.halve()
	case !q.at.Fits:
		q.at.Fits = true
		return nil
	}
	q.out.Keys = ids(l.Data)
	if len(q.out.Keys) > 0 {
		q.keep(fmt.Sprintf("alerts:%d", q.at.Offset), "alerts", body)
	}
	q.at.Todo, q.at.Offset = q.out.Keys, q.at.Offset+listed
	if l.Paging.Next == "" || len(l.Data) == 0 {
		q.at.Offset = -1
		if len(q.at.Todo) == 0 {
			q.part("schedules")
		}
	}
	return nil
}

// opsgenieMore asks for the recipients of the next alert, and then for its log. They do
// not say of which alert they are, so that is put around them.
func (q *query) opsgenieMore(ctx context.Context) error {
	id, what, values := q.at.Todo[0], "recipients", url.Values{}
	if q.at.Log != "" {
		what, values = "logs", url.Values{"limit": {strconv.Itoa(listed)}, "order": {"asc"}, "direction": {"next"}}
		if q.at.Log != logBegins {
			values.Set("offset", q.at.Log)
		}
	}
	var l listing
	body, err := q.get(ctx, "/v2/alerts/"+url.PathEscape(id)+"/"+what, values, &l)
	if err != nil && !errors.Is(err, errGone) {
		return err
	}
	if err == nil && len(l.Data) > 0 {
		name, err := json.Marshal(id)
		if err != nil {
			return err
		}
		q.keep(strings.TrimSuffix(what+":"+id+":"+values.Get("offset"), ":"), what, bytes.Join([][]byte{[]byte(`{"alertId":`), name, []byte(`,"` + what + `":`), body, []byte(`}`)}, nil))
	}
	switch next := l.offset(); {
	case q.at.Log == "" && err == nil:
		q.at.Log = logBegins
		return nil
	case q.at.Log != "" && next != "" && next != q.at.Log && len(l.Data) >= listed:
		q.at.Log = next
		return nil
	}
	q.at.Log = ""
	if q.at.Todo = q.at.Todo[1:]; len(q.at.Todo) == 0 && q.at.Offset < 0 {
		q.part("schedules")
	}
	return nil
}

// logBegins is how far a log is that nothing has been read of.
const logBegins = "begin"

// offset is where the next part of a log begins; empty when there is none. Only that is
// taken from the link to it: where to ask is not for the answer to say.
func (l *listing) offset() string {
	next, err := url.Parse(l.Paging.Next)
	if err != nil {
		return ""
	}
	return next.Query().Get("offset")
}

// opsgenieSchedule asks for the turns of the next schedule in the window, and then for
// its overrides.
func (q *query) opsgenieSchedule(ctx context.Context) error {
	id, what, format, values := q.at.Todo[0], "timeline", "timeline", url.Values{}
	if q.at.Log != "" {
		what, format = "overrides", "overrides"
	} else {
		values.Set("date", q.pull.From.UTC().Format("2006-01-02T15:04:05Z07:00"))
		values.Set("interval", fmt.Sprint(1+int(q.pull.Until.Sub(q.pull.From).Hours()/24)))
		values.Set("intervalUnit", "days")
	}
	var l any
	body, err := q.get(ctx, "/v2/schedules/"+url.PathEscape(id)+"/"+what, values, &l)
	if err != nil && !errors.Is(err, errGone) {
		return err
	}
	if err == nil {
		q.keep(what+":"+id, format, body)
	}
	if q.at.Log == "" {
		q.at.Log = "overrides"
		return nil
	}
	q.at.Log, q.at.Todo = "", q.at.Todo[1:]
	q.out.Done = len(q.at.Todo) == 0
	return nil
}
