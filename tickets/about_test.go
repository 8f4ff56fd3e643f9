package tickets

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// inquiry is a proved new mail from an address that asks about tickets.
func (d *desk) inquiry(from string, numbers ...string) policy.Evidence {
	e := d.reply(Letter{To: from}, policy.Unclear)
	e.Kind, e.Subject, e.Threads, e.Text = policy.KindNew, "A call", nil, "Is "+strings.Join(numbers, " or ")+" really yours?"
	e.Recipients = []policy.Mark{{Value: "support@desk.example", Field: "to"}}
	e.Inquiry = policy.Inquiry{Numbers: numbers, Asks: true, Real: true}
	return e
}

// about gives the answers that were written.
func (d *desk) about() (all []Letter) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.letters {
		if l.Kind == policy.NoticeAbout || l.Kind == policy.NoticeAboutNone {
			all = append(all, l)
		}
	}
	return all
}

// TestAbout: who is told what of which ticket. Ada manages Bob, who may ask for
// everything; cem may ask for password changes, dan for nothing, and eve is of
// another client.
func TestAbout(t *testing.T) {
	const cem, dan = "cem@client.example", "dan@client.example"
	for _, tt := range []struct {
		name, from string
		class      policy.Class
		of         string // whose ticket it is
		change     func(*desk)
		kind       policy.NoticeKind
	}{
		{"own", bob, policy.PasswordChange, bob, nil, policy.NoticeAbout},
		{"own-question", dan, policy.Question, dan, nil, policy.NoticeAbout},
		{"own-that-they-may-ask-for-no-longer", bob, policy.PasswordChange, bob, func(d *desk) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{"question"} })
		}, policy.NoticeAbout},
		{"of-who-they-manage", ada, policy.DNSChange, bob, nil, policy.NoticeAbout},
		{"question-of-who-they-manage", ada, policy.Question, bob, nil, policy.NoticeAbout},
		{"of-a-colleague-who-may-the-same", cem, policy.PasswordChange, bob, nil, policy.NoticeAbout},
		{"of-a-colleague-new-right", cem, policy.PasswordChange, bob, func(d *desk) {
			d.contact(t, "cem", func(c *clients.Contact) { c.Gained = map[string]time.Time{"password-change": d.clock()} })
		}, policy.NoticeAboutNone},
		{"of-a-colleague-other-class", cem, policy.DNSChange, bob, nil, policy.NoticeAboutNone},
		{"of-a-colleague-question", cem, policy.Question, bob, nil, policy.NoticeAboutNone},
		{"of-a-colleague-may-nothing", dan, policy.PasswordChange, bob, nil, policy.NoticeAboutNone},
		{"of-another-client", eve, policy.PasswordChange, bob, nil, policy.NoticeAboutNone},
		{"of-nobody", bob, "", "", nil, policy.NoticeAboutNone},
		{"own-closed", bob, policy.PasswordChange, bob, func(d *desk) { _, err := d.CloseTicket("T-1", "kim"); check(t, err) }, policy.NoticeAbout},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := openDesk(t, nil)
			check(t, d.kv.Update(func(tx kv.Tx) error {
				return errors.Join(clients.PutContact(tx, clients.Contact{ID: "cem", Client: "c1", Name: "Cem", Status: clients.Active, Role: clients.Authorised, Addresses: []string{cem}, Permissions: []clients.Permission{"password-change"}}),
					clients.PutContact(tx, clients.Contact{ID: "dan", Client: "c1", Status: clients.Active, Role: clients.Authorised, Addresses: []string{dan}, Permissions: []clients.Permission{"question"}}))
			}))
			d.contact(t, "bob", func(c *clients.Contact) { c.Name = "Bob" })
			number := "T-77"
			if tt.of != "" {
				ticket, err := d.Open(OpenRequest{Contact: tt.of, Channel: policy.Phone, Class: tt.class, Subject: "Web 1", Request: "Reset web1, please", Agent: "kim"})
				check(t, err)
				number = ticket.ID
			}
			if tt.change != nil {
				tt.change(d)
			}
			d.turn(time.Hour)
			m := d.receive(t, d.inquiry(tt.from, number))
			all := d.about()
			if len(all) != 1 || all[0].Kind != tt.kind || all[0].To != tt.from {
				t.Fatalf("%d answers: %+v; %v", len(all), all, m.Reasons)
			}
			l, o := all[0], d.outboxOf(t, tt.kind)
			if o.Class != policy.AtMostOnce || o.To != tt.from || o.Origin != "courtesy" {
				t.Errorf("in the outbox: %+v", o)
			}
			if tt.kind == policy.NoticeAbout {
				if m.Ticket != number || l.Ticket != number || l.AgentName != "kim" || l.Channel != "phone" || l.Request != "Reset web1, please" || !l.At.Equal(start) || l.Token != "" || l.Reference == "" || l.Unknown != "" {
					t.Errorf("on %s, told %+v", m.Ticket, l)
				}
				if want := map[bool]string{true: "Bob"}[tt.of != tt.from]; l.For != want {
					t.Errorf("for %q, want %q", l.For, want)
				}
				return
			}
			s := d.show(t, m.Ticket)
			if s.Contact != tt.from || m.Ticket == number || s.Class != policy.Question {
				t.Errorf("filed on %+v", s)
			}
			if l.Unknown != number || l.Ticket+l.Reference+l.Token+l.Request+l.Subject+l.AgentName != "" || l.ReplyTo != "support@desk.example" || strings.Contains(l.InReplyTo, "t-") {
				t.Errorf("told %+v", l)
			}
			if happened(s, "asked") != 1 || d.count(policy.NoticeConfirm, m.Ticket) != 0 {
				t.Errorf("its history: %+v", s.History)
			}
		})
	}
}

func (d *desk) outboxOf(t failer, kind policy.NoticeKind) (out outbox.Outgoing) {
	t.Helper()
	for _, o := range d.outbox(t, "") {
		if o.Kind == kind {
			out = o
		}
	}
	return out
}

// TestAboutAlike: what a number of another client's ticket comes to is what one
// that is nobody's comes to.
func TestAboutAlike(t *testing.T) {
	d := openDesk(t, nil)
	ticket, _ := d.ask(t, bob, policy.PasswordChange)
	var letters []Letter
	var outcomes []string
	for _, number := range []string{ticket.ID, "T-9"} {
		e := d.inquiry(eve, number)
		e.Numbers = []string{number}
		m := d.receive(t, e)
		l := d.about()[len(d.about())-1]
		o := d.outboxOf(t, policy.NoticeAboutNone)
		outcomes = append(outcomes, strings.Join([]string{string(m.Decision.Rule), string(m.Verdict), string(m.Reasons[0].Code), string(m.Reasons[len(m.Reasons)-1].Text), string(m.Facts.Binding.Bound), o.Next.Sub(o.Queued).String()}, "|"))
		l.MessageID, l.ReturnPath, l.InReplyTo, l.At, l.Date = "", "", "", time.Time{}, time.Time{}
		l.Unknown = strings.ReplaceAll(l.Unknown, number, "T-N")
		letters = append(letters, l)
		d.turn(2 * time.Hour)
	}
	if letters[0] != letters[1] || outcomes[0] != outcomes[1] {
		t.Errorf("another client's: %+v %s\nnobody's: %+v %s", letters[0], outcomes[0], letters[1], outcomes[1])
	}
}

// TestAboutOnce: at most once an hour a contact, whatever they ask about; a
// restored store has perhaps told them.
func TestAboutOnce(t *testing.T) {
	t.Run("hour", func(t *testing.T) {
		d := openDesk(t, nil)
		ticket, _ := d.ask(t, bob, policy.PasswordChange)
		for i, step := range []struct {
			after   time.Duration
			from    string
			answers int
		}{{0, bob, 1}, {0, bob, 1}, {30 * time.Minute, bob, 1}, {0, ada, 2}, {30 * time.Minute, bob, 3}, {time.Hour, bob, 4}} {
			d.turn(step.after)
			m := d.receive(t, d.inquiry(step.from, ticket.ID, "T-9"))
			if n := len(d.about()); n != step.answers {
				t.Fatalf("step %d: %d answers, want %d; %v", i, n, step.answers, m.Reasons)
			}
			if m.Ticket == "" {
				t.Errorf("step %d: on no ticket", i)
			}
		}
		l := d.about()[0]
		if l.Unknown != "T-9" {
			t.Errorf("of the number that is nobody's it says %+v", l)
		}
	})
	t.Run("again", func(t *testing.T) { // the same mail, by another way
		d := openDesk(t, nil)
		e := d.inquiry(bob, "T-9")
		d.receive(t, e)
		d.turn(2 * time.Hour)
		e.Hash, e.RawHash = digest("copy"), digest("copy")
		wants(t, d.receive(t, e), "signature_used")
		if n := len(d.about()); n != 1 {
			t.Errorf("%d answers", n)
		}
	})
	t.Run("restored", func(t *testing.T) {
		d := openDesk(t, nil)
		d.receive(t, d.inquiry(ada, "T-9"))
		if restored, err := d.Log.CheckHead("of another store"); !restored || err != nil {
			t.Fatal(restored, err)
		}
		d.receive(t, d.inquiry(bob, "T-9"))
		if n := len(d.about()); n != 1 {
			t.Errorf("%d answers just after a restore", n)
		}
		d.turn(time.Hour)
		d.receive(t, d.inquiry(bob, "T-9"))
		if n := len(d.about()); n != 2 {
			t.Errorf("%d answers an hour after", n)
		}
	})
	t.Run("new-address", func(t *testing.T) {
		d := openDesk(t, nil)
		ticket, _ := d.ask(t, bob, policy.PasswordChange)
		d.contact(t, "bob", func(c *clients.Contact) {
			c.Addresses, c.Since = append(c.Addresses, "bob@new.example"), map[string]time.Time{"bob@new.example": d.clock()}
		})
		d.receive(t, d.inquiry("bob@new.example", ticket.ID))
		if n := len(d.about()); n != 0 {
			t.Errorf("%d answers to an address that is new", n)
		}
		d.turn(73 * time.Hour)
		d.receive(t, d.inquiry("bob@new.example", ticket.ID))
		if all := d.about(); len(all) != 1 || all[0].To != "bob@new.example" {
			t.Errorf("answers: %+v", all)
		}
	})
	t.Run("new-first-address", func(t *testing.T) { // which gets our questions, and got none of before
		d := openDesk(t, nil)
		const new = "bob@new.example"
		before, _ := d.ask(t, bob, policy.PasswordChange)
		d.turn(time.Hour)
		d.contact(t, "bob", func(c *clients.Contact) {
			c.Addresses, c.Since, c.First.At = append([]string{new}, c.Addresses...), map[string]time.Time{new: d.clock()}, d.clock()
		})
		since, _ := d.ask(t, bob, policy.PasswordChange)
		if m := d.receive(t, d.inquiry(new, since.ID, before.ID)); m.Reasons[len(m.Reasons)-1].Code != policy.CodeAboutNew {
			t.Errorf("asks about one of before: %v", m.Reasons)
		}
		d.receive(t, d.inquiry(new, since.ID))
		if all := d.about(); len(all) != 1 || all[0].To != new || all[0].Ticket != since.ID {
			t.Errorf("answers: %+v", all)
		}
		d.turn(73 * time.Hour)
		d.receive(t, d.inquiry(new, before.ID))
		if all := d.about(); len(all) != 2 || all[1].Ticket != before.ID {
			t.Errorf("answers, when it is no longer new: %+v", all)
		}
	})
	t.Run("caps", func(t *testing.T) {
		d := openDesk(t, func(o *Options) { o.PerDay = 1 })
		ticket, _ := d.ask(t, bob, policy.PasswordChange)
		for range 2 {
			d.receive(t, d.inquiry(bob, ticket.ID))
			d.turn(2 * time.Hour)
		}
		if s := d.show(t, ticket.ID); len(d.outbox(t, ticket.ID)) != 2 || happened(s, "notice dropped") != 1 {
			t.Errorf("over the cap of the ticket: %+v", s.History)
		}
	})
	t.Run("observed", func(t *testing.T) {
		d := openDesk(t, nil)
		ticket, _ := d.ask(t, bob, policy.PasswordChange)
		d.opt.Observing = true
		d.restart(t)
		d.receive(t, d.inquiry(bob, ticket.ID))
		if s := d.show(t, ticket.ID); len(d.about()) != 0 || happened(s, "notice not written") != 1 {
			t.Errorf("of an observed mailbox: %+v", s.History)
		}
	})
}

// TestAboutNobody: nothing to whoever is not a contact, proved, with an address of
// their own.
func TestAboutNobody(t *testing.T) {
	d := openDesk(t, nil)
	ticket, _ := d.ask(t, bob, policy.PasswordChange)
	for name, change := range map[string]func(*policy.Evidence){
		"stranger":      func(e *policy.Evidence) { e.From = "zoe@elsewhere.example" },
		"staff":         func(e *policy.Evidence) { e.From = "kim@desk.example" },
		"unproved":      func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} },
		"machine":       func(e *policy.Evidence) { e.Kind = policy.KindAutoReply },
		"no-dns":        func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultTempError} },
		"asked nothing": func(e *policy.Evidence) { e.Inquiry.Asks, e.Inquiry.Real = false, false },
	} {
		e := d.inquiry(bob, ticket.ID)
		change(&e)
		d.receive(t, e)
		if all := d.about(); len(all) != 0 {
			t.Fatalf("%s: told %+v", name, all)
		}
	}
}

// TestAboutShared: an address of two contacts is told nothing, whoever was asked.
func TestAboutShared(t *testing.T) {
	d := openDesk(t, nil)
	d.share(t)
	ticket, l := d.askShared(t, "ada")
	d.receive(t, d.inquiry(both, ticket.ID, "T-9"))
	d.receive(t, d.reply(l, policy.Yes))
	e := d.inquiry(both, ticket.ID)
	e.References = []policy.Mark{{Value: l.Reference, Field: "subject"}} // of a question that was answered
	if m := d.receive(t, e); m.Facts.Person.ID != "ada" || len(d.about()) != 0 {
		t.Errorf("told %+v", d.about())
	}
}

// TestAboutNo: a NO to what they were told is heard: by the ticket that it tells
// of, and of none by their own mail's, signed or not.
func TestAboutNo(t *testing.T) {
	t.Run("about", func(t *testing.T) {
		d := openDesk(t, nil)
		ticket, _ := d.ask(t, bob, policy.PasswordChange)
		d.receive(t, d.inquiry(bob, ticket.ID))
		wants(t, d.receive(t, d.reply(d.about()[0], policy.Yes)), "no_token") // a YES to it is none
		d.state(t, ticket.ID, policy.StateAuthenticated)
		no := d.receive(t, d.reply(d.about()[0], policy.No))
		if !no.Decision.Denies() {
			t.Errorf("%v", no.Reasons)
		}
		d.state(t, ticket.ID, policy.StateDisputed)
	})
	for name, field := range map[string][]string{"none-signed": {"from", "subject", "in-reply-to"}, "none-unsigned": {"from", "subject"}} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t, nil)
			other, _ := d.ask(t, bob, policy.PasswordChange)
			asked := d.receive(t, d.inquiry(bob, "T-99"))
			l := d.about()[0]
			no := d.reply(Letter{To: bob, MessageID: l.MessageID}, policy.No)
			secret, _, _ := strings.Cut(l.MessageID, "@")
			no.Subject, no.Sender.Covered = "Re: We have no such ticket of yours", field
			no.Tokens = []policy.Mark{{Value: secret, Field: "in-reply-to"}}
			no.Recipients = []policy.Mark{{Value: "support@desk.example", Field: "to"}}
			m := d.receive(t, no)
			if !m.Decision.Denies() || m.Ticket != asked.Ticket {
				t.Errorf("on %s: %v", m.Ticket, m.Reasons)
			}
			d.state(t, asked.Ticket, policy.StateDisputed)
			d.state(t, other.ID, policy.StateUnconfirmed)
			check(t, d.Tick())
			if len(d.told) == 0 || d.told[0].Kind != policy.NoticeSaidNo || d.told[0].Ticket != asked.Ticket {
				t.Errorf("staff were told %+v", d.told)
			}
		})
	}
}

// TestAboutAside: what is told of a ticket leaves its question as it was.
func TestAboutAside(t *testing.T) {
	d := openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	before := d.show(t, ticket.ID)
	for range 2 * maxNotices {
		d.receive(t, d.inquiry(bob, ticket.ID))
		d.turn(time.Hour)
	}
	after := d.show(t, ticket.ID)
	if len(d.about()) != 2*maxNotices || after.State != before.State || !after.Until.Equal(before.Until) || !slices.Equal(after.Obstacles, before.Obstacles) {
		t.Errorf("%d answers; the ticket was %+v, is %+v", len(d.about()), before, after)
	}
	_, err := d.AskAgain(ticket.ID, "kim")
	check(t, err)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
}

// TestAboutColleagues: a mere question about a colleague's ticket is filed there, as
// all mail is that names it; whoever asks whether it is ours writes of their own.
// Neither is told anything of it.
func TestAboutColleagues(t *testing.T) {
	for _, ours := range []bool{false, true} {
		d := openDesk(t, nil)
		d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{"question"} })
		ticket, _ := d.ask(t, ada, policy.PasswordChange)
		e := d.inquiry(bob, ticket.ID)
		e.Numbers, e.Inquiry.Real = []string{ticket.ID}, ours
		m := d.receive(t, e)
		all := d.about()
		if m.Ticket == ticket.ID == ours || len(all) != 1 || all[0].Kind != policy.NoticeAboutNone || strings.Contains(all[0].InReplyTo, "t-1") {
			t.Fatalf("asks whether it is ours %v: filed on %s, told %+v", ours, m.Ticket, all)
		}
		secret, _, _ := strings.Cut(all[0].MessageID, "@")
		no := d.reply(Letter{To: bob, MessageID: all[0].MessageID}, policy.No)
		no.Subject, no.Tokens = "Re: We have no such ticket of yours", []policy.Mark{{Value: secret, Field: "in-reply-to"}}
		d.receive(t, no)
		d.state(t, ticket.ID, policy.StateUnconfirmed) // it was none to what Ada asks for
	}
}

// TestAboutApprover: who was asked to approve a request has our mail about it before
// their eyes, and is told that it is ours, whatever else they may ask for; who may
// approve and was not asked is told of none.
func TestAboutApprover(t *testing.T) {
	const nils = "nils@client.example"
	for _, asked := range []bool{true, false} {
		d := openDesk(t, nil)
		check(t, d.kv.Update(func(tx kv.Tx) error {
			return clients.PutContact(tx, clients.Contact{ID: "nils", Client: "c1", Role: clients.Authorised, Status: clients.Active,
				Addresses: []string{nils}, Permissions: []clients.Permission{clients.Approve}})
		}))
		ticket, l := d.ask(t, bob, policy.Cancellation)
		if asked {
			wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
			check(t, d.Tick())
		}
		d.receive(t, d.inquiry(nils, ticket.ID))
		want := map[bool]policy.NoticeKind{true: policy.NoticeAbout, false: policy.NoticeAboutNone}[asked]
		if all := d.about(); len(all) != 1 || all[0].To != nils || all[0].Kind != want {
			t.Errorf("asked to approve: %v, and told %+v", asked, all)
		}
	}
}

// TestAboutOpens: a mail that asks and quotes somebody else's words opens a ticket
// that a person looks at, and asks nobody for what those words ask for.
func TestAboutOpens(t *testing.T) {
	d := openDesk(t, nil)
	e := d.inquiry(bob, "T-9")
	e.Asks = policy.Asks{Class: policy.PasswordChange, Score: 1}
	m := d.receive(t, e)
	s := d.show(t, m.Ticket)
	if s.Class != policy.PasswordChange || d.count(policy.NoticeConfirm, m.Ticket) != 0 || s.Asks == nil || !s.Asks.Look || !s.Until.IsZero() {
		t.Errorf("opened %+v, reading %+v", s, s.Asks)
	}
	if n := len(d.about()); n != 1 {
		t.Errorf("%d answers", n)
	}
}
