package tickets

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

const nils = "nils@client.example"

// lockDesk is a desk whose client c1 has Nils, too, who may approve; Lea and Max lead.
func lockDesk(t failer) *desk {
	d := memoryDesk(t, nil)
	check(t, d.kv.Update(func(tx kv.Tx) error {
		lea := staff.Agent{ID: "lea", Role: staff.RoleLead, Email: "lea@desk.example", Authorities: []string{staff.All}}
		_, err := staff.Add(tx, lea)
		return errors.Join(err, clients.PutContact(tx, clients.Contact{ID: "nils", Name: "Nils", Client: "c1", Role: clients.Authorised, Status: clients.Active,
			Addresses: []string{nils}, Permissions: []clients.Permission{"ask", clients.Approve}}))
	}))
	return d
}

func (d *desk) lockIt(t failer, agent string) ShownLock {
	t.Helper()
	l, err := d.LockClient(By{}, LockRequest{Client: "c1", Agent: agent, Reason: "her laptop is gone"})
	check(t, err)
	check(t, d.Tick())
	return l
}

// agreesToOpen is the proved yes of a contact who was asked whether the lock shall be
// opened.
func (d *desk) agreesToOpen(t failer, who string) {
	t.Helper()
	check(t, d.Tick())
	wants(t, d.receive(t, d.reply(d.letterTo(t, policy.NoticeUnlock, who), policy.Yes)), "unlock_agreed")
	check(t, d.Tick())
}

func (d *desk) unlock1(t failer, agent string, hours int) (ShownLock, error) {
	t.Helper()
	l, err := d.Unlock(By{}, UnlockRequest{Client: "c1", Agent: agent, Hours: hours, Reason: "called them back"})
	check(t, d.Tick())
	return l, err
}

// proved is a password-change of Bob's that is confirmed, and was asked before any lock.
func (d *desk) proved(t failer, contact string) string {
	t.Helper()
	ticket, l := d.ask(t, contact, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	return ticket.ID
}

func (d *desk) mayLocked(t *testing.T, id, agent string, want policy.Code) {
	t.Helper()
	a := d.may(t, id, policy.PasswordChange, agent)
	if want == "" && a.Decision != policy.Allow || want != "" && (a.Decision != policy.Deny || a.Reasons[0].Code != want) {
		t.Fatalf("%s by %s: %s %v, want %q", id, agent, a.Decision, a.Reasons, want)
	}
}

// TestLockClient: what is privileged is denied at once, also where it was allowed a
// moment ago; whoever may open it, and the leads, are told.
func TestLockClient(t *testing.T) {
	d := lockDesk(t)
	id, other := d.proved(t, bob), d.proved(t, eve)
	d.mayLocked(t, id, "kim", "")
	l := d.lockIt(t, "lea")
	if !l.Locked || l.Open || l.By != "lea" || l.Reason == "" {
		t.Errorf("%+v", l)
	}
	d.mayLocked(t, id, "kim", policy.CodeClientLocked) // no receipt again
	d.mayLocked(t, other, "kim", "")
	if a := d.may(t, id, policy.Question, "kim"); a.Decision != policy.Allow {
		t.Errorf("a question: %+v", a)
	}
	for _, who := range []string{ada, bob, nils} {
		n := 0
		for _, letter := range d.letters {
			if letter.Kind == policy.NoticeLocked && letter.To == who {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s was told %d times", who, n)
		}
	}
	if d.count(policy.NoticeLocked, l.Ticket) != 3 {
		t.Errorf("%d were told", d.count(policy.NoticeLocked, l.Ticket))
	}
	told := map[string]bool{}
	for _, letter := range d.told {
		told[letter.To] = told[letter.To] || strings.Contains(letter.Reason, "was locked by lea")
	}
	if !told["max@desk.example"] || told["lea@desk.example"] {
		t.Errorf("told %v", told)
	}
	c, err := d.Check(CheckRequest{Contact: bob, Channel: policy.Email, Agent: "kim"})
	check(t, err)
	if len(c.Check.ByMail) > 0 && c.Check.ByMail[0].Privileged() || len(c.Check.Not) == 0 || c.Check.Not[0].Reasons[0].Code != policy.CodeClientLocked {
		t.Errorf("check: %+v", c.Check)
	}
	check(t, d.KV().View(func(v kv.View) error {
		who, _, err := clients.Get(v, "bob")
		check(t, err)
		why, err := d.Directory.Barred(v, who)
		if len(why) == 0 || why[0].Code != policy.CodeClientLocked {
			t.Errorf("contact show: %v", why)
		}
		return err
	}))
}

// TestLockedByALead: it takes a lead who counts, a reason and a client that is there.
func TestLockedByALead(t *testing.T) {
	d := lockDesk(t)
	for _, tt := range []struct {
		name string
		in   LockRequest
		want error
	}{
		{"agent", LockRequest{"c1", "kim", "so"}, ErrNotAllowed},
		{"nobody", LockRequest{"c1", "joe", "so"}, ErrNoAgent},
		{"no-client", LockRequest{"c9", "lea", "so"}, ErrNoClient},
		{"no-reason", LockRequest{"c1", "lea", " "}, new(InvalidError)},
	} {
		_, err := d.LockClient(By{}, tt.in)
		if _, invalid := errors.AsType[*InvalidError](err); !errors.Is(err, tt.want) && !(tt.name == "no-reason" && invalid) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	d.lockIt(t, "lea")
	if _, err := d.unlock1(t, "kim", 2); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("an agent opens it: %v", err)
	}
}

// TestLockFollows: who was locked with their client stays so under whatever client
// they stand later, and is opened with it.
func TestLockFollows(t *testing.T) {
	d := lockDesk(t)
	d.lockIt(t, "lea")
	d.contact(t, "bob", func(c *clients.Contact) { c.Client = "c2" })
	id := d.proved(t, eve)
	d.mayLocked(t, id, "kim", "")
	check(t, d.KV().View(func(v kv.View) error {
		c, _, err := clients.Get(v, "bob")
		check(t, err)
		if all, err := d.locksFor(v, "c2", c); err != nil || len(all) != 1 || all[0].Client != "c1" {
			t.Errorf("%v, %v", all, err)
		}
		return nil
	}))
	if _, err := d.unlock1(t, "lea", 2); err != nil {
		t.Fatal(err)
	}
	d.agreesToOpen(t, ada)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	d.mayLocked(t, ticket.ID, "kim", "")
	d.turn(2 * time.Hour)
	d.mayLocked(t, ticket.ID, "kim", policy.CodeClientLocked)
}

// TestLockAsksNothing: while a client is locked nobody is asked for what is privileged,
// be it opened, edited, asked again or reminded of; while it is open, who wants to act
// has them asked.
func TestLockAsksNothing(t *testing.T) {
	d := lockDesk(t)
	old, _ := d.ask(t, bob, policy.PasswordChange)
	d.lockIt(t, "lea")
	asks := func() (n int) {
		for _, l := range d.letters {
			if l.Kind.Terms().Asks && l.Kind != policy.NoticeUnlock {
				n++
			}
		}
		return n
	}
	before := asks()
	fresh, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.PasswordChange, Subject: "New password", Agent: "kim"})
	check(t, err)
	if s := d.show(t, fresh.ID); !s.Unasked {
		t.Errorf("%+v", s)
	}
	_, err = d.Edit(EditRequest{Ticket: fresh.ID, Request: "Another one", Agent: "kim"})
	check(t, err)
	if _, err = d.AskAgain(fresh.ID, "kim"); !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), "client_locked") {
		t.Errorf("asked again: %v", err)
	}
	d.mayLocked(t, fresh.ID, "kim", policy.CodeClientLocked)
	d.turn(49 * time.Hour)
	check(t, d.Tick()) // the reminder of the old one
	if asks() != before {
		t.Errorf("%d were asked: %+v", asks()-before, d.letters)
	}
	if _, err = d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.MinorChange, Subject: "A colour", Agent: "kim"}); err != nil || asks() != before+1 {
		t.Errorf("a small change is asked: %v", err)
	}
	if _, err := d.unlock1(t, "lea", 2); err != nil {
		t.Fatal(err)
	}
	d.agreesToOpen(t, ada)
	d.mayLocked(t, fresh.ID, "kim", policy.CodeAskedAfresh)
	d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, fresh.ID), policy.Yes))
	d.mayLocked(t, fresh.ID, "kim", "")
	d.state(t, old.ID, policy.StateUnconfirmed)
}

// TestLockAsksNoApprover: nor is anybody asked to approve, until it is open.
func TestLockAsksNoApprover(t *testing.T) {
	d := lockDesk(t)
	ticket, l := d.ask(t, bob, policy.SubscriptionChange)
	d.lockIt(t, "lea")
	d.receive(t, d.reply(l, policy.Yes)) // it was asked before, and may be answered
	check(t, d.Tick())
	if n := d.count(policy.NoticeApprove, ticket.ID); n != 0 {
		t.Fatalf("%d were asked", n)
	}
	if all := d.show(t, ticket.ID).Approvals; len(all) != 1 || !strings.Contains(all[0].Blocked, "locked") {
		t.Errorf("%+v", all)
	}
	_, err := d.unlock1(t, "lea", 2)
	check(t, err)
	d.agreesToOpen(t, ada)
	if n := d.count(policy.NoticeApprove, ticket.ID); n != 2 {
		t.Errorf("%d were asked when it was open", n)
	}
	d.turn(100 * time.Hour)
	check(t, d.Tick())
	if n := d.count(policy.NoticeApproveReminder, ticket.ID); n != 0 {
		t.Errorf("%d were reminded when it was shut", n)
	}
	_, err = d.unlock1(t, "lea", 2)
	check(t, err)
	d.agreesToOpen(t, ada)
	if n := d.count(policy.NoticeApproveReminder, ticket.ID); n != 2 {
		t.Errorf("%d were reminded when it was open", n)
	}
	d.receive(t, d.reply(d.letterTo(t, policy.NoticeApprove, nils), policy.Yes))
	if a := d.may(t, ticket.ID, policy.SubscriptionChange, "kim"); a.Decision != policy.Allow {
		t.Errorf("%+v", a)
	}
}

// TestNobodyLeavesALock: no import moves anybody out of a client that is locked, be the
// lock open or not.
func TestNobodyLeavesALock(t *testing.T) {
	d := lockDesk(t)
	d.lockIt(t, "lea")
	for _, open := range []bool{false, true} {
		if open {
			_, err := d.unlock1(t, "lea", 2)
			check(t, err)
			d.agreesToOpen(t, ada)
		}
		r := d.importFile(t, ImportFile{Kind: ImportContacts, Name: "people.csv", AllowMove: true,
			CSV: []byte("client,client_name,email,name,role,permissions,language\nc2,,bob@client.example,Bob,authorised,ask,\n")})
		if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Text, "stopped or locked") {
			t.Errorf("open %v: %+v", open, r.Problems)
		}
	}
}
