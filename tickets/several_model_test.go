package tickets

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// seats is what must be known of a ticket to say whether enough have agreed: nothing
// of tokens, notices, proofs or records.
type seats struct {
	asks      policy.Second // by the rules as they are
	confirmed time.Time
	sought    bool          // there is an approval
	open      bool          // of which somebody is missing, as far as was looked
	needs     policy.Second // that it was looked for
	until     time.Time     // of the question that is open: the contact's, then the approvers'
	yes       map[string]time.Time
	away      map[string]bool
	leads     map[string]time.Time
	inPlace   map[string]bool   // leads who sit in the place of a contact
	of        map[string]string // of whom, if they were there and away
	refused   bool
	over      bool
	used      time.Time
	gone      map[string]time.Time
}

func newSeats(asks policy.Second, now time.Time, gone map[string]time.Time) seats {
	return seats{asks: asks, until: now.Add(168 * time.Hour), gone: gone, yes: map[string]time.Time{}, away: map[string]bool{}, leads: map[string]time.Time{}, inPlace: map[string]bool{}, of: map[string]string{}}
}

var mayApprove = []string{"ada", "nils", "eva"}

// count gives the contacts and leads whose yes counts, and of the leads those who sit
// in the place of a contact; and when the last of them, or the contact, spoke.
func (m *seats) count() (contacts, byRule, standIns int, last time.Time) {
	later := func(at time.Time) {
		if at.After(last) && (last.IsZero() || !m.asks.None()) { // what nobody asks for renews nothing
			last = at
		}
	}
	later(m.confirmed)
	for who, at := range m.yes {
		if m.gone[who].IsZero() {
			contacts++
			later(at)
		}
	}
	for who, at := range m.leads {
		later(at)
		of := m.of[who]
		if back := of != "" && !m.yes[of].IsZero() && m.gone[of].IsZero(); m.inPlace[who] && !back {
			standIns++
		} else {
			byRule++
		}
	}
	return contacts, byRule, standIns, last
}

func (m *seats) enough() bool {
	contacts, byRule, standIns, _ := m.count()
	return seated(m.asks, contacts, byRule, standIns)
}

// seated tries every share of those who agreed among the seats that are asked for.
func seated(s policy.Second, contacts, byRule, standIns int) bool {
	for in := range standIns + 1 {
		if contacts+in >= s.Contacts && byRule+standIns-in >= s.Leads && contacts+byRule+standIns >= s.Either {
			return true
		}
	}
	return false
}

// mayLead says whether a lead may agree now, and whether in the place of a contact.
func (m *seats) mayLead(lead string, now time.Time) (may, inPlace bool) {
	if !m.open || m.refused || m.over || m.confirmed.IsZero() || !now.Before(m.until) {
		return false, false
	}
	there, away, free := 0, 0, false
	taken := map[string]bool{}
	for _, of := range m.of {
		taken[of] = true
	}
	for _, who := range mayApprove {
		gone := m.gone[who]
		if gone.IsZero() || now.Before(gone.Add(72*time.Hour)) {
			there++
		}
		if gone.IsZero() && m.away[who] && m.yes[who].IsZero() {
			away++
			free = free || !taken[who]
		}
	}
	contacts, byRule, standIns, _ := m.count()
	short := max(0, m.asks.Contacts-there)
	inPlace = contacts+standIns < m.asks.Contacts && (standIns < short || free && standIns < min(m.asks.Contacts, short+away))
	missing := !seated(policy.Second{Contacts: min(m.asks.Contacts, contacts+standIns), Leads: m.asks.Leads, Either: m.asks.Either}, contacts, byRule, standIns)
	if !m.leads[lead].IsZero() && !(inPlace && !m.inPlace[lead]) {
		return false, false
	}
	return inPlace || missing, inPlace
}

// look is what happens when an approval that is open is looked at.
func (m *seats) look() {
	switch {
	case !m.open || m.over || m.refused:
	case m.asks.None():
		*m = seats{asks: m.asks, confirmed: m.confirmed, until: m.until, used: m.used, gone: m.gone, yes: map[string]time.Time{}, away: map[string]bool{}, leads: map[string]time.Time{}, inPlace: map[string]bool{}, of: map[string]string{}}
	case m.enough():
		m.open, m.needs = false, m.asks
	default:
		m.needs = m.asks
	}
}

// expires ends what nobody answered in time.
func (m *seats) expires(now time.Time) {
	if m.over || now.Before(m.until) || m.refused {
		return
	}
	m.over = m.confirmed.IsZero() || m.open
}

func (m *seats) allows(now time.Time) bool {
	_, _, _, last := m.count()
	return !m.confirmed.IsZero() && !m.over && !m.refused && m.enough() && now.Before(last.Add(policy.ProofLife)) &&
		(m.used.IsZero() || now.Before(m.used.Add(policy.ReceiptLife)))
}

// asked is what follows for the approval where an agent wants to act and only
// approvals are missing: it is sought, or sought again for whom the rules ask since.
func (m *seats) asked(now time.Time) {
	_, _, _, last := m.count()
	if m.confirmed.IsZero() || m.over || m.refused || m.enough() || !now.Before(last.Add(policy.ProofLife)) || !m.used.IsZero() {
		return
	}
	until := last.Add(policy.ProofLife)
	if !m.sought {
		until = m.confirmed.Add(policy.ProofLife)
	}
	if end := now.Add(168 * time.Hour); end.Before(until) {
		until = end
	}
	if !m.sought || !m.open && m.needs.With(m.asks) != m.needs {
		m.sought, m.open, m.needs, m.until = true, true, m.asks, until
	}
}

// TestSeveralModel: whatever three approvers, two leads, a machine, the contact, an
// agent and who writes the rules do, in whatever order: it is allowed when those who
// agreed to what is asked now, and may still, have a seat each that the rules ask for.
func TestSeveralModel(t *testing.T) {
	rules := func(s policy.Second) policy.Rules {
		return policy.Rules{More: []policy.Rule{{Name: "more", Where: "policy.toml:1", Classes: []policy.Class{policy.ServerChange}, Second: s}}}
	}
	asks := []policy.Second{{}, {Contacts: 1}, {Contacts: 2}, {Contacts: 3}, {Contacts: 1, Leads: 1}, {Leads: 1}, {Either: 1}, {Either: 2}, {Contacts: 1, Either: 3}}
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.SampledFrom(asks[1:]).Draw(t, "rules")
		d := memoryDesk(t, func(o *Options) { o.Rules = rules(first) })
		third(t, d, []string{"nils", "eva"}, "pat")
		ticket, _ := d.ask(t, bob, policy.ServerChange)
		m := newSeats(first, d.clock(), map[string]time.Time{})
		letters, known := map[string]Letter{}, map[string]bool{} // the question of each approval: "ada/A-1"
		approval := ""
		tick := func() {
			check(t, d.Tick())
			m.expires(d.clock())
			if a := d.approval(t, ticket.ID); m.sought {
				approval = a.ID
			}
			for _, l := range d.letters {
				if l.Kind == policy.NoticeApprove && !known[l.Token] {
					known[l.Token] = true
					for _, who := range mayApprove {
						if l.To == who+"@client.example" {
							letters[who+"/"+approval] = l
						}
					}
				}
			}
		}
		steps := map[string]func(*rapid.T){
			"confirm": func(t *rapid.T) {
				d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, ticket.ID), policy.Yes))
				if m.confirmed.IsZero() && !m.over {
					m.confirmed = d.clock()
					if !m.asks.None() {
						m.sought, m.open, m.needs, m.until = true, true, m.asks, d.clock().Add(168*time.Hour)
					}
				}
				tick()
			},
			"answer": func(t *rapid.T) {
				who := rapid.SampledFrom(mayApprove).Draw(t, "who")
				intent := rapid.SampledFrom([]policy.Intent{policy.Yes, policy.Yes, policy.Yes, policy.Yes, policy.No, policy.Unclear}).Draw(t, "intent")
				machine := intent == policy.Unclear && rapid.Bool().Draw(t, "machine")
				l, ok := letters[who+"/"+approval]
				if !ok || !m.sought {
					t.Skip("not asked")
				}
				if machine {
					d.receive(t, d.autoReply(l, "away"))
				} else {
					d.receive(t, d.reply(l, intent))
				}
				stands := m.open && !m.refused && !m.over && m.gone[who].IsZero()
				switch {
				case m.over:
				case intent == policy.No:
					m.refused = true
				case machine && stands && m.yes[who].IsZero():
					m.away[who] = true
				case machine || !stands:
				default:
					m.away[who] = false
					if intent == policy.Yes && m.yes[who].IsZero() {
						m.yes[who] = d.clock()
						m.open = !m.enough()
					}
				}
				tick()
			},
			"lead": func(t *rapid.T) {
				lead := rapid.SampledFrom([]string{"max", "pat"}).Draw(t, "lead")
				if approval == "" || !m.sought {
					t.Skip("no approval")
				}
				may, inPlace := m.mayLead(lead, d.clock())
				if _, err := d.Approve(approval, lead, "called them back"); (err == nil) != may {
					t.Fatalf("%s: Approve() = %v, want %v\nmodel %+v", lead, err, may, m)
				}
				if may {
					given := d.approval(t, ticket.ID).Given
					of := given[len(given)-1].For
					if of != "" && (!inPlace || !m.away[of] || !m.gone[of].IsZero() || !m.yes[of].IsZero()) {
						t.Fatalf("%s approved in the place of %s\nmodel %+v", lead, of, m)
					}
					m.leads[lead], m.inPlace[lead], m.of[lead] = d.clock(), inPlace, of
					m.open = !m.enough()
				}
				tick()
			},
			"edit": func(t *rapid.T) {
				if m.over || !m.used.IsZero() {
					t.Skip("over, or done")
				}
				_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: fmt.Sprint("words at ", d.clock()), Agent: "kim"})
				check(t, err)
				m = newSeats(m.asks, d.clock(), m.gone)
				tick()
			},
			"remove": func(t *rapid.T) {
				who := rapid.SampledFrom(mayApprove[1:]).Draw(t, "who")
				if !m.gone[who].IsZero() {
					t.Skip("gone")
				}
				check(t, d.kv.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, who, d.clock()); return err }))
				m.gone[who] = d.clock()
			},
			"rules": func(t *rapid.T) {
				m.asks = rapid.SampledFrom(asks).Draw(t, "asks")
				d.SetRules(rules(m.asks))
				d.opt.Rules = rules(m.asks) // for a restart
				d.turn(lookAgain)
				if !d.clock().Before(m.until) && m.open { // it ends, or is found to be given
					m.look()
				}
				tick()
				m.look()
				tick()
			},
			"time": func(t *rapid.T) {
				d.turn(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 80 * time.Hour}).Draw(t, "by"))
				tick()
			},
			"restart": func(t *rapid.T) { d.restart(t) },
			"act": func(t *rapid.T) {
				now := d.clock()
				a := d.may(t, ticket.ID, policy.ServerChange, "kim")
				if want := m.allows(now); (a.Decision == policy.Allow) != want {
					t.Fatalf("%+v\nmodel %+v, want allow %v", a, m, want)
				}
				if a.Decision == policy.Allow && m.used.IsZero() {
					m.used = now
				}
				m.asked(now)
				tick()
			},
			"": func(t *rapid.T) {
				check(t, d.KV().View(func(v kv.View) error {
					ticket, err := load(v, ticket.ID)
					if err != nil {
						return err
					}
					kim, _, err := staff.Get(v, "kim")
					if err != nil {
						return err
					}
					_, a, err := d.judge(v, ticket, AuthorizeRequest{Ticket: ticket.ID, Class: policy.ServerChange, Channel: policy.Email}, kim)
					if want := m.allows(d.clock()); (a.Decision == policy.Allow) != want {
						t.Fatalf("%+v\nmodel %+v, want allow %v", a, m, want)
					}
					return err
				}))
			},
		}
		steps["answer too"], steps["answer as well"] = steps["answer"], steps["answer"] // most often
		t.Repeat(steps)
	})
}
