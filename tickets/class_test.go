package tickets

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/outbox"
)

// asking is a new mail of a contact to us, proved, whose words were read so.
func (d *desk) asking(from string, a policy.Asks) policy.Evidence {
	now := d.clock().UTC()
	e := policy.Evidence{MessageID: fmt.Sprintf("new%d@client.example", d.uid), From: from, Subject: "My login", Arrived: now, Kind: policy.KindNew,
		Text: "Please reset my password.", Recipients: []policy.Mark{{Value: "support@desk.example", Field: "to"}}, Asks: a,
		Sender: policy.Sender{Result: policy.ResultPass, By: policy.ByDKIM, Domain: "client.example", SignedAt: now, Covered: []string{"from", "to", "subject"}}}
	d.fresh(&e)
	return e
}

// asksFor is what was surely read.
func asksFor(c policy.Class) policy.Asks {
	return policy.Asks{Class: c, Score: 0.95, Matches: []policy.Match{{Rule: "request: it", Text: "Please reset my password"}}}
}

// byWords reads a class where the text names one.
func byWords(_, text string) policy.Asks {
	for _, c := range policy.Classes {
		if strings.Contains(text, string(c)) {
			return asksFor(c)
		}
	}
	if strings.Contains(text, "reset my password") {
		return asksFor(policy.PasswordChange)
	}
	return policy.Asks{Class: policy.Question, Score: 0.9}
}

// TestOwnMail: a contact's own mail opens its ticket with the class that was read in
// it; where that takes more than the mail, they are asked at once, unless they may
// not ask for it.
func TestOwnMail(t *testing.T) {
	for _, tt := range []struct {
		class  policy.Class // as read; empty: nothing was
		may    clients.Permission
		reason string
		state  policy.State
		asked  int
	}{
		{"", clients.All, "opened", policy.StateAuthenticated, 0},
		{policy.Question, clients.All, "opened", policy.StateAuthenticated, 0},
		{policy.MinorChange, clients.All, "opened", policy.StateAuthenticated, 0},
		{policy.PasswordChange, clients.All, "opened", policy.StateAuthenticated, 1},
		{policy.Cancellation, clients.All, "opened", policy.StateAuthenticated, 1},
		{policy.PasswordChange, clients.Minor, "no_permission", policy.StateUnconfirmed, 0},
		{policy.Question, clients.Minor, "opened", policy.StateAuthenticated, 0},
	} {
		t.Run(fmt.Sprintf("%s-%s", tt.class, tt.may), func(t *testing.T) {
			d := memoryDesk(t, nil)
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{tt.may} })
			m := d.receive(t, d.asking(bob, asksFor(tt.class)))
			wants(t, m, tt.reason)
			want := tt.class
			if want == "" {
				want = policy.Question
			}
			s := d.show(t, m.Ticket)
			if s.Class != want || s.State != tt.state || d.count("confirm", m.Ticket) != tt.asked || (s.Asks != nil) != (tt.class != "") {
				t.Errorf("%s is %s, %s, asked %d times, read %+v", m.Ticket, s.Class, s.State, d.count("confirm", m.Ticket), s.Asks)
			}
			if again := policy.Decide(m.Facts); fmt.Sprint(again) != fmt.Sprint(m.Decision) {
				t.Errorf("decided %+v, and from what was stored %+v", m.Decision, again)
			}
			if a := d.may(t, m.Ticket, want, "kim"); a.Decision == policy.Allow && want.Privileged() {
				t.Errorf("allowed: %+v", a)
			}
			d.turn(8 * 24 * time.Hour)
			check(t, d.Tick())
			check(t, d.Tick())
			if n := d.count("reminder", m.Ticket) + d.count("expired", m.Ticket); (n > 0) != (tt.asked > 0) {
				t.Errorf("%d mails by time, asked %d times", n, tt.asked)
			}
		})
	}
}

// TestOwnMailConfirmed: the answer to what own mail was asked back confirms it.
func TestOwnMailConfirmed(t *testing.T) {
	d := memoryDesk(t, nil)
	id := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange))).Ticket
	if a := d.may(t, id, policy.PasswordChange, "kim"); a.Decision != policy.Deny || !has(a, "not_confirmed") && !has(a, "not_authenticated") {
		t.Errorf("before the answer: %+v", a)
	}
	wants(t, d.receive(t, d.reply(d.last(t, "confirm", id), policy.Yes)), "confirmed")
	if a := d.may(t, id, policy.PasswordChange, "kim"); a.Decision != policy.Allow {
		t.Errorf("after it: %+v", a)
	}
}

// TestOwnMailIsNotDoubted: who was asked back may write again, of something else.
func TestOwnMailIsNotDoubted(t *testing.T) {
	d := memoryDesk(t, nil)
	first := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange)))
	unsigned := d.asking(bob, asksFor(policy.DNSChange))
	unsigned.Sender.Covered = []string{"from", "subject"}
	if m := d.receive(t, unsigned); m.Ticket == first.Ticket || d.show(t, m.Ticket).Class != policy.DNSChange || d.count("confirm", m.Ticket) != 1 {
		t.Errorf("filed on %s: %v", m.Ticket, m.Reasons)
	}
}

// TestJoined: what is filed with a question that waits says what it asks for itself.
func TestJoined(t *testing.T) {
	d := memoryDesk(t, nil)
	for _, c := range []policy.Class{policy.Question, policy.PasswordChange} {
		e := d.asking(bob, asksFor(c))
		e.Sender.Covered = []string{"from", "subject"}
		wants(t, d.receive(t, e), "to_unsigned")
	}
	s := d.show(t, "T-1")
	if last := s.History[len(s.History)-1].Text; s.Class != policy.Question || !strings.Contains(last, "ask for password-change") {
		t.Errorf("%s says %q", s.Class, last)
	}
}

// TestLook: that a person should look is said until one has.
func TestLook(t *testing.T) {
	d := memoryDesk(t, nil)
	a := asksFor(policy.PasswordChange)
	a.Look, a.Why, a.Score = true, "two classes", 0.4
	m := d.receive(t, d.asking(bob, a))
	if s := d.show(t, m.Ticket); s.History[0].Reason != policy.CodeClassDoubt || !s.Asks.Look || s.Asks.Why != "two classes" || !s.Unasked || d.count("confirm", m.Ticket) != 0 {
		t.Errorf("shown %+v, asked %d times", s.Asks, d.count("confirm", m.Ticket))
	}
	_, err := d.Edit(EditRequest{Ticket: m.Ticket, Class: policy.PasswordChange, Agent: "lee"})
	check(t, err)
	s := d.show(t, m.Ticket)
	if s.Asks.Look || s.Revision != 1 || s.Unasked || d.count("confirm", m.Ticket) != 1 || happened(s, "class stands") != 1 {
		t.Errorf("after a look: revision %d, %+v, asked %d times", s.Revision, s.Asks, d.count("confirm", m.Ticket))
	}
	_, err = d.Edit(EditRequest{Ticket: m.Ticket, Class: policy.PasswordChange, Agent: "kim"})
	if check(t, err); d.count("confirm", m.Ticket) != 1 {
		t.Error("the second look asks once more")
	}
	wants(t, d.receive(t, d.reply(d.last(t, "confirm", m.Ticket), policy.Yes)), "confirmed")
	// Who may not ask for it is not asked by a look, either.
	d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{clients.Minor} })
	id := d.receive(t, d.asking(bob, a)).Ticket
	_, err = d.Edit(EditRequest{Ticket: id, Class: policy.PasswordChange, Agent: "kim"})
	check(t, err)
	if _, err = d.AskAgain(id, "kim"); !errors.Is(err, ErrNotAllowed) || d.count("confirm", id) != 0 || !d.show(t, id).Unasked {
		t.Errorf("asked %d times; %v", d.count("confirm", id), err)
	}
}

// TestOwnMailFlood: however much a contact asks for by mail, they are asked back
// within the limits, and a colleague's question does not wait behind it.
func TestOwnMailFlood(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour, o.PerDay = 10, 4 })
	for range 30 {
		d.receive(t, d.asking(bob, asksFor(policy.PasswordChange)))
	}
	due, err := d.Outbox.Due(d.clock(), 100, false)
	if check(t, err); len(due) != 10 {
		t.Errorf("%d notices may leave, want 10", len(due))
	}
	opened := d.open1(t, bob, "lee")
	if d.send(t); d.outbox(t, opened.ID)[0].State != outbox.Sent {
		t.Errorf("lee's question waits: %+v", d.outbox(t, opened.ID))
	}
}

// lower wants the ticket to be a question, as that agent.
func (d *desk) lower(id, agent string) (Ticket, error) {
	return d.Edit(EditRequest{Ticket: id, Class: policy.Question, Reason: "they only ask, says " + agent, Agent: agent})
}

// TestLowered: the class of a contact's own mail goes down to a question by two
// people, each with a reason, which stay on record.
func TestLowered(t *testing.T) {
	d := memoryDesk(t, nil)
	id := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange))).Ticket
	var bad *InvalidError
	if _, err := d.Edit(EditRequest{Ticket: id, Class: policy.Question, Agent: "kim"}); !errors.As(err, &bad) || !strings.Contains(err.Error(), "say why") {
		t.Errorf("without a reason: %v", err)
	}
	got, err := d.lower(id, "kim")
	check(t, err)
	s := d.show(t, id)
	if got.Class != policy.PasswordChange || s.Class != policy.PasswordChange || s.Revision != 1 || s.Wish == nil || s.Wish.Agent != "kim" {
		t.Fatalf("after one: %+v", s)
	}
	if _, err := d.lower(id, "kim"); !errors.Is(err, ErrNotAllowed) || d.show(t, id).Class != policy.PasswordChange {
		t.Errorf("the same agent again: %v", err)
	}
	_, err = d.lower(id, "lee")
	check(t, err)
	s = d.show(t, id)
	if s.Class != policy.Question || s.Revision != 2 || s.Wish != nil || len(s.Proofs) > 0 {
		t.Fatalf("after two: %+v", s)
	}
	last := s.History[len(s.History)-1].Text
	for _, want := range []string{"password-change -> question", "kim", "they only ask, says kim", "by lee", "they only ask, says lee"} {
		if !strings.Contains(last, want) {
			t.Errorf("the history says %q, without %q", last, want)
		}
	}
	var all []Corrected
	check(t, d.Corrections(start, func(c Corrected) error { all = append(all, c); return nil }))
	if len(all) != 1 || all[0].ID != id || all[0].Was != policy.PasswordChange || all[0].Class != policy.Question || all[0].Text != "Please reset my password." {
		t.Errorf("corrections %+v", all)
	}
	// Who says so once more takes nobody's word away.
	_, err = d.Edit(EditRequest{Ticket: id, Class: policy.Question, Agent: "max"})
	check(t, err)
	var c correction
	check(t, d.kv.View(func(v kv.View) (err error) {
		c, _, err = kv.Load[correction](v, kv.Numbered(correctedPrefix, id))
		return err
	}))
	if c.Agent != "kim" || c.Agreed != "lee" || c.Reason == "" {
		t.Errorf("after another look: %+v", c)
	}
	// What was corrected wrongly is raised by one, freely, and is no correction any longer.
	_, err = d.Edit(EditRequest{Ticket: id, Class: policy.PasswordChange, Agent: "lee"})
	check(t, err)
	if s := d.show(t, id); s.Class != policy.PasswordChange || d.count("confirm", id) != 2 {
		t.Errorf("raised: %s, asked %d times", s.Class, d.count("confirm", id))
	}
	check(t, d.Corrections(start, func(c Corrected) error { t.Errorf("still a correction: %+v", c); return nil }))
}

// TestEditUnpermitted: whatever an agent makes of a ticket, its contact is not asked
// for what they may not ask for, and the ticket says so.
func TestEditUnpermitted(t *testing.T) {
	for name, e := range map[string]EditRequest{
		"to-another-class": {Class: policy.Cancellation},
		"other-words":      {Request: "Reset it"},
		"both":             {Request: "Reset it", Class: policy.DataAccess},
		"lowered":          {Class: policy.UserChange, Reason: "it is"},
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			d.contact(t, "bob", func(c *clients.Contact) {
				c.Permissions = []clients.Permission{clients.Minor, clients.Permission(policy.PasswordChange)}
			})
			id := d.receive(t, d.asking(bob, asksFor(policy.WebsiteChange))).Ticket
			e.Ticket, e.Agent = id, "kim"
			_, err := d.Edit(e)
			check(t, err)
			s := d.show(t, id)
			if s.Revision != 2 || !s.Unasked || happened(s, "nobody asked") != 1 || len(d.outbox(t, "")) > 0 {
				t.Errorf("asked %d times: %+v", len(d.outbox(t, "")), s)
			}
			if _, err := d.AskAgain(id, "kim"); !errors.Is(err, ErrNotAllowed) {
				t.Errorf("AskAgain() = %v", err)
			}
			d.turn(8 * 24 * time.Hour)
			check(t, d.Tick())
			if len(d.outbox(t, "")) > 0 || d.show(t, id).State != policy.StateUnconfirmed {
				t.Errorf("%d mails by time, %s", len(d.outbox(t, "")), d.show(t, id).State)
			}
			// What they may ask for they are asked about.
			_, err = d.Edit(EditRequest{Ticket: id, Class: policy.PasswordChange, Reason: "it is", Agent: "kim"})
			if check(t, err); d.count("confirm", id) != 1 || d.show(t, id).Unasked {
				t.Errorf("asked %d times: %+v", d.count("confirm", id), d.show(t, id))
			}
		})
	}
}

// TestCorrectedWithOtherWords: who puts other words in the place of a contact's own,
// and says their class, corrects what was read of the contact's, in one edit or two.
func TestCorrectedWithOtherWords(t *testing.T) {
	for name, edits := range map[string][]EditRequest{
		"in-one":        {{Request: "Their cancellation", Class: policy.Cancellation}},
		"one-by-one":    {{Request: "Their cancellation"}, {Class: policy.Cancellation}},
		"words-again":   {{Request: "Their dns-change"}, {Request: "Their cancellation", Class: policy.Cancellation}},
		"lowered-in-it": {{Request: "Their cancellation"}, {Request: "Their user-change", Class: policy.UserChange}, {Class: policy.Cancellation}},
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
			id := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange))).Ticket
			for _, e := range edits {
				e.Ticket, e.Agent, e.Reason = id, "kim", "so"
				_, err := d.Edit(e)
				check(t, err)
			}
			var all []Corrected
			check(t, d.Corrections(start, func(c Corrected) error { all = append(all, c); return nil }))
			if len(all) != 1 || all[0].Was != policy.PasswordChange || all[0].Class != policy.Cancellation || all[0].Text != "Please reset my password." {
				t.Errorf("corrections %+v", all)
			}
			want := []ReportLine{{ByClass, "cancellation", 1, 0, 0, 0}, {ByClass, "password-change", 0, 1, 1, 1}}
			if got, err := d.Report(start, time.Time{}, ByClass); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("reported %v, %v", got, err)
			}
			_, err := d.Edit(EditRequest{Ticket: id, Request: "Reset it", Class: policy.PasswordChange, Reason: "it was", Agent: "lee"})
			check(t, err)
			check(t, d.Corrections(start, func(c Corrected) error { t.Errorf("still a correction: %+v", c); return nil }))
		})
	}
}

// TestWishDies: a wish stands for some hours, for the words as they were, and for
// who counts.
func TestWishDies(t *testing.T) {
	for _, tt := range []struct {
		name    string
		between func(t *testing.T, d *desk, id string)
		agent   string
		lowered bool
	}{
		{"at-once", func(*testing.T, *desk, string) {}, "lee", true},
		{"by-a-lead", func(*testing.T, *desk, string) {}, "max", true},
		{"assigned-to-the-first", func(t *testing.T, d *desk, id string) { d.assign(t, id, "kim") }, "lee", true},
		{"after-hours", func(_ *testing.T, d *desk, _ string) { d.turn(policy.WishLife) }, "lee", false},
		{"after-an-edit", func(t *testing.T, d *desk, id string) {
			_, err := d.Edit(EditRequest{Ticket: id, Request: "Reset my password-change", Agent: "max"})
			check(t, err)
		}, "lee", false},
		{"after-the-same-words", func(t *testing.T, d *desk, id string) {
			_, err := d.Edit(EditRequest{Ticket: id, Request: "Please reset my password.", Agent: "max"})
			check(t, err)
		}, "lee", false},
		{"after-somebody-looked", func(t *testing.T, d *desk, id string) {
			_, err := d.Edit(EditRequest{Ticket: id, Class: policy.PasswordChange, Agent: "max"})
			check(t, err)
		}, "lee", false},
		{"after-a-restore", func(t *testing.T, d *desk, _ string) {
			check(t, d.kv.Update(func(tx kv.Tx) error {
				e, err := epochNow(tx)
				if err != nil {
					return err
				}
				e.Number++
				return kv.Save(tx, epochKey, e)
			}))
		}, "lee", false},
		{"agent-who-does-not-count-yet", func(t *testing.T, d *desk, _ string) {
			check(t, d.kv.Update(func(tx kv.Tx) error {
				_, err := staff.Add(tx, staff.Agent{ID: "new", Email: "new@desk.example", Role: staff.RoleAgent, Counts: d.clock().Add(time.Hour)})
				return err
			}))
		}, "new", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
			id := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange))).Ticket
			_, err := d.lower(id, "kim")
			check(t, err)
			tt.between(t, d, id)
			_, err = d.lower(id, tt.agent)
			if s := d.show(t, id); (s.Class == policy.Question) != tt.lowered {
				t.Errorf("the ticket is %s; %v", s.Class, err)
			}
		})
	}
}

// assign gives the ticket to an agent.
func (d *desk) assign(t failer, id, agent string) {
	t.Helper()
	check(t, d.kv.Update(func(tx kv.Tx) error {
		k, err := load(tx, id)
		k.Assignee = agent
		return errors.Join(err, save(tx, k))
	}))
}

// TestWishIsNoLeave: who doesn't work on a ticket may agree to a wish, and nothing else.
func TestWishIsNoLeave(t *testing.T) {
	d := memoryDesk(t, nil)
	id := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange))).Ticket
	d.assign(t, id, "kim")
	if _, err := d.lower(id, "lee"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("before the wish: %v", err)
	}
	_, err := d.lower(id, "kim")
	check(t, err)
	d.turn(policy.WishLife)
	if _, err := d.lower(id, "lee"); !errors.Is(err, ErrNotAllowed) || d.show(t, id).Wish != nil {
		t.Errorf("after it died: %v", err)
	}
	for _, e := range []EditRequest{{Ticket: id, Request: "Other", Agent: "lee"}, {Ticket: id, Class: policy.DNSChange, Agent: "lee"},
		{Ticket: id, Request: "Other", Class: policy.Question, Reason: "x", Agent: "lee"}} {
		if _, err := d.Edit(e); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("Edit(%+v) = %v", e, err)
		}
	}
}

// TestOtherWords: what an agent makes of a contact's words is read anew.
func TestOtherWords(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
	id := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange))).Ticket
	edit := func(request string, class policy.Class, want policy.Class) {
		t.Helper()
		_, err := d.Edit(EditRequest{Ticket: id, Request: request, Class: class, Reason: "so", Agent: "kim"})
		if s := d.show(t, id); s.Class != want {
			t.Errorf("Edit(%q, %s): %s, want %s; %v", request, class, s.Class, want, err)
		}
	}
	edit("How are you?", "", policy.PasswordChange)                       // no class goes down by itself
	edit("How are you?", policy.Question, policy.PasswordChange)          // the contact's own asked for more
	edit("Now a dns-change", "", policy.DNSChange)                        // they go up by themselves
	edit("And a server-change", policy.Question, policy.DNSChange)        // and not down by one
	edit("And a server-change", policy.MinorChange, policy.DNSChange)     // nor a little
	edit("And a server-change", policy.ServerChange, policy.ServerChange) // but with a reason, where it stays privileged
	s := d.show(t, id)
	if s.Asks.Class != policy.ServerChange || s.Asks.Matches[0].Rule == "" {
		t.Errorf("read %+v", s.Asks)
	}
	if _, err := d.Edit(EditRequest{Ticket: id, Class: policy.PasswordChange, Agent: "kim"}); err == nil {
		t.Error("lowered without a reason")
	}
}

// TestLoweredByWays: no way around by a class between, or by leaving the class to
// the words, makes by one of words that surely ask for more what is
// not privileged.
func TestLoweredByWays(t *testing.T) {
	for name, edits := range map[string][]EditRequest{
		"by-minor":       {{Class: policy.MinorChange}, {Class: policy.Question}},
		"by-more":        {{Class: policy.Cancellation}, {Class: policy.Question}},
		"words-and-back": {{Request: "How are you?"}, {Class: policy.Question}, {Request: "Please reset my password."}},
		"other-words":    {{Request: "How are you?"}, {Class: policy.Question}},
		"words-with-it":  {{Request: "Please reset my password now.", Class: policy.Question}},
		"empty-words":    {{Request: " ", Class: policy.Question}},
		"minor":          {{Class: policy.MinorChange}},
		"minor-words":    {{Request: "How are you?", Class: policy.MinorChange}, {Class: policy.MinorChange}},
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
			id := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange))).Ticket
			for _, e := range edits {
				e.Ticket, e.Agent, e.Reason = id, "kim", "so"
				_, _ = d.Edit(e)
			}
			if s := d.show(t, id); !s.Class.Privileged() {
				t.Errorf("%s by one: %+v", s.Class, s.History)
			}
		})
	}
}

// TestAgentsOwn: what an agent opens has the agent's class; what was read is shown.
func TestAgentsOwn(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
	opened, err := d.Open(OpenRequest{Contact: ada, Channel: policy.Chat, Class: policy.MinorChange, Subject: "A thing", Request: "A dns-change", Agent: "kim"})
	check(t, err)
	if s := d.show(t, opened.ID); s.Class != policy.MinorChange || s.Asks.Class != policy.DNSChange || s.Asks.Look {
		t.Errorf("opened as %s, read %+v", s.Class, s.Asks)
	}
	_, err = d.Edit(EditRequest{Ticket: opened.ID, Class: policy.Question, Agent: "kim"})
	check(t, err)
	if s := d.show(t, opened.ID); s.Class != policy.Question || s.Wish != nil {
		t.Errorf("edited to %s, %+v", s.Class, s.Wish)
	}
}

// TestEditedMeanwhile: a class is said of the words that were read. Who says it of
// others, because a colleague edits at the same time, is told so or is too late.
func TestEditedMeanwhile(t *testing.T) {
	d := memoryDesk(t, nil)
	id := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange))).Ticket
	d.opt.Classify = func(string, string) policy.Asks { return policy.Asks{Class: policy.Question} }
	d.restart(t)
	var wait sync.WaitGroup
	for i, agent := range []string{"kim", "lee", "max", "kim"} {
		wait.Go(func() {
			if i%2 == 0 {
				_, _ = d.Edit(EditRequest{Ticket: id, Request: fmt.Sprint("words ", i), Agent: agent})
			} else {
				_, _ = d.lower(id, agent)
			}
		})
	}
	wait.Wait()
	s := d.show(t, id)
	for _, e := range []EditRequest{{Class: policy.Cancellation}, {Request: "From an old copy"}} {
		e.Ticket, e.Agent, e.Revision = id, "max", s.Revision-1
		if _, err := d.Edit(e); s.Revision > 1 && !errors.Is(err, ErrNotAllowed) {
			t.Errorf("Edit(%+v) of an older revision = %v", e, err)
		}
	}
	if n := happened(s, "edited") + happened(s, "class wished"); n == 0 || s.Revision != 1+happened(s, "edited") {
		t.Errorf("revision %d after %+v", s.Revision, s.History)
	}
}

// TestClosedIsNotLowered: what is over stays as it is.
func TestClosedIsNotLowered(t *testing.T) {
	d := memoryDesk(t, nil)
	id := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange))).Ticket
	_, err := d.lower(id, "kim")
	check(t, err)
	wants(t, d.receive(t, d.reply(d.last(t, "confirm", id), policy.No)), "denied")
	if _, err := d.lower(id, "lee"); !errors.Is(err, ErrNotAllowed) || d.show(t, id).Wish != nil {
		t.Errorf("a disputed one: %v, %+v", err, d.show(t, id).Wish)
	}
}

// TestCancelledBeforeAnEdit: who was asked about a password and says "please cancel
// this" is heard, though an agent has made a cancellation of it meanwhile.
func TestCancelledBeforeAnEdit(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, asked := d.ask(t, bob, policy.PasswordChange)
	_, err := d.Edit(EditRequest{Ticket: ticket.ID, Class: policy.Cancellation, Agent: "kim"})
	check(t, err)
	e := d.reply(asked, policy.No)
	e.Answer.Cancels = true
	d.receive(t, e)
	d.state(t, ticket.ID, policy.StateDisputed)
	d.turn(time.Second) // after that no
	// Who was asked about a cancellation may mean that by it.
	ticket, asked = d.ask(t, bob, policy.Cancellation)
	e = d.reply(asked, policy.No)
	e.Answer.Cancels = true
	wants(t, d.receive(t, e), "unclear_answer")
}

// TestNoSecretOfClass: what could be a secret of ours is in nothing that is kept of
// a class: not in what it rests on, nor in why agents lower it.
func TestNoSecretOfClass(t *testing.T) {
	const secret = "k3jq7wzp2mxa5nbrtyc6ldfhg4"
	d := memoryDesk(t, nil)
	a := asksFor(policy.PasswordChange)
	a.Why, a.Matches = secret, []policy.Match{{Rule: secret, Text: "reset " + secret}}
	id := d.receive(t, d.asking(bob, a)).Ticket
	for _, agent := range []string{"kim", "lee"} {
		_, err := d.Edit(EditRequest{Ticket: id, Class: policy.Question, Reason: agent + " saw " + secret, Agent: agent})
		check(t, err)
	}
	for key, value := range d.dump(t) {
		if strings.Contains(value, secret) {
			t.Errorf("%s holds a secret: %s", key, value)
		}
	}
	if got := d.loaded(t, id); got.Class != policy.Question || fmt.Sprint(got.Edited) != "[kim lee]" {
		t.Errorf("%s, edited by %v: both did", got.Class, got.Edited)
	}
}

// TestClassOfWordsSeen: who says the class of words says it of those that they saw.
func TestClassOfWordsSeen(t *testing.T) {
	var d *desk
	id, edited := "", false
	d = memoryDesk(t, func(o *Options) {
		o.Classify = func(subject, text string) policy.Asks {
			if !edited && id != "" { // between what kim's words are read of and kim's edit
				edited = true
				_, err := d.Edit(EditRequest{Ticket: id, Request: "Now a dns-change", Agent: "lee"})
				check(t, err)
			}
			return byWords(subject, text)
		}
	})
	id = d.receive(t, d.asking(bob, policy.Asks{})).Ticket
	_, err := d.Edit(EditRequest{Ticket: id, Class: policy.PasswordChange, Reason: "it is", Agent: "kim"})
	if s := d.show(t, id); !errors.Is(err, ErrNotAllowed) || s.Class != policy.DNSChange || s.Revision != 2 {
		t.Errorf("Edit() = %v: %s, revision %d", err, s.Class, s.Revision)
	}
}
