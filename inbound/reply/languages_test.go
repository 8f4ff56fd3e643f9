package reply

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
	"countersign/policy"
)

// said is a yes, a no and a denial of each language, which no other reads so.
var said = map[string][3]string{
	"en": {"Go ahead, please", "No way", "I never asked for this"},
	"de": {"Ja, bitte", "Nein danke", "Das war ich nicht"},
	"fr": {"Oui, merci", "Surtout pas", "Je n'ai rien demandé"},
	"es": {"Adelante, gracias", "No autorizo", "Yo no lo pedí"},
	"pt": {"Sim, obrigada", "Não obrigado", "Não fui eu"},
	"it": {"Fate pure, grazie", "Assolutamente no", "Non l'ho richiesto"},
	"nl": {"Jazeker, graag", "Liever niet", "Dat was ik niet"},
	"pl": {"Potwierdzam, dziękuję", "Nie zgadzam się", "Nie prosiłam o to"},
	"cs": {"Potvrzuji, děkuji", "Nesouhlasím", "Nežádala jsem o to"},
	"sk": {"Potvrdzujem, ďakujem", "Nesúhlasím", "Nežiadala som o to"},
	"sv": {"Jag bekräftar, tack", "Absolut inte", "Jag har inte begärt detta"},
	"da": {"Jeg bekræfter", "Gør det ikke", "Det var ikke mig"},
	"no": {"Jeg bekrefter", "Absolutt ikke", "Det var ikke meg"},
	"fi": {"Kyllä, kiitos", "En hyväksy", "En pyytänyt tätä"},
	"hu": {"Igen, köszönöm", "Semmiképpen", "Nem én kértem"},
	"ro": {"Desigur, mulțumesc", "Nu sunt de acord", "Nu am cerut"},
	"tr": {"Evet, teşekkürler", "Kabul etmiyorum", "Ben istemedim"},
	"el": {"Ναι, ευχαριστώ", "Όχι ευχαριστώ", "Δεν το ζήτησα"},
	"ru": {"Согласна, спасибо", "Не согласна", "Я этого не просила"},
	"uk": {"Так, дякую", "Не згодна", "Я цього не просила"},
	"ja": {"はい、お願いします", "いいえ", "依頼していません"},
	"zh": {"是的，谢谢", "不同意", "我没有要求"},
	"ko": {"네, 감사합니다", "거부합니다", "제가 요청하지 않았습니다"},
	"ar": {"نعم، شكرا", "أرفض", "لم أطلب هذا"},
	"he": {"כן, תודה", "מסרב", "לא ביקשתי את זה"},
}

// TestEachLanguage reads a yes, a no and a denial of every language, among all
// others and by its own file alone, so that its words are what is read.
func TestEachLanguage(t *testing.T) {
	if len(said) != len(lex().Languages) {
		t.Errorf("%d languages are tried of %d", len(said), len(lex().Languages))
	}
	all := lex
	for language, texts := range said {
		alone := lexiconOf(t, language)
		for i, text := range texts {
			want := []policy.Intent{policy.Yes, policy.No, policy.No}[i]
			if got := intentOf(text).For(language); got != want {
				t.Errorf("%s: %q is %s, want %s", language, text, got, want)
			}
			lex = func() *phrase.Lexicon { return alone }
			if got := intentOf(text).For(language); got != want {
				t.Errorf("%s: %q is %s by its words alone, want %s", language, text, got, want)
			}
			lex = all
		}
	}
}

// lexiconOf gives the lexicon of one language.
func lexiconOf(t *testing.T, language string) *phrase.Lexicon {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"all.txt", language + ".txt"} {
		b, err := os.ReadFile(filepath.Join("words", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: b}
	}
	x, err := words.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// neverAsked is "I never asked for this" and "maybe" of each language.
var neverAsked = map[string][2]string{
	"en": {"I have never asked for this.", "Maybe on Friday"},
	"de": {"Das habe ich nie angefordert.", "vielleicht am Freitag"},
	"fr": {"Je n’ai jamais demandé cela.", "à condition que ce soit gratuit"},
	"es": {"Nunca he pedido esto.", "siempre que sea gratis"},
	"pt": {"Nunca pedi isto.", "desde que seja grátis"},
	"it": {"Non l'ho mai chiesto.", "a condizione che sia gratis"},
	"nl": {"Hier heb ik nooit om gevraagd.", "mits het gratis is"},
	"pl": {"Nigdy o to nie prosiłam.", "o ile jest za darmo"},
	"cs": {"Nikdy jsem o to nežádala.", "možná v pátek"},
	"sk": {"Nikdy som o to nežiadala.", "možno v piatok"},
	"sv": {"Jag har aldrig bett om detta.", "kanske på fredag"},
	"da": {"Det har jeg aldrig bedt om.", "måske på fredag"},
	"no": {"Jeg ba aldri om dette.", "kanskje på fredag"},
	"fi": {"En ole koskaan pyytänyt tätä.", "ehkä perjantaina"},
	"hu": {"Ezt soha nem kértem.", "talán pénteken"},
	"ro": {"Nu am cerut niciodată așa ceva.", "poate vineri"},
	"tr": {"Bunu hiç istemedim.", "belki cuma günü"},
	"el": {"Ποτέ δεν το ζήτησα.", "ίσως την Παρασκευή"},
	"ru": {"Я никогда этого не просила.", "может быть, в пятницу"},
	"uk": {"Я ніколи цього не просила.", "можливо, у п'ятницю"},
	"ja": {"依頼した覚えはありません。", "やっぱり金曜日に"},
	"zh": {"我从来没有要求过这个。", "也许周五"},
	"ko": {"저는 요청한 적이 없습니다.", "아마 금요일에"},
	"ar": {"أنا لم اطلب هذا أبدا.", "ربما يوم الجمعة"},
	"he": {"מעולם לא ביקשתי את זה.", "אולי ביום שישי"},
}

// A denial is a no by itself and below a yes, and a doubt below a yes leaves it
// unclear, in every language.
func TestDenials(t *testing.T) {
	for language := range said {
		c := neverAsked[language]
		for _, text := range []string{c[0], said[language][0] + "\n\n" + c[0], "OK\n\nP.S. " + c[0]} {
			if got := intentOf(text).For(language); got != policy.No {
				t.Errorf("%s: %q is %s, want no", language, text, got)
			}
		}
		if text := said[language][0] + "\n\n" + c[1]; intentOf(text).For(language) != policy.Unclear {
			t.Errorf("%s: %q is %s, want unclear", language, text, intentOf(text).For(language))
		}
	}
}

// Who asks us to confirm, or says that they will look, confirms nothing.
func TestAsksBack(t *testing.T) {
	for text, language := range map[string]string{"Please confirm": "en", "Please confirm, thanks": "en", "Confirm please": "en", "Please correct.": "en", "Thanks, please correct this": "en",
		"Bitte bestätige": "de", "Bestätige bitte": "de", "请确认": "zh", "請批准，謝謝": "zh", "確認します": "ja", "大丈夫です": "ja", "承認お願いします": "ja", "괜찮습니다": "ko", "승인 부탁드립니다": "ko",
		"נא אישור": "he", "Onay lütfen": "tr", "موافقة من فضلك": "ar", "Yes\n❓": "en", "Yes\n🛑": "en", "Yes\n\nlet me check with Bob": "en", "Yes\nas long as it is free": "en", "Yes\nwho asked for this": "en"} {
		if got := intentOf(text).For(language); got != policy.Unclear {
			t.Errorf("%s: %q is %s, want unclear", language, text, got)
		}
	}
}

// People type two letters for one that their keyboard lacks, and leave out the
// signs that Arabic and Hebrew may do without.
func TestSpellings(t *testing.T) {
	for text, language := range map[string]string{"Ja, ich bestaetige die Anfrage": "de", "Jeg bekraefter dette": "da", "انا موافق": "ar", "أوافقُ": "ar", "مـوافق": "ar", "כֵּן": "he"} {
		if got := intentOf(text).For(language); got != policy.Yes {
			t.Errorf("%s: %q is %s, want yes", language, text, got)
		}
	}
	if got := intentOf("כן־לא").For("he"); got != policy.Unclear {
		t.Errorf("a joined yes and no is %s", got)
	}
}

// A refusal is a no by itself, and leaves a yes of another language unclear.
func TestRefusals(t *testing.T) {
	for text, language := range map[string]string{"I refuse": "en", "Ich lehne ab": "de", "Je m'y oppose": "fr", "Me niego": "es", "Eu recuso": "pt", "Mi rifiuto": "it", "Ik weiger": "nl", "Odmawiam": "pl",
		"Jag vägrar": "sv", "Jeg nægter": "da", "Jeg nekter": "no", "Kieltäydyn": "fi", "Visszautasítom": "hu", "Αρνούμαι": "el", "Відмовляюся": "uk", "Я против": "ru"} {
		if got := intentOf(text).For(language); got != policy.No {
			t.Errorf("%s: %q is %s, want no", language, text, got)
		}
		if got := intentOf("Yes\n" + text).For(language); got != policy.Unclear {
			t.Errorf("%s: yes, and %q, is %s", language, text, got)
		}
	}
}
