package inbound

import (
	"context"
	"strings"
	"testing"
	"time"

	"countersign/internal/rawmail"
	"countersign/policy"
)

// TestSaysNothing: a subject of calls and greetings says nothing, in any language;
// one word of what it is about does.
func TestSaysNothing(t *testing.T) {
	for _, subject := range []string{"", " ", "Re:", "RE: Fwd: AW:", "(no subject)", "help", "HELP!!!", "Urgent: please help", "Hello", "hi there", "...", "Re: Hilfe, dringend!",
		"(kein Betreff)", "Bonjour", "S'il vous plaît", "(sans objet)", "¡Ayuda!", "Срочно", "긴급 문의", "(无主题)", "件名なし", "ללא נושא", "بدون موضوع", "Re: 😀"} {
		if !saysNothing(subject) {
			t.Errorf("%q says something", subject)
		}
	}
	for _, subject := range []string{"web-3", "Re: web-3: SFTP login fails", "Hours", "My login", "Help with DNS", "Rechnung 4711", "網站 down", "404", "Проблема с сайтом", "Urgent: server"} {
		if saysNothing(subject) {
			t.Errorf("%q says nothing", subject)
		}
	}
}

// TestLineOf: the own words name a ticket where they are one line that says something.
func TestLineOf(t *testing.T) {
	for text, want := range map[string]string{
		"web-3: SFTP login fails since Monday\n": "web-3: SFTP login fails since Monday",
		"web-3\nand web-4":                       "",
		"Thanks!":                                "",
		"Yes":                                    "",
		"":                                       "",
		strings.Repeat("a", 120):                 strings.Repeat("a", 120),
		strings.Repeat("a", 121):                 "",
	} {
		if got := lineOf(text); got != want {
			t.Errorf("lineOf(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestSubjectOfMail: a mail brings whether its subject says nothing, and the line
// by which it could name its ticket.
func TestSubjectOfMail(t *testing.T) {
	const mail = "From: Ada <ada@north.example>\r\nTo: support@desk.example\r\nSubject: Re: help\r\n\r\nweb-3: login fails\r\n\r\n> We have your message\r\n"
	e := Understand(context.Background(), judged(policy.Sender{}), Desk{Limits: rawmail.DefaultLimits()}, []byte(mail), time.Now())
	if !e.Nameless || e.Line != "web-3: login fails" {
		t.Errorf("%v, %q", e.Nameless, e.Line)
	}
	e = Understand(context.Background(), judged(policy.Sender{}), Desk{Limits: rawmail.DefaultLimits()}, []byte(strings.Replace(mail, "Re: help", "Login", 1)), time.Now())
	if e.Nameless {
		t.Error("a subject that says something is none")
	}
}
