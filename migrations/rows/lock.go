package rows

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Everybody locks rows in one order, so that nobody waits for somebody who waits for
// them: teams by id, and then people. SQLite has one writer and needs none of it; gorm
// leaves the clause out there.

// Lock keeps others from changing the rows of a table that a query meets until the
// transaction ends. References to the rows may still be made.
func Lock(q *gorm.DB, table string) *gorm.DB {
	return q.Clauses(clause.Locking{Strength: "NO KEY UPDATE", Table: clause.Table{Name: table}})
}

// LockTeamsOf locks and returns the teams that somebody is in, has or had shifts in, or
// is asked or asks in.
func LockTeamsOf(ctx context.Context, write *gorm.DB, person int64) ([]int64, error) {
	var teams []int64
	err := Lock(write.WithContext(ctx).Table("team"), "team").Select("team.id").
		Where(`team.id IN (SELECT team_id FROM membership WHERE person_id = @p UNION SELECT team_id FROM shift WHERE person_id = @p
			UNION SELECT team_id FROM override WHERE person_id = @p
			UNION SELECT team_id FROM request WHERE (person_id = @p OR to_person_id = @p) AND state = 'open')`, map[string]any{"p": person}).
		Order("team.id").Find(&teams).Error
	return teams, Translate(err, "teams of person %d", person)
}

// LockPerson locks somebody, after their teams.
func LockPerson(ctx context.Context, write *gorm.DB, person int64) error {
	if _, err := LockTeamsOf(ctx, write, person); err != nil {
		return err
	}
	return Translate(lockOne(ctx, write, "person", person), "person %d", person)
}

// LockTeam locks a team.
func LockTeam(ctx context.Context, write *gorm.DB, team int64) error {
	return Translate(lockOne(ctx, write, "team", team), "team %d", team)
}

// lockOne locks one row, which must be there.
func lockOne(ctx context.Context, write *gorm.DB, table string, id int64) error {
	var found int64
	if err := Lock(write.WithContext(ctx).Table(table), table).Where(fmt.Sprintf("%s.id = ?", table), id).Select(table + ".id").Limit(1).Find(&found).Error; err != nil {
		return err
	}
	if found == 0 {
		return gorm.ErrRecordNotFound
	}
	return nil
}
