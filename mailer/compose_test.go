package mailer

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"mime"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"

	"countersign/policy"
)

const testToken = "4fmn2xk7q3w5yh6tz2ab4cd5ef"

func goodLetter(kind policy.NoticeKind) Letter {
	return Letter{
		Kind: kind, To: "ada@north.example", ToName: "Ada Berg", Language: "en",
		Ticket: "T-1042", Reference: "T-1042-7KQ3MX", Token: testToken,
		Class: "password-change", ClassWords: "a new password or login secret",
		Request: "Reset SFTP password for web-3", Subject: "Reset SFTP password for web-3",
		Channel: "chat", AgentName: "Sam",
		Until: time.Date(2026, 11, 25, 14, 2, 0, 0, time.UTC), At: time.Date(2026, 11, 22, 14, 2, 7, 0, time.UTC),
		MessageID: testToken + "@desk.example", ReplyTo: "support+" + testToken + "@desk.example",
		ReturnPath: "support+b-" + testToken + "@desk.example", Date: time.Date(2026, 11, 22, 14, 2, 7, 0, time.UTC),
		Reason: "mailbox full",
	}
}

func composer(t *testing.T) *Composer {
	t.Helper()
	c, err := NewComposer(mail.Address{Name: "Support", Address: "support@desk.example"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// read gives the header and the decoded text of a composed letter.
func read(t *testing.T, b []byte) (message.Header, string) {
	t.Helper()
	e, err := message.Read(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%v in\n%s", err, b)
	}
	body, err := io.ReadAll(e.Body)
	if err != nil {
		t.Fatal(err)
	}
	return e.Header, strings.ReplaceAll(string(body), "\r\n", "\n")
}

func TestConfirm(t *testing.T) {
	b, err := composer(t).Compose(goodLetter("confirm"))
	if err != nil {
		t.Fatal(err)
	}
	h, body := read(t, b)
	for field, want := range map[string]string{
		"From":                     `"Support" <support@desk.example>`,
		"To":                       `"Ada Berg" <ada@north.example>`,
		"Reply-To":                 `"Support" <support+4fmn2xk7q3w5yh6tz2ab4cd5ef@desk.example>`,
		"Subject":                  "[T-1042-7KQ3MX] Please confirm: Reset SFTP password for web-3",
		"Date":                     "Sun, 22 Nov 2026 14:02:07 +0000",
		"Message-ID":               "<4fmn2xk7q3w5yh6tz2ab4cd5ef@desk.example>",
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "OOF, AutoReply, RN",
		"X-Countersign-Loop":       "support@desk.example",
		"Content-Language":         "en",
		"MIME-Version":             "1.0",
		"Content-Type":             "text/plain; charset=UTF-8",
		"User-Agent":               "", "X-Mailer": "", "Return-Path": "", "In-Reply-To": "", "List-Unsubscribe": "",
	} {
		if got := h.Get(field); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
	const want = `Hello Ada Berg.

During a chat with you, our colleague Sam wrote down a request in your
name. It asks for a new password or login secret, word for word:

  | Reset SFTP password for web-3

If you asked for this, reply to this mail with the word YES. If you did
not, reply NO and we will stop it.

Please reply from this mailbox: it is the one on file. Nothing happens
before your answer. The question is open until 25 November 2026, 14:02
UTC. We never ask for a password by mail.
`
	if body != want {
		t.Errorf("body:\n%s\nwant:\n%s", body, want)
	}
}

func TestSameLetterSameBytes(t *testing.T) {
	for _, kind := range policy.NoticeKinds {
		l := goodLetter(kind)
		l.ToName, l.InReplyTo = "Ådå", "x@north.example"
		first, err := composer(t).Compose(l)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if again, err := composer(t).Compose(l); err != nil || !bytes.Equal(first, again) {
				t.Fatalf("%s: the same letter became other bytes (%v):\n%s\n%s", kind, err, first, again)
			}
		}
	}
}

// TestEveryKindHasItsText: every kind of notice has its text in every language,
// and there is no text of which no kind is.
func TestEveryKindHasItsText(t *testing.T) {
	var want []string
	for _, kind := range policy.NoticeKinds {
		want = append(want, kind.Terms().Text)
	}
	slices.Sort(want)
	texts := composer(t).texts
	if texts["en"] == nil {
		t.Fatal("no texts in English")
	}
	for language, have := range texts {
		if got := slices.Sorted(maps.Keys(have)); !slices.Equal(got, want) {
			t.Errorf("texts in %s: %v, want one for each kind of notice: %v", language, got, want)
		}
	}
}

// TestAutoSubmitted: what answers a mail says so, all else comes by itself.
func TestAutoSubmitted(t *testing.T) {
	for _, kind := range policy.NoticeKinds {
		b, err := composer(t).Compose(goodLetter(kind))
		if err != nil {
			t.Fatal(err)
		}
		h, _ := read(t, b)
		want := "auto-generated"
		if kind.Terms().Replies {
			want = "auto-replied"
		}
		if got := h.Get("Auto-Submitted"); got != want {
			t.Errorf("%s: Auto-Submitted: %s, want %s", kind, got, want)
		}
	}
}

// link is what mail programs make a link of, names of domains apart.
var link = regexp.MustCompile(`(?i)[a-z]://|www\.|mailto:`)

// TestTexts renders every text with values nobody hoped for.
func TestTexts(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Letter)
	}{
		{"plain", func(*Letter) {}},
		{"nothing-known", func(l *Letter) {
			*l = Letter{Kind: l.Kind, To: l.To, MessageID: l.MessageID, Date: l.Date, Subject: "x"}
		}},
		{"long-words", func(l *Letter) {
			l.ToName, l.AgentName = strings.Repeat("N", 300), strings.Repeat("A", 300)
			l.Request, l.Subject = strings.Repeat("r", 3000), strings.Repeat("s", 3000)
			l.ClassWords, l.Reason = strings.Repeat("c", 300), strings.Repeat("y", 300)
		}},
		{"right-to-left", func(l *Letter) {
			l.ToName, l.Request, l.Subject = "עדה ברג", strings.Repeat("אפס את הסיסמה של web-3. ", 20), "אפס את הסיסמה \u202e של web-3"
		}},
		{"wide", func(l *Letter) {
			l.ToName, l.Request, l.Subject = "山田太郎", strings.Repeat("パスワードを再設定してください", 30), strings.Repeat("再設定", 60)
		}},
		{"marks-in-heaps", func(l *Letter) { l.Request = "a" + strings.Repeat("\u0301", 2000) }},
		{"emoji", func(l *Letter) {
			l.Request, l.Subject = strings.Repeat("👩‍💻", 200), strings.Repeat("👍🏽", 100)
		}},
		{"links", func(l *Letter) {
			evil := "https://evil.example/a?b=c www.evil.example mailto:eve@evil.example HTTP://EVIL.example ftp.evil.example javascript://x"
			l.ToName, l.AgentName, l.Request, l.Subject, l.ClassWords, l.Reason = evil, evil, evil, evil, evil, evil
		}},
		{"our-words", func(l *Letter) {
			l.Request = "nothing\n\nIf you asked for this, reply to this mail with the word NO.\n\n\n\n\nPlease reply"
		}},
		{"template", func(l *Letter) { l.Request, l.Subject, l.ToName = "{{.Until}} {{", "{{.Request}}", "{{" }},
		{"request-mark", func(l *Letter) { l.ToName, l.Subject, l.Reason = requestMark, requestMark, requestMark }},
		{"controls", func(l *Letter) {
			bad := "a\x00b\x1b[31mc\x7fd\u200be\u2028f\u2066g\ufeffh\u00adi\U000E0041j\xffk\u0085l"
			l.ToName, l.AgentName, l.Request, l.Subject, l.ClassWords, l.Reason = bad, bad, bad, bad, bad, bad
		}},
		{"encoded-words", func(l *Letter) {
			bad := "=?utf-8?q?a=0D=0ABcc:_eve=40evil.example=E2=80=AE?= =?utf-8?q?=3D=3Fx?="
			l.ToName, l.AgentName, l.Subject = bad, bad, bad
		}},
		{"harmless-colons", func(l *Letter) { l.Request, l.Subject = "Customer data: keep. Tel: 555 0100", "Data: keep" }},
		{"header-break", func(l *Letter) {
			bad := "x\r\nBcc: eve@evil.example\r\n\r\nbody"
			l.ToName, l.AgentName, l.Request, l.Subject, l.ClassWords, l.Reason, l.Channel, l.Class, l.Language = bad, bad, bad, bad, bad, bad, bad, bad, bad
		}},
	}
	c := composer(t)
	for _, kind := range policy.NoticeKinds {
		for _, tt := range tests {
			t.Run(string(kind)+"/"+tt.name, func(t *testing.T) {
				l := goodLetter(kind)
				tt.spoil(&l)
				b, err := c.Compose(l)
				if err != nil {
					t.Fatal(err)
				}
				h, body := read(t, b)
				subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
				if err != nil {
					t.Fatal(err)
				}
				if columns(subject) > subjectMax || !strings.HasPrefix(subject, l.prefix()) || strings.TrimSpace(strings.TrimPrefix(subject, l.prefix())) == "" {
					t.Errorf("Subject: %q", subject)
				}
				lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
				own := 0
				for _, line := range lines {
					if columns(line) > lineWidth {
						t.Errorf("%d columns: %q", columns(line), line)
					}
					if line != "" && !strings.HasPrefix(line, strings.TrimRight(quoteMark, " ")) {
						own++
					}
					if strings.TrimRight(line, " ") != line {
						t.Errorf("blank at the end of %q", line)
					}
				}
				if tt.name == "plain" && own > 12 {
					t.Errorf("%d lines of ours:\n%s", own, body)
				}
				shown := subject + "\n" + body + "\n" + h.Get("To") + h.Get("From")
				if found := link.FindAllString(shown, -1); found != nil {
					t.Errorf("links %q in\n%s", found, shown)
				}
				if i := strings.IndexFunc(shown, func(r rune) bool {
					return r != '\n' && (r < ' ' || r == 0x7f || r == 0x202e || r == 0x2066 || r == 0x200b || r == 0xfeff || r == 0xad || r == 0x2028 || r == 0x85)
				}); i >= 0 {
					t.Errorf("character %q in\n%q", shown[i:i+1], shown)
				}
				if strings.Contains(body, "{{") && tt.name != "template" || strings.Contains(body, "<no value>") || strings.Contains(body, "request\x00") {
					t.Errorf("not filled in:\n%s", body)
				}
				if tt.name == "harmless-colons" && strings.Contains(shown, "[:]") {
					t.Errorf("defused what is no link:\n%s", shown)
				}
				if to, err := h.Text("To"); err != nil || strings.ContainsAny(to, "\r\n\u202e") {
					t.Errorf("To is shown as %q, %v", to, err)
				}
				if h.Get("Bcc") != "" || len(h.Map()) > 16 {
					t.Errorf("fields: %v", h.Map())
				}
				if err := verbatim(b); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestWholeRequest shows that the customer sees every word of the request.
func TestWholeRequest(t *testing.T) {
	l := goodLetter("confirm")
	l.Request = "Point shop.north.example to 192.0.2.7,\r\nthen delete the old zone.\n\n  And   tell\tNils. " + strings.Repeat("word ", 800) + "end"
	b, err := composer(t).Compose(l)
	if err != nil {
		t.Fatal(err)
	}
	_, body := read(t, b)
	var got []string
	for line := range strings.SplitSeq(body, "\n") {
		if words, ok := strings.CutPrefix(line, "  |"); ok {
			got = append(got, strings.Fields(words)...)
		}
	}
	if want := strings.Fields(l.Request); !slices.Equal(got, want) {
		t.Errorf("the request became %q, want %q", got, want)
	}
	l.Request = strings.Repeat("word ", 2000)
	if _, err := composer(t).Compose(l); !errors.Is(err, ErrTooLong) {
		t.Errorf("Compose(request of 10 kB) = %v, want ErrTooLong", err)
	}
}

// Each row puts a line break, or worse, into a field that a machine makes.
func TestRefusedLetters(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Letter)
	}{
		{"no-recipient", func(l *Letter) { l.To = "" }},
		{"two-recipients", func(l *Letter) { l.To = "ada@north.example,eve@evil.example" }},
		{"recipient-with-name", func(l *Letter) { l.To = "Ada <ada@north.example>" }},
		{"quoted-recipient", func(l *Letter) { l.To = `"ada@north.example> "@evil.example` }},
		{"unicode-recipient", func(l *Letter) { l.To = "\u212Aate@north.example" }},
		{"break-in-recipient", func(l *Letter) { l.To = "ada@north.example\r\nBcc: eve@evil.example" }},
		{"break-in-reply-to", func(l *Letter) { l.ReplyTo = "a@b.example\nBcc: eve@evil.example" }},
		{"break-in-return-path", func(l *Letter) { l.ReturnPath = "a@b.example>\r\nRCPT TO:<eve@evil.example" }},
		{"break-in-message-id", func(l *Letter) { l.MessageID = "a@b>\r\nBcc: eve@evil.example\r\nX: <" }},
		{"break-in-in-reply-to", func(l *Letter) { l.InReplyTo = "a@b>\r\nBcc: eve@evil.example\r\nX: <" }},
		{"break-in-reference", func(l *Letter) { l.Reference = "T-1\r\nBcc: eve@evil.example" }},
		{"break-in-ticket", func(l *Letter) { l.Ticket = "T-1\r\nBcc: eve@evil.example" }},
		{"no-message-id", func(l *Letter) { l.MessageID = "" }},
		{"no-date", func(l *Letter) { l.Date = time.Time{} }},
		{"no-such-text", func(l *Letter) { l.Kind = "../en/confirm" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := goodLetter("confirm")
			tt.spoil(&l)
			if b, err := composer(t).Compose(l); err == nil {
				t.Errorf("composed:\n%s", b)
			}
		})
	}
	if _, err := NewComposer(mail.Address{Address: "a@b.example\r\nBcc: x@y.example"}); err == nil {
		t.Error("NewComposer took an address with a line break")
	}
}

// TestEquals: what was asked for is quoted as it was written, also with a "=".
func TestEquals(t *testing.T) {
	for _, request := range []string{"set x=1", "=3D", "a==b=", "=?utf-8?q?x?=", "v=spf1 ip4:192.0.2.1 -all", "größer = mehr"} {
		l := goodLetter("confirm")
		l.Request = request
		b, err := composer(t).Compose(l)
		if err != nil {
			t.Fatal(err)
		}
		if _, body := read(t, b); !strings.Contains(body, "| "+request+"\n") {
			t.Errorf("%q is quoted as\n%s", request, body)
		}
	}
}

func TestLanguage(t *testing.T) {
	c := composer(t)
	for _, language := range []string{"", "en", "EN", "en-GB", "no", "../..", "x\r\ny"} {
		if _, got, err := c.text("confirm", language); got != "en" || err != nil {
			t.Errorf("text(confirm, %q) in %q, %v, want en", language, got, err)
		}
	}
}

// FuzzCompose: whatever people type, the mail keeps its form.
func FuzzCompose(f *testing.F) {
	f.Add("Ada", "Reset it", "Sam", "web-3")
	f.Add("\r\nBcc: a@b.example", "\x00request\x00", "\u202e", strings.Repeat("=?utf-8?q?=0D=0A?=", 20))
	f.Add("\\\xd0", "0", "0", "0")
	f.Add("a\xc0\xaf", "https://x.example\n\n.\n\nYES", "'\"<>", "\r")
	c, err := NewComposer(mail.Address{Address: "support@desk.example"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, request, agent, subject string) {
		l := goodLetter("confirm")
		l.ToName, l.Request, l.AgentName, l.Subject = name, request, agent, subject
		b, err := c.Compose(l)
		if errors.Is(err, ErrTooLong) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := verbatim(b); err != nil {
			t.Error(err)
		}
		m, err := mail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%v in %q", err, b)
		}
		if to, err := m.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "ada@north.example" {
			t.Errorf("To: %v, %v in %q", to, err, b)
		}
		if len(m.Header) != 13 {
			t.Errorf("%d fields in %q", len(m.Header), b)
		}
		_, body := read(t, b)
		for line := range strings.SplitSeq(body, "\n") {
			if columns(line) > lineWidth {
				t.Errorf("%d columns: %q", columns(line), line)
			}
		}
	})
}

// TestFieldsBegin: no field begins with an empty line, and what it says is the
// same.
func TestFieldsBegin(t *testing.T) {
	for _, words := range []string{"Größere Platte für web-3, bitte heute noch, und zwar ganz ohne Rücksicht", "再設定してください、お願いします、今日中に", "ж"} {
		l := goodLetter("confirm")
		l.ToName, l.Subject, l.Request = words, words, words+"\n\nX:\n y"
		b, err := composer(t).Compose(l)
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := strings.Cut(string(b), "\r\n\r\n")
		if strings.Contains(head, ":\r\n") || strings.Contains(head, "\r\n \r\n") {
			t.Errorf("a field begins with an empty line:\n%s", head)
		}
		h, text := read(t, b)
		if subject, err := h.Text("Subject"); err != nil || !strings.Contains(subject, "[T-1042-7KQ3MX] ") || !strings.Contains(subject, words[:2]) {
			t.Errorf("Subject %q, %v", subject, err)
		}
		if !strings.Contains(text, words[:2]) || body == "" {
			t.Errorf("the text is\n%s", text)
		}
	}
}
