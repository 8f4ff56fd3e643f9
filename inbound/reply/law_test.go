package reply

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"countersign/internal/clean"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// readings gives the answer for a contact of each language: a
// quote, a signature or a disclaimer below changes it for nobody.
func readings(own string) map[string]policy.Intent {
	out := map[string]policy.Intent{}
	answer := divide(clean.Seen(own)).intent()
	for _, lang := range append([]string{""}, lex().names...) {
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

// TestTongues finds what two languages read differently. Each such word is
// known here: the contact's own language decides on it.
func TestTongues(t *testing.T) {
	known := map[string]bool{}
	for _, w := range strings.Split("ne,no,nu,tak,da,si,nei,ei,jo,nee,nie", ",") {
		known[w] = true
	}
	for entry, e := range lex().entries {
		yes, no := e[yesList], e[noList]
		if yes != 0 && no != 0 && !known[entry] {
			t.Errorf("%q is a yes and a no", entry)
		}
		if yes&no != 0 || yes&e[denyList] != 0 {
			t.Errorf("%q is a yes and a no in one language", entry)
		}
		if (yes|no)&e[politeList] != 0 {
			t.Errorf("%q answers and is polite in one language", entry)
		}
		if e[denyList] != 0 && yes != 0 {
			t.Errorf("%q denies and answers yes", entry)
		}
		if both := (yes | no) & e[otherList]; both != 0 {
			t.Errorf("%q answers and says something else in one language", entry)
		}
	}
	for _, name := range lex().names {
		bit := lex().language(name)
		for n := range lists {
			found := false
			for _, e := range lex().entries {
				found = found || e[n]&bit != 0
			}
			if !found && n != otherList && n != openList { // not where conditions stand before the verb
				t.Errorf("%s has no list %q", name, listNames[n])
			}
		}
	}
}

// TestEveryWord reads every entry of the lists as a person of that language
// would send it.
func TestEveryWord(t *testing.T) {
	for entry, e := range lex().entries {
		for n, name := range lex().names {
			bit := languages(1) << n
			if e[yesList]&bit != 0 && intentOf(entry).For(name) != policy.Yes {
				t.Errorf("%s: %q is %s", name, entry, intentOf(entry).For(name))
			}
			if (e[noList]|e[denyList])&bit != 0 && intentOf(entry).For(name) != policy.No {
				t.Errorf("%s: %q is %s", name, entry, intentOf(entry).For(name))
			}
			if e[harmlessList]&bit != 0 {
				if got := intentOf("yes\n" + entry).For(name); got != policy.Yes {
					t.Errorf("%s: yes and %q is %s", name, entry, got)
				}
			}
		}
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
			t.Log(time.Since(start), r.Kind, len(r.Text), bad)
			if r.Answer.Intent == policy.Yes && name != "deep-quote" {
				t.Errorf("%s", r.Answer.Intent)
			}
		})
	}
}
