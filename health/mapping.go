package health

import (
	"context"
	"fmt"
	"slices"

	"watchbill/schedule"
)

// MapContact says who of our people somebody is whom an integration knows, or that it
// is nobody of ours. What they had to do with pages is theirs from now on, also what is
// past; nothing is counted anew, so that the figures of the team stay as they are.
func (s *Service) MapContact(ctx context.Context, by, integration, contact, person schedule.ID) error {
	i, err := s.Store.Integration(ctx, integration)
	if err != nil {
		return err
	}
	members, err := s.Members(ctx, i.Team)
	if err != nil {
		return err
	}
	if person != 0 && !slices.ContainsFunc(members, func(m schedule.Membership) bool { return m.Person == person }) {
		return &schedule.InvalidError{Field: "person", Reason: "choose somebody of the team, or nobody"}
	}
	return s.Store.InTx(ctx, func(tx Store) error {
		c, err := tx.Contact(ctx, contact)
		if err != nil {
			return err
		}
		if c.Integration != integration {
			return fmt.Errorf("contact %d of integration %d: %w", contact, integration, schedule.ErrNotFound)
		}
		if err := tx.MapContact(ctx, contact, person, by, s.Now()); err != nil {
			return err
		}
		return tx.Audit(ctx, &schedule.AuditEntry{At: s.Now(), By: by, Action: "identity.map", About: person, Team: i.Team, Detail: i.Name})
	})
}

// Suggest says who of people has the address of somebody whom an integration knows;
// nobody where none has. A name is no reason to suggest anybody.
func Suggest(c *Contact, people []schedule.Profile) schedule.ID {
	for i := range people {
		if c.Email != "" && people[i].Email == lower(c.Email) && people[i].DeactivatedAt.IsZero() {
			return people[i].ID
		}
	}
	return 0
}
