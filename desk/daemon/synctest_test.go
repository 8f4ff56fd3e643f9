package daemon

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/desk/api"
	"countersign/internal/mailtest"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets"
)

// TestWeek is a week of the daemon in some seconds: whoever is silent is
// reminded once and closed, a late answer counts, deferred mail is judged again
// until 72 hours are over, caps pace, and neither an outage nor restarts lose or
// double anything.
func TestWeek(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWeek(t)
		defer func() { w.stop(); w.imap.Close(); w.smtp.Close() }()
		w.call("contact/import", api.ImportRequest{Name: "contacts.csv", CSV: []byte("client,client_name,email,role\n" +
			"north,Northwind,ada@north.example,primary\nnorth,Northwind,bob@north.example,primary\nsouth,Southwind,eva@south.example,primary\n" +
			"west,Westwind,kim@west.example,primary\neast,Eastwind,lee@east.example,primary\n")})
		w.call("agent/add", staff.Agent{ID: "sam", Email: "sam@desk.example", Role: staff.RoleAgent, Authorities: []string{string(policy.PasswordChange)}})
		w.smtp.Fail(mailtest.Fault{Rcpt: 451}) // one question waits a minute
		for _, c := range []string{"ada@north.example", "bob@north.example", "eva@south.example", "kim@west.example"} {
			w.open(c)
		}
		w.at(time.Minute - time.Second)
		if n := len(w.smtp.Mails()); n != 3 {
			t.Errorf("%d mails in the first minute, want 3", n)
		}

		// No DNS answers for Eva, ever, nor for Kim until 6:15.
		w.at(1 * time.Hour)
		w.dns("south.example", true)
		w.dns("west.example", true)
		w.answer("eva@south.example", true)
		w.at(2 * time.Hour)
		w.answer("kim@west.example", true)
		w.at(6*time.Hour + 15*time.Minute)
		w.dns("west.example", false)
		w.state("T-4", policy.StateUnconfirmed)
		w.at(6*time.Hour + 24*time.Minute)
		w.state("T-4", policy.StateConfirmed)

		w.at(10 * time.Hour) // six questions, of which four a day may go out, and the last stands
		w.open("lee@east.example")
		for i := range 5 {
			w.at(10*time.Hour + time.Duration(i+1)*time.Minute)
			w.call("ticket/edit", tickets.EditRequest{Ticket: "T-5", Request: fmt.Sprint("Reset ", i), Agent: "sam"})
		}
		w.at(12 * time.Hour)
		w.answer("ada@north.example", false)
		w.at(12*time.Hour + poll)
		w.state("T-1", policy.StateUnconfirmed)

		w.at(20 * time.Hour) // six hours without IMAP, in which Lee answers
		before := w.lines[imapServer].Dials()
		w.lines[imapServer].Down(true)
		w.at(25 * time.Hour)
		w.answer("lee@east.example", true)
		w.at(26 * time.Hour)
		w.state("T-5", policy.StateUnconfirmed)
		tries := w.lines[imapServer].Dials() - before // in the end every 5 minutes, give or take a half
		if tries < 48 || tries > 160 {
			t.Errorf("%d connections were tried in 6 hours", tries)
		}
		w.lines[imapServer].Down(false)
		w.at(26*time.Hour + 8*time.Minute)
		w.state("T-5", policy.StateConfirmed)

		w.at(30 * time.Hour)
		w.answer("bob@north.example", true)
		w.at(30*time.Hour + poll)
		w.state("T-2", policy.StateConfirmed)

		// It is off where nothing is to happen, for the test's sake. The week began at
		// midnight, so reminders wait for 8.
		for _, off := range [][2]time.Duration{{36, 55}, {57, 72}, {74, 167}} {
			w.at(off[0] * time.Hour)
			w.stop()
			w.at(off[1] * time.Hour)
			w.run()
		}
		w.at(168*time.Hour - time.Second)
		w.state("T-1", policy.StateUnconfirmed)
		w.at(169 * time.Hour)
		for id, want := range map[string]policy.State{"T-1": policy.StateExpired, "T-2": policy.StateConfirmed, "T-3": policy.StateExpired,
			"T-4": policy.StateConfirmed, "T-5": policy.StateConfirmed} {
			w.state(id, want)
		}
		w.check(before + tries)
	})
}

// check compares what happened in the week with what had to.
func (w *week) check(dials int) {
	w.Helper()
	for what, d := range map[string]string{
		"mails": cmp.Diff([]string{
			"  0h ada@north.example T-1 Please confirm: Reset",
			"  0h bob@north.example T-2 Please confirm: Reset",
			"  0h eva@south.example T-3 Please confirm: Reset",
			"  0h kim@west.example T-4 Please confirm: Reset",
			"  6h kim@west.example T-4 Confirmed: Reset",
			" 10h lee@east.example T-5 Please confirm: Reset",
			" 10h lee@east.example T-5 Please confirm: Reset",
			" 10h lee@east.example T-5 Please confirm: Reset",
			" 10h lee@east.example T-5 Please confirm: Reset",
			" 24h lee@east.example T-5 Please confirm: Reset",
			" 26h lee@east.example T-5 Confirmed: Reset",
			" 30h bob@north.example T-2 Confirmed: Reset",
			" 56h ada@north.example T-1 Reminder, please answer: Reset",
			" 56h eva@south.example T-3 Reminder, please answer: Reset",
			"168h ada@north.example T-1 Closed without an answer: Reset",
			"168h eva@south.example T-3 Closed without an answer: Reset",
		}, w.sent()),
		"outcomes": cmp.Diff([]string{
			"T-1 applied rejected dmarc_fail",
			"T-2 applied authenticated confirmed",
			"T-3 applied unauthenticated dns_gave_up",
			"T-4 applied authenticated confirmed",
			"T-5 applied authenticated confirmed",
		}, w.outcomes()),
		"questions to DNS": cmp.Diff([]int{0, 1, 3, 8, 23, 83, 143, 203, 263}, w.asks("west.example")),
	} {
		if d != "" {
			w.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	if all := w.asks("south.example"); all[4] != 23 || all[len(all)-1] < 72*60 || all[len(all)-2] >= 72*60 {
		w.Errorf("DNS that never answers was asked after %v minutes, want 72 hours of it", all)
	}
	if n := w.lines[imapServer].Dials() - dials; n != 4 { // after the outage, and of each start
		w.Errorf("%d connections to IMAP where nothing was wrong, want 4", n)
	}
	if left, err := w.house.store.Ledger.Pending("support"); err != nil || len(left) > 0 {
		w.Errorf("not moved on IMAP: %v %v", left, err)
	}
}
