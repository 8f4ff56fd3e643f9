package clean

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// surfaces are the functions that make text fit, each with what may come out: a
// class of characters, and a pattern that must not be found.
var surfaces = []struct {
	name  string
	clean func(string) string
	may   func(rune) bool
	never string // a regular expression
	same  bool   // once more changes nothing
}{
	{"line", func(s string) string { return Line(s, 20) }, seenOn("", sparing), `^ |  | $|.{21}`, true},
	{"name", func(s string) string { return Name(s, 20) }, seenOn("", strict), `^ |  |.{21}`, false}, // a cut may leave a blank at the end
	{"terminal", Terminal, seenOn("\uFFFD", sparing), "[\u2028\u2029]", true},
	{"lines", Lines, seenOn("\n\uFFFD", sparing), "[\u2028\u2029]", true},
	{"printable", Printable, unicode.IsPrint, "", true},
	{"ascii", ASCII, ascii, "", true},
	{"quoted", func(s string) string { return Quoted(s, 20) }, ascii, `^"|"$|[^\\]"`, false},
	{"mail", Mail, seenOn("\n\u200C\u200D\uFFFD", strict), "[\u00A0\u2028\u2029\u034F\u115F\u1160\u3164\uFFA0]", true},
	{"mail-line", MailLine, seenOn("\u200C\u200D\uFFFD", strict), `^ |  | $`, true},
	{"header", Header, seenOn("\u200C\u200D\uFFFD", strict), `^ |  | $|=\?`, true},
	{"phrase", Phrase, seenOn("\u200C\u200D\uFFFD", strict), `^ |  | $|=\?|\\`, true},
	{"seen", Seen, seenOn("\n\t\uFFFD", strict), "[\u00A0\u2028\u2029\U000E0000-\U000E0FFF]", true},
	{"seen-line", SeenLine, seenOn("\uFFFD", strict), `^ |  | $`, true},
	{"csv", CSV, seenOn("\n\r\t\uFFFD\u2028\u2029", sparing), `^[=+@\t\r\n-]`, true},
}

// strict are the characters that nobody sees; sparing those alone that reorder.
var (
	strict  = []*unicode.RangeTable{unicode.Cc, unicode.Cf}
	sparing = []*unicode.RangeTable{unicode.Cc, unicode.Bidi_Control}
)

// seenOn are all characters but those of a class, and U+FFFD; and these.
func seenOn(these string, not []*unicode.RangeTable) func(rune) bool {
	return func(r rune) bool {
		return strings.ContainsRune(these, r) || !unicode.In(r, not...) && r != utf8.RuneError
	}
}

func ascii(r rune) bool { return r >= ' ' && r <= '~' }

// hostile are texts that have done harm somewhere.
var hostile = []string{
	"\x1b]0;title\x07\x1b[2J", "\u009b31mred", "Ada\u202eecnalaB", "\u2066Ada\u2069", "Ada\u200b Novak\u00ad", "zero\u200dwidth\u200cjoiner",
	"line\nbreak\r\nand\rmore\u2028and\u2029more\v\f\u0085", "\xff\xfe invalid \xc3", "nul\x00del\x7f", "=cmd|' /C calc'!A0", "@SUM(1)", "-1+1", "+1", "\t=1", "'=1",
	"=?utf-8?q?Ada?=", `back\slash "quoted"`, "tag\U000E0041\U000E0042", "\u3164filler\u115f", "\ufeffmark", " blanks   here ", strings.Repeat("long ", 20),
	"\u06a9\u062a\u0627\u0628\u200c\u0647\u0627", "\u061c\u200e\u200f", "", "plain", "=?=?=?", "\ufffd", strings.Repeat("a", 19) + " b",
}

// FuzzSurfaces: whatever goes in, what comes out is what the surface lets out,
// valid UTF-8, and where it says so nothing more is done to it by cleaning again.
// Invariant 14 rests on this.
func FuzzSurfaces(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	never := map[string]*regexp.Regexp{}
	for _, s := range surfaces {
		if s.never != "" {
			never[s.name] = regexp.MustCompile("(?s)" + s.never)
		}
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, s := range surfaces {
			out := s.clean(in)
			if !utf8.ValidString(out) {
				t.Errorf("%s(%q) = %q: not UTF-8", s.name, in, out)
			}
			for _, r := range out {
				if !s.may(r) {
					t.Errorf("%s(%q) = %q: %U came out", s.name, in, out, r)
				}
			}
			if n := never[s.name]; n != nil && n.MatchString(out) {
				t.Errorf("%s(%q) = %q, in which %q is found", s.name, in, out, n)
			}
			if twice := s.clean(out); s.same && twice != out {
				t.Errorf("%s(%q) = %q, but again = %q", s.name, in, out, twice)
			}
		}
		if valid := strings.ToValidUTF8(in, "\uFFFD"); Trick(in) < 0 && (Terminal(valid) != strings.NewReplacer("\n", " ", "\r", " ", "\t", " ", "\u2028", "\uFFFD", "\u2029", "\uFFFD").Replace(valid)) {
			t.Errorf("%q plays no tricks and Terminal gives %q", in, Terminal(in))
		}
		table(t, in)
		logged(t, in)
	})
}

// table: a cell comes through a file as it went in, but for what CSV takes out.
func table(t *testing.T, in string) {
	t.Helper()
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	if err := w.WriteAll([][]string{{"first", CSV(in)}}); err != nil {
		t.Fatal(err)
	}
	row, err := csv.NewReader(&file).Read()
	if err != nil {
		t.Fatalf("CSV(%q): %v", in, err)
	}
	want := strings.ReplaceAll(FromCSV(CSV(in)), "\r\n", "\n")
	if got := FromCSV(row[1]); got != want || Trick(in) < 0 && FromCSV(CSV(in)) != FromCSV(in) {
		t.Errorf("CSV(%q) is read as %q, want %q", in, got, want)
	}
}

// logged: a line of JSON says the same to a program and plays no tricks.
func logged(t *testing.T, in string) {
	t.Helper()
	line, err := json.Marshal(map[string]string{"why": in})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if n, err := JSON(&out).Write(line); n != len(line) || err != nil {
		t.Fatalf("Write = %d, %v", n, err)
	}
	var before, after map[string]string
	if err := json.Unmarshal(line, &before); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &after); err != nil || after["why"] != before["why"] {
		t.Errorf("%q is logged as %s, %v", in, out.Bytes(), err)
	}
	for _, r := range out.String() {
		if unicode.In(r, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp) || r == utf8.RuneError {
			t.Errorf("%q is logged as %q: %U came out", in, out.String(), r)
		}
	}
}

// TestExact holds what each surface makes of one text that has something of
// everything.
func TestExact(t *testing.T) {
	const in = " A\u202eda\u00a0 \x1b[1m\u200dNo\u00advak\u2028=?x?\\\r\nb\tc\x85\U000E0041 "
	for _, tt := range []struct{ name, got, want string }{
		{"line", Line(in, 100), "A da [1m\u200dNo\u00advak =?x?\\ b c \U000E0041"},
		{"line-cut", Line("Ada Novak", 5), "Ada …"},
		{"name", Name(in, 100), "A da [1m No vak =?x?\\ b c"},
		{"name-cut", Name("Ada Novak", 3), "Ada"},
		{"terminal", Terminal(in), " A\uFFFDda\u00a0 \uFFFD[1m\u200dNo\u00advak\uFFFD=?x?\\  b c\uFFFD\U000E0041 "},
		{"printable", Printable("A\u202ed\u00a0a\n"), "A?d?a?"},
		{"ascii", ASCII("v=spf1 \xff\u202e\x00"), "v=spf1 ???"},
		{"quoted", Quoted("\"a\"\x1b\u202eb", 6), `\"a\"\x1b\xe2\x80`},
		{"mail", Mail(in), " Ada  [1m\u200dNovak\n=?x?\\\nb c\uFFFD "},
		{"mail-line", MailLine(in), "Ada [1m\u200dNovak =?x?\\ b c\uFFFD"},
		{"header", Header(in), "Ada [1m\u200dNovak = ?x?\\ b c\uFFFD"},
		{"phrase", Phrase(in), "Ada [1m\u200dNovak = ?x?/ b c\uFFFD"},
		{"seen", Seen(in), " Ada  [1mNovak\n=?x?\\\nb\tc\uFFFD "},
		{"csv", CSV("=1\n\x1b"), "'=1\n\uFFFD"},
		{"from-csv", FromCSV("'=1"), "=1"},
		{"from-csv-name", FromCSV("'t Hooft"), "'t Hooft"},
		{"cut", Cut("naïve", 3), "na"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("%q, want %q", tt.got, tt.want)
			}
		})
	}
}
