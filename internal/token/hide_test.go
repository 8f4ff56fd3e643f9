package token_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"slices"
	"strings"
	"testing"

	"countersign/internal/token"
)

const (
	secret = "k3jq7wzp2mxa5nbrtyc6ldfhg4" // a token
	code   = "7KQ3MX"
)

func packed(s string, width int) string {
	b := base64.StdEncoding.EncodeToString([]byte(s))
	var lines []string
	for len(b) > width {
		lines, b = append(lines, b[:width]), b[width:]
	}
	return strings.Join(append(lines, b), "\r\n")
}

// utf16 spells ASCII in UTF-16.
func utf16(s string) string { return strings.Join(strings.Split(s, ""), "\x00") + "\x00" }

// written are ways to write a token, and ways to write a reference.
var written = map[string]string{
	"plain":                 "support+" + secret + "@desk.example",
	"upper":                 strings.ToUpper(secret),
	"mixed":                 "K3jQ7wZp" + secret[8:],
	"folded":                "To: support+" + secret[:13] + "\r\n " + secret[13:] + "@desk.example",
	"folded-thrice":         secret[:5] + "\r\n\t" + secret[5:9] + "\r\n " + secret[9:],
	"bare-line-feed":        secret[:7] + "\n" + secret[7:],
	"quoted":                "> " + secret[:7] + "\r\n> " + secret[7:],
	"line-ends-behind":      secret[:7] + "\r\n" + secret[7:] + "\r\nRegards",
	"soft-break":            "support=2B" + secret[:9] + "=\r\n" + secret[9:] + "=40desk.example",
	"quoted-printable":      "support=2B" + strings.ReplaceAll(secret, "k", "=6B") + "=40desk.example",
	"all-quoted":            "=" + strings.ReplaceAll(fmt.Sprintf("% X", secret), " ", "="),
	"percent":               "mailto:support%2B" + secret + "%40desk.example",
	"q-word":                mime.QEncoding.Encode("utf-8", "für support+"+secret+"@desk.example"),
	"b-word":                mime.BEncoding.Encode("utf-8", "für support+"+secret+"@desk.example"),
	"across-q-words":        "=?utf-8?Q?x=2B" + secret[:9] + "?=\r\n =?utf-8?Q?" + secret[9:] + "?=",
	"across-b-words":        "=?utf-8?B?" + packed("f "+secret[:10], 999) + "?= =?utf-8?B?" + packed(secret[10:], 999) + "?=",
	"base64":                "Content-Transfer-Encoding: base64\r\n\r\n" + packed("Sehr geehrte, support+"+secret+"@desk.example", 76),
	"base64-narrow":         packed("x support+"+secret+"@desk.example", 20),
	"base64-utf16":          packed(utf16("Hi "+secret+" there"), 76),
	"base64-behind":         "x" + packed("support+"+secret+"@desk.example", 76),
	"quoted-in-base64":      packed("support=2B"+secret[:9]+"=\r\n"+secret[9:], 76),
	"base64-in-base64":      packed("Content-Transfer-Encoding: base64\r\n\r\n"+packed("support+"+secret+"@desk.example", 60), 76),
	"reference":             "[T-1042-" + code + "]",
	"reference-lower":       "re: [t-1042-" + strings.ToLower(code) + "]",
	"reference-quoted":      "=5BT-1042-" + code + "=5D",
	"reference-all-quoted":  "T=2D1042=2D=37KQ3MX",
	"reference-soft-break":  "[T-1042-7K=\r\nQ3MX]",
	"reference-folded":      "Subject: Re: [T-1042-7KQ\r\n 3MX] New password",
	"reference-number-fold": "[T-10\r\n 42-" + code + "]",
	"reference-b-word":      mime.BEncoding.Encode("utf-8", "Ré: [T-1042-"+code+"] your request of today"),
	"reference-smtp":        "552-5.7.1 subject \"[T-1042-7K\r\n552-5.7.1 Q3MX]\" refused",
	"reference-in-a-word":   "xT-1042-" + code + "x",
	"reference-blank":       "T-1042-7KQ 3MX",
}

// readings are what somebody could make of bytes with a decoder and patience.
func readings(b []byte, depth int) (all []string) {
	add := func(s string) {
		s = strings.ToLower(s)
		all = append(all, s, strings.NewReplacer("\r\n> ", "", "\r\n552-5.7.1 ", "", "=\r\n", "", "\r\n ", "", "\r\n\t", "", "\r\n", "", "\n", "", "\x00", "", " ", "").Replace(s))
	}
	add(string(b))
	hex := strings.NewReplacer("=\r\n", "", "\r\n ", " ", "%", "=").Replace(string(b))
	if s, err := new(mime.WordDecoder).DecodeHeader("=?utf-8?Q?" + strings.ReplaceAll(hex, " ", "_") + "?="); err == nil {
		add(s)
	}
	if s, err := new(mime.WordDecoder).DecodeHeader(strings.ReplaceAll(string(b), "\r\n", "")); err == nil {
		add(s)
	}
	for skip := range 5 { // and behind a header
		_, body, ok := bytes.Cut(b, []byte("\r\n\r\n"))
		if !ok || skip < 4 {
			body = b[min(skip, len(b)):]
		}
		text := strings.NewReplacer("\r\n", "", "*", "A").Replace(string(body))
		if plain, err := base64.StdEncoding.DecodeString(text); err == nil && depth > 0 {
			all = append(all, readings(plain, depth-1)...)
		}
	}
	return all
}

// TestHide: whichever way a secret is written, nobody reads it from what is left,
// and the lengths of all lines are what they were.
func TestHide(t *testing.T) {
	for name, text := range written {
		t.Run(name, func(t *testing.T) {
			shown := func(b []byte) bool {
				for _, s := range readings(b, 2) {
					if strings.Contains(s, secret) || strings.Contains(s, "-"+strings.ToLower(code)) {
						return true
					}
				}
				return false
			}
			if !shown([]byte(text)) {
				t.Fatalf("the test itself can't read %q", text)
			}
			got := token.Hide([]byte(text))
			if shown(got) {
				t.Errorf("Hide(%q) = %q", text, got)
			}
			if len(got) != len(text) || strings.Count(string(got), "\r\n") != strings.Count(text, "\r\n") {
				t.Errorf("Hide(%q) = %q: of another shape", text, got)
			}
		})
	}
}

// TestHideLeaves: what people write stays readable.
func TestHideLeaves(t *testing.T) {
	for _, text := range []string{
		"From: Ada <ada@north.example>\r\nTo: support@desk.example\r\nSubject: Re: T-1042 New password\r\n\r\nYes, please reset it.\r\nRegards\r\nAda",
		"550 5.1.1 <ada@north.example>: Recipient address rejected: User unknown in virtual mailbox table",
		"T-1042 is 100% right = yes",
		"554 5.2.2 Not stored (ErrorMailboxHoldsTooMuchException), try again later",
	} {
		if got := string(token.Hide([]byte(text))); got != text {
			t.Errorf("Hide(%q) = %q", text, got)
		}
	}
}

// TestHideNames: what only resembles a program's name for a fault stays hidden.
func TestHideNames(t *testing.T) {
	const letters = "kxjqwzpmxanbrtycldfhgskqwe" // a token without a digit
	for _, text := range []string{
		letters,
		strings.ToUpper(letters),
		strings.ToUpper(letters[:1]) + letters[1:],
		"MailToThem" + letters,
		"MailToThem\r\n " + letters,
		"Mail" + strings.ToUpper(letters[:1]) + letters[1:] + "ToThem",
		"MailToThem" + strings.ToUpper(letters),
		"MailboxHoldsTooManyLetters", // of a token's length
	} {
		if got := string(token.Hide([]byte(text))); strings.Trim(got, "*\r\n ") != "" {
			t.Errorf("Hide(%q) = %q", text, got)
		}
	}
}

// TestHideLarge: bytes of any length are read, also across the edges of what is
// looked at together.
func TestHideLarge(t *testing.T) {
	line := strings.Repeat("a ", 30) + "\r\n"
	for _, before := range []int{256<<10 - 13, 256 << 10, 256<<10 + 1, 512<<10 - 20, 260<<10 - 13} {
		text := strings.Repeat(line, before/len(line)+1)[:before] + " " + secret + " " + line
		if got := token.Hide([]byte(text)); strings.Contains(string(got), secret) {
			t.Errorf("the token at %d is shown", before)
		}
	}
}

// BenchmarkHide: an attachment of 21 MB, about the largest mail.
func BenchmarkHide(b *testing.B) {
	body := []byte(packed(strings.Repeat("\x00\x01 attachment \xff", 1<<20), 76))
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		token.Hide(body)
	}
}

// TestBlotFolded: of people's words only the secret goes.
func TestBlotFolded(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"as " + secret[:9] + "\n" + secret[9:] + " said", "as *********\n***************** said"},
		{secret[:9] + "\r\n> " + secret[9:12] + "\r\n> " + secret[12:] + "\r\nAda", "*********\r\n> ***\r\n> **************\r\nAda"},
		{"see [T-1042-7KQ\r\n3MX]", "see [T-1042-***\r\n***]"},
		{"Donaudampfschifffahrtsgesellschaft\nund so", "Donaudampfschifffahrtsgesellschaft\nund so"},
		{"a documentation of\nconfiguration", "a documentation of\nconfiguration"},
		{"x" + secret[:9] + "\n" + secret[9:], "x" + secret[:9] + "\n" + secret[9:]},
	} {
		if got := token.Blot(tt.in); got != tt.want {
			t.Errorf("Blot(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestFindIn: a token is found in whichever way it is written, but for its
// neighbours; and what is looked at is bounded.
func TestFindIn(t *testing.T) {
	for name, text := range written {
		if strings.HasPrefix(name, "reference") || name == "line-ends-behind" {
			continue
		}
		if !slices.Contains(token.FindIn([]byte("Subject: "+text+"\r\n\r\nhello"), 8), secret) {
			t.Errorf("%s: not found in %q", name, text)
		}
	}
	var many strings.Builder
	for range 100 {
		many.WriteString("X: " + token.New() + "\r\n")
	}
	if n := len(token.FindIn([]byte(many.String()), 8)); n != 8 {
		t.Errorf("%d candidates, want 8", n)
	}
}

// FuzzHide: nothing that has the form of a secret is left, and lengths stay.
func FuzzHide(f *testing.F) {
	for _, text := range written {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got := token.Hide(b)
		if len(got) != len(b) || len(token.Find(string(got))) > 0 || len(token.FindReferences(string(got))) > 0 {
			t.Errorf("Hide(%q) left %q", b, got)
		}
	})
}
