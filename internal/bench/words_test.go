package bench

// tongue is a language in which people answer, with what their mail programs add.
type tongue struct {
	code    string
	charset string // of an older Outlook
	hello   string
	yes     []string
	no      []string
	unclear []string
	bye     string // above the name
	title   string // below it
	re      string // of an Outlook
	block   [4]string
	wrote   string // date, name and address, as Gmail writes above a quote
	date    string
	legal   string
}

var tongues = []tongue{
	{"en", "iso-8859-1", "Hi,",
		[]string{"Yes, please go ahead.", "YES", "Yes, I confirm that I requested this.", "Approved, thanks.", "Yes, that's correct. Thank you."},
		[]string{"No, I did not request this.", "This is not from me."},
		[]string{"Which server do you mean?", "Yes, but only after Friday."},
		"Kind regards", "Head of IT", "RE: ", [4]string{"From:", "Sent:", "To:", "Subject:"},
		"On %[1]s, %[2]s <%[3]s> wrote:", "Mon, Jan 2, 2006 at 3:04 PM",
		"This e-mail and any attachments are confidential and intended solely for the addressee. If you are not the intended recipient, please do not read, copy or use it, delete it and tell the sender."},
	{"de", "iso-8859-1", "Guten Tag,",
		[]string{"Ja, bitte.", "Ja", "Ja, ich bestätige die Anfrage.", "Bestätigt, danke."},
		[]string{"Nein, das habe ich nicht angefordert.", "Das war ich nicht."},
		[]string{"Welcher Server ist gemeint?", "Ja, aber erst ab Freitag."},
		"Viele Grüße", "Leiterin IT", "AW: ", [4]string{"Von:", "Gesendet:", "An:", "Betreff:"},
		"Am %[1]s schrieb %[2]s <%[3]s>:", "02.01.2006 um 15:04 Uhr",
		"Diese E-Mail enthält vertrauliche Informationen. Sollten Sie diese E-Mail irrtümlich erhalten haben, löschen Sie sie bitte, ohne sie zu lesen."},
	{"fr", "iso-8859-1", "Bonjour,",
		[]string{"Oui, merci.", "Oui", "Je confirme la demande."},
		[]string{"Non, je n'ai pas demandé cela.", "Ce n'est pas moi."},
		[]string{"De quel serveur parlez-vous ?", "Oui, mais pas avant vendredi."},
		"Cordialement", "Responsable informatique", "RE: ", [4]string{"De :", "Envoyé :", "À :", "Objet :"},
		"Le %[1]s, %[2]s <%[3]s> a écrit :", "02/01/2006 15:04",
		"Ce message est confidentiel. Si vous avez reçu ce message par mégarde, ne le lisez pas, supprimez-le et avertissez son expéditeur."},
	{"es", "iso-8859-1", "Buenos días,",
		[]string{"Sí, gracias.", "Sí", "Confirmo la solicitud."},
		[]string{"No lo he pedido.", "No fui yo."},
		[]string{"¿De qué servidor se trata?", "Sí, pero no antes del viernes."},
		"Saludos cordiales", "Responsable de sistemas", "RE: ", [4]string{"De:", "Enviado:", "Para:", "Asunto:"},
		"El %[1]s, %[2]s (<%[3]s>) escribió:", "02/01/2006 15:04",
		"Este mensaje es confidencial y está dirigido exclusivamente a su destinatario."},
	{"it", "iso-8859-1", "Buongiorno,",
		[]string{"Sì, grazie.", "Confermo la richiesta.", "Sì, procedete pure."},
		[]string{"Non l'ho richiesto io.", "Non sono stato io."},
		[]string{"Di quale server si tratta?", "Sì, ma non prima di venerdì."},
		"Cordiali saluti", "Responsabile IT", "R: ", [4]string{"Da:", "Inviato:", "A:", "Oggetto:"},
		"Il giorno %[1]s %[2]s <%[3]s> ha scritto:", "02/01/2006 15:04",
		"Questo messaggio è riservato ed è destinato esclusivamente al destinatario."},
	{"nl", "iso-8859-1", "Hallo,",
		[]string{"Ja, graag.", "Ja, akkoord.", "Ja, ik bevestig de aanvraag."},
		[]string{"Ik heb dit niet aangevraagd.", "Dat was ik niet."},
		[]string{"Om welke server gaat het?", "Ja, maar pas na vrijdag."},
		"Met vriendelijke groet", "Hoofd ICT", "RE: ", [4]string{"Van:", "Verzonden:", "Aan:", "Onderwerp:"},
		"Op %[1]s schreef %[2]s <%[3]s>:", "02-01-2006 15:04",
		"Dit bericht is vertrouwelijk en alleen bestemd voor de geadresseerde. Als u dit bericht ten onrechte heeft ontvangen, verwijder het dan en waarschuw de afzender."},
	{"pl", "iso-8859-2", "Dzień dobry,",
		[]string{"Tak, proszę.", "Potwierdzam, dziękuję.", "Tak, zgadza się."},
		[]string{"Nie prosiłem o to.", "To nie ja."},
		[]string{"O który serwer chodzi?", "Tak, ale dopiero po piątku."},
		"Pozdrawiam", "Kierownik IT", "ODP: ", [4]string{"Od:", "Wysłano:", "Do:", "Temat:"},
		"%[1]s %[2]s <%[3]s> napisał(a):", "02.01.2006 15:04",
		"Ta wiadomość jest poufna i przeznaczona wyłącznie dla adresata."},
	{"pt", "iso-8859-1", "Bom dia,",
		[]string{"Sim, confirmo.", "Sim, autorizo. Obrigada.", "Confirmo o pedido."},
		[]string{"Não pedi isto.", "Não fui eu."},
		[]string{"De que servidor se trata?", "Sim, mas só depois de sexta-feira."},
		"Cumprimentos", "Responsável de TI", "RE: ", [4]string{"De:", "Enviado:", "Para:", "Assunto:"},
		"%[2]s <%[3]s> escreveu (%[1]s):", "02/01/2006 15:04",
		"Esta mensagem é confidencial e destinada exclusivamente ao destinatário."},
	{"ja", "iso-2022-jp", "お世話になっております。",
		[]string{"はい、お願いします。", "承認します。"},
		[]string{"依頼していません。", "私ではありません。"},
		[]string{"どのサーバーのことですか。", "金曜日以降にしてください。"},
		"よろしくお願いいたします。", "情報システム部", "RE: ", [4]string{"差出人:", "送信日時:", "宛先:", "件名:"},
		"%[1]s %[2]s <%[3]s>:", "2006年1月2日(月) 15:04",
		"このメールには機密情報が含まれている場合があります。誤って受信された場合は、お手数ですが削除のうえ送信者にご連絡ください。"},
}

var (
	firsts = []string{"Ada", "Bea", "Carl", "Dora", "Emil", "Frida", "Gustav", "Hanna", "Ivo", "Jörg", "Karin", "Leo", "Mara", "Nils", "Olga", "Paul", "Rosa", "Sven", "Tilda", "Zoë"}
	lasts  = []string{"Berg", "Dahl", "Fischer", "Garcia", "Hansen", "Ito", "Jansen", "Kowalski", "Laurent", "Moreau", "Novak", "Olsen", "Peeters", "Rossi", "Silva", "Tanaka", "Weber"}
	// domains are where they write from.
	domains = []string{"alder", "birch", "cedar", "dogwood", "elder", "fir", "gingko", "hazel", "ironwood", "juniper", "katsura", "larch", "maple", "nutmeg", "oak", "pine", "quince", "rowan", "spruce", "tamarack"}
	// asked are sentences of requests, as agents write them down.
	asked = []string{
		"Please reset the SFTP password for web-3 and send the new one to the number on file.",
		"The old one was shared with a supplier who has left the project.",
		"The account is deploy-web3, the home folder is /srv/www/web-3.",
		"It is about the machine in rack 14, behind the second firewall.",
		"They saw failed logins from 192.0.2.17 between two and four in the morning.",
		"Keys may stay as they are; only the password is to be changed.",
		"The nightly copy at 03:15 uses the same account and must be told of the new one.",
		"Their reference is PO-2026-11873, cost centre 4410.",
	}
)
