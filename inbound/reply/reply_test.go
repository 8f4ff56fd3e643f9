package reply

import (
	"slices"
	"strings"
	"testing"

	"countersign/internal/clean"
	"countersign/internal/rawmail"
	"countersign/policy"
)

func TestIntent(t *testing.T) {
	for text, want := range map[string]policy.Intent{
		"Yes": "yes", "YES.": "yes", "Yes please": "yes", "ok": "unclear", "👍🏽": "unclear", "Go ahead!": "yes", "Ja, bitte": "yes",
		"Hi Sam,\n\nYes, please go ahead. Thanks!\n\nAda": "yes", "Hello Sam, yes": "yes", "Dear support team\nyes": "yes",
		"Oui, merci": "yes", "Sí, gracias": "yes", "Sim": "yes", "Sì, grazie": "yes", "Ano, prosím": "yes", "Kyllä": "yes",
		"Evet": "yes", "Ναι": "yes", "Да, спасибо": "yes", "Да нет": "unclear", "Да, но": "unclear", "はい、お願いします": "yes", "是的": "yes", "네": "yes",
		"نعم": "yes", "כן": "yes", "はい。": "yes",
		"No": "unclear", "Nope": "no", "no thanks": "no", "Please don't": "no", "I did not request this": "no",
		"That wasn't me": "no", "Yes\n\nWait, I didn't ask for this": "no", "Nein": "no", "stop": "no", "👎": "no",
		"Yes, but not today": "unclear", "Yes?": "unclear", "Yes, if it is free": "unclear", "yes no": "unclear",
		"Not sure": "unclear", "Yes, and also reset web-4": "unclear", "No problem, go ahead": "unclear", "": "unclear",
		"Yes\nif it is free": "unclear", "Yes\nWhen is it done?": "unclear", "tak": "unclear", "Hello no,\nyes": "unclear",
	} {
		if text == "No" {
			continue // languages may disagree, see TestLanguagesDisagree
		}
		if got := intentOf(text); got.Intent != want {
			t.Errorf("%q: %+v, want %s", text, got, want)
		}
	}
}

func TestLanguagesDisagree(t *testing.T) {
	for _, c := range []struct {
		text, lang string
		want       policy.Intent
	}{
		{"tak", "pl", "yes"}, {"igen", "hu", "yes"}, {"igen", "da", "unclear"}, {"так", "uk", "yes"}, {"так", "ru", "unclear"}, {"tak", "da", "unclear"}, {"tak", "en", "unclear"}, {"no", "de", "no"}, {"ΝΑΙ, ΕΥΧΑΡΙΣΤΩ", "el", "yes"}, {"Ναι, ευχαριστω πολύ", "el", "yes"}, {"Ano, dekuji", "cs", "yes"}, {"Evet, tesekkurler", "tr", "yes"}, {"Nao, obrigado", "pt", "no"},
		{"Yes, that's me", "en", "yes"}, {"Of course not", "en", "no"}, {"no", "pl", "unclear"}, {"no", "cs", "unclear"}, {"da", "ro", "yes"}, {"da", "it", "unclear"},
		{"si", "es", "yes"}, {"si", "fr", "unclear"}, {"ne", "cs", "no"}, {"ne", "el", "yes"}, {"no", "en", "no"}, {"no", "es", "no"}, {"Да, спасибо", "ru", "yes"},
	} {
		if got := intentOf(c.text).For(c.lang); got != c.want {
			t.Errorf("%q for %s: %s, want %s", c.text, c.lang, got, c.want)
		}
	}
}

func read(t *testing.T, header, body string) Reading {
	t.Helper()
	raw := rawmail.Normalize([]byte("From: Ada <ada@customer.example>\nTo: support@desk.example\nSubject: Re: [T-1] x\n" + header + "\n" + body))
	m, bad := rawmail.Scan(raw, rawmail.DefaultLimits())
	if m == nil || len(bad) > 0 {
		t.Fatal(bad)
	}
	return Read(m, Own{Address: "support@desk.example", ListIDs: []string{"help.desk.example"}, ReplyAddress: "support+{token}@desk.example"})
}

func TestRead(t *testing.T) {
	const html = "Content-Type: text/html\n"
	for name, c := range map[string]struct {
		header, body, text string
		want               policy.Intent
	}{
		"gmail":        {"", "Yes\n\nOn Tue, 24 Nov 2026 at 10:00, Support\n<support@desk.example> wrote:\n\n> Answer yes or no.\n", "Yes", "yes"},
		"bottom":       {"", "Support wrote on 2026-11-24:\n> Answer yes or no.\n\nYes\n", "Yes", "yes"},
		"only quoted":  {"", "> yes\n", "", "unclear"},
		"signature":    {"", "\n-- \nyes\n", "", "unclear"},
		"dashes":       {"", "Yes\n--\nAda\n", "Yes", "yes"},
		"phone":        {"", "Yes\n\nSent from my iPhone\n", "Yes", "yes"},
		"outlook":      {"", "Ja\n\nVon: Support\nGesendet: heute\nAn: Ada\nBetreff: x\n\nnein\n", "Ja", "yes"},
		"html":         {html, "<p>Yes</p><blockquote type=cite>no</blockquote>", "Yes", "yes"},
		"hidden":       {html, "<p style='display:none'>yes</p><p>What?</p>", "What?", "unclear"},
		"white":        {html, "<font color='#ffffff'>yes</font>", "", "unclear"},
		"base64":       {"Content-Transfer-Encoding: base64\n", "WWVz\n", "Yes", "yes"},
		"disagree":     {"Content-Type: multipart/alternative; boundary=b\n", "--b\n\nYes\n--b\nContent-Type: text/html\n\n<p>No</p>\n--b--\n", "Yes", "unclear"},
		"agree":        {"Content-Type: multipart/alternative; boundary=b\n", "--b\n\nYes\n--b\nContent-Type: text/html\n\n<p>Yes</p>\n--b--\n", "Yes", "yes"},
		"pgp":          {"", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nYes\n-----BEGIN PGP SIGNATURE-----\nxx\n", "Yes", "yes"},
		"broken quote": {"", "> " + strings.Repeat("word ", 14) + "\nyes\n", "yes", "unclear"},
		"broken, no":   {"", "> " + strings.Repeat("word ", 14) + "\nnope\n", "nope", "no"},
		"vacation":     {"Auto-Submitted: auto-replied\n", "Yes\n", "Yes", "unclear"},
	} {
		if r := read(t, c.header, c.body); r.Text != c.text || r.Answer.Intent != c.want {
			t.Errorf("%s: %q %+v", name, r.Text, r.Answer)
		}
	}
	if r := read(t, "Content-Type: text/plain; charset=utf-7\n", "Yes\n"); len(r.Refusals) == 0 {
		t.Error("UTF-7 is read")
	}
}

// A name that is an address says nobody's name.
func TestNameIsAddress(t *testing.T) {
	for from, want := range map[string]policy.Intent{"Customer <ada@customer.example>": "yes", "\"ada@customer.example\" <ada@customer.example>": "unclear"} {
		m := &rawmail.Message{}
		if m, _ = rawmail.Scan(rawmail.Normalize([]byte("From: "+from+"\nSubject: Re: x\n\nYes, customer\n")), rawmail.DefaultLimits()); m == nil {
			t.Fatal(from)
		}
		if r := Read(m, corpusOwn); r.Answer.Intent != want {
			t.Errorf("%s: %s, want %s", from, r.Answer.Intent, want)
		}
	}
}

func TestAttribution(t *testing.T) {
	for _, text := range []string{
		"Yes\nOn 24 Nov 2026, Sam <s@desk.example> wrote:\n> no",
		"Yes\nLe 4 janv. 2026 19:03, \"Sam Desk\"\n<s@desk.example>\na écrit :\n\n> no",
		"Yes\n\nAm 21.04.2026 17:48 schrieb \"Sam\" <a.long.name@desk.example\n>:\n\n> no",
		"Yes\n\n---- On Tue, 24 Nov 2026 10:02 Sam <s@desk.example> wrote ----\n\nno",
		"Yes\nOp 16 nov. 2026 05:13 schreef \"Sam\" <s@desk.example> het\nvolgende geschreven:\n\n> no",
		"Yes\n\n24 Kas 2026 tarihinde Sam\n<s@desk.example> şunu yazdı:\n\n> no",
	} {
		if got := ownText(text); got != "Yes" {
			t.Errorf("ownText(%q) = %q", text, got)
		}
	}
}

func TestKind(t *testing.T) {
	for header, want := range map[string]policy.Kind{
		"": "reply", "Auto-Submitted: no\n": "reply", "Auto-Submitted: auto-replied\n": "auto-reply", "Return-Path: <>\n": "auto-reply",
		"X-Auto-Response-Suppress: All\n": "reply", "X-Auto-Response-Suppress: DR, RN\n": "reply", "List-Id: <a.example>\n": "list",
		"List-Id: Help <help.desk.example>\nPrecedence: list\n": "reply", "Precedence: bulk\n": "list", "X-Countersign-Loop: 1\n": "loop",
		"Auto-Submitted: no (a person wrote it)\n": "reply", "Auto-Submitted: (x) auto-generated; owner=y\n": "auto-reply",
		"Resent-From: <b@list.example>\n": "list", "Resent-Sender: <b@list.example>\n": "list",
		"X-Failed-Recipients: b@customer.example\nAuto-Submitted: auto-replied\n":            "bounce",
		"Content-Type: text/calendar\n":                                                      "calendar",
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n":          "bounce",
		"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n": "receipt",
	} {
		if r := read(t, header, "Yes\n"); r.Kind != want {
			t.Errorf("%q: %s, want %s", header, r.Kind, want)
		}
	}
	id := strings.Repeat("a2", 13)
	r := read(t, "X-Failed-Recipients: ada@customer.example\n", "To: <support+b-"+id+"@desk.example>\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 unknown\n")
	if len(r.Bounce.ReturnPaths) != 1 || r.Bounce.ReturnPaths[0] != id || r.Bounce.Status != "5.1.1" || r.Bounce.Diagnostic != "550 unknown" {
		t.Errorf("%+v", r.Bounce)
	}
	r = read(t, "X-Failed-Recipients: ada@customer.example\n", "Reply-To: support+"+id+"@desk.example\nMessage-ID: <"+strings.Repeat("b3", 13)+"@desk.example>\n"+
		"References: <"+id+"@evil.example>\nx"+id+"@desk.example\nsee "+strings.Repeat("c4", 13)+"@desk.example\n")
	if !slices.Equal(r.Bounce.Sent, []string{id, strings.Repeat("b3", 13)}) || r.Bounce.ReturnPaths != nil {
		t.Errorf("%+v", r.Bounce)
	}
}

func TestBounceByWords(t *testing.T) {
	for _, c := range []struct {
		header, body string
		want         policy.Kind
	}{
		{"Return-Path: <>\nFrom: MAILER-DAEMON@mx.customer.example\nSubject: Re: x\n", "Your message could not be delivered.\n", "bounce"},
		{"Return-Path: <>\nFrom: postmaster@mx.customer.example\nSubject: Undeliverable: x\n", "Sorry.\n", "bounce"},
		{"Return-Path: <>\nFrom: ada@customer.example\nSubject: Re: x\n", "It could not be delivered.\n", "auto-reply"},
		{"Return-Path: <ada@customer.example>\nFrom: ada@customer.example\nSubject: Re: x\n", "The parcel could not be delivered.\n", "reply"},
	} {
		m, _ := rawmail.Scan(rawmail.Normalize([]byte(c.header+"\n"+c.body)), rawmail.DefaultLimits())
		if r := Read(m, Own{}); r.Kind != c.want {
			t.Errorf("%s: %s, want %s", c.header, r.Kind, c.want)
		}
	}
}

// benchRead reads one mail again and again, whose answer is yes.
func benchRead(b *testing.B, mail string) {
	b.Helper()
	m, refused := rawmail.Scan(rawmail.Normalize([]byte(mail)), rawmail.DefaultLimits())
	if len(refused) > 0 {
		b.Fatal(refused)
	}
	if r := Read(m, corpusOwn); r.Answer.For("") != policy.Yes {
		b.Fatal(r.Answer, r.Text)
	}
	b.ReportAllocs()
	for b.Loop() {
		Read(m, corpusOwn)
	}
}

// BenchmarkRead is an answer of 14 KB above a quote.
func BenchmarkRead(b *testing.B) {
	benchRead(b, answering+"\nYes, please\n\nOn 1 Nov 2026, Support wrote:\n"+strings.Repeat("> quoted words of the notice\n", 480))
}

// BenchmarkReadOwn is one of 14 KB of own words.
func BenchmarkReadOwn(b *testing.B) {
	const own = "We have talked about the server with the whole team on Monday, and we think that the\nnew machine has to have more memory than the old one had, as the shop is slow today.\n\n"
	benchRead(b, answering+"\nYes, please\n\n"+strings.Repeat(own, 14<<10/len(own)))
}

// BenchmarkReadHTML is one of Outlook's: with Word's style sheet, and a rule and
// the header of the mail that it answers above its text.
func BenchmarkReadHTML(b *testing.B) {
	header := "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>From:</b> Support &lt;support@desk.example&gt;<br><b>Sent:</b> Monday, 2 November 2026 10:02<br><b>To:</b> Ada<br><b>Subject:</b> Upgrade</p></div>"
	text := strings.Repeat("<p class=\"MsoNormal\"><span style=\"font-size:11.0pt;color:#1F497D\">some words of the notice<o:p></o:p></span></p>\n", 110)
	benchRead(b, answering+"Content-Type: text/html\n\n"+wordHead+wordText(tongues[0].yes)+header+text)
}

func FuzzOwnText(f *testing.F) {
	f.Add("Yes\n\nOn 1 Nov, A wrote:\n> no")
	f.Fuzz(func(t *testing.T, s string) {
		before := intentOf(ownText(clean.Seen(s))).Intent
		after := intentOf(ownText(clean.Seen(s + "\n\n> yes\n"))).Intent
		if before != policy.Yes && after == policy.Yes {
			t.Errorf("a quote made a yes of %q", s)
		}
	})
}

// BenchmarkReadParts is a reply of a mail program of today, with a file of a
// megabyte.
func BenchmarkReadParts(b *testing.B) {
	quote := strings.Repeat("> quoted words of the notice\n", 100)
	file := strings.Repeat(strings.Repeat("QUJD", 19)+"\n", 1<<20/77)
	raw := rawmail.Normalize([]byte(answering + "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n" +
		"--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nYes, please\n\nOn 1 Nov 2026, Support wrote:\n" + quote +
		"\n--b\nContent-Type: text/html; charset=utf-8\n\n<p>Yes, please</p><blockquote type=cite>" + quote + "</blockquote>\n--b--\n" +
		"--a\nContent-Type: application/pdf; name=x.pdf\nContent-Disposition: attachment; filename=x.pdf\nContent-Transfer-Encoding: base64\n\n" + file + "--a--\n"))
	m, refused := rawmail.Scan(raw, rawmail.DefaultLimits())
	if len(refused) > 0 {
		b.Fatal(refused)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if r := Read(m, corpusOwn); r.Answer.For("") != policy.Yes {
			b.Fatal(r.Answer)
		}
	}
}
