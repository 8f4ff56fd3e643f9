package reply

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"countersign/inbound/reply/words"
	"countersign/internal/clean"
	"countersign/internal/phrase"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// readings gives the answer for a contact of each language: a
// quote, a signature or a disclaimer below changes it for nobody.
func readings(own string) map[string]policy.Intent {
	out := map[string]policy.Intent{}
	answer := divide(clean.Seen(own)).intent()
	for _, lang := range append([]string{""}, lex().Languages...) {
		out[lang] = answer.For(lang)
	}
	return out
}

func FuzzLaws(f *testing.F) {
	for _, s := range []string{"Yes", "No", "Yes, but", "Ja\n\nMit freundlichen Grüßen\nAda", "tak", "On 1 Nov, A wrote:\n> no", "Yes\n-----Original Message-----\nno", "> no\n\nyes", "From: a\nSent: b\nTo: c"} {
		f.Add(s)
	}
	below := []string{
		"\n\n> yes\n> no\n", "\n\nOn 24 Nov 2026, Sam <s@desk.example> wrote:\n> yes\n",
		"\n\n-- \nAda, yes no\n", "\n\nSent from my iPhone\n",
		"\n\nThis mail is meant for its intended recipient alone. If you are not it, do not read it.\n",
	}
	f.Fuzz(func(t *testing.T, s string) {
		seen := clean.Seen(s)
		own := ownText(seen)
		if !subsequence(own, seen) {
			t.Fatalf("ownText(%q) = %q: no subsequence", s, own)
		}
		if again := ownText(own); !subsequence(again, own) {
			t.Errorf("ownText(%q) = %q", own, again)
		}
		before := readings(s)
		for _, tail := range below {
			for lang, after := range readings(s + tail) {
				if after == policy.Yes && before[lang] != policy.Yes {
					t.Errorf("%q and %q: %s becomes yes for %q", s, tail, before[lang], lang)
				}
			}
		}
		// Below text that holds no quote or cut of its own, a tail changes nothing.
		if own == strings.Trim(seen, "\n\t ") && own != "" {
			for _, tail := range below {
				for lang, after := range readings(s + tail) {
					if after != before[lang] {
						t.Errorf("%q and %q: %s becomes %s for %q", s, tail, before[lang], after, lang)
					}
				}
			}
		}
	})
}

// subsequence reports whether the characters of a stand in b in their order.
func subsequence(a, b string) bool {
	rest := []rune(b)
next:
	for _, r := range a {
		for i, c := range rest {
			if c == r {
				rest = rest[i+1:]
				continue next
			}
		}
		return false
	}
	return true
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("From: a@customer.example\nContent-Type: text/html\n\n<style>p{display:none}</style><p>yes"))
	f.Add([]byte("From: a@customer.example\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nyes\n--b\nContent-Type: text/html\n\nno\n--b--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, bad := rawmail.Scan(rawmail.Normalize(raw), rawmail.DefaultLimits())
		if m == nil || len(bad) > 0 {
			return
		}
		r := Read(m, corpusOwn)
		if r.Kind == "" || r.KindWhy == "" || r.Answer.Intent == "" {
			t.Errorf("%+v", r)
		}
		if r.Kind.Machine() && r.Answer.Intent != policy.Unclear {
			t.Errorf("a %s answers %s", r.Kind, r.Answer.Intent)
		}
		if strings.ContainsAny(r.Text+r.Subject, "\x00\x1b\u202e\u200b") {
			t.Errorf("unclean: %q %q", r.Text, r.Subject)
		}
	})
}

// TestTongues: every language has the lists.
func TestTongues(t *testing.T) {
	for _, l := range lists[:len(lists)-1] {
		var of phrase.Set
		lex().Entries(l, func(_ []string, in phrase.Set) { of |= in })
		if missing := lex().All() &^ of; missing != 0 {
			t.Errorf("%v have no list %d", lex().Names(missing), l)
		}
	}
}

// lists are those that every language has, but for the last.
var lists = []phrase.List{words.Yes, words.No, words.Polite, words.But, words.Harmless, words.Hello, words.Ack, words.If, words.Other}

// TestEveryWord reads every entry of the lists as a person of that language
// would send it.
func TestEveryWord(t *testing.T) {
	for l, c := range map[phrase.List]struct {
		before string
		want   policy.Intent
	}{words.Yes: {"", policy.Yes}, words.No: {"", policy.No}, words.Harmless: {"yes\n", policy.Yes}, words.Ack: {"", policy.Unclear}} {
		lex().Entries(l, func(entry []string, of phrase.Set) {
			text := c.before + strings.Join(entry, " ")
			for _, name := range lex().Names(of) {
				want := c.want
				if want == policy.Yes && wordless(text) { // a sign alone is a reaction
					want = policy.Unclear
				}
				if got := intentOf(text).For(name); got != want {
					t.Errorf("%s: %q is %s, want %s", name, text, got, want)
				}
			}
		})
	}
}

// TestLinear reads what is long: within a second each, where a quadratic way
// would take minutes; the test's own deadline guards it.
func TestLinear(t *testing.T) {
	const size = 10 << 20
	limits := rawmail.DefaultLimits()
	for name, c := range map[string]struct{ header, body string }{
		"lines":      {"", strings.Repeat("some words of a long mail\n", size/26)},
		"one-line":   {"", strings.Repeat("word ", size/5)},
		"quoted":     {"", strings.Repeat("> quoted\n", size/9)},
		"deep-quote": {"", "Yes\n" + strings.Repeat(strings.Repeat("> ", 100)+"x\n", size/202)},
		"colons":     {"", strings.Repeat("wrote 1:\n", size/9)},
		"from":       {"", strings.Repeat("From: a\n", size/8)},
		"dashes":     {"", strings.Repeat("-", size)},
		"html-deep":  {"Content-Type: text/html\n", strings.Repeat("<div>", size/5)},
		"html-quote": {"Content-Type: text/html\n", strings.Repeat("<blockquote>", size/12)},
		"html-style": {"Content-Type: text/html\n", "<style>" + strings.Repeat(".a{color:white}", size/15) + "</style>Yes"},
		"html-attr":  {"Content-Type: text/html\n", "<p class='" + strings.Repeat("a ", size/2) + "'>Yes"},
		"html-open":  {"Content-Type: text/html\n", strings.Repeat("<", size)},
		"base64":     {"Content-Transfer-Encoding: base64\n", base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("yes "), size/6))},
		"questions":  {"", "Yes\n" + strings.Repeat("http://x?a", size/10)},
		"empty":      {"", strings.Repeat("\n", size/4) + strings.Repeat("x\n", size/4)},
		"html-end":   {"Content-Type: text/html\n", strings.Repeat("<b style=color:red>", size/200) + strings.Repeat("</i>", size/8)},
		"html-rules": {"Content-Type: text/html\n", "<style>" + strings.Repeat(".a,.b{display:none}", size/19) + "</style>Yes"},
		"tags":       {"Content-Type: text/html\n", strings.Repeat("<p class=a"+strings.Repeat("b", 80)+" style='color:red;left:1px'>x</p>", size/130)},
		"names":      {"Content-Type: text/html\n", strings.Repeat("<i class='ydp lineBreakAtBeginningOfSignature'>x", size/52)},
		"word":       {"", strings.Repeat("a", size)},
		"words":      {"", strings.Repeat(strings.Repeat("é", 1<<20)+" ", 4)},
		"nul":        {"", strings.Repeat("y\x00e\x00s ", size/8)},
		"bidi":       {"Content-Type: text/plain; charset=utf-8\n", strings.Repeat("\u202eyes\u2066 ", size/10)},
		"scripts":    {"Content-Type: text/plain; charset=utf-8\n", strings.Repeat("я我あ요αאع ", size/20)},
		"marks":      {"Content-Type: text/plain; charset=utf-8\n", "a" + strings.Repeat("\u0301", size/2)},
		"denials":    {"", strings.Repeat("I did not ask for this, ", maxText/24-2) + "or did I?"},
		"asking":     {"", strings.Repeat("we did not order this, who did ", maxText/31-1) + "?"},
		"slots":      {"", strings.Repeat("I did not ask you to ", size/21)},
		"fillers":    {"", strings.Repeat("really just so actually ", size/24)},
		"no-end":     {"Content-Type: text/plain; charset=utf-8\n", "我没有" + strings.Repeat("请求", size/6)},
		"legal":      {"", strings.Repeat("intended only intended only\n", size/28)},
		"gaps":       {"", strings.Repeat("i am on holiday until ", size/22)},
		"boundary":   {"Content-Type: multipart/mixed; boundary=b\n", strings.Repeat("--b\n", 100) + strings.Repeat("--\n", size/3)},
	} {
		t.Run(name, func(t *testing.T) {
			raw := []byte("From: a@customer.example\nSubject: Re: x\n" + c.header + "\n" + c.body)
			raw = rawmail.Normalize(raw)
			m, bad := rawmail.Scan(raw, limits)
			if m == nil || len(bad) > 0 {
				m = &rawmail.Message{Raw: raw, Body: raw[bytes.Index(raw, []byte("\r\n\r\n"))+4:]}
			}
			start := time.Now()
			r := Read(m, corpusOwn)
			took := time.Since(start)
			t.Log(took, r.Kind, len(r.Text), bad)
			if took > 10*time.Second { // a hundred times what it takes
				t.Errorf("read in %s", took)
			}
			if r.Answer.Intent == policy.Yes && name != "deep-quote" {
				t.Errorf("%s", r.Answer.Intent)
			}
		})
	}
}
