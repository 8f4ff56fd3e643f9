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
	add("reaction", "a thumb that was typed is one", "yes", "", "text/plain", "👍")
	return out
}
