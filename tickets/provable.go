package tickets

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// provable is what is known of whether mail of a domain can be proved: when mail
// from an address on file there last was, and when it last was not.
type provable struct {
	Proved   time.Time `json:"proved,omitzero"`
	Unproved time.Time `json:"unproved,omitzero"`
	Why      string    `json:"why,omitempty"`    // it was not
	Policy   string    `json:"policy,omitempty"` // what the domain published then: none, or nothing
}

// provableEvery is how old what is known may be, so that not every mail writes it.
const provableEvery = 24 * time.Hour

func provableKey(address string) string {
	return provesPrefix + address[strings.LastIndexByte(address, '@')+1:]
}

// learn notes whether a message of a contact was proved. What fails the domain's
// own policy is forged, and shows nothing of what the domain can prove.
func (s *Store) learn(tx kv.Tx, f policy.Facts) error {
	proved := f.Sender.Proves(false)
	if f.Person.ID == "" || f.Person.Removed || f.Kind.Machine() || f.Duplicate || f.SignatureUsed || len(f.Refusals) > 0 ||
		!proved && f.Sender.Result != policy.ResultNone && f.Sender.Result != policy.ResultPass {
		return nil
	}
	key := provableKey(f.From)
	p, _, err := kv.Load[provable](tx, key)
	if err != nil {
		return err
	}
	known := &p.Unproved
	if proved {
		known = &p.Proved
	}
	now := s.Now()
	if !known.IsZero() && now.Sub(*known) < provableEvery {
		return nil
	}
	if *known = now; !proved {
		p.Why, p.Policy = unprovedBecause(f.Sender), f.Sender.Policy
	}
	return kv.Save(tx, key, p)
}

// unprovedBecause says in a few words why nothing proved a sender.
func unprovedBecause(s policy.Sender) string {
	if s.Result == policy.ResultPass {
		return "only SPF"
	}
	for _, d := range s.DKIM {
		if d.Reason != "" {
			return string(d.Reason)
		}
	}
	return "no signature"
}

// unprovable warns of the domains of a contact from which mail came and never was
// proved. Anybody can write unproved mail in the name of a domain, so one that
// was proved once is not among them.
func (s *Store) unprovable(r kv.Reader, c clients.Contact, class policy.Class) (out []policy.Reason, err error) {
	if class == policy.Question {
		return nil, nil
	}
	var seen []string
	for _, addr := range c.Addresses {
		key := provableKey(addr)
		if slices.Contains(seen, key) {
			continue
		}
		seen = append(seen, key)
		p, _, err := kv.Load[provable](r, key)
		if err != nil {
			return nil, err
		}
		if p.Unproved.IsZero() || !p.Proved.IsZero() {
			continue
		}
		domain := strings.TrimPrefix(key, provesPrefix)
		worth := "which is not enough for " + string(class)
		if s.rules().Demand(class, policy.Matter{Client: c.Client, Contact: c.ID, Addresses: c.Addresses}).StandsIn(class, s.opt.TokenClasses) {
			worth = "which is enough for " + string(class)
		}
		out = append(out, policy.Reason{Code: policy.CodeDomainUnproved, Text: fmt.Sprintf(
			"Mail of %s could not be proved so far (%s; last %s): a YES from there counts as the weak proof token only, %s. %s",
			domain, p.Why, p.Unproved.UTC().Format("2006-01-02"), worth, clients.AskForDKIM(domain))})
	}
	return out, nil
}
