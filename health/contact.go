package health

import (
	"cmp"
	"time"

	"watchbill/schedule"
)

// A Contact is somebody whom an integration knows, with whoever of our people that
// is, once somebody has said so.
type Contact struct {
	ID          schedule.ID
	Integration schedule.ID
	Identity
	Person    schedule.ID // nobody: not known yet, or nobody of ours
	MappedAt  time.Time   // zero while nobody has said anything
	MappedBy  schedule.ID
	CreatedAt time.Time
	Pages     int // in which they respond, where it is asked for
}

// matchKey names a contact in its integration: by the vendor's id, else by the
// address, else by the name.
func (i Identity) matchKey() string {
	switch {
	case i.ID != "":
		return "id:" + i.ID
	case i.Email != "":
		return "mail:" + lower(i.Email)
	}
	return "name:" + i.Name
}

// MatchKey names somebody among those whom an integration knows.
func (c *Contact) MatchKey() string { return c.matchKey() }

// learn takes over what is new about a contact.
func (c *Contact) learn(i Identity) (changed bool) {
	was := c.Identity
	c.Identity = Identity{cmp.Or(c.Identity.ID, i.ID), cmp.Or(c.Email, lower(i.Email)), cmp.Or(c.Name, i.Name)}
	return c.Identity != was
}

// LowerEmail is an address as addresses are compared.
func LowerEmail(email string) string { return lower(email) }
