package reply

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"

	"countersign/internal/rawmail"
)

// TestLabels: every name of an encoding finds it.
func TestLabels(t *testing.T) {
	for _, l := range labels {
		for name := range strings.FieldsSeq(l.names) {
			e, err := charset(name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got := "utf-8"
			if e != nil {
				got, _ = htmlindex.Name(e)
			}
			if want, _ := htmlindex.Get(l.means); got != l.means && e != want {
				t.Errorf("%s is read as %s, want %s", name, got, l.means)
			}
		}
	}
	for _, name := range []string{"x-corporate", "cp737", "windows-1259", "iso-8859-99", "latin-11", "ebcdic-us"} {
		if e, err := charset(name); err == nil || spellsOtherwise(bare(name)) {
			t.Errorf("%s is read as %v, or never", name, e)
		}
	}
	for _, name := range []string{"utf-7", "x-imap4-modified-utf7", "hz-gb-2312", "iso-2022-kr", "cp50229", "windows-65000"} {
		if e, err := charset(name); err == nil || !spellsOtherwise(bare(name)) {
			t.Errorf("%s is read as %v, or guessed", name, e)
		}
	}
}

// TestSubject reads Subjects word by word: what people see, and what every
// program reads so.
func TestSubject(t *testing.T) {
	const all = "Re: [T-1042-7KQ3MX] Müller"
	for _, c := range []struct{ name, value, shown, sure string }{
		{"plain", "Re: [T-1042-7KQ3MX] memory", "Re: [T-1042-7KQ3MX] memory", "="},
		{"base64", "=?utf-8?B?UmU6IFtULTEwNDItN0tRM01YXSBNw7xsbGVy?=", all, "="},
		{"folded-inside", "=?utf-8?B?UmU6IFtULTEwNDIt\r\n N0tRM01YXSBNw7xsbGVy?=", all, "="},
		{"folded-inside-by-tab", "=?UTF-8?b?UmU6IFtULTEwNDIt\r\n\tN0tRM01Y\r\n XSBNw7xsbGVy?=", all, "="},
		{"no-padding", "=?utf-8?B?UmU6IFtULTEwNDItN0tRM01YXSBNw7xsbGVyIQ?=", all + "!", "="},
		{"too-much-padding", "=?utf-8?B?UmU6IFtULTEwNDItN0tRM01YXSBNw7xsbGVyIQ====?=", all + "!", "="},
		{"padding-inside", "=?utf-8?B?UmU6IA==W1QtMTA0Mi03S1EzTVhdIE3DvGxsZXI=?=", all, "="},
		{"a-character-cut-apart", "=?utf-8?B?UmU6IFtULTEwNDItN0tRM01YXSBNww==?=\r\n =?utf-8?B?vGxsZXI=?=", all, "="},
		{"neighbours", "=?utf-8?Q?Re:_?= =?iso-8859-1?Q?[T-1042-7KQ3MX]_M=FCller?=", all, "="},
		{"neighbours-within-a-word", "=?utf-8?Q?Re:_[T-1042-7KQ3MX]_M?= \t=?iso-8859-1?Q?=FCller?=", all, "="},
		{"no-blank-between", "=?utf-8?Q?Re:_?==?utf-8?Q?[T-1042-7KQ3MX]_M=C3=BCller?=", all, "="},
		{"beside-text", "Re:=?utf-8?Q?_[T-1042-7KQ3MX]?= M=?utf-8?Q?=C3=BC?=ller", "Re: [T-1042-7KQ3MX] Müller", "="},
		{"cp932", "=?cp932?B?UmU6IFtULTEwNDItN0tRM01YXSCOUpNj?=", "Re: [T-1042-7KQ3MX] 山田", "="},
		{"ms949", "=?MS949?Q?Re:_[T-1042-7KQ3MX]_=B1=E8?=", "Re: [T-1042-7KQ3MX] 김", "="},
		{"iso-2022-jp-ms", "Re: [T-1042-7KQ3MX] =?iso-2022-jp-ms?B?GyRCOzNFRBsoQg==?=", "Re: [T-1042-7KQ3MX] 山田", "="},
		{"a-language", "=?iso-8859-1*de?Q?Re:_[T-1042-7KQ3MX]_M=FCller?=", all, "="},
		{"blanks-inside-q", "=?utf-8?Q?Re: [T-1042-7KQ3MX] M=C3=BCller?=", all, "="},
		{"an-unknown-word-beside-good-ones", "=?utf-8?Q?Re:_[T-1042-7KQ3MX]_?= =?x-own?Q?M=FCller?= =?utf-8?Q?_GmbH?=", "Re: [T-1042-7KQ3MX] Müller GmbH", "Re: [T-1042-7KQ3MX] GmbH"},
		{"an-unknown-word-behind-text", "Re: [T-1042-7KQ3MX] =?x-own?B?TfxsbGVy?=", "Re: [T-1042-7KQ3MX] Müller", "Re: [T-1042-7KQ3MX]"},
		{"a-reference-in-an-unknown-word", "Re: =?x-own?Q?[T-1042-7KQ3MX]_M=FCller?=", all, "Re:"},
		{"a-reference-in-utf-7", "Re: =?utf-7?Q?[T-1042-7KQ3MX]?=", "Re: =?utf-7?Q?[T-1042-7KQ3MX]?=", "Re:"},
		{"junk-in-base64", "=?utf-8?Q?Re:_?= =?utf-8?B?W1QtMTA0Mi03S1EzTVhd*?=", "Re: [T-1042-7KQ3MX]", ""},
		{"a-good-word-behind-junk", "=?utf-8?B?W1QtMTA0Mi03S1EzTVhd*?= =?utf-8?B?IE3DvGxsZXI=?=", "[T-1042-7KQ3MX] Müller", ""},
		{"no-escape", "Re: =?utf-8?Q?[T-1042-7KQ3MX]_100=?=", "Re: [T-1042-7KQ3MX] 100=", "Re:"},
		{"latin-bytes", "Re: [T-1042-7KQ3MX] M\xfcller", all, "="},
		{"utf-8-bytes", all, all, "="},
		{"japanese-without-a-word", "Re: [T-1042-7KQ3MX] \x1b$B;3ED\x1b(B", "Re: [T-1042-7KQ3MX] 山田", "="},
		{"not-a-word", "=?utf-8?B? =?x?= =?utf-8?X?a?= =?", "=?utf-8?B? =?x?= =?utf-8?X?a?= =?", "="},
		{"does-not-end", "=?utf-8?Q?a =?utf-8?Q?_b?=", "=?utf-8?Q?a b", "="},
	} {
		raw := "From: Ada <ada@customer.example>\r\nSubject: " + c.value + "\r\nIn-Reply-To: <n1@desk.example>\r\n\r\nYes\r\n"
		m, bad := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
		if len(bad) > 0 {
			t.Fatal(c.name, bad)
		}
		if c.sure == "=" {
			c.sure = c.shown
		}
		if r := Read(m, corpusOwn); r.Subject != c.shown || r.Sure != c.sure {
			t.Errorf("%s: %q, sure %q\nwant %q, sure %q", c.name, r.Subject, r.Sure, c.shown, c.sure)
		}
	}
}
