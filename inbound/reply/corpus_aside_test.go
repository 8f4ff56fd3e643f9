package reply

// asideCases are words beside the answer that a program set apart without its
// being a quote, and quotes that look like words.
func asideCases() (out []corpusCase) {
	add := func(name, why, intent, own, typ, body string) {
		out = append(out, corpusCase{name, answering + "MIME-Version: 1.0\nContent-Type: " + typ + "; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + body + "\n", why, "reply", "", intent, own})
	}
	for _, style := range []string{"margin:0 0 0 40px;border:none;padding:0px", "margin: 0px 0px 0px 40px; border: none; padding: 0px;", "border:0;margin-left:3em", "border-left:none;margin-left:40px"} {
		add("indented", "an indented paragraph objects", "unclear", "", "text/html", "<div>Yes, please.</div><blockquote style='"+style+"'><div>But not before Saturday, and only if Bob agrees.</div></blockquote><div>Ada</div>")
		add("indented", "an indented paragraph says nothing against it", "yes", "", "text/html", "<div>Yes, please.</div><blockquote style='"+style+"'><div>Have a nice day</div></blockquote>")
		add("indented", "an indented yes is none", "unclear", "", "text/html", "<div>Hello,</div><blockquote style='"+style+"'><div>Yes</div></blockquote>")
	}
	for _, c := range []string{"<blockquote type=cite style='border:none'>", "<blockquote class=gmail_quote style='border:0'>", "<blockquote style='border:none;border-left:1px solid #ccc'>", "<blockquote cite='mid:1@desk.example' style='border:none'>"} {
		add("cited", "a quote by its markup: "+c, "yes", "Yes", "text/html", "<p>Yes</p>"+c+"If you did not ask for it, reply no</blockquote>")
	}
	add("cited", "a line above introduces the quote", "yes", "", "text/html", "<p>Yes</p><p>On 24 Nov 2026, Desk &lt;support@desk.example&gt; wrote:</p><blockquote style='border:none'>If you did not ask for it, reply no</blockquote>")
	for _, c := range [][2]string{
		{"Yes, please.\n\n>From Saturday on, not before, and only if Bob agrees.\n\nAda", "unclear"},
		{"Yes\n\n>From what I know I did not request this\n", "no"},
		{"Yes\n\n> Answer yes or no.\n>From us, only if you asked for it.\n> Desk", "yes"},
		{"Yes\n\n>From Ada with thanks\n", "yes"},
		{"Hello\n\n>From now on: yes", "unclear"},
	} {
		add("from-line", "a mailbox file may have marked the writer's own line", c[1], "", "text/plain", c[0])
	}
	for _, c := range []string{">>> Support <support@desk.example> 24.11.2026 10:02 >>>", ">>> \"Desk Support\" <support@desk.example> 11/24/2026 10:02 AM >>>", ">> support@desk.example 24.11.2026 10:02:11 >>>",
		"On Tuesday, November 24, 2026 10:02 AM, Support <support@desk.example>", "On Tuesday, November 24, 2026, 10:02:11 PM, Desk Support <support@desk.example>:", "-----Izvorna poruka-----", "-----Izvirno sporočilo-----", "-----Оригинална порука-----", "-----Algne sõnum-----"} {
		add("above-a-quote", "a program writes it above a quote without marks: "+c, "yes", "Yes", "text/plain", "Yes\n\n"+c+"\nHello Ada.\nIf you did not ask for it, reply no.")
	}
	for _, c := range []string{"W dniu 24.11.2026 o 10:02, Support pisze:", "Dana 24.11.2026. u 10:02, Support <support@desk.example> je napisao:", "24.11.2026 10:02, Support rašė:", "24.11.2026 10:02 Support kirjutas:", "Dne 24. 11. 2026 ob 10:02 je Support napisal:", "Pada 24 Nov 2026 10:02, Support menulis:"} {
		add("above-a-quote", "a program writes it above a quote that the answer stands below: "+c, "yes", "Yes", "text/plain", c+"\n> Answer yes\n> or no.\n\nYes")
	}
	add("reaction", "one click on a thumb is no word", "unclear", "", "multipart/alternative; boundary=b", "--b\nContent-Type: text/plain; charset=utf-8\n\n👍\n--b\nContent-Type: text/vnd.google.email-reaction+json\n\n{}\n--b\nContent-Type: text/html; charset=utf-8\n\n<p>👍</p>\n--b--")
	add("reaction", "a thumb that was typed is no word either", "unclear", "", "text/plain", "👍")
	for _, tag := range []string{"<blockquote>", "<blockquote dir=ltr>", "<blockquote style='margin-left:40px'>", "<blockquote dir=ltr style='margin-right:0px'>"} {
		add("indented", "nothing says that it is a quote, and it objects: "+tag, "unclear", "", "text/html", "<div>Yes, please.</div>"+tag+"<div>But not before Saturday.</div></blockquote><div>Ada</div>")
		add("indented", "nothing says that it is a quote, and it denies: "+tag, "unclear", "", "text/html", "<div>Yes, please.</div><div>Note:</div>"+tag+"I did not ask for this</blockquote>")
		add("indented", "nor is it one below a line that ends with a colon: "+tag, "unclear", "", "text/html", "<div>Yes, please.</div><div>Note well:</div>"+tag+"only web-4</blockquote>")
		add("indented", "an indented yes is none: "+tag, "unclear", "", "text/html", "<div>Hello,</div>"+tag+"<div>Yes</div></blockquote>")
		add("indented", "below what may be a quote an answer is one: "+tag, "yes", "Yes", "text/html", tag+"<div>Answer us</div></blockquote><div>Yes</div>")
		add("cited", "a line of two introduces it: "+tag, "yes", "", "text/html", "<p>Yes</p><p>On 24 Nov 2026 at 10:02,<br>Desk &lt;support@desk.example&gt; wrote:</p>"+tag+"If you did not ask for it, reply no</blockquote>")
	}
	for _, line := range []string{"<hr>", "<hr size=1>", "<div style='border:none;border-top:solid #E1E1E1 1.0pt'></div>", "<p style='border-top:1px solid #ccc'></p>", "<table><tr><td style='border-top:solid black'></td></tr></table>"} {
		add("ruled", "what stands below a line may object: "+line, "unclear", "", "text/html", "<div>Yes, please.</div>"+line+"<div>But not before Saturday.</div>")
		add("ruled", "and deny: "+line, "no", "", "text/html", "<div>Hello</div>"+line+"<div>I did not ask for this</div>")
		add("ruled", "but say no yes: "+line, "unclear", "", "text/html", "<div>Hello</div>"+line+"<div>Yes</div>")
		add("ruled", "nor say it in one form of the mail: "+line, "unclear", "", "multipart/alternative; boundary=b", "--b\nContent-Type: text/plain\n\nHello\n\nYes\n--b\nContent-Type: text/html\n\n<div>Hello</div>"+line+"<div>Yes</div>\n--b--")
		add("ruled", "and takes nothing away: "+line, "yes", "", "text/html", "<div>Yes, please.</div>"+line+"<div>Ada Lovelace, Northwind</div>")
	}
	for _, line := range []string{"<hr>", "<div style='BORDER-TOP:#b5c4df 1pt solid'>", "<div style='border-top:1pt solid #B5C4DF'>", "<p style='Border-Top: solid 1pt #e1e1e1; border-left:none'>"} {
		add("ruled", "below a mail's header all is a quote: "+line, "yes", "Yes", "text/html", "<div>Yes</div>"+line+"<b>From:</b> Desk<br><b>Sent:</b> Tuesday<br><b>To:</b> Ada<p>If you did not ask for it, reply no")
	}
	add("ruled", "one line that begins like a header's is none below a line of one's own", "unclear", "", "text/html", "<div>Yes</div><hr>From: Friday on<br>if Bob agrees")
	unmarked := []string{">>> Support 24.11.2026 10:02 >>>", "Support <support@desk.example> 24.11.2026 10:02 >>>", ">>> On 11/24/2026 at 10:02 AM, in message <4565A1B2.4711@desk.example>, Support <support@desk.example> wrote:", ">>> Am 24.11.2026 um 10:02 schrieb Support <support@desk.example>:", "Am Dienstag, 24. November 2026, 10:02:11 MEZ, Support <support@desk.example>", "El martes, 24 de noviembre de 2026, 10:02:11 CET, Support <support@desk.example>", "Il martedì 24 novembre 2026, 10:02:11 CET, Desk Support <support@desk.example>", "Le mardi 24 novembre 2026, 10:02:11 UTC+1, Support <support@desk.example>:", "On Tuesday, 24 November 2026, 10:02:11 GMT, Support <support@desk.example>", "On Tuesday, November 24, 2026 at 10:02:11 AM GMT+1, Support <support@desk.example>", "-----Izvorno sporočilo-----", "---------- Původní e-mail ----------", "Quoting support@desk.example:", "Zitat von Desk Support <support@desk.example>:", "Citando a Desk Support <support@desk.example>:", "* Desk Support <support@desk.example> [2026-11-24 10:02]:", "El 24/11/26 a les 10:02, Support ha escrit:", "Support(e)k 2026-11-24 10:02(e)an idatzi zuen:"}
	for _, c := range unmarked {
		add("above-a-quote", "a program writes it above a quote without marks: "+c, "yes", "Yes", "text/plain", "Yes\n\n"+c+"\nHello Ada.\nIf you did not ask for it, reply no.")
	}
	for _, c := range append(unmarked, "Zitat von Desk Support:", "Quoting Desk Support (2026-11-24 10:02:11)", "Cytowanie Desk Support:", "Desk Support a écrit :", "Desk Support wrote:", ">>> Support <support@desk.example> 24.11.2026 10:02 >>>", "-----Izvorna poruka-----") {
		add("above-a-quote", "a program writes it above a quote that the answer stands below: "+c, "yes", "Yes", "text/plain", c+"\n> Answer yes\n> or no.\n\nYes")
	}
	return out
}
