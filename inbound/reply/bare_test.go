package reply

import (
	"strings"
	"testing"
	"unicode/utf8"

	"countersign/internal/rawmail"
)

// TestBare: a text that is no mail is divided as a mail's body is.
func TestBare(t *testing.T) {
	const own = "Please reset the password of ada@north.example."
	const quoted = "Shall we delete web-3?"
	tests := []struct{ name, text, own, quoted string }{
		{"plain", own, own, ""},
		{"crlf", own + "\r\n", own, ""},
		{"signature", own + "\n\n-- \nAda Berg\nPassword Safe Ltd", own, ""},
		{"quote", own + "\n\n> " + quoted, own, quoted},
		{"quote-of-a-quote", own + "\n\n> " + quoted + "\n>> never", own, quoted + "\nnever"},
		{"introduced", own + "\n\nOn Tue, 24 Nov 2026 at 10:02, Sam <sam@desk.example> wrote:\n> " + quoted, own, quoted},
		{"original", own + "\n\n-----Original Message-----\nFrom: Sam <sam@desk.example>\nSent: Tuesday\n\n" + quoted, own,
			"-----Original Message-----\nFrom: Sam <sam@desk.example>\nSent: Tuesday\n\n" + quoted},
		{"html", "<p>" + own + "</p><blockquote type=cite>" + quoted + "</blockquote>", own, quoted},
		{"html-page", "\n<!DOCTYPE html><html><head><style>p{color:red}</style></head><body><div>" + own + "</div></body></html>", own, ""},
		{"html-somewhere", own + "<br>\n<blockquote class=\"gmail_quote\">" + quoted + "</blockquote>", own, quoted},
		{"html-outlook-and-quotes", "<html><body><p>" + own + "</p><blockquote type=cite>web-3</blockquote><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p><b>From:</b> Sam<br><b>Sent:</b> Tuesday</p></div><p>" + quoted + "</p></body></html>",
			own, "web-3\nFrom: Sam\nSent: Tuesday\n" + quoted},
		{"html-outlook", "<html><body><p>" + own + "</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p><b>From:</b> Sam &lt;sam@desk.example&gt;<br><b>Sent:</b> Tuesday, 24 November 2026 10:02<br><b>To:</b> Ada<br><b>Subject:</b> web-3</p></div><p>" + quoted + "</p></body></html>",
			own, "*" + quoted},
		{"angle-address", "<ada@north.example> is locked out, 3 < 4 and <b is no tag", "<ada@north.example> is locked out, 3 < 4 and <b is no tag", ""},
		{"tag-in-a-sentence", "What does <title> mean?", "What does <title> mean?", ""},
		{"nul-and-bidi", "Re\u202eset\x00 it", "Reset it", ""},
		{"not-utf-8", "caf\xe9", "caf\uFFFD", ""},
		{"empty", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			gotOwn, gotQuoted := Bare(tt.text)
			end, partly := strings.CutPrefix(tt.quoted, "*")
			if gotOwn != tt.own || gotQuoted != tt.quoted && !(partly && strings.HasSuffix(gotQuoted, end)) {
				t.Errorf("Bare() = %q, %q; want %q, %q", gotOwn, gotQuoted, tt.own, tt.quoted)
			}
		})
	}
}

// TestBareBounds: a text of 10 MB is answered, whatever it is made of.
func TestBareBounds(t *testing.T) {
	for _, part := range []string{"a", "reset the password\n", "<p>", "<blockquote>a", "> a\n", "\x00", "\u202e", "<", "é"} {
		own, quoted := Bare(strings.Repeat(part, 10<<20/len(part)))
		if len(own) > maxText || len(quoted) > maxQuoted || !utf8.ValidString(own) || !utf8.ValidString(quoted) {
			t.Errorf("of many %q: %d bytes, %d quoted", part, len(own), len(quoted))
		}
	}
}

// TestQuoted: of a mail, what it answers comes from whichever part holds it.
func TestQuoted(t *testing.T) {
	const head = "From: Ada <ada@north.example>\r\nTo: support@desk.example\r\nSubject: Re: web-3\r\nMIME-Version: 1.0\r\n"
	for name, raw := range map[string]string{
		"plain": "Content-Type: text/plain\r\n\r\nGo ahead.\r\n\r\n> Shall we delete web-3?\r\n",
		"html":  "Content-Type: text/html\r\n\r\n<p>Go ahead.</p><blockquote type=cite>Shall we delete web-3?</blockquote>\r\n",
		"both": "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nGo ahead.\r\n--b\r\nContent-Type: text/html\r\n\r\n" +
			"<p>Go ahead.</p><blockquote type=cite>Shall we delete web-3?</blockquote>\r\n--b--\r\n",
	} {
		m, refusals := rawmail.Scan([]byte(head+raw), rawmail.DefaultLimits())
		if len(refusals) > 0 {
			t.Fatal(refusals)
		}
		if r := Read(m, Own{}); r.Text != "Go ahead." || r.Quoted() != "Shall we delete web-3?" {
			t.Errorf("%s: %q answers %q", name, r.Text, r.Quoted())
		}
	}
}
