package policy

import (
	"slices"
	"strings"
	"time"
)

// Cooling is something that somebody newly has. Nothing privileged is proved by
// it before its time.
type Cooling struct {
	What  string    `json:"what"` // a class, a permission, primary, an address; or client, for all that its people do
	Until time.Time `json:"until"`
	Why   string    `json:"why,omitempty"` // what came new, since when and by which write
}

// cooling gives those of all that still cool.
func cooling(all []Cooling, now time.Time) (still []Cooling) {
	for _, c := range all {
		if now.Before(c.Until) {
			still = append(still, c)
		}
	}
	return still
}

// Cool puts into all that something cools until a time, each thing once.
func Cool(all []Cooling, one Cooling) []Cooling {
	i := slices.IndexFunc(all, func(c Cooling) bool { return c.What == one.What })
	if i < 0 {
		return append(all, one)
	}
	if one.Until.After(all[i].Until) {
		all[i].Until, all[i].Why = one.Until, one.Why
	}
	return all
}

// cools gives what cools of those whose word the answer depends on.
func (a Action) cools() (all []Cooling) {
	add := func(from []Cooling) {
		for _, c := range cooling(from, a.Now) {
			all = Cool(all, c)
		}
	}
	add(a.Contact.Cools)
	for _, p := range a.Proofs {
		if p.Revision == a.Ticket.Revision {
			add(p.Giver.Cools)
			if p.Kind == ProofCode {
				add([]Cooling{{What: "code", Until: p.Giver.Code.Cools}})
			}
		}
	}
	add(a.Asked)
	return all
}

// coolingText is the reason, with what cools and until when.
func (a Action) coolingText() string {
	var words []string
	for _, c := range a.cools() {
		words = append(words, c.What+" until "+c.Until.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return Because(CodeCooling).Text + " Cools: " + strings.Join(words, ", ") + "."
}
