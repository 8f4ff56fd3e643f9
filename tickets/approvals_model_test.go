package tickets

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// model is what must be known of a ticket to say whether it may be done: nothing of
// tokens, notices or records.
type model struct {
	revision   int
	until      time.Time // of the question that is open: the contact's, then the approvers'
	confirmed  bool
	approvedBy string
	approvedAt time.Time
	refused    bool
	over       bool
	used       time.Time
	gone       map[string]bool
}

// expires ends what nobody answered in time.
func (m *model) expires(now time.Time) {
	if !m.over && !now.Before(m.until) && (!m.confirmed || m.approvedBy == "" && !m.refused) {
		m.over = true
	}
}

func (m *model) allows(now time.Time) bool {
	return m.confirmed && !m.over && !m.refused && m.approvedBy != "" && !m.gone[m.approvedBy] && now.Before(m.approvedAt.Add(policy.ProofLife)) &&
		(m.used.IsZero() || now.Before(m.used.Add(policy.ReceiptLife)))
}

// TestApprovalModel: whatever two approvers, the contact and an agent do, in
// whatever order, late or twice and to whatever mail of ours: it is allowed when one
// of them, who still may, agreed to what is asked now, and none refused since.
func TestApprovalModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := memoryDesk(t, nil)
		second(t, d)
		check(t, d.kv.Update(func(tx kv.Tx) error {
			return clients.PutContact(tx, clients.Contact{ID: "cid", Client: "c1", Role: clients.Authorised, Status: clients.Active, Addresses: []string{"cid@client.example"}})
		}))
		ticket, _ := d.ask(t, bob, policy.Cancellation)
		m := model{revision: 1, until: d.clock().Add(168 * time.Hour), gone: map[string]bool{}}
		address := map[string]string{"ada": ada, "nils": "nils@client.example"}
		letters := map[string]Letter{} // who was asked for which revision: "ada/2"
		tick := func() {
			check(t, d.Tick())
			m.expires(d.clock())
			for who, addr := range address {
				for _, l := range d.letters {
					if key := fmt.Sprint(who, "/", m.revision); l.Kind == policy.NoticeApprove && l.To == addr && letters[key].Token == "" && m.confirmed && !seen(letters, l) {
						letters[key] = l
					}
				}
			}
		}
		steps := map[string]func(*rapid.T){
			"confirm": func(t *rapid.T) {
				d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, ticket.ID), policy.Yes))
				if !m.confirmed && !m.over {
					m.confirmed, m.until = true, d.clock().Add(168*time.Hour)
				}
				tick()
			},
			"answer": func(t *rapid.T) {
				who := rapid.SampledFrom([]string{"ada", "nils"}).Draw(t, "who")
				revision := rapid.IntRange(max(1, m.revision-1), m.revision).Draw(t, "revision")
				intent := rapid.SampledFrom([]policy.Intent{policy.Yes, policy.Yes, policy.No, policy.Unclear}).Draw(t, "intent")
				l, ok := letters[fmt.Sprint(who, "/", revision)]
				if !ok {
					t.Skip("not asked")
				}
				e := d.reply(l, intent)
				if rapid.Bool().Draw(t, "by a colleague") {
					e.From = "cid@client.example"
				}
				d.receive(t, e)
				switch {
				case e.From != l.To || m.over || !m.confirmed:
				case intent == policy.No && !m.refused: // whoever was asked, for whatever revision
					m.refused = true
				case intent == policy.Yes && revision == m.revision && m.approvedBy == "" && !m.refused && !m.gone[who]:
					m.approvedBy, m.approvedAt = who, d.clock()
				}
			},
			"edit": func(t *rapid.T) {
				_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: fmt.Sprint("words ", m.revision), Agent: "kim"})
				if (err == nil) == m.over {
					t.Fatalf("Edit() = %v, over %v", err, m.over)
				}
				if err == nil {
					m = model{revision: m.revision + 1, until: d.clock().Add(168 * time.Hour), gone: m.gone}
				}
			},
			"remove": func(t *rapid.T) {
				who := rapid.SampledFrom([]string{"ada", "nils"}).Draw(t, "who")
				if m.gone[who] {
					t.Skip("gone")
				}
				check(t, d.kv.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, who, d.clock()); return err }))
				m.gone[who] = true
			},
			"time": func(t *rapid.T) {
				d.turn(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 80 * time.Hour}).Draw(t, "by"))
				tick()
			},
			"restart": func(t *rapid.T) { d.restart(t) },
			"": func(t *rapid.T) {
				now := d.clock()
				a := d.may(t, ticket.ID, policy.Cancellation, "kim")
				if want := m.allows(now); (a.Decision == policy.Allow) != want {
					t.Fatalf("%+v\nmodel %+v", a, m)
				}
				if a.Decision == policy.Allow && m.used.IsZero() {
					m.used = now
				}
			},
		}
		t.Repeat(steps)
	})
}

func seen(letters map[string]Letter, l Letter) bool {
	for _, one := range letters {
		if one.Token == l.Token {
			return true
		}
	}
	return false
}
