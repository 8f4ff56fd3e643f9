package reply

import (
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
		{"empty-line-within", "On 24 Nov 2026 at 10\n\nSam wrote:" + q, "On 24 Nov 2026 at 10\n\nSam wrote:", "", ""},
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
		if want := (pieces{own: c.own, foot: c.foot, sign: c.sign}); got != want {
			t.Errorf("%s: %+q, want %+q", c.name, got, want)
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

func TestPatterns(t *testing.T) {
	if !begins("sent at noon from home", []string{"sent * from"}) || begins("sent at noon", []string{"sent * from"}) || begins("it was sent", []string{"sent"}) {
		t.Error("begins")
	}
	far := "i am away until " + string(make([]byte, 70)) + " next week"
	if !holds("so i am away until next week", []string{"away * week"}) || holds(far, []string{"away until * week"}) {
		t.Error("holds")
	}
	if got := lower("L’été\u202Fà\u00A0Nîmes İ"); got != "l'été à nîmes i" {
		t.Errorf("%q", got)
	}
}
