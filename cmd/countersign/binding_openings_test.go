package main

import "strings"

// openingCases: mail that names no ticket.
func openingCases() []bindingCase {
	return []bindingCase{
		{"opening", "new mail to us, signed so", func(m *bindingMail) {
			m.bare()
			m.ends("authenticated", "none", "", "opened")
			m.want["kind"] = "new"
		}},
		{"opening-to-unsigned", "new mail whose To anybody could have written", func(m *bindingMail) {
			m.bare()
			m.signed = []string{"From", "Subject", "Date"}
			m.ends("unauthenticated", "none", "", "to_unsigned")
		}},
		{"opening-to-another", "her signed mail to somebody else, sent on to us", func(m *bindingMail) {
			m.bare()
			m.set("To", "eve@evil.example")
			m.ends("unauthenticated", "none", "", "to_other")
		}},
		{"opening-cc", "we stand in a signed Cc", func(m *bindingMail) {
			m.bare()
			m.set("To", "nils@north.example", "Cc", "Support <support@desk.example>")
			m.signed = []string{"From", "To", "Cc", "Date"}
			m.ends("authenticated", "none", "", "opened")
		}},
		{"opening-cc-added", "we were put into a Cc that nobody signed", func(m *bindingMail) {
			m.bare()
			m.set("To", "nils@north.example")
			m.top("Cc: support@desk.example")
			m.ends("unauthenticated", "none", "", "to_unsigned")
		}},
		{"opening-sub-address", "to a reply address of before", func(m *bindingMail) {
			m.bare()
			m.set("To", "support+old@desk.example")
			m.ends("authenticated", "none", "", "opened")
		}},
		{"opening-to-our-look-alike", "to an address that only begins like ours", func(m *bindingMail) {
			m.bare()
			m.set("To", "support@desk.example.evil.example")
			m.ends("unauthenticated", "none", "", "to_other")
		}},
		{"opening-among-many", "we are one of sixty to whom she wrote", func(m *bindingMail) {
			m.bare()
			m.set("To", strings.Repeat("x@elsewhere.example,\r\n ", 59)+"support@desk.example")
			m.ends("authenticated", "none", "", "opened")
		}},
		{"opening-behind-broken-address", "an address without a plain form before ours in To", func(m *bindingMail) {
			m.bare()
			m.set("To", `"front office"@north.example, support@desk.example`)
			m.ends("authenticated", "none", "", "opened")
		}},
		{"opening-without-permission", "whoever is on file may ask a question", func(m *bindingMail) {
			m.bare()
			m.set("From", "max@north.example")
			m.ends("authenticated", "none", "", "opened")
		}},
		{"opening-unknown", "new mail of a stranger", func(m *bindingMail) {
			m.bare()
			m.from("x@evil.example", "evil.example")
			m.ends("unauthenticated", "none", "", "unknown_sender")
		}},
		{"opening-staff", "new mail of an agent", func(m *bindingMail) {
			m.bare()
			m.from("sam@desk.example", "desk.example")
			m.ends("unauthenticated", "none", "", "staff_address")
		}},
	}
}
