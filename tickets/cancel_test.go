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
	if err := d.CancelNotice(id, "max"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("a lead cancels %s: %v", id, err)
	}
	_, err := d.CheckHead("an older one")
	check(t, err)
	check(t, d.CancelNotice(id, "max"))
}
