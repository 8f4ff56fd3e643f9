package tickets

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// namedTo is all that must be known of a delegation of Nils to Una to say what it gives.
type namedTo struct {
	id                     string
	from, until, asked, by time.Time // by: when Nils confirmed it
	ended                  bool
}

func (n namedTo) open(now time.Time) bool { return n.id != "" && !n.ended && now.Before(n.until) }

func (n namedTo) counts(now time.Time) bool {
	begins := n.by.Add(72 * time.Hour)
	if n.from.After(begins) {
		begins = n.from
	}
	return n.open(now) && !n.by.IsZero() && !now.Before(begins)
}

// twoAgree is what must be known to say whether a request may be carried out to which
// two of Ada, Nils and Una have to agree: nothing of tokens, notices or records.
type twoAgree struct {
	ticket    string
	confirmed time.Time
	yes       map[string]bool
	by        namedTo // the delegation that Una's yes rests on
	open      bool    // not enough have agreed
	refused   bool
	used      bool
}

// people are those on whom it depends.
type whoMay struct{ nils, una bool }

// voices is how many agree whose word counts.
func (m twoAgree) voices(who whoMay, all []namedTo) (n int) {
	if m.yes["ada"] {
		n++
	}
	stands := slices.ContainsFunc(all, func(d namedTo) bool { return d.id == m.by.id && !d.ended })
	if who.nils && (m.yes["nils"] || m.yes["una"] && who.una && stands) {
		n++
	}
	return n
}

// TestDelegateModel: whatever Nils, Una, Ada, an agent and a lead do, in whatever order
// and late: a request to which two have to agree is allowed when two voices did, Nils
// and whoever answers in his place being one, of people who still may, none of whom
// refused; a delegate's yes counts by a delegation that he confirmed himself, that had
// cooled, was not over when they said it and was not ended since.
func TestDelegateModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := delegating(t)
		d.SetRules(policy.Rules{Source: "test", Classes: map[policy.Class]policy.Demand{policy.Cancellation: {AnyOf: [][]policy.ProofKind{{policy.ProofReply}}, Second: policy.Second{Contacts: 2}, Channels: policy.Channels}}})
		var all []namedTo
		m, who, epochs := twoAgree{}, whoMay{true, true}, 0
		address := map[string]string{"ada": ada, "nils": nils, "una": una}
		letter := func(name string) (Letter, bool) {
			for _, l := range slices.Backward(d.letters) {
				if l.Kind == policy.NoticeApprove && l.Ticket == m.ticket && l.To == address[name] {
					return l, true
				}
			}
			return Letter{}, false
		}
		counting := func() (namedTo, bool) {
			i := slices.IndexFunc(all, func(n namedTo) bool { return n.counts(d.clock()) })
			if i < 0 || !who.nils || !who.una {
				return namedTo{}, false
			}
			return all[i], true
		}
		tick := func() {
			had, _ := letter("una")
			check(t, d.Tick())
			for i, n := range all {
				all[i].ended = n.ended || n.by.IsZero() && !d.clock().Before(n.asked.Add(168*time.Hour))
			}
			if has, ok := letter("una"); ok && has.Token != had.Token {
				if _, ok := counting(); !ok {
					t.Fatalf("Una was asked, and no delegation to her counts: %+v", all)
				}
			}
		}
		fresh := func() bool { return m.ticket != "" && d.clock().Before(m.confirmed.Add(6*24*time.Hour)) }
		steps := map[string]func(*rapid.T){
			"name": func(t *rapid.T) {
				from := d.clock().Add(time.Duration(rapid.SampledFrom([]int{0, 24, 100}).Draw(t, "from")) * time.Hour)
				until := from.Add(time.Duration(rapid.SampledFrom([]int{80, 200}).Draw(t, "hours")) * time.Hour)
				meets := slices.ContainsFunc(all, func(n namedTo) bool { return n.open(d.clock()) && n.from.Before(until) && from.Before(n.until) })
				out, err := d.Delegate(DelegateRequest{For: nils, To: una, From: from, Until: until, Agent: "kim"})
				if want := !meets && who.nils && who.una; (err == nil) != want {
					t.Fatalf("Delegate() = %v, want one %v: %+v %+v", err, want, who, all)
				}
				if err == nil {
					all = append(all, namedTo{id: out.ID, from: from, until: until, asked: d.clock()})
				}
			},
			"confirm": func(t *rapid.T) {
				if len(all) == 0 {
					t.Skip("none was asked")
				}
				i := rapid.IntRange(0, len(all)-1).Draw(t, "which")
				e := d.reply(d.last(t, policy.NoticeConfirm, all[i].id), policy.Yes)
				e.From = rapid.SampledFrom([]string{nils, nils, una}).Draw(t, "who")
				d.receive(t, e)
				if n := all[i]; e.From == nils && who.nils && !n.ended && n.by.IsZero() && d.clock().Before(n.asked.Add(168*time.Hour)) {
					all[i].by = d.clock()
				}
			},
			"end": func(t *rapid.T) {
				if len(all) == 0 {
					t.Skip("none was asked")
				}
				i := rapid.IntRange(0, len(all)-1).Draw(t, "which")
				_, err := d.EndDelegation(all[i].id, "max")
				if (err == nil) != all[i].open(d.clock()) && !all[i].ended {
					t.Fatalf("EndDelegation() = %v of %+v", err, all[i])
				}
				all[i].ended = all[i].ended || err == nil
			},
			"request": func(t *rapid.T) {
				ticket, l := d.ask(t, bob, policy.Cancellation)
				wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
				m = twoAgree{ticket: ticket.ID, confirmed: d.clock(), yes: map[string]bool{}, open: true}
				tick()
				_, counts := counting()
				if _, asked := letter("una"); asked != counts {
					t.Fatalf("Una was asked: %v, and a delegation counts: %v", asked, counts)
				}
			},
			"answer": func(t *rapid.T) {
				if !fresh() {
					t.Skip("no request")
				}
				name := rapid.SampledFrom([]string{"ada", "nils", "una", "una"}).Draw(t, "who")
				intent := rapid.SampledFrom([]policy.Intent{policy.Yes, policy.Yes, policy.Yes, policy.Yes, policy.No}).Draw(t, "intent")
				l, ok := letter(name)
				if !ok {
					t.Skip("not asked")
				}
				d.receive(t, d.reply(l, intent))
				gone := name == "una" && !who.una
				by, counts := counting()
				may := name == "ada" || name == "nils" && who.nils || name == "una" && counts
				switch {
				case intent == policy.No: // of whoever was asked, also if they left since
					m.refused = true
				case gone:
				case m.open && !m.refused && may && !m.yes[name]:
					m.yes[name] = true
					if name == "una" {
						m.by = by
					}
					m.open = m.voices(who, all) < 2
				}
			},
			"time": func(t *rapid.T) {
				d.turn(time.Duration(rapid.SampledFrom([]int{1, 13, 30, 73}).Draw(t, "hours")) * time.Hour)
				tick()
			},
			"nils-may-no-longer": func(t *rapid.T) {
				if !who.nils || rapid.IntRange(0, 3).Draw(t, "rarely") > 0 {
					t.Skip("not now")
				}
				d.contact(t, "nils", func(c *clients.Contact) { c.Permissions = []clients.Permission{"ask"} })
				who.nils = false
			},
			"una-leaves": func(t *rapid.T) {
				if !who.una || rapid.IntRange(0, 3).Draw(t, "rarely") > 0 {
					t.Skip("not now")
				}
				d.contact(t, "una", func(c *clients.Contact) { c.Status = clients.Removed })
				who.una = false
			},
			"restore": func(t *rapid.T) {
				if rapid.IntRange(0, 3).Draw(t, "rarely") > 0 {
					t.Skip("not now")
				}
				epochs++
				check(t, d.kv.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: epochs}) }))
				for i := range all { // what was confirmed counts no more; what was asked is asked afresh, which is tried elsewhere
					if all[i].by.IsZero() && !all[i].ended {
						_, err := d.EndDelegation(all[i].id, "max")
						all[i].ended = err == nil || !all[i].open(d.clock())
					}
					all[i].ended = true
				}
				m = twoAgree{}
			},
			"restart": func(t *rapid.T) { rules := d.rules(); d.restart(t); d.SetRules(rules) },
			"": func(t *rapid.T) {
				if !fresh() || m.used {
					return
				}
				a := d.may(t, m.ticket, policy.Cancellation, "kim")
				if want := !m.refused && m.voices(who, all) >= 2; (a.Decision == policy.Allow) != want {
					t.Fatalf("%+v\nwant it allowed %v: %+v %+v %+v", a, want, m, who, all)
				}
				m.used = a.Decision == policy.Allow
			},
		}
		t.Repeat(steps)
	})
}
