package tickets

import (
	"testing"
	"time"

	"countersign/clients"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// confirmedDesk has one confirmed ticket of Bob, and the letters about it.
func confirmedDesk(t *testing.T, change func(*Options)) (d *desk, id string, asked, told Letter) {
	t.Helper()
	d = openDesk(t, change)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	return d, ticket.ID, l, d.last(t, "confirmed", ticket.ID)
}

// unknown is the sender of a message that DNS can't say anything about yet.
var unknown = policy.Sender{Result: policy.ResultTempError}

// TestNoPending: mail that may be a no and waits for DNS holds its ticket from
// then to its end, over a restart, and a person who reads the ticket sees why.
func TestNoPending(t *testing.T) {
	edit := func(d *desk, id string) {
		_, err := d.Edit(EditRequest{Ticket: id, Request: "Another thing", Agent: "kim"})
		check(t, err)
		d.receive(t, d.reply(d.last(t, "confirm", id), policy.Yes))
	}
	for _, tt := range []struct {
		name  string
		spoil func(*desk, *policy.Evidence)
		do    func(*desk, string) // before it comes
		holds bool
	}{
		{"to-confirmed", nil, nil, true},
		{"unclear", func(_ *desk, e *policy.Evidence) { e.Answer.Intent = policy.Unclear }, nil, true},
		{"nothing-said", func(_ *desk, e *policy.Evidence) { e.Answer.Intent = "" }, nil, true},
		{"yes", func(_ *desk, e *policy.Evidence) { e.Answer.Intent = policy.Yes }, nil, false},
		{"machine", func(_ *desk, e *policy.Evidence) { e.Kind = policy.KindAutoReply }, nil, false},
		{"by-a-spent-token", func(d *desk, e *policy.Evidence) {
			e.References, e.Tokens = nil, []policy.Mark{{Value: d.letters[0].Token, Field: "to"}}
		}, nil, true},
		{"to-an-older-revision", nil, edit, true},
		{"of-a-colleague", func(_ *desk, e *policy.Evidence) { e.From = ada }, nil, true},
		{"of-another-client", func(_ *desk, e *policy.Evidence) { e.From = eve }, nil, false},
		{"of-a-stranger", func(_ *desk, e *policy.Evidence) { e.From = "x@evil.example" }, nil, false},
		{"by-number-and-thread", func(_ *desk, e *policy.Evidence) { e.References, e.Numbers = nil, []string{"T-1"} }, nil, false},
		{"with-a-guessed-code", func(_ *desk, e *policy.Evidence) { e.References[0].Value = "T-1-AAAAAA" }, nil, false},
		{"address-gone", nil, func(d *desk, _ string) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append([]string{"bob@new.example"}, c.Addresses...) })
		}, true},
		{"beside-another-ticket", func(d *desk, e *policy.Evidence) {
			_, l := d.ask(t, eve, policy.DNSChange)
			e.Tokens = []policy.Mark{{Value: l.Token, Field: "to"}}
		}, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, id, _, told := confirmedDesk(t, nil)
			if tt.do != nil {
				tt.do(d, id)
			}
			e := d.reply(told, policy.No)
			e.Sender = unknown
			if tt.spoil != nil {
				tt.spoil(d, &e)
			}
			src := ledger.Source{Mailbox: "support", UIDValidity: 1, UID: 900}
			receive := func(raw string) Message {
				m, err := d.Inbox.Receive(e, src, []byte(raw))
				check(t, err)
				return m
			}
			receive(e.RawHash)
			for range 2 { // once more, as when DNS is asked again
				d.restart(t)
				a := d.may(t, id, policy.PasswordChange, "kim")
				if has(a, "no_pending") != tt.holds || tt.holds && a.Decision != policy.Deny || !tt.holds && a.Decision != policy.Allow {
					t.Fatalf("%+v, want held %v", a, tt.holds)
				}
				d.turn(time.Minute)
				receive(e.RawHash)
			}
			if n := happened(d.show(t, id), "no pending"); n != map[bool]int{true: 1, false: 0}[tt.holds] {
				t.Errorf("said %d times on the ticket", n)
			}
			e.Sender, e.Answer.Intent = d.reply(told, policy.No).Sender, policy.Unclear // DNS has answered
			receive("")
			if a := d.may(t, id, policy.PasswordChange, "kim"); has(a, "no_pending") {
				t.Errorf("held after the end: %+v", a)
			}
			if left := d.dump(t)["pending/"+id]; left != "" {
				t.Errorf("left over: %s", left)
			}
		})
	}
}

// TestNoPendingEnds: the hold ends with the message, however it ends, and one
// message more keeps it.
func TestNoPendingEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(*desk, *policy.Evidence)
		want string // first reason of authorize afterwards
	}{
		"proved-no": {func(*desk, *policy.Evidence) {}, "client_stopped"},
		"forged":    {func(_ *desk, e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail} }, "proved"},
		"lost": {func(_ *desk, e *policy.Evidence) {
			e.Refusals, e.Tokens, e.References = []policy.Reason{policy.Because("bytes_lost")}, nil, nil
		}, "proved"},
		"gave-up": {func(d *desk, e *policy.Evidence) { e.Sender = unknown; d.turn(73 * time.Hour) }, "proved"},
	} {
		t.Run(name, func(t *testing.T) {
			d, id, _, told := confirmedDesk(t, nil)
			var all []policy.Evidence
			for range 2 {
				all = append(all, d.reply(told, policy.No))
			}
			receive := func(i int, e policy.Evidence) {
				_, err := d.Inbox.Receive(e, ledger.Source{Mailbox: "support", UIDValidity: 1, UID: 900 + uint32(i)}, []byte(e.RawHash))
				check(t, err)
			}
			for i, e := range all {
				e.Sender = unknown
				receive(i, e)
			}
			for i, e := range all {
				if a := d.may(t, id, policy.PasswordChange, "kim"); i == 0 && !has(a, "no_pending") || i == 1 && name != "proved-no" && !has(a, "no_pending") {
					t.Fatalf("not held before message %d ends: %+v", i, a)
				}
				tt.end(d, &e)
				receive(i, e)
			}
			if a := d.may(t, id, policy.PasswordChange, "kim"); string(a.Reasons[0].Code) != tt.want {
				t.Errorf("%+v, want %s", a, tt.want)
			}
		})
	}
}

// TestGaveUpWithToken: a no with the live token that could never be judged still
// stops its ticket.
func TestGaveUpWithToken(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	e := d.reply(l, policy.No)
	e.Sender = unknown
	src := ledger.Source{Mailbox: "support", UIDValidity: 1, UID: 900}
	for range 2 {
		_, err := d.Inbox.Receive(e, src, []byte(e.RawHash))
		check(t, err)
		d.turn(73 * time.Hour)
	}
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); has(a, "no_pending") || d.count("unproved_no", ticket.ID) != 1 {
		t.Errorf("%+v, %d notices", a, d.count("unproved_no", ticket.ID))
	}
}

// TestObservedHoldsNothing: mail of a mailbox that is only observed does nothing
// to a ticket.
func TestObservedHoldsNothing(t *testing.T) {
	d, id, _, told := confirmedDesk(t, nil)
	e := d.reply(told, policy.No)
	e.Sender = unknown
	_, err := d.Inbox.Receive(e, ledger.Source{Mailbox: "seen", UIDValidity: 1, UID: 900, Observe: true}, []byte(e.RawHash))
	check(t, err)
	if a := d.may(t, id, policy.PasswordChange, "kim"); a.Decision != policy.Allow {
		t.Errorf("%+v", a)
	}
}

// TestHoldsFew: one message holds no more tickets than a person could mean.
func TestHoldsFew(t *testing.T) {
	d := memoryDesk(t, nil)
	e := d.reply(Letter{To: bob}, policy.No)
	e.Sender = unknown
	for range 2 * maxHolds {
		_, l := d.ask(t, bob, policy.DNSChange)
		e.Tokens = append(e.Tokens, policy.Mark{Value: l.Token, Field: "references"})
	}
	if m := d.receive(t, e); len(m.Holds) != maxHolds {
		t.Errorf("%d tickets are held, want %d", len(m.Holds), maxHolds)
	}
}
