package reply

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
)

// charset finds the encoding of a label: of the encoding standard, or as mail
// programs and databases call one of its encodings; nil is UTF-8. UTF-7 isn't
// among them: it can spell one text for us and another for the writer's program.
func charset(label string) (encoding.Encoding, error) {
	label = strings.ToLower(strings.Trim(label, "\"' ;="))

	name := bare(label)
	switch {
	case spellsOtherwise(name):
		return nil, fmt.Errorf("character set %q can't be decoded", label)
	case name == "", name == "usascii", name == "ascii", name == "us", name == "iso646us", name == "unknown8bit":
		return nil, nil
	case strings.Contains(name, "utf8"), strings.HasSuffix(name, "65001"):
		return nil, nil
	}
	if e, err := htmlindex.Get(label); err == nil {
		return e, nil
	}
	if e := alias(name); e != nil {
		return e, nil
	}
	return nil, fmt.Errorf("character set %q is not known", label)
}

// bare gives the letters and digits of a label, on which spellings differ least.
func bare(label string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(label))
}

// spellsOtherwise reports a character set in which plain ASCII can spell other
// text: UTF-7, and the 7-bit forms of Chinese and Korean. We don't read them.
func spellsOtherwise(name string) bool {
	switch pageNumber(name) {
	case "65000", "52936", "50225", "50227", "50229":
		return true
	}
	return strings.Contains(name, "utf7") || strings.Contains(name, "imap") || strings.HasPrefix(name, "hz") ||
		strings.Contains(name, "2022") && !strings.Contains(name, "2022jp")
}

// numberOf cuts the number off the end of a name, which one of some heads begins.
func numberOf(name string, heads map[string]bool) string {
	head := strings.TrimRight(name, "0123456789")
	if !heads[head] {
		return ""
	}
	return name[len(head):]
}

// heads gives the beginnings of names, each with and without some before it.
func heads(before, names string) map[string]bool {
	out := map[string]bool{}
	for _, name := range strings.Split(names, ",") {
		out[name] = true
		for b := range strings.FieldsSeq(before) {
			out[b+name] = true
		}
	}
	return out
}

// What is written for a page's number, for ISO 8859 and for the Latin alphabets.
var (
	pageHeads  = heads("cs x", ",cp,codepage,ms,mswin,mscp,win,windows,windowscp,microsoftcp,ibm,dos")
	isoHeads   = heads("cs x", ",iso,isoir")
	latinHeads = heads("cs x iso", "latin")
)

// pageNumber gives the number of a page that a name says, of three to five digits.
func pageNumber(name string) string {
	n := strings.TrimLeft(numberOf(name, pageHeads), "0")
	if len(n) < 3 || len(n) > 5 {
		return ""
	}
	return n
}

// isoPart gives the part of ISO 8859 that a name says.
func isoPart(name string) string {
	part, ok := strings.CutPrefix(numberOf(name, isoHeads), "8859")
	if !ok || len(part) > 2 {
		return ""
	}
	return part
}

// latinPart gives the number of a Latin alphabet that a name says.
func latinPart(name string) string {
	if n := numberOf(name, latinHeads); len(n) <= 2 {
		return n
	}
	return ""
}

// alias finds an encoding by what others call it.
func alias(name string) encoding.Encoding {
	key, ok := aliases[name]
	if ok {
	} else if n := isoPart(name); n != "" {
		key = "iso-8859-" + n
	} else if n := latinPart(name); n != "" {
		key = "iso-8859-" + latinParts[n]
	} else if n := pageNumber(name); n != "" {
		if e := dosPages[n]; e != nil {
			return e
		}
		if key = pages[n]; key == "" {
			key = "windows-" + n
		}
	}
	e, err := htmlindex.Get(key)
	if err != nil {
		return nil
	}
	return e
}

var aliases = map[string]string{
	"shiftjis": "shift_jis", "sjis": "shift_jis", "shiftjisms": "shift_jis", "sjiswin": "shift_jis", "mskanji": "shift_jis", "windows31j": "shift_jis", "cswindows31j": "shift_jis",
	"eucjp": "euc-jp", "eucjpms": "euc-jp", "eucjpwin": "euc-jp", "ujis": "euc-jp",
	"iso2022jp": "iso-2022-jp", "csiso2022jp": "iso-2022-jp", "jis": "iso-2022-jp", "jisms": "iso-2022-jp", "iso2022jpms": "iso-2022-jp", "iso2022jp1": "iso-2022-jp", "iso2022jp2": "iso-2022-jp", "iso2022jp3": "iso-2022-jp", "iso2022jp2004": "iso-2022-jp",
	"gbk": "gbk", "gb2312": "gbk", "gb23121980": "gbk", "gb231280": "gbk", "euccn": "gbk", "xeuccn": "gbk", "gb18030": "gb18030", "gb180302000": "gb18030", "gb180302005": "gb18030", "gb180302022": "gb18030",
	"big5": "big5", "big5eten": "big5", "xbig5": "big5", "big5hkscs": "big5", "uhc": "euc-kr", "xuhc": "euc-kr", "euckr": "euc-kr", "xeuckr": "euc-kr", "ksx1001": "euc-kr", "ksc56011987": "euc-kr", "xksc5601": "euc-kr",
	"koi8": "koi8-r", "koi8r": "koi8-r", "koi8u": "koi8-u", "koi8ru": "koi8-u", "tis620": "windows-874", "thaitis620": "windows-874",
	"macroman": "macintosh", "applemacintosh": "macintosh", "macosroman": "macintosh", "maccyrillic": "x-mac-cyrillic", "xmaccyrillic": "x-mac-cyrillic",
}

// latinParts are the parts of ISO 8859 of the Latin alphabets; from ten on
// people mean the part itself.
var latinParts = map[string]string{"0": "15", "1": "1", "2": "2", "3": "3", "4": "4", "5": "9", "6": "10", "7": "13", "8": "14", "9": "15", "10": "16", "15": "15", "16": "16"}

// pages are the numbers of Microsoft and IBM for what is no page of Windows.
var pages = map[string]string{
	"819": "iso-8859-1", "866": "ibm866", "932": "shift_jis", "943": "shift_jis", "936": "gbk", "1386": "gbk", "949": "euc-kr", "970": "euc-kr", "1363": "euc-kr", "950": "big5",
	"10000": "macintosh", "10007": "x-mac-cyrillic", "20866": "koi8-r", "21866": "koi8-u", "20932": "euc-jp", "51932": "euc-jp", "51936": "gbk", "51949": "euc-kr", "54936": "gb18030",
	"50220": "iso-2022-jp", "50221": "iso-2022-jp", "50222": "iso-2022-jp",
	"28591": "iso-8859-1", "28592": "iso-8859-2", "28593": "iso-8859-3", "28594": "iso-8859-4", "28595": "iso-8859-5", "28596": "iso-8859-6", "28597": "iso-8859-7", "28598": "iso-8859-8",
	"28599": "iso-8859-9", "28603": "iso-8859-13", "28605": "iso-8859-15",
}

// dosPages are those of DOS, which the encoding standard leaves out.
var dosPages = map[string]encoding.Encoding{
	"437": charmap.CodePage437, "850": charmap.CodePage850, "852": charmap.CodePage852, "855": charmap.CodePage855,
	"858": charmap.CodePage858, "860": charmap.CodePage860, "862": charmap.CodePage862, "863": charmap.CodePage863, "865": charmap.CodePage865,
}

// replacement stands for what can't be decoded.
var replacement = []byte("\uFFFD")

// decoded turns the bytes of a text into UTF-8. Of a label that nobody knows, the
// text is a guess, for people to see: other, nil elsewhere, is it without the
// letters that are guessed, and doubtful says that not even words can be told.
func decoded(label string, text []byte) (out, other []byte, doubtful bool, err error) {
	e, err := charset(label)
	if err == nil && e != japanese.ISO2022JP && bytes.Contains(text, []byte("\x1b$")) {
		// Many programs read this as Japanese, whatever the label says: "YES" may
		// stand above a denial that looks like ASCII.
		out, _, doubtful, err := decoded("iso-2022-jp", text)
		return out, text, doubtful || !isASCII(text), err
	}
	switch {
	case err != nil && spellsOtherwise(bare(label)):
		return nil, nil, true, err
	case err != nil && isASCII(text) && controlsNothing(text):
		return text, nil, false, nil // which says the same in whatever was meant
	case err != nil:
		out = guess(text)
		return out, masked(out), unnamed(text, isASCII) || !controlsNothing(text), nil
	case (e == charmap.Windows1252 || e == charmap.ISO8859_15) && !isASCII(text) && utf8.Valid(text):
		// Nobody in Europe writes what is UTF-8 by chance: it got another label.
		// (In the East "Ні" of Ukrainian is.) A yes has to be one under both.
		other, err := e.NewDecoder().Bytes(text)
		return text, other, err != nil, nil
	case e != nil:
		out, err := io.ReadAll(io.LimitReader(e.NewDecoder().Reader(bytes.NewReader(text)), maxText*2))
		return out, nil, err != nil || bytes.Contains(out, replacement) && !bytes.Contains(text, replacement), nil
	}
	if utf8.Valid(text) {
		return text, nil, false, nil
	}
	return guess(text), text, unnamed(text, utf8.Valid), nil
}

// guess reads text in an unknown character set: as UTF-8 if it can be, else as
// what most old programs of Europe wrote.
func guess(text []byte) []byte {
	if utf8.Valid(text) {
		return text
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(text)
	if err != nil {
		return bytes.ToValidUTF8(text, replacement)
	}
	return out
}

// masked is a text with nothing but the ASCII of it.
func masked(text []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return utf8.RuneError
		}
		return r
	}, text)
}

func isASCII(text []byte) bool {
	return bytes.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// controlsNothing reports text without controls, which could switch to other
// characters.
func controlsNothing(text []byte) bool {
	return bytes.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' || r == 0x7F }) < 0
}

// unnamed reports that a text which isn't in the characters that its label says
// may say anything: a word of it that isn't known holds no letter of ASCII. The
// odd accent of an old program takes nothing from the words around it.
func unnamed(text []byte, known func([]byte) bool) bool {
	for word := range bytes.FieldsSeq(text) {
		if !known(word) && bytes.IndexFunc(word, func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }) < 0 {
			return true
		}
	}
	return false
}

// decodeWord turns an encoded word into text, and text of a header that is none
// and isn't UTF-8.
func decodeWord(label string, text []byte) (string, bool) {
	if label == "" && bytes.Contains(text, []byte("\x1b$")) {
		label = "iso-2022-jp"
	} else if label == "" {
		return string(guess(text)), true
	}
	e, err := charset(label)
	switch {
	case err != nil && spellsOtherwise(bare(label)):
		return "", false
	case err != nil:
		return string(guess(text)), false
	case e == nil:
		return string(bytes.ToValidUTF8(text, replacement)), true
	}
	out, err := e.NewDecoder().Bytes(text)
	return string(out), err == nil
}
