// Package health computes what being on call costs people and how a team is:
// pages and what they did to nights and weeks, rest, time owed, the pulse and
// the team's score. Like package schedule it computes without I/O and is handed
// the time.
//
// What pagers tell comes in as an [Event], in the words that all vendors share
// (package api/ingest translates). [Fold] makes a [Page] of all events of one
// key, in the order in which they happened, so that deliveries may come twice,
// late and in any order. A page knows who was notified, and of every notice how
// we know: [NoticeBasis].
//
// Burden is measured from what happened to one [Person]: every [Notification]
// that rang, every [Shift] held, every [Engagement] with an [Incident]. Each
// moment falls into a band on that person's own clock, wherever the team is.
// Pages are grouped in windows that begin with the page that opens them: within
// a minute they are one interruption, within an hour one episode, and an episode
// in sleeping hours is a wake-up. Windows are never drawn out by the pages that
// follow, so one more page never makes a night look better.
//
// The unit that is measured is a [Day] of one person. It hands to the next day
// only the windows that are still open, so a late page measures its own day anew
// and seldom another ([Config.Redo]); weeks and periods are sums ([Tally.Add]).
// What is the team's and nobody's own (coverage, blocks of duty, incidents, quiet
// shifts) adds up in the same way in a [TeamTally].
//
// Every number that policy decides is in a [Config], which has a version. Rates
// come with their exposure and an interval ([Rate]); evenness is judged on the
// schedule ([Share]) and kept apart from who was unlucky ([PageLuck]). Nothing
// here scores a person.
package health
