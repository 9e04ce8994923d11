package telemetry

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Metrics are the figures of one process, as Prometheus reads them.
type Metrics struct {
	families []*family

	requests, durations *family

	mu   sync.RWMutex
	seen map[seen]*answered
}

// A kind is what Prometheus calls the type of a figure.
type kind string

const (
	counter   kind = "counter"
	gauge     kind = "gauge"
	histogram kind = "histogram"
)

// A family is a figure with all its labels.
type family struct {
	name, help string
	kind       kind
	set        *metrics.Set
}

// Labels tell the figures of one name apart: names and values by turns. Values must be
// few, and say nothing about people or teams.
type Labels []string

func (l Labels) String() string {
	if len(l) == 0 {
		return ""
	}
	var out strings.Builder
	for i := 0; i+1 < len(l); i += 2 {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(l[i] + "=" + strconv.Quote(l[i+1]))
	}
	return "{" + out.String() + "}"
}

// A Sample is one value of a figure.
type Sample struct {
	Labels Labels
	Value  float64
}

// answered are the figures of requests that were answered alike.
type answered struct {
	count *metrics.Counter
	times *metrics.PrometheusHistogram
}

type seen struct {
	route, method string
	class         int
}

// requestBounds are those of the histogram of requests, in seconds. They are few, because
// each is a series for every route.
var requestBounds = []float64{.005, .02, .1, .3, 1, 5, 30}

// NewMetrics returns figures that are all zero.
func NewMetrics() *Metrics {
	m := &Metrics{seen: map[seen]*answered{}}
	m.requests = m.add("watchbill_http_requests_total", "Requests that were answered, by the pattern of their route.", counter)
	m.durations = m.add("watchbill_http_request_duration_seconds", "How long requests took.", histogram)
	return m
}

func (m *Metrics) add(name, help string, k kind) *family {
	f := &family{name, help, k, metrics.NewSet()}
	m.families = append(m.families, f)
	return f
}

// Gauge adds a figure that goes up and down, and Counter one that only grows; both are
// looked up when somebody asks. They are added before the first asks.
func (m *Metrics) Gauge(name, help string, look func() []Sample) { m.look(name, help, gauge, look) }

// Counter is like Gauge for what only grows.
func (m *Metrics) Counter(name, help string, look func() []Sample) {
	m.look(name, help, counter, look)
}

func (m *Metrics) look(name, help string, k kind, look func() []Sample) {
	m.add(name, help, k).set.RegisterMetricsWriter(func(w io.Writer) {
		for _, s := range look() {
			metrics.WriteGaugeFloat64(w, name+s.Labels.String(), s.Value)
		}
	})
}

// Write writes all figures in the text format of Prometheus.
func (m *Metrics) Write(w io.Writer) error {
	var out bytes.Buffer
	for _, f := range m.families {
		head := out.Len()
		fmt.Fprintf(&out, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
		body := out.Len()
		if f.set.WritePrometheus(&out); out.Len() == body {
			out.Truncate(head)
		}
	}
	metrics.WriteProcessMetrics(&out)
	_, err := w.Write(out.Bytes())
	return err
}

// request notes that a request was answered.
func (m *Metrics) request(route, method string, status int, took time.Duration) {
	key := seen{route, method, status / 100}
	m.mu.RLock()
	a := m.seen[key]
	m.mu.RUnlock()
	if a == nil {
		labels := Labels{"route", route, "method", method}
		a = &answered{
			m.requests.set.GetOrCreateCounter(m.requests.name + append(labels, "status", strconv.Itoa(key.class)+"xx").String()),
			m.durations.set.GetOrCreatePrometheusHistogramExt(m.durations.name+labels.String(), requestBounds),
		}
		m.mu.Lock()
		m.seen[key] = a
		m.mu.Unlock()
	}
	a.count.Inc()
	a.times.Update(took.Seconds())
}

// A Tally counts what is done again and again: how it ended, how long it took, and when
// it ended so last.
type Tally struct {
	runs, times, last *family
	label             string
	bounds            []float64
}

// Tally adds figures whose names begin with name, told apart by a label. bounds are those
// of the histogram, in seconds.
func (m *Metrics) Tally(name, label, of string, bounds []float64) *Tally {
	return &Tally{
		runs:  m.add(name+"_runs_total", "How often "+of+" ran, by how that ended.", counter),
		times: m.add(name+"_duration_seconds", "How long "+of+" ran.", histogram),
		last:  m.add(name+"_last_end_timestamp_seconds", "When "+of+" ended so last.", gauge),
		label: label, bounds: bounds,
	}
}

// Done notes that something ended. Results must be few.
func (t *Tally) Done(what, result string, at time.Time, took time.Duration) {
	labels := Labels{t.label, what}
	t.times.set.GetOrCreatePrometheusHistogramExt(t.times.name+labels.String(), t.bounds).Update(took.Seconds())
	ended := append(labels, "result", result).String()
	t.runs.set.GetOrCreateCounter(t.runs.name + ended).Inc()
	t.last.set.GetOrCreateGauge(t.last.name+ended, nil).Set(float64(at.Unix()))
}
