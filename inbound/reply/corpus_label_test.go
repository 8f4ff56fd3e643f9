package reply

import (
	"encoding/base64"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// labels are what programs call the encodings of the standard.
var labels = []struct{ means, text, names string }{
	{"shift_jis", "YES\n\n株式会社アリス 山田", "cp932 CP-932 windows-932 ms932 x-ms-cp932 ibm943 sjis-win Windows31J"},
	{"iso-2022-jp", "YES\n\n株式会社アリス 山田", "cp50220 CP50221 x-windows-50222 iso-2022-jp-ms ISO2022-JP-MS iso2022jp iso-2022-jp-1 JIS"},
	{"euc-jp", "YES\n\n株式会社アリス 山田", "eucJP-ms cp51932 eucjp ujis EUC_JP"},
	{"gbk", "YES\n\n北京公司 王", "cp936 GB-2312 MS936 windows-936 x-cp936 ibm1386 EUC-CN"},
	{"gb18030", "YES\n\n北京公司 王", "gb18030-2000 cp54936 GB-18030"},
	{"euc-kr", "YES\n\n주식회사 김", "cp949 MS949 x-windows-949 UHC ks_x_1001 EUC_KR cp51949"},
	{"big5", "YES\n\n台北公司 王", "cp950 ms950 windows-950 Big5-ETEN"},
	{"windows-1252", "Yes\n\nJosé Müller", "latin-1 LATIN_1 win-1252 windows1252 cp-1252 ISO8859_1 8859-1 iso-latin-1 windows-28591 microsoft-cp1252"},
	{"iso-8859-15", "Yes\n\nJosé Müller", "latin-9 latin-15 iso885915 cp28605"},
	{"windows-1251", "Yes\n\nИван Петров", "win-1251 WIN1251 windows1251 cp-1251 windows-cp1251 mswin-1251"},
	{"koi8-r", "Yes\n\nИван Петров", "koi8r koi8 cp20866"},
	{"iso-8859-2", "Yes\n\nŁukasz Dąbrowski", "latin-2 iso88592 cp28592"},
	{"windows-1254", "Yes\n\nÖzgür Şahin", "latin-5 win1254 iso88599"},
	{"ibm866", "Yes\n\nИван Петров", "cp-866 dos-866 x-ibm-866"},
	{"windows-874", "Yes\n\nสมชาย", "tis620 cp874 windows874 thai-tis-620"},
	{"utf-8", "Yes\n\nJosé", "3DUTF-8 3dutf8 x-utf-8 cp65001 unicode-utf8 utf-8-sig 'utf-8'"},
}

// labelCases are texts whose character set or transfer encoding is called
// otherwise than the standards do. Where the label is understood the text is
// certain; where nobody knows it, its ASCII is.
func labelCases() (out []corpusCase) {
	add := func(name, why, intent, own, header, body string) {
		out = append(out, corpusCase{name, answering + "MIME-Version: 1.0\nContent-Type: text/plain; " + header + "\n\n" + body + "\n", why, "reply", "", intent, own})
	}
	for _, c := range labels {
		for _, label := range strings.Fields(c.names)[:2] {
			text := c.text
			if e, err := htmlindex.Get(c.means); err == nil && c.means != "utf-8" {
				encoded, err := e.NewEncoder().String(text)
				if err != nil {
					panic(c.means)
				}
				text = encoded
			}
			add("label", label+" is a name of "+c.means, "yes", c.text, "charset="+label+"\nContent-Transfer-Encoding: base64", base64.StdEncoding.EncodeToString([]byte(text)))
		}
	}
	add("label", "the equals sign stayed quoted-printable", "yes", "Yes\n\nJosé", "charset=3D\"utf-8\"", "Yes\n\nJosé")
	for _, c := range [][4]string{
		{"plain ASCII is ASCII, whatever its label", "Yes\n\nAda", "Yes\n\nAda", "yes"},
		{"UTF-8 under a label of nobody", "Yes\n\nJosé", "Yes\n\nJosé", "yes"},
		{"other bytes", "Yes\n\nJos\xe9", "Yes\n\nJosé", "yes"},
		{"a no in ASCII", "I did not request this\n\nJos\xe9", "I did not request this\n\nJosé", "no"},
		{"the line that answers isn't certain", "S\xed", "Sí", "unclear"},
		{"nor as UTF-8", "Sí", "Sí", "unclear"},
		{"a no that isn't certain", "N\xe3o", "Não", "unclear"},
		{"words without any letter of ASCII", "OK\n\n\xed\xe5\xf2", "OK\n\níåò", "unclear"},
		{"an objection that a guess finds", "Yes\n\nMas n\xe3o hoje", "", "unclear"},
		{"something switches to other characters", "Yes\n\n\x1b$B3t<0\x1b(B", "", "unclear"},
	} {
		for _, label := range []string{"x-corporate", "cp737", "ISO-8859-99", "default"} {
			add("unknown-label", c[0], c[3], c[2], "charset="+label, c[1])
		}
	}
	html := func(why, intent, own, header, body string) {
		add("html-label", why, intent, own, header, body)
		out[len(out)-1].mail = strings.Replace(out[len(out)-1].mail, "text/plain", "text/html", 1)
	}
	html("cp932 in HTML", "yes", "YES\n山田", "charset=cp932", "<p>YES</p><p>\x8e\x52\x93\x63</p>")
	html("a guess of HTML", "yes", "Yes\nJosé", "charset=x-own", "<p>Yes</p><p>Jos\xe9</p>")
	html("an answer that isn't certain in HTML", "unclear", "Sí", "charset=x-own", "<p>S\xed</p>")
	for _, label := range []string{"utf-7", "utf7", "cp65000", "x-unicode-2-0-utf-7", "hz-gb-2312", "cp50225", "iso2022-kr"} {
		add("unread-label", "ASCII can spell other text under "+label, "unclear", "", "charset="+label, "Yes")
	}
	for _, e := range []string{"8bits", "8-bit", "7-bit", "7bits", "8 bit", "8BIT;", "\"8bit\"", "7bit (plain)", "8bit; charset=utf-8", "binary;", "none", "identity"} {
		add("encoding", e+" leaves the text as it is", "yes", "Yes, please.\n\nJosé", "charset=utf-8\nContent-Transfer-Encoding: "+e, "Yes, please.\n\nJosé")
	}
	for _, e := range []string{"quoted/printable", "quoted_printable", "QuotedPrintable", "quoted printable", "quoted-printable (x)", "quoted-printable;"} {
		add("encoding", e+" is quoted-printable", "yes", "Yes, please.\n\nJosé", "charset=utf-8\nContent-Transfer-Encoding: "+e, "Yes, please.\n\nJos=C3=A9")
	}
	add("encoding", "the text says yes only to who decodes it", "unclear", "Yes", "charset=utf-8\nContent-Transfer-Encoding: quoted/printable", "=59es")
	add("encoding", "the same in base64", "unclear", "Yes", "charset=utf-8\nContent-Transfer-Encoding: base-64", "WWVz")
	add("encoding", "an encoding that nobody knows", "unclear", "Yes", "charset=utf-8\nContent-Transfer-Encoding: x-own", "Yes")
	return out
}
