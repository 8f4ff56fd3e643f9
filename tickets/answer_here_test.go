package tickets

import (
	"testing"

	"countersign/policy"
)

// TestAnswerHere: a yes that came with the reference alone, as in a new mail with
// the Subject typed off, is answered once by a question to reply to, and the
// reply to that one counts.
func TestAnswerHere(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, ada, policy.PasswordChange)
	for range 3 {
		e := d.reply(l, policy.Yes)
		e.Tokens, e.Recipients, e.Threads = nil, nil, nil
		wants(t, d.receive(t, e), "no_token")
	}
	d.state(t, ticket.ID, policy.StateAuthenticated)
	if n := d.count("answer_here", ticket.ID); n != 1 {
		t.Fatalf("%d notices say where to answer, want 1", n)
	}
	here := d.last(t, "answer_here", ticket.ID)
	if here.Token == "" || here.Token == l.Token || here.To != ada {
		t.Errorf("the notice to %s has token %q", here.To, here.Token)
	}
	wants(t, d.receive(t, d.reply(here, policy.Yes)), "confirmed")
	d.state(t, ticket.ID, policy.StateConfirmed)
}
