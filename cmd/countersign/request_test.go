package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
	"countersign/policy"
)

// TestRequestByMail: Ada's own mail that asks for a password opens a ticket of that
// class, and she is asked back. Sam alone makes no question of it.
func TestRequestByMail(t *testing.T) {
	t.Parallel()
	const words = "Please reset the password of ada@north.example."
	o := newOutside(t)
	o.people()
	o.ok("agent", "add", "lea", "--email", "lea@desk.example", "--authority", "password-change", "--role", "lead")
	must(t, o.dovecot.Deliver(o.signed(mailtest.New("Ada Berg <ada@north.example>", "support@desk.example", "My login", words+"\n\n-- \nAda Berg\nCancel anything Ltd\n", time.Now()))))
	o.ok("run", "--once")
	must(t, o.dovecot.Deliver(mailtest.New("Ada Berg <ada@north.example>", "support@desk.example", "My login", "Please cancel the contract.\n", time.Now())))
	must(t, o.dovecot.Deliver(o.signed(mailtest.New("Ada Berg <ada@north.example>", "support@desk.example", "Hours", "When is the office open on Fridays?\n", time.Now()))))
	o.ok("run", "--once")
	type shown struct {
		Class, State, Request string
		Revision              int
		Asks                  policy.Asks
		More                  *struct{ Class string }
		Wish                  *struct{ Agent string }
	}
	show := func(id string) (s shown) {
		t.Helper()
		must(t, json.Unmarshal([]byte(o.ok("ticket", "show", id, "--json")), &s))
		return s
	}
	if s := show("T-2"); s.Class != "password-change" || s.State != "authenticated" || s.Request != words || len(s.Asks.Matches) == 0 {
		t.Errorf("T-2: %+v", s)
	}
	if s := show("T-3"); s.Class != "question" || s.State != "authenticated" {
		t.Errorf("T-3: %+v", s)
	}
	o.denied(66, "no_such_ticket", "ticket", "show", "T-4", "--json")
	mails := o.smtp.Mails()
	if len(mails) != 2 || !strings.Contains(string(mails[1].Data), "It asks for a new password") {
		t.Fatalf("%d mails, want the two questions\n%s", len(mails), mails[len(mails)-1].Data)
	}
	o.denied(77, "not_confirmed", "authorize", "T-2", "password-change", "--agent", "sam")
	if out := o.ok("ticket", "show", "T-2"); !strings.Contains(out, "read    password-change") {
		t.Errorf("ticket show says\n%s", out)
	}
	if out := o.ok("explain", "T-2"); !strings.Contains(out, "its words ask for password-change") {
		t.Errorf("explain says\n%s", out)
	}

	// What she asks for in the thread of a question has a person look, where it is not surely to us.
	must(t, o.dovecot.Deliver(o.signed(mailtest.New("Ada Berg <ada@north.example>", "nils@north.example", "Re: Hours (T-3)", "Thanks. Please also reset the root password of web-4.\n", time.Now()))))
	o.ok("run", "--once")
	if s := show("T-3"); s.Class != "question" || s.Revision != 1 || s.More == nil || s.More.Class != "password-change" {
		t.Errorf("T-3 with a later mail: %+v", s)
	}
	if out := o.ok("ticket", "show", "T-3"); !strings.Contains(out, "asks for more, password-change") || !strings.Contains(out, "asks_more") {
		t.Errorf("ticket show says\n%s", out)
	}
	if out := o.ok("ticket", "list"); !strings.Contains(out, "question (look)") {
		t.Errorf("ticket list says\n%s", out)
	}
	if len(o.smtp.Mails()) != 2 {
		t.Errorf("%d mails, want none for that", len(o.smtp.Mails()))
	}

	// Down to a question it goes by two people, with reasons.
	lower := []string{"ticket", "edit", "T-2", "--class", "question"}
	o.denied(64, "say why", append(lower, "--agent", "sam")...)
	lower = append(lower, "--reason", "she only asks")
	o.denied(75, "a second agent or a lead may agree", append(lower, "--agent", "sam")...)
	o.denied(77, "you wished that already", append(lower, "--agent", "sam")...)
	if s := show("T-2"); s.Class != "password-change" || s.Revision != 1 || s.Wish == nil || s.Wish.Agent != "sam" {
		t.Errorf("with a wish: %+v", s)
	}
	if out := o.ok(append(lower, "--agent", "lea")...); !strings.Contains(out, "password-change -> question, wished by sam (she only asks): she only asks") {
		t.Errorf("ticket edit says\n%s", out)
	}
	if out := o.ok("audit", "list", "--json"); !strings.Contains(out, "wished by sam (she only asks)") {
		t.Error("the audit log does not say why")
	}
	var c struct{ ID, Subject, Text, Class, Was string }
	must(t, json.Unmarshal([]byte(o.ok("classify", "export")), &c))
	if c.ID != "T-2" || c.Text != words || c.Class != "question" || c.Was != "password-change" {
		t.Errorf("exported %+v", c)
	}
	if out := o.ok("classify", "export", "--since", "2099-01-01"); out != "" {
		t.Errorf("exported of the future: %s", out)
	}
	if out := o.ok("report", "--since", "7d", "--json"); !strings.Contains(out, `{"by":"class","key":"password-change","opened":1,"read":1,"corrected":1,"corrected_share":1}`) {
		t.Errorf("report says\n%s", out)
	}
	if out := o.ok("report", "--since", "7d", "--by", "language"); !strings.Contains(out, "50.0 %") {
		t.Errorf("report says\n%s", out)
	}

	// What is to us becomes part of it, and she is asked about all of it.
	must(t, o.dovecot.Deliver(o.signed(mailtest.New("Ada Berg <ada@north.example>", "support@desk.example", "Re: Hours (T-3)", "Please reset the root password of web-4, too.\n", time.Now()))))
	o.ok("run", "--once")
	if s := show("T-3"); s.Class != "password-change" || s.Revision != 2 || s.State != "unconfirmed" || s.More != nil ||
		s.Request != "When is the office open on Fridays?\n\n[and by a later mail]\nPlease reset the root password of web-4, too." {
		t.Errorf("T-3 with another mail: %+v", s)
	}
	mails = o.smtp.Mails()
	if last := string(mails[len(mails)-1].Data); len(mails) != 3 || !strings.Contains(last, "We were sent a request in your name") || !strings.Contains(last, "office open on Fridays") || !strings.Contains(last, "password of web-4, too") {
		t.Errorf("%d mails, the last is\n%s", len(mails), last)
	}
	must(t, o.dovecot.Deliver(o.signed(o.reply(mails[2].Data, "Yes\n"))))
	o.ok("run", "--once")
	o.ok("authorize", "T-3", "password-change", "--agent", "sam")
	o.ok("audit", "verify")
}
