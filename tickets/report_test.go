package tickets

import (
	"fmt"
	"testing"
	"time"

	"countersign/clients"
	"countersign/policy"
)

// TestReport: how many were opened in a time, how many of these by mail whose class
// was read, and in how many of those an agent corrected it.
func TestReport(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
	d.contact(t, "bob", func(c *clients.Contact) { c.Language = "de" })
	d.receive(t, d.asking(ada, asksFor(policy.DNSChange))) // before the time
	d.turn(24 * time.Hour)
	from := d.clock()
	one := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange))).Ticket
	d.receive(t, d.asking(bob, asksFor(policy.PasswordChange)))
	d.receive(t, d.asking(ada, asksFor(policy.Question)))
	d.receive(t, d.asking(ada, policy.Asks{})) // of which nothing was read
	opened, _ := d.ask(t, ada, policy.ServerChange)
	for _, id := range []string{one, opened.ID} {
		_, err := d.Edit(EditRequest{Ticket: id, Class: policy.Cancellation, Agent: "kim"})
		check(t, err)
	}
	d.turn(time.Hour)
	until := d.clock()
	d.receive(t, d.asking(ada, asksFor(policy.DNSChange))) // behind it
	for by, want := range map[ReportBy][]ReportLine{
		ByClass:    {{ByClass, "cancellation", 2, 0, 0, 0}, {ByClass, "password-change", 1, 2, 1, 0.5}, {ByClass, "question", 2, 1, 0, 0}},
		ByLanguage: {{ByLanguage, "", 3, 1, 0, 0}, {ByLanguage, "de", 2, 2, 1, 0.5}},
	} {
		got, err := d.Report(from, until, by)
		if check(t, err); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("by %s %v, want %v", by, got, want)
		}
	}
}
