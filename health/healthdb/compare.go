package healthdb

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm/clause"
)

type blockMarkRow struct {
	ID     int64
	TeamID int64
	Config string
	Week   string
}

func (r *blockMarkRow) value() (health.BlockMark, error) {
	week, err := schedule.ParseDate(r.Week)
	return health.BlockMark{Team: schedule.ID(r.TeamID), Config: r.Config, Week: week}, err
}

// TakeBlockMarks returns the oldest marks and removes them. Whoever measures a week leaves
// one in the same transaction, by a trigger of the table.
func (s *Store) TakeBlockMarks(ctx context.Context, most int) ([]health.BlockMark, error) {
	q := s.to(ctx).Raw(`DELETE FROM burden_block_mark WHERE id IN (SELECT id FROM burden_block_mark ORDER BY id LIMIT ?) RETURNING id, team_id, config, week`, most)
	return values(q, (*blockMarkRow).value, "marks of blocks")
}

// BlocksMarked reports whether some block is still to be added up.
func (s *Store) BlocksMarked(ctx context.Context) (bool, error) {
	var n int
	err := s.from(ctx).Raw("SELECT COUNT(*) FROM (SELECT 1 FROM burden_block_mark LIMIT 1) AS mark").Scan(&n).Error
	return n > 0, translate(err, "marks of blocks")
}

// SaveBlock adds a block or replaces it.
func (s *Store) SaveBlock(ctx context.Context, config string, b *health.TeamBlock) error {
	var few strings.Builder
	for _, id := range b.Few {
		few.WriteString(strconv.FormatInt(int64(id), 10) + " ")
	}
	err := s.to(ctx).Exec(`INSERT INTO burden_block (config, block, team_id, weeks, quiet, level1, interruptions, wakeups, off_hours, nights, incidents, notices, people, few)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (config, block, team_id) DO UPDATE SET weeks = excluded.weeks, quiet = excluded.quiet, level1 = excluded.level1,
		interruptions = excluded.interruptions, wakeups = excluded.wakeups, off_hours = excluded.off_hours, nights = excluded.nights, incidents = excluded.incidents,
		notices = excluded.notices, people = excluded.people, few = excluded.few`,
		config, b.Block.String(), b.Team, b.Weeks, b.Quiet, b.Level1, b.Interruptions, b.Wakeups, b.OffHours, b.Nights, b.Incidents, b.Notices, b.People, few.String()).Error
	return translate(err, "block %v of team %d", b.Block, b.Team)
}

// packedBlocks packs blocks behind how many Mondays there are: for each Monday its day and how
// many teams, and for each team its figures and how many people are named, before who they
// are. The database keeps them packed, because packing a year of a thousand teams takes longer than all else.
// Rows are read as the key has them: putting all in another order takes longer than adding up.
const packedBlocks = `SELECT COUNT(*) || ' ' || COALESCE(string_agg(replace(block, '-', '') || ' ' || n || ' ' || teams, ''), '') FROM (
	SELECT block, COUNT(*) AS n, string_agg(packed, '') AS teams FROM burden_block WHERE config = ? AND block >= ? AND block < ? GROUP BY block) AS monday`

// Blocks hands over the blocks of all teams that begin in [from, until), in no order.
func (s *Store) Blocks(ctx context.Context, config string, from, until schedule.Date, each func(*health.TeamBlock)) error {
	u, err := rows.Pack(s.from(ctx).Raw(packedBlocks, config, from.String(), until.String()))
	if err != nil {
		return translate(err, "blocks")
	}
	number := func() int { return int(u.Number()) }
	var b health.TeamBlock
	for range number() {
		b.Block = packedDay(number())
		for range number() {
			b.Team, b.Weeks, b.Quiet, b.Level1 = schedule.ID(u.Number()), number(), number(), u.Number()
			b.Interruptions, b.Wakeups, b.OffHours, b.Nights, b.Incidents = number(), number(), number(), number(), number()
			b.Notices, b.People, b.Few = number(), number(), b.Few[:0]
			for range number() {
				b.Few = append(b.Few, schedule.ID(u.Number()))
			}
			if u.Err() != nil {
				return translate(u.Err(), "blocks")
			}
			each(&b)
		}
	}
	return translate(u.Err(), "blocks")
}

// packedDay reads a day written as 20261102.
func packedDay(n int) schedule.Date {
	return schedule.Date{Year: n / 10_000, Month: time.Month(n / 100 % 100), Day: n % 100}
}

// HeardTeams returns the teams by name, and whether one of their pagers ever sent
// something that was no test of ours.
func (s *Store) HeardTeams(ctx context.Context) ([]health.HeardTeam, error) {
	u, err := rows.Pack(s.from(ctx).Raw(`SELECT COUNT(*) || ' ' || COALESCE(string_agg(id || ' ' || heard || ' ' || length(name) || ' ' || name, '' ORDER BY name, id), '') FROM (
		SELECT team.id, team.name, CASE WHEN EXISTS (SELECT 1 FROM integration JOIN inbox ON inbox.integration_id = integration.id
		WHERE integration.team_id = team.id AND inbox.headers NOT LIKE ?) THEN 1 ELSE 0 END AS heard FROM team) AS heard_team`, `%"x-watchbill-%`))
	if err != nil {
		return nil, translate(err, "teams")
	}
	out := make([]health.HeardTeam, u.Number())
	for i := range out {
		out[i].ID, out[i].Heard = schedule.ID(u.Number()), u.Number() == 1
		out[i].Name = u.Text(u.Number())
	}
	return out, translate(u.Err(), "teams")
}

type priorRow struct {
	Quarter string
	Config  string
	MadeAt  column.Instant
	Doc     string
}

func (priorRow) TableName() string { return "burden_prior" }

func (r *priorRow) value() (p health.PooledPrior, err error) {
	err = json.Unmarshal([]byte(r.Doc), &p)
	p.Quarter, p.Config, p.MadeAt = r.Quarter, r.Config, r.MadeAt.Time
	return p, err
}

// AddPrior keeps a prior unless there is one already: of two replicas that make it at
// once the first one's holds.
func (s *Store) AddPrior(ctx context.Context, p *health.PooledPrior) error {
	doc, err := text(p)
	if err != nil {
		return err
	}
	row := priorRow{p.Quarter, p.Config, column.At(p.MadeAt), doc}
	return translate(s.to(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error, "prior of %s", p.Quarter)
}

// Priors returns all that were made for a configuration, the newest quarter first.
func (s *Store) Priors(ctx context.Context, config string) ([]health.PooledPrior, error) {
	return values(s.from(ctx).Where("config = ?", config).Order("quarter DESC"), (*priorRow).value, "priors")
}
