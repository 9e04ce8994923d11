package pull

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// What PagerDuty lists at once, and of one request in all.
const (
	listed       = 100
	pagerdutyCap = 10_000
)

// page is what a list of PagerDuty has besides what is kept of it.
type page struct {
	More      bool `json:"more"`
	Incidents []struct {
		ID string `json:"id"`
	} `json:"incidents"`
}

// pagerduty asks for the users, then for incidents, page by page, the log of each,
// which alone tells who was notified, and at last who was on call.
func (q *query) pagerduty(ctx context.Context) error {
	if q.at.Part == "" {
		q.part("users")
	}
	switch {
	case len(q.at.Todo) > 0:
		return q.pagerdutyLog(ctx)
	case q.at.Part == "incidents":
		return q.pagerdutyIncidents(ctx)
	}
	var p page
	values := listOf(q.at.Offset)
	if q.at.Part == "oncalls" {
		values = q.window(values)
	}
	body, err := q.get(ctx, "/"+q.at.Part, values, &p)
	if errors.Is(err, errGone) {
		err = nil
	} else if err == nil {
		q.keep(fmt.Sprintf("%s:%d", q.at.Part, q.at.Offset), q.at.Part, body)
	}
	switch {
	case err != nil:
		return err
	case p.More && q.at.Offset+2*listed <= pagerdutyCap:
		q.at.Offset += listed
	case q.at.Part == "users":
		q.part("incidents")
	default:
		q.out.Done = true
	}
	return nil
}

func listOf(offset int) url.Values {
	return url.Values{"limit": {strconv.Itoa(listed)}, "offset": {strconv.Itoa(offset)}}
}

// window bounds a list to the window.
func (q *query) window(values url.Values) url.Values {
	values.Set("since", q.pull.From.UTC().Format(time.RFC3339))
	values.Set("until", q.pull.Until.UTC().Format(time.RFC3339))
	return values
}

// pagerdutyIncidents asks for the next incidents. Before the first it looks at the end
// of what would be listed: where there is more, the window is halved.
func (q *query) pagerdutyIncidents(ctx context.Context) error {
	offset := q.at.Offset
	if !q.at.Fits {
		offset = pagerdutyCap - listed
	}
	values := q.window(listOf(offset))
	values.Set("sort_by", "created_at:asc")
	values.Set("time_zone", "UTC")
	var p page
	body, err := q.get(ctx, "/incidents", values, &p)
	switch {
	case errors.Is(err, errGone):
		return q.lost("/incidents")
	case err != nil:
		return err
	case !q.at.Fits && p.More:
		return q.halve()
	case !q.at.Fits:
		q.at.Fits = true
		return nil
	}
	q.out.Keys = ids(p.Incidents)
	if len(q.out.Keys) > 0 {
		q.keep(fmt.Sprintf("incidents:%d", q.at.Offset), "incidents", body)
	}
	q.at.Todo, q.at.Offset = q.out.Keys, q.at.Offset+listed
	if !p.More {
		q.at.Offset = -1 // the logs are left
		if len(q.at.Todo) == 0 {
			q.part("oncalls")
		}
	}
	return nil
}

// pagerdutyLog asks for the log of the next incident. One that is gone, or may not be
// seen, has none.
func (q *query) pagerdutyLog(ctx context.Context) error {
	id, from := q.at.Todo[0], 0
	if q.at.Log != "" {
		from, _ = strconv.Atoi(q.at.Log)
	}
	values := listOf(from)
	values.Set("is_overview", "false")
	values.Set("time_zone", "UTC")
	var p page
	body, err := q.get(ctx, "/incidents/"+url.PathEscape(id)+"/log_entries", values, &p)
	if err != nil && !errors.Is(err, errGone) {
		return err
	}
	if err == nil {
		q.keep(fmt.Sprintf("log:%s:%d", id, from), "log_entries", body)
	}
	if p.More && from+2*listed <= pagerdutyCap {
		q.at.Log = strconv.Itoa(from + listed)
		return nil
	}
	q.at.Log, q.at.Todo = "", q.at.Todo[1:]
	if len(q.at.Todo) == 0 && q.at.Offset < 0 {
		q.part("oncalls")
	}
	return nil
}
