package policy

import (
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// question is the notice that Ada was sent about T-1.
func question() Notice {
	return Notice{ID: "n-1", Ticket: "T-1", Contact: "ada", Revision: 1, Sent: noon.Add(-time.Hour), Expires: noon.Add(24 * time.Hour)}
}

// names is what Ada's reply names: the token in To, the reference in Subject.
func names() Names {
	return Names{
		Tokens:     []Named{{Mark{"token-1", "to"}, question()}},
		References: []Named{{Mark{"T-1-AAAAAA", "subject"}, question()}},
	}
}

// proof is the evidence of Ada's proved reply: YES.
func proof() Evidence {
	return Evidence{From: "ada@north.example", Kind: KindReply, Arrived: noon, Answer: Answer{Intent: Yes},
		Sender: Sender{Result: ResultPass, By: ByDKIM, Domain: "north.example", SignedAt: noon.Add(-time.Minute), SignatureID: "s1",
			Covered: []string{"from", "to", "subject"}}}
}

// good is a reply that deserves to confirm T-1.
func good() Facts {
	e := proof()
	return Facts{Evidence: e, Binding: Bind(e, names()), Person: Person{ID: "ada", Client: "north", May: true},
		Ticket: Ticket{ID: "T-1", Client: "north", Contact: "ada", Class: PasswordChange, State: StateUnconfirmed, Revision: 1}}
}

// rebind binds again after a fact of the evidence or the names was spoilt.
func rebind(f *Facts, n Names) { f.Binding = Bind(f.Evidence, n) }

// Each row spoils one fact of a reply that deserves to confirm, so the table
// shows that every one is necessary.
func TestDecide(t *testing.T) {
	tests := []struct {
		name      string
		spoil     func(*Facts)
		verdict   Verdict
		outcome   Outcome
		reason    string
		confirmed bool
	}{
		{"all-proved", func(*Facts) {}, Authenticated, Applied, "confirmed", true},

		{"refused", func(f *Facts) { f.Refusals = []Reason{Because("ambiguous_header")} }, Rejected, SetAside, "ambiguous_header", false},
		{"no-from", func(f *Facts) { f.From = "" }, Rejected, SetAside, "bad_from", false},
		{"duplicate", func(f *Facts) { f.Duplicate = true }, Ignored, OutcomeIgnored, "duplicate", false},
		{"signature-used", func(f *Facts) { f.SignatureUsed = true }, Ignored, OutcomeIgnored, "signature_used", false},

		{"kind-unknown", func(f *Facts) { f.Kind = "" }, Ignored, OutcomeIgnored, "auto_reply", false},
		{"auto-reply", func(f *Facts) { f.Kind = KindAutoReply }, Ignored, OutcomeIgnored, "auto_reply", false},
		{"bounce", func(f *Facts) { f.Kind = KindBounce }, Ignored, OutcomeIgnored, "bounce", false},
		{"receipt", func(f *Facts) { f.Kind = KindReceipt }, Ignored, OutcomeIgnored, "receipt", false},
		{"calendar", func(f *Facts) { f.Kind = KindCalendar }, Ignored, OutcomeIgnored, "calendar", false},
		{"list", func(f *Facts) { f.Kind = KindList }, Ignored, OutcomeIgnored, "list", false},
		{"loop", func(f *Facts) { f.Kind = KindLoop }, Ignored, OutcomeIgnored, "loop", false},

		{"temperror", func(f *Facts) { f.Sender = Sender{Result: ResultTempError} }, Deferred, OutcomeDefer, "dns_temperror", false},
		{"temperror-too-long", func(f *Facts) { f.Sender = Sender{Result: ResultTempError}; f.GaveUp = true }, Unauthenticated, Applied, "dns_gave_up", false},
		{"temperror-of-a-stranger", func(f *Facts) { f.Sender = Sender{Result: ResultTempError}; f.Person, f.Standing = Person{}, Stranger }, Unauthenticated, Applied, "unknown_sender", false},
		{"temperror-of-somebody-else", func(f *Facts) { f.Sender = Sender{Result: ResultTempError}; f.Person, f.Standing = Person{}, Known }, Deferred, OutcomeDefer, "dns_temperror", false},
		{"policy-fail", func(f *Facts) { f.Sender.Result = ResultFail }, Rejected, Applied, "dmarc_fail", false},
		{"sender-zero", func(f *Facts) { f.Sender.Result = "" }, Rejected, Applied, "dmarc_fail", false},
		{"sender-neutral", func(f *Facts) { f.Sender.Result = ResultNeutral }, Rejected, Applied, "dmarc_fail", false},
		{"sender-permerror", func(f *Facts) { f.Sender.Result = ResultPermError }, Rejected, Applied, "dmarc_fail", false},
		{"not-aligned", func(f *Facts) { f.Sender = Sender{Result: ResultNone}; rebind(f, Names{Threads: []string{"T-1"}}) }, Unauthenticated, Applied, "not_aligned", false},
		{"nothing-vouches", func(f *Facts) { f.Sender.By = "" }, Unauthenticated, Applied, "border_not_exclusive", false},
		{"border-only", func(f *Facts) { f.Sender.By = ByBorder }, Unauthenticated, Applied, "border_not_exclusive", false},
		{"arc-only", func(f *Facts) { f.Sender.By = ByARC }, Unauthenticated, Applied, "border_not_exclusive", false},
		{"border-exclusive", func(f *Facts) { f.Sender.By = ByBorder; f.Sender.Exclusive = true }, Authenticated, Applied, "confirmed", true},
		{"border-small-class", func(f *Facts) { f.Sender.By = ByBorder; f.Ticket.Class = MinorChange }, Authenticated, Applied, "confirmed", true},
		{"spf-only", func(f *Facts) { f.Sender.By = BySPF; f.Binding.LiveToken = nil }, Unauthenticated, Applied, "spf_only", false},

		{"staff", func(f *Facts) { f.Person = Person{Staff: true} }, Unauthenticated, Applied, "staff_address", false},
		{"not-on-file", func(f *Facts) { f.Person = Person{} }, Unauthenticated, Applied, "other_address", false},
		{"shared-address", func(f *Facts) {
			f.Person = Person{Shared: []string{"ada", "ben"}}
			rebind(f, Names{Threads: []string{"T-1"}})
		}, Unauthenticated, Applied, "shared_address", false},
		{"shared-address-opens-nothing", func(f *Facts) {
			f.Person, f.ToUs, f.ToUsSigned = Person{Shared: []string{"ada", "ben"}}, true, true
			rebind(f, Names{})
		}, Unauthenticated, Applied, "shared_address", false},
		{"shared-address-unproved", func(f *Facts) {
			f.Sender, f.Person = Sender{Result: ResultNone}, Person{Shared: []string{"ada", "ben"}}
			rebind(f, Names{})
		}, Unauthenticated, Applied, "shared_address", false},
		{"shared-address-temperror", func(f *Facts) {
			f.Sender, f.Person, f.Standing = Sender{Result: ResultTempError}, Person{Shared: []string{"ada", "ben"}}, Stranger
			rebind(f, Names{})
		}, Unauthenticated, Applied, "shared_address", false},
		{"removed", func(f *Facts) { f.Person.Removed = true }, Unauthenticated, Applied, "contact_removed", false},
		{"other-contact", func(f *Facts) { f.Person.ID = "nils" }, Unauthenticated, Applied, "other_contact", false},
		{"asked-another", func(f *Facts) { f.Binding.Notice.Contact = "nils" }, Unauthenticated, Applied, "other_contact", false},
		{"asked-and-not-the-tickets-contact", func(f *Facts) { f.Person.ID, f.Binding.Notice.Contact = "nils", "nils" }, Unauthenticated, Applied, "other_contact", false},
		{"no-permission", func(f *Facts) { f.Person.May = false }, Unauthenticated, Applied, "no_permission", false},
		{"cooling", func(f *Facts) { f.Person.Cooling = true }, Unauthenticated, Applied, "cooling", false},
		{"cooling-small-class", func(f *Facts) { f.Person.Cooling = true; f.Ticket.Class = MinorChange }, Authenticated, Applied, "confirmed", true},

		{"closed", func(f *Facts) { f.Ticket.State = StateClosed }, Authenticated, Applied, "ticket_closed", false},
		{"no-after-close", func(f *Facts) { f.Ticket.State = StateClosed; f.Answer.Intent = No }, Authenticated, Applied, "denied", false},
		{"no-after-expiry", func(f *Facts) { f.Ticket.State = StateExpired; f.Answer.Intent = No }, Authenticated, Applied, "denied", false},
		{"no-while-cooling", func(f *Facts) { f.Person.Cooling = true; f.Answer.Intent = No }, Authenticated, Applied, "denied", false},
		{"no-without-permission", func(f *Facts) { f.Person.May = false; f.Answer.Intent = No }, Authenticated, Applied, "denied", false},
		{"expired", func(f *Facts) { f.Ticket.State = StateExpired }, Authenticated, Applied, "ticket_expired", false},
		{"disputed", func(f *Facts) { f.Ticket.State = StateDisputed }, Authenticated, Applied, "disputed", false},
		{"no", func(f *Facts) { f.Answer.Intent = No }, Authenticated, Applied, "denied", false},
		{"unclear", func(f *Facts) { f.Answer.Intent = Unclear }, Authenticated, Applied, "unclear_answer", false},
		{"intent-zero", func(f *Facts) { f.Answer.Intent = "" }, Authenticated, Applied, "unclear_answer", false},
		{"yes-in-another-language", func(f *Facts) {
			f.Answer = Answer{Intent: Unclear, ByLanguage: map[string]Intent{"pl": Yes, "da": Unclear}}
			f.Person.Language = "da"
		}, Authenticated, Applied, "unclear_answer", false},
		{"yes-in-own-language", func(f *Facts) {
			f.Answer = Answer{Intent: Unclear, ByLanguage: map[string]Intent{"pl": Yes, "da": Unclear}}
			f.Person.Language = "pl"
		}, Authenticated, Applied, "confirmed", true},

		{"reference-only", func(f *Facts) { n := names(); n.Tokens = nil; rebind(f, n) }, Authenticated, Applied, "no_token", false},
		{"spent", func(f *Facts) { n := names(); n.Tokens[0].Notice.Spent = true; rebind(f, n) }, Authenticated, Applied, "token_spent", false},
		{"token-expired", func(f *Facts) { f.Arrived = noon.Add(25 * time.Hour); rebind(f, names()) }, Authenticated, Applied, "token_expired", false},
		{"superseded", func(f *Facts) {
			n := names()
			n.Tokens[0].Notice.Void, n.References[0].Notice.Void = true, true
			rebind(f, n)
		}, Unauthenticated, Applied, "token_superseded", false},
		{"superseded-by-a-no", func(f *Facts) {
			n := names()
			n.Tokens[0].Notice.Void, n.References[0].Notice.Void = true, true
			rebind(f, n)
			f.Ticket.State = StateDisputed
		}, Unauthenticated, Applied, "disputed", false},
		{"nothing-signed-binds", func(f *Facts) { f.Sender.Covered = []string{"from", "date"}; rebind(f, names()) }, Unauthenticated, Applied, "token_unsigned", false},
		{"thread-only", func(f *Facts) { rebind(f, Names{Threads: []string{"T-1"}}) }, Unauthenticated, Applied, "not_bound", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			tt.spoil(&f)
			d := Decide(f)
			if d.Verdict != tt.verdict || d.Outcome != tt.outcome || string(d.Reason()) != tt.reason || d.Confirmed() != tt.confirmed {
				t.Errorf("Decide() = %s %s %v confirmed %v, want %s %s %s %v", d.Verdict, d.Outcome, d.Reasons, d.Confirmed(),
					tt.verdict, tt.outcome, tt.reason, tt.confirmed)
			}
			if d.Confirmed() != (d.Has(EffectSpend) && d.Notice() == NoticeConfirmed) {
				t.Errorf("confirmed %v, but effects %v", d.Confirmed(), d.Effects)
			}
			if d.Has(EffectDispute) != (tt.reason == "denied") {
				t.Errorf("reason %s, dispute %v", tt.reason, d.Has(EffectDispute))
			}
			if d.Verdict != Authenticated && slices.Contains(d.Proofs(), ProofSender) {
				t.Errorf("verdict %s gives the proof sender", d.Verdict)
			}
			for _, r := range d.Reasons {
				if r.Text == "" {
					t.Errorf("reason %s has no sentence", r.Code)
				}
			}
		})
	}
}

func TestOpening(t *testing.T) {
	tests := []struct {
		name   string
		spoil  func(*Facts)
		reason string
		open   bool
		proved bool
	}{
		{"signed-to-us", func(*Facts) {}, "opened", true, true},
		{"undated", func(f *Facts) { f.Sender.SignedAt = time.Time{} }, "undated", true, false},
		{"to-unsigned", func(f *Facts) { f.ToUsSigned = false }, "to_unsigned", true, false},
		{"signed-to-another", func(f *Facts) { f.ToUs, f.ToUsSigned = false, false }, "to_other", true, false},
		{"signed-to-us-while-asked", func(f *Facts) { f.Waits = "T-7" }, "opened", true, true},
		{"signed-to-another-while-asked", func(f *Facts) { f.ToUs, f.ToUsSigned, f.Waits = false, false, "T-7" }, "to_other", false, false},
		{"to-unsigned-while-asked", func(f *Facts) { f.ToUsSigned, f.Waits = false, "T-7" }, "to_unsigned", false, false},
		{"undated-while-asked", func(f *Facts) { f.Sender.SignedAt, f.Waits = time.Time{}, "T-7" }, "undated", false, false},
		{"no-permission-while-asked", func(f *Facts) { f.Person.May, f.Waits = false, "T-7" }, "no_permission", false, false},
		{"no-permission", func(f *Facts) { f.Person.May = false }, "no_permission", false, false},
		{"privileged", func(f *Facts) { f.Asks.Class = PasswordChange }, "opened", true, true},
		{"privileged-in-doubt", func(f *Facts) { f.Asks = Asks{Class: PasswordChange, Look: true, Score: 0.4} }, "opened", true, true},
		{"privileged-of-two-classes", func(f *Facts) { f.Asks = Asks{Class: PasswordChange, Look: true, Score: 0.9} }, "opened", true, true},
		{"privileged-in-doubt-to-unsigned", func(f *Facts) { f.Asks, f.ToUsSigned = Asks{Class: PasswordChange, Look: true, Score: 0.4}, false }, "to_unsigned", true, false},
		{"privileged-in-doubt-to-another", func(f *Facts) {
			f.Asks, f.ToUs, f.ToUsSigned = Asks{Class: PasswordChange, Look: true, Score: 0.4}, false, false
		}, "to_other", true, false},
		{"privileged-in-doubt-while-asked", func(f *Facts) {
			f.Asks, f.ToUsSigned, f.Waits = Asks{Class: PasswordChange, Look: true, Score: 0.4}, false, "T-7"
		}, "to_unsigned", false, false},
		{"privileged-of-two-classes-to-unsigned", func(f *Facts) { f.Asks, f.ToUsSigned = Asks{Class: PasswordChange, Look: true, Score: 0.9}, false }, "to_unsigned", true, false},
		{"question-in-doubt-to-unsigned", func(f *Facts) { f.Asks, f.ToUsSigned = Asks{Class: Question, Look: true}, false }, "to_unsigned", true, false},
		{"minor", func(f *Facts) { f.Asks.Class = MinorChange }, "opened", true, true},
		{"privileged-to-unsigned", func(f *Facts) { f.Asks.Class, f.ToUsSigned = PasswordChange, false }, "to_unsigned", true, false},
		{"privileged-no-permission", func(f *Facts) { f.Asks.Class, f.Person.May = PasswordChange, false }, "no_permission", true, false},
		{"privileged-no-permission-to-another", func(f *Facts) { f.Asks.Class, f.Person.May, f.ToUs, f.ToUsSigned = PasswordChange, false, false, false }, "no_permission", true, false},
		{"privileged-no-permission-to-unsigned", func(f *Facts) { f.Asks.Class, f.Person.May, f.ToUsSigned = PasswordChange, false, false }, "no_permission", true, false},
		{"privileged-no-permission-undated", func(f *Facts) { f.Asks.Class, f.Person.May, f.Sender.SignedAt = PasswordChange, false, time.Time{} }, "no_permission", true, false},
		{"privileged-no-permission-to-another-while-asked", func(f *Facts) {
			f.Asks.Class, f.Person.May, f.ToUs, f.ToUsSigned, f.Waits = PasswordChange, false, false, false, "T-7"
		}, "no_permission", false, false},
		{"privileged-no-permission-while-asked", func(f *Facts) { f.Asks.Class, f.Person.May, f.Waits = PasswordChange, false, "T-7" }, "no_permission", true, false},
		{"border-question", func(f *Facts) { f.Sender.By = ByBorder }, "opened", true, true},
		{"border-privileged", func(f *Facts) { f.Sender.By, f.Asks.Class = ByBorder, PasswordChange }, "border_not_exclusive", true, false},
		{"border-privileged-exclusive", func(f *Facts) { f.Sender.By, f.Sender.Exclusive, f.Asks.Class = ByBorder, true, PasswordChange }, "opened", true, true},
		{"unknown", func(f *Facts) { f.Person = Person{} }, "unknown_sender", false, false},
		{"staff", func(f *Facts) { f.Person = Person{Staff: true} }, "staff_address", false, false},
		{"forged", func(f *Facts) { f.Sender = Sender{Result: ResultNone} }, "not_aligned", false, false},
		{"forged-unknown", func(f *Facts) { f.Sender = Sender{Result: ResultNone}; f.Person = Person{} }, "unknown_sender", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Kind, f.Ticket, f.ToUs, f.ToUsSigned = KindNew, Ticket{}, true, true
			rebind(&f, Names{})
			tt.spoil(&f)
			d := Decide(f)
			if string(d.Reason()) != tt.reason || d.Has(EffectOpen) != tt.open || (d.Verdict == Authenticated) != tt.proved {
				t.Errorf("Decide() = %+v, want %s, open %v, proved %v", d, tt.reason, tt.open, tt.proved)
			}
			if joins := f.Waits != "" && !d.Has(EffectOpen) && (f.Person.May || f.Asks.Class.Privileged() && f.Asks.Class != ""); d.Has(EffectJoin) != joins || joins != (d.Ticket == "T-7") || joins && d.Notice() != "" {
				t.Errorf("Decide() = %+v, want it filed with the question that waits: %v", d, joins)
			}
			// Whose own proved mail is not enough for what it asks for is asked; whom nobody believes it of, too.
			doubt := f.Asks.Look && !f.Asks.Sure() && f.Asks.Class.Privileged() // then a person looks first
			asks := d.Has(EffectOpen) && f.Person.May && !doubt && (!tt.proved || f.Asks.Class.Privileged() && f.Asks.Class != "")
			if (d.Notice() == NoticeConfirm) != asks {
				t.Errorf("Decide() = %+v, want the contact asked: %v", d, asks)
			}
		})
	}
}

// A no of another contact who may ask for the class stops the ticket, but only
// where something signed binds it: an old no must not be aimed at a ticket.
func TestOtherContactsNo(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Facts)
		want  bool
	}{
		{"same-client", func(*Facts) {}, true},
		{"yes", func(f *Facts) { f.Answer.Intent = Yes }, false},
		{"other-client", func(f *Facts) { f.Person.Client = "south" }, false},
		{"no-permission", func(f *Facts) { f.Person.May = false }, false},
		{"unbound", func(f *Facts) { rebind(f, Names{Threads: []string{"T-1"}}) }, false},
		{"closed", func(f *Facts) { f.Ticket.State = StateClosed }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Person.ID, f.Answer.Intent = "nils", No
			tt.spoil(&f)
			if d := Decide(f); d.Has(EffectDispute) != tt.want || d.Verdict != Unauthenticated {
				t.Errorf("Decide() = %+v, want dispute %v", d, tt.want)
			}
		})
	}
}

// Only the primary contact's own proved yes, with the token of the question
// about the stop, ends the stop; and it proves nothing for the ticket.
func TestLifting(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Facts)
		want  bool
	}{
		{"yes", func(*Facts) {}, true},
		{"no", func(f *Facts) { f.Answer.Intent = No }, false},
		{"unclear", func(f *Facts) { f.Answer.Intent = Unclear }, false},
		{"another-contact", func(f *Facts) { f.Person.ID = "ada" }, false},
		{"cooling", func(f *Facts) { f.Person.Cooling = true }, false},
		{"border-only-on-a-small-class", func(f *Facts) { f.Sender.By = ByBorder; f.Ticket.Class = Question }, false},
		{"reference-only", func(f *Facts) { f.Binding.Bound = BoundReference }, false},
		{"forged", func(f *Facts) { f.Sender = Sender{Result: ResultFail} }, false},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, false},
		{"no-while-cooling", func(f *Facts) { f.Answer.Intent, f.Person.Cooling = No, true }, false},
		{"no-by-the-reference", func(f *Facts) { f.Answer.Intent, f.Binding.Bound = No, BoundReference }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Ticket.State, f.Person.ID = StateDisputed, "nils"
			n := names()
			n.Tokens[0].Notice.Contact, n.Tokens[0].Notice.Lifts, n.References = "nils", true, nil
			rebind(&f, n)
			tt.spoil(&f)
			d := Decide(f)
			if d.Has(EffectLift) != tt.want || len(d.Proofs()) > 0 {
				t.Errorf("Decide() = %+v, want lift %v and no proof", d, tt.want)
			}
			if no := strings.HasPrefix(tt.name, "no"); d.Has(EffectDispute) != no || no && d.Reason() != CodeStaysStopped {
				t.Errorf("Decide() = %+v, want dispute %v", d, no)
			}
		})
	}
}

// TestAsks: which notice goes to the address on file, and none to a machine, a
// forger or who is nobody here.
func TestAsks(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Facts)
		want  NoticeKind
	}{
		{"yes", func(*Facts) {}, "confirmed"},
		{"no", func(f *Facts) { f.Answer.Intent = No }, "disputed"},
		{"unclear", func(f *Facts) { f.Answer.Intent = Unclear }, "clearer"},
		{"unclear-without-the-token", func(f *Facts) { f.Answer.Intent = Unclear; f.Binding.Bound = BoundReference }, ""},
		{"yes-without-the-token", func(f *Facts) { n := names(); n.Tokens = nil; rebind(f, n) }, "answer_here"},
		{"yes-without-the-token-once-confirmed", func(f *Facts) { n := names(); n.Tokens = nil; rebind(f, n); f.Ticket.State = StateConfirmed }, ""},
		{"yes-with-a-spent-token", func(f *Facts) { n := names(); n.Tokens[0].Notice.Spent = true; rebind(f, n) }, ""},
		{"other-address", func(f *Facts) { f.Person = Person{} }, "other_address"},
		{"other-address-after-the-end", func(f *Facts) { f.Person = Person{}; f.Ticket.State = StateClosed }, ""},
		{"other-address-without-the-token", func(f *Facts) { f.Person = Person{}; f.Binding.LiveToken = nil }, ""},
		{"staff", func(f *Facts) { f.Person = Person{Staff: true} }, ""},
		{"other-contact", func(f *Facts) { f.Person.ID = "nils" }, ""},
		{"forged", func(f *Facts) { f.Sender = Sender{Result: ResultFail} }, ""},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			tt.spoil(&f)
			if d := Decide(f); d.Notice() != tt.want {
				t.Errorf("Decide() asks %q, want %q", d.Notice(), tt.want)
			}
		})
	}
}

// TestProves: only a pass proves, by whatever it is said to be, and for what is
// privileged only what we saw ourselves or nobody else could have written.
func TestProves(t *testing.T) {
	for _, r := range []Result{"", ResultNone, ResultFail, ResultPolicy, ResultNeutral, ResultTempError, ResultPermError} {
		for _, by := range []Method{"", ByDKIM, BySPF, ByBorder, ByARC} {
			if s := (Sender{Result: r, By: by, Exclusive: true}); s.Proves(false) || s.Proves(true) {
				t.Errorf("%q by %q proves", r, by)
			}
		}
	}
	for _, tt := range []struct {
		by                           Method
		small, privileged, exclusive bool
	}{{ByDKIM, true, true, true}, {BySPF, false, false, false}, {ByBorder, true, false, true}, {ByARC, true, false, true}, {"", false, false, false}} {
		s := Sender{Result: ResultPass, By: tt.by}
		if s.Proves(false) != tt.small || s.Proves(true) != tt.privileged {
			t.Errorf("pass by %q proves a small class %v, a privileged one %v", tt.by, s.Proves(false), s.Proves(true))
		}
		if s.Exclusive = true; s.Proves(true) != tt.exclusive {
			t.Errorf("pass by %q, exclusive, proves a privileged class %v", tt.by, s.Proves(true))
		}
	}
}

// A class that isn't known is grave, and asks for what nobody can give.
func TestUnknownClass(t *testing.T) {
	c := Class("other")
	if d := c.Demands(); c.Known() || !c.Privileged() || len(d.AnyOf) == 0 || d.By(Chat) {
		t.Errorf("an unknown class is known %v, privileged %v, demands %+v", c.Known(), c.Privileged(), d)
	}
}
