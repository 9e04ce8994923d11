package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"watchbill/api/auth"
	"watchbill/api/notify/webhook"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerWebhooks adds the pages of programs that are told what happens: for each team,
// and for all of them.
func (s *Site) registerWebhooks(e *echo.Group) {
	for _, base := range []string{"/teams/:team/webhooks", "/admin/webhooks"} {
		e.GET(base, s.webhooks)
		e.POST(base, s.addWebhook)
		one := base + "/:webhook"
		e.GET(one, s.webhook)
		e.POST(one, s.changeWebhook)
		e.POST(one+"/secret", s.rotateWebhook)
		e.POST(one+"/off", s.turnOffWebhook)
		e.POST(one+"/test", s.testWebhook)
		e.POST(one+"/remove", s.removeWebhook)
		e.GET(one+"/deliveries/:delivery", s.hookDelivery)
		e.POST(one+"/deliveries/:delivery/resend", s.resendWebhook)
	}
}

// hooksFrame is the frame of a page about the endpoints of the team of the path, or of all
// teams, and where they are.
func (s *Site) hooksFrame(c echo.Context) (f Frame, team schedule.ID, base string, w auth.Who, err error) {
	if c.Param("team") != "" {
		f, t, w, err := s.teamFrame(c, "Webhooks", "pagers", auth.EditTeam)
		return f, t.ID, fmt.Sprintf("/teams/%d/webhooks", t.ID), w, err
	}
	if w, err = may(c, auth.Administrate); err != nil {
		return f, 0, "", w, err
	}
	f, err = s.frame(c, w, "Webhooks", "admin")
	return f, 0, "/admin/webhooks", w, err
}

// hookFrame is hooksFrame for a page about one of them, and base where that is.
func (s *Site) hookFrame(c echo.Context) (f Frame, e webhook.Endpoint, base string, w auth.Who, err error) {
	f, team, base, w, err := s.hooksFrame(c)
	if err != nil {
		return f, e, base, w, err
	}
	id, err := param(c, "webhook")
	if err != nil {
		return f, e, base, w, err
	}
	e, err = s.Webhooks.Store.Endpoint(c.Request().Context(), id)
	if err == nil && e.Team != team {
		err = fmt.Errorf("webhook %d of team %d: %w", id, team, schedule.ErrNotFound)
	}
	f.Title = e.Name
	return f, e, fmt.Sprint(base, "/", id), w, err
}

func (s *Site) webhookRow(ctx context.Context, e *webhook.Endpoint) (WebhookRow, map[string]int, error) {
	tally, err := s.Webhooks.Store.Tally(ctx, e.ID)
	row := WebhookRow{ID: int64(e.ID), Name: e.Name, Off: !e.OffAt.IsZero(), Why: e.OffWhy, FailingSince: e.FailingSince, Took: e.TookAt, Queued: tally[webhook.Waits]}
	if u, err := url.Parse(e.URL); err == nil {
		row.Host = u.Host
	}
	return row, tally, err
}

// hookForm is a form with what an endpoint has, or what was typed.
func hookForm(in webhook.Settings) WebhookForm {
	form := WebhookForm{Name: Field{Value: in.Name}, URL: Field{Value: in.URL}}
	for _, k := range webhook.Kinds() {
		form.Kinds = append(form.Kinds, WebhookKind{string(k), k.Words(), slices.Contains(in.Kinds, k)})
	}
	return form
}

// put shows what is wrong with a form.
func (f *WebhookForm) put(err error, text string, other *string) {
	var kinds Field
	putErrors(err, map[string]*Field{"name": &f.Name, "url": &f.URL, "events": &kinds}, other, text)
	f.KindError = kinds.Error
}

func hookSettings(c echo.Context) (webhook.Settings, error) {
	form, err := c.FormParams()
	in := webhook.Settings{Name: c.FormValue("name"), URL: c.FormValue("url")}
	for _, kind := range form["events"] {
		in.Kinds = append(in.Kinds, webhook.Kind(kind))
	}
	return in, err
}

// webhooks lists endpoints.
func (s *Site) webhooks(c echo.Context) error {
	f, team, base, _, err := s.hooksFrame(c)
	if err != nil {
		return err
	}
	page, err := s.webhooksPage(c.Request().Context(), f, team, base)
	if err != nil {
		return err
	}
	page.NewHook = hookForm(webhook.Settings{Kinds: []webhook.Kind{webhook.ShiftsPublished}})
	return s.show(c, http.StatusOK, "webhooks", page)
}

func (s *Site) webhooksPage(ctx context.Context, f Frame, team schedule.ID, base string) (Webhooks, error) {
	page := Webhooks{Frame: f, Base: base}
	all, err := s.Webhooks.Store.Endpoints(ctx, team)
	if err != nil {
		return page, err
	}
	for i := range all {
		row, _, err := s.webhookRow(ctx, &all[i])
		if err != nil {
			return page, err
		}
		page.List = append(page.List, row)
	}
	return page, nil
}

// addWebhook makes an endpoint and shows its secret, once.
func (s *Site) addWebhook(c echo.Context) error {
	f, team, base, w, err := s.hooksFrame(c)
	if err != nil {
		return err
	}
	in, err := hookSettings(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, err := s.Webhooks.Add(ctx, me(w), team, in)
	if text, bad := refused(err); bad {
		page, err2 := s.webhooksPage(ctx, f, team, base)
		if err2 != nil {
			return err2
		}
		page.NewHook = hookForm(in)
		page.NewHook.put(err, text, &page.Error)
		return s.show(c, http.StatusUnprocessableEntity, "webhooks", page)
	} else if err != nil {
		return err
	}
	f.Title = e.Name
	return s.showSecret(c, f, &e, fmt.Sprint(base, "/", e.ID), "It is told from now on. Its secret is below and shown only now.")
}

// showSecret shows an endpoint's page with its secret.
func (s *Site) showSecret(c echo.Context, f Frame, e *webhook.Endpoint, base, text string) error {
	f.Path, f.Flash = base, &Flash{Kind: "good", Text: text}
	page, err := s.webhookPage(c, f, e, base)
	if err != nil {
		return err
	}
	page.Secret = e.Secret
	return s.show(c, http.StatusOK, "webhook", page)
}

// webhook shows how an endpoint does.
func (s *Site) webhook(c echo.Context) error {
	f, e, base, _, err := s.hookFrame(c)
	if err != nil {
		return err
	}
	page, err := s.webhookPage(c, f, &e, base)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "webhook", page)
}

// hooksShown is how many deliveries a page lists.
const hooksShown = 25

func (s *Site) webhookPage(c echo.Context, f Frame, e *webhook.Endpoint, base string) (Webhook, error) {
	ctx := c.Request().Context()
	row, tally, err := s.webhookRow(ctx, e)
	if err != nil {
		return Webhook{}, err
	}
	page := Webhook{Frame: f, WebhookRow: row, Base: base, Taken: tally[webhook.Taken], Failed: tally[webhook.GivenUp], Set: hookForm(webhook.Settings{Name: e.Name, URL: e.URL, Kinds: e.Chosen()})}
	if e.Before != "" && f.Now.Before(e.BeforeUntil) {
		page.BothUntil = e.BeforeUntil
	}
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64) // what is no number is the first page
	all, err := s.Webhooks.Store.Deliveries(ctx, e.ID, "", schedule.ID(max(before, 0)), hooksShown+1)
	if len(all) > hooksShown {
		all = all[:hooksShown]
		page.Older = int64(all[hooksShown-1].ID)
	}
	for i := range all {
		page.Latest = append(page.Latest, hookRow(&all[i]))
	}
	return page, err
}

func hookRow(d *webhook.Delivery) HookRow {
	row := HookRow{ID: int64(d.ID), Kind: string(d.Kind), Made: d.MadeAt, State: d.State, Status: d.Status, Tries: d.Tries, Why: d.Problem}
	if d.State == webhook.Waits {
		row.Next = d.NextAt
	}
	return row
}

// changeWebhook saves an endpoint's settings.
func (s *Site) changeWebhook(c echo.Context) error {
	f, e, base, w, err := s.hookFrame(c)
	if err != nil {
		return err
	}
	in, err := hookSettings(c)
	if err != nil {
		return err
	}
	err = s.Webhooks.Change(c.Request().Context(), me(w), e.ID, in)
	if text, bad := refused(err); bad {
		page, err2 := s.webhookPage(c, f, &e, base)
		if err2 != nil {
			return err2
		}
		page.Set = hookForm(in)
		page.Set.put(err, text, &page.Error)
		return s.show(c, http.StatusUnprocessableEntity, "webhook", page)
	}
	return answer(c, err, base, "Saved.")
}

func (s *Site) rotateWebhook(c echo.Context) error {
	f, e, base, w, err := s.hookFrame(c)
	if err != nil {
		return err
	}
	if e, err = s.Webhooks.Rotate(c.Request().Context(), me(w), e.ID); err != nil {
		return err
	}
	return s.showSecret(c, f, &e, base, "It has a new secret, shown only now. For a day what is sent is signed with both.")
}

func (s *Site) turnOffWebhook(c echo.Context) error {
	_, e, base, w, err := s.hookFrame(c)
	if err != nil {
		return err
	}
	off, good := c.FormValue("off") != "", "It is told what happens from now on."
	if off {
		good = "It is off, and told nothing. What waited is given up."
	}
	return answer(c, s.Webhooks.TurnOff(c.Request().Context(), me(w), e.ID, off), base, good)
}

func (s *Site) testWebhook(c echo.Context) error {
	_, e, base, w, err := s.hookFrame(c)
	if err != nil {
		return err
	}
	_, err = s.Webhooks.SendTest(c.Request().Context(), me(w), e.ID)
	return answer(c, err, base, "A test is on its way. Load this page again in some seconds to see what came of it.")
}

func (s *Site) removeWebhook(c echo.Context) error {
	_, e, base, w, err := s.hookFrame(c)
	if err != nil {
		return err
	}
	list := base[:len(base)-len(fmt.Sprint("/", e.ID))]
	return answer(c, s.Webhooks.Remove(c.Request().Context(), me(w), e.ID), list, "It is removed, with what was sent to it.")
}

// theHookDelivery is the delivery of the path, of the endpoint of the path.
func (s *Site) theHookDelivery(c echo.Context, e *webhook.Endpoint) (webhook.Delivery, error) {
	id, err := param(c, "delivery")
	if err != nil {
		return webhook.Delivery{}, err
	}
	d, err := s.Webhooks.Store.Delivery(c.Request().Context(), id)
	if err == nil && d.Endpoint != e.ID {
		err = fmt.Errorf("delivery %d of webhook %d: %w", id, e.ID, schedule.ErrNotFound)
	}
	return d, err
}

// linesShown is shown for a text of several lines.
func linesShown(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = shown(lines[i])
	}
	return strings.Join(lines, "\n")
}

// hookDelivery shows what an endpoint was told in one request.
func (s *Site) hookDelivery(c echo.Context) error {
	f, e, base, _, err := s.hookFrame(c)
	if err != nil {
		return err
	}
	d, err := s.theHookDelivery(c, &e)
	if err != nil {
		return err
	}
	f.Title = string(d.Kind)
	var body bytes.Buffer
	if err := json.Indent(&body, d.Body, "", "  "); err != nil {
		return fmt.Errorf("delivery %d: %w", d.ID, err)
	}
	return s.show(c, http.StatusOK, "hookdelivery", HookDelivery{
		Frame: f, HookRow: hookRow(&d), Base: base, Hook: e.Name, Off: !e.OffAt.IsZero(), Message: d.Message, Last: d.LastAt, Done: d.DoneAt, Body: linesShown(body.String()), Answer: linesShown(d.Answer),
	})
}

func (s *Site) resendWebhook(c echo.Context) error {
	_, e, base, w, err := s.hookFrame(c)
	if err != nil {
		return err
	}
	d, err := s.theHookDelivery(c, &e)
	if err != nil {
		return err
	}
	to := fmt.Sprintf("%s/deliveries/%d", base, d.ID)
	return answer(c, s.Webhooks.Resend(c.Request().Context(), me(w), e.ID, d.ID), to, "It is sent again, under the same name. Load this page again in some seconds.")
}
