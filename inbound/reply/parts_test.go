package reply

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/emersion/go-message/textproto"

	"countersign/internal/clean"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// TestParts reads a yes in a part, beside others that may take it away.
func TestParts(t *testing.T) {
	const mixed = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
	const yes = "--b\n\nYes\n"
	p7m := "--b\nContent-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n"
	for _, c := range []struct{ name, header, body, text, want string }{
		{"yes", mixed, yes + "--b--\n", "Yes", "yes"},
		{"encrypted-beside", mixed, yes + "--b\nContent-Type: multipart/encrypted; boundary=c\n\nx\n--b--\n", "Yes", "unclear"},
		{"rich-text-beside", mixed, yes + "--b\nContent-Type: text/rtf\n\nx\n--b--\n", "Yes", "unclear"},
		{"no-base64-beside", mixed, yes + p7m + "$$$\n--b--\n", "Yes", "unclear"},
		{"no-signed-data-beside", mixed, yes + p7m + "AAAA\n--b--\n", "Yes", "unclear"},
		{"utf-7-beside", mixed, yes + "--b\nContent-Type: text/plain; charset=utf-7\n\nx\n--b--\n", "Yes", "unclear"},
		{"behind-the-last-boundary", mixed, "--b\n\n\n--b--\n\n\nYes\n", "", "unclear"},
		{"boundary-with-blanks", mixed, "--b \t\n\nYes\n--b-- \n", "Yes", "yes"},
		{"before-the-boundary", mixed, "Yes\n--b\n\n\n--b--\n", "", "unclear"},
		{"broken-base64", "Content-Transfer-Encoding: base64\n", "WWVz\n$$$$\n", "Yes", "unclear"},
		{"broken-quoted-printable", "Content-Transfer-Encoding: quoted-printable\n", "Yes\n\x01=ZZ\n", "Yes", "unclear"},
		{"more-behind-the-padding", "Content-Transfer-Encoding: base64\n", "WWVzDQ==\nbm8=\n", "Yes", "unclear"},
		{"quoted-printable", "Content-Transfer-Encoding: quoted-printable\n", "Y=65s\n", "Yes", "yes"},
		{"too-long", "", "Yes\n" + strings.Repeat("\n", maxText), "Yes", "unclear"},
		{"flowed", "Content-Type: text/plain; format=flowed\n", "Yes, \nplease\n", "Yes, please", "yes"},
		{"not-flowed", "", "Yes, \nplease\n", "Yes,\nplease", "yes"},
		{"utf-8", "Content-Type: text/plain; charset=UTF_8\n", "Да\n", "Да", "yes"},
		{"control-in-ascii", "Content-Type: text/plain; charset=x-own\n", "Yes\x1b\n", "Yes", "unclear"},
		{"letter-beyond-ascii", "Content-Type: text/plain; charset=x-own\n", "Yes\n\xe9\n", "Yes\né", "unclear"},
		{"hz", "Content-Type: text/plain; charset=hz-gb-2312\n", "Yes\n", "", "unclear"},
		{"iso-2022-cn", "Content-Type: text/plain; charset=iso-2022-cn\n", "Yes\n", "", "unclear"},
		{"another-name-of-utf-7", "Content-Type: text/plain; charset=unicode-1-1-utf-7\n", "Yes\n", "", "unclear"},
		{"no-field", mixed, "--b\nno field\nContent-Disposition: attachment; filename=x.txt\n\nYes\n--b\n\nsee the file\n--b--\n", "Yes\n\nsee the file", "unclear"},
		{"blank-before-a-colon", mixed, "--b\nContent-Type : text/html\n\n<p>Yes</p>\n--b--\n", "Yes", "yes"},
		{"header-of-a-part-too-long", mixed, yes + "--b\n" + strings.Repeat("X-Y: z\n", maxPartHeader/8+1) + "\nthanks\n--b--\n", "Yes\n\nthanks", "unclear"},
		{"fault-behind-a-type", mixed, yes + "--b\nContent-Type: application/octet-stream; name=a b.bin\n\nbut\n--b--\n", "Yes", "yes"},
		{"fault-behind-a-text's-type", "Content-Type: text/html; charset=utf-8; x\n", "<p>Yes</p>\n", "Yes", "unclear"},
		{"fault-behind-multipart", "Content-Type: multipart/mixed; boundary=b; x\n", "Yes\n--b\n\nhm\n--b--\n", "", "unclear"},
		{"no-subtype", "Content-Type: text\n", "Yes\n", "Yes", "yes"},
		{"unknown-encoding", "Content-Transfer-Encoding: x-uuencode\n", "Yes\n", "Yes", "unclear"},
		{"semicolon-behind-encoding", "Content-Transfer-Encoding: base64;\n", "WWVz\n", "Yes", "yes"},
		{"words-of-another-charset", "", "OK\n\xed\xe5\xf2\n", "OK\níåò", "unclear"},
		{"words-of-another-charset-within-latin", "", "OK\nada: \xed\xe5\xf2\n", "OK\nada: íåò", "unclear"},
		{"an-accent-of-another-charset", "", "Yes\nAda M\xfcller\n", "Yes\nAda Müller", "yes"},
		{"utf-8-called-latin", "Content-Type: text/plain; charset=iso-8859-1\n", "はい\n", "はい", "unclear"},
		{"japanese-called-ascii", "Content-Type: text/plain; charset=us-ascii\n", "Yes\n\x1b$B;3ED\x1b(B\n", "Yes\n山田", "yes"},
		{"japanese-called-ascii-that-breaks-off", "Content-Type: text/plain; charset=us-ascii\n", "OK\n\x1b$B;\x7f\n", "OK\n次\uFFFD", "unclear"},
		{"what-a-charset-lacks", "Content-Type: text/plain; charset=euc-kr\n", "OK\n\xff\xff\n", "OK\n\uFFFD\uFFFD", "unclear"},
		{"other-line-ends", "", "Yes\nthat was not\vme\n", "Yes\nthat was not\nme", "no"},
		{"question-of-a-person-away", "", "I am out of the office until Monday. Can Bob confirm?\n", "I am out of the office until Monday. Can Bob confirm?", "unclear"},
	} {
		r := read(t, c.header, c.body)
		if r.Kind != policy.KindReply || r.Text != c.text || string(r.Answer.Intent) != c.want {
			t.Errorf("%s: %s %.60q %s, want %q %s", c.name, r.Kind, r.Text, r.Answer.Intent, c.text, c.want)
		}
	}
}

// TestFaultBeforeADenial: what is odd about boundaries and headers takes no text
// away from behind it (docs/decisions has what libraries make of these).
func TestFaultBeforeADenial(t *testing.T) {
	const no = "\r\n\r\nNo, I did not ask for this.\r\n--b--\r\n"
	for name, body := range map[string]string{
		"nothing-odd":        "--b\r\n\r\nHello,\r\n--b" + no,
		"bare-line-feed":     "--b\r\n\r\nHello,\r\n--b" + no[1:],
		"two-returns":        "--b\r\n\r\nHello,\r\n--b\r" + no,
		"a-header-alone":     "--b\r\nContent-Type: text/plain\r\n--b" + no,
		"fold-first":         "--b\r\n Content-Type: text/plain\r\n\r\nHello,\r\n--b" + no,
		"long-preamble":      strings.Repeat("x", 5000) + "\r\n--b" + no,
		"almost-a-boundary":  "--b\r\n\r\nHello,\r\n--b-x\r\nNo, I did not ask for this.\r\n--b--\r\n",
		"no-last-boundary":   "--b\r\n\r\nHello,\r\n--b\r\n\r\nNo, I did not ask for this.\r\n",
		"blank-behind-it":    "--b \r\n\r\nHello,\r\n--b\t" + no,
		"a-file-without-end": "--b\r\nContent-Type: text/plain; name=x\r\n--b" + no,
	} {
		raw := "From: Ada <ada@customer.example>\r\nTo: support@desk.example\r\nSubject: Re: [T-1] x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + body
		m, bad := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
		if len(bad) > 0 {
			t.Fatalf("%s: %v", name, bad)
		}
		r := Read(m, corpusOwn)
		if !strings.HasSuffix(r.Text, "No, I did not ask for this.") || name != "fold-first" && r.Answer.For("") != policy.No {
			t.Errorf("%s: %q, %s, want the denial read", name, r.Text, r.Answer.For(""))
		}
	}
}

func TestDepth(t *testing.T) {
	for depth, want := range map[int]bool{maxDepth: false, maxDepth + 1: true} {
		b := &body{types: map[string]bool{}}
		b.part(textproto.Header{}, []byte("Yes"), depth)
		if b.doubtful != want || (b.plain == "") != want {
			t.Errorf("at depth %d: %q, doubtful %t", depth, b.plain, b.doubtful)
		}
	}
}

func TestUnflow(t *testing.T) {
	for _, c := range []struct {
		text  string
		delsp bool
		want  string
	}{
		{"a \nb\n", false, "a b\n"},
		{"a \nb\n", true, "ab\n"},
		{"a\nb\n", false, "a\nb\n"},
		{" > a\n", false, "> a\n"},
		{"> a \n> b\n", false, "> a \n> b\n"},
		{"Ada\n-- \nx\n", false, "Ada\n-- \nx\n"},
	} {
		if got := unflow(c.text, c.delsp); got != c.want {
			t.Errorf("unflow(%q, %t) = %q, want %q", c.text, c.delsp, got, c.want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb": "a\nb", "a\x1bb": "ab", "a\x00b": "ab", "a\u200bb": "ab", "a\u202eb": "ab", "a\u00a0b": "a b", "a\rb": "a b", "a\tb": "a\tb",
		"a\xffb": "a\uFFFDb", "a\U000E0061b": "ab", "a\u0085b": "a\nb", "a\vb": "a\nb", "a\fb": "a\nb", "a\u2028b": "a\nb", "a\u2029b": "a\nb", "à": "à", "a\x7fb": "ab",
	} {
		if got := clean.Seen(in); got != want {
			t.Errorf("clean.Seen(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestNest opens elements within elements, as deep as is allowed and deeper.
func TestNest(t *testing.T) {
	for depth, want := range map[int]bool{2: true, 6: true, 40: false} {
		b := []byte{tagOctets, 1, 'x'}
		for range depth {
			b = append(append([]byte{tagSequence, 0x80}, b...), 0, 0)
		}
		if _, _, ok := element(b, tagSequence, 0); ok != want {
			t.Errorf("%d elements deep: %t", depth, ok)
		}
	}
	long := append([]byte{tagOctets, 0x82, 1, 0x2C}, make([]byte, 300)...)
	if body, rest, ok := element(append(long, 'x'), tagOctets, 0); !ok || len(body) != 300 || string(rest) != "x" {
		t.Errorf("%d bytes of 300, %q behind them, %t", len(body), rest, ok)
	}
	if _, _, ok := element([]byte{tagOctets, 5, 'x'}, tagOctets, 0); ok {
		t.Error("an element is longer than its bytes")
	}
}

func TestArmour(t *testing.T) {
	const begin, end = armourSigned + "\nHash: SHA256\n\n", "\n" + armourSignature + "\n\nxx\n" + armourEnd + "\n"
	for _, c := range []struct {
		name, in, text string
		doubtful       bool
	}{
		{"signed", begin + "Yes" + end, "Yes", false},
		{"dash", begin + "- -- a" + end, "-- a", false},
		{"text-above", "No\n" + begin + "Yes" + end, "Yes", true},
		{"text-below", begin + "Yes" + end + "No\n", "Yes", true},
		{"never-signed", begin + "Yes\n", "Yes\n", true},
		{"two", begin + "Yes\n" + armourSigned + end, "Yes\n" + armourSigned, true},
		{"no-empty-line", armourSigned + "\nYes\n", armourSigned + "\nYes\n", true},
		{"encrypted", armourMessage + "\n\nxx\n", armourMessage + "\n\nxx\n", true},
		{"encrypted-below", "Yes\n" + armourMessage + "\n\nxx\n", "Yes\n" + armourMessage + "\n\nxx\n", true},
		{"key", "Yes\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "Yes\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n", false},
	} {
		if text, doubtful := unarmour(c.in); text != c.text || doubtful != c.doubtful {
			t.Errorf("%s: %q, %t", c.name, text, doubtful)
		}
	}
}

// Signed content may have bare line ends.
func TestBareLineEnds(t *testing.T) {
	p7m := "MIME-Version: 1.0\nContent-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n"
	inner := cms([]byte("Content-Type: text/plain\n\nYes\n"), false)
	if r := read(t, p7m, base64.StdEncoding.EncodeToString(inner)+"\n"); r.Text != "Yes" {
		t.Errorf("%q", r.Text)
	}
}

// Text and HTML that say different things are no answer, to whom no language
// decides either.
func TestAlternativesAgree(t *testing.T) {
	const alternative = "Content-Type: multipart/alternative; boundary=b\n"
	for html, want := range map[string]policy.Intent{"Ja": "yes", "Nein": "unclear", "Oui": "yes", "": "unclear", "Wer?": "unclear"} {
		r := read(t, alternative, "--b\n\nJa\n--b\nContent-Type: text/html\n\n<p>"+html+"</p>\n--b--\n")
		if got := r.Answer.For("xx"); got != want {
			t.Errorf("Ja beside %q is %s, want %s", html, got, want)
		}
	}
}

// A word that languages read differently is the same answer in text and HTML
// only if both mean the same in each.
func TestAlternativesByLanguage(t *testing.T) {
	const alternative = "Content-Type: multipart/alternative; boundary=b\n"
	for html, want := range map[string]policy.Intent{"tak": "yes", "Who asked for this": "unclear", "nie": "unclear", "da": "unclear"} {
		r := read(t, alternative, "--b\n\ntak\n--b\nContent-Type: text/html\n\n<p>"+html+"</p>\n--b--\n")
		if got := r.Answer.For("pl"); got != want {
			t.Errorf("tak beside %q is %s in Polish, want %s", html, got, want)
		}
	}
	// What only one of them has may be a word of one language.
	r := read(t, alternative, "--b\n\nYes\n\nthe pas de deux\n--b\nContent-Type: text/html\n\n<p>Yes</p><div class=gmail_signature>the pas de deux</div>\n--b--\n")
	if en, fr := r.Answer.For("en"), r.Answer.For("fr"); en != policy.Yes || fr != policy.Unclear {
		t.Errorf("a word of French: %s in English, %s in French", en, fr)
	}
}

// TestWithoutComments takes comments out of a type's parameters, and nothing else.
func TestWithoutComments(t *testing.T) {
	for s, want := range map[string]string{
		"text/plain; charset=utf-8 (Plain text)":      "text/plain; charset=utf-8 ",
		"text/plain; (a (b\\) c)) charset=utf-8":      "text/plain;  charset=utf-8",
		`text/plain; name="a (1).txt"; charset=utf-8`: "=",
		`text/plain; name="\"(1)"; charset=utf-8`:     "=",
		"text/plain; charset=utf-8 (open":             "=",
		"(x) multipart/mixed; boundary=b":             "=",
		"multi(x)part/mixed; boundary=b":              "=",
		"text/plain (x)":                              "=",
	} {
		if want == "=" {
			want = s
		}
		if got := withoutComments(s); got != want {
			t.Errorf("withoutComments(%q) = %q, want %q", s, got, want)
		}
	}
}
