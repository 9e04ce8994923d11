package ui

import (
	"net/http"
	"strings"

	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// conflict shows both versions when somebody else was faster.
func (s *Site) conflict(c echo.Context, e *ruleEdit, from schedule.Date, mine string) error {
	ctx := c.Request().Context()
	now, err := s.ruleset(ctx, &e.team, "")
	if err != nil {
		return err
	}
	if holds, err := s.Schedule.RulesOn(ctx, e.team.ID, from); err == nil {
		now.TeamRules = holds
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	page := Conflict{
		Frame: e.frame, Theirs: now.Source, Mine: mine, By: names[now.CreatedBy].Name, When: now.CreatedAt, From: Field{Value: from.String()},
		RulesID: int64(now.ID), Lines: differences(now.Source, mine),
	}
	page.Title = "Changed twice"
	return s.show(c, http.StatusConflict, "conflict", page)
}

// maxDiff bounds the lines that are compared one by one.
const maxDiff = 1500

// differences compares two texts by line.
func differences(theirs, mine string) []DiffLine {
	a, b := strings.Split(strings.TrimRight(theirs, "\n"), "\n"), strings.Split(strings.TrimRight(mine, "\n"), "\n")
	if len(a) > maxDiff || len(b) > maxDiff {
		return nil
	}
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out []DiffLine
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, DiffLine{"", a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out = append(out, DiffLine{"theirs", a[i]})
			i++
		default:
			out = append(out, DiffLine{"mine", b[j]})
			j++
		}
	}
	return out
}
