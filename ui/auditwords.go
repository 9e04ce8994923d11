package ui

import "strings"

// words are what the log says for an action: of one's own or of nobody's, and
// before the name of somebody else.
type words struct{ own, other string }

// auditWords has every action that is written anywhere; a test looks.
var auditWords = map[string]words{
	"absence.add":    {"noted time off or a wish", "noted time off or a wish for"},
	"absence.remove": {"removed time off or a wish", "removed time off or a wish of"},
	"account.add":    {"got an account", "gave an account to"},
	"admin.grant":    {"became an administrator", "made an administrator of"},
	"admin.revoke":   {"gave up being an administrator", "took the administrator’s role from"},

	"change password":    {"changed the password", "changed the password of"},
	"set password":       {"set a password", "set a password for"},
	"password.link":      {"made a link for a new password", "made a link for a new password of"},
	"password.reset":     {"chose a new password by a link", "chose a new password for"},
	"set up":             {"set the service up", "set the service up for"},
	"log in":             {"signed in", "signed in"},
	"log out":            {"signed out", "signed out"},
	"log-in slowed down": {"slowed signing in down", "slowed signing in down for"},
	"end session":        {"signed another browser out", "signed a browser out of"},
	"end other sessions": {"signed all other browsers out", "signed all other browsers out of"},
	"signon.link":        {"was recognised by the sign-on provider", "linked to the sign-on provider"},
	"signon.unlink":      {"forgot who they are at the sign-on provider", "forgot the sign-on provider’s name for"},

	"cover.ask":       {"asked for cover or a swap", "asked for cover or a swap in the name of"},
	"cover.accepted":  {"accepted a request", "accepted the request of"},
	"cover.declined":  {"declined a request", "declined the request of"},
	"cover.withdrawn": {"withdrew a request", "withdrew the request of"},
	"cover.expired":   {"let a request run out", "let a request run out of"},
	"cover.undone":    {"ended by a plan what was agreed on", "ended by a plan what was agreed on with"},
	"cover.void":      {"closed a request whose shift has moved", "closed a request, whose shift has moved, of"},
	"shift.override":  {"gave a shift to somebody else", "gave to somebody else a shift of"},
	"shift.cover":     {"had a shift covered", "took over a shift of"},
	"shift.swap":      {"swapped a shift", "swapped a shift with"},
	"shift.take":      {"took a shift", "took a shift of"},
	"shift.undo":      {"undid a change of a shift", "undid a change of a shift of"},

	"draft.ask":       {"asked for a draft", "asked for a draft for"},
	"draft.discard":   {"discarded a draft", "discarded a draft of"},
	"plan.publish":    {"published a plan", "published a plan for"},
	"rules.change":    {"changed the rules", "changed the rules for"},
	"rules.remove":    {"took back a change of the rules", "took back a change of the rules for"},
	"team.add":        {"made a team", "made a team for"},
	"team.change":     {"changed a team’s settings", "changed a team’s settings for"},
	"member.save":     {"changed a place in a team", "changed the place in a team of"},
	"member.schedule": {"set a change of a place in a team ahead", "set a change ahead of the place in a team of"},
	"member.remove":   {"left a team", "took out of a team"},

	"feed.add":    {"made a calendar link", "made a calendar link for"},
	"feed.reset":  {"gave a calendar link a new address", "gave a new address to a calendar link of"},
	"feed.revoke": {"ended a calendar link", "ended a calendar link of"},

	"shift.note":         {"wrote a note about a shift", "wrote a note about a shift of"},
	"shift.note.edit":    {"changed a note about a shift", "changed a note about a shift of"},
	"shift.handover":     {"handed a shift over", "handed a shift over to"},
	"shift.read":         {"read what a shift left", "read what was handed over by"},
	"page.say":           {"told about a page", "told about a page for"},
	"page.link":          {"made a link to tell about a page", "made a link to tell about a page for"},
	"page.unlink":        {"ended a link to tell about a page", "ended a link to tell about a page for"},
	"integration.add":    {"connected a pager", "connected a pager for"},
	"integration.change": {"changed how a pager is read", "changed how a pager is read for"},
	"integration.secret": {"changed the secret of a pager", "changed the secret of a pager for"},
	"integration.renew":  {"gave a pager a new link", "gave a pager a new link for"},
	"integration.off":    {"turned a pager’s link off", "turned a pager’s link off for"},
	"integration.on":     {"turned a pager’s link on again", "turned a pager’s link on again for"},
	"integration.test":   {"sent a test page", "sent a test page for"},
	"webhook.add":        {"made a webhook", "made a webhook for"},
	"webhook.change":     {"changed a webhook", "changed a webhook for"},
	"webhook.secret":     {"gave a webhook a new secret", "gave a webhook a new secret for"},
	"webhook.off":        {"turned a webhook off", "turned a webhook off for"},
	"webhook.on":         {"turned a webhook on again", "turned a webhook on again for"},
	"webhook.ended":      {"turned a webhook off that failed", "turned a webhook off that failed for"},
	"webhook.test":       {"sent a test to a webhook", "sent a test to a webhook for"},
	"webhook.resend":     {"had a webhook told again", "had a webhook told again for"},
	"webhook.remove":     {"removed a webhook", "removed a webhook for"},
	"pull.key":           {"kept a key to fetch a pager’s past", "kept a key to fetch the past of a pager for"},
	"pull.keyless":       {"forgot the key of a pager’s past", "forgot the key to the past of a pager for"},
	"pull.ask":           {"had a pager’s past fetched", "had the past of a pager fetched for"},
	"pull.cancel":        {"cancelled the fetching of a pager’s past", "cancelled the fetching of a pager’s past for"},
	"table.add":          {"uploaded a file of past pages", "uploaded a file of past pages for"},
	"table.commit":       {"took over a file of past pages", "took over a file of past pages for"},
	"table.undo":         {"undid a file of past pages", "undid a file of past pages for"},
	"table.remove":       {"threw a file of past pages away", "threw away a file of past pages for"},
	"deadletter.replay":  {"had unreadable deliveries read again", "had unreadable deliveries read again for"},
	"deadletter.discard": {"discarded unreadable deliveries", "discarded unreadable deliveries for"},
	"identity.map":       {"said who somebody in a pager is", "said who in a pager is"},

	"item.add":    {"noted an action item", "noted an action item for"},
	"item.change": {"changed an action item", "changed an action item for"},
	"item.done":   {"closed an action item as done", "closed as done an action item of"},
	"item.drop":   {"dropped an action item", "dropped an action item of"},
	"item.reopen": {"opened an action item again", "opened again an action item of"},

	"pulse.open":     {"opened a survey", "opened a survey for"},
	"pulse.settings": {"changed when the team is asked", "changed when people are asked in"},
	"pulse.said":     {"wrote down what became of a survey", "wrote down what became of a survey for"},
	"pulse.round":    {"published the pulse of all teams", "published the pulse of all teams with"},
	"pulse.close":    {"closed a survey", "closed a survey for"},
	"review.make":    {"made a weekly review", "made a weekly review for"},
	"warning.raise":  {"asked about a week", "asked about a week of"},
	"warning.answer": {"answered a question about a week", "answered a question about a week of"},
	"review.agree":   {"wrote down what was agreed in a review", "wrote down what was agreed in a review for"},

	"indicator.set":      {"entered an indicator", "entered an indicator of"},
	"indicator.withdraw": {"withdrew an indicator", "withdrew an indicator of"},
	"indicator.upload":   {"uploaded indicators", "uploaded indicators of"},

	"invitation.make":   {"invited", "invited"},
	"invitation.accept": {"accepted an invitation", "accepted an invitation for"},
	"invitation.revoke": {"took an invitation back", "took back an invitation of"},
	"person.activate":   {"opened an account again", "opened again the account of"},
	"person.deactivate": {"closed an account", "closed the account of"},
	"person.erase":      {"had a name forgotten", "had the name forgotten of"},
	"profile.change":    {"changed their profile", "changed the profile of"},
	"service.add":       {"added a service account", "added the service account"},
	"token.make":        {"made an API token", "made an API token for"},
	"token.revoke":      {"revoked an API token", "revoked an API token of"},

	"look.profile":  {"looked at a profile", "looked at the profile of"},
	"look.absences": {"looked at absences", "looked at the absences of"},
	"burden.see":    {"looked at who had too little rest", "looked at the rest of"},
	"pay.see":       {"looked at pay", "looked at the pay of"},
	"pay.rules":     {"changed the rules of on-call pay", "changed the rules of on-call pay for"},
	"pay.publish":   {"published on-call pay", "published on-call pay for"},
	"owed.see":      {"looked at time owed", "looked at the time owed to"},
	"owed.rules":    {"changed what earns time off", "changed what earns time off for"},
	"owed.approve":  {"approved time owed", "approved time owed to"},
	"owed.decline":  {"declined time owed", "declined time owed to"},
	"owed.take":     {"took time owed", "put down time taken by"},
	"owed.return":   {"gave back time owed", "gave back time owed to"},
	"look.load":     {"looked at a load", "looked at the load of"},
	"look.log":      {"looked at a log", "looked at the log of"},
	"look.feeds":    {"looked at calendar links", "looked at the calendar links of"},
}

// inWords says what an action was.
func inWords(action string, own bool) string {
	w, ok := auditWords[action]
	switch {
	case !ok:
		return strings.ReplaceAll(action, ".", ": ")
	case own:
		return w.own
	}
	return w.other
}

// actionsOf returns the actions whose words have a text in them, for searching.
func actionsOf(text string) []string {
	if text == "" {
		return nil
	}
	text = strings.ToLower(text)
	var all []string
	for action, w := range auditWords {
		if strings.Contains(strings.ToLower(w.own+" "+w.other), text) {
			all = append(all, action)
		}
	}
	return all
}
