package auth_test

import (
	"strings"
	"testing"

	"watchbill/api/auth"
)

// Who may do what, whole: one line for each action, one column for each role. A
// letter says about whom: s oneself, t a colleague of the own team or that team, o
// anybody or any team beyond; - is nobody.
//
//nolint:dupword // it is a table
const policyTable = `
                    nobody member manager admin readtok writetok admintok service program
see team            -      t      t       to    t       t        to       to      to
see contact         -      st     st      sto   st      st       sto      -       sto
see reasons         -      s      st      sto   s       s        sto      -       sto
see own audit       -      s      s       sto   s       s        sto      -       sto
see team audit      -      -      t       to    -       -        to       -       to
see whole audit     -      -      -       sto   -       -        sto      -       sto
read API            -      sto    sto     sto   sto     sto      sto      sto     sto
write API           -      sto    sto     sto   -       sto      sto      -       sto
edit own            -      s      s       sto   -       s        sto      -       sto
ask for cover       -      -      -       to    -       -        to       -       to
override            -      -      t       to    -       -        to       -       to
edit team           -      -      t       to    -       -        to       -       to
see planning        -      -      t       to    -       -        to       -       to
publish             -      -      t       to    -       -        to       -       to
administrate        -      -      -       sto   -       -        sto      -       sto
manage own access   -      s      s       s     -       -        -        -       sto
invite              -      -      t       to    -       -        -        -       to
take in             -      s      st      sto   -       s        sto      -       sto
grant access        -      -      -       sto   -       -        -        -       sto
see persons' load   -      -      t       to    -       -        to       -       to
improve             -      t      t       to    -       t        to       -       to
see hand-over       -      t      t       -     t       t        -        -       -
hand over           -      t      t       -     -       t        -        -       -
see time owed       -      s      st      sto   s       s        sto      -       sto
take time owed      -      s      st      sto   -       s        sto      -       sto
see pay             -      s      st      sto   s       s        sto      -       sto
set pay             -      -      t       to    -       -        to       -       to
see pulse           -      t      t       to    t       t        to       -       to
see pulse of all    -      sto    sto     sto   sto     sto      sto      -       sto
set pulse           -      -      t       to    -       -        to       -       to
see nights          -      -      t       -     -       -        -        -       -
answer warnings     -      -      t       -     -       -        -        -       -
set indicators      -      -      t       to    -       -        to       -       to
decide time owed    -      -      t       sto   -       -        sto      -       sto
`

func TestPolicy(t *testing.T) {
	in := map[int64]auth.Role{1: auth.RoleMember}
	manages := map[int64]auth.Role{1: auth.RoleManager}
	roles := map[string]auth.Who{
		"nobody":   {},
		"member":   {Person: 7, Scope: auth.ScopeWrite, Session: 1, Teams: in},
		"manager":  {Person: 7, Scope: auth.ScopeWrite, Session: 1, Teams: manages},
		"admin":    {Person: 7, Scope: auth.ScopeWrite, Session: 1, Admin: true},
		"readtok":  {Person: 7, Scope: auth.ScopeRead, Token: 1, Teams: in},
		"writetok": {Person: 7, Scope: auth.ScopeWrite, Token: 1, Teams: in},
		"admintok": {Person: 7, Scope: auth.ScopeWrite, Token: 1, Admin: true},
		"service":  {Person: 7, Scope: auth.ScopeRead, Token: 1, Service: true, Admin: true, Teams: manages},
		"program":  auth.Program(),
	}
	rows := strings.Split(strings.TrimSpace(policyTable), "\n")
	columns := strings.Fields(rows[0])
	for _, row := range rows[1:] {
		action := auth.Action(strings.TrimSpace(row[:20]))
		// What is about a team has no "oneself".
		ofTeam := map[auth.Action]bool{
			auth.SeeTeam: true, auth.SeeAuditTeam: true, auth.AskCover: true, auth.Override: true, auth.EditTeam: true,
			auth.SeePlanning: true, auth.Publish: true, auth.Invite: true, auth.SeePersonsLoad: true, auth.Improve: true, auth.SeeHandOver: true, auth.HandOver: true, auth.SetPay: true, auth.SeePulse: true, auth.SetPulse: true, auth.SetIndicators: true, auth.SeeNights: true, auth.AnswerWarnings: true,
		}[action]
		for i, want := range strings.Fields(row[20:]) {
			for about, on := range map[string]auth.On{"s": auth.Person(7, 1), "t": auth.Person(8, 1), "o": auth.Person(9, 2)} {
				if ofTeam {
					on.Person = 0
					if about == "s" {
						continue
					}
				}
				if got := roles[columns[i]].May(action, on); got != strings.Contains(want, about) {
					t.Errorf("may %s %q about %s: %v, the table says %q", columns[i], action, about, got, want)
				}
			}
		}
	}
	// For cover one asks oneself, in one's team.
	for name, want := range map[string]bool{"member": true, "manager": true, "readtok": false, "writetok": true, "service": false} {
		if got := roles[name].May(auth.AskCover, auth.Person(7, 1)); got != want {
			t.Errorf("may %s ask for cover: %v", name, got)
		}
		if roles[name].May(auth.AskCover, auth.Person(7, 2)) {
			t.Errorf("%s may ask for cover in another's team", name)
		}
	}
	// Managing one of two teams is not enough for both, nor for no team.
	for _, a := range []auth.Action{auth.Publish, auth.Invite, auth.EditTeam} {
		if roles["manager"].May(a, auth.On{Teams: []int64{1, 2}}) || roles["manager"].May(a, auth.On{}) {
			t.Errorf("a manager of one team may %s in two, or in none", a)
		}
	}
}
