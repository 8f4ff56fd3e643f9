package reply

import "strings"

// cutCases are texts in which something else stands beside the writer's words:
// where it begins and ends, and what it does to the answer.
func cutCases() (out []corpusCase) {
	add := func(name, why, text, own, intent string) {
		out = append(out, corpusCase{name, answering + "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + text + "\n", why, "reply", "", intent, own})
	}
	const q = "\n\n> Answer yes or no.\n"
	for _, c := range [][2]string{
		{"an address set apart by an empty line", "On Tue, Nov 24, 2026 at 10:02 AM Desk Support\n\n<\nmailto:Desk Support <support@desk.example>\n> wrote:\nAnswer yes or no."},
		{"a date and an address, no verb, above a quote", "2026-11-24 10:02 GMT+01:00 Desk Support <support@desk.example>" + q},
		{"the same above bars", "2026/11/24 Desk Support <support@desk.example>\n\n| Answer yes\n| or no."},
		{"a verb of no list, but date and address", "On 24-Nov-2026, at 10:02, Desk Support <support@desk.example> sent:" + q},
		{"Vietnamese", "Vào 10:02 24 tháng 11, 2026, Desk <support@desk.example> đã viết:" + q},
		{"Vietnamese, wrapped", "Vào 10:02 24 tháng 11, 2026, Desk\n<support@desk.example> đã viết:" + q},
		{"dashes and no date", "---- Desk Support wrote ----" + q},
		{"no colon", "On Tue, 24 Nov 2026 10:02:11 +0100 Desk Support <support@desk.example> wrote\n\nAnswer yes or no."},
		{"the line above a mail that was answered", "-----Reply Message-----\n\nno"},
		{"the same in German", "-----Antwort Nachricht-----\n\nnein"},
		{"the same in Danish", "-------- Oprindelig besked --------\nFra: Desk\n\nnej"},
		{"two lines of a header, with address and time", "Date: Tue, 24 Nov 2026 10:02:11 +0100\nTo: ada@customer.example\n\nno"},
		{"the same the other way round", "From: support@desk.example\nDate: Tue, 24 Nov 2026 10:02:11 +0100\n\nno"},
		{"a French web mail's block below a rule", "====\n\nMessage du : 24/11/2026 10:02\nDe : \"Desk\" <support@desk.example>\nA : ada@customer.example\nCopie à :\nSujet : x\n\nno"},
		{"a mark of a program that watches who reads", "ᐧ"},
		{"a mailing list's foot", "_______________________\nour mailing list\nhttps://lists.customer.example/listinfo/our"},
		{"a mailing list's foot below a short rule", "__\nTo unsubscribe, mail us."},
		{"a phone's line", "Sent from my phone, the small one"},
		{"a signature above Outlook's block, which quotes a denial", "-- \nAda Lovelace\n\nFrom: Desk Support\nSent: Tuesday\nTo: Ada\nSubject: x\n\nWrite back: I did not request this"},
	} {
		add("cut", c[0], "Yes\n\n"+c[1], "Yes", "yes")
	}
	for _, c := range [][3]string{
		{"a phone's line, an objection below", "Yes\n\nSent from my phone\nbut not web-4", "unclear"},
		{"a phone's line, a condition below", "Yes\n\nSent from my phone\nif it is free", "unclear"},
		{"a list's foot that objects", "Yes\n\n____\nour mailing list\nnot today", "unclear"},
		{"a denial below a signature's mark", "Yes\n\n-- \nAda\nI did not request this", "unclear"},
		{"a denial in another language below it", "Yes\n\n-- \nAda\nnie prosiłam o to", "unclear"},
		{"a denial behind a disclaimer", "Yes\n\nThis mail is for its intended recipient alone.\nThat wasn't me", "unclear"},
		{"a greeting, and a yes below a phone's line", "Hi Sam,\n\nSent from my phone\nyes", "unclear"},
		{"OK, and an objection in another language", "OK\nbedankt, maar vandaag", "unclear"},
		{"a thumb, and a condition in another language", "👍\nfalls es nichts kostet", "unclear"},
		{"OK, and a denial in plain Japanese", "OK\nこれは依頼していない", "no"},
		{"OK alone acknowledges, whatever goes with it", "OK\nkein Problem", "unclear"},
		{"a yes of one language beside another's word", "Yes\nMaar Solo Dock Ltd", "yes"},
		{"own words in the line of an attribution", "Yes, but later On Tue, 24 Nov 2026 at 10:02, Desk <support@desk.example> wrote:" + q, "unclear"},
	} {
		add("below", c[0], c[1], "", c[2])
	}
	for _, c := range [][3]string{
		{"an attribution begins in the line of the answer", "Yes On Tue, 24 Nov 2026 at 10:02, Desk <support@desk.example> wrote:" + q, "Yes"},
		{"the same behind dashes", "Yes--- On Tue, 24 Nov 2026 at 10:02, Desk <support@desk.example> wrote:" + q, "Yes"},
		{"own words below a quote that begins in their line", "Well On 24 Nov 2026, Desk <support@desk.example> wrote:" + q + "\nlet me think", "Well\n\nlet me think"},
		{"a date and a time of no header", "Please come:\n\nDate: Wednesday 25, November 2026\nTime: 9:00\nAddress: 4 Hill Road", "Please come:\n\nDate: Wednesday 25, November 2026\nTime: 9:00\nAddress: 4 Hill Road"},
		{"a rule of underscores between own words", "First\n_____\nSecond", "First\n_____\nSecond"},
		{"a sentence that begins like a phone's line", "Sent from my desk, which is far easier.", "Sent from my desk, which is far easier."},
		{"a date at the head of own words", "2026-11-25 works for Bob <bob@customer.example>\nI think.", "2026-11-25 works for Bob <bob@customer.example>\nI think."},
		{"on, and no date", "Look On the other hand\nwe wrote:\nnothing", "Look On the other hand\nwe wrote:\nnothing"},
	} {
		intent := "unclear"
		if c[2] == "Yes" {
			intent = "yes"
		}
		add("own", c[0], c[1], c[2], intent)
	}
	raw := func(name, why, typ, body, own, intent string) {
		out = append(out, corpusCase{name, answering + "MIME-Version: 1.0\nContent-Type: " + typ + "\n\n" + body + "\n", why, "reply", "", intent, own})
	}
	for _, box := range []string{"<div class='gmail_signature'>", "<div id='ms-outlook-mobile-signature'>"} {
		raw("html-signature", "a denial typed into a signature", "text/html", "<p>Yes</p>"+box+"Ada<br><b>I</b> did not request this</div>", "Yes", "unclear")
		raw("html-signature", "a signature that denies nothing", "text/html", "<p>Yes</p>"+box+"Ada<br>no. 4</div>", "Yes", "yes")
	}
	raw("charset", "a code page of DOS", "text/plain; charset=cp850", "Nein, das war ich nicht. Gr\x81\xe1e", "Nein, das war ich nicht. Grüße", "no")
	raw("charset", "the same by its other name", "text/plain; charset=IBM850", "Gr\x81\xe1e", "Grüße", "unclear")
	raw("charset", "a database's name for UTF-8", "text/plain; charset=utf8mb4", "Grüße", "Grüße", "unclear")
	raw("charset", "nobody knows the label, but the text is ASCII", "text/plain; charset=x-corporate", "Yes", "Yes", "yes")
	for _, c := range [][3]string{
		{"en", "Yes", "This message contains confidential information and is intended only\nfor the individual named. If you are not the named addressee, do not read it."},
		{"en", "Yes", "The text of this mail is meant for its reader alone, is intended\nsolely for the addressee, and not for you."},
		{"de", "Ja", "Bitte denken Sie an die Umwelt, bevor Sie diese E-Mail ausdrucken."},
		{"fr", "Oui", "Pensez à l'environnement avant d'imprimer ce courriel."},
		{"fr", "Oui", "Ce courriel et ses pièces jointes sont confidentiels. Si vous l'avez reçu par erreur, merci de le détruire."},
		{"es", "Sí", "Antes de imprimir este correo, piense en el planeta."},
		{"pt", "Sim", "Antes de imprimir, pense no planeta."},
		{"it", "Sì", "Prima di stampare, pensate all'ambiente."},
		{"it", "Sì", "Le informazioni di questa e-mail sono riservate. Se non siete il destinatario, non leggetele."},
		{"nl", "Ja", "Denk aan het milieu voordat u deze e-mail afdrukt."},
		{"pl", "Tak", "Zanim wydrukujesz tę wiadomość, pomyśl o drzewach."},
		{"cs", "Ano", "Tento e-mail je důvěrný. Pokud nejste příjemce, smažte jej."},
		{"sv", "Ja", "Tänk på miljön innan du skriver ut brevet."},
		{"da", "Ja", "Tænk på miljøet, før du udskriver brevet."},
		{"no", "Ja", "Tenk på miljøet før du skriver ut brevet."},
		{"no", "Ja", "Skaff deg Outlook for iOS<https://aka.example/ios>"},
		{"ru", "Да", "Отправлено из мобильной почты\n\nвторник, 24 ноября 2026 г., 10:02 +0300 от support@desk.example:\nAnswer yes or no."},
		{"zh", "是的", "------------------&nbsp;原始邮件&nbsp;------------------\n发件人: Desk\nAnswer yes or no."},
		{"zh", "是的", "------------------ Original ------------------\nAnswer yes or no."},
	} {
		add("tail", "what stands below: "+strings.ReplaceAll(c[2], "\n", " / "), c[1]+"\n\n"+c[2], c[1], "yes")
		out[len(out)-1].lang = c[0]
	}
	for _, c := range [][2]string{
		{"CAUTION: This mail originated from outside of the organization. Do not click\nits links if you do not know the sender.\n\nYes", "yes"},
		{"[EXTERNAL EMAIL]\n\nYes", "yes"},
		{"[EXTERNAL EMAIL]\nI did not request this\n\nYes", "no"},
		{"[EXTERNAL EMAIL]\nYes", "yes"},
		{"Caution is needed, and only on Friday\n\nYes", "unclear"},
		{"Yes\n\nour [external] host, but on Friday", "unclear"},
		{"Yes\n\n-- Original plan was not that", "unclear"},
		{"Yes\n\nFrom: 22:00\nTo: 23:00\nDate: only on Friday", "unclear"},
		{"Yes\n\nFrom: Desk\nTo: Ada\nSubject: only on Friday", "yes"},
	} {
		add("banner", "a gateway's banner, or none: "+strings.ReplaceAll(c[0], "\n", " / "), c[0], "", c[1])
	}
	return out
}
