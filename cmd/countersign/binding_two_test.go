package main

// twoCases: marks of two tickets in one mail, and what is heard of a no to a
// question that can't be answered with yes any longer.
func twoCases() []bindingCase {
	no := func(m *bindingMail) { m.body = "NO\n"; m.want["intent"] = "no" }
	return []bindingCase{
		{"token-under-reference-of-the-answered", "a live token under the reference of a question that was answered", func(m *bindingMail) {
			m.set("Subject", "Re: [T-1044-CCCCCC] Please confirm")
			m.ends("unauthenticated", "thread", "T-1042", "two_tickets")
		}},
		{"token-under-unknown-reference", "a live token under the number of another ticket with a code that we never made", func(m *bindingMail) {
			m.set("Subject", "Re: [T-1043-AAAAAA] Please confirm")
			m.ends("unauthenticated", "thread", "T-1042", "two_tickets")
		}},
		{"spent-token-under-live-reference", "an answer to an old mail under a new subject", func(m *bindingMail) {
			m.set("To", "Support <support+"+tokenOf("c")+"@desk.example>", "In-Reply-To", "", "References", "")
			m.ends("unauthenticated", "thread", "T-1044", "two_tickets")
		}},
		{"two-tickets-no", "a no that names two tickets is heard", func(m *bindingMail) {
			m.set("Subject", "Re: [T-1043-BBBBBB] Please confirm")
			m.ends("unauthenticated", "thread", "T-1042", "two_tickets denied")
			no(m)
		}},
		{"unsigned-yes-under-another-reference", "nothing is signed, and the mail names two tickets: not even the weak proof", func(m *bindingMail) {
			m.about("T-1054", "LLLLLL", "l")
			m.from("lou@plain.example", "")
			m.set("Subject", "Re: [T-1050-IIIIII] Please confirm")
			m.ends("unauthenticated", "thread", "T-1054", "not_aligned")
		}},
		{"no-from-an-address-that-is-gone", "a no from where the question went, though that address is no longer on file", func(m *bindingMail) {
			m.about("T-1053", "KKKKKK", "k")
			m.set("From", "gone@north.example")
			m.ends("unauthenticated", "thread", "T-1053", "unknown_sender other_address token_superseded denied")
			no(m)
		}},
		{"no-of-who-was-removed", "a no of who was asked and has been removed since", func(m *bindingMail) {
			m.about("T-1052", "JJJJJJ", "j")
			m.from("bob@south.example", "south.example")
			m.ends("unauthenticated", "thread", "T-1052", "contact_removed token_superseded denied")
			no(m)
		}},
		{"no-by-the-dead-reference-alone", "and by the signed reference alone, as the mail that says confirmed has no token", func(m *bindingMail) {
			m.bare()
			m.set("Subject", "Re: [T-1052-JJJJJJ] Confirmed")
			m.from("bob@south.example", "south.example")
			m.ends("unauthenticated", "thread", "T-1052", "contact_removed token_superseded denied")
			no(m)
		}},
		{"no-by-an-unsigned-dead-reference", "which nobody signed", func(m *bindingMail) {
			m.bare()
			m.set("Subject", "Re: [T-1052-JJJJJJ] Confirmed")
			m.from("bob@south.example", "south.example")
			m.signed = []string{"From", "To", "Date"}
			m.ends("unauthenticated", "thread", "T-1052", "contact_removed")
			no(m)
		}},
	}
}
