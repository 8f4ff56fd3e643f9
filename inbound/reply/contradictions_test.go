package reply

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
)

// opposites are lists of which no language may have the same entry in both, and what
// each says of it.
var opposites = []struct {
	a, b      phrase.List
	is, other string
}{
	{words.Yes, words.No, "a yes", "a no"},
	{words.Yes, words.But, "a yes", "what takes the clearness from one"},
	{words.Yes, words.If, "a yes", "a condition"},
	{words.Yes, words.Doubt, "a yes", "a doubt"},
	{words.Yes, words.Ask, "a yes", "a question"},
	{words.Yes, words.Ack, "a yes", "an acknowledgement"},
	{words.Yes, words.Informed, "a yes", "thanks for being told"},
	{words.Yes, words.Polite, "a yes", "courtesy"},
	{words.Yes, words.Other, "a yes", "something else"},
	{words.No, words.Ack, "a no", "an acknowledgement"},
	{words.No, words.Informed, "a no", "thanks for being told"},
	{words.No, words.Polite, "a no", "courtesy"},
	{words.No, words.Other, "a no", "something else"},
	{words.No, words.Harmless, "a no", "harmless"},
	{words.But, words.Harmless, "what takes the clearness from a yes", "harmless"},
	{words.If, words.Harmless, "a condition", "harmless"},
	{words.Doubt, words.Harmless, "a doubt", "harmless"},
}

// agreedOn are entries that are both in one language, and which of them wins there.
var agreedOn = map[string]string{
	"es si but":          "sí without its accent answers, and if stands on later lines",
	"es si if":           "the same",
	"no stemmer det ask": "alone it is a yes, with more behind it a question",
	"de war ich ask":     "the same",
	"de waren wir ask":   "the same",
	"nl was ik ask":      "the same",
	"nl waren we ask":    "the same",
	"nl waren wij ask":   "the same",
	"da for harmless":    "the preposition, not før without its letter",
	"no for harmless":    "the same",
}

// farewells are conditions in a sentence, and say until when on a line of their own.
var farewells = strings.Split("es hasta mañana,es hasta manana,pt até amanhã,pt ate amanha,pl do jutra", ",")

// twoTongues are yes in one language and no in another: the contact's own decides.
var twoTongues = strings.Split("ne,no,nu,tak,da,si,nei,ei,jo,nee,nie,nana", ",")

// contradictions says where word files say opposite things of one line: an entry of
// two lists of one language, a yes of one language that is a no of another, and one
// that the patterns of any take for a denial.
func contradictions(x *phrase.Lexicon) (out []string) {
	in := map[phrase.List]map[string]phrase.Set{}
	of := func(l phrase.List) map[string]phrase.Set {
		if in[l] == nil {
			in[l] = map[string]phrase.Set{}
			x.Entries(l, func(entry []string, of phrase.Set) { in[l][strings.Join(entry, " ")] |= of })
		}
		return in[l]
	}
	short := map[phrase.List]string{words.No: "no", words.But: "but", words.If: "if", words.Ask: "ask", words.Harmless: "harmless"}
	for _, o := range opposites {
		for entry, a := range of(o.a) {
			for _, language := range x.Names(a & of(o.b)[entry]) {
				key := language + " " + entry
				if agreedOn[key+" "+short[o.b]] == "" && !(o.a == words.If && slices.Contains(farewells, key)) {
					out = append(out, fmt.Sprintf("%s: %q is %s and %s", language, entry, o.is, o.other))
				}
			}
		}
	}
	for entry, yes := range of(words.Yes) {
		if no := of(words.No)[entry]; no != 0 && !slices.Contains(twoTongues, entry) {
			out = append(out, fmt.Sprintf("%q is a yes in %v and a no in %v", entry, x.Names(yes), x.Names(no)))
		}
		if d := deny(x.Read(entry)); d.of != 0 {
			out = append(out, fmt.Sprintf("%q is a yes in %v and a denial in %v: %v", entry, x.Names(yes), x.Names(d.of), d.at))
		}
	}
	slices.Sort(out)
	return out
}

func TestContradictions(t *testing.T) {
	for _, c := range contradictions(lex()) {
		t.Error(c)
	}
}

// TestContradictionsAreSeen: each sort of them is told, in one file, in two of one
// language, and in two languages.
func TestContradictionsAreSeen(t *testing.T) {
	const lists = "@yes\n%s\n@no\nnope\n@not\nnot\n@mine\nmine\n!deny\n{not} {mine} $\n"
	yes := func(entries string) string { return fmt.Sprintf(lists, entries) }
	for _, tt := range []struct{ name, en, more, de, want string }{
		{"none", yes("fine\nsure"), "", yes("ja"), ""},
		{"yes-and-no", yes("fine\nnope"), "", "", `"nope" is a yes in [en] and a no in [en]; en: "nope" is a yes and a no`},
		{"in-another-file-of-the-language", yes("fine"), "@no\nfine\n", "", `"fine" is a yes in [en] and a no in [en]; en: "fine" is a yes and a no`},
		{"other-spelling", yes("Fine"), "@but\nFINE\n", "", `en: "fine" is a yes and what takes the clearness from one`},
		{"yes-and-if", yes("fine"), "@if\nfine\n", "", `en: "fine" is a yes and a condition`},
		{"yes-and-doubt", yes("fine"), "@doubt\nfine\n", "", `en: "fine" is a yes and a doubt`},
		{"yes-and-ask", yes("fine"), "@ask\nfine\n", "", `en: "fine" is a yes and a question`},
		{"yes-and-ack", yes("fine"), "@ack\nfine\n", "", `en: "fine" is a yes and an acknowledgement`},
		{"no-and-polite", yes("fine"), "@polite\nnope\n", "", `en: "nope" is a no and courtesy`},
		{"but-and-harmless", yes("fine"), "@but\nyet\n@harmless\nyet\n", "", `en: "yet" is what takes the clearness from a yes and harmless`},
		{"of-two-languages", yes("fine"), "", yes("nope"), `"nope" is a yes in [de] and a no in [en de]; de: "nope" is a yes and a no`},
		{"a-denial-of-its-own", yes("fine\nnot mine"), "", "", `"not mine" is a yes in [en] and a denial in [en]: [en.txt:11]`},
		{"a-denial-of-another", yes("fine"), "", "@yes\nnot mine\n@no\nnein\n", `"not mine" is a yes in [de] and a denial in [en]: [en.txt:10]`},
		{"beside-another-language", yes("fine"), "", "@but\nfine\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for name, text := range map[string]string{"en.txt": tt.en, "classes/en.txt": tt.more, "de.txt": tt.de} {
				files[name] = &fstest.MapFile{Data: []byte(text)}
			}
			x, err := words.Load(files)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(contradictions(x), "; "); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
