package ui

import (
	"context"

	"watchbill/health"
	"watchbill/schedule"
)

// openItems are a team's open items, to be found by what they are about. What has one is not
// offered to be made another.
type openItems struct {
	list   []health.Item
	names  map[schedule.ID]string
	today  schedule.Date // on the team's calendar
	reader schedule.ID
}

func (s *Site) openItems(ctx context.Context, team *schedule.TeamRecord, reader schedule.ID) (*openItems, error) {
	zone, err := schedule.Zone(team.Zone)
	if err != nil {
		return nil, err
	}
	o := &openItems{today: schedule.DateOf(s.Schedule.Now().In(zone)), reader: reader}
	if o.names, err = s.called(ctx); err != nil {
		return nil, err
	}
	o.list, err = s.Health.Store.Items(ctx, health.ItemFilter{Team: team.ID, State: health.ItemOpen})
	return o, err
}

// about leads to the item about an alert of a service, or about a service where none is
// named: one about the alert itself before one about its whole service. It is nil where there
// is none.
func (o *openItems) about(service, alert string) *HealthLink {
	var found *health.Item
	for k := range o.list {
		if i := &o.list[k]; i.About(service, alert) && (found == nil || found.Alert == "" && i.Alert != "") {
			found = i
		}
	}
	if found == nil {
		return nil
	}
	link := itemLink(found, o.names, o.today, o.reader)
	return &link
}

// origins says of services and alerts which have an item.
func (o *openItems) origins(rows []OriginRow) {
	for i := range rows {
		service, alert := rows[i].Name, ""
		if rows[i].Service != "" {
			service, alert = rows[i].Service, rows[i].Name
		}
		rows[i].Item = o.about(service, alert)
	}
}
