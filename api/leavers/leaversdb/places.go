package leaversdb

// A place is a table with texts that people, pagers or calendars wrote.
type place struct {
	table   string
	key     []string // columns that name a row
	columns []string
	near    string // which rows can be meant, where looking at all would take long
}

// near are rows of integrations of teams of which somebody was a part.
const near = "integration_id IN (SELECT id FROM integration WHERE team_id IN @teams)"

// nearTeam are rows of those teams.
const nearTeam = "team_id IN @teams"

// places are all of them. What is not here tells of nobody, or is dealt with by forgotten,
// packed or contacts; a test holds that each text of each table is in one of them.
var places = []place{
	{"absence", []string{"id"}, []string{"note"}, ""},
	{"audit", []string{"id"}, []string{"detail"}, ""},
	{"burden_team_week", []string{"team_id", "config", "week"}, []string{"measure"}, nearTeam}, // it has names of alerts
	{"calendar_import", []string{"id"}, []string{"label", "words", "problem", "warnings"}, ""},
	{"calendar_import", []string{"id"}, []string{"people"}, ""},
	{"check_in", []string{"id"}, []string{"opened_by", "note"}, near},
	{"check_in_link", []string{"id"}, []string{"opened_by"}, near},
	{"draft", []string{"id"}, []string{"name", "pins", "message", "plan"}, ""},
	{"feed", []string{"id"}, []string{"label", "fetched_by"}, ""},
	{"inbox", []string{"id"}, []string{"headers", "error", "note"}, near},
	{"integration", []string{"id"}, []string{"name"}, ""},
	{"item", []string{"id"}, []string{"title", "why", "link", "service", "alert", "blockers", "risk", "reason"}, ""},
	{"item_change", []string{"item_id", "version"}, []string{"fields"}, ""},
	{"outbox", []string{"topic", "person_id", "medium"}, []string{"problem"}, ""},
	{"override", []string{"id"}, []string{"reason", "broke"}, ""},
	{"owed_entry", []string{"id"}, []string{"reason"}, ""},
	{"page", []string{"id"}, []string{"opened_by", "service", "title", "folded"}, near},
	{"page_event", []string{"id"}, []string{"event_key", "event"}, near},
	{"past_row", []string{"table_id", "page_key"}, []string{"events", "reported"}, near},
	{"past_table", []string{"id"}, []string{"name", "mapping", "error"}, near},
	{"plan", []string{"id"}, []string{"document", "note"}, ""},
	{"pulse_comment", []string{"id"}, []string{"text"}, ""},
	{"pulse_round", []string{"round"}, []string{"doc"}, ""},
	{"pulse_round_comment", []string{"id"}, []string{"text"}, ""},
	{"pulse_policy", []string{"team_id"}, []string{"doc"}, ""},
	{"pulse_result", []string{"wave_id"}, []string{"doc"}, ""},
	{"pulse_said", []string{"wave_id", "version"}, []string{"said", "did"}, ""},
	{"pulse_wave", []string{"id"}, []string{"items"}, ""},
	{"pull", []string{"id"}, []string{"error"}, near},
	{"request", []string{"id"}, []string{"message", "note"}, ""},
	{"review", []string{"team_id", "week"}, []string{"doc"}, ""},
	{"review_note", []string{"team_id", "week", "version"}, []string{"text"}, ""},
	{"shift_note", []string{"id"}, []string{"text"}, ""},
	{"team_rules", []string{"id"}, []string{"source"}, ""},
	{"team_score", []string{"team_id", "until_day", "config"}, []string{"doc"}, ""},
	{"team_setup", []string{"id"}, []string{"state"}, ""},
	{"token", []string{"id"}, []string{"name"}, ""},
	{"warning", []string{"id"}, []string{"doc"}, ""},
	{"warning_answer", []string{"warning_id", "version"}, []string{"text"}, ""},
	{"webhook", []string{"id"}, []string{"name", "off_why"}, ""},
	{"webhook_delivery", []string{"id"}, []string{"body", "answer", "problem"}, ""},
}

// byName are texts of JSON whose fields are called as people are.
var byName = map[string]bool{"calendar_import.people": true}
