package reply

import (
	"strings"
	"testing"

	"countersign/policy"
)

// tails are what stands below an answer: signatures, disclaimers, and what
// programs and gateways add.
var tails = []string{
	"-- \nAda Berg\nNorthwind Ltd\nTel +44 20 1234\nVAT no. 12",
	"Ada Berg\nHead of IT\nNorthwind GmbH\nHauptstraße 1, 10115 Berlin\nTel.: +49 30 1234 | www.north.example\nGeschäftsführer: Bob Low, HRB 1234",
	"Ada Berg\nDirektør for IT\nNorthwind A/S",
	"Thanks for your help\nAda Berg",
	"Sent from my iPhone\n\nOn 24 Nov 2026, at 10:02, Support <support@desk.example> wrote:\n\n> Answer yes or no.",
	"From: Support <support@desk.example>\nSent: Tuesday, November 24, 2026 10:02 AM\nTo: Ada <ada@customer.example>\nSubject: [T-1] x\n\nAnswer yes or no.",
	"This e-mail and any attachments are confidential and intended solely for the addressee. If you are not the intended recipient, please do not read, copy or use it.",
	"Ada Berg\n\nConfidential: if you received this in error, please delete it and tell us.",
	"Ada\n\nThis message is confidential. It may not be disclosed without the permission of Northwind.",
	"Ada\n\nSollten Sie diese E-Mail irrtümlich erhalten haben, löschen Sie sie bitte, ohne sie zu lesen.",
	"Ada\n\nSi vous avez reçu ce message par mégarde, ne le lisez pas.",
	"Ada\n\nSi lo ha recibido por error, bórrelo y avísenos, por favor.",
	"Ada\n\nSe lo avete ricevuto per errore, non leggetelo e cancellatelo.",
	"Ada\n\nJeśli otrzymali ją Państwo przez pomyłkę, prosimy nie czytać i usunąć.",
	"Ada\n\nSe a recebeu por engano, não a leia e apague-a, por favor.",
	"Ada\n\nPokud jste ji obdrželi omylem, nečtěte ji a smažte ji.",
	"Ada\n\nЕсли вы получили его по ошибке, не читайте и удалите его.",
	"Ada\n\nPlease consider the environment before printing this email.",
	"Virus-free. www.shield.example",
	"--\nThis email has been checked for viruses.\nwww.shield.example",
	"Ada Berg\nFollow us on LinkedIn | Facebook\nOnly the best for your garden since 1920",
	"Ada Berg\nBook a meeting with me: https://cal.example/ada?x=1",
	"Ada Berg\nRegistered in England No. 1234567. Registered office: 1 High St",
}

// What stands below a yes, a no and a denial of every language takes nothing
// from it, as text and as HTML.
func TestTails(t *testing.T) {
	marks := strings.NewReplacer("<", "&lt;", "\n\n", "</p><p>", "\n", "<br>")
	for language, answers := range said {
		for i, want := range []policy.Intent{policy.Yes, policy.No, policy.No} {
			for _, tail := range tails {
				text := answers[i] + "\n\n" + tail
				if got := read(t, "Content-Type: text/plain; charset=utf-8\n", text).Answer.For(language); got != want {
					t.Errorf("%s: %q is %s, want %s", language, text, got, want)
				}
				page := "<p>" + marks.Replace(text) + "</p>"
				if got := read(t, "Content-Type: text/html; charset=utf-8\n", page).Answer.For(language); got != want {
					t.Errorf("%s: %s is %s, want %s", language, page, got, want)
				}
			}
		}
	}
}
