package health

import "slices"

// A Vendor is a kind of program that sends pages.
type Vendor struct {
	ID    string // as in the address of a hook
	Label string
	// Signs says that its deliveries can be signed, and so be checked with a secret.
	Signs bool
	// Large says that its deliveries may have 4 MiB instead of 1.
	Large bool
}

// Vendors are all that can be read, by label.
func Vendors() []Vendor {
	return []Vendor{
		{ID: "alertmanager", Label: "Alertmanager", Large: true},
		{ID: "betterstack", Label: "Better Stack"},
		{ID: "cloudevents", Label: "CloudEvents", Signs: true},
		{ID: "datadog", Label: "Datadog"},
		{ID: "firehydrant", Label: "FireHydrant", Signs: true},
		{ID: "goalert", Label: "GoAlert"},
		{ID: "grafana", Label: "Grafana alerting", Signs: true, Large: true},
		{ID: "grafana_oncall", Label: "Grafana OnCall", Large: true},
		{ID: "ilert", Label: "ilert"},
		{ID: "incident_io", Label: "incident.io", Signs: true},
		{ID: "jsm", Label: "Jira Service Management"},
		{ID: "opsgenie", Label: "Opsgenie"},
		{ID: "pagerduty", Label: "PagerDuty", Signs: true},
		{ID: "rootly", Label: "Rootly", Signs: true},
		{ID: "victorops", Label: "Splunk On-Call", Signs: true},
		{ID: "squadcast", Label: "Squadcast"},
		{ID: "generic", Label: "Anything else", Signs: true},
	}
}

// VendorOf returns a vendor; false when there is none of that name.
func VendorOf(id string) (Vendor, bool) {
	all := Vendors()
	at := slices.IndexFunc(all, func(v Vendor) bool { return v.ID == id })
	if at < 0 {
		return Vendor{}, false
	}
	return all[at], true
}

// Limit is how many bytes a delivery may have.
func (v Vendor) Limit() int64 {
	if v.Large {
		return 4 << 20
	}
	return 1 << 20
}
