package rulebook

import (
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Greatest gives the greatest number that somebody may read in a text, 0 where
// there is none: "1.000" is a thousand, "10k" ten thousand, "10 x 100" a thousand. Signs,
// units and what a number counts play no part. Written in words, numbers are read in English; in
// other languages a thousand is as many as it can be.
func Greatest(text string) (most float64) {
	t := []rune(digits(text))
	last, over := 0.0, 0 // the number before, and where it ended
	for i := 0; i < len(t); {
		var n float64
		from := i
		switch {
		case digit(t[i]):
			n, i = number(t, i)
		case numeral(t[i]):
			n, i = numerals(t, i)
		case unicode.IsLetter(t[i]):
			n, i = spelled(t, i)
		default:
			i++
		}
		if n > 0 {
			last, over = reckoned(last, t[over:from], n), i
			most = max(most, last, n)
		}
	}
	return most
}

// reckoned is what two numbers come to by what stands between them, the second where
// that is nothing to reckon by.
func reckoned(a float64, between []rune, b float64) float64 {
	const longest = 12
	if len(between) > longest {
		return b
	}
	switch strings.TrimSpace(string(between)) {
	case "x", "х", "×", "*", "✕", "✖", "times", "mal", "à", "@":
		return a * b
	case "+", "plus":
		return a + b
	}
	return b
}

// digits gives a text in lower case in which digits of every script are those of
// ASCII, powers are written with ^, and letters that stand for digits within a
// number are digits.
func digits(text string) string {
	var raised strings.Builder
	was := ' '
	for _, r := range strings.ToValidUTF8(text, " ") {
		if up := strings.ContainsRune("⁰¹²³⁴⁵⁶⁷⁸⁹", r); up && !strings.ContainsRune("⁰¹²³⁴⁵⁶⁷⁸⁹", was) {
			raised.WriteByte('^')
		}
		raised.WriteRune(r)
		was = r
	}
	t := []rune(strings.Map(func(r rune) rune {
		switch {
		case r >= utf8Self && unicode.Is(unicode.Nd, r):
			return '0' + value(r)
		case r >= utf8Self && !unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S, unicode.Z):
			return -1 // has no width, or is a mark on another
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(raised.String())))
	for i := 1; i < len(t); {
		to := i
		for to < len(t) && strings.ContainsRune("oоοli|", t[to]) {
			to++
		}
		inside := digit(t[i-1]) || groups(t[i-1]) && i > 1 && digit(t[i-2])
		if inside && ends(t, to) {
			for k := i; k < to; k++ {
				t[k] = map[bool]rune{true: '1', false: '0'}[strings.ContainsRune("li|", t[k])]
			}
		}
		i = max(to, i+1)
	}
	return string(t)
}

// ends reports whether a number ends before i, perhaps with a short form such as k.
func ends(t []rune, i int) bool {
	const longest = 6
	word, _ := wordAt(t[:min(len(t), i+longest)], i)
	return word == "" || short[word] > 0
}

const utf8Self = 0x80

// value is what a decimal digit of another script counts: they stand in tens.
func value(r rune) rune {
	for _, s := range unicode.Nd.R16 {
		if r >= rune(s.Lo) && r <= rune(s.Hi) {
			return (r - rune(s.Lo)) % 10
		}
	}
	for _, s := range unicode.Nd.R32 {
		if r >= rune(s.Lo) && r <= rune(s.Hi) {
			return (r - rune(s.Lo)) % 10
		}
	}
	return 0
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

// groups reports whether a character may stand between groups of digits.
func groups(r rune) bool { return strings.ContainsRune(" .,'’‘´`_·٬٫،\n\t", r) }

// number reads the digits from i on, with what groups them, and gives the greatest
// number in them and where they end.
func number(t []rune, i int) (most float64, end int) {
	all := [][]rune{nil}
	before := []rune{' '} // what stands before each group
	for end = i; end < len(t); end++ {
		switch {
		case digit(t[end]):
			all[len(all)-1] = append(all[len(all)-1], t[end])
			continue
		case groups(t[end]) && end+1 < len(t) && digit(t[end+1]):
			all, before = append(all, nil), append(before, t[end])
			continue
		}
		break
	}
	by, to := times(t, end)
	for s := range all {
		if before[s] == ',' && len(all[s]) < 3 || !strings.ContainsRune(" \n\t,", before[s]) {
			continue // no number begins behind a decimal point
		}
		for _, n := range readings(all[s:]) {
			v := n.value
			if s+n.groups == len(all) { // what stands behind it makes it larger
				v = max(v, by(v))
			}
			most = max(most, v)
		}
	}
	return most, to
}

// reading is one way to read the first groups of digits.
type reading struct {
	value  float64
	groups int
}

// mostGroups bounds how many groups one number has.
const mostGroups = 12

// readings are the ways to read the first groups as one number: by itself, with
// groups of two to four digits behind it, single digits one by one, and each with
// what is behind a decimal point.
func readings(g [][]rune) (out []reading) {
	v := plain(g[0])
	out = append(out, reading{v, 1})
	if len(g) > 1 {
		out = append(out, reading{v + fraction(g[1]), 2})
	}
	for _, size := range []int{3, 4, 2} {
		if v == 0 || len(g[0]) > size && size > 2 || len(g[0]) > 3 { // 0.005 is no 5
			continue
		}
		whole := v
		for n := 1; n < len(g) && n < mostGroups; n++ {
			if len(g[n]) != size && !(size == 2 && len(g[n]) == 3) {
				break
			}
			whole = whole*math.Pow10(len(g[n])) + plain(g[n])
			if size == 2 && len(g[n]) == 2 {
				continue // groups of two end by one of three
			}
			out = append(out, reading{whole, n + 1})
			if n+1 < len(g) {
				out = append(out, reading{whole + fraction(g[n+1]), n + 2})
			}
			if size == 2 {
				break
			}
		}
	}
	one := 0
	for one < len(g) && one < 3*mostGroups && len(g[one]) == 1 {
		one++
	}
	if whole := 0.0; one > 2 {
		for _, d := range g[:one] {
			whole = whole*10 + plain(d)
		}
		out = append(out, reading{whole, one})
	}
	return out
}

// plain is the number that digits write.
func plain(d []rune) (v float64) {
	for _, r := range d {
		v = v*10 + float64(r-'0')
	}
	return v
}

// fraction is what digits behind a decimal point count.
func fraction(d []rune) float64 {
	v := 0.0
	for i := min(len(d), 20) - 1; i >= 0; i-- {
		v = (v + float64(d[i]-'0')) / 10
	}
	return v
}
