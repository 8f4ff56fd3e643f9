package token

import (
	"bytes"
	"regexp"
	"slices"
)

// Bounds of reading what others wrote. A token is never spread over more bytes
// than overlap.
const (
	window  = 256 << 10
	overlap = 4 << 10
	nested  = 2 // base64 within base64
)

// Hide puts stars in place of every token and of the code of every reference in
// bytes that machines or strangers wrote, in whatever case, also where they are
// folded over lines, within encoded words, quoted-printable, percent signs or
// base64. Where it is in doubt it hides more; lengths and line ends stay.
//
// Blot is for words of people, of which it hides nothing else.
func Hide(raw []byte) []byte {
	out := bytes.Clone(raw)
	for from := 0; from < len(raw); from += window {
		to := min(len(raw), from+window+overlap)
		plain(raw[from:to]).each(nested, func(v view) { v.hide(out[from:to]) })
	}
	return out
}

// HideIn is Hide for a string.
func HideIn(s string) string { return string(Hide([]byte(s))) }

// anyReference is a reference whatever stands around it, and with a blank in it.
var anyReference = regexp.MustCompile(`^(?i)t-[1-9][0-9]{0,17}-\s?((?:[a-z2-7]\s?){5}[a-z2-7])`)

// longestReference bounds it: T, a number of 18 digits, a code with its blanks.
const longestReference = 2 + 18 + 2 + 2*codeLength

// references calls fn with where references stand in v, and where their codes do.
func (v view) references(fn func(start, code, end int)) {
	for from := 0; ; {
		n := bytes.IndexByte(v.text[from:], '-')
		if n < 0 {
			return
		}
		start := from + n - 1
		from += n + 1
		if start < 0 || v.text[start]|0x20 != 't' {
			continue
		}
		if m := anyReference.FindSubmatchIndex(v.text[start:min(len(v.text), start+longestReference)]); m != nil {
			fn(start, start+m[2], start+m[3])
		}
	}
}

func (v view) hide(out []byte) {
	for i := 0; i < len(v.text); {
		j := i
		for j < len(v.text) && base32Digit(v.text[j]) {
			j++
		}
		if j-i >= Length && !named(v.text[i:j]) {
			v.stars(out, i, j)
		}
		i = max(j, i+1)
	}
	v.references(func(_, code, end int) { v.stars(out, code, end) })
}

// humps are words that a programmer wrote as one, with a capital for each.
var humps = regexp.MustCompile(`^(?:[A-Z][a-z]{1,11}){3,}$`)

// named reports a name of a program's, as servers give for what went wrong. No
// token stands in it, since nobody writes one with a capital every few letters;
// but one of a token's length is what Find takes for a token.
func named(run []byte) bool { return len(run) > Length && humps.Match(run) }

func (v view) stars(out []byte, i, j int) {
	for ; i < j; i++ {
		for k := v.at[i]; k < v.end[i]; k++ {
			if out[k] != '\r' && out[k] != '\n' {
				out[k] = '*'
			}
		}
	}
}

// blotFolded is what Blot does for tokens and references that are broken over
// the ends of lines. It reports whether there were any.
func blotFolded(b []byte) (found bool) {
	if !bytes.ContainsAny(b, "\r\n") || !(view{text: b}).joined().mayFold() {
		return false
	}
	v := plain(bytes.Clone(b)).joined()
	for n, join := range v.joins {
		low, high := v.run(join)
		var edges []int // a token begins and ends where a word or a line does
		if high-low >= Length {
			edges = append([]int{low, high}, v.joins[max(0, n-Length):min(len(v.joins), n+Length)]...)
		}
		for _, i := range edges {
			if j := i + Length; low <= i && i < join && join < j && slices.Contains(edges, j) && j <= high && valid(v.text[i:j]) {
				v.stars(b, i, j)
				found = true
			}
		}
		near := v.near(join)
		if !mayRefer(near.text) {
			continue
		}
		near.references(func(start, code, end int) {
			if first := max(0, join-longestReference); first+start < join && join < first+end {
				v.stars(b, first+code, first+end)
				found = true
			}
		})
	}
	return found
}

// mayFold reports whether a token or reference could stand over one of the joins:
// most texts need not be told where each of their bytes stands.
func (v view) mayFold() bool {
	return slices.ContainsFunc(v.joins, func(join int) bool {
		low, high := v.run(join)
		return high-low >= Length || mayRefer(v.near(join).text)
	})
}

// run gives the letters and digits around a join, of each side those that a token has.
func (v view) run(join int) (low, high int) {
	for low = join; low > 0 && join-low < Length && alphanumeric(v.text[low-1]); low-- {
	}
	for high = join; high < len(v.text) && high-join < Length && alphanumeric(v.text[high]); high++ {
	}
	return low, high
}

// near gives what stands so near to a join that a reference there is part of it.
func (v view) near(join int) view {
	return v.part(max(0, join-longestReference), min(len(v.text), join+longestReference))
}

// FindIn gives at most so many token candidates of a message as it is, in lower
// case: those that Find finds in any of the ways in which Hide reads it. It looks
// at the header first, and at no more of the body than its beginning.
func FindIn(raw []byte, most int) (found []string) {
	body := len(raw)
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(raw, []byte(end)); i >= 0 {
			body = min(body, i+len(end))
		}
	}
	for _, part := range [][]byte{raw[:min(body, window)], raw[body:min(len(raw), body+window/4)]} {
		plain(part).each(nested, func(v view) {
			for _, t := range Find(string(v.text)) {
				if len(found) < most && !slices.Contains(found, t) {
					found = append(found, t)
				}
			}
		})
	}
	return found
}

func base32Digit(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || '2' <= c && c <= '7' }
