package tickets

import (
	"testing"
	"time"

	"countersign/internal/token"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// told is a desk with a ticket of Bob about which he was sent a notice of that
// kind, which asks nothing.
func told(t *testing.T, kind policy.NoticeKind) (d *desk, id string, l Letter) {
	t.Helper()
	d = openDesk(t, nil)
	ticket, asked := d.ask(t, bob, policy.PasswordChange)
	switch kind {
	case "confirmed":
		d.receive(t, d.reply(asked, policy.Yes))
	case "other_address":
		e := d.reply(asked, policy.Yes)
		e.From = "bob@home.example"
		d.receive(t, e)
	case "expired":
		d.turn(400 * time.Hour)
		check(t, d.Tick())
	}
	return d, ticket.ID, d.last(t, kind, ticket.ID)
}

// byMessageID is an answer whose subject was written anew: only what it answers
// names the notice.
func byMessageID(d *desk, l Letter, intent policy.Intent) policy.Evidence {
	e := d.reply(l, intent)
	e.References, e.Subject = nil, "I am shocked"
	for _, secret := range token.Find(l.MessageID) {
		e.Tokens = append(e.Tokens, policy.Mark{Value: secret, Field: "in-reply-to"})
	}
	e.Sender.Covered = append(e.Sender.Covered, "in-reply-to")
	return e
}

// TestNoToWhatTells: a no to a notice that asks nothing is heard, by the reference
// in its subject and by its Message-ID; while it waits for DNS it holds the ticket.
func TestNoToWhatTells(t *testing.T) {
	for _, kind := range []policy.NoticeKind{"confirmed", "other_address", "expired"} {
		for _, tt := range []struct {
			name string
			no   func(*desk, Letter) policy.Evidence
		}{
			{"subject", func(d *desk, l Letter) policy.Evidence { return d.reply(l, policy.No) }},
			{"in-reply-to", func(d *desk, l Letter) policy.Evidence { return byMessageID(d, l, policy.No) }},
		} {
			t.Run(string(kind)+"/"+tt.name, func(t *testing.T) {
				d, id, l := told(t, kind)
				e := tt.no(d, l)
				proved := e.Sender
				e.Sender = unknown
				src := ledger.Source{Mailbox: "support", UIDValidity: 1, UID: 900}
				_, err := d.Inbox.Receive(e, src, []byte(e.RawHash))
				check(t, err)
				if d.dump(t)["pending/"+id] == "" {
					t.Error("it does not hold the ticket")
				}
				e.Sender = proved
				_, err = d.Inbox.Receive(e, src, nil)
				check(t, err)
				d.state(t, id, policy.StateDisputed)
			})
		}
	}
	t.Run("confirmed/set-aside", func(t *testing.T) {
		d, id, l := told(t, "confirmed")
		e := policy.Evidence{Refusals: []policy.Reason{policy.Because("too_large")}, Carried: token.Find(l.MessageID), Arrived: d.clock()}
		d.fresh(&e)
		d.receive(t, e)
		check(t, d.voidExposed())
		d.state(t, id, policy.StateConfirmed)
	})
}

// TestYesToWhatTells: a yes to a notice that asks nothing confirms nothing. To
// the one that says to answer from here, it shows who wrote and is told where to.
func TestYesToWhatTells(t *testing.T) {
	d, id, l := told(t, "other_address")
	m := d.receive(t, byMessageID(d, l, policy.Yes))
	if m.Verdict != policy.Unauthenticated || m.Decision.Reason() != "not_bound" {
		t.Errorf("%s %v", m.Verdict, m.Reasons)
	}
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "no_token")
	d.state(t, id, policy.StateAuthenticated)
	if d.count("answer_here", id) != 1 {
		t.Error("it is not told where to say yes")
	}
}
