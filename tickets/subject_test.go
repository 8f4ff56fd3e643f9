package tickets

import (
	"strings"
	"testing"

	"countersign/policy"
	"countersign/tickets/outbox"
)

// nameless is a question in a contact's own mail whose subject says nothing.
func (d *desk) nameless(from string) policy.Evidence {
	e := d.asking(from, policy.Asks{Class: policy.Question})
	e.Subject, e.Text, e.Nameless, e.Answer.Intent = "Help!", "It does not work.", true, policy.Unclear
	return e
}

// line is a one-line answer to a letter.
func (d *desk) line(l Letter, words string) policy.Evidence {
	e := d.reply(l, policy.Unclear)
	e.Tokens, e.Text, e.Line = nil, words, words
	return e
}

// TestSubject: who writes a mail whose subject says nothing is told once that one
// would help, at the address on file, as courtesy; the line that answers it is the
// ticket's subject, and no later one.
func TestSubject(t *testing.T) {
	d := memoryDesk(t, nil)
	m := d.receive(t, d.nameless(bob))
	wants(t, m, "opened")
	l, all := d.last(t, policy.NoticeSubject, m.Ticket), d.outbox(t, m.Ticket)
	if len(all) != 1 || all[0].Class != policy.AtMostOnce || all[0].Origin != outbox.FromCourtesy || l.To != bob || l.Token != "" {
		t.Fatalf("told by %+v", all)
	}
	named := d.line(l, "web-3: SFTP login fails since Monday")
	wants(t, d.receive(t, named), "named")
	s := d.show(t, m.Ticket)
	if s.Subject != "web-3: SFTP login fails since Monday" || happened(s, "named") != 1 || s.Revision != 1 || s.Class != policy.Question {
		t.Errorf("it is %+v", s)
	}
	d.receive(t, d.line(l, "Something else"))
	named.Hash, named.RawHash = digest("again"), digest("again")
	d.receive(t, named)
	if s := d.show(t, m.Ticket); s.Subject != "web-3: SFTP login fails since Monday" || happened(s, "named") != 1 || len(d.outbox(t, m.Ticket)) != 1 {
		t.Errorf("after more lines it is %+v", s)
	}
}

// TestSubjectOfOthers: only the ticket's contact names it, only as long as nobody
// else has put it in words, and never beside a no.
func TestSubjectOfOthers(t *testing.T) {
	for name, line := range map[string]func(*desk, string, Letter) policy.Evidence{
		"colleague": func(d *desk, _ string, l Letter) policy.Evidence {
			e := d.line(l, "Mine")
			e.From = ada
			return e
		},
		"by-the-number-alone": func(d *desk, id string, l Letter) policy.Evidence {
			e := d.line(l, "Mine")
			e.References, e.Threads, e.Numbers = nil, nil, []string{id}
			return e
		},
		"an-agent-wrote-it-down": func(d *desk, id string, l Letter) policy.Evidence {
			_, err := d.Edit(EditRequest{Ticket: id, Request: "The login of web-3 fails", Agent: "kim"})
			check(t, err)
			return d.line(l, "Mine")
		},
		"no": func(d *desk, _ string, l Letter) policy.Evidence {
			e := d.line(l, "Mine")
			e.Answer.Intent = policy.No
			return e
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			id := d.receive(t, d.nameless(bob)).Ticket
			d.receive(t, line(d, id, d.last(t, policy.NoticeSubject, id)))
			if s := d.show(t, id); s.Subject != "Help!" || happened(s, "named") != 0 || (s.State == policy.StateDisputed) != (name == "no") {
				t.Errorf("it is %+v", s)
			}
		})
	}
}

// TestSubjectAsksFurther: a line that asks for something privileged is that, too.
func TestSubjectAsksFurther(t *testing.T) {
	d := memoryDesk(t, nil)
	id := d.receive(t, d.nameless(bob)).Ticket
	e := d.line(d.last(t, policy.NoticeSubject, id), "Reset the password of web-3")
	e.Asks = asksFor(policy.PasswordChange)
	d.receive(t, e)
	if l := d.last(t, policy.NoticeConfirm, id); l.Subject != "Reset the password of web-3" || !strings.HasSuffix(l.Request, later+"Reset the password of web-3") {
		t.Errorf("asked %+v", l)
	}
}

// TestSubjectIsNoFlood: many such mails are told of within the limits, and those over
// them are dropped with a line in the history of each.
func TestSubjectIsNoFlood(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour = 3 })
	var last string
	for range 10 {
		last = d.receive(t, d.nameless(bob)).Ticket
	}
	if all := d.outbox(t, ""); len(all) != 3 || happened(d.show(t, last), "notice dropped") != 1 {
		t.Errorf("%d were told; %+v", len(all), d.show(t, last).History)
	}
	d.open1(t, bob, "kim")
	if n := d.send(t); n != 4 {
		t.Errorf("%d went out, want the three and the question", n)
	}
	d.receive(t, d.asking(bob, asksFor(policy.PasswordChange)))
	if n := d.send(t); n != 1 {
		t.Errorf("%d went out, want the question of his own mail", n)
	}
}
