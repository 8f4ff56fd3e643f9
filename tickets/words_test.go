package tickets

import (
	"testing"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// TestWordIsWeighed: the word that lists show, of what is read for it alone, is that
// of all that authorize weighs, at each step of a request.
func TestWordIsWeighed(t *testing.T) {
	d := memoryDesk(t, nil)
	d.set(t, bobs)
	var all []string
	same := func(step, id string, want policy.Word) {
		t.Helper()
		check(t, d.KV().View(func(v kv.View) error {
			ticket, err := load(v, id)
			check(t, err)
			counts, err := ticket.counts(v)
			check(t, err)
			weighed, err := d.weighed(v, counts)
			check(t, err)
			got := weighed.Word()
			a, err := d.weigh(v, counts, AuthorizeRequest{Class: counts.Class, Channel: policy.Email}, staff.Agent{})
			if got != a.Word() || got != want || d.show(t, id).Proof != want {
				t.Errorf("%s: %q, weighed %q, want %q", step, got, a.Word(), want)
			}
			return err
		}))
		all = append(all, id)
	}
	small := d.small(t)
	same("asked", small.ID, policy.WordNotProved)
	d.said(t, bobs, small.ID)
	same("code", small.ID, policy.WordProved)
	d.turn(policy.CodeLife)
	same("code-over", small.ID, policy.WordNotProved)

	ticket, l := d.ask(t, bob, policy.Cancellation)
	e := d.reply(l, policy.Yes)
	e.Sender = policy.Sender{Result: policy.ResultTempError}
	d.receive(t, e)
	same("waits-for-dns", ticket.ID, policy.WordNotChecked)
	d.receive(t, d.reply(l, policy.Yes))
	check(t, d.Tick())
	same("approval-missing", ticket.ID, policy.WordNotProved)
	approve := d.last(t, policy.NoticeApprove, ticket.ID)
	d.receive(t, d.reply(approve, policy.Yes))
	same("approved", ticket.ID, policy.WordProved)
	d.receive(t, d.reply(approve, policy.No))
	same("approval-refused", ticket.ID, policy.WordRefused)

	ticket, l = d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	same("confirmed", ticket.ID, policy.WordProved)
	_, err := d.CloseTicket(ticket.ID, "kim")
	check(t, err)
	same("closed", ticket.ID, policy.WordProved)
	ticket, l = d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.No))
	same("disputed", ticket.ID, policy.WordRefused)

	d.turn(policy.ProofLife)
	for _, id := range all {
		if w := d.show(t, id).Proof; w == policy.WordProved {
			t.Errorf("%s is proved for ever", id)
		}
	}
}
