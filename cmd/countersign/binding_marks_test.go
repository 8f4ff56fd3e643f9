package main

import (
	"strings"
)

// markCases: what in a message names a ticket, and whether it counts.
func markCases() []bindingCase {
	plainTo := func(m *bindingMail) { m.set("To", "support@desk.example") }
	noSubject := func(m *bindingMail) { m.set("Subject", "Re: Please confirm") }
	noThread := func(m *bindingMail) { m.set("In-Reply-To", "", "References", "") }
	only := func(m *bindingMail, keep string) { // the token stands in one place and nothing else names the ticket
		plainTo(m)
		noSubject(m)
		noThread(m)
		if keep != "" {
			name, value, _ := strings.Cut(keep, ": ")
			m.set(name, value)
		}
	}
	to := "To: Support <support+" + tokenA + "@desk.example>"
	return []bindingCase{
		{"yes", "the good case of which every other one changes one thing", func(m *bindingMail) {
			m.want["contact"], m.want["kind"], m.want["intent"] = "ada@north.example", "reply", "yes"
		}},
		{"token-in-signed-to", "the token in a signed To is enough", func(m *bindingMail) { only(m, to) }},
		{"token-in-unsigned-to", "the token in a To that anybody could have added binds nothing", func(m *bindingMail) {
			only(m, to)
			m.signed = []string{"From", "Subject", "Date"}
			m.ends("unauthenticated", "thread", "T-1042", "token_unsigned")
		}},
		{"token-unsigned-reference-signed", "Microsoft signs the Subject and not To: the reference covers the token", func(m *bindingMail) {
			noThread(m)
			m.signed = []string{"From", "Subject", "Date"}
		}},
		{"token-in-signed-cc", "the token in a signed Cc is enough", func(m *bindingMail) {
			only(m, "Cc: support+"+tokenA+"@desk.example")
			m.signed = []string{"From", "To", "Cc"}
		}},
		{"token-in-unsigned-cc", "the token in an unsigned Cc binds nothing", func(m *bindingMail) {
			only(m, "Cc: support+"+tokenA+"@desk.example")
			m.signed = []string{"From", "To", "Date"}
			m.ends("unauthenticated", "thread", "T-1042", "token_unsigned")
		}},
		{"token-in-signed-references", "the token of our Message-ID in signed References is enough", func(m *bindingMail) { only(m, "References: <x@client.example> <"+tokenA+"@desk.example>") }},
		{"token-in-unsigned-references", "and binds nothing where they are unsigned", func(m *bindingMail) {
			only(m, "References: <"+tokenA+"@desk.example>")
			m.signed = []string{"From", "To", "Subject", "Date"}
			m.ends("unauthenticated", "thread", "T-1042", "token_unsigned")
		}},
		{"token-in-signed-in-reply-to", "the token in a signed In-Reply-To is enough", func(m *bindingMail) { only(m, "In-Reply-To: <"+tokenA+"@desk.example>") }},
		{"token-in-unsigned-in-reply-to", "and binds nothing where it is unsigned", func(m *bindingMail) {
			only(m, "In-Reply-To: <"+tokenA+"@desk.example>")
			m.signed = []string{"From", "To", "Subject", "Date"}
			m.ends("unauthenticated", "thread", "T-1042", "token_unsigned")
		}},
		{"token-delivered-to-with-reference", "a server tells to whom it delivered; the signed reference covers the token", func(m *bindingMail) {
			plainTo(m)
			noThread(m)
			m.top("Delivered-To: support+" + tokenA + "@desk.example")
		}},
		{"token-delivered-to-alone", "where nothing signed names the ticket, the envelope binds nothing", func(m *bindingMail) {
			only(m, "")
			m.top("Delivered-To: support+" + tokenA + "@desk.example")
			m.ends("unauthenticated", "thread", "T-1042", "token_unsigned")
		}},
		{"token-x-original-to-alone", "nor does it under another name", func(m *bindingMail) {
			only(m, "")
			m.top("X-Original-To: support+" + tokenA + "@desk.example")
			m.ends("unauthenticated", "thread", "T-1042", "token_unsigned")
		}},
		{"token-in-display-name", "a token beside the address in a signed To was sent to nobody else", func(m *bindingMail) { only(m, "To: "+tokenA+" <support@desk.example>") }},
		{"token-in-reply-to-field", "Reply-To is the sender's own and names nothing", func(m *bindingMail) {
			only(m, "Reply-To: support+"+tokenA+"@desk.example")
			m.ends("authenticated", "none", "", "opened")
		}},
		{"token-in-subject", "the Subject is no place for a token", func(m *bindingMail) {
			only(m, "Subject: Re: "+tokenA)
			m.ends("authenticated", "none", "", "opened")
		}},
		{"token-in-quoted-body", "nor is the body, which everybody in a thread has", func(m *bindingMail) {
			only(m, "")
			m.body = "YES\n\nOn Wed, Support <support+" + tokenA + "@desk.example> wrote:\n> [T-1042-7KQ3MX]\n"
			m.ends("authenticated", "none", "", "opened")
		}},
		{"token-upper-case", "mail servers may change the case of an address", func(m *bindingMail) { only(m, "To: SUPPORT+"+strings.ToUpper(tokenA)+"@DESK.EXAMPLE") }},
		{"token-mixed-case-in-references", "and of a Message-ID", func(m *bindingMail) { only(m, "References: <ABCDEFGHIJKLMnopqrstuvwxyz@desk.example>") }},
		{"token-behind-hyphen", "another separator than ours still leaves the whole token", func(m *bindingMail) { only(m, "To: support-"+tokenA+"@desk.example") }},
		{"token-behind-equals", "as the sub-addresses of old forwarders do", func(m *bindingMail) { only(m, "To: <support="+tokenA+"=desk.example@relay.example>") }},
		{"token-with-a-letter-more", "a longer run of letters is no token", func(m *bindingMail) {
			only(m, "To: support+x"+tokenA+"@desk.example")
			m.ends("authenticated", "none", "", "opened")
		}},
		{"token-cut-short", "nor is a shorter one", func(m *bindingMail) {
			only(m, "To: support+"+tokenA[1:]+"@desk.example")
			m.ends("authenticated", "none", "", "opened")
		}},
		{"token-guessed", "a token that we never made names nothing", func(m *bindingMail) {
			only(m, "To: support+"+tokenOf("z")+"@desk.example")
			m.ends("authenticated", "none", "", "opened")
		}},
		{"to-folded", "a fold before the address changes nothing", func(m *bindingMail) { only(m, "To: Support\r\n\t<support+"+tokenA+"@desk.example>") }},
		{"token-folded", "a token broken by a fold is none", func(m *bindingMail) {
			only(m, "References: <"+tokenA[:13]+"\r\n "+tokenA[13:]+"@desk.example>")
			m.ends("authenticated", "none", "", "opened")
		}},
		{"two-tokens-signed", "one answer to the questions of two tickets answers none", func(m *bindingMail) {
			only(m, to+", support+"+tokenOf("b")+"@desk.example")
			m.ends("unauthenticated", "thread", "T-1042", "two_tickets")
		}},
		{"second-token-unsigned", "what a forwarder added does not unmake what is signed", func(m *bindingMail) {
			only(m, to)
			m.top("Delivered-To: support+" + tokenOf("b") + "@desk.example")
		}},
		{"old-token-in-references", "an earlier question of the thread beside the live one", func(m *bindingMail) { m.set("References", "<"+tokenOf("c")+"@desk.example> <"+tokenA+"@desk.example>") }},

		{"reference-alone", "the signed reference shows who wrote, not that they answered", func(m *bindingMail) {
			only(m, "Subject: Re: [T-1042-7KQ3MX] Please confirm")
			m.ends("authenticated", "signed-reference", "T-1042", "no_token")
		}},
		{"reference-unsigned", "an unsigned Subject files the mail and proves nothing", func(m *bindingMail) {
			only(m, "Subject: Re: [T-1042-7KQ3MX] Please confirm")
			m.signed = []string{"From", "To", "Date"}
			m.ends("unauthenticated", "thread", "T-1042", "not_bound")
		}},
		{"reference-lower-case", "some people's programs change the case of a Subject", func(m *bindingMail) {
			m.set("Subject", "re: [t-1042-7kq3mx] please confirm")
			noThread(m)
			m.signed = []string{"From", "Subject", "Date"}
		}},
		{"reference-in-encoded-word", "a Subject in base64 is read, and signed as it is", func(m *bindingMail) {
			only(m, "Subject: =?utf-8?b?UmU6IFtULTEwNDItN0tRM01YXSBiZWtyw6RmdGEgZGV0dGE=?=")
			m.ends("authenticated", "signed-reference", "T-1042", "no_token")
		}},
		{"reference-across-encoded-words", "two encoded words are one text, RFC 2047 section 6.2", func(m *bindingMail) {
			only(m, "Subject: =?utf-8?q?Re:_[T-1042-?=\r\n =?utf-8?q?7KQ3MX]_ja?=")
			m.ends("authenticated", "signed-reference", "T-1042", "no_token")
		}},
		{"reference-folded", "a Subject may be folded between its words", func(m *bindingMail) {
			only(m, "Subject: Re:\r\n [T-1042-7KQ3MX]\r\n Please confirm")
			m.ends("authenticated", "signed-reference", "T-1042", "no_token")
		}},
		{"reference-with-wrong-code", "a number with another code is a guess", func(m *bindingMail) {
			only(m, "Subject: Re: [T-1042-AAAAAA] Please confirm")
			m.ends("unauthenticated", "thread", "T-1042", "not_bound")
		}},
		{"wrong-code-beside-signed-token", "the token is enough, whatever became of the Subject", func(m *bindingMail) { m.set("Subject", "Re: [T-1042-AAAAAA]") }},
		{"wrong-code-covers-no-token", "a guessed reference covers no token", func(m *bindingMail) {
			m.set("Subject", "Re: [T-1042-AAAAAA]")
			m.signed = []string{"From", "Subject", "Date"}
			m.ends("unauthenticated", "thread", "T-1042", "token_unsigned")
		}},
		{"reference-of-another-ticket", "an old reply is aimed at another ticket by a token that nobody signed", func(m *bindingMail) {
			m.set("Subject", "Re: [T-1043-BBBBBB] Please confirm")
			m.signed = []string{"From", "Subject", "Date"}
			m.ends("authenticated", "signed-reference", "T-1043", "token_unsigned")
		}},
		{"signed-token-of-another-ticket-than-reference", "a signed token under the signed reference of another ticket answers neither", func(m *bindingMail) {
			m.set("Subject", "Re: [T-1043-BBBBBB] Please confirm")
			m.ends("unauthenticated", "thread", "T-1042", "two_tickets")
		}},
		{"two-references", "two references are read by nobody in one way", func(m *bindingMail) {
			m.set("Subject", "Re: [T-1042-7KQ3MX] [T-1043-BBBBBB]")
			m.ends("unauthenticated", "thread", "T-1042", "two_references")
		}},
		{"two-references-one-unknown", "even where one of them was never ours", func(m *bindingMail) {
			m.set("Subject", "Re: [T-1042-7KQ3MX] [T-1042-AAAAAA]")
			m.ends("unauthenticated", "thread", "T-1042", "two_references")
		}},
		{"one-reference-twice", "the same reference twice is one", func(m *bindingMail) { m.set("Subject", "Re: [T-1042-7KQ3MX] Fwd: [T-1042-7KQ3MX]") }},
		{"reference-in-comments", "a reference in another field is none", func(m *bindingMail) {
			only(m, "Comments: [T-1042-7KQ3MX]")
			m.ends("authenticated", "none", "", "opened")
		}},
		{"number-alone", "a ticket's number files the mail and proves nothing", func(m *bindingMail) {
			only(m, "Subject: About T-1042")
			m.ends("unauthenticated", "thread", "T-1042", "not_bound")
		}},
		{"number-of-no-ticket", "a number that is no ticket's is text", func(m *bindingMail) {
			only(m, "Subject: About T-99999")
			m.ends("authenticated", "none", "", "opened")
		}},
		{"message-id-alone", "a Message-ID of ours without a token only files the mail", func(m *bindingMail) {
			only(m, "In-Reply-To: <note-1@desk.example>")
			m.ends("unauthenticated", "thread", "T-1055", "not_bound")
		}},
		{"spent", "the question was answered before; the reference still shows who wrote", func(m *bindingMail) {
			m.about("T-1044", "CCCCCC", "c")
			m.ends("authenticated", "signed-reference", "T-1044", "token_spent")
		}},
		{"spent-without-reference", "a spent token alone proves nothing", func(m *bindingMail) {
			only(m, "To: support+"+tokenOf("c")+"@desk.example")
			m.ends("unauthenticated", "thread", "T-1044", "token_spent")
		}},
		{"expired", "the question has expired; the reference still shows who wrote", func(m *bindingMail) {
			m.about("T-1045", "DDDDDD", "d")
			m.ends("authenticated", "signed-reference", "T-1045", "token_expired")
		}},
		{"expired-without-reference", "an expired token alone proves nothing", func(m *bindingMail) {
			only(m, "To: support+"+tokenOf("d")+"@desk.example")
			m.ends("unauthenticated", "thread", "T-1045", "token_expired")
		}},
		{"superseded", "the question went to an address that is no longer on file: its token and reference are dead", func(m *bindingMail) {
			m.about("T-1053", "KKKKKK", "k")
			m.ends("unauthenticated", "thread", "T-1053", "token_superseded")
		}},
		{"signed-before-the-notice", "a signature from before the question can't answer it", func(m *bindingMail) {
			m.made = bindingAt.Add(-2 * 60 * 60e9)
			m.ends("unauthenticated", "thread", "T-1042", "signature_before_notice")
		}},
		{"signed-at-the-edge", "clocks may differ by five minutes", func(m *bindingMail) { m.made = bindingAt.Add(-65 * 60e9) }},
		{"signed-past-the-edge", "and by no more", func(m *bindingMail) {
			m.made = bindingAt.Add(-65*60e9 - 1e9)
			m.ends("unauthenticated", "thread", "T-1042", "signature_before_notice")
		}},
		{"date-before-the-notice", "a wrong clock of the writer's machine matters nothing where the signature has its own time", func(m *bindingMail) {
			m.set("Date", "Wed, 25 Nov 2026 03:00:00 +0000")
		}},
	}
}
