package sender

import "strings"

func changeCases() {
	add("body-changed", "one word of the body is another", func(k *sample) { k.edit("YES", "NOT"); k.fails("dkim_body_changed") })
	add("body-appended", "a list's footer", func(k *sample) {
		before := k.after
		k.after = func(s string) string { return before(s) + "-- \r\nfooter\r\n" }
		k.fails("dkim_body_changed")
	})
	add("body-blanks-changed", "relaxed: blanks within a line count as one", func(k *sample) { k.edit("Ada  Berg\t ", "Ada Berg") })
	add("body-blanks-changed-simple", "simple: they count", func(k *sample) {
		k.s().c = "relaxed/simple"
		k.edit("Ada  Berg\t ", "Ada Berg")
		k.fails("dkim_body_changed")
	})
	add("body-last-lines", "empty lines at the end don't count", func(k *sample) { k.s().c = "relaxed/simple"; k.edit("this you?\r\n\r\n", "this you?\r\n\r\n\r\n\r\n") })
	add("body-without-last-newline", "a missing last line break does not count", func(k *sample) { k.edit("this you?\r\n\r\n", "this you?") })
	add("body-empty", "a message with nothing in it", func(k *sample) { k.msg = k.msg[:strings.Index(k.msg, "\r\n\r\n")+4] })
	add("body-empty-simple", "simple: an empty body is one line break", func(k *sample) { k.s().c = "simple/simple"; k.msg = k.msg[:strings.Index(k.msg, "\r\n\r\n")+4] })
	add("body-leading-blank-kept", "relaxed: a blank at the start of a line stays one", func(k *sample) { k.sub("YES", "  YES"); k.edit("  YES", " YES") })
	add("body-leading-blank-added", "relaxed: a blank where none was is a change", func(k *sample) { k.edit("YES", " YES"); k.fails("dkim_body_changed") })
	add("body-eight-bit", "raw octets in the body", func(k *sample) { k.sub("YES", "YES \xc3\xa4 \xe9") })
	add("body-long-line", "a body line of 20 kB", func(k *sample) { k.sub("YES", "YES\r\n"+strings.Repeat("wort ", 4000)) })
	add("body-bare-lf", "a bare line feed in the body is not a line break", func(k *sample) { k.sub("YES", "YES\nx"); k.fails("dkim_body_bare_lf") })
	add("body-bare-cr", "a stray carriage return before a line break, as some programs write", func(k *sample) { k.sub("YES\r\n", "YES\r\r\n") })
	add("from-changed", "From is another one than was signed", func(k *sample) {
		k.edit("ada@north.example>", "bob@north.example>")
		k.fails("dkim_bad_signature")
	})
	add("subject-changed", "another reference in a signed Subject", func(k *sample) { k.edit("7KQ3MX", "7KQ3MY"); k.fails("dkim_bad_signature") })
	add("subject-refolded", "relaxed: folding the Subject anew changes nothing", func(k *sample) { k.edit("Reset of a", "Reset\r\n  of a") })
	add("subject-refolded-simple", "simple: it does", func(k *sample) {
		k.s().c = "simple/simple"
		k.edit("Reset of a", "Reset\r\n of a")
		k.fails("dkim_bad_signature")
	})
	add("subject-case-changed", "the case of a value counts", func(k *sample) { k.edit("Subject: Re:", "Subject: RE:"); k.fails("dkim_bad_signature") })
	add("name-case-changed", "relaxed: the case of a field name does not", func(k *sample) { k.edit("Subject: Re:", "SUBJECT: Re:") })
	add("subject-removed", "a signed field is gone", func(k *sample) {
		k.edit("Subject: Re: [T-1042-7KQ3MX] Reset of a password\r\n", "")
		k.fails("dkim_bad_signature")
	})
	add("fields-reordered", "the order of different fields is free", func(k *sample) {
		k.edit("Message-ID: <1@north.example>\r\n", "")
		k.edit("From: Ada", "Message-ID: <1@north.example>\r\nFrom: Ada")
	})
	add("trace-added", "servers on the way put fields on top", func(k *sample) {
		k.prepend("Return-Path: <ada@north.example>\r\nDelivered-To: support@desk.example\r\nReceived: from a by b; Wed, 25 Nov 2026 11:59:30 +0000\r\nX-Spam-Status: No\r\n")
	})
	add("second-from-on-top", "DKIM covers the lower From, readers show the upper", func(k *sample) { k.prepend("From: boss@north.example\r\n"); k.refused("duplicate_from") })
	add("second-from-with-blank", "a From with a blank before its colon", func(k *sample) { k.prepend("From : boss@north.example\r\n"); k.refused("ambiguous_header") })
	add("second-subject-on-top", "DKIM still passes, the Subject shown is another", func(k *sample) { k.prepend("Subject: Re: [T-1-AAAAAA]\r\n"); k.refused("duplicate_field") })
	add("second-to-below", "DKIM covers the lower To", func(k *sample) { k.edit("Subject:", "To: x@desk.example\r\nSubject:"); k.refused("duplicate_field") })
	add("second-content-type", "the body could be read as another type", func(k *sample) { k.prepend("Content-Type: text/html\r\n"); k.refused("duplicate_field") })
	add("replayed-with-other-to", "a signed mail aimed at us by an unsigned To", func(k *sample) {
		k.s().h = "from:subject:date"
		k.edit("support@desk.example", "help@desk.example")
		k.want["covers"], k.want["uncovered"] = "from subject date", "to"
	})
}
