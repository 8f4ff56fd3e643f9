package reply

import (
	"strings"
	"testing"

	"countersign/internal/rawmail"
	"countersign/policy"
)

// A yes that words below it take back, in whatever form, confirms nothing; words
// that go with a yes leave it one.
func TestTakenBack(t *testing.T) {
	for _, s := range []string{"Yes\nI haven't requested anything", "Yes\nthis isn't mine", "Yes\nI refuse", "Yes\nI reject it",
		"Yes\nThis is a scam", "Yes\nHold off for now", "Yes\nI know nothing about this", "Yes\nplease ignore", "Yes\nForget it",
		"Yes\nThis was a mistake", "OK\nI didnt ask for this", "Ok.\nI havent requested this", "Yes\ni dont want this",
		"OK\nI haven't asked for this change.", "Ok, thanks.\nThis hasn't been requested by us.", "Okay\nNobody here asked for that.",
		"Ok\nplease disregard", "Yes\nthis is phishing", "Correct\nsomebody else asked, ignore", "Sure\nwe cant do that now", "OK\nforget it", "Oui\nje n'ai rien demandé", "Oui\nje n'ai jamais demandé cela", "Oui\nn'en faites rien",
		"Ja\nIch weiß von nichts", "Sí\nNo he pedido nada", "Sì\nnon ho chiesto niente"} {
		if got := intentOf(s).For(""); got == policy.Yes {
			t.Errorf("intentOf(%q) = %s", s, got)
		}
	}
	// An OK is a yes in every language: the contact's own says what goes with it.
	for s, language := range map[string]string{"Ok\ndas hat niemand bestellt": "de", "ok\nich lehne das ab": "de", "ok\nc'est une arnaque": "fr"} {
		if got := intentOf(s).For(language); got == policy.Yes {
			t.Errorf("intentOf(%q) for %s = %s", s, language, got)
		}
	}
	// So it does below the yes of another language, and to nobody else.
	for s, language := range map[string]string{"Yes\npas maintenant": "fr", "Yes\nodota": "fi", "Ja\nattendez": "fr", "Oui\nmen inte nu": "sv"} {
		a := intentOf(s)
		if got := a.For(language); got != policy.Unclear {
			t.Errorf("intentOf(%q) for %s = %s", s, language, got)
		}
		if got := a.For("ja"); got != policy.Yes {
			t.Errorf("intentOf(%q) for ja = %s", s, got)
		}
	}
	for _, s := range []string{"Yes\n\nLet me know if you need anything else.", "Yes please.\n\nThanks,\nAda Berg\nHead of IT, Northwind",
		"Yes\n\nBest regards\nAda", "Yes\nThe server is web-3.", "Ja, bitte\n\nViele Grüße\nAda", "Oui\n\nMerci beaucoup"} {
		if got := intentOf(s).For(""); got != policy.Yes {
			t.Errorf("intentOf(%q) = %s, want yes", s, got)
		}
	}
}

// A yes for another day, or for a part, is none to what was asked; a farewell
// that names tomorrow leaves it one.
func TestPostponed(t *testing.T) {
	for language, later := range map[string]string{"en": "Tomorrow, thanks", "de": "ab Montag", "fr": "demain", "es": "mañana", "pt": "amanhã", "it": "da lunedì", "nl": "vanaf maandag", "pl": "jutro", "cs": "zítra", "sk": "zajtra", "sv": "imorgon", "da": "fra mandag", "no": "i morgen",
		"fi": "huomenna", "hu": "holnap", "ro": "mâine", "tr": "yarın", "el": "αύριο", "ru": "завтра", "uk": "завтра", "ja": "明日お願いします", "zh": "下周再做", "ko": "내일 해주세요", "ar": "غدا", "he": "מחר"} {
		if got := intentOf(said[language][0] + "\n" + later).For(language); got != policy.Unclear {
			t.Errorf("%s: yes, and %q, is %s", language, later, got)
		}
	}
	for _, text := range []string{"Agreed\nminus the reboot", "Yes\nnext week", "Yes\nlet me know if you need to cancel first", "Yes\nI take that back"} {
		if got := intentOf(text).For("en"); got != policy.Unclear {
			t.Errorf("%q is %s", text, got)
		}
	}
	for text, language := range map[string]string{"Yes\nSee you tomorrow": "en", "Yes\nLet me know if you need anything else": "en", "Oui\nÀ demain": "fr", "Sí\nHasta mañana": "es", "Sim\nAté amanhã": "pt", "Sì\nA domani": "it", "Tak\nDo jutra": "pl", "Ja, bitte\nSchönen Morgen": "de"} {
		if got := intentOf(text).For(language); got != policy.Yes {
			t.Errorf("%q is %s", text, got)
		}
	}
}

// TestAnswerLine spoils one thing at a time of lines that answer.
func TestAnswerLine(t *testing.T) {
	for _, c := range []struct {
		text, name string
		want       policy.Intent
	}{
		{"Yes, Ada Berg", "Ada Berg", "yes"},
		{"Yes, Ada Berg", "Bob", "unclear"},
		{"Yes, a", "A Berg", "unclear"},
		{"Yes but", "But Berg", "unclear"},
		{"Yes no", "No Berg", "unclear"},
		{strings.Repeat("yes ", 60), "", "unclear"},
		{"No way, yes", "", "unclear"},
		{"Thanks", "", "unclear"},
		{"Hallo nö, ja", "", "unclear"},
		{"Ja\nEin Mißverständnis", "", "unclear"},
		{"Yes perhaps", "", "unclear"},
		{"Yes please", "", "yes"},
		{"Thats me", "", "yes"},
		{"That’s me", "", "yes"},
		{"ＹＥＳ", "", "yes"},
		{"Hello yes,\nstop", "", "unclear"},
		{"Hello yes,\ngo ahead", "", "unclear"},
		{"Hello no way,\ngo ahead", "", "unclear"},
		{"Hello nope,\ngo ahead", "", "unclear"},
		{"Hello cancelar,\ngo ahead", "", "unclear"},
		{"Hello but,\ngo ahead", "", "unclear"},
		{"Hello Sam, Ada, Bob,\ngo ahead", "", "unclear"},
		{"Hello Sam Ada Bob Eve Tom\ngo ahead", "", "unclear"},
		{"Hello Sam Ada Bob Eve\ngo ahead", "", "yes"},
		{"Hello you there?\ngo ahead", "", "unclear"},
		{"Go ahead\nsee https://x.example/?a=1", "", "yes"},
		{"Go ahead\nsee www.x.example/?a=1", "", "yes"},
		{"Go ahead\nsee https://x.example/a?", "", "unclear"},
		{"Go ahead\nreally?", "", "unclear"},
		{"Go ahead\nsee https://x.example/?a?b", "", "yes"},
		{"Go ahead\nsee https://x.example/？", "", "unclear"},
		{"Yes it was me", "", "yes"},
		{"Yes, you can go ahead", "", "yes"},
		{"Go ahead\nunless it rains", "", "unclear"},
		{"Go ahead\nVAT no. 12", "", "yes"},
		{"Go ahead\nbut no. 12", "", "unclear"},
		{"Go ahead\nnein", "", "unclear"},
		{"Go ahead\nno worries", "", "yes"},
		{"OK\nfalls nötig", "", "unclear"},
		{"Yes\nom te zien", "", "yes"},
	} {
		if got := intentOf(c.text, c.name).For("en"); got != c.want {
			t.Errorf("intentOf(%q, %q) = %s, want %s", c.text, c.name, got, c.want)
		}
	}
}

// Objections in English count for contacts of every language.
func TestEnglishObjection(t *testing.T) {
	for _, text := range []string{"Ja, bitte\nunless it rains", "Ja, bitte\nexcept web-4"} {
		if got := intentOf(text).For("de"); got != policy.Unclear {
			t.Errorf("intentOf(%q) for de = %s", text, got)
		}
	}
	if got := intentOf("Tak\nunless it rains").For("pl"); got != policy.Unclear { // which Danes read otherwise
		t.Errorf("Tak, unless it rains, for pl = %s", got)
	}
}

// A text that came as a file is not what the person wrote.
func TestNamedPart(t *testing.T) {
	for _, disposition := range []string{"Content-Disposition: inline; filename=note.txt\n", "Content-Disposition: attachment; filename=note.txt\n"} {
		raw := replyHead + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; name=note.txt\n" + disposition +
			"\nYES\n--b\nContent-Type: text/plain\n\nsee the file that Bob sent me\n--b--\n"
		if r := understood(t, raw); r.Answer.For("") == policy.Yes {
			t.Errorf("%sRead() = %s %q", disposition, r.Answer.For(""), r.Text)
		}
	}
}

// What is struck out, or stands beside a form of the text that we don't read,
// is no yes.
func TestNotSaid(t *testing.T) {
	for _, body := range []string{
		"Content-Type: text/html\n\n<p><s>YES</s></p>\n",
		"Content-Type: text/html\n\n<p><del>YES</del></p>\n",
		"Content-Type: text/html\n\n<p style=\"text-decoration: line-through\">YES</p>\n",
		"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nYES\n--b\nContent-Type: text/enriched\n\nNO\n--b--\n",
	} {
		if r := understood(t, replyHead+body); r.Answer.For("") == policy.Yes {
			t.Errorf("%s: %s %q", body, r.Answer.For(""), r.Text)
		}
	}
	if r := understood(t, replyHead+"Content-Type: text/html\n\n<p>YES</p><p>Regards<br>Ada</p>\n"); r.Answer.For("") != policy.Yes {
		t.Errorf("a plain YES reads %s %q", r.Answer.For(""), r.Text)
	}
}

const replyHead = "From: Ada <ada@north.example>\nTo: support@desk.example\nSubject: Re: [T-1-AAAAAA] Please confirm\nIn-Reply-To: <1@desk.example>\nMIME-Version: 1.0\n"

func understood(t *testing.T, raw string) Reading {
	t.Helper()
	m, reasons := rawmail.Scan([]byte(strings.ReplaceAll(raw, "\n", "\r\n")), rawmail.DefaultLimits())
	if len(reasons) > 0 {
		t.Fatal(reasons)
	}
	return Read(m, Own{Address: "support@desk.example", ReplyAddress: "support+{token}@desk.example"})
}
