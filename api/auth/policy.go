package auth

import "slices"

// An Action is something that somebody may do or not.
type Action string

// The actions. Behind each stands what it needs: who is On.Person, and in which
// of On.Teams the asker must be.
const (
	SeeTeam        Action = "see team"          // in the team
	SeeContact     Action = "see contact"       // oneself, or in a team with the person
	SeeReasons     Action = "see reasons"       // why somebody is away: oneself, or who is in a team that one manages
	SeeAuditOwn    Action = "see own audit"     // oneself
	SeeAuditTeam   Action = "see team audit"    // manages the team
	SeeAuditAll    Action = "see whole audit"   // administrator
	ReadAPI        Action = "read API"          // anybody known
	WriteAPI       Action = "write API"         // no service account, not through a token for reading
	EditOwn        Action = "edit own"          // profile, absences, feeds: oneself
	AskCover       Action = "ask for cover"     // oneself, in the team; also to accept one or swap
	Override       Action = "override"          // manages the team
	EditTeam       Action = "edit team"         // rules and members: manages the team
	SeePlanning    Action = "see planning"      // rules, drafts and plans: manages the team
	Publish        Action = "publish"           // draft and publish: manages the team
	Administrate   Action = "administrate"      // administrator
	ManageAccess   Action = "manage own access" // password, sessions, tokens: oneself, in a browser
	Invite         Action = "invite"            // manages the team, in a browser; into no team: administrator
	TakeIn         Action = "take in"           // into a team, without being asked: oneself, or who is in a team that one manages
	Grant          Action = "grant access"      // whatever lets others in, and who administrates: administrator, in a browser
	SeePersonsLoad Action = "see persons' load" // who had too little rest, by person: manages the team
	SeeBurden      Action = "see burden"        // of the team, and who holds what of the schedule: in the team; of all together: administrator
	SeeNights      Action = "see nights"        // who needs rest after the last nights: manages the team, also an administrator
	SeeOwnBurden   Action = "see own burden"    // what pages did to somebody: oneself, also an administrator
	SeeHandOver    Action = "see hand-over"     // what shifts leave to those that follow: in the team, also an administrator
	HandOver       Action = "hand over"         // and write about one: the same; whose shift it has to be the hand-overs know
	Improve        Action = "improve"           // note what is to be done, and what a review came to: in the team
	SeeOwed        Action = "see time owed"     // what somebody is owed: oneself, or manages the team
	TakeOwed       Action = "take time owed"    // oneself, or manages the team
	SeePay         Action = "see pay"           // what somebody is paid: oneself, or manages the team
	SetPay         Action = "set pay"           // rules of pay and publishing: manages the team
	SeePulse       Action = "see pulse"         // what was published of surveys of the team: in the team
	SeePulseOfAll  Action = "see pulse of all"  // what was published of all teams together: anybody known; its comments are SeePulse of no team: administrator
	SetPulse       Action = "set pulse"         // whether, when and what a team is asked, and what was done about it: manages the team
	SetIndicators  Action = "set indicators"    // what no pager tells, like toil: manages the team
	AnswerWarnings Action = "answer warnings"   // what a team's weeks gave reason to ask: manages the team, also an administrator
	DecideOwed     Action = "decide time owed"  // approve and decline: manages the team, and about nobody's own but an administrator
)

// On is what an action is about. Zero where the action needs nothing.
type On struct {
	// Person is the person it is about.
	Person int64
	// Teams is the team it is about; for SeeContact, all teams the person is in.
	Teams []int64
}

// Team is a team as the object of an action.
func Team(id int64) On { return On{Teams: []int64{id}} }

// Person is a person, with the teams they are in, as the object of an action.
func Person(id int64, teams ...int64) On { return On{Person: id, Teams: teams} }

var reading = []Action{SeeTeam, SeeContact, SeeReasons, SeeAuditOwn, SeeAuditTeam, SeeAuditAll, SeePlanning, SeePersonsLoad, SeeBurden, SeeNights, SeeOwnBurden, SeeOwed, SeeHandOver, SeePay, SeePulse, SeePulseOfAll, ReadAPI}

// May says whether w may do a. This is the only place that knows.
//
// Members see their teams, managers manage theirs, administrators do everything.
// A service account sees the schedule of every team and nothing about people
// beyond it. A token for reading changes nothing, whoever it belongs to.
func (w Who) May(a Action, on On) bool {
	program := w.Admin && w.Person == 0
	if !w.Known() && !program {
		return false
	}
	if w.Service {
		return a == ReadAPI || a == SeeTeam
	}
	if w.Scope != ScopeWrite && !slices.Contains(reading, a) {
		return false
	}
	switch a { // a token must not make what lets somebody in after it has died
	case ManageAccess:
		return w.Token == 0 && (program || w.Session != 0 && w.Person == on.Person)
	case Invite, Grant:
		if w.Token != 0 {
			return false
		}
	case SeeNights, AnswerWarnings: // what is somebody's health is for who plans them, and not for who runs the program
		return manages(w, on)
	case SeeHandOver, HandOver: // what people write to those they work with
		return slices.ContainsFunc(on.Teams, w.Member)
	case SeeOwnBurden:
		return w.Person != 0 && w.Person == on.Person
	}
	return w.Admin || w.mayInRole(a, on)
}

// mayInRole is May for people in their own matters and in their teams.
func (w Who) mayInRole(a Action, on On) bool {
	self := w.Person == on.Person
	switch a {
	case ReadAPI, WriteAPI, SeePulseOfAll:
		return true
	case SeeTeam, SeeBurden, SeePulse, Improve:
		return slices.ContainsFunc(on.Teams, w.Member)
	case SeeContact:
		return self || slices.ContainsFunc(on.Teams, w.Member)
	case SeeAuditOwn, EditOwn:
		return self
	case TakeIn, SeeReasons:
		return self || slices.ContainsFunc(on.Teams, w.Manager)
	case AskCover:
		return self && slices.ContainsFunc(on.Teams, w.Member)
	case SeeOwed, TakeOwed, SeePay:
		return self || manages(w, on)
	case DecideOwed:
		return !self && manages(w, on)
	case SetPay, SetPulse, SetIndicators, SeeAuditTeam, SeePlanning, SeePersonsLoad, Override, EditTeam, Publish, Invite:
		return manages(w, on)
	}
	return false
}

func manages(w Who, on On) bool {
	return len(on.Teams) > 0 && !slices.ContainsFunc(on.Teams, func(t int64) bool { return !w.Manager(t) })
}

// Must returns ErrForbidden, or ErrUnauthenticated when nobody is logged in, where
// May says no.
func (w Who) Must(a Action, on On) error {
	switch {
	case w.May(a, on):
		return nil
	case !w.Known():
		return ErrUnauthenticated
	}
	return ErrForbidden
}
