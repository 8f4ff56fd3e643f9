package tickets

import (
	"errors"
	"testing"

	"countersign/policy"
)

// TestSecurityCantBeCanceled: nobody keeps from a contact what tells them of their
// answer, but for what an older copy of the store has left over.
func TestSecurityCantBeCanceled(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, ada, policy.PasswordChange)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	id := ""
	for _, o := range d.outbox(t, ticket.ID) {
		if o.Kind == "confirmed" {
			id = o.ID
		}
	}
	if err := d.Outbox.Cancel(id, "max"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("a lead cancels %s: %v", id, err)
	}
	_, err := d.Log.CheckHead("an older one")
	check(t, err)
	check(t, d.Outbox.Cancel(id, "max"))
}

// TestNoCantBeKeptFromStaff: a lead who opened a ticket can't take back what tells
// the others that the customer said no to it.
func TestNoCantBeKeptFromStaff(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	wants(t, d.receive(t, d.reply(l, policy.No)), "denied")
	wantMails(t, d, "said_no kim", "said_no max")
	n := 0
	for _, o := range d.outbox(t, ticket.ID) {
		if o.Agent == "" {
			continue
		}
		n++
		if err := d.Outbox.Cancel(o.ID, "max"); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("%s to %s is canceled: %v", o.Kind, o.Agent, err)
		}
	}
	if n != 2 {
		t.Errorf("%d mails to staff", n)
	}
}
