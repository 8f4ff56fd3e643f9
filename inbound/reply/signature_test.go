package reply

import (
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"countersign/policy"
)

// What stands below a yes and has the form of a signature without its mark takes
// nothing from it.
func TestSignature(t *testing.T) {
	for _, below := range []string{
		"Olu Ade\nNever Lane 12\n0150 Oslo, NO",
		"Olu\nOslo, NO\n+47 22 00 00 00",
		"Olu Ade, Oslo, NO",
		"Olu Ade | Northwind Ltd | Oslo, NO",
		"Regards\nOlu\nOslo, NO",
		"Regards,\nOlu Ade\nHead of Sales\nNorthwind Ltd\nNeed help? Call us: we answer your questions.",
		"Best regards\n\nOlu Ade\nNorthwind Ltd\n\nWe never stop working for you!",
		"Kind regards,\nOlu\nNobody beats our prices",
		"Thanks, Olu\nStop & Shop Ltd",
		"Thanks,\nOlu Ade\nChief Fraud Officer",
		"MfG\nOlu Ade\nAber GmbH\nHaben Sie Fragen? Rufen Sie uns an!",
		"Viele Grüße\nOlu Ade\nFraud Prevention Team\nWir sind nie ohne unsere Kunden!",
		"Cordialement,\nOlu Ade\n12 rue de Jamais\nUne question ? Appelez nous, nos experts sont là",
		"Saludos\nOlu Ade\nCalle No 5\n¿Tiene preguntas? Nuestro equipo ayuda",
		"よろしくお願いします\nOlu Ade\nOslo, NO",
		"Ada Lovelace\nOslo, NO\nNobody beats our prices",
		"Ada Lovelace | Head of Operations | Northwind\nT +234 1 000 | www.north.example\nWhy settle for less?",
		"Ada Lovelace (she/her)\nNot Just Hosting Ltd\nRegistered in England No. 12345",
		"Ada\nVAT no. 12\nOur shop is never closed",
	} {
		for _, answer := range []string{"Yes, please.", "Go ahead", "Hi Sam,\n\nI confirm this request."} {
			text := answer + "\n\n" + below
			if got := intentOf(text, "Ada Lovelace").For("en"); got != policy.Yes {
				t.Errorf("%q is %s, want yes", text, got)
			}
		}
	}
}

// A sentence below a name or a farewell is the writer's: it takes the clearness
// from a yes, and a denial there is a no.
func TestBelowSignature(t *testing.T) {
	for _, below := range []string{
		"Bob\nbut only after Friday", "Bob\nBut only after Friday", "Bob\n\nOnly web-4 please", "Regards\nBob\n\nPS: not before Friday", "Regards\nBob\n\nP.S. Please Wait",
		"Regards\nBob\nNot web-4", "Regards\nBob\nNot before Monday.", "Regards\nBob\nPlease wait until Friday", "Regards\nBob\nPLEASE WAIT UNTIL FRIDAY", "Regards\nBob\nDo Not Touch Web-4",
		"Thanks\nBut wait until Friday", "Thanks, Bob\nnot web-4", "Thanks\nNo reboot please", "Thanks\nWhat will it cost?", "Regards\nBob\nWhen will it be done?", "Bob\nCan you wait?",
		"Regards\nBob\nFriday Only", "Regards\nBob\nDon't do it yet, your people know why", "Regards\nBob\nWait for your boss", "Regards\nBob\nNever on your own!", "Regards\nBob\nWe asked for it, but not for your other server",
		"Regards\nBob\nNobody told us about downtime", "Regards\nBob\nI never said yes to your price", "Regards\nBob\nMy boss does not like your plan", "Regards\nBob\nNo", "Bob\nNO", "Regards\nBob\nSTOP", "Regards\nBob\nCancel It",
		"Bob\nis this free?", "Regards\nBob\nUnless it costs more than our plan",
		"Regards\nNorthwind Ltd\nNote\nNever Lane 12, No", "Ada\nis it not too early", "Please\nStop Web-4", "Cheers\nOlu\nNorthwind Ltd\nTel. 1234\nNot web-4", "Cheers\nOlu\nNorthwind Ltd\nTel. 1234\nWhat will it cost me?", "Cheers\nOlu\nNorthwind Ltd\nTel. 1234\nWait", "Cheers\nOlu\nNorthwind Ltd\nTel. 1234\nPlease do not start it", "Cheers\nOlu\nNorthwind Ltd\nTel. 1234\nand not web-4",
	} {
		for _, answer := range []string{"Yes", "Go ahead"} {
			text := answer + "\n\n" + below
			if got := intentOf(text, "Ada Lovelace").For("en"); got == policy.Yes {
				t.Errorf("%q is yes", text)
			}
		}
	}
	for text, language := range map[string]string{
		"Ja, bitte\n\nGrüße\nBob\nNicht vor Freitag": "de", "Ja\n\nGrüße\nBob\nNur Server 3": "de", "Ja\n\nMfG\nBob\nNicht Server 3": "de", "Ja\n\nBob\nKein Neustart": "de", "Ja\n\nMfG\nBob\nWer bezahlt das?": "de", "Ja. Danke, Montag": "de", "Ja. Danke, Morgen": "de",
		"Oui\n\nCordialement\nBob\nMais pas avant lundi": "fr", "Oui\n\nMerci\nBob\nPas avant lundi": "fr", "Oui\n\nMerci\nBob\nCombien ça coûte ?": "fr",
		"Sí\n\nSaludos\nBob\nPero no antes del lunes": "es", "Sí\n\nSaludos\nBob\nNo antes del lunes": "es", "Tak\n\nPozdrawiam\nBob\nAle nie dzisiaj": "pl", "Ja\n\nMvh\nBob\nMen inte idag": "sv",
		"はい、お願いします\n\n以上\n李\nただし金曜日以降": "ja", "是的\n\n谢谢\n李明\n但是周五": "zh", "Да\n\nС уважением\nИван\nНо не сегодня": "ru", "Да\n\nИван\nНО НЕ СЕГОДНЯ": "ru",
	} {
		if got := intentOf(text, "Ada Lovelace").For(language); got == policy.Yes {
			t.Errorf("%s: %q is yes", language, text)
		}
	}
	for text, language := range map[string]string{
		"Ja, bitte\n\nMfG\nOlu Ade\nNur GmbH\nNie Straße 12": "de", "Ja. Danke, Olu": "de", "Ja, gerne. Viele Grüße, Olu Ade": "de", "Oui. Merci, Olu": "fr", "Oui\n\nCordialement\nOlu Ade\nCalais, 62": "fr", "Sí. Gracias, Olu": "es", "Sì. Grazie, Olu": "it", "Ja. Mvh, Olu": "sv",
		"Да\n\nС уважением,\nИван Нетов\nОсло, NO": "ru", "はい\n\nよろしくお願いします\nOlu Ade\nOslo, NO": "ja",
	} {
		if got := intentOf(text, "Ada Lovelace").For(language); got != policy.Yes {
			t.Errorf("%s: %q is %s", language, text, got)
		}
	}
	for _, below := range []string{"Regards\nBob\nI did not ask for this", "Ada\nOslo, NO\nNobody here asked for it.", "Thanks, Bob\n\nWe never stop working for you!\nThat wasn't me"} {
		if got := intentOf("Yes\n\n"+below, "Ada Lovelace").For("en"); got != policy.No {
			t.Errorf("yes, and %q, is %s, want no", below, got)
		}
	}
}

// A name behind thanks or farewell ends the line of an answer; another word there
// leaves it open.
func TestNameBehindThanks(t *testing.T) {
	for text, want := range map[string]policy.Intent{
		"Good morning, yes please. Thanks, Olu": "yes", "Yes, please. Thanks, Olu Ade": "yes", "Yes, please. Thanks Olu": "yes", "Yes! Regards, Olu.": "yes", "Yes. Kind regards Olu": "yes",
		"Yes please. Thanks,\nOlu": "yes", "Nope. Thanks, Olu": "no",
		"Yes please, Olu": "unclear", "Yes, Olu": "unclear", "Yes. Thanks, olu": "unclear", "Yes. Thanks, Friday": "unclear", "Yes. Thanks, Saturday": "unclear", "Yes. Thanks, Web-4": "unclear", "Yes. Thanks, Tomorrow": "unclear",
		"Yes. Thanks, Not": "unclear", "Thanks, Olu": "unclear", "Maybe. Thanks, Olu": "unclear", "Yes, but. Thanks, Olu": "unclear", "Yes. Thanks, Olu Ade Sr Jr": "unclear", "Yes. Thanks, But Later": "unclear", "OK. Thanks, Olu": "unclear",
	} {
		if got := intentOf(text).For("en"); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// One click is no word, whatever program sends it.
func TestReaction(t *testing.T) {
	for _, text := range []string{"👍", "👍🏽", "❤️", "🎉", "✅", "✔", "👌 🙏", "👍\n\nAda Lovelace", "👍\n\nAda Lovelace reacted via Gmail\n<https://mail.example/about>", "Ada Lovelace reacted to your message:",
		"Yes\n\nAda Lovelace reacted to your message:", "Ja\n\nAda Lovelace hat auf Ihre Nachricht reagiert:", "Yes\n\nAda reacted via Gmail",
		"Liked “Yes, go ahead”", "Loved “I did not ask for this”", "Reacted 👍 to “If you did not ask for it, answer: I did not ask for this”", "Gefällt „Das war ich nicht“"} {
		if got := intentOf(text).For("en"); got != policy.Unclear {
			t.Errorf("%q is %s", text, got)
		}
		page := "<p>" + strings.ReplaceAll(text, "\n\n", "</p><p>") + "</p>"
		if r := read(t, "Content-Type: text/html; charset=utf-8\n", page); r.Answer.For("en") != policy.Unclear {
			t.Errorf("%s is %s", page, r.Answer.For("en"))
		}
	}
	if got := intentOf("Yes 👍").For("en"); got != policy.Yes {
		t.Errorf("a yes with a thumb is %s", got)
	}
	if got := intentOf("I did not ask for this\n\nAda reacted to your message:").For("en"); got != policy.No {
		t.Errorf("a denial above a reaction is %s", got)
	}
	for _, typ := range []string{"text/vnd.google.email-reaction+json", "application/vnd.example.reaction"} {
		body := "--b\nContent-Type: text/plain\n\nYes\n--b\nContent-Type: " + typ + "\n\n{}\n--b--"
		if r := read(t, "Content-Type: multipart/alternative; boundary=b\n", body); r.Answer.For("en") != policy.Unclear {
			t.Errorf("%s: %s", typ, r.Answer.For("en"))
		}
	}
}

// Below a signature of any size, no line that leaves a yes open or denies it
// stops doing so, in small letters, as a sentence or shouted.
func TestSignatureHidesNothing(t *testing.T) {
	file, err := os.ReadFile("testdata/lines.txt")
	if err != nil {
		t.Fatal(err)
	}
	sentence := func(s string) string {
		r, size := utf8.DecodeRuneInString(s)
		return string(unicode.ToUpper(r)) + s[size:]
	}
	tried := 0
	for line := range strings.Lines(string(file)) {
		head, lines, ok := strings.Cut(strings.TrimSpace(line), ": ")
		language, want, _ := strings.Cut(head, " ")
		if !ok || want == "yes" || lex().Language(language) == 0 {
			continue
		}
		for one := range strings.SplitSeq(lines, " | ") {
			for _, text := range []string{one, sentence(one), strings.ToUpper(one)} {
				yes := said[language][0]
				if intentOf(yes+"\n\n"+text).For(language) == policy.Yes {
					continue // it does not without a signature
				}
				for _, sign := range []string{"Bob\n", "Regards\nBob\n", "Regards,\nBob\nNorthwind Ltd\nNever Lane 12\n\n"} {
					tried++
					if got := intentOf(yes + "\n\n" + sign + text).For(language); got == policy.Yes {
						t.Errorf("%s: %q below %q is a yes", language, text, sign)
					}
				}
			}
		}
	}
	if tried < 5000 {
		t.Errorf("%d are tried", tried)
	}
}
