package leaversdb

import (
	"slices"
	"testing"

	"watchbill/migrations/migrationstest"
)

// nameless are texts that tell of nobody, by table; empty is all of the table. What is
// removed or written anew in another way says how.
var nameless = map[string][]string{
	"absence":             {"first_day", "last_day", "import_key"}, // the key is emptied by forgotten
	"account":             nil,                                     // forgotten
	"attempt":             nil,                                     // hashes
	"audit":               {"action", "once"},                      // numbers
	"burden_block":        nil,                                     // numbers
	"burden_block_mark":   nil,
	"burden_clock":        nil, // where and when somebody works, which weeks are measured by
	"burden_day":          nil, // numbers
	"burden_person_week":  nil, // numbers
	"burden_prior":        nil,
	"burden_state":        nil,
	"burden_team_week":    {"config", "week"},
	"calendar_import":     {"kind", "filter", "rotation", "until_day", "etag", "modified", "url", "waiting"}, // the last two are packed
	"check_in":            {"page_key"},                                                                      // of the pager
	"check_in_link":       {"page_key", "hash"},
	"delivery_count":      nil,
	"diary":               nil, // forgotten
	"draft":               {"state", "from_day", "until_day"},
	"feed":                {"token_hash", "kind", "rotation", "stamp", "etag"},
	"handover":            nil,
	"idempotency":         nil, // sealed, and gone after a day
	"identity":            nil, // contacts
	"imported_holiday":    nil, // names of days
	"imported_shift":      nil,
	"inbox":               {"delivery_key", "state", "error_code", "body"}, // packed
	"indicator":           nil,
	"integration":         {"vendor", "token_hash", "secret", "secret_before", "zone", "rotation", "urgencies"},
	"invitation":          nil, // forgotten
	"item":                {"kind", "review", "due", "state", "missed", "done_on"},
	"membership":          nil,
	"membership_change":   nil,
	"membership_past":     nil,
	"membership_terms":    nil,
	"outbox":              {"topic", "kind", "medium"},
	"outbox_began":        nil,
	"outbox_choice":       nil,
	"outbox_told":         nil,
	"override":            {"rotation", "slot", "kind"},
	"owed_entry":          {"kind", "lot", "first_day", "last_day"},
	"owed_policy":         nil,
	"page":                {"page_key", "state", "urgency", "severity"},
	"page_event":          {"page_key", "kind"},
	"page_responder":      nil,
	"past_row":            {"page_key"},
	"past_table":          {"sum", "encoding", "file", "state"}, // the file is packed
	"pay_line":            nil,                                  // people by number, rules by what they are called
	"pay_policy":          nil,
	"pay_statement":       nil,
	"person":              nil, // forgotten
	"plan":                {"from_day", "until_day", "balances"},
	"pull":                {"state", "how_far", "rate"},
	"pull_key":            nil,
	"pulse_box":           nil, // sealed
	"pulse_comment":       {"id"},
	"pulse_key":           nil,
	"pulse_link":          nil,
	"pulse_pool":          nil, // sealed
	"pulse_round_comment": {"id"},
	"pulse_wave":          {"kind", "zone", "state"},
	"removal":             nil,
	"request":             {"slot", "rotation", "return_slot", "return_rotation", "state"},
	"reset":               nil, // forgotten
	"review":              {"week", "zone", "config"},
	"review_note":         {"week"},
	"session":             nil, // forgotten
	"setup":               nil,
	"shift":               nil,
	"shift_note":          {"rotation"},
	"team":                nil,
	"team_rules":          {"from_day"},
	"team_score":          {"until_day", "config"},
	"token":               {"token_hash", "scope"},
	"warning":             {"week", "cause", "config", "ended"},
	"warning_look":        nil,
	"webhook":             {"url", "wants", "secret", "secret_before"}, // of a program
	"webhook_delivery":    {"event", "kind", "message", "state"},
}

// Each text of each table is looked through for names, or it is known why not: whoever adds
// one says which.
func TestEveryTextIsThoughtOf(t *testing.T) {
	db := migrationstest.Migrated(t, migrationstest.SQLite(t))
	var texts []struct{ Tab, Col string }
	err := db.Read.Raw(`SELECT m.name AS tab, c.name AS col FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%' AND c.type IN ('TEXT', 'BLOB') ORDER BY 1, 2`).Scan(&texts).Error
	if err != nil || len(texts) < 100 {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	have := map[string]bool{}
	for _, x := range texts {
		have[x.Tab+"."+x.Col] = true
		at := slices.IndexFunc(places, func(p place) bool { return p.table == x.Tab && slices.Contains(p.columns, x.Col) })
		of, known := nameless[x.Tab]
		if at < 0 && (!known || len(of) > 0 && !slices.Contains(of, x.Col)) && !key(x.Tab, x.Col) {
			t.Errorf("%s.%s may tell who somebody was: add it to places or, if it cannot, to nameless", x.Tab, x.Col)
		}
		if at >= 0 && (known && of == nil || slices.Contains(of, x.Col)) {
			t.Errorf("%s.%s is in places and in nameless", x.Tab, x.Col)
		}
	}
	for _, p := range places {
		for _, c := range p.columns {
			if !have[p.table+"."+c] {
				t.Errorf("there is no text %s.%s", p.table, c)
			}
		}
	}
}

// key says whether a column names a row of a place.
func key(table, column string) bool {
	return slices.ContainsFunc(places, func(p place) bool { return p.table == table && slices.Contains(p.key, column) })
}
