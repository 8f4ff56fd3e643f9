package phrase

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// line adds the entries for which a line stands.
func (b *builder) line(l List, of Set, line string) error {
	const few = 4 // are as well added one by one
	if parts, ways := apart(line); ways > few && ways <= maxExpanded {
		return b.ways(tag{l, of}, parts)
	}
	return expand(line, func(one []byte) error { return b.add(l, of, one) })
}

// apart takes a line apart into what stands beside one another, each of one or
// several choices, and counts the ways through it. None are told of a line of which
// a word goes on where a parenthesis stands.
func apart(line string) (parts [][]string, ways int) {
	ways = 1
	for rest := line; rest != ""; {
		before, after, ok := strings.Cut(rest, "(")
		if before != "" {
			parts = append(parts, []string{before})
		}
		if !ok {
			break
		}
		inner, behind, ok := strings.Cut(after, ")")
		if !ok || strings.Contains(inner, "(") {
			return nil, 0
		}
		choices := strings.Split(inner, "|")
		parts, ways, rest = append(parts, choices), ways*len(choices), behind
	}
	lasts := []rune{' '} // with what the parts before may end
	for _, p := range parts {
		var now []rune
		for _, choice := range p {
			if choice == "" {
				now = append(now, lasts...)
				continue
			}
			first, _ := utf8.DecodeRuneInString(choice)
			if !parted(first) && slices.ContainsFunc(lasts, func(last rune) bool { return !parted(last) }) {
				return nil, 0
			}
			last, _ := utf8.DecodeLastRuneInString(choice)
			now = append(now, last)
		}
		lasts = slices.Compact(now)
	}
	return parts, ways
}

// parted reports a character that is no part of a word of several.
func parted(r rune) bool { return r == ' ' || ideograph(r) }

// ways adds entries as a graph, of which the parts are those of apart.
func (b *builder) ways(t tag, parts [][]string) error {
	chunks := make([][][]chunk, len(parts))
	var differs [spellings]bool
	for i, p := range parts {
		for _, choice := range p {
			var all []chunk
			for field := range strings.FieldsSeq(choice) {
				c := chunk{}
				if simple([]byte(field)) {
					c.id = b.word([]byte(field))
				} else {
					c.forms = b.formsOf([]byte(field))
					for k := range differs {
						differs[k] = differs[k] || !slices.Equal(c.forms[k], c.forms[plain])
					}
				}
				all = append(all, c)
			}
			chunks[i] = append(chunks[i], all)
		}
	}
	for k := range spellings {
		if k > plain && !differs[k] {
			continue
		}
		if err := b.spelling(t, chunks, k); err != nil {
			return err
		}
	}
	return nil
}

// spelling adds one spelling of them, from the end on: the edges of a place in the
// line are those of its choices, and of the next place where one is empty.
func (b *builder) spelling(t tag, parts [][][]chunk, k int) error {
	type link struct{ word, to int32 }
	to := b.tree.fresh()
	b.know(to, t)
	var edges []link
	open := true // the line may end here
	for _, choices := range slices.Backward(parts) {
		var now []link
		may := false
		for _, choice := range choices {
			var words []int32
			for _, c := range choice {
				if c.forms == nil {
					words = append(words, c.id)
				} else {
					words = append(words, c.forms[k]...)
				}
			}
			if len(words) == 0 {
				now, may = append(now, edges...), may || open
				continue
			}
			at := to
			for i := len(words) - 1; i > 0; i-- {
				n := b.tree.fresh()
				b.tree.link(n, words[i], at)
				at = n
			}
			now = append(now, link{words[0], at})
		}
		edges, open, to = now, may, b.tree.fresh()
		for _, e := range edges {
			b.tree.link(to, e.word, e.to)
		}
		if open {
			b.know(to, t)
		}
	}
	if open {
		return fmt.Errorf("one of its entries has no word")
	}
	for _, e := range edges {
		b.tree.link(0, e.word, e.to)
	}
	return nil
}

// know notes that entries end at a node.
func (b *builder) know(node int32, t tag) {
	for len(b.ends) < int(b.tree.n) {
		b.ends = append(b.ends, 0)
	}
	b.ends[node] = b.with(b.ends[node], t)
}

// forms are the words of a chunk in the spellings that people have for it.
type forms [spellings][]int32

const (
	plain    = iota
	bare     // without accents
	spelt    // two letters for one, as "ae"
	squeezed // without apostrophes
	spellings
)

// add adds an entry, in the other spellings that people have for it, too.
func (b *builder) add(l List, of Set, entry []byte) error {
	var room [spellings][16]int32
	words := room[plain][:0]
	simple := true
	n := 0
	for rest := entry; len(rest) > 0; {
		i := bytes.IndexByte(rest, ' ')
		if i < 0 {
			i = len(rest)
		}
		if i > 0 {
			c := b.chunk(n, rest[:i])
			if n++; c.forms == nil {
				words = append(words, c.id)
			} else {
				words, simple = append(words, c.forms[plain]...), false
			}
		}
		rest = rest[min(i+1, len(rest)):]
	}
	b.before = b.before[:n]
	if len(words) == 0 {
		return fmt.Errorf("%q has no word", entry)
	}
	b.put(l, of, words)
	if simple {
		return nil
	}
	for k := bare; k < spellings; k++ {
		other := room[k][:0]
		for _, c := range b.before {
			if c.forms == nil {
				other = append(other, c.id)
			} else {
				other = append(other, c.forms[k]...)
			}
		}
		if len(other) > 0 && !slices.Equal(other, words) {
			b.put(l, of, other)
		}
	}
	return nil
}

// chunk gives the nth chunk of an entry, which is often that of the entry before.
func (b *builder) chunk(n int, text []byte) chunk {
	if n == len(b.before) {
		b.before = append(b.before, chunk{})
	}
	c := &b.before[n]
	if len(c.text) > 0 && string(c.text) == string(text) {
		return *c
	}
	c.text, c.id, c.forms = append(c.text[:0], text...), 0, nil
	if simple(text) {
		c.id = b.word(text)
	} else {
		c.forms = b.formsOf(text)
	}
	return *c
}

// simple reports a word that has no other form.
func simple(text []byte) bool {
	for _, c := range text {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func (b *builder) formsOf(chunk []byte) *forms {
	if f := b.forms[string(chunk)]; f != nil {
		return f
	}
	s := string(chunk)
	f := &forms{}
	f[plain] = b.wordsOf(s)
	f[bare], f[spelt], f[squeezed] = f[plain], f[plain], f[plain]
	if firstHigh(s) < len(s) {
		f[bare], f[spelt] = b.wordsOf(Bare(s)), b.wordsOf(digraphs.Replace(s))
	}
	if strings.ContainsAny(s, "'’") {
		f[squeezed] = b.wordsOf(strings.ReplaceAll(strings.ReplaceAll(s, "'", ""), "’", ""))
	}
	b.forms[s] = f
	return f
}

func (b *builder) wordsOf(s string) (out []int32) {
	b.text.split(s)
	for _, w := range b.text.words {
		out = append(out, b.word(b.text.folded[w.from:w.to]))
	}
	return out
}

func (b *builder) word(w []byte) int32 {
	id, ok := b.ids[string(w)]
	if !ok {
		id = int32(len(b.ids) + 1)
		b.ids[string(w)] = id
	}
	return id
}

func (b *builder) put(l List, of Set, words []int32) {
	b.know(b.tree.grow(words...), tag{l, of})
}

// with gives an Entry with one more tag.
func (b *builder) with(e int32, t tag) int32 {
	key := entryTag{e, t}
	if key == b.last {
		return b.next
	}
	out, ok := b.joined[key]
	if !ok {
		out = b.join(e, t)
		b.joined[key] = out
	}
	b.last, b.next = key, out
	return out
}

func (b *builder) join(e int32, t tag) int32 {
	tags := slices.Clone(b.x.entries[e])
	if i := slices.IndexFunc(tags, func(have tag) bool { return have.list == t.list }); i < 0 {
		tags = append(tags, t)
	} else if tags[i].of|t.of == tags[i].of {
		return e
	} else {
		tags[i].of |= t.of
	}
	b.x.entries = append(b.x.entries, slices.Clip(tags))
	return int32(len(b.x.entries) - 1)
}

// Bare gives letters as a keyboard without accents has them. Every entry of a
// lexicon is known in that form, too.
func Bare(s string) string {
	out := make([]byte, 0, len(s))
	for i, r := range s {
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r >= 0x300 && r < 0x370:
		case r == 'ł':
			out = append(out, 'l')
		case r == 'ø':
			out = append(out, 'o')
		case r == 'ı':
			out = append(out, 'i')
		case r == 'æ':
			out = append(out, "ae"...)
		case r == 'ß':
			out = append(out, "ss"...)
		case r >= 0x2E80: // written without any
			out = utf8.AppendRune(out, r)
		default:
			letter := s[i : i+utf8.RuneLen(r)]
			if d := norm.NFD.PropertiesString(letter).Decomposition(); d != nil {
				letter = string(d)
			}
			for _, r := range letter {
				if r < 0x300 || r >= 0x370 {
					out = utf8.AppendRune(out, r)
				}
			}
		}
	}
	return norm.NFC.String(string(out))
}

// digraphs spell what a keyboard lacks.
var digraphs = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "å", "aa", "ø", "oe", "æ", "ae")
