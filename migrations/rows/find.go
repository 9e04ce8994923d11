package rows

import (
	"slices"
	"strings"

	"watchbill/schedule"

	"gorm.io/gorm"
)

// escaped keeps what people type from being a pattern.
var escaped = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Matching narrows a query of a table that has names to what is looked for, on whatever page;
// columns are those in which the text may be.
func Matching(q *gorm.DB, table string, f *schedule.Search, columns ...string) *gorm.DB {
	if f.Only != nil {
		q = q.Where(table+".id IN ?", f.Only)
	}
	if f.Text == "" {
		return q
	}
	// As it was typed as well: SQLite's lower knows only the letters of ASCII.
	var in []string
	for _, c := range columns {
		in = append(in, `lower(`+c+`) LIKE @low ESCAPE '\' OR `+c+` LIKE @typed ESCAPE '\'`)
	}
	return q.Where("("+strings.Join(in, " OR ")+")", map[string]any{
		"low": "%" + escaped.Replace(strings.ToLower(f.Text)) + "%", "typed": "%" + escaped.Replace(f.Text) + "%",
	})
}

// OnPage narrows a query of a table that has names to the page that is asked for. What it finds
// is sorted by name, backwards where it is looked for before something: Forwards mends that.
func OnPage(q *gorm.DB, table string, f *schedule.Search) *gorm.DB {
	order, at := "", "(lower("+table+".name), "+table+".id)"
	is := "(SELECT lower(name), id FROM " + table + " WHERE id = ?)"
	switch {
	case f.After != 0:
		q = q.Where(at+" > "+is, f.After)
	case f.Before != 0:
		q, order = q.Where(at+" < "+is, f.Before), " DESC"
	}
	if f.Most > 0 {
		q = q.Limit(f.Most)
	}
	return q.Order("lower(" + table + ".name)" + order + ", " + table + ".id" + order)
}

// Forwards puts what OnPage found in the order of the list.
func Forwards[V any](found []V, f *schedule.Search) []V {
	if f.After == 0 && f.Before != 0 {
		slices.Reverse(found)
	}
	return found
}
