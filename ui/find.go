package ui

// Found is what a long list was searched for, and where its other pages are.
type Found struct {
	Query string // a part of the names that are looked for; empty: all
	All   int    // of them, on all pages
	Most  int    // on one page
	// Back and On are the addresses of the pages before and behind this one; empty:
	// there is none.
	Back, On string
}

// Long tells whether the list is worth a form to search it with.
func (f Found) Long() bool { return f.Query != "" || f.All > f.Most }

// Teams is the page "teams": the teams that the reader may open, by name.
type Teams struct {
	Frame
	Found // GET /teams with q, and after or before: a team's id
	List  []AdminTeam
}

// switched is how many teams the navigation lists.
const switched = 8

// Switcher is what the navigation lists: the team of the page, some of the reader's own, and
// those they looked at last.
func (f Frame) Switcher() []TeamLink {
	var out []TeamLink
	seen := map[int64]bool{}
	add := func(all ...TeamLink) {
		for _, t := range all {
			if !seen[t.ID] && len(out) < switched {
				seen[t.ID] = true
				out = append(out, t)
			}
		}
	}
	if f.Team == nil || len(f.Teams) <= switched {
		add(f.Teams...)
	}
	if f.Team != nil {
		add(*f.Team)
	}
	add(f.Recent...)
	add(f.Teams...)
	return out
}

// Finds tells whether there are teams beside those that the navigation lists.
func (f Frame) Finds() bool { return f.MoreTeams || len(f.Teams) > switched }
