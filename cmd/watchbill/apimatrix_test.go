package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/api/auth/authdb"
	"watchbill/health"
	"watchbill/schedule"
)

// token gives a person a token for a year, unless it is edited.
func (d *deployment) token(person int64, scope auth.Scope, edit ...func(*auth.Token)) string {
	d.t.Helper()
	secret := auth.TokenPrefix + secretOf(fmt.Sprint(d.t.Name(), person, scope, d.tokens))
	d.tokens++
	sum := sha256.Sum256([]byte(secret))
	token := auth.Token{
		Hash: hex.EncodeToString(sum[:]), Person: person, Name: "test", Scope: scope, CreatedBy: person,
		CreatedAt: d.now.Add(-time.Hour), ExpiresAt: d.now.AddDate(1, 0, 0),
	}
	for _, e := range edit {
		e(&token)
	}
	store := authdb.New(d.db.Write, d.db.Read)
	d.ok(store.AddToken(d.t.Context(), &token))
	if !token.RevokedAt.IsZero() {
		d.ok(store.RevokeToken(d.t.Context(), person, token.ID, token.RevokedAt))
	}
	return secret
}

// account lets a person have tokens.
func (d *deployment) account(person int64, kind string) {
	d.t.Helper()
	d.ok(authdb.New(d.db.Write, d.db.Read).PutAccount(d.t.Context(), auth.Account{Person: person, Kind: kind, CreatedAt: d.now}))
}

// An answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   string
}

// call sends a request to the API with a token, and a body unless it is empty;
// headers are pairs.
func (d *deployment) call(token, method, path, body string, headers ...string) answer {
	d.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, d.url+path, r)
	d.ok(err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	d.ok(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	d.ok(err)
	return answer{resp.StatusCode, resp.Header, string(b)}
}

// into reads the body of an answer that must have a status.
func (a answer) into(t *testing.T, status int, v any) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// secretOf makes what passes for a secret of a name, the same each time.
func secretOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// crewed makes the crew with eight published weeks and returns tokens by role. Ana
// manages, Ben is a member, and Other is another team.
func (d *deployment) crewed() map[string]string {
	d.t.Helper()
	ctx := d.t.Context()
	in, err := importTeam(crew)
	d.ok(err)
	in.People[0].Manager = true
	_, err = d.schedule.AddTeam(ctx, 0, in)
	d.ok(err)
	other, err := importTeam(strings.NewReplacer("Crew", "Other", "@example.com", "@other.example").Replace(crew))
	d.ok(err)
	_, err = d.schedule.AddTeam(ctx, 0, other)
	d.ok(err)
	day := schedule.DateOf(d.now).AddDays(6)
	draft, err := d.schedule.AskDraft(ctx, 1, schedule.DraftOrder{Team: 1, From: day, Until: day.AddDays(56)})
	d.ok(err)
	d.ok(d.schedule.RunDraft(ctx, draft.ID))
	_, err = d.schedule.Publish(ctx, 1, draft.ID, "")
	d.ok(err)
	d.liven()
	d.reviewed(1)
	d.pulsed(1)
	d.roundOver()
	_, err = d.health.AddItem(ctx, 1, 1, health.ItemText{Title: "Raise the limit", Owner: 2}, schedule.DateOf(d.now))
	d.ok(err)
	_, hook := d.hooked("generic")
	for _, body := range []string{`{"event": "triggered", "page": {"id": "a"}, "responders": [{"id": "U1"}]}`, "{"} {
		if a := d.send(hook, body); a.status != http.StatusAccepted {
			d.t.Fatal(a.body)
		}
	}
	d.readAll()
	_, err = d.health.AddTable(ctx, 1, 1, "past.csv", []byte(incidents))
	d.ok(err)
	d.webhooked(1)
	boss := schedule.Profile{Name: "Root", Email: "root@example.com", Zone: "UTC", CreatedAt: d.now}
	robot := schedule.Profile{Name: "Robot", Zone: "UTC", CreatedAt: d.now}
	d.ok(d.schedule.Store.AddPerson(ctx, &boss))
	d.ok(d.schedule.Store.AddPerson(ctx, &robot))
	for id := range 8 {
		d.account(int64(id)+1, auth.KindPerson)
	}
	d.ok(authdb.New(d.db.Write, d.db.Read).PutAccount(ctx, auth.Account{Person: int64(boss.ID), Kind: auth.KindPerson, Admin: true, CreatedAt: d.now}))
	d.account(int64(robot.ID), auth.KindService)
	return map[string]string{
		"nobody":                   "",
		"expired token":            d.token(1, auth.ScopeWrite, func(t *auth.Token) { t.ExpiresAt = d.now }),
		"revoked token":            d.token(1, auth.ScopeWrite, func(t *auth.Token) { t.RevokedAt = d.now.Add(-time.Minute) }),
		"outsider":                 d.token(5, auth.ScopeWrite),
		"service":                  d.token(int64(robot.ID), auth.ScopeWrite),
		"read-only token":          d.token(1, auth.ScopeRead),
		"member":                   d.token(2, auth.ScopeWrite),
		"manager":                  d.token(1, auth.ScopeWrite),
		"administrator":            d.token(int64(boss.ID), auth.ScopeWrite),
		"read-only token of admin": d.token(int64(boss.ID), auth.ScopeRead),
	}
}

// liven gives the crew an override, a request of somebody who is not Ana or Ben, and
// a calendar link of Ben's.
func (d *deployment) liven() {
	d.t.Helper()
	shifts, err := d.schedule.Shifts(d.t.Context(), 1, d.now, d.now.AddDate(0, 3, 0), time.Time{})
	d.ok(err)
	last := &shifts[len(shifts)-1]
	_, err = d.schedule.Put(d.t.Context(), 1, 1, schedule.Stretch{Slot: last.Slot, Start: last.Start, End: last.Start.AddDate(0, 0, 1)}, 0, "conference")
	d.ok(err)
	for _, s := range shifts {
		if s.Person == 3 || s.Person == 4 {
			_, err := d.schedule.Ask(d.t.Context(), s.Person, schedule.Request{
				Team: 1, Person: s.Person, Message: "school play", Stretch: schedule.Stretch{Slot: s.Slot, Start: s.Start, End: s.End},
			})
			d.ok(err)
			break
		}
	}
	_, _, err = d.schedule.AddFeed(d.t.Context(), schedule.Feed{Kind: schedule.FeedPerson, Owner: 2})
	d.ok(err)
}

// A row of the matrix says who may use a route of the API.
type row struct {
	// need is the least that somebody must be: known, member, manager, admin.
	need string
	// service says that a service account may, too.
	service bool
	path    string // with IDs of the crew, when 1 does not do
	body    string // of writes: one that is good
	// once says that it works for the first who does it, or for nobody in the
	// state that the crew is in; others may be told so.
	once bool
	// inside says that it is for those in the team, and for no administrator beyond it.
	inside bool
}

// ruleText are rules of the crew, and crewRules a body that asks whether they would do.
const ruleText = "team: Crew\nzone: Europe/Berlin\nlimits: {on_call: 1 week in 3}\nrotations:\n  - {name: primary, handover: Mon 09:00}\n"

var crewRules, _ = json.Marshal(map[string]string{"source": ruleText, "from": "2027-02-01"})

// pulsePolicy is when a team is asked, as the API takes it.
const pulsePolicy = `{"on": true, "first": "2026-12-07", "at": "09:00", "days": 4, "weeks": 4, "long": true, "least": 5, "least_said": 10, "own": ["Our runbooks are up to date."]}`

// calendarText is a calendar with one whole day, as a JSON string.
const calendarText = `"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261201T000000Z\r\nDTSTART;VALUE=DATE:20270105\r\nSUMMARY:Away\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"`

// matrix has a row for every route of the API.
var matrix = map[string]row{
	"GET /oncall":                                                        {need: "known", service: true},
	"GET /teams":                                                         {need: "known", service: true},
	"GET /teams/{team}":                                                  {need: "member", service: true},
	"PATCH /teams/{team}":                                                {need: "manager", body: `{"horizon_weeks": 8}`},
	"GET /teams/{team}/members":                                          {need: "member"},
	"PUT /teams/{team}/members/{person}":                                 {need: "manager", path: "/teams/1/members/3", body: `{"share": 100}`},
	"DELETE /teams/{team}/members/{person}":                              {need: "manager", path: "/teams/1/members/4", once: true},
	"GET /teams/{team}/rules":                                            {need: "manager"},
	"PUT /teams/{team}/rules/{from}":                                     {need: "manager", path: "/teams/1/rules/2027-02-01", body: strings.Replace(string(crewRules), `"from":"2027-02-01",`, "", 1)},
	"DELETE /teams/{team}/rules/{from}":                                  {need: "manager", path: "/teams/1/rules/2027-02-08", once: true},
	"GET /teams/{team}/members/{person}/changes":                         {need: "member", path: "/teams/1/members/3/changes"},
	"PUT /teams/{team}/members/{person}/changes/{from}":                  {need: "manager", path: "/teams/1/members/3/changes/2027-03-01", body: `{"share": 80}`},
	"DELETE /teams/{team}/members/{person}/changes/{from}":               {need: "manager", path: "/teams/1/members/3/changes/2027-04-01", once: true},
	"GET /teams/{team}/members/{person}/terms":                           {need: "member", path: "/teams/1/members/3/terms"},
	"PUT /teams/{team}/members/{person}/terms/{from}":                    {need: "manager", path: "/teams/1/members/3/terms/2027-03-01", body: `{"skills": "db"}`},
	"DELETE /teams/{team}/members/{person}/terms/{from}":                 {need: "manager", path: "/teams/1/members/3/terms/2027-04-01", once: true},
	"POST /teams/{team}/rules/check":                                     {need: "manager", body: string(crewRules)},
	"GET /teams/{team}/shifts":                                           {need: "member", service: true},
	"GET /teams/{team}/issues":                                           {need: "member"},
	"GET /teams/{team}/absences":                                         {need: "member"},
	"GET /teams/{team}/holidays":                                         {need: "member"},
	"GET /teams/{team}/overrides":                                        {need: "member"},
	"GET /teams/{team}/requests":                                         {need: "member"},
	"POST /teams/{team}/effects":                                         {need: "member", body: `{"moves": [{"shift": 1, "to": 2}]}`},
	"GET /teams/{team}/feeds":                                            {need: "manager"},
	"DELETE /teams/{team}/feeds/{feed}":                                  {need: "manager", once: true},
	"GET /burden":                                                        {need: "admin"},
	"GET /retention":                                                     {need: "admin"},
	"GET /organisation/health":                                           {need: "admin"},
	"GET /organisation/health.csv":                                       {need: "admin"},
	"GET /teams/{team}/rest":                                             {need: "member"},
	"GET /teams/{team}/burden":                                           {need: "member"},
	"GET /teams/{team}/burden.csv":                                       {need: "member"},
	"GET /teams/{team}/health":                                           {need: "member"},
	"GET /teams/{team}/health.csv":                                       {need: "member"},
	"POST /teams/{team}/warnings/{warning}/answer":                       {need: "manager", path: "/teams/1/warnings/1/answer", body: `{"text": "We looked."}`, once: true, inside: true},
	"GET /teams/{team}/what-if":                                          {need: "member"},
	"GET /teams/{team}/items":                                            {need: "member"},
	"POST /teams/{team}/items":                                           {need: "member", body: `{"title": "Raise the limit"}`},
	"GET /teams/{team}/items/{item}":                                     {need: "member"},
	"PATCH /teams/{team}/items/{item}":                                   {need: "member", body: `{"value": 3}`},
	"GET /teams/{team}/indicators":                                       {need: "member"},
	"PUT /teams/{team}/indicators/{indicator}/{period}":                  {need: "manager", path: "/teams/1/indicators/toil_share/2026-10", body: `{"value": 0.3}`},
	"POST /teams/{team}/indicators/table":                                {need: "manager", body: `{"table": "indicator,period,value\nticket_age,2026-10,4"}`},
	"GET /owed":                                                          {need: "known"},
	"GET /pay":                                                           {need: "known"},
	"GET /teams/{team}/pay":                                              {need: "manager"},
	"GET /teams/{team}/pay/rules":                                        {need: "member"},
	"POST /teams/{team}/pay/rules":                                       {need: "manager", body: `{"from": "2026-12-01", "rules": {"currency": "EUR", "tz": "Europe/Berlin", "unit": "hour", "base_rate": 500}}`},
	"GET /teams/{team}/pay/{month}":                                      {need: "manager", path: "/teams/1/pay/2026-12", once: true},
	"GET /teams/{team}/pay/{month}/lines.csv":                            {need: "manager", path: "/teams/1/pay/2026-12/lines.csv", once: true},
	"POST /teams/{team}/pay/{month}/publish":                             {need: "manager", path: "/teams/1/pay/2026-12/publish", body: `{"seen": "x"}`, once: true},
	"GET /teams/{team}/owed":                                             {need: "manager"},
	"GET /teams/{team}/owed.csv":                                         {need: "manager"},
	"GET /teams/{team}/owed/rules":                                       {need: "member"},
	"POST /teams/{team}/owed/rules":                                      {need: "manager", body: `{"from": "2026-12-07", "hours": {"evening": 1, "weekend": 1.5, "holiday": 2, "sleep": 2}, "least_minutes": 60, "round_up_minutes": 15, "expire_days": 90, "warn_days": 14}`, once: true},
	"POST /teams/{team}/owed/{person}/decisions":                         {need: "manager", path: "/teams/1/owed/3/decisions", body: `{"approve": true, "minutes": 60}`, once: true},
	"POST /teams/{team}/owed/{person}/taken":                             {need: "manager", path: "/teams/1/owed/3/taken", body: `{"minutes": 60, "reason": "paid out"}`, once: true},
	"DELETE /teams/{team}/owed/{person}/taken/{entry}":                   {need: "manager", path: "/teams/1/owed/3/taken/1", once: true},
	"GET /pulse":                                                         {need: "known"},
	"GET /pulse/{from}":                                                  {need: "known", path: "/pulse/2026-11-30"},
	"GET /pulse/{from}/table":                                            {need: "known", path: "/pulse/2026-11-30/table"},
	"GET /teams/{team}/pulse":                                            {need: "member"},
	"POST /teams/{team}/pulse":                                           {need: "manager", body: `{"kind": "pulse", "closes_at": "2026-12-03T10:00:00Z"}`, once: true},
	"GET /teams/{team}/pulse/{wave}":                                     {need: "member", path: "/teams/1/pulse/1"},
	"GET /teams/{team}/pulse/{wave}/table":                               {need: "member", path: "/teams/1/pulse/1/table"},
	"GET /teams/{team}/pulse/{wave}/said":                                {need: "member", path: "/teams/1/pulse/1/said"},
	"PUT /teams/{team}/pulse/{wave}/said":                                {need: "manager", path: "/teams/1/pulse/1/said", body: `{"said": "Nights are hard.", "did": "We delayed the alert."}`},
	"GET /teams/{team}/pulse/policy":                                     {need: "member"},
	"PUT /teams/{team}/pulse/policy":                                     {need: "manager", body: pulsePolicy},
	"GET /teams/{team}/handovers":                                        {need: "member", inside: true},
	"GET /teams/{team}/handover":                                         {need: "member", inside: true},
	"POST /teams/{team}/handover":                                        {need: "member", inside: true, body: `{}`, once: true},
	"POST /teams/{team}/handover/read":                                   {need: "member", inside: true, body: `{}`, once: true},
	"POST /teams/{team}/handover/notes":                                  {need: "member", inside: true, body: `{"text": "Look at the disk."}`, once: true},
	"PATCH /teams/{team}/handover/notes/{note}":                          {need: "member", inside: true, body: `{"text": "Look at the disk."}`, once: true},
	"GET /teams/{team}/reviews":                                          {need: "member"},
	"GET /teams/{team}/reviews/{week}":                                   {need: "member", path: "/teams/1/reviews/2026-11-23"},
	"GET /teams/{team}/reviews/{week}/text":                              {need: "member", path: "/teams/1/reviews/2026-11-23/text"},
	"PUT /teams/{team}/reviews/{week}/agreed":                            {need: "member", path: "/teams/1/reviews/2026-11-23/agreed", body: `{"text": "We mend the queue."}`},
	"GET /teams/{team}/audit":                                            {need: "manager"},
	"GET /teams/{team}/drafts":                                           {need: "manager"},
	"POST /teams/{team}/drafts":                                          {need: "manager", body: `{"from": "2027-02-01", "until": "2027-03-01"}`},
	"GET /teams/{team}/drafts/{draft}":                                   {need: "manager"},
	"POST /teams/{team}/drafts/{draft}/pins":                             {need: "manager", body: `{"slot": "primary 2026-12-07", "person": 2}`},
	"GET /teams/{team}/drafts/{draft}/difference":                        {need: "manager"},
	"POST /teams/{team}/drafts/{draft}/discard":                          {need: "manager", once: true},
	"POST /teams/{team}/drafts/{draft}/publish":                          {need: "manager", once: true},
	"GET /teams/{team}/plans":                                            {need: "manager"},
	"GET /teams/{team}/plans/{number}":                                   {need: "manager"},
	"GET /shifts/{shift}":                                                {need: "member", service: true},
	"POST /shifts/{shift}/overrides":                                     {need: "manager", path: "/shifts/3/overrides", body: `{"nobody": true, "reason": "conference"}`, once: true},
	"POST /shifts/{shift}/take":                                          {need: "member", once: true},
	"POST /shifts/{shift}/take-over":                                     {need: "member", once: true},
	"POST /shifts/{shift}/requests":                                      {need: "member", body: `{}`, once: true},
	"POST /overrides/{override}/undo":                                    {need: "manager", once: true},
	"GET /requests/{request}":                                            {need: "member"},
	"POST /requests/{request}/accept":                                    {need: "member", once: true},
	"POST /requests/{request}/approve":                                   {need: "manager", body: `{"person": 1, "reason": "agreed"}`, once: true},
	"POST /requests/{request}/decline":                                   {need: "member", once: true},
	"POST /requests/{request}/withdraw":                                  {need: "manager", once: true},
	"GET /people":                                                        {need: "admin"},
	"GET /people/{person}":                                               {need: "member", path: "/people/2"},
	"GET /people/{person}/erasure":                                       {need: "admin", path: "/people/2/erasure"},
	"DELETE /people/{person}":                                            {need: "admin", path: "/people/2", once: true},
	"PATCH /people/{person}":                                             {need: "known", path: "/people/me", body: `{"sleeps": "22:00-06:00"}`},
	"GET /people/{person}/shifts":                                        {need: "member", path: "/people/2/shifts"},
	"GET /people/{person}/absences":                                      {need: "known", path: "/people/me/absences"},
	"POST /people/{person}/absences":                                     {need: "known", path: "/people/me/absences", body: `{"first": "2027-06-01", "last": "2027-06-03"}`},
	"DELETE /people/{person}/absences/{absence}":                         {need: "known", path: "/people/me/absences/1", once: true},
	"GET /people/{person}/pages":                                         {need: "known", path: "/people/me/pages"},
	"PATCH /people/{person}/pages/{page}":                                {need: "known", path: "/people/me/pages/1", body: `{"actionable": "no"}`, once: true},
	"POST /people/{person}/pages/{page}/link":                            {need: "known", path: "/people/me/pages/1/link", once: true},
	"DELETE /people/{person}/pages/{page}/link":                          {need: "known", path: "/people/me/pages/1/link", once: true},
	"GET /people/{person}/diary":                                         {need: "known", path: "/people/me/diary"},
	"PUT /people/{person}/diary":                                         {need: "known", path: "/people/me/diary", body: `{"team": 1, "rotation": "primary", "from": "2026-11-30T09:00:00Z", "disruptive": 2}`, once: true},
	"DELETE /people/{person}/diary":                                      {need: "known", path: "/people/me/diary", once: true},
	"DELETE /people/{person}/diary/{entry}":                              {need: "known", path: "/people/me/diary/1", once: true},
	"GET /people/{person}/audit":                                         {need: "known", path: "/people/me/audit"},
	"GET /feeds":                                                         {need: "known"},
	"POST /feeds":                                                        {need: "known", body: `{"kind": "person"}`},
	"POST /feeds/{feed}/reset":                                           {need: "known", once: true},
	"DELETE /feeds/{feed}":                                               {need: "known", once: true},
	"GET /imports":                                                       {need: "known"},
	"POST /imports":                                                      {need: "known", body: `{"kind": "absences", "file": ` + calendarText + `}`},
	"POST /imports/{import}/preview":                                     {need: "known", body: `{}`, once: true},
	"POST /imports/{import}/confirm":                                     {need: "known", body: `{}`, once: true},
	"POST /imports/{import}/read":                                        {need: "known", once: true},
	"PUT /imports/{import}/choice":                                       {need: "known", body: `{}`, once: true},
	"GET /version":                                                       {need: "known", service: true},
	"DELETE /imports/{import}":                                           {need: "known", once: true},
	"GET /teams/{team}/imports":                                          {need: "manager"},
	"POST /teams/{team}/imports":                                         {need: "manager", body: `{"kind": "holidays", "file": ` + calendarText + `}`},
	"GET /teams/{team}/pages":                                            {need: "member"},
	"GET /webhooks":                                                      {need: "manager", path: "/webhooks?team=1"},
	"POST /webhooks":                                                     {need: "manager", body: `{"team": 1, "name": "Status page of the ROLE", "url": "https://status.example/hook", "events": ["shifts.published"]}`},
	"GET /webhooks/{webhook}":                                            {need: "manager"},
	"PATCH /webhooks/{webhook}":                                          {need: "manager", body: `{"name": "Status page"}`},
	"DELETE /webhooks/{webhook}":                                         {need: "manager", path: "/webhooks/2", once: true},
	"POST /webhooks/{webhook}/secret":                                    {need: "manager"},
	"POST /webhooks/{webhook}/test":                                      {need: "manager"},
	"GET /webhooks/{webhook}/deliveries":                                 {need: "manager"},
	"GET /webhooks/{webhook}/deliveries/{delivery}":                      {need: "manager"},
	"POST /webhooks/{webhook}/deliveries/{delivery}/resend":              {need: "manager"},
	"GET /teams/{team}/integrations":                                     {need: "manager"},
	"POST /teams/{team}/integrations":                                    {need: "manager", body: `{"vendor": "generic", "name": "Scripts of the ROLE"}`},
	"GET /teams/{team}/integrations/{integration}":                       {need: "manager"},
	"PATCH /teams/{team}/integrations/{integration}":                     {need: "manager", body: `{"name": "Pager"}`},
	"POST /teams/{team}/integrations/{integration}/renew":                {need: "manager"},
	"PUT /teams/{team}/integrations/{integration}/secret":                {need: "manager", body: `{"secret": "whsec_c2VjcmV0"}`},
	"DELETE /teams/{team}/integrations/{integration}/secret":             {need: "manager", once: true},
	"POST /teams/{team}/integrations/{integration}/test":                 {need: "manager"},
	"GET /teams/{team}/integrations/{integration}/deliveries":            {need: "manager"},
	"GET /teams/{team}/integrations/{integration}/deliveries/{delivery}": {need: "manager"},
	"POST /teams/{team}/integrations/{integration}/dead/replay":          {need: "manager", body: `{}`, once: true},
	"POST /teams/{team}/integrations/{integration}/dead/discard":         {need: "manager", body: `{"reason": "sent by hand"}`, once: true},
	"PUT /teams/{team}/integrations/{integration}/key":                   {need: "manager", body: `{"key": "abc", "region": "us"}`, once: true},
	"DELETE /teams/{team}/integrations/{integration}/key":                {need: "manager"},
	"GET /teams/{team}/integrations/{integration}/pulls":                 {need: "manager"},
	"POST /teams/{team}/integrations/{integration}/pulls":                {need: "manager", body: `{"from": "2026-01-01"}`, once: true},
	"DELETE /teams/{team}/integrations/{integration}/pulls":              {need: "manager"},
	"GET /teams/{team}/integrations/{integration}/people":                {need: "manager"},
	"PUT /teams/{team}/integrations/{integration}/people/{contact}":      {need: "manager", body: `{"person": 2}`},
	"POST /teams/{team}/integrations/{integration}/tables":               {need: "manager", body: incidents},
	"GET /teams/{team}/tables":                                           {need: "manager"},
	"GET /teams/{team}/tables/{table}":                                   {need: "manager"},
	"PUT /teams/{team}/tables/{table}/mapping":                           {need: "manager", body: `{"columns": {"external_id": "Incident ID", "triggered_at": "Created at"}, "zone": "UTC", "unit": "seconds"}`, once: true},
	"POST /teams/{team}/tables/{table}/commit":                           {need: "manager", once: true},
	"POST /teams/{team}/tables/{table}/undo":                             {need: "manager", once: true},
	"DELETE /teams/{team}/tables/{table}":                                {need: "manager", path: "/teams/1/tables/2", once: true},
	"GET /teams/{team}/tables/{table}/bad.csv":                           {need: "manager"},
	"GET /audit": {need: "admin"},
}

// Every route of the API against every role and both databases: who is less than
// it needs is refused, who is enough is not, and nothing fails.
func TestAPIRoutesAndRoles(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		tokens, spec := d.crewed(), d.specification()
		params := regexp.MustCompile(`\{[a-z]+\}`)
		for key := range d.operations() {
			row, ok := matrix[key]
			if !ok {
				t.Errorf("the route %s has no row: say who may use it", key)
				continue
			}
			method, path, _ := strings.Cut(key, " ")
			template := path
			if row.path != "" {
				path = row.path
			}
			path = "/api/v1" + params.ReplaceAllString(path, "1")
			for _, role := range []string{
				"nobody", "expired token", "revoked token", "outsider", "service", "read-only token", "read-only token of admin", "member", "manager", "administrator",
			} {
				a := d.call(tokens[role], method, path, strings.ReplaceAll(row.body, "ROLE", role))
				if problem := row.check(role, method, &a); problem != "" {
					t.Errorf("%s as %s: %s: %d %s", key, role, problem, a.status, a.body)
				}
				for _, problem := range spec.untrue(method, template, &a) {
					t.Errorf("%s as %s is not as documented: %s: %d %.300s", key, role, problem, a.status, a.body)
				}
			}
		}
		for key := range matrix {
			if !d.operations()[key] {
				t.Errorf("the row %s has no route", key)
			}
		}
	})
}

// check says what is wrong with the answer that a role got.
func (r row) check(role, method string, a *answer) string {
	ranks := map[string]int{"outsider": 1, "member": 2, "manager": 3, "administrator": 4, "read-only token": 3, "read-only token of admin": 4}
	needs := map[string]int{"known": 1, "member": 2, "manager": 3, "admin": 4}
	enough := ranks[role] >= needs[r.need] || role == "service" && r.service
	if r.inside && strings.Contains(role, "admin") {
		enough = false
	}
	if method != http.MethodGet && (strings.HasPrefix(role, "read-only") || role == "service") {
		enough = false
	}
	refused := a.status == http.StatusForbidden || a.status == http.StatusNotFound
	switch {
	case a.status >= 500:
		return "it fails"
	case role == "nobody" || role == "expired token" || role == "revoked token":
		if a.status != http.StatusUnauthorized || a.header.Get("Www-Authenticate") == "" {
			return "not refused as nobody"
		}
	case !enough && !refused:
		return "not refused"
	case enough && r.once:
		if a.status == http.StatusUnauthorized || a.status == http.StatusForbidden || a.status == http.StatusBadRequest {
			return "refused"
		}
	case enough && a.status >= 300:
		return "refused"
	}
	if a.status >= 400 && a.header.Get("Content-Type") != "application/problem+json" {
		return "not a problem: " + a.header.Get("Content-Type")
	}
	return ""
}

// operations are the routes of the API, of echo and of the document alike.
func (d *deployment) operations() map[string]bool {
	d.t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	d.call("", "GET", "/api/openapi.json", "").into(d.t, http.StatusOK, &doc)
	all := map[string]bool{}
	for path, methods := range doc.Paths {
		for method := range methods {
			all[strings.ToUpper(method)+" "+path] = true
		}
	}
	named := regexp.MustCompile(`:([a-z]+)`)
	for _, route := range d.echo.Routes() {
		path, ok := strings.CutPrefix(route.Path, "/api/v1")
		if !ok || route.Method == "echo_route_not_found" {
			continue
		}
		if key := route.Method + " " + named.ReplaceAllString(path, "{$1}"); !all[key] {
			d.t.Errorf("the route %s is not in the OpenAPI document", key)
		}
	}
	return all
}
