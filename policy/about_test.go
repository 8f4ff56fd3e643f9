package policy

import (
	"slices"
	"testing"
)

// asking is a proved new mail of Ada, to us, that asks whether T-9 is ours, which
// none of hers is.
func asking() Facts {
	f := good()
	f.Kind, f.Answer, f.Binding, f.Ticket = KindNew, Answer{Intent: Unclear}, Binding{Bound: BoundNone}, Ticket{}
	f.ToUs, f.ToUsSigned, f.Person.May = true, true, true
	f.Inquiry = Inquiry{Numbers: []string{"T-9"}, Asks: true}
	f.About = About{Known: true, Others: []string{"T-9"}}
	return f
}

// Each row spoils one fact of a mail that deserves an answer.
func TestInquires(t *testing.T) {
	own := func(n Notice) Notice { n.Asked = true; return n }
	for _, tt := range []struct {
		name   string
		spoil  func(*Facts)
		notice NoticeKind // that is sent
		ticket string     // on which
		reason Code       // that it comes to beside
	}{
		{"of-nobody", func(*Facts) {}, NoticeAboutNone, "", CodeAboutNone},
		{"of-theirs", func(f *Facts) { f.About.Theirs, f.About.Others = []string{"T-9"}, nil }, NoticeAbout, "T-9", CodeAbout},
		{"of-theirs-and-of-nobody", func(f *Facts) { f.About.Theirs = []string{"T-3"} }, NoticeAbout, "T-3", CodeAbout},
		{"filed-with-theirs", func(f *Facts) {
			f.About.Theirs = []string{"T-1"}
			f.Ticket = good().Ticket
			rebind(f, Names{Threads: []string{"T-1"}})
		}, NoticeAbout, "T-1", CodeAbout},
		{"by-the-border", func(f *Facts) { f.Sender.By = ByBorder }, NoticeAboutNone, "", CodeAboutNone},
		{"to-unsigned", func(f *Facts) { f.ToUsSigned = false }, NoticeAboutNone, "", CodeAboutNone},
		{"in-a-reply-of-theirs", func(f *Facts) { f.Kind = KindReply }, NoticeAboutNone, "", CodeAboutNone},
		{"no-number", func(f *Facts) { f.Inquiry.Numbers = nil }, "", "", ""},
		{"no-question", func(f *Facts) { f.Inquiry.Asks = false }, "", "", ""},
		{"unproved", func(f *Facts) { f.Sender.Result = ResultNone }, "", "", ""},
		{"policy-fail", func(f *Facts) { f.Sender.Result = ResultFail }, "", "", ""},
		{"temperror", func(f *Facts) { f.Sender = Sender{Result: ResultTempError}; f.Standing = Known }, "", "", ""},
		{"spf-only", func(f *Facts) { f.Sender.By = BySPF }, "", "", ""},
		{"stranger", func(f *Facts) { f.Person = Person{} }, "", "", ""},
		{"shared", func(f *Facts) { f.Person = Person{Shared: []string{"ada", "ben"}} }, "", "", ""},
		{"removed", func(f *Facts) { f.Person.Removed = true }, "", "", ""},
		{"staff", func(f *Facts) { f.Person.Staff = true }, "", "", ""},
		{"nothing-known", func(f *Facts) { f.About = About{} }, "", "", ""},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, "", "", ""},
		{"list", func(f *Facts) { f.Kind = KindList }, "", "", ""},
		{"duplicate", func(f *Facts) { f.Duplicate = true }, "", "", ""},
		{"signature-used", func(f *Facts) { f.SignatureUsed = true }, "", "", ""},
		{"set-aside", func(f *Facts) { f.Refusals = []Reason{Because("ambiguous_header")} }, "", "", ""},
		{"new-address", func(f *Facts) { f.About.Cools = true }, "", "", CodeAboutNew},
		{"told-already", func(f *Facts) { f.About.Soon = true }, "", "", CodeAboutSoon},
		{"live-token", func(f *Facts) { f.Ticket = good().Ticket; rebind(f, names()) }, "", "", ""},
		{"spent", func(f *Facts) {
			f.Ticket = good().Ticket
			n := names()
			n.Tokens[0].Notice.Spent, n.References[0].Notice.Spent = true, true
			n.Tokens[0].Notice, n.References[0].Notice = own(n.Tokens[0].Notice), own(n.References[0].Notice)
			rebind(f, n)
		}, "", "", ""},
		{"spent-and-asks-whether-it-is-us", func(f *Facts) {
			f.Ticket, f.Inquiry.Real = good().Ticket, true
			n := names()
			n.Tokens[0].Notice.Spent, n.References[0].Notice.Spent = true, true
			n.Tokens[0].Notice, n.References[0].Notice = own(n.Tokens[0].Notice), own(n.References[0].Notice)
			rebind(f, n)
		}, NoticeAboutNone, "", CodeAboutNone},
		{"answers-our-question", func(f *Facts) {
			f.Ticket, f.Inquiry.Real, f.Answer = good().Ticket, true, Answer{Intent: Yes}
			n := names()
			n.Tokens[0].Notice.Spent, n.References[0].Notice.Spent = true, true
			n.Tokens[0].Notice, n.References[0].Notice = own(n.Tokens[0].Notice), own(n.References[0].Notice)
			rebind(f, n)
		}, "", "", ""},
		{"a-no-to-nothing-of-ours", func(f *Facts) { f.Answer = Answer{Intent: No} }, NoticeAboutNone, "", CodeAboutNone},
		{"words-of-the-other", func(f *Facts) { f.Asks = Asks{Class: PasswordChange, Score: 1} }, NoticeAboutNone, "", CodeAboutNone},
		{"words-of-the-other-to-unsigned", func(f *Facts) { f.Asks, f.ToUsSigned = Asks{Class: PasswordChange, Score: 1}, false }, NoticeAboutNone, "", CodeAboutNone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := asking()
			tt.spoil(&f)
			d := Decide(f)
			e, _ := d.effect(EffectAbout)
			if e.Notice != tt.notice || e.Ticket != tt.ticket {
				t.Errorf("sends %q about %q, want %q about %q; %v", e.Notice, e.Ticket, tt.notice, tt.ticket, d.Reasons)
			}
			var said []Code
			for _, r := range d.Reasons {
				if r.Code == CodeAbout || r.Code == CodeAboutNone || r.Code == CodeAboutSoon || r.Code == CodeAboutNew {
					said = append(said, r.Code)
				}
			}
			if want := []Code{tt.reason}; tt.reason == "" && said != nil || tt.reason != "" && !slices.Equal(said, want) {
				t.Errorf("says %v, want %q", said, tt.reason)
			}
			// it is seen by a person, and asks nobody for what the other one's words ask for
			if d.Outcome == Applied && f.Person.ID != "" && !f.Person.Removed && !f.Person.Staff && d.Ticket == "" && !d.Has(EffectOpen) && f.Sender.Proves(false) {
				t.Errorf("it is on no ticket: %+v", d)
			}
			if f.Asks.Class.Privileged() && f.Asks.Class != "" && d.Has(EffectNotice) {
				t.Errorf("they are asked whether they asked for %s", f.Asks.Class)
			}
		})
	}
}

// TestBareNotice: a NO to a mail that names no ticket is heard wherever its secret
// stands, by the sender's own ticket alone, and means no other.
func TestBareNotice(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Notice, *Facts)
		want  bool
	}{
		{"own", func(*Notice, *Facts) {}, true},
		{"from-where-it-went", func(n *Notice, f *Facts) { f.Person = Person{Shared: []string{"ada", "ben"}}; n.Address = f.From }, true},
		{"anothers-ticket", func(_ *Notice, f *Facts) { f.Ticket.Contact = "nils" }, false},
		{"another-contact", func(_ *Notice, f *Facts) { f.Person.ID = "nils" }, false},
		{"staff", func(_ *Notice, f *Facts) { f.Person = Person{Staff: true} }, false},
		{"unproved", func(_ *Notice, f *Facts) { f.Sender.Result = ResultNone }, false},
		{"no-no", func(_ *Notice, f *Facts) { f.Answer = Answer{Intent: Unclear} }, false},
		{"not-bare", func(n *Notice, _ *Facts) { n.Bare = false }, false},
		{"signed-before", func(n *Notice, f *Facts) { f.Sender.SignedAt = n.Sent.Add(-2 * Skew) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Ticket.Class, f.Answer = Question, Answer{Intent: No}
			f.Sender.Covered = []string{"from", "subject"}
			n := question()
			n.Bare, n.Tells, n.Asked = true, true, true
			tt.spoil(&n, &f)
			rebind(&f, Names{Tokens: []Named{{Mark{"token-1", "in-reply-to"}, n}}})
			if d := Decide(f); d.Denies() != tt.want || len(d.Also()) > 0 {
				t.Errorf("denies %v, want %v: %v", d.Denies(), tt.want, d.Reasons)
			}
		})
	}
}
