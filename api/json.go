package api

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"watchbill/api/auth"
	"watchbill/api/leavers"
	"watchbill/api/notify/webhook"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
)

// Where the API and what describes it are.
const (
	basePath    = "/api/v1"
	openAPIPath = "/api/openapi.json"
	docsPath    = "/api/docs"
)

// A Server is the JSON API under /api/v1, with the document that describes it.
type Server struct {
	Schedule  *schedule.Service
	Access    *auth.Service
	Health    *health.Service
	Burdens   *health.Rollup
	Imagining *health.Imagining
	HandOvers *health.HandOvers
	Reviews   *health.Reviewer
	Pay       *health.Payroll
	Pulse     *health.Pulse
	Diary     *health.Diary
	Webhooks  *webhook.Service
	Leavers   *leavers.Service
	Log       *slog.Logger
	BaseURL   string // https://watchbill.example, without a slash at its end
	Build     Build
	// Schema says which migration the database has had last.
	Schema func(context.Context) (int64, error)
	Calls  Calls
	// DaysOff says which public holidays the people of a plan have, by day.
	DaysOff func(schedule.PlanInput) ([]DayOff, error)
	Wall    func() time.Time // by which connections end, whatever time it is in the service
	Limit   int              // calls of a token or a session in a minute, on one replica; none: no limit

	doc   *huma.OpenAPI
	large atomic.Int32 // files that are being sent
}

// Register adds the routes; identify finds out who is asking.
func (s *Server) Register(e *echo.Echo, identify echo.MiddlewareFunc) {
	calls := &limiter{Server: s}
	g := e.Group(basePath, s.answered, noStore, plainQuery, identify, calls.limited, allowed, s.uploads, s.once)
	a := humaecho.NewWithGroup(e, g, s.config())
	a.UseMiddleware(s.checkQuery(a))
	s.teamRoutes(a)
	s.burdenRoutes(a)
	s.shiftRoutes(a)
	s.personRoutes(a)
	s.pagerRoutes(a)
	s.webhookRoutes(a)
	s.reviewRoutes(a)
	s.tableRoutes(a)
	s.owedRoutes(a)
	s.payRoutes(a)
	s.doc = a.OpenAPI()
	nulls(s.doc.Components.Schemas)
	s.registerDocs(e)
}

// teamRoutes lists what there is about teams and their plans.
func (s *Server) teamRoutes(a huma.API) {
	get(s, a, "/oncall", "who-is-on-call", "Who is on call, in all teams you may see or in one", s.onCall)
	get(s, a, "/teams", "list-teams", "Teams you may see", s.listTeams)
	get(s, a, "/teams/{team}", "get-team", "A team with its settings", s.getTeam)
	change(s, a, patch, "/teams/{team}", "change-team", "Change a team's settings", s.changeTeam)
	get(s, a, "/teams/{team}/members", "list-members", "The members of a team", s.listMembers)
	change(s, a, put, "/teams/{team}/members/{person}", "put-member", "Add a member, or change their place", s.putMember)
	change(s, a, del, "/teams/{team}/members/{person}", "remove-member", "Take a member out", s.removeMember)
	get(s, a, "/teams/{team}/members/{person}/changes", "list-member-changes", "What holds for a member from which day on", s.listMemberChanges)
	change(s, a, put, "/teams/{team}/members/{person}/changes/{from}", "plan-member-change", "Another share, or a pause, from a day on", s.planMemberChange)
	change(s, a, del, "/teams/{team}/members/{person}/changes/{from}", "forget-member-change", "Forget a change that is still to come", s.forgetMemberChange)
	get(s, a, "/teams/{team}/members/{person}/terms", "list-member-terms", "Which skills and limits a member has from which day on", s.listMemberTerms)
	change(s, a, put, "/teams/{team}/members/{person}/terms/{from}", "plan-member-terms", "Other rotations, skills or limits from a day on", s.planMemberTerms)
	change(s, a, del, "/teams/{team}/members/{person}/terms/{from}", "forget-member-terms", "Forget rotations, skills or limits that are still to come", s.forgetMemberTerms)
	get(s, a, "/teams/{team}/rules", "list-rules", "The rules of a team by the day from which they hold", s.listRules)
	change(s, a, put, "/teams/{team}/rules/{from}", "put-rules", "Make rules hold from a day on", s.putRules)
	change(s, a, del, "/teams/{team}/rules/{from}", "remove-rules", "Forget rules that do not hold yet", s.removeRules)
	check(s, a, "/teams/{team}/rules/check", "check-rules", "Say whether rules would do, and save nothing", s.checkRules)
	get(s, a, "/teams/{team}/shifts", "list-shifts", "Who has what in a team, as it is or as it was known", s.listShifts)
	get(s, a, "/teams/{team}/issues", "list-issues", "Gaps and conflicts of the next 90 days", s.listIssues)
	get(s, a, "/teams/{team}/absences", "list-team-absences", "When members are away", s.listTeamAbsences)
	get(s, a, "/teams/{team}/holidays", "list-holidays", "Public holidays of a team's people", s.listHolidays)
	get(s, a, "/teams/{team}/overrides", "list-overrides", "What was decided about shifts", s.listOverrides)
	get(s, a, "/teams/{team}/requests", "list-requests", "Requests for cover and swaps", s.listRequests)
	check(s, a, "/teams/{team}/effects", "preview-effects", "What moving shifts would mean for limits and shares", s.effects)
	get(s, a, "/teams/{team}/feeds", "list-team-feeds", "Calendar links of a team, whoever made them", s.listTeamFeeds)
	change(s, a, del, "/teams/{team}/feeds/{feed}", "revoke-team-feed", "End a calendar link of a team", s.revokeTeamFeed)
	get(s, a, "/teams/{team}/imports", "list-team-imports", "Calendars of others that are read for a team", s.listTeamImports)
	add(s, a, "/teams/{team}/imports", "add-team-import", "Look at a calendar of holidays, or of another tool's shifts", s.addTeamImport)
	get(s, a, "/teams/{team}/handovers", "list-handovers", "Shifts with how much each leaves to the next", s.listHandOvers)
	get(s, a, "/teams/{team}/handover", "get-handover", "What a shift leaves to the next: pages, what is open, notes", s.getHandOver)
	act(s, a, "/teams/{team}/handover", "hand-over", "Hand a shift over: its notes stay as they are, and whoever is next is told", s.handOver)
	act(s, a, "/teams/{team}/handover/read", "read-handover", "Say that you have read what was handed over to you", s.readHandOver)
	add(s, a, "/teams/{team}/handover/notes", "add-shift-note", "Write a note about a shift that is yours, or as a manager", s.addShiftNote)
	change(s, a, patch, "/teams/{team}/handover/notes/{note}", "edit-shift-note", "Change a note of your own, until it is handed over", s.editShiftNote)
	get(s, a, "/teams/{team}/audit", "list-team-audit", "What was done in a team, for those who manage it", s.auditTeam)

	get(s, a, "/teams/{team}/drafts", "list-drafts", "Drafts of a team", s.listDrafts)
	add(s, a, "/teams/{team}/drafts", "ask-draft", "Ask for a draft; it is made in the background", s.askDraft)
	get(s, a, "/teams/{team}/drafts/{draft}", "get-draft", "A draft with its progress, and its plan when it is ready", s.getDraft)
	add(s, a, "/teams/{team}/drafts/{draft}/pins", "pin-draft", "Ask for another draft in which a slot is somebody's", s.pinDraft)
	get(s, a, "/teams/{team}/drafts/{draft}/difference", "compare-draft", "What a draft changes, and who is affected", s.difference)
	act(s, a, "/teams/{team}/drafts/{draft}/discard", "discard-draft", "Give a draft up; one that is being made stops", s.discardDraft)
	add(s, a, "/teams/{team}/drafts/{draft}/publish", "publish-draft", "Make a draft what people can rely on", s.publish)
	get(s, a, "/teams/{team}/plans", "list-plans", "What a team has published", s.listPlans)
	get(s, a, "/teams/{team}/plans/{number}", "get-plan", "A published plan as it was made", s.getPlan)
}

// burdenRoutes lists what there is about what on-call does to teams, and how they are.
func (s *Server) burdenRoutes(a huma.API) {
	get(s, a, "/burden", "get-organisation-burden", "What on-call was for all teams together, for administrators", s.organisationBurden)
	get(s, a, "/retention", "get-retention", "What is kept for how long, and what was removed, for administrators", s.retention)
	get(s, a, "/organisation/health", "get-organisation-health", "Which teams lie further from the others than chance explains, for administrators; in no order", s.organisationHealth)
	get(s, a, "/organisation/health.csv", "get-organisation-health-table", "The same as a table", s.organisationTable)
	get(s, a, "/teams/{team}/burden", "get-burden", "The burden report of a team, with what you may see of it", s.getBurden)
	get(s, a, "/teams/{team}/health", "get-health", "How a team is: the score, what it is made of, and what it is not", s.getHealth)
	get(s, a, "/teams/{team}/health.csv", "get-health-table", "The same as a table", s.getHealthTable)
	act(s, a, "/teams/{team}/warnings/{warning}/answer", "answer-warning", "Say what came of a question that the team's weeks gave reason to ask", s.answerWarning)
	get(s, a, "/teams/{team}/what-if", "get-what-if", "What would be with more people, another limit, less noise or somebody who stands behind", s.getWhatIf)
	get(s, a, "/teams/{team}/burden.csv", "get-burden-table", "The same as a table", s.getBurdenTable)
	get(s, a, "/teams/{team}/pulse", "list-pulses", "What a team was asked, and what was published of it", s.listPulses)
	get(s, a, "/teams/{team}/pulse/policy", "get-pulse-policy", "When and what a team is asked by itself", s.getPulsePolicy)
	change(s, a, put, "/teams/{team}/pulse/policy", "put-pulse-policy", "Say when and what a team is asked by itself; what is open stays as it was promised", s.putPulsePolicy)
	add(s, a, "/teams/{team}/pulse", "open-pulse", "Ask a team now; whoever is asked finds their link on their own page", s.openPulse)
	get(s, a, "/teams/{team}/pulse/{wave}", "get-pulse", "What was published of a wave of the pulse", s.getPulse)
	get(s, a, "/teams/{team}/pulse/{wave}/table", "get-pulse-table", "The same as a table", s.getPulseTable)
	get(s, a, "/teams/{team}/pulse/{wave}/said", "get-pulse-said", "What became of a wave: what was said, and what was done about it", s.getPulseSaid)
	change(s, a, put, "/teams/{team}/pulse/{wave}/said", "put-pulse-said", "Write down what became of a wave that is closed", s.putPulseSaid)
	get(s, a, "/pulse", "list-pulse-rounds", "What was published of the pulse of all teams together, four weeks at a time", s.listPulseRounds)
	get(s, a, "/pulse/{from}", "get-pulse-round", "What was published of the pulse of all teams together in four weeks", s.getPulseRound)
	get(s, a, "/pulse/{from}/table", "get-pulse-round-table", "The same as a table", s.getPulseRoundTable)
	get(s, a, "/teams/{team}/rest", "get-rest", "Who is to rest after a broken night, as far as you may see it", s.getRest)
}

// reviewRoutes lists what there is about what a team makes of its burden.
func (s *Server) reviewRoutes(a huma.API) {
	get(s, a, "/teams/{team}/items", "list-items", "What a team wants to do so that on-call costs less, and what was done on time", s.listItems)
	add(s, a, "/teams/{team}/items", "add-item", "Note an action item or a concern", s.addItem)
	get(s, a, "/teams/{team}/items/{item}", "get-item", "An item with its history, and whether it pages less since", s.getItem)
	get(s, a, "/teams/{team}/indicators", "list-indicators", "What people say of a team that no pager tells, like toil", s.listIndicators)
	change(s, a, put, "/teams/{team}/indicators/{indicator}/{period}", "put-indicator", "Say, correct or withdraw the value of a month or week", s.putIndicator)
	act(s, a, "/teams/{team}/indicators/table", "upload-indicators", "Take a table of indicators over, whole or not at all", s.uploadIndicators)
	get(s, a, "/teams/{team}/reviews", "list-reviews", "The weekly reviews of a team, the newest first", s.listReviews)
	get(s, a, "/teams/{team}/reviews/{week}", "get-review", "What a team needs to talk about a week, as it was made when the week was over", s.getReview)
	get(s, a, "/teams/{team}/reviews/{week}/text", "get-review-text", "The same in Markdown, to be pasted elsewhere", s.getReviewText)
	change(s, a, put, "/teams/{team}/reviews/{week}/agreed", "put-review-agreed", "Write down what was agreed", s.putAgreed)
	change(s, a, patch, "/teams/{team}/items/{item}", "change-item", "Change an item, close it, or open it again", s.changeItem)
}

// shiftRoutes lists what there is about shifts and who has them.
func (s *Server) shiftRoutes(a huma.API) {
	get(s, a, "/shifts/{shift}", "get-shift", "A shift with its history", s.getShift)
	add(s, a, "/shifts/{shift}/overrides", "override-shift", "Put somebody, or nobody, in for a part of a shift, as a manager", s.addOverride)
	add(s, a, "/shifts/{shift}/take", "take-shift", "Take a part of a shift that nobody has", s.take)
	add(s, a, "/shifts/{shift}/take-over", "take-over-shift", "Take over what is left of a teammate's running shift", s.takeOver)
	add(s, a, "/shifts/{shift}/requests", "ask-cover", "Ask for cover of a shift, or for a swap", s.ask)
	act(s, a, "/overrides/{override}/undo", "undo-override", "Take an override back", s.undo)
	get(s, a, "/requests/{request}", "get-request", "A request for cover or a swap", s.getRequest)
	act(s, a, "/requests/{request}/accept", "accept-request", "Take what a request asks for; of two at once one wins", s.accept)
	act(s, a, "/requests/{request}/approve", "approve-request", "Give it to somebody as a manager, with a reason", s.approve)
	act(s, a, "/requests/{request}/decline", "decline-request", "Say no to a request that asks you", s.decline)
	act(s, a, "/requests/{request}/withdraw", "withdraw-request", "Take a request back", s.withdraw)
}

// personRoutes lists what there is about people and what is theirs.
func (s *Server) personRoutes(a huma.API) {
	get(s, a, "/people", "list-people", "Everybody, for administrators", s.listPeople)
	get(s, a, "/people/{person}", "get-person", "A person: yourself as me, or somebody of your teams", s.getPerson)
	change(s, a, del, "/people/{person}", "erase-person", "Make somebody who left nobody in particular, for administrators; it cannot be undone", s.erasePerson)
	get(s, a, "/people/{person}/erasure", "get-erasure", "What stands in the way of that, and when it happens by itself", s.erasure)
	change(s, a, patch, "/people/{person}", "change-person", "Change what you say of yourself", s.changePerson)
	get(s, a, "/people/{person}/shifts", "list-person-shifts", "What somebody has, over all teams", s.listPersonShifts)
	get(s, a, "/people/{person}/absences", "list-absences", "Your absences and wishes", s.listAbsences)
	add(s, a, "/people/{person}/absences", "add-absence", "Note an absence or a wish, and see what it clashes with", s.addAbsence)
	change(s, a, del, "/people/{person}/absences/{absence}", "remove-absence", "Remove an absence or a wish", s.removeAbsence)
	get(s, a, "/people/{person}/pages", "list-own-pages", "Pages that interrupted you, with what you said of them", s.listOwnPages)
	change(s, a, patch, "/people/{person}/pages/{page}", "tell-page", "Say that you are on a page, whether there was something to do, whether it woke you", s.tellPage)
	add(s, a, "/people/{person}/pages/{page}/link", "make-page-link", "Make a link that needs no log-in and does the same for one page; it is shown once", s.makePageLink)
	change(s, a, del, "/people/{person}/pages/{page}/link", "end-page-link", "End the link of a page", s.endPageLink)
	get(s, a, "/people/{person}/diary", "get-diary", "What you keep of your shifts; nobody else's can be read", s.getDiary)
	change(s, a, put, "/people/{person}/diary", "write-diary", "Write down how a shift of yours was, for yourself", s.writeDiary)
	change(s, a, del, "/people/{person}/diary", "forget-diary", "Delete your diary and its key", s.forgetDiary)
	change(s, a, del, "/people/{person}/diary/{entry}", "remove-diary-entry", "Delete what you said of one shift", s.removeDiaryEntry)
	get(s, a, "/people/{person}/audit", "list-person-audit", "What was done by or about you", s.auditPerson)

	get(s, a, "/feeds", "list-feeds", "Your calendar links", s.listFeeds)
	add(s, a, "/feeds", "add-feed", "Make a calendar link; its address is shown once", s.addFeed)
	act(s, a, "/feeds/{feed}/reset", "reset-feed", "Give a calendar link another address", s.resetFeed)
	change(s, a, del, "/feeds/{feed}", "revoke-feed", "End a calendar link", s.revokeFeed)
	get(s, a, "/imports", "list-imports", "Calendars of others that are read for you", s.listImports)
	add(s, a, "/imports", "add-import", "Look at a calendar of absences or holidays; it brings nothing before it is confirmed", s.addImport)
	check(s, a, "/imports/{import}/preview", "preview-import", "What a calendar that waits would bring", s.previewImport)
	act(s, a, "/imports/{import}/confirm", "confirm-import", "Bring what a calendar that waits has", s.confirmImport)
	act(s, a, "/imports/{import}/read", "read-import", "Read a link now", s.readImport)
	change(s, a, put, "/imports/{import}/choice", "change-import-choice", "Choose anew which events of a link count; it is read again at once", s.changeImport)
	change(s, a, del, "/imports/{import}", "remove-import", "Stop reading a calendar; what it brought and is not past goes", s.removeImport)
	get(s, a, "/version", "get-version", "Which program answers, and on which schema", s.version)
	get(s, a, "/audit", "list-audit", "The whole audit log, for administrators", s.auditAll)
}

// pagerRoutes lists what there is about pagers and what they send.
func (s *Server) pagerRoutes(a huma.API) {
	const one = "/teams/{team}/integrations/{integration}"
	get(s, a, "/teams/{team}/pages", "list-pages", "The pages of a team, with who was paged and how that is known", s.listPages)
	get(s, a, "/teams/{team}/integrations", "list-integrations", "The pagers of a team", s.listIntegrations)
	add(s, a, "/teams/{team}/integrations", "add-integration", "Connect a pager; its link is shown once", s.addIntegration)
	get(s, a, one, "get-integration", "A pager, and how it does", s.getIntegration)
	change(s, a, patch, one, "change-integration", "Change a pager's settings, or turn it off", s.changeIntegration)
	act(s, a, one+"/renew", "renew-integration", "Give a pager another link; the old one is dead", s.renewIntegration)
	change(s, a, put, one+"/secret", "set-secret", "Make another secret count; the one before goes on to count", s.setSecret)
	change(s, a, del, one+"/secret", "end-secret", "End the older of two secrets, or the only one", s.endSecret)
	act(s, a, one+"/test", "test-integration", "Send a test by the way that everything comes", s.testIntegration)
	get(s, a, one+"/deliveries", "list-deliveries", "What a pager sent", s.listDeliveries)
	get(s, a, one+"/deliveries/{delivery}", "get-delivery", "What a pager sent in one request, without secrets", s.getDelivery)
	act(s, a, one+"/dead/replay", "replay-dead", "Read again what could not be read", s.replayDead)
	act(s, a, one+"/dead/discard", "discard-dead", "Say that what could not be read shall not be", s.discardDead)
	change(s, a, put, one+"/key", "set-pull-key", "Keep a key of the pager's API, so that the past can be fetched", s.setPullKey)
	change(s, a, del, one+"/key", "end-pull-key", "Forget the key; what was fetched stays", s.endPullKey)
	get(s, a, one+"/pulls", "list-pulls", "What was and is fetched from the pager's API", s.listPulls)
	act(s, a, one+"/pulls", "ask-pull", "Fetch the past from the pager's API", s.askPull)
	change(s, a, del, one+"/pulls", "cancel-pulls", "Cancel what has not been fetched yet", s.cancelPulls)
	get(s, a, one+"/people", "list-contacts", "Who is who in a pager", s.listContacts)
	change(s, a, put, one+"/people/{contact}", "map-contact", "Say who somebody in a pager is", s.mapContact)
}

const (
	patch = http.MethodPatch
	put   = http.MethodPut
	del   = http.MethodDelete
)

// config is how huma shall behave: JSON only, nothing unknown accepted, and no
// routes of its own.
func (s *Server) config() huma.Config {
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshal}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Watchbill", Version: s.Build.Version, Description: aboutAPI,
				License: &huma.License{Name: "Apache 2.0", Identifier: "Apache-2.0"},
			},
			Servers: []*huma.Server{{URL: s.BaseURL + basePath}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token":   {Type: "http", Scheme: "bearer", Description: "An API token, like wb_…"},
					"session": {Type: "apiKey", In: "cookie", Name: auth.CookieName, Description: "The session of somebody who is logged in"},
				},
			},
			Security: []map[string][]string{{"token": {}}, {"session": {}}},
		},
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{reword},
	}
}

const aboutAPI = `Who is on call, and everything that leads to it. Times are RFC 3339 and answered in UTC; a stretch of time has its
start and not its end. Lists that are long come in pages: when there is more, "next" is what to send as "cursor".`

// get adds a route that reads.
func get[I, O any](s *Server, a huma.API, path, id, summary string, f func(context.Context, *I) (*O, error)) {
	route(s, a, huma.Operation{Method: http.MethodGet, Path: path, OperationID: id, Summary: summary}, f)
}

// change adds a route that writes.
func change[I, O any](s *Server, a huma.API, method, path, id, summary string, f func(context.Context, *I) (*O, error)) {
	route(s, a, huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary}, f)
}

// check adds a route that has a body and changes nothing.
func check[I, O any](s *Server, a huma.API, path, id, summary string, f func(context.Context, *I) (*O, error)) {
	route(s, a, huma.Operation{Method: http.MethodPost, Path: path, OperationID: id, Summary: summary}, f)
}

// add adds a route that makes something, once when it has an Idempotency-Key.
func add[I, O any](s *Server, a huma.API, path, id, summary string, f func(context.Context, *I) (*O, error)) {
	op := onceOperation(path, id, summary)
	op.DefaultStatus = http.StatusCreated
	route(s, a, op, f)
}

// act adds a route that does something to what there is, once when it has an
// Idempotency-Key.
func act[I, O any](s *Server, a huma.API, path, id, summary string, f func(context.Context, *I) (*O, error)) {
	route(s, a, onceOperation(path, id, summary), f)
}

func onceOperation(path, id, summary string) huma.Operation {
	return huma.Operation{
		Method: http.MethodPost, Path: path, OperationID: id, Summary: summary,
		Parameters: []*huma.Param{{
			Name: keyHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString, Pattern: goodKey.String()},
			Description: "16 to 200 visible characters, like a UUID: the same call with the same key happens once, for 24 hours",
		}},
	}
}

// route adds a route. What f returns as an error is answered as a Problem.
func route[I, O any](s *Server, a huma.API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	op.Tags = []string{strings.SplitN(op.Path, "/", 3)[1]}
	problem := a.OpenAPI().Components.Schemas.Schema(problemGoType, true, "Problem")
	op.Responses = responses(problem, reflect.TypeFor[I](), reflect.TypeFor[O]())
	huma.Register(a, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, s.problemOf(ctx, err, op.Method, basePath+op.Path)
		}
		return out, nil
	})
}

// answered is the middleware that answers errors of those behind it, so that what
// stands before it, such as compression, sees the answer.
func (s *Server) answered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := next(c); err != nil {
			s.Fail(err, c)
		}
		return nil
	}
}

// noStore keeps answers out of caches between us and who asked.
func noStore(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "private, no-cache")
		return next(c)
	}
}

// plainQuery reads a plus in a query as a plus: offsets of times have one, and
// nothing here has spaces.
func plainQuery(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		u.RawQuery = strings.ReplaceAll(u.RawQuery, "+", "%2B")
		return next(c)
	}
}

// allowed refuses whoever may not use the API at all, and writes by those who only
// may read.
func allowed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		need := auth.WriteAPI
		if m := c.Request().Method; m == http.MethodGet || m == http.MethodHead {
			need = auth.ReadAPI
		}
		if err := auth.From(c.Request().Context()).Must(need, auth.On{}); err != nil {
			return err
		}
		return next(c)
	}
}

// checkQuery refuses what huma would pass over: a parameter twice or without a
// value, and characters that databases do not take.
func (s *Server) checkQuery(a huma.API) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		u := c.URL()
		query, err := url.ParseQuery(u.RawQuery)
		var bad []error
		if err != nil {
			bad = append(bad, &huma.ErrorDetail{Location: "query", Message: "the query cannot be read: " + err.Error()})
		}
		for name, values := range query {
			reason := ""
			switch {
			case len(values) > 1:
				reason = "this is there twice"
			case values[0] == "":
				reason = "this has no value; leave it out instead"
			case !storable(values[0]):
				reason = "this has characters that no text has"
			}
			if reason != "" {
				bad = append(bad, &huma.ErrorDetail{Location: "query." + name, Message: reason})
			}
		}
		if len(bad) > 0 {
			_ = huma.WriteErr(a, c, http.StatusUnprocessableEntity, "", bad...) // who does not read the answer has gone
			return
		}
		next(c)
	}
}

// storable says whether every database takes a text.
func storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// team returns a team for somebody who may do what they are about to.
func (s *Server) team(ctx context.Context, need auth.Action, id schedule.ID) (schedule.TeamRecord, auth.Who, error) {
	w := auth.From(ctx)
	refusal := w.Must(need, auth.Team(int64(id)))
	if refusal != nil && !w.May(auth.SeeTeam, auth.Team(int64(id))) {
		return schedule.TeamRecord{}, w, refusal
	}
	t, err := s.Schedule.Store.Team(ctx, id)
	// To whoever may see every team it is said that there is none, whatever is refused.
	return t, w, cmp.Or(err, refusal)
}

// me is who asks.
func me(w auth.Who) schedule.ID { return schedule.ID(w.Person) }
