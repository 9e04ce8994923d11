// Package auth knows who is asking and what they may do.
//
// A request comes with a session cookie or with an API token; the middleware
// Identify turns either into a Who and puts it into the request's context, where
// From finds it. Who.May is the only place that says what a role may do.
//
// People have an account when they may log in: by a password, or through an
// OpenID provider, or both. A service account reads through tokens and never logs
// in. Nothing that opens a door is stored as itself: passwords are argon2id
// hashes, and the secrets of sessions, tokens, invitations and of the set-up are
// SHA-256 hashes of random bytes. Every change leaves an entry in the audit log.
//
// The package passwords.txt comes from is github.com/ccojocar/zxcvbn-go; see
// passwords.LICENSE.txt.
package auth
