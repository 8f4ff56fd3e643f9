package clients

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"countersign/clients/onfile"
	"countersign/internal/kv"
)

// Look-alikes are found by keys that are written with each address on file, so
// that a message costs some point reads and no search:
//
//	alike/SKELETON                what the address looks like
//	near/d<LOCAL@HEAD             how the name of its domain begins,
//	near/d>LOCAL@TAIL.TLD         and ends
//	near/l<HEAD@DOMAIN            how its local part begins,
//	near/l>TAIL@DOMAIN            and ends
//
// One slip of the pen can't be in the head and the tail of a name at once. A
// value lists the addresses on file, a line each.

const (
	maxAlike = 64 // addresses kept under one key
	minName  = 5  // characters of a name in which one slip makes a look-alike
	maxHead  = 6
)

// shapes are letters beyond ASCII that look like those within it, where taking
// off accents does not help.
var shapes = map[rune]rune{
	'а': 'a', 'в': 'b', 'е': 'e', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'с': 'c', 'т': 't', 'у': 'y', 'х': 'x',
	'і': 'i', 'ј': 'j', 'ѕ': 's', 'һ': 'h', 'ԁ': 'd', 'ԛ': 'q', 'ԝ': 'w', 'ѵ': 'v', 'ӏ': 'l', 'ь': 'b', 'г': 'r', 'п': 'n', 'ɡ': 'g', 'ո': 'n',
	'α': 'a', 'β': 'b', 'ε': 'e', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x', 'ω': 'w', 'η': 'n',
	'օ': 'o', 'ս': 'u', 'ց': 'g', 'հ': 'h', 'ı': 'i', 'ł': 'l', 'ø': 'o', 'đ': 'd', 'ħ': 'h', 'ß': 'b', 'ɑ': 'a', 'ɩ': 'i', 'ⅼ': 'l',
	'0': 'o', '1': 'l', 'i': 'l', '|': 'l', '5': 's',
}

var pairs = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d")

// outline is the same for names that look alike.
func outline(name string) string {
	return pairs.Replace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("-_+", r) {
			return -1
		}
		for {
			shape, ok := shapes[r]
			if !ok {
				return r
			}
			r = shape
		}
	}, norm.NFKD.String(strings.ToLower(name))))
}

// look is what an address looks like.
type look struct{ local, domain string }

func lookOf(addr string) look {
	local, domain, _ := strings.Cut(addr, "@")
	if u, err := idna.ToUnicode(domain); err == nil {
		domain = u
	}
	return look{strings.ReplaceAll(outline(local), ".", ""), outline(domain)}
}

func (l look) alike() string {
	return alikePrefix + l.local + "@" + strings.ReplaceAll(l.domain, ".", "")
}

// head is how many characters of a name of n stand in its head, and in its tail.
func head(n int) int { return min(maxHead, (n-1)/2) }

// near gives the keys of the look for names that have up to other characters
// more or less than its own.
func (l look) near(other int) (keys []string) {
	add := func(key string) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	dot := max(0, strings.LastIndexByte(l.domain, '.'))
	name, tld := l.domain[:dot], l.domain[dot:]
	for d := -other; d <= other; d++ {
		if n := len(name) + d; n >= minName {
			k := min(head(n), len(name))
			add(nearPrefix + "d<" + l.local + "@" + name[:k])
			add(nearPrefix + "d>" + l.local + "@" + name[len(name)-k:] + tld)
		}
		if n := len(l.local) + d; n >= minName {
			k := min(head(n), len(l.local))
			add(nearPrefix + "l<" + l.local[:k] + "@" + l.domain)
			add(nearPrefix + "l>" + l.local[len(l.local)-k:] + "@" + l.domain)
		}
	}
	return keys
}

// slip tells whether one slip of the pen makes one look of the other, in its
// domain or in its local part, and which. Short names have no keys for that.
func (l look) slip(other look) (domain, local bool) {
	return l.local == other.local && oneEdit(l.domain, other.domain),
		l.domain == other.domain && oneEdit(l.local, other.local)
}

// oneEdit tells whether one letter more, less or other, or two that are
// swapped, make a into b.
func oneEdit(a, b string) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a) <= 1 && len(b) <= 1 && a != b || len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}

// LookAlike gives an address on file that the canonical address addr, which is
// not on file, could be taken for; "" if there is none. colleague tells that the
// two have one domain, as those of two people with similar names have.
func LookAlike(r kv.Reader, addr string) (found string, colleague bool, err error) {
	l := lookOf(addr)
	for _, key := range append([]string{l.alike()}, l.near(1)...) {
		list, err := listed(r, key)
		if err != nil {
			return "", false, err
		}
		for _, other := range list {
			o := lookOf(other)
			domain, local := l.slip(o)
			switch {
			case other == addr || countedOn(addr, other): //rule:6.15 itself-is-no-look-alike TestLookAlike/itself
			case o.alike() == l.alike() || domain:
				return other, sameDomain(addr, other), nil
			case local && found == "":
				found, colleague = other, true
			}
		}
	}
	return found, colleague, nil
}

// TakenFor gives the addresses on file for which a sender could be taken whose
// address is not: one that it looks like, and one of those that are shown beside
// it. They are "" where there is none.
func TakenFor(r kv.Reader, addr string, shown []string) (like, shows string, err error) {
	if like, _, err = LookAlike(r, addr); err != nil {
		return "", "", err
	}
	for _, s := range shown[:min(len(shown), 4)] {
		h, err := onfile.Of(r, s)
		if err != nil {
			return "", "", err
		}
		if h.Contact != "" && s != addr {
			return like, s, nil
		}
	}
	return like, "", nil
}

// countedOn tells whether two addresses differ in digits only, as those of
// numbered mailboxes do.
func countedOn(a, b string) bool {
	masked := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return '#'
			}
			return r
		}, s)
	}
	return masked(a) == masked(b)
}

func sameDomain(a, b string) bool {
	return a[strings.IndexByte(a, '@')+1:] == b[strings.IndexByte(b, '@')+1:]
}

// listed gives what stands under a key, a line each.
func listed(r kv.Reader, key string) ([]string, error) {
	v, err := r.Get(key)
	if err != nil || len(v) == 0 {
		return nil, err
	}
	return strings.Split(string(v), "\n"), nil
}

// indexLook writes the keys by which look-alikes of addr, and others that lead to
// its mailbox, are found, or takes addr out of them.
func indexLook(tx kv.Tx, addr string, there bool) error {
	l := lookOf(addr)
	keys := append([]string{l.alike()}, l.near(0)...)
	if plain := onfile.Mailbox(addr); plain != addr {
		keys = append(keys, mailboxPrefix+plain)
	}
	for _, key := range keys {
		if err := indexed(tx, key, addr, there, maxAlike); err != nil {
			return errors.Join(errors.New("index look-alikes"), err)
		}
	}
	return nil
}

// indexed puts one into the list under key, unless that has most already, or
// takes it out.
func indexed(tx kv.Tx, key, one string, there bool, most int) error {
	list, err := listed(tx, key)
	if err != nil {
		return err
	}
	i := slices.Index(list, one)
	switch {
	case there && i < 0 && len(list) < most:
		return tx.Put(key, []byte(strings.Join(append(list, one), "\n")))
	case !there && i >= 0 && len(list) == 1:
		return tx.Delete(key)
	case !there && i >= 0:
		return tx.Put(key, []byte(strings.Join(slices.Delete(list, i, i+1), "\n")))
	}
	return nil
}
