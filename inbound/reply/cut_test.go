package reply

import (
	"strings"
	"testing"

	"countersign/internal/clean"
)

// TestDivide says which lines are own, which stand below as a foot, and which
// in a signature.
func TestDivide(t *testing.T) {
	const q = "\n> quoted"
	for _, c := range []struct{ name, in, own, foot, sign string }{
		{"wide-mark", "Yes\n＞ no", "Yes", "", ""},
		{"long-dash", "Yes\n—\nAda\nno", "Yes", "", "—\nAda\nno"},
		{"two-dashes", "Yes\n-- \nAda", "Yes", "", "--\nAda"},
		{"banner-of-one-line", "This mail originated from outside of the organization. Do not click its links if you do not know the sender.\nHi Sam,\nYes", "Hi Sam,\nYes", "", "This mail originated from outside of the organization. Do not click its links if you do not know the sender."},
		{"disclaimer", "Yes\nThis is for its intended recipient.\nno", "Yes", "", "This is for its intended recipient.\nno"},
		{"phone", "Yes\nSent from my phone\nno", "Yes", "no", ""},
		{"disclaimer-below-phone", "Yes\nSent from my phone\nno\nThis is for its intended recipient.", "Yes", "no", "This is for its intended recipient."},
		{"below-the-quote", "-- \nAda" + q + "\nYes", "Yes", "", "--\nAda"},
		{"no-list-foot", "Please put me\non the mailing list", "Please put me\non the mailing list", "", ""},
		{"quote-below-the-rule", "Yes\n____" + q + "\nunsubscribe me", "Yes\n____\nunsubscribe me", "", ""},
		{"list-foot", "Yes\n____\nhttps://x.example/listinfo/a\nno", "Yes", "https://x.example/listinfo/a\nno", ""},
		{"apple", "Yes\n\nBegin forwarded message:\nno", "Yes", "", ""},
		{"rule-above", "Yes\n-----\nFrom: a\nTo: b\nSubject: c", "Yes", "", ""},
		{"rule-alone", "-----\nYes", "-----\nYes", "", ""},
		{"own-above-an-attribution", "I asked Bob on 3 May\nOn 24 Nov 2026, Sam <s@desk.example> wrote:" + q, "I asked Bob on 3 May", "", ""},
		{"on-above-an-attribution", "On 3 May I asked Bob\nOn 24 Nov 2026, Sam <s@desk.example> wrote:" + q, "On 3 May I asked Bob", "", ""},
		{"thanks-above-one", "Thanks\n24 Kas 2026 tarihinde Sam <s@desk.example> şunu yazdı:" + q, "Thanks", "", ""},
		{"no-date-no-address", "Yes\nAs she wrote:\nit is fine", "Yes\nAs she wrote:\nit is fine", "", ""},
		{"empty-line-within", "On 24 Nov 2026 at 10\n\nSam wrote:" + q, "On 24 Nov 2026 at 10", "", ""},
		{"name-and-verb", "Sam Low a écrit :" + q, "", "", ""},
		{"name-and-verb-above-no-quote", "Sam Low wrote:\nno", "Sam Low wrote:\nno", "", ""},
		{"sentence-and-verb", "Not what Bob wrote:" + q, "Not what Bob wrote:", "", ""},
		{"sentence-that-quotes", "Quoting the contract that we both signed in May, not the other one:" + q, "Quoting the contract that we both signed in May, not the other one:", "", ""},
		{"sentence-with-time-and-address", "Yes\nOn Friday, 27 Nov 2026 at 10:00 please call Bob <bob@customer.example>\nfirst", "Yes\nOn Friday, 27 Nov 2026 at 10:00 please call Bob <bob@customer.example>\nfirst", "", ""},
		{"below-an-original", "Yes\n-----Original Message-----" + q + "\n\nbut not web-4", "Yes\n\nbut not web-4", "", ""},
		{"below-groupwise", "Yes\n>>> Sam <s@desk.example> 24.11.2026 10:02 >>>" + q + "\n\nbut not web-4", "Yes\n\nbut not web-4", "", ""},
		{"nested-attribution", "> a\n>>> On 24 Nov 2026, Sam <s@desk.example> wrote:\nYes", "Yes", "", ""},
		{"nested-attribution-apart", "Yes\n\n>>> On 24 Nov 2026, Sam <s@desk.example> wrote:" + q + "\n\nbut not web-4", "Yes\n\nbut not web-4", "", ""},
		{"arrows-at-the-end", "Yes\nsee https://x.example/24.11.2026 at 10:02 >>>", "Yes\nsee https://x.example/24.11.2026 at 10:02 >>>", "", ""},
		{"address-without-date", "Ask Bob <bob@customer.example>" + q, "Ask Bob <bob@customer.example>", "", ""},
		{"date-and-address-of-a-request", "Yes\nOn 24 Nov ask Bob <bob@customer.example> this:\nfirst", "Yes\nOn 24 Nov ask Bob <bob@customer.example> this:\nfirst", "", ""},
		{"date-first", "2026-11-24 Bob <bob@customer.example>" + q, "", "", ""},
		{"one-field", "From: the team\nYes", "From: the team\nYes", "", ""},
		{"two-fields-without-time", "From: ada@customer.example\nTo: bob@customer.example\nplease", "From: ada@customer.example\nTo: bob@customer.example\nplease", "", ""},
		{"wrapped-address", "Am 21.04.2026 17:48 schrieb Sam <a@desk.example\n>:" + q, "", "", ""},
		{"wide-colon", "Sam 于2026年11月24日写道：\nno", "", "", ""},
		{"dashes-round-it", "---- On 24 Nov 2026 Sam wrote ----\nno", "", "", ""},
		{"date-and-address-before-a-colon", "24.11.2026, Sam <s@desk.example>:\nno", "", "", ""},
	} {
		got := divide(clean.Seen(c.in))
		if got.own != c.own || got.foot != c.foot || got.sign != c.sign {
			t.Errorf("%s: %+q, want %+q", c.name, []string{got.own, got.foot, got.sign}, []string{c.own, c.foot, c.sign})
		}
	}
}

func TestWrappedQuote(t *testing.T) {
	const long = "> a quoted line that is as long as a program makes one before it breaks it"
	for text, want := range map[string]bool{
		long + "\nyes": true, long + "\n\nyes": false, long + "\n> yes": false, long + ".\nyes": false, "> short\nyes": false, long: false,
		"> ещё одна строка, коротка для глаз, длинна в байтах\nyes": false,
	} {
		if got := wrappedQuote(text); got != want {
			t.Errorf("wrappedQuote(%q) = %t", text, got)
		}
	}
}

func TestClock(t *testing.T) {
	for word, want := range map[string]bool{"10:02": true, "9:02,": true, "10:02:11AM": true, "10.02": true, "24.11.2026": false, "10:2": false, "100:02": false, "10-02": false, "10:021": false, ":02": false, "": false} {
		if got := clock(word); got != want {
			t.Errorf("clock(%q) = %t", word, got)
		}
	}
	for word, want := range map[string]bool{"2026": true, "2026,": true, "24.11.26": true, "2026-11-24": true, "24/11/2026": true, "24": false, "10:02": false, "2026年": true, "11-24": false} {
		if got := yearly(word); got != want {
			t.Errorf("yearly(%q) = %t", word, got)
		}
	}
}

func TestPatterns(t *testing.T) {
	x := newTable(map[string][]string{"one": {"sent * from", "a *b", "à *"}, "other": {"sent", "away * week", "away until"}}, map[string]mark{"one": 1, "other": 2})
	for text, want := range map[string][2]mark{ // at the beginning, anywhere
		"sent at noon from home":   {3, 3},
		"Sent at noon":             {2, 2},
		"it was SENT":              {0, 2},
		"so I am away till week 9": {0, 2},
		"away until " + strings.Repeat("x", 53) + " week": {2, 2},
		"away and " + strings.Repeat("x", 56) + " week":   {2, 0},
		"away and away week":                              {2, 2},
		"a b":                                             {1, 1},
		"a c":                                             {0, 0},
		"À la":                                            {1, 1},
	} {
		begun := mark(0)
		for _, m := range []mark{1, 2} {
			if x.begins(text, m) {
				begun |= m
			}
		}
		if found := x.find(text, 3); begun != want[0] || found != want[1] {
			t.Errorf("%q: %b begins it, %b stands in it, want %b", text, begun, found, want)
		}
	}
	if got := lower("L’été\u202Fà\u00A0Nîmes İ"); got != "l'été à nîmes i" {
		t.Errorf("%q", got)
	}
}
