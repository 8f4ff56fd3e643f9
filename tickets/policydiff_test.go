package tickets

import (
	"slices"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// TestPolicyDiff: the answers of a time are judged again by other rules, and open
// tickets say what they would be asked for; nothing is changed by it.
func TestPolicyDiff(t *testing.T) {
	d := memoryDesk(t, nil)
	old, l := d.ask(t, bob, policy.ServerChange)
	d.receive(t, d.reply(l, policy.Yes))
	d.may(t, old.ID, policy.ServerChange, "kim")
	d.turn(40 * 24 * time.Hour)
	since := d.Now()
	opened := func(class policy.Class, subject string) (Ticket, Letter) {
		t.Helper()
		ticket, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: class, Subject: subject, Agent: "kim"})
		check(t, err)
		return ticket, d.last(t, "confirm", ticket.ID)
	}
	allowed, l := opened(policy.ServerChange, "Delete web2")
	d.may(t, allowed.ID, policy.ServerChange, "kim") // deny, and stays so
	d.receive(t, d.reply(l, policy.Yes))
	d.may(t, allowed.ID, policy.ServerChange, "kim")
	other, l := opened(policy.PasswordChange, "Reset web1")
	d.receive(t, d.reply(l, policy.Yes))
	d.may(t, other.ID, policy.PasswordChange, "kim")
	open, _ := opened(policy.ServerChange, "Delete web2, too")
	opened(policy.PasswordChange, "Reset web3") // is asked for the same

	before := d.dump(t)
	var all []PolicyChange
	diff := func(rules policy.Rules) PolicyDiff {
		t.Helper()
		all = nil
		sum, err := d.PolicyDiff(since, rules, func(c PolicyChange) error { all = append(all, c); return nil })
		check(t, err)
		return sum
	}
	got := diff(strict())
	want := PolicyDiff{Kind: KindSummary, Since: since, Policy: "sha256:strict", Running: "built-in", Decisions: 3, Changed: 1, Same: 2, Open: 2, More: 1}
	if got != want || len(all) != 2 {
		t.Fatalf("PolicyDiff = %+v, want %+v; %+v", got, want, all)
	}
	if c := all[0]; c.Kind != KindDecision || c.Ticket != allowed.ID || c.Agent != "kim" || c.Then != policy.Allow || c.Now != policy.Hold || c.Rule != "approval" || !slices.Contains(c.Rules, "deleting needs a second person (policy.toml:31)") || !c.At.Equal(since) {
		t.Errorf("changed: %+v", c)
	}
	if c := all[1]; c.Kind != KindOpen || c.Ticket != open.ID || !slices.Equal(c.Adds, []string{"1 approval by other contacts", "a wait of 1h0m0s"}) || c.Drops != nil {
		t.Errorf("open: %+v", c)
	}
	if got = diff(policy.Rules{}); got.Changed != 0 || got.Same != 3 || len(all) != 0 {
		t.Errorf("by the rules in force: %+v %+v", got, all)
	}
	if after := d.dump(t); len(after) != len(before) {
		t.Errorf("it wrote %d keys", len(after)-len(before))
	}

	// Where those in force demand more, the answers are judged by what they were.
	d.SetRules(strict())
	if got = diff(policy.Rules{}); got.Changed != 0 || got.Less != 1 || got.Running != "sha256:strict" {
		t.Errorf("back to what is built in: %+v %+v", got, all)
	}

	// A record that can't be read keeps nothing else back.
	check(t, d.engine.Update(func(tx kv.Tx) error { return tx.Put(decisionPrefix+kv.Due(since)+"/T-0/0", []byte("{")) }))
	if got = diff(strict()); got.Unread != 1 || got.Changed != 1 || got.Decisions != 4 {
		t.Errorf("beside a record that can't be read: %+v", got)
	}
}

// TestPolicyDiffOfMany: it looks at every answer once, however many pages there are.
func TestPolicyDiffOfMany(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, _ := d.ask(t, bob, policy.DNSChange)
	n := 2*diffPage + 1
	for range n {
		d.may(t, ticket.ID, policy.DNSChange, "kim")
		d.turn(countedFor)
	}
	if got, err := d.PolicyDiff(start, strict(), func(PolicyChange) error { return nil }); err != nil || got.Same != n {
		t.Errorf("PolicyDiff = %+v, %v, want %d", got, err, n)
	}
}
