package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
)

// An upload is a large file on its way: its head is sent, and its body is not yet.
type upload struct {
	body  *io.PipeWriter
	stop  context.CancelFunc
	ended chan answer
}

// begin begins to send a large file, and returns when the service has begun to read it,
// or has refused it.
func (d *deployment) begin(client *http.Client, token, path string) upload {
	d.t.Helper()
	body, writer := io.Pipe()
	reads := make(chan struct{})
	ctx, stop := context.WithCancel(context.Background())
	// Whoever is asked to go on before they send the body is being read.
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{Got100Continue: func() { close(reads) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url+path, body)
	d.ok(err)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "text/csv")
	req.Header.Set("Expect", "100-continue")
	u := upload{writer, stop, make(chan answer, 1)}
	go func() {
		resp, err := client.Do(req)
		if err != nil {
			u.ended <- answer{}
			return
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		u.ended <- answer{resp.StatusCode, resp.Header, string(text)}
	}()
	select {
	case <-reads:
	case a := <-u.ended:
		u.ended <- a
	}
	return u
}

// finish sends the file, and returns the answer.
func (u *upload) finish(d *deployment, text string) answer {
	d.t.Helper()
	_, err := io.WriteString(u.body, text)
	d.ok(err)
	d.ok(u.body.Close())
	return <-u.ended
}

// hangUp ends the connection in the middle of the file.
func (u *upload) hangUp() {
	u.stop()
	_ = u.body.CloseWithError(io.ErrUnexpectedEOF)
	<-u.ended
}

// Of large files two are sent at once. Whoever comes third is told to come again and when,
// before their file is read; a small one goes through; and the place of one that has come
// through, was refused, or whose sender hung up is free.
func TestThirdLargeUpload(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		d.setUp()
		d.account(2, auth.KindPerson)
		d.ok(d.db.Write.Exec("UPDATE membership SET manager = TRUE WHERE person_id = 2").Error)
		door, _ := d.hooked("pagerduty")
		token, member := d.token(2, auth.ScopeWrite), d.token(3, auth.ScopeWrite)
		d.account(3, auth.KindPerson)
		path := fmt.Sprintf("/api/v1/teams/1/integrations/%d/tables?name=past.csv", door.ID)
		client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Hour}}
		t.Cleanup(client.CloseIdleConnections)
		large := func() upload { return d.begin(client, token, path) }
		refused := func(u upload, when string) {
			t.Helper()
			a := <-u.ended
			if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") != "30" || !strings.Contains(a.header.Get("Content-Type"), "problem+json") ||
				!strings.Contains(a.body, "Send it again in half a minute.") {
				t.Errorf("%s: %d, again after %q: %s", when, a.status, a.header.Get("Retry-After"), a.body)
			}
		}
		first, second := large(), large()
		refused(large(), "the third")
		refused(large(), "the fourth, after one that was refused")
		if other := d.begin(client, member, path); (<-other.ended).status != http.StatusForbidden {
			t.Error("whoever may not is not told so first")
		}
		if a := d.call(token, "POST", path, incidents, "Content-Type", "text/csv"); a.status != http.StatusCreated {
			t.Errorf("a small one meanwhile: %d %s", a.status, a.body)
		}
		if a := first.finish(d, strings.Replace(incidents, "Q1", "F1", 2)); a.status != http.StatusCreated {
			t.Errorf("the first: %d %s", a.status, a.body)
		}
		third := large()
		refused(large(), "with the second and the third at work")
		second.hangUp()
		var fourth upload
		until(t, "the place of who hung up is free", func() bool {
			fourth = large()
			select {
			case a := <-fourth.ended:
				return a.status != http.StatusServiceUnavailable
			default:
				return true
			}
		})
		if a := third.finish(d, ""); a.status != http.StatusBadRequest {
			t.Errorf("an empty one: %d %s", a.status, a.body)
		}
		if a := fourth.finish(d, strings.Replace(incidents, "Q1", "G1", 2)); a.status != http.StatusCreated {
			t.Errorf("the fourth: %d %s", a.status, a.body)
		}
		last := large()
		if a := last.finish(d, strings.Replace(incidents, "Q1", "H1", 2)); a.status != http.StatusCreated {
			t.Errorf("after all of them: %d %s", a.status, a.body)
		}
	})
}
