package tickets

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

const bobs, another = "tulip-harbour 93", "quartz-fjord!7"

// set sets bob's code, as the lead max.
func (d *desk) set(t failer, code codes.Secret) CodeStatus {
	t.Helper()
	out, err := d.SetCode(By{User: "max"}, CodeRequest{Contact: bob, Agent: "max", Code: code})
	check(t, err)
	return out
}

// said is what a caller says to agent lee, with a ticket if one is named.
func (d *desk) said(t failer, code codes.Secret, ticket string) CodeVerified {
	t.Helper()
	out, err := d.VerifyCode(CodeRequest{Contact: bob, Agent: "lee", Ticket: ticket, Code: code})
	check(t, err)
	return out
}

// small opens a small change for bob by phone, as kim.
func (d *desk) small(t failer) Ticket {
	t.Helper()
	ticket, _ := d.ask(t, bob, policy.MinorChange)
	return ticket
}

// phones asks whether it may be done, by phone.
func (d *desk) phones(t failer, id, agent string) Authorization {
	t.Helper()
	a, err := d.Authorize(AuthorizeRequest{Ticket: id, Class: policy.MinorChange, Agent: agent, Channel: policy.Phone})
	check(t, err)
	return a
}

// TestCodeProves: a match proves a small change on its ticket, for half an hour.
func TestCodeProves(t *testing.T) {
	d := openDesk(t, nil)
	d.set(t, bobs)
	ticket, other := d.small(t), d.small(t)
	if a := d.phones(t, ticket.ID, "kim"); a.Decision != policy.Deny || !has(a, "code_missing") {
		t.Fatalf("without a code: %+v", a)
	}
	if out := d.said(t, "Tulip harbour 93", ""); out.Result != policy.CodeCodeMatch || !out.Until.IsZero() || out.TriesLeft != 5 {
		t.Fatalf("without a ticket: %+v", out)
	}
	out := d.said(t, bobs, ticket.ID)
	end := d.Now().Add(30 * time.Minute)
	if out.Result != policy.CodeCodeMatch || !out.Until.Equal(end) || out.Proves != policy.MinorChange {
		t.Fatalf("with a ticket: %+v", out)
	}
	if s := d.show(t, ticket.ID); len(s.Proofs) != 1 || !s.Proofs[0].Expires.Equal(end) || s.Proofs[0].Agent != "lee" || s.State != policy.StateUnconfirmed {
		t.Errorf("shown: %+v", s)
	}
	d.turn(10 * time.Minute)
	if a := d.phones(t, ticket.ID, "kim"); a.Decision != policy.Allow || !a.Until.Equal(end) {
		t.Errorf("authorize: %+v", a)
	}
	if a := d.phones(t, other.ID, "kim"); a.Decision != policy.Deny {
		t.Errorf("another ticket: %+v", a)
	}
	d.turn(20*time.Minute - time.Millisecond)
	if a := d.phones(t, ticket.ID, "kim"); a.Decision != policy.Allow || !a.Repeat {
		t.Errorf("at its end: %+v", a)
	}
	d.turn(time.Millisecond)
	if a := d.phones(t, ticket.ID, "kim"); a.Decision != policy.Deny || !has(a, "proof_expired") {
		t.Errorf("after its end: %+v", a)
	}
	grave, _ := d.ask(t, bob, policy.PasswordChange)
	if out := d.said(t, bobs, grave.ID); out.Result != policy.CodeCodeMatch || out.Proves != "" || len(d.show(t, grave.ID).Proofs) > 0 {
		t.Errorf("on a privileged ticket: %+v", out)
	}
}

// TestCodeLost: each row takes away one thing between the match and the act.
func TestCodeLost(t *testing.T) {
	for _, tt := range []struct {
		name   string
		spoil  func(*testing.T, *desk, string)
		agent  string
		reason string
	}{
		{"nothing", func(*testing.T, *desk, string) {}, "kim", ""},
		{"who-verified-acts", func(*testing.T, *desk, string) {}, "lee", ""},
		{"who-set-it-acts", func(*testing.T, *desk, string) {}, "max", "code_own"},
		{"changed", func(t *testing.T, d *desk, _ string) { d.set(t, another) }, "kim", "code_void"},
		{"set-again", func(t *testing.T, d *desk, _ string) { d.set(t, bobs) }, "kim", "code_void"},
		{"cleared", func(t *testing.T, d *desk, _ string) {
			_, err := d.ClearCode(By{}, CodeRequest{Contact: bob, Agent: "max"})
			check(t, err)
		}, "kim", "code_void"},
		{"locked-by-guesses", func(t *testing.T, d *desk, _ string) {
			for range policy.WrongCodesDay {
				d.said(t, "wrong", "")
			}
		}, "kim", "code_void"},
		{"denied", func(t *testing.T, d *desk, id string) {
			d.receive(t, d.reply(d.last(t, "code_used", id), policy.No))
		}, "kim", "disputed"},
		{"setting-denied", func(t *testing.T, d *desk, _ string) {
			d.receive(t, d.reply(d.letter(t, "code_changed", bob), policy.No))
		}, "kim", "code_void"},
		{"edited", func(t *testing.T, d *desk, id string) {
			_, err := d.Edit(EditRequest{Ticket: id, Request: "Another", Agent: "kim"})
			check(t, err)
		}, "kim", "code_missing"},
		{"closed", func(t *testing.T, d *desk, id string) { _, err := d.CloseTicket(id, "kim"); check(t, err) }, "kim", "ticket_closed"},
		{"removed", func(t *testing.T, d *desk, _ string) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Status = clients.Removed })
		}, "kim", "contact_removed"},
		{"moved", func(t *testing.T, d *desk, _ string) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Client = "c2" })
		}, "kim", "contact_moved"},
		{"permission-taken-away", func(t *testing.T, d *desk, _ string) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{clients.Approve} })
		}, "kim", "no_permission"},
		{"restored", func(t *testing.T, d *desk, _ string) {
			d.turn(time.Second)
			if restored, err := d.Log.CheckHead("of another store"); !restored || err != nil {
				t.Fatal(restored, err)
			}
		}, "kim", "restored"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			d.set(t, bobs)
			ticket := d.small(t)
			if out := d.said(t, bobs, ticket.ID); out.Result != policy.CodeCodeMatch {
				t.Fatalf("%+v", out)
			}
			tt.spoil(t, d, ticket.ID)
			if a := d.phones(t, ticket.ID, tt.agent); (a.Decision == policy.Allow) != (tt.reason == "") || tt.reason != "" && !has(a, tt.reason) {
				t.Errorf("authorize: %+v, want %q", a, tt.reason)
			}
		})
	}
}

// TestCodeOnce: a one-time code matches once, and until its end.
func TestCodeOnce(t *testing.T) {
	d := memoryDesk(t, nil)
	once := func() {
		out, err := d.SetCode(By{}, CodeRequest{Contact: bob, Agent: "max", Code: bobs, Kind: codes.Once, Life: "2h"})
		check(t, err)
		if !out.Expires.Equal(d.Now().Add(2 * time.Hour)) {
			t.Errorf("expires %s", out.Expires)
		}
	}
	once()
	for i, want := range []policy.Code{policy.CodeCodeMatch, policy.CodeCodeUsed, policy.CodeCodeUsed} {
		if out := d.said(t, bobs, ""); out.Result != want {
			t.Errorf("try %d: %+v, want %s", i+1, out, want)
		}
	}
	once()
	d.turn(2 * time.Hour)
	for _, said := range []codes.Secret{bobs, "wrong"} {
		if out := d.said(t, said, ""); out.Result != policy.CodeCodeExpired {
			t.Errorf("after its end: %+v", out)
		}
	}
}

// TestCodeRotating: each step counts once, over all tickets.
func TestCodeRotating(t *testing.T) {
	d := memoryDesk(t, nil)
	d.now = time.Unix(1111111109, 0).UTC() // RFC 6238, appendix B: 07081804
	_, err := d.SetCode(By{}, CodeRequest{Contact: bob, Agent: "max", Code: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Kind: codes.TOTP})
	check(t, err)
	one, two := d.small(t), d.small(t)
	if out := d.said(t, "081804", one.ID); out.Result != policy.CodeCodeMatch {
		t.Fatalf("%+v", out)
	}
	if out := d.said(t, "081804", two.ID); out.Result != policy.CodeCodeWrong || len(d.show(t, two.ID).Proofs) > 0 {
		t.Errorf("the same step once more: %+v", out)
	}
}

// TestCodeDenied: a no to what tells of a code locks it at once, whatever it
// tells; it alarms the leads, and stops the client only where the ticket acted.
// Only another code ends that.
func TestCodeDenied(t *testing.T) {
	for _, tt := range []struct {
		name  string
		do    func(*testing.T, *desk) Letter
		stops bool
	}{
		{"set", func(t *testing.T, d *desk) Letter { return d.letter(t, "code_changed", bob) }, false},
		{"used", func(t *testing.T, d *desk) Letter { d.said(t, bobs, ""); return d.letter(t, "code_used", bob) }, false},
		{"used-on-a-ticket", func(t *testing.T, d *desk) Letter {
			d.said(t, bobs, d.small(t).ID)
			return d.letter(t, "code_used", bob)
		}, true},
		{"locked", func(t *testing.T, d *desk) Letter {
			for range policy.WrongCodesDay {
				d.said(t, "wrong", "")
			}
			d.turn(24 * time.Hour)
			return d.letter(t, "code_locked", bob)
		}, false},
		{"the-request", func(t *testing.T, d *desk) Letter {
			ticket := d.small(t)
			d.said(t, bobs, ticket.ID)
			return d.last(t, "confirm", ticket.ID)
		}, true},
		{"earlier-code", func(t *testing.T, d *desk) Letter {
			l := d.letter(t, "code_changed", bob)
			d.turn(time.Hour)
			d.set(t, another)
			return l
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			d.set(t, bobs)
			l := tt.do(t, d)
			d.mails(t)
			d.receive(t, d.reply(l, policy.No))
			d.state(t, l.Ticket, policy.StateDisputed)
			for _, code := range []codes.Secret{bobs, another} {
				if out := d.said(t, code, ""); out.Result != policy.CodeCodeLocked {
					t.Errorf("after the no: %+v", out)
				}
			}
			want := "said_no max"
			if tt.stops {
				want = "stopped max"
			}
			if got := d.mails(t); !slices.Contains(got, want) {
				t.Errorf("staff were told %q, want %s", got, want)
			}
			if by := d.stoppedBy(t, "c1"); (len(by) > 0) != tt.stops {
				t.Errorf("stopped by %v", by)
			}
			d.turn(time.Hour)
			d.set(t, "mango-fjord-kite")
			if out := d.said(t, "mango-fjord-kite", ""); out.Result != policy.CodeCodeMatch {
				t.Errorf("another code: %+v", out)
			}
			d.receive(t, d.reply(l, policy.No)) // late, and once more
			if out := d.said(t, "mango-fjord-kite", ""); out.Result != policy.CodeCodeMatch {
				t.Errorf("after the same no: %+v", out)
			}
		})
	}
}

// TestCodeTold: of uses that are for no ticket one mail a day tells, of those of
// a ticket one; of every change one.
func TestCodeTold(t *testing.T) {
	d := memoryDesk(t, nil)
	letters := func(kind policy.NoticeKind) (n int) {
		for _, l := range d.letters {
			if l.Kind == kind {
				n++
			}
		}
		return n
	}
	first, second := d.set(t, bobs), d.set(t, another)
	if first.Ticket == second.Ticket || letters("code_changed") != 2 {
		t.Errorf("two changes: %s, %s, %d letters", first.Ticket, second.Ticket, letters("code_changed"))
	}
	ticket := d.small(t)
	for range 3 {
		d.said(t, another, "")
		d.said(t, another, ticket.ID)
	}
	if n := letters("code_used"); n != 2 {
		t.Errorf("%d letters of six uses", n)
	}
	_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Another", Agent: "kim"})
	check(t, err)
	d.said(t, another, ticket.ID)
	if n := letters("code_used"); n != 2 {
		t.Errorf("%d letters after an edit", n)
	}
	d.turn(24 * time.Hour)
	if d.said(t, another, ""); letters("code_used") != 3 {
		t.Errorf("%d letters on the next day", letters("code_used"))
	}
	l := d.letter(t, "code_changed", bob)
	if l.Token != "" || !strings.Contains(l.Request, "Your phone and chat code was set on 25 November 2026, 09:00 UTC by max.") {
		t.Errorf("letter: %+v", l)
	}
}

// TestCodeSetter: a lead or an administrator who counts sets and clears codes,
// nobody else, and never verifies one of theirs.
func TestCodeSetter(t *testing.T) {
	d := memoryDesk(t, nil)
	for _, do := range []func(By, CodeRequest) (CodeStatus, error){d.SetCode, d.ClearCode} {
		for _, agent := range []string{"kim", "nobody"} {
			if _, err := do(By{}, CodeRequest{Contact: bob, Agent: agent, Code: bobs}); !errors.Is(err, ErrNotAllowed) && !errors.Is(err, ErrNoAgent) {
				t.Errorf("%s: %v", agent, err)
			}
		}
	}
	if _, err := d.ClearCode(By{}, CodeRequest{Contact: bob, Agent: "max"}); !errors.Is(err, ErrNoCode) {
		t.Errorf("clear of none: %v", err)
	}
	d.set(t, bobs)
	for range 2 * policy.WrongCodesDay { // is refused before it counts
		out, err := d.VerifyCode(CodeRequest{Contact: bob, Agent: "max", Code: "wrong"})
		if err != nil || out.Result != policy.CodeCodeOwn {
			t.Fatalf("%+v, %v", out, err)
		}
	}
	d.agents(t, func(a *staff.Agent) { a.Counts = d.Now().Add(time.Hour) })
	if _, err := d.SetCode(By{}, CodeRequest{Contact: bob, Agent: "max", Code: bobs}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("a lead who does not count yet: %v", err)
	}
	d.agents(t, func(a *staff.Agent) { a.Disabled = true })
	if _, err := d.VerifyCode(CodeRequest{Contact: bob, Agent: "lee", Code: bobs}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("a disabled agent: %v", err)
	}
}

// TestCodeOfStaff: nobody whose address is one of staff has a code.
func TestCodeOfStaff(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.SharedDomains = []string{"desk.example"} })
	d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, "support+bob@desk.example") })
	if _, err := d.SetCode(By{}, CodeRequest{Contact: bob, Agent: "max", Code: bobs}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("set: %v", err)
	}
}

// TestCodeOfOthers: a contact's code counts on their own tickets, a client's on
// those of the client.
func TestCodeOfOthers(t *testing.T) {
	d := memoryDesk(t, nil)
	d.set(t, bobs)
	_, err := d.SetCode(By{}, CodeRequest{Client: "c1", Agent: "max", Code: another})
	check(t, err)
	if l := d.letter(t, "code_changed", ada); !strings.Contains(l.Request, "code of Client was set") {
		t.Errorf("the primary contact was told: %s", l.Request)
	}
	tickets := map[string]string{}
	for _, who := range []string{ada, bob, eve} {
		ticket, _ := d.ask(t, who, policy.MinorChange)
		tickets[who] = ticket.ID
	}
	for _, tt := range []struct {
		name string
		in   CodeRequest
		want bool
	}{
		{"bobs", CodeRequest{Contact: bob, Code: bobs, Ticket: tickets[bob]}, true},
		{"bobs-for-ada", CodeRequest{Contact: bob, Code: bobs, Ticket: tickets[ada]}, false},
		{"bobs-for-eve", CodeRequest{Contact: bob, Code: bobs, Ticket: tickets[eve]}, false},
		{"clients-for-ada", CodeRequest{Client: "c1", Code: another, Ticket: tickets[ada]}, true},
		{"clients-for-bob", CodeRequest{Client: "c1", Code: another, Ticket: tickets[bob]}, true},
		{"clients-for-eve", CodeRequest{Client: "c1", Code: another, Ticket: tickets[eve]}, false},
		{"both", CodeRequest{Client: "c1", Contact: bob, Code: bobs}, false},
		{"neither", CodeRequest{Code: bobs}, false},
		{"no-client", CodeRequest{Client: "c9", Code: bobs}, false},
		{"no-ticket", CodeRequest{Contact: bob, Code: bobs, Ticket: "T-99"}, false},
	} {
		tt.in.Agent = "lee"
		out, err := d.VerifyCode(tt.in)
		if (err == nil && out.Result == policy.CodeCodeMatch) != tt.want {
			t.Errorf("%s: %+v, %v", tt.name, out, err)
		}
	}
	if a := d.phones(t, tickets[ada], "kim"); a.Decision != policy.Allow {
		t.Errorf("by the client's code: %+v", a)
	}
	if a := d.phones(t, tickets[eve], "kim"); a.Decision != policy.Deny {
		t.Errorf("of another client: %+v", a)
	}
}

// TestCodeRestored: a code of before a restore may have been changed, cleared or
// used since the copy was made; it has to be set anew.
func TestCodeRestored(t *testing.T) {
	d := openDesk(t, nil)
	d.set(t, bobs)
	d.turn(time.Second)
	if restored, err := d.Log.CheckHead("of another store"); !restored || err != nil {
		t.Fatal(restored, err)
	}
	for _, said := range []codes.Secret{bobs, "wrong"} {
		if out := d.said(t, said, ""); out.Result != policy.CodeCodeRestored {
			t.Errorf("%+v", out)
		}
	}
	check(t, d.CodeStatus(CodeRequest{Contact: bob}, func(s CodeStatus) error {
		if !s.Restored {
			t.Errorf("status: %+v", s)
		}
		return nil
	}))
	d.set(t, bobs)
	if out := d.said(t, bobs, ""); out.Result != policy.CodeCodeMatch {
		t.Errorf("set anew: %+v", out)
	}
}

// TestCodeOfRemoved: the code of who left the file counts no more when they are back,
// whoever took them off it.
func TestCodeOfRemoved(t *testing.T) {
	for name, remove := range map[string]func(*desk){
		"by-command": func(d *desk) {
			dry, err := d.Directory.RemoveContact(as("max"), bob, "max", true)
			check(t, err)
			if out := d.said(t, bobs, ""); dry.Contact.Status != clients.Removed || out.Result != policy.CodeCodeMatch {
				t.Errorf("after a dry run: %+v", out)
			}
			_, err = d.Directory.RemoveContact(as("max"), bob, "max", false)
			check(t, err)
		},
		"by-an-import": func(d *desk) { // which gives all that is theirs to another client
			csv := "client,email,name\nc2,bob@client.example;bob@home.example,Bob\n"
			f := ImportFile{Kind: ImportContacts, Name: "people.csv", CSV: []byte(csv), AllowMove: true}
			_, err := d.Directory.Import(t.Context(), ida, f, func(Progress) error { return nil })
			check(t, err)
			f.CSV = []byte(strings.ReplaceAll(csv, "c2", "c1"))
			_, err = d.Directory.Import(t.Context(), ida, f, func(Progress) error { return nil })
			check(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			d.set(t, bobs)
			id := d.person(t, bob).ID
			remove(d)
			d.imports(t, "c1,,bob@client.example,Bob,,,\n")
			out := d.said(t, bobs, "")
			if back := d.person(t, bob); out.Result != policy.CodeCodeNotSet || back.Status != clients.Active {
				t.Errorf("%+v (%s, before %s): %+v", back, back.ID, id, out)
			}
			check(t, d.kv.View(func(v kv.View) error {
				if c, ok, err := codes.Of(v, codes.Holder{Client: "c1", Contact: id}); ok || err != nil || len(c.Sealed) > 0 {
					t.Errorf("what is left of it: %+v, %v", c, err)
				}
				return nil
			}))
		})
	}
}
