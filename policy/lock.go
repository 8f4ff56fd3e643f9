package policy

import (
	"slices"
	"time"
)

// Lock is that nothing privileged is done for a client, as everything is when
// somebody wants to act. The zero value of its window is none, so it is shut.
type Lock struct {
	Client string
	By     string // who locked it, in words
	Since  time.Time
	Window Window
}

// Window is some hours for which the lock is open, to which two people agreed. That
// it has an end needs no timer: what is asked after it finds the lock shut.
type Window struct {
	From, Until time.Time
	Epoch       int       // in which it was opened; see Action.Epoch
	NoPending   time.Time // since when a mail that may be a no to it waits for DNS; zero: none does
	Openers     []Opener  // who agreed, in the order in which they did
	Alone       bool      // the client had no contact who could be asked, so leads are enough
}

// Opener is one who agreed that a lock is opened, as the directory is now: a lead, or
// the primary contact of the client or another who may approve. The zero value
// counts for nothing.
type Opener struct {
	Agent string // a lead; empty: a contact
	Leads bool   // the agent is one, or more, who counts and is not disabled
	// Person is the same for two contacts who have a mailbox in common.
	Person string
	At     time.Time // when they agreed
	Giver  Giver     // the contact; May says that they are primary, or may approve
}

// Counts reports whether the word of an opener counts now for the lock of a client.
func (o Opener) Counts(client string, now time.Time) bool {
	g := o.Giver
	switch {
	case o.Agent != "":
		return o.Leads //rule:6.5 who-leads-no-more-opens-nothing =true TestLock/lead-disabled
	case o.Person == "" || !g.Active || g.Client != client || !g.May: //rule:6.5 opener-has-the-right part=4 TestLock/contact-without-the-right
		return false
	case g.Staff || !g.answers(o.At, AccountChange): //rule:6.5 opener-reads-the-address part=2 TestLock/address-gone
		return false
	}
	return len(cooling(g.Cools, now)) == 0 //rule:6.5 who-cools-opens-nothing =true TestLock/contact-cools
}

// Two reports whether two different people agree whose word counts now, one of them
// of the client unless there was nobody: two of a desk alone open nothing. Who is said
// to be out of it is none of them.
func (l Lock) Two(now time.Time, out ...string) bool {
	var who []string
	theirs := l.Window.Alone
	for _, o := range l.Window.Openers {
		name := "contact " + o.Person
		if o.Agent != "" {
			name = "agent " + o.Agent
		}
		if o.Counts(l.Client, now) && !slices.Contains(who, name) && (o.Agent == "" || !slices.Contains(out, o.Agent)) { //rule:6.5 two-who-open-are-two part=2 TestLock/one-lead-twice TestLock/one-mailbox
			who, theirs = append(who, name), theirs || o.Agent == ""
		}
	}
	return theirs && //rule:6.5 two-leads-open-nothing TestLock/two-leads
		len(who) >= 2 //rule:8 a-lock-takes-two TestLock/one
}

// Open reports whether the lock is open now, for an epoch. Who is said to be out of
// it counts as none of the two.
func (l Lock) Open(now time.Time, epoch int, out ...string) bool {
	w := l.Window
	switch {
	case now.Before(w.From) || !now.Before(w.Until): //rule:8 a-window-ends part=2 TestLock/over
		return false
	case w.Epoch != epoch: //rule:7 window-of-before-a-restore TestLock/restored
		return false
	case !w.NoPending.IsZero(): //rule:6.8 a-waiting-no-shuts-the-window TestLock/no-pending
		return false
	}
	return l.Two(now, out...)
}

// locked tells that the client is locked, by whom and since when, or that it is open
// and the agent may not use that: who agreed to it neither opens nor edits nor carries
// out what is done in it.
func locked(a Action, _ *Authorization) (why []Reason) {
	if !a.Class.Privileged() {
		return nil
	}
	for _, l := range a.Locks {
		open := l.Open(a.Now, a.Epoch, append([]string{a.Agent, a.OpenedBy}, a.Edited...)...) //rule:6.5 opener-carries-nothing-out =l.Open(a.Now,a.Epoch) TestLock/opener-acts TestLock/opener-wrote-it
		switch {
		case open:
		case l.Open(a.Now, a.Epoch):
			why = append(why, Reason{CodeLockOpener, "The lock of client " + l.Client + " is open until " + inMinutes(l.Window.Until) +
				", but who agreed to that may neither open nor edit nor carry out what is done in it."})
		case len(why) > 0 && why[0].Code == CodeClientLocked: // one address may be held by the locks of two
			why[0].Text += " " + l.reason().Text
		default:
			why = append([]Reason{l.reason()}, why...)
		}
	}
	return why
}

// reason says that the client is locked, since when and by whom.
func (l Lock) reason() Reason {
	text := "Client " + l.Client + " is locked"
	if !l.Since.IsZero() {
		text += " since " + inMinutes(l.Since)
	}
	if l.By != "" {
		text += " by " + l.By
	}
	if !l.Window.NoPending.IsZero() {
		text += "; a mail that may be a no to opening it waits for DNS"
	}
	return Reason{CodeClientLocked, text + ": nothing privileged is done for it."}
}

// Reasons says why a lock stands against what is privileged, nothing where it is open.
func (l Lock) Reasons(now time.Time, epoch int) []Reason {
	if l.Open(now, epoch) {
		return nil
	}
	return []Reason{l.reason()}
}
