package policy

import (
	"slices"
	"strings"
	"time"
)

// External is what another system says of a check of a person, behind a genuine
// signature, and what is known of that check here.
type External struct {
	Now     time.Time
	State   State // of the ticket that its reference names
	Current bool  // the reference is the last one given for the ticket's revision, and nothing was taken back since
	Barred  Code  // why the word of the ticket's contact counts for nothing now, "" if it counts
	Named   bool  // whom they checked is the ticket's contact, as far as they say whom

	Passed, Failed bool // of both it is failed
	Asked          time.Time
	At             time.Time // when it came to that, as they say
	Last           time.Time // of the latest that they said of this check before; zero: nothing
	LastFailed     bool
}

// Judge says what it comes to: CodeExternalPassed gives the proof external, and
// CodeExternalFailed takes it back. Anything else says why it does neither.
func (e External) Judge() Code {
	switch {
	case !e.Current: //rule:6.6 external-is-of-its-revision TestExternal/superseded
		return CodeExternalSuperseded
	case e.At.After(e.Now.Add(Skew)) || e.At.Before(e.Asked.Add(-Skew)):
		return CodeExternalUndated
	case e.At.Before(e.Last) || e.At.Equal(e.Last) && e.LastFailed: //rule:6.8 external-takes-back-for-good TestExternal/older
		return CodeExternalSuperseded
	case e.Failed || !e.Passed:
		return CodeExternalFailed
	case e.State == StateDisputed:
		return CodeDisputed
	case e.State == StateClosed:
		return CodeTicketClosed
	case e.State == StateExpired:
		return CodeTicketExpired
	case !e.Named: //rule:6.5 external-is-of-its-contact TestExternal/other-contact
		return CodeOtherContact
	case e.Barred != "":
		return e.Barred
	}
	return CodeExternalPassed
}

// Bars says why what the person proves counts for nothing now on a ticket, "" if it
// counts.
func (g Giver) Bars(t Ticket, now time.Time) Code {
	return g.barred(Action{Now: now, Class: t.Class, Ticket: t})
}

// checkers says which systems may check a person.
func (a Action) checkers() Reason {
	if len(a.Checkers) == 0 {
		return Because(CodeExternalNone)
	}
	r := Because(CodeExternalMissing)
	r.Text = "No other system (" + strings.Join(a.Checkers, ", ") + ") has checked the person for this request."
	return r
}

// external adds what is known of the checks of the person, where one is missing.
func (a Action) external(lacks []Code) []Reason {
	if !slices.ContainsFunc(lacks, func(c Code) bool { return c == CodeExternalMissing || c == CodeExternalVoid }) {
		return nil
	}
	return a.Checks
}
