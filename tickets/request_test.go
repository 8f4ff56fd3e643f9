package tickets

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"countersign/policy"
)

// TestRequestFits: what no notice could quote whole is refused where an agent
// writes it, and cut where a contact did; the contact's words stay what they are
// as far as they go.
func TestRequestFits(t *testing.T) {
	d := memoryDesk(t, func(o *Options) {
		o.Fits = func(request string) error {
			if n := 3 * strings.Count(request, "\n"); n > 900 {
				return fmt.Errorf("takes %d bytes, at most 900 are allowed", n)
			}
			return nil
		}
	})
	crafted := strings.Repeat("+\n", 1295) // 2,590 bytes
	var bad *InvalidError
	open := OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.PasswordChange, Subject: "x", Request: crafted, Agent: "kim"}
	if _, err := d.Open(open); !errors.As(err, &bad) || err.Error() != "request: takes 3885 bytes, at most 900 are allowed" {
		t.Errorf("Open() = %v", err)
	}
	ticket, _ := d.ask(t, bob, policy.PasswordChange)
	if _, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: crafted, Agent: "kim"}); !errors.As(err, &bad) || !strings.Contains(err.Error(), "at most 900") {
		t.Errorf("Edit() = %v", err)
	}
	if _, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: strings.Repeat("a\n", 300), Agent: "kim"}); err != nil {
		t.Errorf("Edit() of one that fits = %v", err)
	}
	for text, want := range map[string]bool{"as it is\x1b": false, crafted: true, strings.Repeat("words ", 1000): true} {
		e := d.old(1)
		e.Text = text
		d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Unclear))
		s := d.show(t, d.receive(t, e).Ticket)
		kept, cut := strings.CutSuffix(s.Request, "\n[cut; the whole mail is kept]")
		if cut != want || !strings.HasPrefix(text, kept) || kept == "" || d.opt.Fits(s.Request) != nil {
			t.Errorf("%.20q became %.20q ... (%d bytes), cut: %v", text, s.Request, len(s.Request), cut)
		}
		d.receive(t, d.reply(d.last(t, "confirm", s.Ticket), policy.No)) // so that the next one opens its own
	}
}

// TestCutIsHeard: of words that no notice could quote nobody knows what they ask, so a
// rule that looks at words or numbers is about them.
func TestCutIsHeard(t *testing.T) {
	for name, mail := range map[string]struct {
		subject, text string
		want          policy.Verb
	}{
		"short":        {"Reboot", "Please reboot web1", policy.Allow},
		"long-text":    {"Reboot", "Please reboot web1. " + strings.Repeat("It is slow. ", 400) + "And delete web2", policy.Hold},
		"long-subject": {"Reboot web1 please, " + strings.Repeat("it is slow, ", 10) + "and delete web2", "As above", policy.Hold},
		"just-fits":    {strings.Repeat("s", maxSubject), strings.Repeat("t", maxRequest), policy.Allow},
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, func(o *Options) { o.Rules = strict() })
			e := d.old(1)
			e.Subject, e.Text, e.Asks = mail.subject, mail.text, policy.Asks{Class: policy.PasswordChange}
			ticket := d.receive(t, e).Ticket
			d.receive(t, d.reply(d.last(t, "confirm", ticket), policy.Yes))
			if a := d.may(t, ticket, policy.PasswordChange, "kim"); a.Decision != mail.want {
				t.Errorf("%+v, want %s", a, mail.want)
			}
		})
	}
}
