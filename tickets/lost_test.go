package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/approvals"
)

// lostDesk is a desk at which somebody says that Bob lost his mailbox. Ada is the
// primary contact, Nils may manage contacts, Cid may not.
func lostDesk(t failer) (*desk, Ticket) {
	t.Helper()
	d := leadDesk(t)
	d.contact(t, "bob", func(c *clients.Contact) {
		c.Addresses, c.Permissions = append(c.Addresses, "bob@home.example"), []clients.Permission{"ask"}
	})
	check(t, d.kv.Update(func(tx kv.Tx) error {
		return errors.Join(
			clients.PutContact(tx, clients.Contact{ID: "nils", Client: "c1", Role: clients.Authorised, Status: clients.Active,
				Addresses: []string{"nils@client.example", "nils@home.example"}, Permissions: []clients.Permission{clients.Manage}}),
			clients.PutContact(tx, clients.Contact{ID: "cid", Client: "c1", Role: clients.Authorised, Status: clients.Active, Addresses: []string{"cid@client.example"}}))
	}))
	ticket, err := d.Open(OpenRequest{Lost: true, Contact: bob, Request: "Please add bob@new.example in the place of the lost mailbox. Passport seen.", Agent: "kim"})
	check(t, err)
	check(t, d.Tick())
	return d, ticket
}

// lostTo gives the latest letter that told an address of it.
func (d *desk) lostTo(t failer, to string) Letter {
	t.Helper()
	for _, l := range slices.Backward(d.letters) {
		if l.Kind == policy.NoticeLost && l.To == to {
			return l
		}
	}
	t.Fatalf("%s was told nothing", to)
	return Letter{}
}

// TestLostMailbox: nobody asks the contact; two leads agree, everybody is told
// before and after, and it waits seven days.
func TestLostMailbox(t *testing.T) {
	d, ticket := lostDesk(t)
	if ticket.Class != policy.AccountChange || ticket.Asks != nil || d.count(policy.NoticeConfirm, ticket.ID) > 0 || !ticket.Until.Equal(start.Add(30*24*time.Hour)) {
		t.Fatalf("%+v", ticket)
	}
	everybody := []string{ada, bob, "bob@home.example", "nils@client.example"}
	told := func(words string, until time.Time) {
		t.Helper()
		var to []string
		for _, l := range d.letters {
			if l.Kind == policy.NoticeLost {
				to = append(to, l.To)
				if l.Token != "" || !strings.Contains(l.Reason, words) || !l.Until.Equal(until) {
					t.Errorf("told %+v", l)
				}
			}
		}
		if slices.Sort(to); !slices.Equal(to, everybody) {
			t.Errorf("told %v, want %v", to, everybody)
		}
		d.letters = nil
	}
	told("will look", start.Add(policy.LostWait))
	check(t, d.Tick())
	if !slices.ContainsFunc(d.told, func(l Letter) bool { return l.Kind == policy.NoticeLeadApproves }) {
		t.Errorf("staff were told %+v", d.told)
	}
	hold := func(codes ...string) {
		t.Helper()
		a := d.may(t, ticket.ID, policy.AccountChange, "lee")
		if a.Decision != policy.Hold {
			t.Errorf("%+v", a)
		}
		for _, code := range codes {
			if !has(a, code) {
				t.Errorf("%+v lacks %s", a, code)
			}
		}
	}
	hold("approval_missing", "lead_approves", "waiting")
	id := d.approval(t, ticket.ID).ID
	if _, err := d.Approve(id, "kim", "I saw it"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("the opener: %v", err)
	}
	d.turn(10 * 24 * time.Hour) // it does not expire meanwhile
	check(t, d.Tick())
	_, err := d.Approve(id, "max", "passport 1234 seen by video")
	check(t, err)
	if _, err := d.Approve(id, "max", "once more"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("one lead twice: %v", err)
	}
	hold("approval_missing")
	d.turn(time.Hour)
	_, err = d.Approve(id, "pat", "contract of 2019 compared")
	check(t, err)
	hold("waiting")
	d.turn(time.Hour)
	agreed := d.clock()
	d.toldAll(t)
	told("have agreed", agreed.Add(policy.LostWait))
	hold("waiting")
	check(t, d.Tick())
	if len(d.letters) > 0 {
		t.Errorf("told again: %+v", d.letters)
	}
	d.turn(policy.LostWait - time.Second)
	hold("waiting")
	d.turn(time.Second)
	for _, lead := range []string{"max", "pat"} {
		if a := d.may(t, ticket.ID, policy.AccountChange, lead); a.Decision != policy.Hold || !has(a, "own_approval") {
			t.Errorf("by a lead who approved: %+v", a)
		}
	}
	if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Allow || a.Receipt == "" {
		t.Errorf("%+v", a)
	}
	if a := d.may(t, ticket.ID, policy.AccountChange, "kim"); a.Decision != policy.Deny || !has(a, "already_used") {
		t.Errorf("once more: %+v", a)
	}
	s := d.show(t, ticket.ID)
	if !s.Lost || len(s.Approvals) != 1 || len(s.Approvals[0].Given) != 2 || s.Approvals[0].Given[0].Reason != "passport 1234 seen by video" {
		t.Errorf("%+v", s)
	}
}

// TestLostIsStopped: a NO of whoever was told disputes it, before and after the
// leads have agreed; after it was done the client stops.
func TestLostIsStopped(t *testing.T) {
	for _, who := range []string{ada, bob, "bob@home.example", "nils@client.example"} {
		for _, when := range []string{"at once", "after the leads", "after the act"} {
			t.Run(who+"/"+when, func(t *testing.T) {
				d, ticket := lostDesk(t)
				if when != "at once" {
					d.agreed(t, ticket)
				}
				if when == "after the act" {
					if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Allow {
						t.Fatalf("%+v", a)
					}
				}
				wants(t, d.receive(t, d.reply(d.lostTo(t, who), policy.No)), map[bool]string{true: "denied", false: "other_contact"}[strings.HasPrefix(who, "bob")])
				d.state(t, ticket.ID, policy.StateDisputed)
				if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Deny || !has(a, "disputed") {
					t.Errorf("%+v", a)
				}
				if a := d.approval(t, ticket.ID); a.State != approvals.Void {
					t.Errorf("%+v", a)
				}
				check(t, d.KV().View(func(v kv.View) error {
					if by, err := StoppedBy(v, "c1"); err != nil || len(by) > 0 != (when == "after the act") {
						t.Errorf("stopped by %v, %v", by, err)
					}
					return nil
				}))
				check(t, d.Tick())
			})
		}
	}
	d, ticket := lostDesk(t)
	e := d.reply(d.lostTo(t, ada), policy.No)
	e.From = "cid@client.example" // who was told nothing and may not ask for it
	d.receive(t, e)
	d.state(t, ticket.ID, policy.StateUnconfirmed)
}

// agreed has two leads agree, everybody told and the wait pass.
func (d *desk) agreed(t failer, ticket Ticket) {
	t.Helper()
	for _, lead := range []string{"max", "pat"} {
		_, err := d.Approve(d.approval(t, ticket.ID).ID, lead, "passport seen")
		check(t, err)
	}
	d.toldAll(t)
	d.turn(policy.LostWait)
}

// toldAll has everything that tells of a lost mailbox be written, leave, and be
// seen to have left.
func (d *desk) toldAll(t failer) {
	t.Helper()
	check(t, d.Tick())
	d.send(t)
	d.turn(lookSent)
	check(t, d.Tick())
}

// TestLostAnswers: the mailbox that is said to be lost answers; leads are told, and
// nothing is confirmed by it.
func TestLostAnswers(t *testing.T) {
	d, ticket := lostDesk(t)
	d.told = nil
	wants(t, d.receive(t, d.reply(d.lostTo(t, bob), policy.Yes)), "mailbox_answers")
	check(t, d.Tick())
	d.state(t, ticket.ID, policy.StateUnconfirmed)
	if !slices.ContainsFunc(d.told, func(l Letter) bool { return l.Kind == policy.NoticeAnswers && l.To == "max@desk.example" }) {
		t.Errorf("staff were told %+v", d.told)
	}
	d.agreed(t, ticket)
	d.turn(-time.Hour)
	if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Hold || !has(a, "mailbox_answers") {
		t.Errorf("%+v", a)
	}
	if happened(d.show(t, ticket.ID), "message") == 0 {
		t.Error("the history does not say so")
	}
}

// TestLostEnds: it ends 30 days after it was opened, and nobody is told that they
// did not answer.
func TestLostEnds(t *testing.T) {
	d, ticket := lostDesk(t)
	d.turn(30*24*time.Hour - time.Second)
	check(t, d.Tick())
	d.state(t, ticket.ID, policy.StateUnconfirmed)
	d.turn(time.Second)
	check(t, d.Tick())
	d.state(t, ticket.ID, policy.StateExpired)
	if n := d.count(policy.NoticeExpired, ticket.ID) + d.count(policy.NoticeReminder, ticket.ID); n > 0 {
		t.Errorf("%d mails", n)
	}
	if _, err := d.Approve(d.approval(t, ticket.ID).ID, "max", "late"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("Approve() = %v", err)
	}
}

// TestUsedEnds: what was allowed without a yes is closed in the end, and nobody reads
// that nothing was changed; a no is heard still.
func TestUsedEnds(t *testing.T) {
	d, ticket := lostDesk(t)
	d.agreed(t, ticket)
	if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Allow {
		t.Fatalf("%+v", a)
	}
	d.turn(30 * 24 * time.Hour)
	check(t, d.Tick())
	d.state(t, ticket.ID, policy.StateClosed)
	if s := d.show(t, ticket.ID); happened(s, "expired") > 0 || s.UsedBy != "lee" {
		t.Errorf("%+v", s.History)
	}
	d.receive(t, d.reply(d.lostTo(t, ada), policy.No))
	d.state(t, ticket.ID, policy.StateDisputed)

	minor, l := d.ask(t, ada, policy.MinorChange)
	e := d.reply(l, policy.Unclear)
	d.receive(t, e)
	if a := d.may(t, minor.ID, policy.MinorChange, "lee"); a.Decision != policy.Allow {
		t.Fatalf("%+v", a)
	}
	for range 3 {
		d.turn(7 * 24 * time.Hour)
		check(t, d.Tick())
	}
	d.state(t, minor.ID, policy.StateClosed)
	if n := d.count(policy.NoticeExpired, minor.ID); n > 0 {
		t.Errorf("%d mails say that nothing was changed", n)
	}
}

// TestLostPutBack: after a restore, or a dispute of the same contact, the leads have
// to look again, and the contact is not asked.
func TestLostPutBack(t *testing.T) {
	for name, do := range map[string]func(*desk){
		"restored": func(d *desk) {
			check(t, d.kv.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: 1}) }))
		},
		"disputed": func(d *desk) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{clients.All} })
			_, l := d.ask(t, bob, policy.DNSChange)
			d.receive(t, d.reply(l, policy.No))
			check(t, d.Tick())
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, ticket := lostDesk(t)
			d.agreed(t, ticket)
			do(d)
			if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Hold || !has(a, "approval_missing") {
				t.Errorf("%+v", a)
			}
			check(t, d.Tick())
			d.agreed(t, ticket)
			if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Allow {
				t.Errorf("%+v", a)
			}
			if n := d.count(policy.NoticeConfirm, ticket.ID); n > 0 {
				t.Errorf("the contact was asked %d times", n)
			}
		})
	}
}

// TestLostStaysAsTold: such a ticket is neither edited nor asked, and takes what it
// needs to be opened.
func TestLostStaysAsTold(t *testing.T) {
	d, ticket := lostDesk(t)
	if _, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "another address", Agent: "kim"}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("Edit() = %v", err)
	}
	if _, err := d.AskAgain(ticket.ID, "kim"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("AskAgain() = %v", err)
	}
	for _, o := range []OpenRequest{
		{Lost: true, Contact: bob, Agent: "kim"},
		{Lost: true, Contact: bob, Agent: "kim", Request: "x", Class: policy.DNSChange},
		{Lost: true, Contact: "nobody@client.example", Agent: "kim", Request: "x"},
	} {
		if _, err := d.Open(o); err == nil {
			t.Errorf("Open(%+v) was done", o)
		}
	}
}

// TestLostManyAddresses: everybody is told, in parts, wherever it was cut off, and
// once more where a lead agrees meanwhile.
func TestLostManyAddresses(t *testing.T) {
	d := leadDesk(t)
	check(t, d.kv.Update(func(tx kv.Tx) error {
		for i := range 30 {
			err := clients.PutContact(tx, clients.Contact{ID: fmt.Sprint("m", i), Client: "c1", Role: clients.Authorised, Status: clients.Active,
				Addresses: []string{fmt.Sprintf("m%d@client.example", i)}, Permissions: []clients.Permission{clients.Manage}})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	ticket, err := d.Open(OpenRequest{Lost: true, Contact: bob, Request: "bob@new.example", Agent: "kim"})
	check(t, err)
	a := d.approval(t, ticket.ID)
	var all []concerned
	check(t, d.KV().View(func(v kv.View) error { all, err = d.toTell(v, ticket); return err }))
	check(t, d.kv.Update(func(tx kv.Tx) error { return d.tellOfLost(tx, a, all[:7], false) })) // and then a crash
	check(t, d.Tick())
	if n := d.count(policy.NoticeLost, ticket.ID); n != 32 {
		t.Errorf("%d were told, want 32", n)
	}
	for _, lead := range []string{"max", "pat"} {
		_, err := d.Approve(a.ID, lead, "seen")
		check(t, err)
	}
	check(t, d.kv.Update(func(tx kv.Tx) error { return d.tellOfLost(tx, a, nil, true) })) // what was seen before that
	if a := d.approval(t, ticket.ID); !a.ToldAt.IsZero() {
		t.Errorf("%+v", a)
	}
	d.toldAll(t)
	if n := d.count(policy.NoticeLost, ticket.ID); n != 64 || d.approval(t, ticket.ID).ToldAt.IsZero() {
		t.Errorf("%d were told, want 64", n)
	}
}

// TestLostIsToldWhenSent: the seven days begin when the mails that tell of it have
// left, however long they waited.
func TestLostIsToldWhenSent(t *testing.T) {
	d, ticket := lostDesk(t)
	for _, lead := range []string{"max", "pat"} {
		_, err := d.Approve(d.approval(t, ticket.ID).ID, lead, "passport seen")
		check(t, err)
	}
	for range 3 {
		check(t, d.Tick())
		d.turn(policy.LostWait)
	}
	if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Hold || !has(a, "waiting") || !has(a, "notice_waits") {
		t.Errorf("nothing has left: %+v", a)
	}
	d.toldAll(t)
	d.turn(policy.LostWait - time.Second)
	if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Hold || has(a, "notice_waits") {
		t.Errorf("within seven days: %+v", a)
	}
	d.turn(time.Second)
	if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Allow {
		t.Errorf("%+v", a)
	}
}

// TestLostIsToldThoughRefused: a mailbox that is no longer there refuses the mail
// that tells of it, and keeps nobody waiting.
func TestLostIsToldThoughRefused(t *testing.T) {
	d, ticket := lostDesk(t)
	for _, lead := range []string{"max", "pat"} {
		_, err := d.Approve(d.approval(t, ticket.ID).ID, lead, "passport seen")
		check(t, err)
	}
	check(t, d.Tick())
	for _, id := range d.due(t, true) {
		check(t, d.Outbox.Attempt(id, d.Now()))
		check(t, d.Outbox.Failed(id, "550 no such user"))
	}
	d.toldAll(t)
	if d.approval(t, ticket.ID).ToldAt.IsZero() {
		t.Error("it waits for a mailbox that is not there")
	}
}

// TestLostLeadLeaves: a lead who left after they agreed is not one of the two, and
// another takes their place, before the second has agreed and after.
func TestLostLeadLeaves(t *testing.T) {
	for _, leaves := range []string{"max", "pat"} {
		t.Run(leaves, func(t *testing.T) {
			d, ticket := lostDesk(t)
			id := d.approval(t, ticket.ID).ID
			for _, lead := range []string{"max", "pat", "mia"} {
				_, err := d.Approve(id, lead, "passport seen")
				check(t, err)
				d.toldAll(t)
				if lead == leaves {
					d.agent(t, lead, func(a *staff.Agent) { a.Disabled = true })
				}
				if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Hold || has(a, "lead_approves") != (lead != "mia") {
					t.Errorf("after %s: %+v", lead, a)
				}
			}
			if _, err := d.Approve(id, "lea", "once more"); !errors.Is(err, ErrNotAllowed) {
				t.Errorf("a third: %v", err)
			}
			d.turn(policy.LostWait - lookSent - time.Second)
			if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Hold {
				t.Errorf("the days are not over: %+v", a)
			}
			d.turn(lookSent + time.Second)
			if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Allow {
				t.Errorf("%+v", a)
			}
		})
	}
}

// TestLostChanges: by a ticket for a lost mailbox the addresses of its contact are
// changed, and nothing else, whatever its request says.
func TestLostChanges(t *testing.T) {
	name := "Bob Berg"
	for what, in := range map[string]ContactChange{
		"their address":       {Contact: bob, Change: clients.Change{AddAddresses: []string{"bob@new.example"}, RemoveAddresses: []string{bob}, First: "bob@new.example"}},
		"another's address":   {Contact: "nils@client.example", Change: clients.Change{AddAddresses: []string{"bob@new.example"}}},
		"permissions":         {Contact: bob, Change: clients.Change{Permissions: &[]clients.Permission{"ask", "approve"}}},
		"a role":              {Contact: bob, Change: clients.Change{AddAddresses: []string{"bob@new.example"}, Role: new(clients.Primary)}},
		"a name, beside that": {Contact: bob, Change: clients.Change{AddAddresses: []string{"bob@new.example"}, Name: &name}},
	} {
		t.Run(what, func(t *testing.T) {
			d, _ := lostDesk(t)
			ticket, err := d.Open(OpenRequest{Lost: true, Contact: bob, Agent: "kim",
				Request: "add bob@new.example in place of bob@client.example. And add nils@client.example. Role primary, permissions: ask; approve"})
			check(t, err)
			d.agreed(t, ticket)
			if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); a.Decision != policy.Allow {
				t.Fatalf("%+v", a)
			}
			in.Ticket, in.Agent = ticket.ID, "lee"
			_, err = d.Directory.SetContact(as("lee"), in)
			if own := what == "their address"; (err == nil) != own || !own && !strings.Contains(err.Error(), "lost mailbox of contact bob") {
				t.Errorf("SetContact() = %v", err)
			}
		})
	}
}

// TestLostTellsThePrimaryContact: however many manage contacts, after the contact
// themselves the primary contact is told first.
func TestLostTellsThePrimaryContact(t *testing.T) {
	d, ticket := lostDesk(t)
	check(t, d.kv.Update(func(tx kv.Tx) error {
		for i := range maxLostTold {
			err := clients.PutContact(tx, clients.Contact{ID: fmt.Sprint("a", i), Client: "c1", Role: clients.Authorised, Status: clients.Active,
				Addresses: []string{fmt.Sprintf("m%d@client.example", i)}, Permissions: []clients.Permission{clients.Manage}})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	check(t, d.KV().View(func(v kv.View) error {
		all, err := d.toTell(v, ticket)
		if len(all) != maxLostTold || all[0].contact != "bob" || all[1].contact != "bob" || all[2].contact != "ada" {
			t.Errorf("toTell() = %v", all[:3])
		}
		return err
	}))
}
