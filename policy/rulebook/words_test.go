package rulebook

import (
	"strings"
	"testing"

	"countersign/policy"
)

// TestWords: how somebody writes a word who wants it to be read by people alone.
func TestWords(t *testing.T) {
	tests := []struct {
		name, words, text string
		want              bool
	}{
		{"plain", "delete", "Please delete web-3", true},
		{"capitals", "delete", "DELETE web-3", true},
		{"ending", "delete", "It was deleted", true},
		{"accents", "delete", "Délétè web-3", true},
		{"full-width", "delete", "Ｄｅｌｅｔｅ web-3", true},
		{"bold", "delete", "𝐝𝐞𝐥𝐞𝐭𝐞 web-3", true},
		{"small-capitals", "delete", "ᴅᴇʟᴇᴛᴇ web-3", true},
		{"turned", "delete", "dǝlǝtǝ web-3", true},
		{"flags", "delete", "🇩🇪🇱🇪🇹🇪 web-3", true},
		{"circles", "delete", "🅓🅔🅛🅔🅣🅔 ⓓⓔⓛⓔⓣⓔ", true},
		{"cyrillic", "delete", "dеlеtе web-3", true},
		{"cyrillic-in-a-cyrillic-text", "delete", "Пожалуйста, сделайте это сегодня, очень нужно, спасибо: dеlеtе", true},
		{"cyrillic-rule", "удалить", "Пожалуйста, УДАЛИТЬ web-3", true},
		{"greek", "delete", "dεlετε web-3", true},
		{"cherokee", "delete", "Ꭰꭼⅼꭼꭲꭼ", false}, // only those that are in the table, all of them
		{"lisu", "delete", "ꓓꓰꓡꓰꓔꓰ web-3", true},
		{"no-width", "delete", "de\u200blete web-3", true},
		{"soft-hyphen", "delete", "de\u00adle\u00adte web-3", true},
		{"filler", "delete", "de\u3164lete web-3", true},
		{"struck-through", "delete", "d\u0336e\u0336l\u0336e\u0336t\u0336e\u0336 web-3", true},
		{"broken-bytes", "delete", "del\xffete web-3", true},
		{"spaced", "delete", "d e l e t e web-3", true},
		{"dotted", "delete", "d.e.l.e.t.e web-3", true},
		{"mixed-marks", "delete", "d-e.l e_t*e web-3", true},
		{"cut-by-a-line", "delete", "Please de-\r\n> lete web-3", true},
		{"two-halves", "delete", "Please de lete web-3", true},
		{"between-subject-and-text", "delete", "Please del\nete web-3", true},
		{"digits", "delete", "d3l3t3 web-3", true},
		{"signs", "pass", "new p@$$word", true},
		{"one-for-i", "wipe", "w1pe it", true},
		{"bar-for-l", "delete", "de|ete web-3", true},
		{"letters-again", "delete", "deleeeete web-3", true},
		{"letters-very-often", "delete", "d" + strings.Repeat("e", 500) + "lete", true},
		{"signs-very-often", "delete", "d" + strings.Repeat("!", 500) + "elete", true},
		{"ruled-off", "delete", strings.Repeat("+", 500) + " " + strings.Repeat("=-", 500) + strings.Repeat("$!", 3), false},
		{"shouted", "delete", "dde!!lete", true},
		{"rn-for-m", "remove", "rernove web-3", true},
		{"swapped", "delete", "deltee web-3", true},
		{"left-out", "delete", "delte web-3", true},
		{"put-in", "delete", "dewxlete web-3", false}, // two slips
		{"one-put-in", "delete", "delwete web-3", true},
		{"another-letter", "change", "Give me a chance", false},
		{"short-word-slips-not", "wipe", "wpie it", false},
		{"camel-case", "delete", "pleaseDelete web-3", true},
		{"glued", "delete", "pleasedelete web-3", false}, // nobody reads the beginning of a word there
		{"glued-within", "*delete", "pleasedelete web-3", true},
		{"german-compound", "*lösch", "Bitte die Serverlöschung heute", true},
		{"german-compound-without-star", "lösch", "Bitte die Serverlöschung heute", false},
		{"within-spaced", "*delete", "please d e l e t e", true},
		{"ending-for-e", "delete", "Deleting web-3", true},
		{"noun-for-e", "delete", "The deletion of web-3", true},
		{"noun-al", "remove", "Removal of web-3", true},
		{"noun-ure", "close account", "closure: account 7", true},
		{"ending-for-y", "copy", "Two copies of the disk", true},
		{"ending-is-not-any", "delete", "The delta of web-3", false},
		{"short-for-an-ending", "use", "using web-3", false},
		{"capital-i-for-l", "delete", "Please deIete web-3", true},
		{"small-l-for-i", "disable", "DlSABLE web-3", true},
		{"capital-i-is-i", "install", "PleaseInstall it", true},
		{"small-l-is-l", "ultimate", "Ultimate plan", true},
		{"behind-a-digit", "delete", "web3delete", true},
		{"underline", "delete", "_delete_", true},
		{"within-a-word", "delete", "undeleted", false},
		{"other-words", "delete", "Please reboot web-3", false},
		{"two-words-that-meet", "delete", "Our mode let Ted in", false},
		{"phrase", "close account", "Please close, the (account", false},
		{"phrase-as-it-is", "close account", "Please close account 7", true},
		{"phrase-with-marks", "close account", "close:\n\tACCOUNT", true},
		{"phrase-with-endings", "close account", "closes accounts", true},
		{"phrase-in-one", "close account", "closeaccount", true},
		{"phrase-the-other-way", "close account", "account, close", false},
		{"han", "删除", "请把服务器删除掉", true},
		{"han-with-marks", "删除", "请删·除", true},
		{"kana", "サーバ", "新しいｻｰﾊﾞを", true},
		{"german", "kündig", "Hiermit KUNDIGEN wir", true},
		{"digits-in-a-rule", "web-3", "Please look at web 3", true},
		{"written-to-take-long", "illicit", strings.Repeat("li1l|!1l|!1li|!1 ", 240), true},
		{"any-of", "wipe", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := new(ear).about([]string{"certainly not there", tt.words}, 0)(tt.text); got != tt.want {
				t.Errorf("%q says %q: %v (folded %q)", tt.text, tt.words, got, string(squeeze(tt.text).letters))
			}
		})
	}
}

// TestGreatest: the greatest number that somebody may read there.
func TestGreatest(t *testing.T) {
	tests := []struct {
		text string
		want float64
	}{
		{"", 0}, {"none", 0}, {"5000", 5000}, {"web-3 and web-12", 12}, {"5,000", 5000}, {"5.000", 5000}, {"5 000", 5000}, {"5'000", 5000}, {"5’000", 5000},
		{"5\u00a0000", 5000}, {"5\u202f000", 5000}, {"5_000", 5000}, {"5\u200b000", 5000}, {"5\n000", 5000}, {"1.234.567,89", 1234567.89}, {"1,234,567.89", 1234567.89},
		{"12.5", 12.5}, {"0.005", 0.005}, {"0.005 million", 5000}, {"05,000", 5000}, {"12,50", 12.5}, {"1,00,000", 100000}, {"1,0000", 10000}, {"5 0 0 0", 5000}, {"5.0.0.0", 5000}, {"8 16", 16},
		{"10k", 10000}, {"10K", 10000}, {"10 k", 10000}, {"1.5k", 1500}, {"1,5 k", 1500}, {"2m", 2e6}, {"2 million", 2e6}, {"2.5 Mio.", 2.5e6}, {"2 Millionen", 2e6},
		{"3 Mrd", 3e9}, {"10 hundred thousand", 1e6}, {"5 tausend", 5000}, {"5T€", 5000}, {"5 TEUR", 5000}, {"5 тысяч", 5000}, {"7 dozen", 84}, {"2 lakh", 2e5},
		{"1e6", 1e6}, {"1E+6", 1e6}, {"10^6", 1e6}, {"10⁶", 1e6}, {"€5000.-", 5000}, {"EUR5000", 5000}, {"5000EUR", 5000}, {"-5000", 5000},
		{"５０００", 5000}, {"٥٠٠٠", 5000}, {"५०००", 5000}, {"𝟓𝟎𝟎𝟎", 5000}, {"5OOO", 5000}, {"5OOk", 500000}, {"5,OOO", 5000}, {"5ооо", 5000}, {"①②", 12},
		{"5万", 50000}, {"五千", 5000}, {"一万二千", 12000}, {"二十", 20}, {"五〇〇〇", 5000}, {"3億", 3e8},
		{"five thousand", 5000}, {"Five-Thousand", 5000}, {"twenty-five thousand", 25000}, {"five hundred", 500}, {"two hundred and fifty thousand", 250000}, {"a million", 1e6},
		{"several thousand", 999000}, {"fünftausend", 999000}, {"fünf tausend", 999000}, {"cinq mille", 999000}, {"dix millions", 999e6}, {"nineteen", 19},
		{"tusen", 999000}, {"tjugotusen", 999000}, {"5 tusen", 5000}, {"5 tys.", 5000}, {"tisíc", 999000}, {"5 bin", 5000}, {"två miljoner", 999e6},
		{"10 x 100", 1000}, {"10x100", 1000}, {"10 × 100", 1000}, {"ten times 100", 1000}, {"10 x 10 x 10", 1000}, {"10 à 100,50", 1005}, {"600 + 500", 1100}, {"10 or 100", 100},
		{"ten grand", 10000}, {"five k", 5000}, {"two m", 2}, {"I bin", 0},
		{"a milestone", 1}, {"99999999999999999999999999", 1e26},
	}
	for _, tt := range tests {
		if got := Greatest("Raise it to " + tt.text + " please"); got < tt.want*0.9999999 || got > tt.want*1.0000001 {
			t.Errorf("%q is %g, want %g", tt.text, got, tt.want)
		}
	}
}

// TestBoth: words and a number both have to be there.
func TestBoth(t *testing.T) {
	f := new(ear).about([]string{"refund"}, 1000)
	for text, want := range map[string]bool{"Refund 1,000": true, "Refund 999": false, "Pay 1000": false, "": false} {
		if f(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
	if !new(ear).about(nil, 0)("") {
		t.Error("without conditions it is about every text")
	}
}

// FuzzWords: a word that a text says is said, too, whatever is put behind it or
// before it on a line of its own, and however it is spaced.
func FuzzWords(f *testing.F) {
	f.Add("delete", "web-3", "please")
	f.Add("close account", "\u0336", "1")
	f.Add("aaaaaaab", "aaaaaaaaaaaaaaaaaaaaaaa", "a")
	f.Add("1", "1oooo", "\xff")
	f.Add("delete", strings.Repeat("delelelet", 6000), strings.Repeat("@", 30000)) // which take long where something is quadratic
	f.Fuzz(func(t *testing.T, word, text, before string) {
		if p := parse(word); len(word) > maxWord || len(p.words) == 0 || len(p.words) > maxPhrase {
			return
		}
		says := new(ear).about([]string{word}, 0)
		if !says(word) {
			t.Errorf("%q does not say itself", word)
		}
		if !says(before + "\n" + word + " " + text) {
			t.Errorf("%q is not heard in %q", word, before+"\n"+word+" "+text)
		}
		if n := Greatest(text); n < 0 || Greatest(text+"\n7 x") < min(7, n) {
			t.Errorf("Greatest(%q) = %g", text, n)
		}
	})
}

// TestOneEar: rules of one book hear each text as it is, whichever was heard before.
func TestOneEar(t *testing.T) {
	e := &ear{}
	first, second := e.about([]string{"delete"}, 0), e.about(nil, 1000)
	for range 2 {
		for text, want := range map[string][2]bool{"delete": {true, false}, "1000": {false, true}, "": {false, false}, "delete 1k": {true, true}} {
			if got := [2]bool{first(text), second(text)}; got != want {
				t.Errorf("%q: %v, want %v", text, got, want)
			}
		}
	}
}

// BenchmarkDemand is what the most rules cost for one request of some length.
func BenchmarkDemand(b *testing.B) {
	file := strings.ReplaceAll(manyRules(maxRules), "approvals", "words = [\"delete\", \"wipe\", \"remove\", \"erase\", \"close account\"]\nat_least = 1000000\napprovals")
	book, problems := Read("p.toml", []byte(file))
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	m := policy.Matter{Text: strings.Repeat("Please add a record for www.north.example to the zone and tell me when it is there. ", 12)}
	for b.Loop() {
		m.Text += " " // another ticket
		book.Rules.Demand(policy.DNSChange, m)
	}
}
