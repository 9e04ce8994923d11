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
package health
