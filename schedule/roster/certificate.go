package roster

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// CertificateFormat names the format of a certificate.
const CertificateFormat = "oncall-roster-certificate/1"

// A Certificate is a roster with the prices that prove how good any roster could
// be. [Verify] checks it without searching and without knowing how the prices
// were found.
type Certificate struct {
	Format     string     `json:"format"`
	Instance   string     `json:"instance"`
	Assignment Assignment `json:"assignment"`
	Terms      []Term     `json:"terms"`
	Steps      []Step     `json:"steps"` // each may build on those before it
}

// A Step is one argument by prices about one part of the problem: the slots and
// members that could hold them.
//
// Each member earns at most the best of their own rule-keeping sets of slots:
// the prices of its slots less what it costs. What the prices add up to beyond
// what all members can earn is a cost that no roster avoids.
type Step struct {
	Part string `json:"part"` // a slot of the part
	Term string `json:"term"`
	// Bound is what the term is proven to be at least in this part.
	Bound int64 `json:"bound"`
	// Limit is, for max_dev, the deviation that the prices show somebody to
	// exceed.
	Limit int64 `json:"limit,omitempty"`
	// Narrow says that the prices exclude decisions which would cost more of
	// the term than the roster does; later steps do without them.
	Narrow bool             `json:"narrow,omitempty"`
	Scale  int64            `json:"scale"`            // prices are in 1/Scale of the term's unit
	Prices map[string]int64 `json:"prices,omitempty"` // per slot; zero when missing
	Costs  map[string]int64 `json:"costs,omitempty"`  // per earlier term: what one unit of it is charged
}

// Write writes the certificate as JSON with a final newline.
func (c *Certificate) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(c)
}

// ReadCertificate reads what Write wrote.
func ReadCertificate(r io.Reader) (*Certificate, error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	var c Certificate
	if err := dec.Decode(&c); err != nil {
		return nil, readError(dec, err)
	}
	if c.Format != CertificateFormat {
		return nil, fmt.Errorf("format is %q; a certificate has %q", c.Format, CertificateFormat)
	}
	return &c, nil
}

// note keeps the prices of a relaxation as a step towards a proof of term k.
func (c *component) note(k int, r *relaxation, p *prices, step Step) {
	if !c.noting {
		return
	}
	step.Part, step.Term, step.Scale = c.md.slots[0].id, c.order[k], r.scale
	step.Prices, step.Costs = map[string]int64{}, map[string]int64{}
	for _, s := range r.slots {
		if p.Slot[s] != 0 {
			step.Prices[c.md.slots[s].id] = p.Slot[s]
		}
	}
	maps.Copy(step.Costs, p.Term)
	c.steps = append(c.steps, step)
}

// certificate puts together what the components have noted.
func (s *solver) certificate(sol *Solution) *Certificate {
	c := &Certificate{Format: CertificateFormat, Instance: sol.Instance, Assignment: sol.Assignment, Terms: sol.Terms, Steps: []Step{}}
	for _, x := range s.comps {
		c.Steps = append(c.Steps, x.steps...)
	}
	// What one part may cost of a term depends on what the others must.
	slices.SortStableFunc(c.Steps, func(x, y Step) int {
		return slices.Index(s.p.Order, x.Term) - slices.Index(s.p.Order, y.Term)
	})
	return c
}
