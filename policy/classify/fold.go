package classify

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"countersign/internal/phrase"
)

// ends gives the beginning and the end of a text that is too long.
func ends(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most*3/4], "") + "\n" + strings.ToValidUTF8(s[len(s)-most/4:], "")
}

// folded gives a text without what changes no meaning: accents, compatibility
// forms, letters of other scripts that look like Latin ones in a Latin text,
// digits for letters within a word, and words written one letter at a time.
func folded(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		s = phrase.Bare(latin(norm.NFKC.String(s)))
	}
	return together(plainDigits(s))
}

// looks are letters that look like Latin ones.
var looks = map[rune]rune{
	'а': 'a', 'в': 'b', 'е': 'e', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'с': 'c', 'т': 't', 'у': 'y', 'х': 'x',
	'і': 'i', 'ј': 'j', 'ѕ': 's', 'һ': 'h', 'ԁ': 'd', 'ԛ': 'q', 'ԝ': 'w', 'ѵ': 'v', 'ӏ': 'l', 'ɡ': 'g', 'ո': 'n', 'ս': 'u', 'օ': 'o',
	'α': 'a', 'β': 'b', 'ε': 'e', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x', 'η': 'n', 'ɑ': 'a', 'ı': 'i',
}

// Fold gives a text as single words are looked for in it: in lower case, without
// accents and compatibility forms, and with Latin letters for whatever looks like
// them, in a text of any script. So both sides of a comparison are folded.
func Fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if as, ok := looks[r]; ok {
			return as
		}
		return shape(r)
	}, strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(s, "\uFFFD"))))
	return phrase.Bare(s)
}

// shapes are more letters that look like Latin ones, each row in the order of the
// other. No text that is read by a model is full of them.
var shapes = func() map[rune]rune {
	out := map[rune]rune{}
	for _, row := range [][2]string{
		{"ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"}, // small capitals
		{"ɐǝəɟɥɯɹʇʌʍʎ", "aeefhmrtvwy"},                           // turned
		{"đħŧƀɇɉɍɏƶðþœ", "dhtbejryzdpo"},                         // with a stroke, or old
		{"гпьωցհɩ", "rnbwghi"},
		{"ꭰꭱꭲꭺꭻꭼꮃꮇꮋꮓꮞꮢꮪꮯꮲꮶꮷꮩꮜꮖ", "dtiaghwmhzzrscpkdvui"}, // Cherokee
		{"ꓐꓑꓒꓓꓔꓕꓖꓗꓙꓚꓜꓝꓞꓟꓠꓡꓢꓣꓥꓦꓧꓨꓩꓪꓫꓬꓮꓯꓰꓱꓲꓳꓴꓵ", "bppdttgkjczffmnlsrvvhgjwxyaaeeioun"}, // Lisu
	} {
		to := []rune(row[1])
		for i, r := range []rune(row[0]) {
			out[r] = to[i]
		}
	}
	return out
}()

// shape gives the letter that r looks like, nothing for one that is not drawn.
func shape(r rune) rune {
	switch {
	case r >= 0x1F1E6 && r <= 0x1F1FF: // of flags
		return 'a' + r - 0x1F1E6
	case r >= 0x1F150 && r <= 0x1F169: // in a black circle
		return 'a' + r - 0x1F150
	case r >= 0x1F170 && r <= 0x1F189: // in a black square
		return 'a' + r - 0x1F170
	case r == 0x115F || r == 0x1160: // fill a place, and are drawn as nothing
		return -1
	}
	if as, ok := shapes[r]; ok {
		return as
	}
	return r
}

// latin writes look-alikes in Latin letters, but in a text that is in another
// script but for a few names.
func latin(s string) string {
	l, other := 0, 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Latin, r):
			l++
		case unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian):
			other++
		}
	}
	if other == 0 || other > 4*l {
		return s
	}
	return strings.Map(func(r rune) rune {
		if as, ok := looks[unicode.ToLower(r)]; ok {
			return as
		}
		return r
	}, s)
}

// signs are written for letters, as in "p4ssw0rd".
var signs = [256]byte{'0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '$': 's'}

// plainDigits undoes single signs between two letters.
func plainDigits(s string) string {
	var out []byte
	for i := 1; i+1 < len(s); i++ {
		if as := signs[s[i]]; as != 0 && letter(s[i-1]) {
			j := i + 1
			for j < len(s) && s[j] == s[i] {
				j++
			}
			if j == len(s) || !letter(s[j]) || j-i > 2 {
				continue
			}
			if out == nil {
				out = []byte(s)
			}
			for ; i < j; i++ {
				out[i] = as
			}
		}
	}
	if out == nil {
		return s
	}
	return string(out)
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// together joins four single letters or more with the same mark between them.
func together(s string) string {
	const least = 4
	var out strings.Builder
	done := 0
	for i := 0; i+2*least-1 <= len(s); i++ {
		if !letter(s[i]) || i > 0 && (letter(s[i-1]) || s[i-1] >= utf8.RuneSelf) || !strings.ContainsRune(" .-_*", rune(s[i+1])) {
			continue
		}
		j, n := i, 1
		for j+2 < len(s) && s[j+1] == s[i+1] && letter(s[j+2]) {
			j, n = j+2, n+1
		}
		if n < least || j+1 < len(s) && letter(s[j+1]) {
			continue
		}
		out.WriteString(s[done:i])
		for k := i; k <= j; k += 2 {
			out.WriteByte(s[k])
		}
		done, i = j+1, j
	}
	if done == 0 {
		return s
	}
	return out.String() + s[done:]
}
