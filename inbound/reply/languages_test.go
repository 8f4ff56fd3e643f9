package reply

import (
	"testing"

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

// TestEachLanguage reads a yes, a no and a denial of every language, and takes
// its words out to see that they are what is read.
func TestEachLanguage(t *testing.T) {
	if len(said) != len(lex.names) {
		t.Errorf("%d languages are tried of %d", len(said), len(lex.names))
	}
	for language, texts := range said {
		for i, n := range []list{yesList, noList, denyList} {
			want := []policy.Intent{policy.Yes, policy.No, policy.No}[i]
			if got := Intent(texts[i]).For(language); got != want {
				t.Errorf("%s: %q is %s, want %s", language, texts[i], got, want)
			}
			restore := takeOut(n, lex.language(language))
			if got := Intent(texts[i]).For(language); got == want {
				t.Errorf("%s: %q is still %s without the list %q", language, texts[i], got, listNames[n])
			}
			restore()
		}
	}
}

// takeOut takes the words of one list and language away.
func takeOut(n list, language languages) (restore func()) {
	var taken []*[lists]languages
	for _, e := range lex.entries {
		if e[n]&language != 0 {
			e[n] &^= language
			taken = append(taken, e)
		}
	}
	return func() {
		for _, e := range taken {
			e[n] |= language
		}
	}
}
