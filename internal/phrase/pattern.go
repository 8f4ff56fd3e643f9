package phrase

import (
	"fmt"
	"slices"
	"strings"
)

// A piece is one thing in the line of a pattern.
type piece struct {
	kind    pieceKind
	text    string // words; or the names in braces, of lists and groups
	missing bool   // a question mark stands behind the braces
	inside  int32  // what stands in the parentheses, in file.inside
}

type pieceKind uint8

const (
	wordsPiece pieceKind = iota
	bracesPiece
	choicePiece // in parentheses
	commaPiece
	beginsPiece   // ^
	sentencePiece // ^^
	endsPiece     // $
)

// cut takes the line of a pattern apart, or the lines for which it stands if some
// of its parentheses stand in words.
func (f *file) cut(line string) (out [][]piece, err error) {
	if !choicesApart(line) {
		err = expand(line, func(one []byte) error {
			p, err := f.pieces(string(one))
			out = append(out, p)
			return err
		})
		return out, err
	}
	p, err := f.pieces(line)
	return [][]piece{p}, err
}

// choicesApart reports that no parenthesis touches a word.
func choicesApart(line string) bool {
	for i, c := range line {
		if c == '(' && i > 0 && !strings.ContainsRune(" }$^,", rune(line[i-1])) ||
			c == ')' && i+1 < len(line) && !strings.ContainsRune(" {$^,", rune(line[i+1])) {
			return false
		}
	}
	return true
}

func (f *file) pieces(line string) (out []piece, err error) {
	for rest := strings.TrimSpace(line); rest != ""; {
		switch rest[0] {
		case ' ':
			rest = rest[1:]
		case '^':
			k := beginsPiece
			if rest = rest[1:]; strings.HasPrefix(rest, "^") {
				k, rest = sentencePiece, rest[1:]
			}
			out = append(out, piece{kind: k})
		case '$':
			out, rest = append(out, piece{kind: endsPiece}), rest[1:]
		case ',':
			out, rest = append(out, piece{kind: commaPiece}), rest[1:]
		case '{':
			names, after, ok := strings.Cut(rest[1:], "}")
			if !ok || names == "" {
				return nil, fmt.Errorf("%q: a brace does not pair", line)
			}
			p := piece{kind: bracesPiece, text: names}
			rest, p.missing = strings.CutPrefix(after, "?")
			out = append(out, p)
		case '(':
			inner, after, ok := strings.Cut(rest[1:], ")")
			if !ok || strings.Contains(inner, "(") {
				return nil, fmt.Errorf("%q: parentheses don't pair, or stand in others", line)
			}
			var inside [][]piece
			for choice := range strings.SplitSeq(inner, "|") {
				p, err := f.pieces(choice)
				if err != nil {
					return nil, err
				}
				inside = append(inside, p)
			}
			f.inside = append(f.inside, inside)
			out, rest = append(out, piece{kind: choicePiece, inside: int32(len(f.inside) - 1)}), after
		default:
			end := strings.IndexAny(rest, "{(^$,")
			if end < 0 {
				end = len(rest)
			}
			out, rest = append(out, piece{kind: wordsPiece, text: strings.TrimSpace(rest[:end])}), rest[end:]
		}
	}
	return out, nil
}

type patternLine struct {
	kind, text string
	n          int
}

// file reads the patterns of one file.
type file struct {
	*builder
	name   string
	number int32
	of     Set
	lines  map[string][]patternLine // of groups
	groups map[string][][]piece
	inside [][][]piece
	chosen map[piece][][]piece
	late   []patternLine // patterns, which may use a group that comes later
}

func (b *builder) file(name string, of Set) *file {
	b.x.rules.files = append(b.x.rules.files, name)
	return &file{builder: b, name: name, number: int32(len(b.x.rules.files) - 1), of: of,
		lines: map[string][]patternLine{}, groups: map[string][][]piece{}, chosen: map[piece][][]piece{}}
}

// patterns reads those of the file, now that its groups are known.
func (f *file) patterns() error {
	for name, lines := range f.lines {
		for _, l := range lines {
			p, err := f.cut(l.text)
			if err != nil {
				return fmt.Errorf("%s:%d: %w", f.name, l.n, err)
			}
			f.groups[name] = append(f.groups[name], p...)
		}
	}
	for _, l := range f.late {
		all, err := f.cut(l.text)
		ending := f.rules.ending(l.kind, place{f.number, int32(l.n)})
		for _, p := range all {
			if err == nil {
				err = f.pattern(p, ending)
			}
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", f.name, l.n, err)
		}
	}
	return nil
}

// choices gives what the first group in a piece's braces stands for, if there is one.
func (f *file) choices(p piece) (out [][]piece, ok bool) {
	if p.kind == choicePiece {
		return f.inside[p.inside], true
	}
	if out, ok = f.chosen[p]; ok {
		return out, out != nil
	}
	names := strings.Split(p.text, "|")
	if i := slices.IndexFunc(names, func(n string) bool { return f.groups[n] != nil }); i >= 0 {
		out = slices.Clone(f.groups[names[i]])
		if others := slices.Delete(names, i, i+1); len(others) > 0 {
			out = append(out, []piece{{kind: bracesPiece, text: strings.Join(others, "|")}})
		}
		if p.missing {
			out = append(out, nil)
		}
	}
	f.chosen[p] = out
	return out, out != nil
}

// maxPlaces is in how many places of what a line stands for a text may be, maxNested
// how deep groups stand in groups.
const (
	maxPlaces = 5000
	maxNested = 8
)

// A spot is a place in what a line stands for: pieces that are still to come, and
// behind those of a group what stands behind it.
type spot struct {
	pieces []piece
	depth  int
	behind *spot
}

// spotKey is what makes two spots the same.
type spotKey struct {
	first    *piece
	n, depth int
	behind   *spot
}

// writer makes places of a line's pieces. Where ways through the line meet again,
// they go on as one.
type writer struct {
	*file
	ending int32
	spots  map[spotKey]*spot
	nodes  map[nodeKey]int32
	queue  []nodeKey
	edges  []rawEdge // of the node at hand
	ended  []int32   // endings there
	begun  bool      // the first element stands before it
	steps  int
}

// nodeKey is where a text is behind an element: at a spot, and whether a mark before
// it said that the part ends with the pattern.
type nodeKey struct {
	at   *spot
	ends bool
}

type rawEdge struct {
	element int32
	comma   bool
	begins  Break
	to      int32
}

// draft is what stands between two elements.
type draft struct {
	words  string // of which no element was made yet
	comma  bool
	begins Break // Wrapped for ^, Sentence for ^^
	ends   bool  // $
}

func (f *file) pattern(pieces []piece, ending int32) error {
	w := writer{file: f, ending: ending, spots: map[spotKey]*spot{}, nodes: map[nodeKey]int32{}}
	if err := w.walk(w.spot(pieces, 0, nil), draft{}); err != nil {
		return err
	}
	if len(w.ended) > 0 || slices.ContainsFunc(w.edges, func(e rawEdge) bool { return f.rules.elements[e.element] == nil }) {
		return fmt.Errorf("a pattern that may be empty, or begin with any word")
	}
	for _, e := range w.edges {
		f.rules.start(f.of, e)
	}
	for w.begun = true; len(w.queue) > 0; {
		next := w.queue[0]
		w.queue, w.edges, w.ended = w.queue[1:], w.edges[:0], w.ended[:0]
		if err := w.walk(next.at, draft{ends: next.ends}); err != nil {
			return err
		}
		f.rules.node(w.nodes[next], w.edges, w.ended)
	}
	return nil
}

func (w *writer) spot(pieces []piece, depth int, behind *spot) *spot {
	if len(pieces) == 0 {
		return behind
	}
	key := spotKey{&pieces[0], len(pieces), depth, behind}
	s, ok := w.spots[key]
	if !ok {
		s = &spot{pieces, depth, behind}
		w.spots[key] = s
	}
	return s
}

// walk finds the elements that may come next.
func (w *writer) walk(at *spot, d draft) error {
	if w.steps++; w.steps > maxPlaces*10 {
		return fmt.Errorf("it stands for too many patterns")
	}
	if at == nil {
		if d.words != "" {
			return w.flush(nil, d)
		}
		w.ended = append(w.ended, endedBy(w.ending, d.ends))
		return nil
	}
	p := at.pieces[0]
	next := w.spot(at.pieces[1:], at.depth, at.behind)
	switch p.kind {
	case wordsPiece:
		d.words = strings.TrimSpace(d.words + " " + p.text)
		return w.walk(next, d)
	case bracesPiece, choicePiece:
		if choices, ok := w.choices(p); ok {
			if at.depth == maxNested {
				return fmt.Errorf("{%s}: groups stand in one another", p.text)
			}
			depth := at.depth
			if p.kind == bracesPiece {
				depth++
			}
			for _, pieces := range choices {
				if err := w.walk(w.spot(pieces, depth, next), d); err != nil {
					return err
				}
			}
			return nil
		}
	}
	if d.words != "" {
		return w.flush(at, d)
	}
	switch p.kind {
	case commaPiece:
		d.comma = true
	case beginsPiece, sentencePiece:
		if w.begun {
			return fmt.Errorf("^ stands behind the beginning")
		}
		if d.begins = Wrapped; p.kind == sentencePiece {
			d.begins = Sentence
		}
	case endsPiece:
		d.ends = true
	case bracesPiece:
		if p.missing {
			if err := w.walk(next, d); err != nil {
				return err
			}
		}
		return w.element(p.text, next, d)
	}
	return w.walk(next, d)
}

// flush makes an element of the words at hand.
func (w *writer) flush(next *spot, d draft) error {
	name := "=" + d.words
	if err := w.add(w.list(name), w.of, []byte(d.words)); err != nil {
		return err
	}
	return w.element(name, next, d)
}

// element notes that one may come here.
func (w *writer) element(names string, next *spot, d draft) error {
	e, err := w.part(names)
	if err != nil {
		return err
	}
	w.rules.used(e, w.of, w.ending)
	key := nodeKey{next, d.ends}
	to, ok := w.nodes[key]
	if !ok {
		if len(w.nodes) == maxPlaces {
			return fmt.Errorf("it stands for too many patterns")
		}
		to = w.rules.grow()
		w.nodes[key] = to
		w.queue = append(w.queue, key)
	}
	w.edges = append(w.edges, rawEdge{e, d.comma, d.begins, to})
	return nil
}

// part gives the number of an element, by the names of its lists.
func (b *builder) part(names string) (int32, error) {
	if e, ok := b.parts[names]; ok {
		return e, nil
	}
	var lists []List
	if names != "*" {
		for name := range strings.SplitSeq(names, "|") {
			if name == "" {
				return 0, fmt.Errorf("{%s}: a list has no name", names)
			}
			lists = append(lists, b.list(name))
		}
	}
	e := b.rules.element(lists)
	b.parts[names] = e
	return e, nil
}
