package main

import "strings"

// outcomeCases: the table "What a message comes to" of the design, section 8.
func outcomeCases() []bindingCase {
	stranger := func(m *bindingMail, from, signer, reasons string) {
		m.from(from, signer)
		m.ends("unauthenticated", "token", "T-1042", reasons)
		m.want["contact"] = ""
	}
	tls := "Authentication-Results: mx.desk.example; "
	changed := func(m *bindingMail, trust string) { // a scanner of ours put a line below the text
		m.want["trust"] = trust
		m.edit("YES\r\n", "YES\r\n-- \r\nscanned\r\n")
		m.top(tls + "dkim=pass header.d=north.example header.s=e1")
	}
	return []bindingCase{
		{"no", "a proved no", func(m *bindingMail) {
			m.body = "NO\n"
			m.ends("authenticated", "token", "T-1042", "denied")
			m.want["intent"] = "no"
		}},
		{"unclear", "a question is neither", func(m *bindingMail) {
			m.body = "What is this about?\n"
			m.ends("authenticated", "token", "T-1042", "unclear_answer")
			m.want["intent"] = "unclear"
		}},
		{"yes-but", "a yes with a condition is none", func(m *bindingMail) {
			m.body = "Yes, but not before Monday.\n"
			m.ends("authenticated", "token", "T-1042", "unclear_answer")
		}},
		{"empty", "a reply without words says nothing", func(m *bindingMail) {
			m.body = "\n> Please answer YES or NO.\n"
			m.ends("authenticated", "token", "T-1042", "unclear_answer")
		}},
		{"no-by-reference", "a no counts where a yes would want the token", func(m *bindingMail) {
			m.set("To", "support@desk.example", "In-Reply-To", "", "References", "")
			m.body = "NO\n"
			m.ends("authenticated", "signed-reference", "T-1042", "denied")
		}},
		{"no-to-a-spent-question", "a no to what was answered before", func(m *bindingMail) {
			m.about("T-1044", "CCCCCC", "c")
			m.body = "NO\n"
			m.ends("authenticated", "signed-reference", "T-1044", "denied token_spent")
		}},
		{"closed", "a yes to a closed ticket", func(m *bindingMail) {
			m.about("T-1046", "EEEEEE", "e")
			m.ends("authenticated", "token", "T-1046", "ticket_closed")
		}},
		{"closed-no", "a no to a closed ticket is heard", func(m *bindingMail) {
			m.about("T-1046", "EEEEEE", "e")
			m.body = "NO\n"
			m.ends("authenticated", "token", "T-1046", "denied")
		}},
		{"state-expired", "a yes to a ticket that ran out of time", func(m *bindingMail) {
			m.about("T-1048", "GGGGGG", "g")
			m.ends("authenticated", "token", "T-1048", "ticket_expired")
		}},
		{"disputed", "a yes after a no", func(m *bindingMail) {
			m.about("T-1047", "FFFFFF", "f")
			m.ends("authenticated", "token", "T-1047", "disputed")
		}},
		{"other-contact", "another contact of the client answers for her", func(m *bindingMail) {
			m.set("From", "nils@north.example")
			m.ends("unauthenticated", "token", "T-1042", "other_contact")
			m.want["contact"] = "nils@north.example"
		}},
		{"other-contact-no", "and is heard with a no, which is not hers", func(m *bindingMail) {
			m.set("From", "nils@north.example")
			m.body = "NO\n"
			m.ends("unauthenticated", "token", "T-1042", "other_contact")
			m.want["intent"] = "no"
		}},
		{"forwarded-to-a-colleague", "a colleague to whom she forwarded the question answers it", func(m *bindingMail) {
			m.set("From", "Nils Holm <nils@north.example>", "Subject", "Re: FW: [T-1042-7KQ3MX] Please confirm", "To", "support@desk.example")
			m.body = "YES\n\n-----Original Message-----\nFrom: Ada Berg <ada@north.example>\nTo: Nils Holm\nSubject: FW: [T-1042-7KQ3MX] Please confirm\n\nPlease answer this.\n"
			m.ends("unauthenticated", "token", "T-1042", "other_contact")
		}},
		{"resent", "somebody passed her signed answer on", func(m *bindingMail) {
			m.top("Resent-From: eve@evil.example")
			m.ends("ignored", "thread", "T-1042", "list")
		}},
		{"other-client", "a contact of another client has the token", func(m *bindingMail) {
			m.from("eve@south.example", "south.example")
			m.ends("unauthenticated", "token", "T-1042", "other_contact")
		}},
		{"other-client-by-number", "a contact of another client names the ticket: it is about one of their own", func(m *bindingMail) {
			m.bare()
			m.from("eve@south.example", "south.example")
			m.set("Subject", "About T-1042")
			m.ends("authenticated", "none", "", "opened")
		}},
		{"reference-of-a-colleagues-ticket", "her own signed mail with a colleague's reference", func(m *bindingMail) {
			m.bare()
			m.set("Subject", "Re: [T-1049-HHHHHH]")
			m.ends("unauthenticated", "signed-reference", "T-1049", "other_contact")
		}},
		{"two-clients", "one address on file for two clients: the one who was asked is meant", func(m *bindingMail) {
			m.about("T-7", "222222", "2")
			m.from("pia@shared.example", "shared.example")
			m.ends("authenticated", "token", "T-7", "confirmed")
		}},
		{"removed", "a contact who was removed holds another's token", func(m *bindingMail) {
			m.from("bob@south.example", "south.example")
			m.ends("unauthenticated", "token", "T-1042", "contact_removed")
		}},
		{"removed-own-ticket", "a contact who was removed answers the question of before", func(m *bindingMail) {
			m.about("T-1052", "JJJJJJ", "j")
			m.from("bob@south.example", "south.example")
			m.ends("unauthenticated", "thread", "T-1052", "contact_removed token_superseded")
		}},
		{"no-permission", "a yes of one who may only ask", func(m *bindingMail) {
			m.about("T-1049", "HHHHHH", "h")
			m.set("From", "kim@north.example")
			m.ends("unauthenticated", "token", "T-1049", "no_permission")
		}},
		{"no-permission-no", "their no stops it", func(m *bindingMail) {
			m.about("T-1049", "HHHHHH", "h")
			m.set("From", "kim@north.example")
			m.body = "NO\n"
			m.ends("authenticated", "token", "T-1049", "denied")
		}},
		{"staff", "a member of staff is no customer", func(m *bindingMail) { stranger(m, "sam@desk.example", "desk.example", "staff_address") }},
		{"other-address", "her private address, which is not on file", func(m *bindingMail) {
			stranger(m, "Ada Berg <ada@evil.example>", "evil.example", "other_address unknown_sender")
		}},
		{"unknown-with-reference", "a stranger who saw the Subject", func(m *bindingMail) {
			m.bare()
			m.from("x@evil.example", "evil.example")
			m.set("Subject", "Re: [T-1042-7KQ3MX]")
			m.ends("unauthenticated", "signed-reference", "T-1042", "unknown_sender other_address")
		}},
		{"plus-address", "an address with a plus is another than that without", func(m *bindingMail) {
			m.set("From", "ada+work@north.example")
			m.ends("unauthenticated", "token", "T-1042", "other_address unknown_sender")
		}},
		{"capitals", "capitals make no other address", func(m *bindingMail) { m.set("From", "ADA@North.Example") }},
		{"look-alike-digit", "a zero for an o", func(m *bindingMail) {
			stranger(m, "ada@n0rth.example", "n0rth.example", "other_address unknown_sender look_alike")
			m.want["says"] = "looks like ada@north.example, which is on file"
		}},
		{"look-alike-homograph", "a Cyrillic letter in the domain, which has a good signature of its own", func(m *bindingMail) {
			stranger(m, "ada@xn--nrth-55d.example", "xn--nrth-55d.example", "other_address unknown_sender look_alike")
			m.want["says"] = "looks like ada@north.example, which is on file"
		}},
		{"look-alike-doubled", "a doubled letter, and no ticket: new mail of a stranger", func(m *bindingMail) {
			m.bare()
			m.from("ada@nortth.example", "nortth.example")
			m.ends("unauthenticated", "none", "", "unknown_sender look_alike")
		}},
		{"look-alike-local-part", "somebody of her own domain whose name is nearly that of a colleague", func(m *bindingMail) {
			m.bare()
			m.set("From", "adda@north.example")
			m.ends("unauthenticated", "none", "", "unknown_sender")
		}},
		{"look-alike-unproved", "a look-alike that nothing vouches for", func(m *bindingMail) {
			m.bare()
			m.from("ada@n0rth.example", "")
			m.ends("unauthenticated", "none", "", "unknown_sender not_aligned look_alike")
		}},
		{"look-alike-shown", "her address stands as the name beside another one", func(m *bindingMail) {
			stranger(m, `"ada@north.example" <x@evil.example>`, "evil.example", "other_address unknown_sender look_alike")
			m.want["says"] = "shows ada@north.example, which is on file and did not send this"
		}},
		{"look-alike-shown-encoded", "the same as an encoded word", func(m *bindingMail) {
			m.bare()
			m.from("=?utf-8?q?Ada_=28ada=40north.example=29?= <x@evil.example>", "evil.example")
			m.ends("unauthenticated", "none", "", "unknown_sender look_alike")
		}},
		{"contact-shows-another", "a contact whose name shows a colleague is who they are", func(m *bindingMail) {
			m.bare()
			m.set("From", `"ada@north.example" <nils@north.example>`)
			m.ends("authenticated", "none", "", "opened")
		}},

		{"forged", "nothing vouches and the domain's policy is reject", func(m *bindingMail) {
			m.signer = ""
			m.ends("rejected", "thread", "T-1042", "dmarc_fail")
		}},
		{"forged-no", "a no that holds the secret stops the ticket, whatever else is wrong with it", func(m *bindingMail) {
			m.signer, m.body = "", "NO\n"
			m.ends("rejected", "thread", "T-1042", "unproved_no dmarc_fail")
		}},
		{"signed-by-another", "a stranger's good signature is none for her", func(m *bindingMail) {
			m.signer = "evil.example"
			m.ends("rejected", "thread", "T-1042", "dmarc_fail")
		}},
		{"body-changed", "a NO turned into a YES after it was signed", func(m *bindingMail) {
			m.body = "NO\n"
			m.edit("\r\n\r\nNO", "\r\n\r\nYES")
			m.ends("rejected", "thread", "T-1042", "dmarc_fail dkim_body_changed")
		}},
		{"subject-changed", "the reference of another ticket put into a signed Subject", func(m *bindingMail) {
			m.edit("T-1042-7KQ3MX", "T-1043-BBBBBB")
			m.ends("rejected", "thread", "T-1042", "dmarc_fail dkim_bad_signature")
		}},
		{"old-signature", "a signed mail of eight days ago", func(m *bindingMail) {
			m.made = bindingAt.Add(-8 * 24 * 60 * 60e9)
			m.ends("rejected", "thread", "T-1042", "dmarc_fail dkim_old")
		}},
		{"unprotected-domain-yes", "a domain without signature and policy: the token shows that somebody reads the mailbox", func(m *bindingMail) {
			m.about("T-1054", "LLLLLL", "l")
			m.from("lou@plain.example", "")
			m.ends("unauthenticated", "thread", "T-1054", "token_only not_aligned")
		}},
		{"unprotected-domain-no", "their no asks afresh", func(m *bindingMail) {
			m.about("T-1054", "LLLLLL", "l")
			m.from("lou@plain.example", "")
			m.body = "NO\n"
			m.ends("unauthenticated", "thread", "T-1054", "unproved_no token_only not_aligned")
		}},
		{"unprotected-domain-without-token", "without the token it is only what was typed", func(m *bindingMail) {
			m.bare()
			m.from("lou@plain.example", "")
			m.set("Subject", "Re: [T-1054-LLLLLL]")
			m.ends("unauthenticated", "thread", "T-1054", "not_aligned")
		}},
		{"unprotected-domain-by-spf", "the border saw SPF pass, which vouches for a server", func(m *bindingMail) {
			m.about("T-1054", "LLLLLL", "l")
			m.from("lou@plain.example", "")
			m.want["trust"] = "border"
			m.top(tls + "spf=pass smtp.mailfrom=lou@plain.example")
			m.ends("unauthenticated", "thread", "T-1054", "token_only not_aligned spf_only token_unsigned")
		}},
		{"border-vouches", "a border server changed the body and says that it saw the signature: not for what is privileged", func(m *bindingMail) {
			changed(m, "border")
			m.ends("unauthenticated", "token", "T-1042", "border_not_exclusive")
		}},
		{"border-vouches-exclusive", "where nobody else can write the mailbox it counts", func(m *bindingMail) { changed(m, "exclusive") }},
		{"border-vouches-small-class", "and for a small change it counts anyway", func(m *bindingMail) {
			m.about("T-1050", "IIIIII", "i")
			changed(m, "border")
			m.ends("authenticated", "token", "T-1050", "confirmed")
		}},
		{"border-untrusted", "where no border is trusted, its field is the outside's", func(m *bindingMail) {
			changed(m, "border")
			delete(m.want, "trust")
			m.ends("rejected", "thread", "T-1042", "dmarc_fail dkim_body_changed")
		}},
		{"dns-away", "DNS does not answer: neither a yes nor a forgery", func(m *bindingMail) {
			m.want["dns"] = "away"
			m.ends("deferred", "thread", "T-1042", "dns_temperror")
		}},
		{"second-to", "a second To on top would be what some programs answer to", func(m *bindingMail) {
			m.top("To: support+" + tokenOf("b") + "@desk.example")
			m.ends("rejected", "none", "", "duplicate_field")
		}},
		{"two-from", "two addresses in From", func(m *bindingMail) {
			m.change(func(s string) string {
				return strings.Replace(s, "<ada@north.example>", "<ada@north.example>, x@evil.example", 1)
			})
			m.ends("rejected", "thread", "T-1042", "bad_from")
		}},
		{"seen-before", "the same bytes again", func(m *bindingMail) {
			m.want["seen"] = "file"
			m.ends("ignored", "token", "T-1042", "duplicate")
		}},
		{"seen-by-another-way", "the same message with other trace fields on top", func(m *bindingMail) {
			m.want["seen"] = "message"
			m.top("Delivered-To: desk2@desk.example\r\nReceived: from c by d; Wed, 25 Nov 2026 11:59:59 +0000")
			m.ends("ignored", "token", "T-1042", "duplicate")
		}},
		{"seen-as-a-file", "the same file again, which has trace fields on top", func(m *bindingMail) {
			m.want["seen"] = "file"
			m.top("Received: from c by d; Wed, 25 Nov 2026 11:59:59 +0000")
			m.ends("ignored", "token", "T-1042", "duplicate")
		}},
		{"auto-reply", "her vacation program answers with the token", func(m *bindingMail) {
			m.set("Auto-Submitted", "auto-replied")
			m.ends("ignored", "thread", "T-1042", "auto_reply")
		}},
		{"our-own-loop", "our own notice comes back", func(m *bindingMail) {
			m.from("support@desk.example", "desk.example")
			m.ends("ignored", "thread", "T-1042", "loop")
		}},
		{"reply-to-elsewhere", "a Reply-To says nothing of who wrote", func(m *bindingMail) { m.set("Reply-To", "x@evil.example", "Sender", "y@evil.example") }},
		{"return-path-elsewhere", "nor does the envelope", func(m *bindingMail) { m.top("Return-Path: <bounce-77@evil.example>") }},
	}
}
