// Package ui draws the pages of Watchbill: templates, one style sheet, one
// small script, the geometry of the chart. It knows no database, no HTTP
// framework and no clock. A handler fills a page's struct with plain values,
// calls Pages.Render with the page's name, and sends what it wrote under the
// policy in CSP.
//
// # Pages
//
//	name        struct      address (GET)
//	setup       Setup       /setup
//	wizard      Wizard      /setup/team, /setup/{id}/team, …/people, …/rotation, …/check
//	welcome     Welcome     /teams/{id}/welcome
//	login       Login       /login?next=
//	invite      Invite      /invite/{token}
//	reset       Reset       /reset/{token}
//	home        Home        /
//	schedule    Schedule    /teams/{id}/schedule?from=2006-01-02&tz=team, to which /teams/{id} leads
//	shift       Shift       /shifts/{id}
//	requests    Requests    /requests
//	gaps        Gaps        /gaps, and as a table /gaps.csv
//	timeoff     TimeOff     /timeoff
//	team        Settings    /teams/{id}/settings
//	rules       RuleForm    /teams/{id}/settings/rotations/{n or new}?rules_id=, /teams/{id}/settings/limits?rules_id=
//	conflict    Conflict    answers POST /teams/{id}/settings/… with 409
//	member      MemberPage  /teams/{id}/members/{person}
//	drafts      Drafts      /teams/{id}/drafts
//	draft       Draft       /teams/{id}/drafts/{draft}, /teams/{id}/plans/{number}
//	compare     Compare     /teams/{id}/drafts/compare?a=&b= (a draft's id, or published)
//	import      Import      /imports/{id}?filter=&words=&least=&titles=
//	integrations Integrations /teams/{id}/integrations
//	integration Integration /teams/{id}/integrations/{integration}
//	delivery    Delivery    /teams/{id}/integrations/{integration}/deliveries/{delivery}
//	contacts    Contacts    /teams/{id}/integrations/{integration}/people
//	past        Past        /teams/{id}/integrations/{integration}/past
//	webhooks    Webhooks    /teams/{id}/webhooks, /admin/webhooks
//	webhook     Webhook     /teams/{id}/webhooks/{webhook}?before=, /admin/webhooks/{webhook} (before: a delivery's id)
//	hookdelivery HookDelivery …/webhooks/{webhook}/deliveries/{delivery}
//	indicators  IndicatorPage /teams/{id}/indicators?indicator=&period=
//	items       Items       /teams/{id}/items?state=&owner=&sort=&new=&service=&alert=
//	item        ItemPage    /teams/{id}/items/{item}
//	tables      Tables      /teams/{id}/tables?pager= (an integration's id)
//	table       TablePage   /teams/{id}/tables/{table}
//	owed        MineOwed    /owed
//	owedteam    TeamOwed    /teams/{id}/owed
//	reviews     Reviews     /teams/{id}/reviews?before=
//	review      ReviewPage  /teams/{id}/reviews/{week}
//	health      HealthPage  /teams/{id}/health
//	whatif      WhatIfPage  /teams/{id}/whatif?people=&one_in=&without=&second=
//	pulses      Pulses      /teams/{id}/pulse
//	pulse       PulsePage   /teams/{id}/pulse/{number}
//	organisation OrganisationPage /organisation?weeks=&from=&of= (wakeups, off_hours, incidents)
//	pulseround  PulseRoundPage /organisation/pulse, /organisation/pulse/{from} (a Monday)
//	mypulse     MyPulse     /pulse
//	survey      Survey      /pulse/{token}?lang= (a code: en, de)
//	surveydone  SurveyDone  /pulse/{token}, once there is nothing to ask
//	minepay     MinePay     /pay
//	pay         TeamPay     /teams/{id}/pay
//	paymonth    PayMonthPage /teams/{id}/pay/{month}
//	payrules    PayRulesPage /teams/{id}/pay/rules
//	account     Account     /account
//	admin       Admin       /admin?q=&after=&before= (a person's id)
//	kept        KeptPage    /admin/kept
//	teams       Teams       /teams?q=&after=&before= (a team's id)
//	tell        Tell        /tell/{token}
//	handover    HandOver    /teams/{id}/handover?at=&rotation= (at: a second of the shift)
//	mypages     MyPages     /burden/pages?only=untold&told= (a page that stays listed)
//	diary       DiaryPage   /diary, and as a table /diary.csv
//	diaryentry  DiaryEntryPage /diary/{entry}?fresh=
//	audit       Audit       /audit?q=&of=&person=&before=&after=
//	person      PersonPage  /people/{id}
//	error       ErrorPage   any
//
// Every struct embeds Frame. Instants are shown in Frame.Zone. A refused form
// is answered with the same page: what was typed in each Field's Value, what
// is wrong in its Error. An accepted form is answered with 303 See Other.
//
// # Forms
//
// All forms are application/x-www-form-urlencoded, but for those with a file, which
// are multipart/form-data. A date is 2006-01-02, a
// time of day 15:04, a moment 2006-01-02T15:04 in Frame.Zone; an optional
// field that was left empty arrives as the empty string, an unchecked box not
// at all and a checked one as 1. Where "back" is sent it is a path of ours to
// return to; check that it begins with a single slash.
//
//	POST /setup                                    code name email password zone
//	POST /setup/team                               name zone holidays
//	POST /setup/{id}/team                          name zone holidays
//	POST /setup/{id}/people                        paste do (read, demo, next); per row name email zone holidays; drop (rows from zero)
//	POST /setup/{id}/rotation                      length (day, week, weeks, split) day at day2 at2 backup hours first do (preview, next)
//	POST /setup/{id}/publish
//	POST /setup/{id}/discard
//	POST /login                                    email password next
//	POST /logout
//	POST /invite/{token}                           name password zone; username is there for password managers
//	POST /invite/{token}/join                      when logged in
//	POST /reset/{token}                            password tokens (ends API tokens as well)
//
//	POST /pulse/{token}                            lang; q1 q2 … (1 to 5, or to 11; 0 does not apply) comment share
//	POST /teams/{id}/pulse                         kind (pulse, quarterly) closes
//	POST /teams/{id}/pulse/settings                version on first at days weeks long least least_said own (a line each)
//	POST /teams/{id}/pulse/{number}/said           base said did
//
//	POST /shifts/{id}/cover                        to (all, or a person's id) from until message expires
//	POST /shifts/{id}/take
//	POST /shifts/{id}/swap                         other (a shift's id) message expires
//	POST /shifts/{id}/override                     person (an id, or none) from until reason anyway (against a rule)
//	POST /shifts/{id}/takeover                     message; with person and was (who has it), for somebody else
//	POST /overrides/{id}/undo                      reason (of a manager, against a rule)
//	POST /requests/{id}/accept                     back
//	POST /requests/{id}/approve                    reason (of a manager, against a rule)
//	POST /requests/{id}/decline                    back
//	POST /requests/{id}/withdraw                   back
//	POST /swaps/{id}/accept                        back
//	POST /swaps/{id}/approve                       reason
//	POST /swaps/{id}/decline                       back
//	POST /swaps/{id}/withdraw                      back
//
//	POST /teams/{id}/handover                      at rotation
//	POST /teams/{id}/handover/read                 at rotation
//	POST /teams/{id}/handover/notes                at rotation text
//	POST /teams/{id}/handover/notes/{note}         at rotation text
//
//	POST /diary                                    team rotation start (seconds) disruptive (1 to 5)
//	POST /diary/{entry}                            disruptive, change (nothing, alerts, runbook, help, rest, length, notice) or note
//	POST /diary/{entry}/share
//	POST /diary/{entry}/remove
//	POST /diary/ask                                on (1, 0)
//	POST /diary/forget
//
//	POST /tell/{token}                             say (on-it, not-on-it, action, no-action, untag, woke, awake, unsay-awake)
//	POST /burden/pages/{page}                      say back
//	POST /burden/pages/{page}/note                 note
//	POST /burden/pages/{page}/link
//	POST /burden/pages/{page}/link/end
//
//	POST /timeoff                                  from until (last day, included) from_time until_time label
//	POST /timeoff/{id}/remove
//	POST /timeoff/{id}/cover                       shift (an id, or empty for all that clash)
//	POST /timeoff/wishes                           weekday (empty, mon … sun, weekend) cost (1 to 100) from until (last day, included)
//	POST /timeoff/wishes/{id}/remove
//
//	POST /timeoff/imports                          kind (absences, holidays) label url, or file
//	POST /teams/{id}/imports                       kind (holidays, shifts) label url, or file
//	POST /imports/{id}                             filter (all, words, busy) words least (hours) titles; of shifts until rotation, and name who for each person
//	POST /imports/{id}/read
//	POST /imports/{id}/remove
//
//	POST /teams/{id}                               base name zone horizon frozen
//	POST /teams/{id}/repay                         base gain cap since rest (1, or nothing)
//	POST /teams/{id}/delete
//	POST /teams/{id}/members                       email role (member, manager) share from until
//	POST /teams/{id}/members/{person}              base role share from until; with full: takes_part takes skills on_call rest weekends holiday_max works sleeps holidays
//	POST /teams/{id}/members/{person}/changes      from share takes_part
//	POST /teams/{id}/members/{person}/changes/{change}/remove
//	POST /teams/{id}/members/{person}/terms        from change_skills skills change_limits on_call rest weekends holiday_max
//	POST /teams/{id}/members/{person}/terms/{terms}/remove
//	POST /teams/{id}/members/{person}/remove       the same fields, which are ignored
//	POST /teams/{id}/settings/rules                base rules_id rules from
//	POST /teams/{id}/settings/rules/{rules}/remove
//	POST /teams/{id}/settings/rotations/{n}        base rules_id from name people handover weekly_day … covers weight skills holiday_shifts zone pool first last
//	POST /teams/{id}/settings/rotations/{n}/remove base rules_id from
//	POST /teams/{id}/settings/limits               base rules_id from on_call rest weekends holiday_limit business evening sleep weekend holiday holidays add share_holidays
//	POST /teams/{id}/settings/rules/check          rules from
//	POST /teams/{id}/invitations                   email role
//	POST /teams/{id}/invitations/{invitation}/revoke
//	POST /teams/{id}/feeds                         shows label busy tombstones alarms
//	POST /teams/{id}/feeds/{feed}/reset
//	POST /teams/{id}/feeds/{feed}/revoke
//
//	POST /teams/{id}/integrations                  vendor name
//	POST /teams/{id}/webhooks    name url events (any number)
//	POST /teams/{id}/webhooks/{webhook}    name url events
//	POST /teams/{id}/webhooks/{webhook}/secret
//	POST /teams/{id}/webhooks/{webhook}/off    off (1, or nothing to turn it on)
//	POST /teams/{id}/webhooks/{webhook}/test
//	POST /teams/{id}/webhooks/{webhook}/remove
//	POST /teams/{id}/webhooks/{webhook}/deliveries/{delivery}/resend
//	POST /admin/webhooks    name url events (any number)
//	POST /admin/webhooks/{webhook}    name url events
//	POST /admin/webhooks/{webhook}/secret
//	POST /admin/webhooks/{webhook}/off    off (1, or nothing to turn it on)
//	POST /admin/webhooks/{webhook}/test
//	POST /admin/webhooks/{webhook}/remove
//	POST /admin/webhooks/{webhook}/deliveries/{delivery}/resend
//	POST /teams/{id}/integrations/{integration}    name zone rotation urgencies (lines like p2 = low)
//	POST /teams/{id}/integrations/{integration}/secret       secret
//	POST /teams/{id}/integrations/{integration}/secret/end
//	POST /teams/{id}/integrations/{integration}/renew
//	POST /teams/{id}/integrations/{integration}/off          off (1, or nothing to turn it on)
//	POST /teams/{id}/integrations/{integration}/test
//	POST /teams/{id}/integrations/{integration}/dead/replay  delivery, or code, or neither for all
//	POST /teams/{id}/integrations/{integration}/dead/discard the same, and reason
//	POST /teams/{id}/integrations/{integration}/past         from until again (1: also what was fetched before)
//	POST /teams/{id}/integrations/{integration}/past/key     key region
//	POST /teams/{id}/integrations/{integration}/past/key/end
//	POST /teams/{id}/integrations/{integration}/past/cancel
//	POST /teams/{id}/integrations/{integration}/people/{contact} person (an id, or 0 for nobody here)
//	POST /teams/{id}/tables                        pager (an integration's id, or new:vendor) file
//	POST /teams/{id}/tables/{table}                means (for each column, in their order) zone dates unit
//	POST /teams/{id}/tables/{table}/commit
//	POST /teams/{id}/tables/{table}/undo
//	POST /teams/{id}/tables/{table}/remove
//
//	POST /teams/{id}/warnings/{id}                 base text
//	POST /teams/{id}/indicators                    indicator period value of base
//	POST /teams/{id}/indicators/table              table file do (look, keep)
//	POST /teams/{id}/items                         kind title owner due value effort why service alert blockers risk link page review
//	POST /teams/{id}/items/{item}                  the same, and base
//	POST /teams/{id}/items/{item}/close            base state (done, dropped, open) reason
//
//	POST /owed/{team}/take                         hours (7:30, 8 h) first last (days off, or empty) reason seen
//	POST /owed/{team}/return                       entry seen
//	POST /teams/{id}/owed/rules                    from (a Monday) off paged evening weekend holiday sleep least round_up expire_days warn_days
//	POST /teams/{id}/owed/take                     person hours first last reason
//	POST /teams/{id}/owed/{person}/decide          do (approve, decline) hours reason seen
//	POST /teams/{id}/owed/{person}/return          entry
//	POST /teams/{id}/reviews/{week}                base text
//
//	POST /teams/{id}/pay/rules                     from currency zone unit base overlap unpaid per_call_out work_hour times.…; rules, and name.i when.i rate.i rotations.i; onces, and once_name.i …; do (save, add, once, up.i, down.i, drop.i, undo.i)
//	POST /teams/{id}/pay/rules/import              text
//	POST /teams/{id}/pay/{month}/publish           seen
//
//	POST /teams/{id}/drafts                        from until (last day, included) name seconds seed thaw
//	POST /teams/{id}/drafts/{draft}/pin            shift person
//	POST /teams/{id}/drafts/{draft}/unpin          shift (empty: all)
//	POST /teams/{id}/drafts/{draft}/again          thaw other (ties broken differently)
//	POST /teams/{id}/drafts/{draft}/offer          offer (from zero)
//	POST /teams/{id}/drafts/{draft}/publish        note ends (overrides that are known to end, with commas)
//	POST /teams/{id}/drafts/{draft}/discard
//
//	POST /account                                  name zone work_from work_until sleep_from sleep_until theme (empty, light, dark)
//	POST /account/shifts/seen                      until (seconds)
//	POST /account/zone                             zone back
//	POST /account/theme                            theme (light, dark) back; also before sign-in, so it sets a cookie
//	POST /account/news                             kind (those that are chosen about), email, slack (those of them that one is written to about), lead (hours)
//	POST /account/news/test
//	POST /account/password                         old new again; username is there for password managers
//	POST /account/sessions/{id}/end
//	POST /account/feeds                            shows label busy tombstones alarms back
//	POST /account/feeds/{id}/reset
//	POST /account/feeds/{id}/revoke
//	POST /account/sessions/end                     all but this one
//	POST /account/tokens                           name scope (read, write) days (1 to 366)
//	POST /account/tokens/{id}/revoke
//
//	POST /admin/people/{id}/deactivate
//	POST /admin/people/{id}/erase
//	POST /admin/people/{id}/activate
//	POST /admin/people/{id}/admin                  admin (1, or nothing for no more)
//	POST /admin/people/{id}/reset
//	POST /admin/people/{id}/unlink
//	POST /admin/services                           name
//	POST /admin/services/{id}/tokens               name days
//	POST /admin/services/{id}/tokens/{token}/revoke
//	POST /admin/services/{id}/deactivate
//	POST /admin/teams                              name zone, or file (a team file)
//	POST /admin/invitations                        email team (an id, or empty) or team_name, admin
//	POST /admin/invitations/{id}/revoke
//
// The tests hold the templates to this list.
package ui
