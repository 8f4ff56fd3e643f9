package policy

import (
	"strings"
	"testing"
	"time"
)

// opened is a lock that a lead and a contact have opened an hour ago, for two hours.
func opened() Lock {
	from := noon.Add(-time.Hour)
	return Lock{Client: "north", By: "lea", Since: noon.Add(-48 * time.Hour), Window: Window{From: from, Until: noon.Add(time.Hour), Epoch: 1, Openers: []Opener{
		{Agent: "lea", Leads: true, At: from.Add(-time.Minute)},
		{Person: "nils", At: from, Giver: onFile()},
	}}}
}

// TestLock spoils one thing at a time of a lock that is open: then what is privileged
// is denied, and nothing else is.
func TestLock(t *testing.T) {
	lead := func(id string) Opener { return Opener{Agent: id, Leads: true, At: noon.Add(-time.Hour)} }
	for _, tt := range []struct {
		name  string
		spoil func(*Action, *Lock)
		want  Code // "" is an allow
	}{
		{"open", func(*Action, *Lock) {}, ""},
		{"never-opened", func(_ *Action, l *Lock) { l.Window = Window{} }, CodeClientLocked},
		{"one", func(_ *Action, l *Lock) { l.Window.Openers = l.Window.Openers[1:] }, CodeClientLocked},
		{"two-leads", func(_ *Action, l *Lock) { l.Window.Openers[1] = lead("max") }, CodeClientLocked},
		{"two-leads-where-nobody-is-there", func(_ *Action, l *Lock) { l.Window.Openers[1], l.Window.Alone = lead("max"), true }, ""},
		{"one-lead-where-nobody-is-there", func(_ *Action, l *Lock) { l.Window.Openers, l.Window.Alone = l.Window.Openers[:1], true }, CodeClientLocked},
		{"one-lead-twice", func(_ *Action, l *Lock) { l.Window.Openers[1], l.Window.Alone = lead("lea"), true }, CodeClientLocked},
		{"two-contacts", func(_ *Action, l *Lock) { l.Window.Openers[0] = Opener{Person: "eva", At: noon, Giver: onFile()} }, ""},
		{"one-mailbox", func(_ *Action, l *Lock) { l.Window.Openers[0] = Opener{Person: "nils", At: noon, Giver: onFile()} }, CodeClientLocked},
		{"before", func(_ *Action, l *Lock) { l.Window.From = noon.Add(time.Second) }, CodeClientLocked},
		{"from-its-first-moment", func(_ *Action, l *Lock) { l.Window.From = noon }, ""},
		{"to-its-last-moment", func(_ *Action, l *Lock) { l.Window.Until = noon.Add(time.Millisecond) }, ""},
		{"over", func(_ *Action, l *Lock) { l.Window.Until = noon }, CodeClientLocked},
		{"restored", func(_ *Action, l *Lock) { l.Window.Epoch = 0 }, CodeClientLocked},
		{"no-pending", func(_ *Action, l *Lock) { l.Window.NoPending = noon }, CodeClientLocked},
		{"lead-disabled", func(_ *Action, l *Lock) { l.Window.Openers[0].Leads = false }, CodeClientLocked},
		{"lead-disabled-and-a-third", func(_ *Action, l *Lock) {
			l.Window.Openers[0].Leads = false
			l.Window.Openers = append(l.Window.Openers, lead("max"))
		}, ""},
		{"contact-removed", func(_ *Action, l *Lock) { l.Window.Openers[1].Giver.Active = false }, CodeClientLocked},
		{"contact-moved", func(_ *Action, l *Lock) { l.Window.Openers[1].Giver.Client = "south" }, CodeClientLocked},
		{"contact-without-the-right", func(_ *Action, l *Lock) { l.Window.Openers[1].Giver.May = false }, CodeClientLocked},
		{"contact-cools", func(_ *Action, l *Lock) {
			l.Window.Openers[1].Giver.Cools = []Cooling{{What: "approve", Until: noon.Add(time.Second)}}
		}, CodeClientLocked},
		{"contact-has-cooled", func(_ *Action, l *Lock) { l.Window.Openers[1].Giver.Cools = []Cooling{{What: "approve", Until: noon}} }, ""},
		{"contact-of-staff", func(_ *Action, l *Lock) { l.Window.Openers[1].Giver.Staff = true }, CodeClientLocked},
		{"address-gone", func(_ *Action, l *Lock) { l.Window.Openers[1].Giver.OnFile = false }, CodeClientLocked},
		{"address-back", func(_ *Action, l *Lock) { l.Window.Openers[1].Giver.Since = noon }, CodeClientLocked},
		{"nobody", func(_ *Action, l *Lock) { l.Window.Openers[1] = Opener{} }, CodeClientLocked},
		{"opener-acts", func(a *Action, _ *Lock) { a.Agent = "lea" }, CodeLockOpener},
		{"opener-wrote-it", func(a *Action, _ *Lock) { a.OpenedBy = "lea" }, CodeLockOpener},
		{"opener-edited-it", func(a *Action, _ *Lock) { a.Edited = []string{"kim", "lea"} }, CodeLockOpener},
		{"opener-acts-beside-two", func(a *Action, l *Lock) {
			a.Agent, l.Window.Openers = "lea", append(l.Window.Openers, lead("max"))
		}, ""},
		{"same-receipt", func(a *Action, l *Lock) { a.UsedBy, a.UsedAt, l.Window.Until = a.Agent, noon, noon }, CodeClientLocked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, l := confirmed(), opened()
			tt.spoil(&a, &l)
			a.Locks = []Lock{l}
			got := Authorize(a)
			switch {
			case tt.want == "" && got.Decision != Allow:
				t.Errorf("%s %v", got.Decision, got.Reasons)
			case tt.want != "" && (got.Decision != Deny || got.Rule != "client-locked" || got.Reasons[0].Code != tt.want || got.AskNow):
				t.Errorf("%+v", got)
			}
			a.Class = Question
			if got := Authorize(a); got.Decision != Allow {
				t.Errorf("a question: %s %v", got.Decision, got.Reasons)
			}
		})
	}
}

// TestLocks: an address that was locked with two clients is held by either, and both
// are named.
func TestLocks(t *testing.T) {
	shut := Lock{Client: "south", By: "max"}
	for _, locks := range [][]Lock{{shut, opened()}, {opened(), shut}, {shut, {Client: "north"}}} {
		a := confirmed()
		a.Locks = locks
		got := Authorize(a)
		if got.Decision != Deny || got.Reasons[0].Code != CodeClientLocked || !strings.Contains(got.Reasons[0].Text, "south is locked by max") {
			t.Errorf("%v: %+v", locks, got)
		}
		if both := len(locks) == 2 && locks[1].Client == "north" && locks[1].Window.Until.IsZero(); both && !strings.Contains(got.Reasons[0].Text, "north is locked") {
			t.Errorf("the second is not named: %+v", got)
		}
	}
}

// TestLockPutBack: while the client is locked nobody is asked afresh; in the window
// they are.
func TestLockPutBack(t *testing.T) {
	for _, shut := range []bool{true, false} {
		a, l := confirmed(), opened()
		a.Proofs, a.PutBack, a.Ticket.State = nil, CodeClientLocked, StateUnconfirmed
		if shut {
			l.Window = Window{}
		}
		a.Locks = []Lock{l}
		if got := Authorize(a); got.Decision != Deny || got.AskNow == shut {
			t.Errorf("shut %v: %+v", shut, got)
		}
	}
}
