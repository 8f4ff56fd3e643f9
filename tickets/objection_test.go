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
	"countersign/mailer"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/outbox"
)

// heard gives to whom letters of a kind went for a ticket, in order.
func (d *desk) heard(kind policy.NoticeKind, ticket string) (all []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.letters {
		if l.Kind == kind && l.Ticket == ticket {
			all = append(all, l.To)
		}
	}
	slices.Sort(all)
	return all
}

// letter gives the letter of a kind that went to an address.
func (d *desk) letter(t *testing.T, kind policy.NoticeKind, to string) Letter {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range slices.Backward(d.letters) {
		if l.Kind == kind && l.To == to {
			return l
		}
	}
	t.Fatalf("no letter %s to %s", kind, to)
	return Letter{}
}

func (d *desk) stoppedBy(t *testing.T, client string) (by []string) {
	t.Helper()
	check(t, d.KV().View(func(v kv.View) (err error) { by, err = StoppedBy(v, client); return err }))
	return by
}

// TestChangeAsked: once a change of the account is confirmed, all other addresses of
// its contact and the primary contact hear of it, once; a no of any of them ends it.
func TestChangeAsked(t *testing.T) {
	const second, third = "bob@second.example", "bob@third.example"
	start := func(t *testing.T) (*desk, Ticket) {
		d := memoryDesk(t, nil)
		d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, second, third) })
		ticket, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.AccountChange, Subject: "Another address", Request: adding, Agent: "kim"})
		check(t, err)
		if check(t, d.Tick()); len(d.heard(policy.NoticeChangeAsked, ticket.ID)) > 0 {
			t.Fatal("told of what nobody has confirmed")
		}
		wants(t, d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes)), "confirmed")
		check(t, d.Tick())
		check(t, d.Tick())
		return d, ticket
	}
	d, ticket := start(t)
	if got := d.heard(policy.NoticeChangeAsked, ticket.ID); !slices.Equal(got, []string{ada, second, third}) {
		t.Errorf("told %v", got)
	}
	l := d.letter(t, policy.NoticeChangeAsked, third)
	if l.Request != adding || l.Token != "" || !strings.Contains(l.Reason, "28 November 2026, 09:00 UTC") {
		t.Errorf("%+v", l)
	}
	for _, from := range []string{ada, second, third} {
		d, ticket := start(t)
		wants(t, d.receive(t, d.reply(d.letter(t, policy.NoticeChangeAsked, from), policy.No)), map[bool]string{true: "other_contact", false: "denied"}[from == ada])
		d.state(t, ticket.ID, policy.StateDisputed)
	}
	d, ticket = start(t)
	for _, from := range []string{ada, second} {
		d.receive(t, d.reply(d.letter(t, policy.NoticeChangeAsked, from), policy.Yes))
	}
	d.state(t, ticket.ID, policy.StateConfirmed)
	if s := d.show(t, ticket.ID); slices.ContainsFunc(s.Proofs, func(p policy.Proof) bool { return p.Kind == policy.ProofReply && p.Address != bob }) {
		t.Errorf("a yes to what only tells gave a proof: %+v", s.Proofs)
	}

	// what nobody wants any more by then is not told
	d = memoryDesk(t, nil)
	ticket, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.AccountChange, Subject: "Another address", Request: adding, Agent: "kim"})
	check(t, err)
	wants(t, d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes)), "confirmed")
	_, err = d.Edit(EditRequest{Ticket: ticket.ID, Request: "Something else", Agent: "kim"})
	check(t, err)
	check(t, d.Tick())
	if got := d.heard(policy.NoticeChangeAsked, ticket.ID); len(got) > 0 {
		t.Errorf("told %v of what was edited", got)
	}
}

// changedDesk is a desk where Bob's address was changed end to end.
func changedDesk(t *testing.T) (*desk, ContactChanged) {
	t.Helper()
	d := memoryDesk(t, nil)
	d.contact(t, "bob", func(c *clients.Contact) { c.Language = "nb" })
	ticket := d.allowed(t, bob, adding)
	out, err := d.Directory.SetContact(as("kim"), ContactChange{Contact: bob, Change: clients.Change{AddAddresses: []string{home}, RemoveAddresses: []string{bob}}, Ticket: ticket.ID})
	check(t, err)
	check(t, d.Tick())
	return d, out
}

// TestChanged: after a change of address the old one and the primary contact are
// told; from the old one nothing is proved any more, and for thirty days a no from
// it stops the client and alarms a lead, who reads what was changed.
func TestChanged(t *testing.T) {
	d, out := changedDesk(t)
	if got := d.heard(policy.NoticeChanged, out.Ticket); !slices.Equal(got, []string{ada, bob}) || out.Told != 2 {
		t.Fatalf("told %v, %d", got, out.Told)
	}
	l := d.letter(t, policy.NoticeChanged, bob)
	for _, want := range []string{"b***@home.example added", "b***@client.example taken off", "our mail goes to b***@home.example"} {
		if !strings.Contains(l.Request, want) {
			t.Errorf("told %q, want %q", l.Request, want)
		}
	}
	if !strings.Contains(l.Reason, "Until 28 December 2026, 09:00 UTC a NO") || l.Token != "" {
		t.Errorf("%+v", l)
	}
	if c := d.person(t, home); c.Addresses[0] != home || !c.LeftLately(bob, d.Now()) {
		t.Errorf("%+v", c)
	}
	_, asked := d.ask(t, home, policy.PasswordChange)
	wants(t, d.receive(t, d.reply(asked, policy.Yes)), "cooling")
	old := d.reply(asked, policy.Yes)
	old.From = bob
	wants(t, d.receive(t, old), "other_address")

	for _, tt := range []struct {
		name   string
		after  time.Duration
		spoil  func(*desk, *policy.Evidence)
		reason string
		stops  bool
	}{
		{"at-once", 0, func(*desk, *policy.Evidence) {}, "unknown_sender", true},
		{"primary", 0, func(d *desk, e *policy.Evidence) { *e = d.reply(d.letter(t, policy.NoticeChanged, ada), policy.No) }, "other_contact", true},
		{"primary-after-long", 100 * 24 * time.Hour, func(d *desk, e *policy.Evidence) { *e = d.reply(d.letter(t, policy.NoticeChanged, ada), policy.No) }, "other_contact", true},
		{"last-moment", 30*24*time.Hour - time.Millisecond, func(*desk, *policy.Evidence) {}, "unknown_sender", true},
		{"last-moment-waiting-for-dns", 30*24*time.Hour - time.Minute, func(d *desk, e *policy.Evidence) {
			e.Arrived = d.clock()
			d.turn(time.Hour)
		}, "unknown_sender", true},
		{"in-the-language-of-then", time.Hour, func(d *desk, e *policy.Evidence) {
			_, err := d.Directory.SetContact(as("max"), ContactChange{Contact: home, Change: clients.Change{Language: new("en")}})
			check(t, err)
			e.Answer = policy.Answer{Intent: policy.Unclear}.But(policy.No, "nb")
		}, "unknown_sender", true},
		{"after-thirty-days", 30 * 24 * time.Hour, func(*desk, *policy.Evidence) {}, "unknown_sender", false},
		{"unproved", 0, func(_ *desk, e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} }, "not_aligned", false},
		{"from-elsewhere", 0, func(_ *desk, e *policy.Evidence) { e.From = "x@evil.example" }, "unknown_sender", false},
		{"machine", 0, func(_ *desk, e *policy.Evidence) { e.Kind = policy.KindAutoReply }, "auto_reply", false},
		{"yes", 0, func(_ *desk, e *policy.Evidence) { e.Answer.Intent = policy.Yes }, "unknown_sender", false},
		{"somebody-elses-by-now", time.Hour, func(d *desk, _ *policy.Evidence) {
			d.contact(t, "eve", func(c *clients.Contact) { c.Addresses = append(c.Addresses, bob) })
		}, "token_superseded", true},
		{"staffs-domain-by-now", time.Hour, func(d *desk, _ *policy.Evidence) {
			d.contact(t, "ada", func(c *clients.Contact) { c.Addresses = []string{"ada@elsewhere.example"} })
			_, err := d.Directory.AddAgent(root, staff.Agent{ID: "zed", Role: staff.RoleAgent, Email: "zed@client.example"})
			check(t, err)
		}, "staff_address", true},
		{"after-a-restore", 0, func(d *desk, _ *policy.Evidence) {
			check(t, d.engine.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: 1}) }))
		}, "unknown_sender", true},
		{"new-address", 0, func(d *desk, e *policy.Evidence) {
			*e = d.reply(d.last(t, "confirm", out.Ticket), policy.No)
			e.From = home
		}, "token_superseded", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, out := changedDesk(t)
			d.turn(tt.after)
			e := d.reply(d.letter(t, policy.NoticeChanged, bob), policy.No)
			tt.spoil(d, &e)
			if m := d.receive(t, e); string(m.Decision.Reason()) != tt.reason {
				t.Errorf("%v, want %s", m.Reasons, tt.reason)
			}
			check(t, d.Tick())
			if by := d.stoppedBy(t, "c1"); slices.Contains(by, out.Ticket) != tt.stops {
				t.Fatalf("stopped by %v, want %v", by, tt.stops)
			}
			if !tt.stops {
				return
			}
			d.state(t, out.Ticket, policy.StateDisputed)
			i := slices.IndexFunc(d.told, func(l Letter) bool { return l.Kind == policy.NoticeStopped && l.To == "max@desk.example" })
			if i < 0 || !strings.Contains(d.told[i].Reason, "b***@home.example added") || !strings.Contains(d.told[i].Reason, "contact show bob, then contact set, remove or import.") {
				t.Errorf("the lead is told %+v", d.told)
			}
			if s := d.show(t, out.Ticket); !strings.Contains(s.History[len(s.History)-1].Text, "b***@home.example added") && happened(s, "disputed") != 1 {
				t.Errorf("%+v", s.History)
			}
		})
	}
}

// TestChangedByALead: who changed the file has no say in whether the stop of that ends,
// and is not the only one to hear of it.
func TestChangedByALead(t *testing.T) {
	d := memoryDesk(t, nil)
	check(t, d.engine.Update(func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "ida", Role: staff.RoleAdmin, Email: "ida@desk.example"})
		return err
	}))
	ticket := d.approved(t, bob, adding)
	d.may(t, ticket.ID, policy.AccountChange, "max")
	_, err := d.Directory.SetContact(as("max"), ContactChange{Contact: bob, Change: clients.Change{AddAddresses: []string{home}}, Ticket: ticket.ID})
	check(t, err)
	check(t, d.Tick())
	d.receive(t, d.reply(d.letter(t, policy.NoticeChanged, ada), policy.No))
	check(t, d.Tick())
	if !slices.ContainsFunc(d.told, func(l Letter) bool { return l.Kind == policy.NoticeStopped && l.To == "ida@desk.example" }) {
		t.Errorf("told %+v", d.told)
	}
	if _, err := d.Lift(ticket.ID, "max", "all is well"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("max lifted it: %v", err)
	}
	if _, err := d.Lift(ticket.ID, "ida", "all is well"); err != nil {
		t.Error(err)
	}
}

// TestLeftIsToldAlone: what waits for an address that has left the file is not sent
// any more, but for what tells it just that.
func TestLeftIsToldAlone(t *testing.T) {
	d := memoryDesk(t, nil)
	_, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes)) // and "confirmed" waits, too
	out, err := d.Directory.RemoveContact(as("max"), bob, "", false)
	check(t, err)
	check(t, d.Tick())
	check(t, d.Tick())
	states := map[policy.NoticeKind]string{}
	for _, o := range d.outbox(t, "") {
		if o.To == bob {
			states[o.Kind] = string(o.State)
		}
	}
	if states[policy.NoticeConfirm] != string(outbox.Canceled) || states[policy.NoticeConfirmed] != string(outbox.Canceled) || states[policy.NoticeChanged] != string(outbox.Queued) {
		t.Errorf("%v", states)
	}
	if out.Told != 2 || d.count(policy.NoticeChanged, out.Ticket) != 2 {
		t.Errorf("%+v", out)
	}
	d.turn(30 * 24 * time.Hour)
	check(t, d.Tick())
	for _, o := range d.outbox(t, out.Ticket) {
		if o.To == bob && o.State != outbox.Canceled {
			t.Errorf("after thirty days: %+v", o)
		}
	}
}

// TestRemoved: a lead takes a contact off the file: their open questions die, they
// and the primary contact are told, and a no of theirs stops what can do harm.
func TestRemoved(t *testing.T) {
	d := memoryDesk(t, nil)
	asked, l := d.ask(t, bob, policy.PasswordChange)
	if _, err := d.Directory.RemoveContact(as("kim"), bob, "", false); err == nil {
		t.Error("an agent removed a contact")
	}
	dry, err := d.Directory.RemoveContact(as("max"), bob, "", true)
	if err != nil || d.person(t, bob).Status == clients.Removed {
		t.Fatalf("%+v, %v", dry, err)
	}
	out, err := d.Directory.RemoveContact(as("max"), bob, "", false)
	check(t, err)
	if dry.Told != out.Told || out.Told != 2 || out.Contact.Status != clients.Removed || !out.Contact.Ended.Equal(d.Now()) {
		t.Errorf("%+v, tried %+v", out, dry)
	}
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "contact_removed")
	d.state(t, asked.ID, policy.StateUnconfirmed)
	check(t, d.Tick())
	d.receive(t, d.reply(d.letter(t, policy.NoticeChanged, bob), policy.No))
	d.state(t, out.Ticket, policy.StateDisputed)
	if by := d.stoppedBy(t, "c1"); !slices.Contains(by, out.Ticket) {
		t.Errorf("stopped by %v", by)
	}
	if _, err := d.Directory.RemoveContact(as("max"), bob, "", false); err == nil {
		t.Error("removed twice")
	}
}

// TestTakenBack: whoever takes back what cools ends the cooling, without a ticket.
func TestTakenBack(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket := d.allowed(t, bob, adding)
	in := ContactChange{Contact: bob, Change: clients.Change{AddAddresses: []string{home}, First: home}, Ticket: ticket.ID}
	_, err := d.Directory.SetContact(as("kim"), in)
	check(t, err)
	d.turn(time.Hour)
	back := ContactChange{Contact: bob, Change: clients.Change{RemoveAddresses: []string{home}}}
	out, err := d.Directory.SetContact(as("max"), back)
	if err != nil || len(out.Cools) > 0 || len(out.Widens) > 0 || d.person(t, bob).Addresses[0] != bob {
		t.Fatalf("%+v, %v", out, err)
	}
	_, l := d.ask(t, bob, policy.PasswordChange)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
}

// TestFirstTakenAway: where the first address is taken off, our mail goes to another:
// that widens who can prove, however long that one has been on file.
func TestFirstTakenAway(t *testing.T) {
	d := memoryDesk(t, nil)
	d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = []string{bob, home} })
	if out, err := d.Directory.SetContact(as("max"), ContactChange{Contact: bob, Change: clients.Change{RemoveAddresses: []string{bob}}}); err == nil || !strings.Contains(err.Error(), "first b***@home.example") {
		t.Errorf("%+v, %v", out, err)
	}
	out, err := d.Directory.SetContact(as("max"), ContactChange{Contact: bob, Change: clients.Change{RemoveAddresses: []string{home}}})
	if err != nil || out.Told != 3 {
		t.Errorf("%+v, %v", out, err)
	}
}

// TestMovedIsNotTold: an address that an import moves to somebody else hears
// nothing of what was done to whom it was before; what is left to them does, and
// else their primary contact.
func TestMovedIsNotTold(t *testing.T) {
	const second = "ada@second.example"
	for line, want := range map[string][]string{
		"c2,,bob@client.example,Bob,,all,\n": {ada, eve},
		"c2,,ada@client.example,Ada,,all,\n": {second, eve},
	} {
		d := memoryDesk(t, nil)
		d.contact(t, "ada", func(c *clients.Contact) { c.Addresses = append(c.Addresses, second) })
		d.imports(t, line)
		check(t, d.Tick())
		check(t, d.Tick())
		var to []string
		for _, l := range d.letters {
			if l.Kind == policy.NoticeChanged {
				to = append(to, l.To)
			}
		}
		if slices.Sort(to); !slices.Equal(to, want) {
			t.Errorf("%s: told %v, want %v", line, to, want)
		}
	}
}

// TestMovedMeanwhile: nor does an address that is somebody else's by the time that
// it would be told, be the mail written by then or not.
func TestMovedMeanwhile(t *testing.T) {
	for _, written := range []bool{false, true} {
		d := memoryDesk(t, nil)
		ticket := d.allowed(t, bob, adding)
		_, err := d.Directory.SetContact(as("kim"), ContactChange{Contact: bob, Change: clients.Change{AddAddresses: []string{home}, RemoveAddresses: []string{bob}}, Ticket: ticket.ID})
		check(t, err)
		if written {
			check(t, d.Tick())
		}
		d.contact(t, "eve", func(c *clients.Contact) { c.Addresses = append(c.Addresses, bob) })
		check(t, d.Tick())
		for _, o := range d.outbox(t, ticket.ID) {
			if o.Kind == policy.NoticeChanged && o.To == bob && o.State != outbox.Canceled {
				t.Errorf("written before: %v; %+v", written, o)
			}
		}
		if got := d.heard(policy.NoticeChanged, ticket.ID); slices.Contains(got, bob) != written || !slices.Contains(got, ada) {
			t.Errorf("written before: %v; told %v", written, got)
		}
	}
}

// TestLongChangeIsTold: a change is told however long it was made, and what is new
// stands before what is cut off.
func TestLongChangeIsTold(t *testing.T) {
	var d *desk
	d = memoryDesk(t, func(o *Options) {
		o.Fits = mailer.Fits
		o.Compose = func(l Letter) ([]byte, error) {
			if err := mailer.Fits(l.Request); err != nil {
				return nil, err
			}
			return d.compose(l)
		}
	})
	var many []clients.Permission
	for i := range 30 {
		var services []string
		for j := range 16 {
			services = append(services, fmt.Sprintf("%s-%02d-%02d", strings.Repeat("x", 50), i, j))
		}
		many = append(many, clients.Permission("ask:"+strings.Join(services, ",")))
	}
	d.contact(t, "bob", func(c *clients.Contact) {
		c.Name = strings.Repeat("a.example ", 20)
		for i := range 7 {
			c.Addresses = append(c.Addresses, fmt.Sprintf("b@%d.%sexample", i, strings.Repeat("a.b.", 15)))
		}
	})
	out, err := d.Directory.SetContact(as("max"), ContactChange{Contact: bob, Change: clients.Change{RemoveAddresses: d.person(t, bob).Addresses[1:],
		Permissions: new(append(many, "dns-change")), Name: new(strings.Repeat("b.example ", 20))}})
	check(t, err)
	check(t, d.Tick())
	if got := d.heard(policy.NoticeChanged, out.Ticket); len(got) != 9 {
		t.Fatalf("told %v: %+v", got, d.show(t, out.Ticket).History)
	}
	if l := d.letter(t, policy.NoticeChanged, ada); !strings.Contains(l.Request, "permissions dns-change, ask:xxx") || !strings.Contains(l.Request, "before all") {
		t.Errorf("told %s", l.Request)
	}

	var lines strings.Builder
	for i := range 12 {
		fmt.Fprintf(&lines, "c1,,n%d@%s.example,%s,,\"%s\",\n", i, strings.Repeat("y", 60), strings.Repeat("名", 200), many[i])
	}
	d.imports(t, lines.String())
	check(t, d.Tick())
	check(t, d.Tick())
	if l := d.letter(t, policy.NoticeChanged, ada); !strings.Contains(l.Request, "and 2 more") || strings.Count(l.Request, "n***@yy") != 10 {
		t.Errorf("told %s", l.Request)
	}
}
