package tickets

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/audit"
	"countersign/internal/kv"
	"countersign/policy"
)

// checkedDesk is a desk whose rules ask for a check by another system beside the
// reply to whatever is privileged.
func checkedDesk(t failer) *desk {
	t.Helper()
	return memoryDesk(t, func(o *Options) {
		o.Checkers = []string{"persona", "idp"}
		o.Rules = policy.Rules{More: []policy.Rule{{Name: "checked", Where: "policy.toml:1", AnyOf: [][]policy.ProofKind{{policy.ProofExternal}}}}}
	})
}

// start starts a check of the ticket's contact by persona.
func (d *desk) start(t failer, id string) StartedCheck {
	t.Helper()
	out, err := d.StartCheck(CheckOfPerson{Ticket: id, Checker: "persona", Agent: "kim"})
	check(t, err)
	return out
}

// says is what persona says of a check: passed.
func (d *desk) says(c StartedCheck) Said {
	d.uid++
	return Said{Checker: "persona", Event: fmt.Sprint("evt_", d.uid), Hash: digest(d.uid), Reference: c.Reference, Passed: true, Word: "inquiry.approved", At: d.Now()}
}

func (d *desk) hear(t failer, in Said) Heard {
	t.Helper()
	out, err := d.Hear(in)
	check(t, err)
	return out
}

// TestHear: each row does something between the start of a check and what is said
// of it, to a ticket that the contact has confirmed.
func TestHear(t *testing.T) {
	type state struct {
		*desk
		id string
		c  StartedCheck
		in Said
	}
	tests := []struct {
		name   string
		spoil  func(*testing.T, *state)
		want   policy.Code
		allows bool
	}{
		{"passed", func(*testing.T, *state) {}, policy.CodeExternalPassed, true},
		{"by-address", func(_ *testing.T, s *state) { s.in.Contact = "Ada@CLIENT.example" }, policy.CodeExternalPassed, true},
		{"by-id", func(_ *testing.T, s *state) { s.in.Contact = "ada" }, policy.CodeExternalPassed, true},
		{"a-colleague", func(_ *testing.T, s *state) { s.in.Contact = bob }, policy.CodeOtherContact, false},
		{"nobody", func(_ *testing.T, s *state) { s.in.Contact = "nobody" }, policy.CodeOtherContact, false},
		{"failed", func(_ *testing.T, s *state) { s.in.Passed, s.in.Failed = false, true }, policy.CodeExternalFailed, false},
		{"passed-and-failed", func(_ *testing.T, s *state) { s.in.Failed = true }, policy.CodeExternalFailed, false},
		{"failed-before", func(t *testing.T, s *state) {
			failed := s.says(s.c)
			failed.Passed, failed.Failed = false, true
			s.hear(t, failed)
			s.turn(time.Second)
			s.in.At = s.Now()
		}, policy.CodeExternalPassed, true},
		{"failed-after-all", func(t *testing.T, s *state) {
			s.hear(t, s.in)
			s.turn(time.Second)
			s.in = s.says(s.c)
			s.in.Failed = true
		}, policy.CodeExternalFailed, false},
		{"failed-and-passed-before-that", func(t *testing.T, s *state) {
			failed := s.says(s.c)
			failed.At, failed.Failed = s.Now().Add(time.Second), true
			s.turn(time.Second)
			s.hear(t, failed)
		}, policy.CodeExternalSuperseded, false},
		{"started-again", func(t *testing.T, s *state) {
			failed := s.says(s.c)
			failed.Failed = true
			s.hear(t, failed)
			s.turn(time.Minute)
			if again := s.start(t, s.id); again.Repeat || again.Reference == s.c.Reference {
				t.Errorf("the same check: %+v", again)
			}
			s.in.At = s.Now()
		}, policy.CodeExternalSuperseded, false},
		{"edited", func(t *testing.T, s *state) {
			_, err := s.Edit(EditRequest{Ticket: s.id, Request: "Another", Agent: "kim"})
			check(t, err)
		}, policy.CodeExternalSuperseded, false},
		{"edited-and-started-at-that-time", func(t *testing.T, s *state) {
			_, err := s.Edit(EditRequest{Ticket: s.id, Request: "Another", Agent: "kim"})
			check(t, err)
			if again := s.start(t, s.id); again.Reference == s.c.Reference {
				t.Error("one reference for two revisions")
			}
		}, policy.CodeExternalSuperseded, false},
		{"disputed", func(t *testing.T, s *state) {
			s.receive(t, s.reply(s.last(t, "confirmed", s.id), policy.No))
		}, policy.CodeExternalSuperseded, false},
		{"disputed-elsewhere", func(t *testing.T, s *state) {
			_, letter := s.ask(t, ada, policy.ServerChange)
			s.receive(t, s.reply(letter, policy.No))
			check(t, s.Tick())
		}, policy.CodeExternalSuperseded, false},
		{"closed", func(t *testing.T, s *state) { _, err := s.CloseTicket(s.id, "kim"); check(t, err) }, policy.CodeTicketClosed, false},
		{"removed", func(t *testing.T, s *state) {
			s.contact(t, "ada", func(c *clients.Contact) { c.Status = clients.Removed })
		}, policy.CodeContactRemoved, false},
		{"moved", func(t *testing.T, s *state) {
			s.contact(t, "ada", func(c *clients.Contact) { c.Client = "c2" })
		}, policy.CodeContactMoved, false},
		{"permission-taken-away", func(t *testing.T, s *state) {
			s.contact(t, "ada", func(c *clients.Contact) { c.Permissions = []clients.Permission{clients.Approve} })
		}, policy.CodeNoPermission, false},
		{"before-it-was-started", func(_ *testing.T, s *state) { s.in.At = s.c.Asked.Add(-6 * time.Minute) }, policy.CodeExternalUndated, false},
		{"of-tomorrow", func(_ *testing.T, s *state) { s.in.At = s.Now().Add(24 * time.Hour) }, policy.CodeExternalUndated, false},
		{"restored", func(t *testing.T, s *state) {
			if restored, err := s.Log.CheckHead("of another store"); !restored || err != nil {
				t.Fatal(restored, err)
			}
		}, policy.CodeExternalSuperseded, false},
		{"sent-again", func(t *testing.T, s *state) {
			s.in.Failed = true
			s.hear(t, s.in)
			s.in.Failed = false // whatever it says now
		}, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := checkedDesk(t)
			ticket, letter := d.ask(t, ada, policy.PasswordChange)
			s := &state{desk: d, id: ticket.ID, c: d.start(t, ticket.ID)}
			d.turn(time.Minute)
			d.receive(t, d.reply(letter, policy.Yes))
			s.in = d.says(s.c)
			tt.spoil(t, s)
			out := d.hear(t, s.in)
			if out.Result != tt.want || out.Ticket != ticket.ID || (out.Until.IsZero()) != (tt.want != policy.CodeExternalPassed) {
				t.Errorf("Hear() = %+v, want %s", out, tt.want)
			}
			if tt.want != "" && happened(d.show(t, ticket.ID), "external check") < 2 {
				t.Errorf("history: %+v", d.show(t, ticket.ID).History)
			}
			if a := d.may(t, ticket.ID, policy.PasswordChange, "lee"); (a.Decision == policy.Allow) != tt.allows {
				t.Errorf("authorize: %+v", a)
			}
		})
	}
}

// TestHearForeign: what is of no check of ours is nobody's, and leaves nothing
// behind; so does what says nothing of one.
func TestHearForeign(t *testing.T) {
	d := checkedDesk(t)
	ticket, _ := d.ask(t, ada, policy.PasswordChange)
	c := d.start(t, ticket.ID)
	before := d.dump(t)
	for name, spoil := range map[string]func(*Said){
		"another-system":     func(in *Said) { in.Checker = "idp" },
		"another-ticket":     func(in *Said) { in.Reference = strings.Replace(in.Reference, "T-1.", "T-2.", 1) },
		"another-revision":   func(in *Said) { in.Reference = strings.Replace(in.Reference, "T-1.1.", "T-1.2.", 1) },
		"made-up":            func(in *Said) { in.Reference = "T-1.1." + strings.Repeat("a", 8) + "." + strings.Repeat("a", 20) },
		"the-number-alone":   func(in *Said) { in.Reference = "T-1" },
		"nothing":            func(in *Said) { in.Reference = "" },
		"something-behind":   func(in *Said) { in.Reference += "\n" },
		"it-goes-on":         func(in *Said) { in.Passed = false },
		"in-capital-letters": func(in *Said) { in.Reference = strings.ToUpper(in.Reference) },
	} {
		in := d.says(c)
		spoil(&in)
		if out := d.hear(t, in); out.Ticket != "" || out.Result != "" {
			t.Errorf("%s: %+v", name, out)
		}
	}
	if after := d.dump(t); len(after) != len(before) {
		t.Errorf("%d keys, and %d before", len(after), len(before))
	}
}

// TestExternalProof: the proof is of the revision, is shown, expires and is needed
// beside the reply; it is no answer of the contact.
func TestExternalProof(t *testing.T) {
	d := checkedDesk(t)
	ticket, letter := d.ask(t, ada, policy.PasswordChange)
	a := d.may(t, ticket.ID, policy.PasswordChange, "lee")
	if !has(a, "not_authenticated") || !has(a, "external_missing") || !slices.Contains(a.Next, "await_external") {
		t.Errorf("nothing is there: %+v", a)
	}
	c := d.start(t, ticket.ID)
	if again := d.start(t, ticket.ID); !again.Repeat || again.Reference != c.Reference {
		t.Errorf("asked for once more: %+v, and first %+v", again, c)
	}
	d.turn(time.Minute)
	d.hear(t, d.says(c))
	s := d.show(t, ticket.ID)
	if len(s.Proofs) != 1 || s.Proofs[0].Kind != policy.ProofExternal || s.Proofs[0].Checker != "persona" || s.State != policy.StateUnconfirmed || s.Proof != policy.WordNotProved {
		t.Errorf("shown: %+v", s)
	}
	if len(s.Checks) != 1 || s.Checks[0].Result != policy.CodeExternalPassed {
		t.Errorf("checks: %+v", s.Checks)
	}
	if a := d.may(t, ticket.ID, policy.PasswordChange, "lee"); a.Decision != policy.Deny || !has(a, "not_authenticated") || has(a, "external_missing") {
		t.Errorf("the check alone: %+v", a)
	}
	d.receive(t, d.reply(letter, policy.Yes))
	if s := d.show(t, ticket.ID); s.Proof != policy.WordProved || len(s.Proofs) != 3 {
		t.Errorf("both: %+v", s)
	}
	d.opt.Checkers = []string{"persona-2"} // as after its secret got out
	d.restart(t)
	if a := d.may(t, ticket.ID, policy.PasswordChange, "lee"); a.Decision != policy.Deny || !has(a, "external_void") {
		t.Errorf("renamed: %+v", a)
	}
	d.opt.Checkers = []string{"persona"}
	d.restart(t)
	if a := d.may(t, ticket.ID, policy.PasswordChange, "lee"); a.Decision != policy.Allow {
		t.Errorf("named again: %+v", a)
	}
	d.turn(policy.ProofLife + time.Minute)
	if s := d.show(t, ticket.ID); s.Proof != policy.WordNotProved {
		t.Errorf("a week later: %s", s.Proof)
	}
}

// TestExternalObstacles: what came of a check stands where somebody asks why.
func TestExternalObstacles(t *testing.T) {
	d := checkedDesk(t)
	ticket, letter := d.ask(t, ada, policy.PasswordChange)
	d.receive(t, d.reply(letter, policy.Yes))
	c := d.start(t, ticket.ID)
	if a := d.may(t, ticket.ID, policy.PasswordChange, "lee"); !has(a, "external_started") || !strings.Contains(fmt.Sprint(a.Reasons), "persona, by kim") {
		t.Errorf("started: %+v", a)
	}
	failed := d.says(c)
	failed.Passed, failed.Failed = false, true
	d.hear(t, failed)
	if a := d.may(t, ticket.ID, policy.PasswordChange, "lee"); !has(a, "external_failed") || has(a, "external_started") {
		t.Errorf("failed: %+v", a)
	}
	d.turn(time.Second)
	other := d.says(c)
	other.Contact = bob
	d.hear(t, other)
	if a := d.may(t, ticket.ID, policy.PasswordChange, "lee"); !strings.Contains(fmt.Sprint(a.Reasons), policy.Because(policy.CodeOtherContact).Text) {
		t.Errorf("another person: %+v", a)
	}
	d.opt.Checkers = nil
	d.restart(t)
	if a := d.may(t, ticket.ID, policy.PasswordChange, "lee"); !has(a, "external_none") || !slices.Contains(a.Next, "name_external") {
		t.Errorf("nobody checks: %+v", a)
	}
}

// TestStartCheck: a check is started where it could prove something.
func TestStartCheck(t *testing.T) {
	d := checkedDesk(t)
	ticket, _ := d.ask(t, bob, policy.PasswordChange)
	closed, _ := d.ask(t, ada, policy.PasswordChange)
	_, err := d.CloseTicket(closed.ID, "kim")
	check(t, err)
	question, err := d.Open(OpenRequest{Contact: ada, Channel: policy.Phone, Class: policy.Question, Subject: "What?", Agent: "kim"})
	check(t, err)
	for _, tt := range []struct {
		name string
		in   CheckOfPerson
		want string
	}{
		{"no-name-of-two", CheckOfPerson{Ticket: ticket.ID, Agent: "kim"}, "say which system is to check them: one of persona, idp"},
		{"misspelt", CheckOfPerson{Ticket: ticket.ID, Checker: "personna", Agent: "kim"}, "Did you mean persona?"},
		{"closed", CheckOfPerson{Ticket: closed.ID, Checker: "idp", Agent: "kim"}, "is closed"},
		{"question", CheckOfPerson{Ticket: question.ID, Checker: "idp", Agent: "kim"}, "nothing has to be proved"},
		{"no-ticket", CheckOfPerson{Ticket: "T-99", Checker: "idp", Agent: "kim"}, "no such ticket"},
		{"no-agent", CheckOfPerson{Ticket: ticket.ID, Checker: "idp", Agent: "pat"}, "no such agent"},
	} {
		if _, err := d.StartCheck(tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{clients.Approve} })
	if _, err := d.StartCheck(CheckOfPerson{Ticket: ticket.ID, Checker: "idp", Agent: "kim"}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("without the permission: %v", err)
	}
	d.opt.Checkers = nil
	d.restart(t)
	if _, err := d.StartCheck(CheckOfPerson{Ticket: ticket.ID, Agent: "kim"}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("none is configured: %v", err)
	}
}

// TestExternalComputedAgain: what was judged can be judged again from the audit log.
func TestExternalComputedAgain(t *testing.T) {
	d := checkedDesk(t)
	ticket, _ := d.ask(t, ada, policy.PasswordChange)
	c := d.start(t, ticket.ID)
	for _, spoil := range []func(*Said){func(*Said) {}, func(in *Said) { in.Contact = bob }, func(in *Said) { in.Failed = true }} {
		d.turn(time.Second)
		in := d.says(c)
		spoil(&in)
		d.hear(t, in)
	}
	_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Another", Agent: "kim"})
	check(t, err)
	d.hear(t, d.says(c))
	var results []policy.Code
	check(t, d.KV().View(func(v kv.View) error {
		return audit.List(v, 0, func(_ int64, e audit.Entry) error {
			if e.Kind != "external" {
				return nil
			}
			var leaf externalLeaf
			if err := json.Unmarshal(e.Data, &leaf); err != nil {
				return err
			}
			if got := leaf.facts().Judge(); got != leaf.Result {
				t.Errorf("%s again comes to %s", leaf.Result, got)
			}
			results = append(results, leaf.Result)
			return nil
		})
	}))
	if want := []policy.Code{"external_passed", "other_contact", "external_failed", "external_superseded"}; !slices.Equal(results, want) {
		t.Errorf("in the log: %v, want %v", results, want)
	}
}

// TestExternalForgotten: an event is known again for 30 days, and a ticket's history
// holds so much of what others say and no more.
func TestExternalForgotten(t *testing.T) {
	d := checkedDesk(t)
	ticket, _ := d.ask(t, ada, policy.PasswordChange)
	c := d.start(t, ticket.ID)
	marks := func() (n int) {
		for key := range d.dump(t) {
			if strings.HasPrefix(key, externalPrefix) || strings.HasPrefix(key, externalDue) {
				n++
			}
		}
		return n
	}
	for range maxHeard + 20 {
		d.turn(time.Second)
		in := d.says(c)
		in.Failed = true
		d.hear(t, in)
	}
	if n := happened(d.show(t, ticket.ID), "external check"); n != maxHeard+1 {
		t.Errorf("%d events", n)
	}
	d.turn(time.Second)
	if out := d.hear(t, d.says(c)); out.Result != policy.CodeExternalPassed || happened(d.show(t, ticket.ID), "external check") != maxHeard+2 {
		t.Errorf("a pass behind them: %+v", out)
	}
	if n := marks(); n != 2*(maxHeard+21) {
		t.Errorf("%d keys", n)
	}
	d.turn(markLife)
	check(t, d.Tick())
	if n := marks(); n != 0 {
		t.Errorf("%d keys after 30 days", n)
	}
}
