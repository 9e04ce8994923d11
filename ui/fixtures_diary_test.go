package ui_test

import (
	"strings"
	"time"

	"watchbill/ui"
)

func diaryWords(on string, words ...string) []ui.DiaryWord {
	var all []ui.DiaryWord
	for _, w := range words {
		all = append(all, ui.DiaryWord{Value: strings.ToLower(w), Word: w, On: w == on})
	}
	return all
}

func disruptiveWords(on string) []ui.DiaryWord {
	return diaryWords(on, "Not at all", "A little", "Somewhat", "Very", "Extremely")
}

func diaryAsks() []ui.DiaryAsk {
	return []ui.DiaryAsk{
		{Team: 1, Rotation: "primary", Start: 1, Shown: "Primary", TeamName: "Payments Platform", From: berlin(nov, 9, 10), To: now.Add(-5 * time.Hour), Words: disruptiveWords("")},
		{Team: 1, Rotation: "backup", Start: 2, Shown: "Backup", TeamName: "Payments Platform", From: berlin(nov, 2, 10), To: berlin(nov, 9, 10), Words: disruptiveWords("")},
	}
}

func longDiaryAsk() *ui.DiaryAsk {
	return &ui.DiaryAsk{Team: 1, Rotation: longText, Start: 1, Shown: longText, TeamName: longText, From: now.Add(-time.Hour), To: now, Words: disruptiveWords("")}
}

func diaryFixtures() []fixture {
	lines := []ui.DiaryLine{
		{ID: "a1", Shift: "Primary", TeamName: "Payments Platform", From: berlin(nov, 2, 10), To: berlin(nov, 9, 10), Disruptive: "Very", Strong: true, Change: "Fewer noisy alerts", Note: "The export again.\nThree nights in a row."},
		{ID: "a2", Shift: "Primary", From: berlin(nov, 2, 10), To: berlin(nov, 9, 10), Disruptive: "A little", Change: "Nothing"},
	}
	wordy := ui.DiaryLine{ID: "a3", Shift: longText, TeamName: longText, From: now, To: now.Add(time.Hour), Disruptive: "Extremely", Strong: true, Change: "To know shifts earlier", Note: longText}
	changes := func(on string) []ui.DiaryWord {
		return diaryWords(on, "Nothing", "Fewer noisy alerts", "Better runbooks", "Quicker help", "More rest after it", "Shorter shifts", "To know shifts earlier")
	}
	lost := frame("My shift diary", "home")
	return []fixture{
		{"diary", "full", ui.DiaryPage{Frame: frame("My shift diary", "home"), Shifts: diaryAsks(), List: lines, Asks: true, Days: 28, Trend: []string{"Of your last 6 shifts 4 were very disruptive: more than before, when it was 1 of 6.", "What you said most often should change: fewer noisy alerts, 3 times."}}},
		{"diary", "empty", ui.DiaryPage{Frame: bare("My shift diary", "home"), Asks: true, Days: 28}},
		{"diary", "lost", ui.DiaryPage{Frame: lost, Lost: true, Days: 28}},
		{"diary", "long", ui.DiaryPage{Frame: long("My shift diary", "home"), Shifts: []ui.DiaryAsk{*longDiaryAsk()}, List: []ui.DiaryLine{wordy}, Days: 28, Trend: []string{longText}}},
		{"diaryentry", "full", ui.DiaryEntryPage{Frame: frame("A shift in my diary", "home"), Line: lines[0], Words: disruptiveWords("Very"), Changes: changes("Fewer noisy alerts"), Note: ui.Field{Value: lines[0].Note}, Share: "How disruptive this shift was: very. What should change: fewer noisy alerts."}},
		{"diaryentry", "empty", ui.DiaryEntryPage{Frame: frame("A shift in my diary", "home"), Line: lines[1], Fresh: true, Words: disruptiveWords("A little"), Changes: changes("")}},
		{"diaryentry", "long", ui.DiaryEntryPage{Frame: long("A shift in my diary", "home"), Line: wordy, Words: disruptiveWords("Extremely"), Changes: changes("To know shifts earlier"), Note: ui.Field{Value: longText, Error: longText}, Share: longText}},
	}
}
