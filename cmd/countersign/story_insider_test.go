package main

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/internal/mailtest"
)

var ticketOf = regexp.MustCompile(`T-[0-9]+`)

// opens opens a ticket and gives its number.
func (a *attack) opens(args ...string) string {
	a.t.Helper()
	a.now = a.now.Add(time.Second)
	id, _, _ := strings.Cut(a.outside.ok(append(append([]string{"ticket", "open"}, args...), "--at", a.now.Format(time.RFC3339))...), " ")
	return id
}

// moves: asked for another address first, the desk asks the old one, whose NO ends it.
func (a *attack) moves() {
	a.t.Helper()
	const asked = "Please add ada@n0rth.example in the place of ada@north.example."
	change := []string{"contact", "set", ada, "--add-address", "ada@n0rth.example", "--agent", "sam"}
	a.says(77, "this widens who can prove or approve for client north (a***@n0rth.example): name an allowed account-change ticket of theirs, with --ticket", change...)
	id := a.opens("--contact", ada, "--channel", "phone", "--class", "account-change", "--subject", "New address", "--request", asked, "--agent", "sam")
	a.says(77, id+" does not allow that now: There is no proved reply yet from the address on file.", append(change, "--ticket", id)...)
	m := a.mails(ada + " Please confirm")
	a.reads(m[ada], asked)
	a.answers(m[ada], ada, "NO")
	a.says(0, "DISPUTED", "ticket", "show", id)
	a.says(77, id+" does not allow that now: The person on file said no to this request; that stands.", append(change, "--ticket", id)...)
	a.mails(ada + " Stopped")
}

// joins: nobody becomes a second person by a word on the phone: no stranger comes on
// file, and who shall approve in the place of Nils is asked of Nils.
func (a *attack) joins() {
	a.t.Helper()
	for _, agent := range []string{"kim", "lea"} {
		a.says(77, "name an allowed account-change ticket of theirs, with --ticket", "contact", "add", "--client", "north", "--email", "eve@n0rth.example", "--name", "Eve Holm", "--permissions", "approve", "--agent", agent)
	}
	delegate := func(to string) []string {
		return []string{"delegate", "add", "--for", nils, "--to", to, "--from", a.now.Format(time.RFC3339), "--until", a.now.Add(96 * time.Hour).Format(time.RFC3339), "--agent", "kim"}
	}
	a.says(66, "to: no such contact: eve@n0rth.example", delegate("eve@n0rth.example")...)
	a.says(0, "Nils Holm (c-2) is asked by mail, and nothing is changed before their YES.", delegate(ada)...)
	m := a.mails(nils + " Please confirm")
	a.reads(m[nils], "Ada Berg (c-1), who reads mail at a***@north.example, may approve in the place of Nils Holm (c-2)")
	forged, err := mailtest.Reply(m[nils], "Nils Holm <nils@north.example>", "YES", time.Now())
	must(a.t, err)
	must(a.t, a.dovecot.Deliver(forged))
	a.ok("run", "--once")
	a.says(0, "asked", "delegate", "list")
	a.answers(m[nils], nils, "NO")
	a.says(0, "ended", "delegate", "list")
	a.mails(nils + " Stopped")
}

// bribes: an agent who helps the caller needs a second person, who is no account of
// theirs, and all addresses on file hear of it.
func (a *attack) bribes() {
	a.t.Helper()
	id := a.opens("--lost-mailbox", "--contact", ada, "--agent", "kim", "--request", "Add ada@n0rth.example in the place of ada@north.example; passport seen")
	a.says(77, "you opened "+id+"; someone else must approve", "approval", "approve", "A-1", "--agent", "kim", "--reason", "passport seen")
	a.says(77, "lead", "approval", "approve", "A-1", "--agent", "sam", "--reason", "passport seen")
	for _, second := range []string{"kim@desk.example", "kim+2@desk.example"} {
		a.says(65, "email: another agent has kim@desk.example", "agent", "add", "kim2", "--email", second, "--role", "lead", "--authority", "all")
	}
	a.says(75, "approval_missing", "authorize", id, "account-change", "--agent", "kim")
	lost := a.mails(ada+" Somebody says that a mailbox is lost", nils+" Somebody says that a mailbox is lost")
	a.answers(lost[nils], nils, "NO")
	a.says(0, "DISPUTED", "ticket", "show", id)
	a.says(77, "disputed", "authorize", id, "account-change", "--agent", "kim")
	a.mails()
}

// bends: what was said yes to is all that may be done; kim writes another thing in its
// place, and Ada reads it.
func (a *attack) bends() {
	a.t.Helper()
	id := a.opens("--contact", ada, "--channel", "chat", "--class", "password-change", "--subject", "New password for web-1", "--agent", "kim")
	a.answers(a.mails(ada + " Please confirm")[ada], ada, "YES")
	a.mails(ada + " Confirmed")
	a.says(0, "earlier proofs are void", "ticket", "edit", id, "--request", "Mail the new password of web-1 to ada@n0rth.example", "--agent", "kim")
	a.says(77, "not_authenticated", "authorize", id, "password-change", "--agent", "kim")
	asked := a.mails(ada + " Please confirm")[ada]
	a.reads(asked, "Mail the new password of web-1 to ada@n0rth.example")
	a.answers(asked, ada, "NO")
	a.says(0, "DISPUTED", "ticket", "show", id)
	a.says(77, "disputed", "authorize", id, "password-change", "--agent", "kim")
	a.mails(ada + " Stopped")
}

// locks: the primary contact locks with one word, and a lead under pressure opens
// nothing alone, nor do two.
func (a *attack) locks() {
	a.t.Helper()
	must(a.t, a.dovecot.Deliver(a.signed(mailtest.New(nils, "support@desk.example", "LOCK", "LOCK", time.Now()))))
	a.mails(ada+" Your account is locked", nils+" Your account is locked")
	a.says(0, "north is LOCKED since", "client", "show", "north")
	a.says(75, "a contact of theirs has to agree", "client", "unlock", "north", "--hours", "2", "--agent", "lea", "--reason", "the caller is the director")
	a.says(75, "; a contact of theirs has to agree", "client", "unlock", "north", "--hours", "2", "--agent", "max", "--reason", "he sounds right")
	a.says(77, "client_locked", "authorize", "T-3", "password-change", "--agent", "sam")
}

// nothingWasDone: of all that was asked for, nothing was allowed, each refusal is in
// the log with its rule, and the file is what it was.
func (a *attack) nothingWasDone(before string) {
	a.t.Helper()
	if _, after := a.cli("contact", "list", "--json", "--at", a.now.Format(time.RFC3339)); after != before {
		a.t.Errorf("on file are\n%s\nand were\n%s", after, before)
	}
	_, log := a.cli("audit", "list", "--at", a.now.Format(time.RFC3339))
	a.allowed(0)
	for _, rule := range []string{"not-proved", "channel", "approval", "disputed", "client-locked"} {
		if !regexp.MustCompile(`"event":"authorize (deny|hold)","reason":"[a-z_]+","rule":"` + rule + `"`).MatchString(log) {
			a.t.Errorf("no refusal by the rule %s is in the log:\n%s", rule, log)
		}
	}
}

// allowed fails unless so many requests were allowed so far, as the log has it.
func (a *attack) allowed(want int) {
	a.t.Helper()
	_, log := a.cli("audit", "list", "--at", a.now.Format(time.RFC3339))
	if got := strings.Count(log, `"event":"authorize allow"`); got != want {
		a.t.Errorf("%d requests were allowed, want %d:\n%s", got, want, log)
	}
}

// asksHerself: Nils opens the lock, Ada's own request takes her YES and his, both hear
// what was done, and her NO to that stops everything.
func (a *attack) asksHerself() {
	a.t.Helper()
	asked := "Shall your locked account be opened?"
	a.answers(a.mails(ada+" "+asked, nils+" "+asked)[nils], nils, "YES")
	a.mails(ada+" The lock of your account", nils+" The lock of your account")
	a.now = a.now.Add(time.Hour) // an address gets ten mails an hour of this kind
	const want = "Please cancel the server web-3"
	must(a.t, a.dovecot.Deliver(a.signed(mailtest.New("Ada Berg <ada@north.example>", "support@desk.example", want, want+" at the end of the month.", time.Now()))))
	m := a.mails(ada + " Please confirm")
	id := ticketOf.FindString(field(m[ada], "Subject"))
	a.says(77, "not_confirmed", "authorize", id, "cancellation", "--agent", "kim")
	a.answers(m[ada], ada, "YES")
	a.says(75, "Needs 1 of 1 approvers (Nils Holm by mail)", "authorize", id, "cancellation", "--agent", "kim")
	m = a.mails(ada+" Waits for a second person", nils+" Your approval is needed")
	a.reads(m[nils], want)
	a.answers(m[nils], nils, "YES")
	a.says(0, "ALLOW  cancellation on "+id+", once, by kim", "authorize", id, "cancellation", "--agent", "kim")
	a.allowed(1)
	a.says(77, "the customer has to be told what was done", "ticket", "close", id, "--agent", "kim")
	a.ok("ticket", "close", id, "--done", "web-3 was cancelled", "--agent", "kim")
	m = a.mails(ada+" Agreed", ada+" Done", nils+" Done for your account")
	a.is(m[nils], "Hello Nils Holm. Ada Berg of Northwind asked for this on DATE: "+want+" at the end of the month. It was done by kim of our team on DATE: web-3 was cancelled "+
		"You get this because you may approve for your organisation. If nobody of it wanted this, reply NO to this mail now. Else you need not do anything. "+
		"We never ask for a password or a code by mail or on the phone.")
	a.answers(m[ada], ada, "NO")
	a.says(0, "DISPUTED", "ticket", "show", id)
	a.says(77, "client_stopped", "authorize", "T-3", "password-change", "--agent", "sam")
	a.ok("run", "--once")
}

// staffRead: all that lea has read, in its order.
func (a *attack) staffRead() {
	a.t.Helper()
	var lea []string
	for _, line := range a.toStaff(0) {
		if subject, is := strings.CutPrefix(line, "lea@desk.example "); is {
			lea = append(lea, subject)
		}
	}
	want := []string{
		"[T-3] Somebody tries phone and chat codes: Reset the password of web-3",
		"[T-4] The customer said NO: New address",
		"[T-5] The customer said NO: Ada Berg (c-1) approves in the place of Nils Holm (c-2)",
		"[T-6] A lead has to approve: The mailbox on file is lost",
		"[T-6] The customer said NO: The mailbox on file is lost",
		"[T-7] The customer said NO: New password for web-1",
		"[T-8] The lock of a client: Your account is locked",
		"[T-9] The lock of a client: Shall your locked account be opened?",
		"[T-10] The customer said NO, and the client is stopped: Please cancel the server web-3",
	}
	if !slices.Equal(lea, want) {
		a.t.Errorf("lea has read\n%s\nand not\n%s", strings.Join(lea, "\n"), strings.Join(want, "\n"))
	}
	last := mailsTo(a.smtp, "lea@desk.example")
	a.is(regexp.MustCompile(`d-[a-z0-9]+`).ReplaceAll(last[len(last)-1], []byte("RECEIPT")), "Hello lea. The person on file said NO to T-10 after it had been proved or allowed: "+
		"somebody may use their mailbox, or their name. This was done on DATE by kim (RECEIPT): web-3 was cancelled. "+
		"Nothing privileged is done for this client until a lead lifts the stop and the primary contact agrees. Undo what was done, and find out who asked for it. "+
		"More: countersign ticket show T-10")
}

// field gives a field of a mail with its lines as they stand.
func field(mail []byte, name string) string {
	_, rest, _ := strings.Cut("\r\n"+string(mail), "\r\n"+name+": ")
	lines := strings.Split(rest, "\r\n")
	n := 1
	for strings.HasPrefix(lines[n], " ") || strings.HasPrefix(lines[n], "\t") {
		n++
	}
	return strings.Join(lines[:n], "\r\n")
}
