package classify_test

import (
	"html"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"countersign/inbound"
)

// beside are ways in which a mail says the same with other signs around or in it.
var beside = []struct {
	name  string
	most  float64 // share of answers that may change
	shape func(r *request)
}{
	{"signature", 0.01, body(func(s string) string {
		return s + "\n\n-- \nJo Marsh\nHead of Servers, Passwords and DNS\nCancel Anything Ltd, 12 Firewall Road"
	})},
	{"disclaimer", 0.01, body(func(s string) string {
		return s + "\n\n-- \nThis e-mail is confidential. If you have received it in error, please delete it and all copies from your server and notify the sender. Do not change or forward it."
	})},
	{"history", 0.01, body(func(s string) string {
		return s + "\n\nOn Tue, 24 Nov 2026 at 10:02, Sam <sam@desk.example> wrote:\n> We shall delete the mailbox, reset the password and cancel the contract.\n> Open port 22 as well.\n"
	})},
	{"html", 0.01, body(func(s string) string {
		return "<html><head><style>.password{color:red}</style></head><body><div>" + strings.ReplaceAll(html.EscapeString(s), "\n", "<br>\n") + "</div></body></html>"
	})},
	{"capitals", 0.01, both(strings.ToUpper)},
	{"full-width", 0.01, both(func(s string) string {
		return strings.Map(func(r rune) rune {
			if r > ' ' && r < 0x7F && r != '>' {
				return r + 0xFEE0
			}
			return r
		}, s)
	})},
	{"zero-width", 0.01, both(func(s string) string {
		return strings.NewReplacer("a", "a\u200b", "e", "\u200de", "s", "s\u2060", "请", "请\u200b").Replace(s)
	})},
	{"decomposed", 0.01, both(norm.NFD.String)},
	{"homoglyphs", 0.03, both(func(s string) string {
		return strings.NewReplacer("a", "а", "e", "е", "o", "о", "p", "р", "c", "с", "x", "х", "i", "і", "s", "ѕ").Replace(s)
	})},
	{"small-talk", 0.03, body(func(s string) string {
		return "Hello all,\n\nI hope that you had a good weekend and that the weather is kind to you.\n\n" + s
	})},
}

func body(f func(string) string) func(*request) { return func(r *request) { r.Text = f(r.Text) } }

func both(f func(string) string) func(*request) {
	return func(r *request) { r.Subject, r.Text = f(r.Subject), f(r.Text) }
}

// TestChanged: what stands around a request, and how its letters are written, is
// nothing to its class.
func TestChanged(t *testing.T) {
	for _, b := range beside {
		t.Run(b.name, func(t *testing.T) {
			changed, of := 0, 0
			for _, r := range append(requests(t, "dev"), requests(t, "unseen")...) {
				if strings.Contains(r.Text, "\n>") || strings.Contains(r.Text, "</") || strings.Contains(r.Text, "-----") || strings.Contains(r.Text, "\n--") {
					continue // has a quote, a signature or HTML of its own
				}
				if b.name == "capitals" && strings.ContainsFunc(r.Text, func(c rune) bool { return unicode.In(c, unicode.Han, unicode.Hiragana) }) {
					continue
				}
				was := inbound.Classify(r.Subject, r.Text).Class
				of++
				b.shape(&r)
				if is := inbound.Classify(r.Subject, r.Text).Class; is != was {
					changed++
					if testing.Verbose() {
						t.Logf("%s: %s, was %s: %q", r.ID, is, was, r.Text)
					}
				}
			}
			if t.Logf("%d of %d", changed, of); float64(changed) > b.most*float64(of) {
				t.Errorf("%d of %d answers changed", changed, of)
			}
		})
	}
}
