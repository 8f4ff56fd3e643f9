package reply

import (
	"mime"
	"testing"

	"countersign/internal/rawmail"
)

// TestKinds reads the mail of programs that no field marks by a standard, and
// of people who look like programs.
func TestKinds(t *testing.T) {
	const (
		to    = "To: support@desk.example\nReturn-Path: <ada@customer.example>\n"
		ada   = "From: Ada <ada@customer.example>\n" + to
		re    = ada + "Subject: Re: [T-1042] Please confirm\nIn-Reply-To: <n1@desk.example>\n"
		mixed = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
		dsn   = "Content-Type: multipart/report; report-type=delivery-status; boundary=c\n\n--c\n\nnot delivered\n--c\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; bob@list.example\nAction: failed\nStatus: 5.1.1\n\n--c--\n"
	)
	subject := func(s string) string { return ada + "Subject: " + mime.BEncoding.Encode("utf-8", s) + "\n" }
	for _, c := range []struct{ name, mail, want string }{
		// subjects of automatic answers
		{"exchange-zh", subject("自动答复: [T-1042] 确认") + "\n我在休假。\n", "auto-reply"},
		{"notes", subject("AUTO: Ada Lovelace is out of the office (returning 12/01/2026)") + "\nI am away.\n", "auto-reply"},
		{"notes-de", subject("AUTO: Ada Lovelace ist außer Haus (Rückkehr am 01.12.2026)") + "\nIch bin weg.\n", "auto-reply"},
		{"notes-fr", subject("AUTO : Ada Lovelace est absente (retour le 01/12/2026)") + "\nJe suis absente.\n", "auto-reply"},
		{"bracketed", subject("[Auto-Reply] Re: [T-1042] Please confirm") + "\nThanks.\n", "auto-reply"},
		{"bracketed-ooo", subject("[Out of Office] Re: [T-1042]") + "\nThanks.\n", "auto-reply"},
		{"bracketed-ko", subject("[자동응답] Re: [T-1042]") + "\n부재중입니다.\n", "auto-reply"},
		{"bracketed-ja", subject("【自動返信】お問い合わせありがとうございます") + "\nお問い合わせありがとうございます。\n", "auto-reply"},
		{"away-en", subject("I am out of the office: Re: [T-1042]") + "\nBack soon.\n", "auto-reply"},
		{"away-de", subject("Abwesenheit: Re: [T-1042]") + "\nIch bin im Urlaub.\n", "auto-reply"},
		{"zendesk", subject("[Request received] [T-1042] Please confirm") + "\nYour request (4711) was received.\n", "auto-reply"},
		{"freshdesk", subject("Ticket Received - [T-1042] Please confirm") + "\nDear Desk,\n", "auto-reply"},
		{"osticket", subject("Support Ticket Opened [#471142]") + "\nDear Desk,\n", "auto-reply"},
		{"recall", subject("Recall: Re: [T-1042] Please confirm") + "\nAda would like to recall the message, \"Re: x\".\n", "auto-reply"},
		{"recall-class", re + "Content-Class: urn:content-classes:recallmessage\n\nYes\n", "auto-reply"},
		{"quarantine", subject("[Postmaster] Messages on hold for ada@customer.example") + "\nYou have messages on hold.\n", "auto-reply"},
		{"two-marks", re + "Auto-Submitted: no\nAuto-Submitted: auto-replied\n\nYes\n", "auto-reply"},
		{"x-precedence", re + "X-Precedence: auto_reply\n\nYes\n", "auto-reply"},
		{"preference", re + "Preference: auto_reply\n\nYes\n", "auto-reply"},
		{"x-autoresponse", re + "X-Autoresponse: true\n\nYes\n", "auto-reply"},
		{"x-auto-responder", re + "X-Auto-Responder: true\n\nYes\n", "auto-reply"},
		// receipts, meetings and lists that name themselves otherwise
		{"calendar-class", re + "Content-Class: urn:content-classes:calendarmessage\n\nYes\n", "calendar"},
		{"receipt-class", re + "Content-Class: urn:content-classes:mdn\n\nYes\n", "receipt"},
		{"receipt-outlook", subject("Read: [T-1042] Please confirm") + "\nYour message\n\n   To: Ada\n   Subject: [T-1042] Please confirm\n   Sent: Tuesday, November 24, 2026 10:02:00 AM\n\n was read on Tuesday, November 24, 2026 11:00:00 AM.\n", "receipt"},
		{"receipt-outlook-de", subject("Gelesen: [T-1042] Please confirm") + "\nIhre Nachricht\n\n   An: Ada\n   Betreff: [T-1042]\n\n wurde gelesen am Dienstag, 24. November 2026.\n", "receipt"},
		{"no-reply-fr", "From: Boutique <ne-pas-repondre@customer.example>\n" + to + "Subject: Re: [T-1042] x\nIn-Reply-To: <n1@desk.example>\n\nOui\n", "auto-reply"},
		{"no-reply-de", "From: Shop <shop.nicht-antworten@customer.example>\n" + to + "Subject: Re: [T-1042] x\nIn-Reply-To: <n1@desk.example>\n\nJa\n", "auto-reply"},
		{"no-reply-es", "From: Tienda <noresponder@customer.example>\n" + to + "Subject: Re: [T-1042] x\nIn-Reply-To: <n1@desk.example>\n\nSi\n", "auto-reply"},
		// people
		{"responder-person", "From: First Responder <first.responder@customer.example>\n" + to + "Subject: Re: [T-1042] x\nIn-Reply-To: <n1@desk.example>\n\nYes\n", "reply"},
		{"read-this", subject("Read: the new manual") + "\nPlease tell me where it is.\n", "new"},
		{"recall-this", subject("Recall: how do I recall a mail?") + "\nPlease help.\n", "new"},
		{"auto-de", subject("Auto: neuer Leasingvertrag") + "\nBitte anlegen.\n", "new"},
		{"about-auto-reply", ada + "Subject: Re: Automatic reply: [T-1042] Please confirm\nIn-Reply-To: <n1@desk.example>\n\nYes\n", "reply"},
		{"about-auto-reply-de", ada + "Subject: AW: Automatische Antwort: [T-1042]\nIn-Reply-To: <n1@desk.example>\n\nJa\n", "reply"},
		{"forwarded-bounce-inline", ada + "Subject: Fwd: Undelivered Mail Returned to Sender\n\nWhy does this come back?\n", "new"},
		{"forwarded-bounce-attached", ada + "Subject: Fwd: Undelivered Mail Returned to Sender\n" + mixed + "Why does this come back?\n--b\nContent-Type: message/rfc822\n\nReturn-Path: <>\nFrom: MAILER-DAEMON@mx.list.example\nSubject: Undelivered Mail Returned to Sender\n" + dsn + "--b--\n", "new"},
		{"forwarded-bounce-disposition", ada + "Subject: WG: Unzustellbar\n" + mixed + "Was ist das?\n--b\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\nReturn-Path: <>\nFrom: MAILER-DAEMON@mx.list.example\nSubject: Undelivered\n" + dsn + "--b--\n", "new"},
		{"attached-delivery-status", ada + "Subject: What is this\n" + mixed + "Our mails come back.\n--b\nContent-Type: message/delivery-status\nContent-Disposition: attachment; filename=details.txt\n\nFinal-Recipient: rfc822; bob@list.example\nAction: failed\n\n--b--\n", "new"},
		{"attached-receipt", ada + "Subject: What is this\n" + mixed + "I get these.\n--b\nContent-Type: message/disposition-notification\nContent-Disposition: attachment; filename=receipt.txt\n\nFinal-Recipient: rfc822; bob@list.example\n\n--b--\n", "new"},
		{"suppress-oof", re + "X-Auto-Response-Suppress: OOF\n\nYes\n", "reply"},
		{"suppress-dr-rn", re + "X-Auto-Response-Suppress: DR, RN, NRN, OOF\n\nYes\n", "reply"},
		{"list-of-ours-and-another", re + "List-Id: <help.desk.example>\nList-Id: <talk.list.example>\n\nYes\n", "list"},
		{"unsubscribe-new", subject("Offers") + "List-Unsubscribe: <mailto:u@gateway.example>\n\nYes\n", "list"},
		{"auto-no", re + "Auto-Submitted: no\n\nYes\n", "reply"},
		{"precedence-first-class", re + "Precedence: first-class\n\nYes\n", "reply"},
		{"precedence-normal", re + "Precedence: normal\n\nYes\n", "reply"},
		{"phpmailer", re + "X-Mailer: PHPMailer 6.9\n\nYes\n", "reply"},
		{"message-class", re + "Content-Class: urn:content-classes:message\n\nYes\n", "reply"},
		{"unsubscribe-alone", re + "List-Unsubscribe: <mailto:u@gateway.example>\n\nYes\n", "reply"},
		{"vacation-before", re + "\nI will be on holiday next week, please do it before Friday.\n", "reply"},
		{"vacation-yes", re + "\nI am on holiday but yes, do it\n", "reply"},
		{"vacation-but-yes", re + "\nI am out of the office until Monday, but yes, restart it.\n", "reply"},
		{"vacation-go-ahead", re + "\nI am out of the office until Monday. Go ahead!\n", "reply"},
		{"vacation-aber-ja", re + "\nIch bin bis Montag nicht im Büro, aber ja, bitte.\n", "reply"},
		{"vacation-zh-sorry", re + "Content-Type: text/plain; charset=utf-8\n\n对不起，我正在休假。\n", "auto-reply"},
		{"about-delivery", ada + "Subject: Mail delivery failed since Monday\n\nOur shop gets these.\n", "new"},
		{"postmaster-person", "From: Bob <postmaster@customer.example>\n" + to + "Subject: Re: [T-1042] Please confirm\nIn-Reply-To: <n1@desk.example>\n\nYes\n", "reply"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, bad := rawmail.Scan(rawmail.Normalize([]byte(c.mail)), rawmail.DefaultLimits())
			if m == nil {
				t.Fatal(bad)
			}
			if r := Read(m, corpusOwn); string(r.Kind) != c.want {
				t.Errorf("%s, want %s (%s)", r.Kind, c.want, r.KindWhy)
			}
		})
	}
}

// TestAway reads notices of an absence that neither a field nor their subject
// marks.
func TestAway(t *testing.T) {
	for _, text := range []string{
		"Thank you for your mail. I am currently out of office with limited access to email.",
		"I'm out of the office and will be back on Monday.", "I am on leave until 3 January.",
		"Ich bin vom 23.11. bis 30.11. im Urlaub. Ihre E-Mail wird nicht weitergeleitet.", "Ich bin ab dem 30.11. wieder erreichbar.",
		"Je suis en congés jusqu’au 30 novembre.", "Estoy de vacaciones hasta el lunes.", "Estou de férias até segunda-feira.",
		"Sono in ferie fino al 30 novembre.", "Ik ben op vakantie tot 30 november.", "Jestem na urlopie do 30 listopada.", "Jsem na dovolené do pondělí.",
		"Som na dovolenke do pondelka.", "Jag har semester till den 30 november.", "Jeg holder ferie til mandag.", "Jeg har ferie til mandag.",
		"Olen vuosilomalla 30.11. asti.", "Szabadságon vagyok november 30-ig.", "Sunt în concediu de odihnă până luni.", "30 Kasım'a kadar izindeyim.",
		"Βρίσκομαι σε άδεια έως τη Δευτέρα.", "Нахожусь в отпуске.", "Я у відпустці з понеділка.", "ただいま休暇中です。", "我目前正在度假，无法及时回复您的邮件。",
		"현재 휴가 중으로 답변이 늦을 수 있습니다.", "أنا في إجازة سنوية حتى الاثنين.", "אני בחופשה עד יום שני.",
	} {
		if r := read(t, "In-Reply-To: <n1@desk.example>\nContent-Type: text/plain; charset=utf-8\n", text+"\n"); r.Kind != "auto-reply" {
			t.Errorf("%q: %s", text, r.Kind)
		}
	}
	for _, text := range []string{
		"I will be on holiday next week, please do it before Friday.", "Please do it before I go on leave.", "Our shop is down while I am travelling.",
		"Der Server ist wieder erreichbar.", "Merci. En cas d'urgence : 555 0100", "Ich fahre nächste Woche in Urlaub, bitte vorher erledigen.", "Je pars en congés vendredi, faites-le avant.", "Я уезжаю в отпуск, сделайте это раньше.",
	} {
		if r := read(t, "In-Reply-To: <n1@desk.example>\nContent-Type: text/plain; charset=utf-8\n", text+"\n"); r.Kind != "reply" {
			t.Errorf("%q: %s", text, r.Kind)
		}
	}
}

// TestGroupNamedByReplyTo: of a group whose program says only in Reply-To who
// wrote, and that own_list_ids doesn't name, the mail is a list's and not ours.
func TestGroupNamedByReplyTo(t *testing.T) {
	for reply, want := range map[string]string{"Ada <ada@customer.example>": "list", "support@desk.example": "loop"} {
		raw := "From: 'Ada' via Support <support@desk.example>\nReply-To: " + reply + "\nList-Id: <support.desk.example>\nSubject: Re: x\nIn-Reply-To: <n1@desk.example>\n\nYes\n"
		m, bad := rawmail.Scan(rawmail.Normalize([]byte(raw)), rawmail.DefaultLimits())
		if len(bad) > 0 {
			t.Fatal(bad)
		}
		if r := Read(m, corpusOwn); string(r.Kind) != want {
			t.Errorf("answers go to %s: %s, want %s", reply, r.Kind, want)
		}
	}
}
