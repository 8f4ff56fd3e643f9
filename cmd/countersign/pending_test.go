package main

import "testing"

// TestNoThatWaits: while DNS is away, a NO to "Confirmed", which has a reference
// and no token, holds its ticket; when DNS is back it disputes it, also though
// the request was edited meanwhile.
func TestNoThatWaits(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	notice := o.people()
	must(t, o.dovecot.Deliver(o.signed(o.reply(notice, "YES"))))
	o.ok("run", "--once")
	mails := o.smtp.Mails()
	confirmed := mails[len(mails)-1].Data
	o.dns.Fail("", 2) // SERVFAIL
	must(t, o.dovecot.Deliver(o.signed(o.reply(confirmed, "NO"))))
	o.ok("run", "--once")
	if got := o.records(); len(got) != 2 || got[1].Outcome != "deferred" {
		t.Fatalf("records: %+v", got)
	}
	for range 2 { // DNS is asked again and is still away
		o.denied(77, "no_pending", "authorize", "T-1", "password-change", "--agent", "sam")
		o.ok("run", "--once")
	}
	o.ok("ticket", "edit", "T-1", "--request", "Another thing", "--agent", "sam")
	o.denied(77, "no_pending", "authorize", "T-1", "password-change", "--agent", "sam")
	o.dns.Fail("", 0)
	o.ok("run", "--once")
	if got := o.state("T-1"); got != "disputed" {
		t.Errorf("T-1 is %s", got)
	}
	o.denied(77, "client_stopped", "authorize", "T-1", "password-change", "--agent", "sam")
	o.ok("audit", "verify")
}
