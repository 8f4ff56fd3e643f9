package phrase

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Lists of the tests' own.
const testNames = "yes polite"

// load builds a lexicon of files, each "language: text".
func load(t testing.TB, files ...string) *Lexicon {
	t.Helper()
	x, err := tryLoad(files...)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func tryLoad(files ...string) (*Lexicon, error) {
	var sources []Source
	for _, f := range files {
		language, text, _ := strings.Cut(f, ": ")
		sources = append(sources, Source{language, language + ".txt", strings.NewReader(text)})
	}
	return New(sources, strings.Fields(testNames)...)
}

// found gives the matches in a text, as "languages kind: words".
func found(x *Lexicon, text string) (out []string) {
	t := x.Read(text)
	t.Find(func(m Match) bool {
		var w []string
		for i := m.From; i < m.To; i++ {
			w = append(w, t.Word(i))
		}
		out = append(out, fmt.Sprintf("%s %s: %s", strings.Join(x.Names(m.Of), "+"), m.Kind, strings.Join(w, " ")))
		return false
	})
	return out
}

func TestWords(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"I did NOT", "i did not"},
		{"don't 'quoted' don’t don`t", "don't quoted don't don't"},
		{"e-mail a/b x.y", "e mail a b x y"},
		{"Straße STRASSE", "strasse strasse"},
		{"ＦＵＬＬ ｗｉｄｔｈ", "full width"},
		{"Zu\u0308rich Zürich", "zürich zürich"},
		{"好的，谢谢", "好 的 谢 谢"},
		{"はいOK", "は い ok"},
		{"요청 안", "요 청 안"},
		{"Άλφα ΣΑΣ σας", "αλφα σασ σασ"},
		{"أَهْلًا أهلاً اهلا", "اهلا اهلا اهلا"},
		{"ещё ещe", "еще ещe"},
		{"și şi", "şi şi"},
		{"👍🏽 ok ❤️ok", "👍 ok ❤ ok"},
		{"+5 a=b 1€", "5 a b 1"},
		{"\x00a\x07b", "a b"},
		{"דו\"ח דו״ח ג׳ז", "דוח דוח ג'ז"}, // an abbreviation's marks
		{"\"כן\" ה\"כן", "כן הכן"},
		{"...", ""},
		{"", ""},
	} {
		if got := strings.Join(Words(tt.text), " "); got != tt.want {
			t.Errorf("Words(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestBreaks(t *testing.T) {
	long := strings.Repeat("long ", 11)
	for _, tt := range []struct {
		text  string
		want  string // the break before each word but the first
		marks string // of each sentence: ? or .
	}{
		{"a b", "blank", "."},
		{"a, b: c; d (e) f - g", "part part part part part part", "."},
		{"a-b c -d", "blank blank part", "."},
		{"a. B! C? D", "sentence sentence sentence", "..?."},
		{"1.5 v2.x 10:30", "blank blank blank blank part", "."}, // a dot within a number ends nothing
		{"a\nB", "sentence", ".."},
		{"a\nb", "line", "."},
		{long + "\nb", strings.Repeat("blank ", 10) + "wrapped", "."},
		{"a,\nb", "part", "."},
		{"我。好、的？要", "sentence part sentence", ".?."},
		{"x? y", "sentence", "?."},
		{"http://a?b c", "part blank blank", "."}, // within an address of the web
		{"γιατί; όχι", "sentence", "?."},
		{"a; b", "part", "."},
		{"هل؟ لا", "sentence", "?."},
		{"ab？cd！ef", "sentence sentence", "?.."}, // full width, where no blank follows
		{"我！要", "sentence", ".."},
		{"no pedí ¿y tú", "blank part blank", "."},
		{"\"לא\" כן", "part", "."},
	} {
		x := split(tt.text)
		var breaks []string
		marks := ""
		for i := range x.words {
			if i > 0 {
				breaks = append(breaks, []string{"blank", "wrapped", "line", "part", "sentence"}[x.Before(i)])
			}
			if int(x.words[i].sentence) == len(marks) {
				marks += map[bool]string{true: "?", false: "."}[x.Asks(i)]
			}
		}
		if got := strings.Join(breaks, " "); got != tt.want || marks != tt.marks {
			t.Errorf("%q: breaks %s, sentences %s, want %s, %s", tt.text, got, marks, tt.want, tt.marks)
		}
	}
	if x := split("a"); x.Before(0) != Sentence || x.Before(1) != Sentence {
		t.Error("a text begins and ends with a sentence")
	}
}

// TestLowered: the table of letters says what reading each of them does.
func TestLowered(t *testing.T) {
	for r, bare := range lowered {
		f := folder{Text: &Text{}}
		if f.next(rune(r), string(rune(r))); bare != 0 && string(f.folded) != string(bare) {
			t.Errorf("%c: %q, want %q", r, string(bare), f.folded)
		}
	}
}

func TestLine(t *testing.T) {
	x := split("a b\n\n, c\nd")
	for i, want := range [][2]int{{0, 2}, {2, 2}, {2, 3}, {3, 4}, {4, 4}} {
		if from, to := x.Line(i); from != want[0] || to != want[1] {
			t.Errorf("line %d: [%d, %d), want %v", i, from, to, want)
		}
	}
}

// TestNames: what a colon, a quotation mark or a bracket precedes may be a name.
func TestNames(t *testing.T) {
	x := split("a, b: c d \"e\" f (g) h. I")
	got := ""
	for i := range x.Len() {
		if x.Names(i) {
			got += x.Word(i)
		}
	}
	if got != "cefgh" {
		t.Errorf("named: %q", got)
	}
}

func TestSentenceOf(t *testing.T) {
	x := split("a b, c. D e\nf g")
	for i, want := range [][2]int{{0, 3}, {0, 3}, {0, 3}, {3, 5}, {3, 5}, {5, 7}, {5, 7}} {
		if from, to := x.SentenceOf(i); from != want[0] || to != want[1] {
			t.Errorf("word %d: [%d, %d), want %v", i, from, to, want)
		}
	}
}

func TestLists(t *testing.T) {
	x := load(t, "en: @yes\n yes # a word\n# none\nof (course|) now\n@polite\nplease\nо'к", "de: @yes\nja\ngeht’s\nfür mich\nselbstverständlich", "*: @yes\nok")
	yes, polite := Own, Own+1
	for _, tt := range []struct {
		text string
		list List
		of   string
	}{
		{"yes", yes, "en"},
		{"YES", yes, "en"},
		{"of course now", yes, "en"},
		{"of now", yes, "en"},
		{"of course", yes, ""},
		{"yes now", yes, ""},
		{"ja", yes, "de"},
		{"ok", yes, "en de"},
		{"geht's", yes, "de"},
		{"gehts", yes, "de"},
		{"für mich", yes, "de"},
		{"fur mich", yes, "de"},
		{"fuer mich", yes, "de"},
		{"selbstverstaendlich", yes, "de"},
		{"please", polite, "en"},
		{"please", yes, ""},
		{"none", yes, ""},
		{"", yes, ""},
	} {
		if got := strings.Join(x.Names(x.Read(tt.text).Whole().In(tt.list)), " "); got != tt.of {
			t.Errorf("%q is in list %d of %q, want %q", tt.text, tt.list, got, tt.of)
		}
	}
	if got := x.Read("yes").Whole().InAny(yes, polite); got != x.Language("en") {
		t.Errorf("InAny = %b", got)
	}
	all := map[string]string{}
	x.Entries(yes, func(w []string, of Set) { all[strings.Join(w, " ")] = strings.Join(x.Names(of), " ") })
	want := map[string]string{"yes": "en", "of course now": "en", "of now": "en", "ja": "de", "geht's": "de", "gehts": "de", "für mich": "de", "fur mich": "de",
		"fuer mich": "de", "selbstverständlich": "de", "selbstverstandlich": "de", "selbstverstaendlich": "de", "ok": "en de"}
	if fmt.Sprint(all) != fmt.Sprint(want) {
		t.Errorf("Entries = %v, want %v", all, want)
	}
}

// TestWays: a line with parentheses is the entries for which it stands, whether
// they are kept one by one or as a graph, beside others that go the same ways.
func TestWays(t *testing.T) {
	entries := func(x *Lexicon) string {
		all := map[string]Set{}
		for _, l := range []List{Own, Own + 1} {
			x.Entries(l, func(w []string, of Set) { all[fmt.Sprint(l, " ", strings.Join(w, " "))] |= of })
		}
		return fmt.Sprint(all)
	}
	for _, lines := range [][]string{
		{"a (b|c|) (d|e f|) g"},
		{"(a|b|c|d|e)"},
		{"(a|b|) (c|d|) e", "a c e", "a c", "a c e f"},
		{"(a|b) (c|d) (e|)", "(a|c) (c|d) (f|)", "(b|) (c|d) (e|f|g)"},
		{"a(b|c|) (d|e|f)"},
		{"(b|c|d)e (f|)"},
		{"我(没有|从未|没)(请求|要求)过(这个|)", "我没有请求", "我从未(请求|要求|说)(过|)"},
		{"(für|à) (mich|l'été) (ça|œuf)"},
		{"x (|a|b) (|c|d)", "x"},
		{"(not|do not|don't) (touch|change|delete) (it|this|) (please|)"},
	} {
		var apart []string
		for _, line := range lines {
			if err := expand(line, func(one []byte) error { apart = append(apart, string(one)); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		other := "\n@polite\na c\nb d e\n我没有\ndo not touch it"
		got, want := entries(load(t, "en: @yes\n"+strings.Join(lines, "\n")+other, "de: @yes\na c")), entries(load(t, "en: @yes\n"+strings.Join(apart, "\n")+other, "de: @yes\na c"))
		if got != want {
			t.Errorf("%q: entries\n%s, want\n%s", lines, got, want)
		}
	}
}

// TestEach: what begins at a word comes with the longest first.
func TestEach(t *testing.T) {
	x := load(t, "en: @yes\na\na b\na b c")
	r := x.Read("a b c d")
	var sizes []int
	r.Each(0, func(n int, e Entry) bool { sizes = append(sizes, n); return n == 2 })
	if !slices.Equal(sizes, []int{3, 2}) {
		t.Errorf("Each gave %v, want 3, 2", sizes)
	}
	if !r.Has(Own, Every, 0, 1) || r.Has(Own, Every, 1, 4) || r.Has(Own, 0, 0, 4) {
		t.Error("Has looks at what lies within the words, and in the languages")
	}
}

func TestFind(t *testing.T) {
	lists := "@filler\nreally\nat all\n@lead\nhello\n@tail\nthanks\nfor now\n@reach\nwith\n@and\nand\n@stop\nbut\n@i\ni\nwe\n@not\ndid not\n@order\norder\norder in\n@this\nthis\nthis thing\n@that\nthat\n@if\nif\nin case\n"
	for _, tt := range []struct {
		name, pattern string
		hit, miss     []string
	}{
		{"one-behind-the-other", "{i} {not} {order}", []string{"I did not order", "We did not order", "so I did not order"}, []string{"I did order", "did not order", "I order did not", "I have did not order"}},
		{"fillers-between", "{i} {not} {order}", []string{"I really did not order", "I at all really did not order", "I really really really really did not order"}, []string{"I really really really really really did not order", "I gladly did not order"}},
		{"no-part-between", "{i} {not} {order}", []string{"Perhaps, I did not order, no"}, []string{"I, did not order", "I did not: order", "I did - not order", "I. Did not order", "I really, did not order"}},
		{"within-an-entry", "{i} {not}", nil, []string{"I did, not"}},
		{"within-the-first-entry", "{not} {order}", []string{"did, not order"}, nil}, // as Czech sets one into "popírám, že"
		{"across-lines", "{i} {not} {order}", []string{"I\ndid not order", "I did\nnot really\norder"}, []string{"I\nDid not order", "I did\n\nNot order"}},
		{"either", "{i} {not|this}", []string{"I did not", "we this"}, []string{"I order"}},
		{"may-be-missing", "{i} {not}? {order}", []string{"I order", "I did not order"}, []string{"I that order"}},
		{"several-missing", "{i} {not}? {this}? {order}", []string{"I order", "I this order", "I did not this order"}, []string{"I this did not order"}},
		{"words", "no {order}", []string{"No order"}, []string{"not order"}},
		{"one-of-some", "{i} (do|did|) not (order|want) $", []string{"I do not order", "I did not want", "I not want", "I really not order thanks"}, []string{"I do really not order", "I do not", "I did do not order"}},
		{"part-of-a-word", "{i} (dis|)own", []string{"I disown", "I own"}, []string{"I dis own"}},
		{"some-at-the-beginning", "(^^ so|now) {order}", []string{"so order", "but now order"}, []string{"but so order"}},
		{"words-touch", "so do {order}", []string{"so do order"}, []string{"so really do order"}},
		{"a-longer-entry", "{i} {order} {this}", []string{"I order in this", "I order this"}, nil},
		{"any-word", "{i} {*} {order}", []string{"I never order", "I really order"}, []string{"I order", "I may never order", "I but order", "I and order", "I, never order", "I if order"}},
		{"any-words", "{i} {*} {*} {order}", []string{"I in that order"}, []string{"I in case order"}},
		{"begins-part", "^ {not} {order}", []string{"did not order", "No, did not order", "so and did not order", "Hello did not order", "Hello really did not order"}, []string{"so did not order"}},
		{"begins-sentence", "^^ {not} {order}", []string{"did not order", "No. Did not order", "Hello did not order", "No\nDid not order"}, []string{"no, did not order", "so and did not order"}},
		{"ends-part", "{i} {order} $", []string{"I order", "I order, no", "I order. Yes", "I order thanks", "I order really thanks", "I order for now", "I order and more"},
			[]string{"I order more", "I order thanks more", "I order but more", "I order at once"}},
		{"reach", "{i} {order} $", []string{"I order with", "I order with one", "I order with 1 2 3 4 5 6 7 8", "I order with 1 2 and more", "I order thanks with one"},
			[]string{"I order with 1 2 3 4 5 6 7 8 9", "I order with 1 but 3"}},
		{"tails-are-few", "{i} {order} $", []string{"I order" + strings.Repeat(" thanks", 5)}, []string{"I order" + strings.Repeat(" thanks", 6)}},
		{"wrapped-line-ends-a-part", "{i} {order} $", []string{strings.Repeat("long ", 11) + "I order\nmore"}, nil},
		{"comma", "{i} , {not} {order}", []string{"I, did not order", "I did not order", "I, really did not order", "I - did not order"}, []string{"I. Did not order", "I did not, order", "I\nDid not order"}},
		{"comma-before-a-missing-one", "{i} , {this}? {order}", []string{"I, order", "I, this order"}, []string{"I this, order"}},
		{"group", "{g} {this}", []string{"I order this", "did not this", "order in this"}, []string{"I this"}},
		{"group-beside-a-list", "{i} {g|that} {this}", []string{"I that this", "I did not this"}, []string{"I this"}},
		{"group-missing", "{i} {g}? {this}", []string{"I this", "I did not this"}, nil},
		{"group-in-a-group", "{i} {outer}", []string{"I did not order", "I order in order", "I i order order"}, []string{"I order"}},
		{"words-across-a-group", "so {w}? much {i}", []string{"so very much I", "so much I"}, []string{"so very really much I"}},
		{"backs-up", "{i} {order} in {this}", []string{"I order in this"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := load(t, "en: "+lists+"=g\n{i} {order}\n{not}\norder in\n=outer\n{g} {order}\n=w\nvery\n!deny\n"+tt.pattern)
			for _, s := range tt.hit {
				if len(found(x, s)) == 0 {
					t.Errorf("%q is not found in %q", tt.pattern, s)
				}
			}
			for _, s := range tt.miss {
				if m := found(x, s); len(m) > 0 {
					t.Errorf("%q is found in %q: %q", tt.pattern, s, m)
				}
			}
		})
	}
}

// TestSlips: a word that is in no list stands for those that it may be when the
// fingers slip, but not for what differs in its ending or may be a word.
func TestSlips(t *testing.T) {
	x := load(t, "en: @i\ni\n@not\nnot\nnever\n@order\nordered\nrequested\nasked\nтребовал\nдобавил\n!deny\n{i} {not} {order}")
	for text, want := range map[string]bool{
		"I not ordered": true, "I not ordred": true, "I not orderd": true, "I not orderred": true, "I not ordeted": true, "I not reqeusted": true,
		"I not requested": true, "I not requsted": true, "I not requwested": true, "I not reuested": true, "I nto ordered": true, "I nit ordered": true,
		"I nvr ordered": false, "I not order": false, "I not orderes": false, "I not ordered2": false, "I not rdered": false, "I not kdered": false,
		"I not тербовал": true, "I not тревовал": false, "I not добавил": true, "I not доавил": false, "I not добвил": true,
		"I nto orderd": true,
	} {
		var got []string
		x.ReadSlips(text).Find(func(m Match) bool { got = append(got, m.Kind); return false })
		if (len(got) > 0) != want {
			t.Errorf("%q: found %q, want %v", text, got, want)
		}
		if len(got) > 0 && len(found(x, text)) > 0 != (text == "I not ordered" || text == "I not requested" || text == "I not добавил") {
			t.Errorf("%q is found as it was typed: %q", text, found(x, text))
		}
	}
	if r := x.ReadSlips("I nto " + strings.Repeat("ordered ", maxSlipText)); r.Slips(1, 2) {
		t.Error("a long text has slips")
	}
	if r := x.ReadSlips(strings.Repeat("nope ", maxSlips) + "nto"); r.Slips(maxSlips, maxSlips+1) {
		t.Error("all words of a text are tried")
	}
}

// TestFindOf: a pattern takes the entries of one language only, and one of a
// shared file those of each.
func TestFindOf(t *testing.T) {
	lists := "@i\n%s\n@not\nno\n!deny\n"
	x := load(t, "en: "+fmt.Sprintf(lists, "me")+"{i} {not}", "es: "+fmt.Sprintf(lists, "yo")+"{i} {not}", "*: @all\nall\n!order\n{i} {all}")
	for text, want := range map[string]string{
		"me no": "en deny: me no", "yo no": "es deny: yo no", "me all": "en order: me all", "yo all": "es order: yo all", "no all": "",
	} {
		if got := strings.Join(found(x, text), ", "); got != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
	m := Match{}
	x.Read("so me no more").Find(func(f Match) bool { m = f; return true })
	if m.At != "en.txt:6" || m.From != 1 || m.To != 3 {
		t.Errorf("Find gave %+v, want words [1, 3) by en.txt:6", m)
	}
}

// TestFindOnce: from one entry on a pattern is found once with every end that it can
// have.
func TestFindOnce(t *testing.T) {
	x := load(t, "en: @filler\nso\n@a\na\na so\n@b\nb\nso b\n!one\n{a} {b}\n{a} so {b}\n!two\n{a}\n{a} {b} $")
	got := found(x, "a so b")
	slices.Sort(got)
	want := []string{"en one: a so b", "en one: a so b", "en one: a so b", "en two: a", "en two: a so", "en two: a so b", "en two: a so b"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	n := 0
	if all := x.Read("a b a b").Find(func(Match) bool { n++; return true }); n != 1 || !all {
		t.Errorf("%d matches after the first was enough, all %v", n, all)
	}
}

// TestBad: a file with a fault is refused, and the error says where it is.
func TestBad(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"no-word", "@yes\nyes\n...", `en.txt:3: "..." has no word`},
		{"no-word-on-one-way", "@yes\n(a|b|) (c|d|)", `en.txt:2: one of its entries has no word`},
		{"parentheses", "@yes\na (b", `en.txt:2: "a (b": parentheses don't pair`},
		{"nested", "@yes\na (b (c) d)", `en.txt:2: "a (b (c) d)": parentheses don't pair, or stand in others`},
		{"too-many", "@yes\n" + strings.Repeat("(a|b)", 9), `stands for more than 400 lines`},
		{"brace", "@yes\nyes\n!deny\n{yes", `en.txt:4: "{yes": a brace does not pair`},
		{"brace-in-a-group", "!deny\n{g}\n=g\n{yes", `en.txt:4: "{yes": a brace does not pair`},
		{"empty-brace", "!deny\n{}", `en.txt:2: "{}": a brace does not pair`},
		{"no-name", "@yes\nyes\n!deny\n{yes|}", `en.txt:4: {yes|}: a list has no name`},
		{"no-entries", "@yes\nyes\n!deny\n\n{yes} {no}", `en.txt:5: {no} has no entries`},
		{"empty-pattern", "@yes\nyes\n!deny\n{yes}?", `en.txt:4: a pattern that may be empty`},
		{"only-marks", "!deny\n^ $", `en.txt:2: a pattern that may be empty`},
		{"any-word-first", "!deny\n{*} a", `en.txt:2: a pattern that may be empty, or begin with any word`},
		{"words-of-marks", "!deny\na {b} ...\n@b\nb", `en.txt:2: "..." has no word`},
		{"group-in-itself", "!deny\n{g}\n=g\na {g}", `en.txt:2: {g}: groups stand in one another`},
		{"too-many-patterns", "@a\na\n=b\n" + strings.Repeat("{a} ", 20) + "\n=c\n" + strings.Repeat("{b} ", 20) + "\n=d\n" + strings.Repeat("{c} ", 20) + "\n!deny\n{d}", `en.txt:10: it stands for too many patterns`},
		{"begins-behind", "@a\na\n!deny\n{a} ^ {a}", `en.txt:4: ^ stands behind the beginning`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := tryLoad("en: " + tt.file); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New = %v, want %s", err, tt.want)
			}
		})
	}
	// A list that another language has is none of its own.
	if _, err := tryLoad("en: @a\na", "de: @b\nb\n!deny\n{a} {b}"); err == nil || !strings.Contains(err.Error(), "de.txt:4: {a} has no entries") {
		t.Errorf("New = %v", err)
	}
	if _, err := New([]Source{{"en", "en.txt", failing{}}}); err == nil || !strings.Contains(err.Error(), "en.txt: disk") {
		t.Errorf("New = %v", err)
	}
	var many []string
	for i := range 61 {
		many = append(many, fmt.Sprintf("l%d: @yes\ny", i))
	}
	if _, err := tryLoad(many...); err == nil {
		t.Error("61 languages have no room in a set")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fmt.Errorf("disk") }

// costly is a file whose patterns take as many ways as may be: every word is a
// filler and in every slot, alone and with others.
func costly() string {
	var w strings.Builder
	for _, l := range []string{"filler", "lead", "tail", "reach", "a", "b", "c"} {
		fmt.Fprintf(&w, "@%s\nx\nx x\nx x x\nx x x x\n", l)
	}
	w.WriteString("!deny\n{a} {b} {c} {a} {b} {c} {a} {b} {c} y\n^^ {a} {b}? {c}? {a}? {b}? {c}? {a}? y $\n@y\ny\n")
	return w.String()
}

// TestBounded: a text that is made to take long is given up, and the caller is
// told; one of a length that people write is not.
func TestBounded(t *testing.T) {
	x := load(t, "en: "+costly(), "de: "+costly())
	for _, tt := range []struct {
		name, text string
		all        bool
	}{
		{"short", strings.Repeat("x ", 6) + "y", true},
		{"long", strings.Repeat("x ", 100_000), false},
		{"other-words", strings.Repeat("z ", 1<<20), true},
		{"one-word", strings.Repeat("x", 2<<20), true},
		{"commas", strings.Repeat("x, ", 100_000), true},
		{"sentences", strings.Repeat("x. ", 100_000), true},
	} {
		start := time.Now()
		n := 0
		all := x.Read(tt.text).Find(func(Match) bool { n++; return false })
		if took := time.Since(start); all != tt.all || took > 20*time.Second {
			t.Errorf("%s: all %v after %s and %d matches, want %v", tt.name, all, took, n, tt.all)
		}
	}
}

// FuzzFind: whatever a text holds, a match lies within it and, behind its first
// entry, within one part of a sentence, begins and ends as its pattern says, and is found again.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"I did not order this", "I, really\ndid not order. With", "no order and thanks", "did, not x order", "x? y", "\x00\xff\u202eI did not", "好的，我没有", "I did not order with 1 2 3", "0\xf2\u037a"} {
		f.Add(s)
	}
	x := load(f, "en: @filler\nreally\n@lead\nhello\n@tail\nthanks\n@reach\nwith\n@and\nand\n@stop\nbut\n@i\ni\n我\n@not\ndid not\n没 有\n@order\norder\norder in\n!deny\n{i} {not} {order}? $\n^ {not} {*} {order}\n!sentence\n^^ {order} {not}?")
	f.Fuzz(func(t *testing.T, s string) {
		r := x.Read(s)
		for i := range r.words {
			if w := r.words[i]; w.from >= w.to || int(w.to) > len(r.folded) || int(w.sentence) >= len(r.asks) || i > 0 && w.from < r.words[i-1].to {
				t.Fatalf("%q: word %d is %+v", s, i, w)
			}
		}
		r.Find(func(m Match) bool {
			if m.From < 0 || m.From >= m.To || m.To > r.Len() {
				t.Fatalf("%q: %+v", s, m)
			}
			first := 0
			r.Each(m.From, func(n int, _ Entry) bool { first = n; return true })
			for i := m.From + first; i < m.To; i++ {
				if r.Before(i) >= Part {
					t.Errorf("%q: %+v goes over the end of a part at %d", s, m, i)
				}
			}
			if m.Kind == "sentence" && r.Before(m.From) < Sentence && !r.Has(Lead, m.Of, 0, m.From) && !r.Has(Filler, m.Of, 0, m.From) {
				t.Errorf("%q: %+v begins no sentence", s, m)
			}
			return false
		})
		again := strings.Join(Words(strings.Join(Words(s), " ")), " ")
		if once := strings.Join(Words(s), " "); again != once {
			t.Errorf("%q: %q, and again %q", s, once, again)
		}
	})
}
