package phrase

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Shared is the language whose lists hold for all.
const Shared = "*"

// A Source is the word file of one language.
type Source struct {
	Language string // as ISO 639-1 has it, or Shared
	Name     string // of the file, for errors
	Text     io.Reader
}

// New builds a lexicon from word files. In them # begins a comment; a line
//
//	@list       begins a list: each line below it is an entry
//	!kind       begins patterns: each line below it is one
//	=name       begins a group: {name} in a pattern stands for each line below it
//	a (b|c|) d  stands for three lines: "a b d", "a c d" and "a d"
//
// A pattern is words and lists in braces, {i} {did not} {order} {this}; {a|b}
// is an entry of either list, {*} any one word but one of and, stop or if, {a}? may be missing, ^ in front says that it begins
// its part of the sentence, ^^ the sentence, $ at the end that it ends it, and a comma that one
// may stand there. See Text.Find.
func New(sources []Source, lists ...string) (*Lexicon, error) {
	texts, size := make([]string, len(sources)), 0
	for i, s := range sources {
		text, err := io.ReadAll(s.Text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		texts[i] = string(text)
		size += len(text)
	}
	b := newBuilder(slices.Concat(ownNames[:], lists), size)
	b.x.lists = lists
	for _, s := range sources {
		if s.Language != Shared && !slices.Contains(b.x.Languages, s.Language) {
			b.x.Languages = append(b.x.Languages, s.Language)
		}
	}
	if len(b.x.Languages) > 60 {
		return nil, fmt.Errorf("%d languages are too many for a set of 64 bits", len(b.x.Languages))
	}
	for i, s := range sources {
		if err := b.read(s, texts[i]); err != nil {
			return nil, err
		}
	}
	return b.finish()
}

// builder makes a lexicon.
type builder struct {
	x      *Lexicon
	ids    map[string]int32 // words, from 1
	lists  map[string]List
	named  []string          // lists by number
	before []chunk           // of the entry that was added last
	forms  map[string]*forms // of chunks
	text   folder            // where chunks are folded
	tree   *seedling         // of entries
	ends   []int32           // by node: its Entry
	joined map[entryTag]int32
	last   entryTag         // that was joined last, and
	next   int32            // what came of it
	parts  map[string]int32 // elements of patterns
	rules  *rulesBuilder
}

// chunk is what stands between two blanks of an entry.
type chunk struct {
	text  []byte
	id    int32  // a word
	forms *forms // or something else
}

type entryTag struct {
	entry int32
	tag   tag
}

// newBuilder makes one with room for what files of that size hold.
func newBuilder(lists []string, size int) *builder {
	b := &builder{
		x: &Lexicon{entries: []Entry{nil}}, ids: make(map[string]int32, size/32),
		lists: map[string]List{}, forms: map[string]*forms{}, tree: newSeedling(size / 12), ends: make([]int32, 1, 1+size/8),
		joined: map[entryTag]int32{}, parts: map[string]int32{},
	}
	b.rules = newRules(&b.x.rules, size/12)
	for _, l := range lists {
		b.list(l)
	}
	return b
}

// list gives the list of a name, which may be empty.
func (b *builder) list(name string) List {
	l, ok := b.lists[name]
	if !ok {
		l = List(len(b.named))
		b.lists[name], b.named = l, append(b.named, name)
	}
	return l
}

func (b *builder) read(s Source, text string) (err error) {
	of := b.x.Language(s.Language)
	if s.Language == Shared {
		of = b.x.All()
	}
	list, kind, group := List(0), "", ""
	f := b.file(s.Name, of)
	n := 0
	for line := range strings.Lines(text) {
		n++
		line, _, _ = strings.Cut(line, "#")
		switch line = strings.TrimSpace(line); {
		case line == "":
		case line[0] == '@':
			list, kind, group = b.list(line[1:]), "", ""
		case line[0] == '!':
			kind = line[1:]
		case line[0] == '=':
			kind, group = "=", line[1:]
		default:
			switch l := (patternLine{kind, line, n}); kind {
			case "":
				err = b.line(list, of, line)
			case "=":
				f.lines[group] = append(f.lines[group], l)
			default:
				f.late = append(f.late, l)
			}
			if err != nil {
				return fmt.Errorf("%s:%d: %w", s.Name, n, err)
			}
		}
		if len(b.named) > 1<<16-1 {
			return fmt.Errorf("%s:%d: there are too many lists", s.Name, n)
		}
	}
	return f.patterns()
}

// maxExpanded is how many lines one line stands for at most.
const maxExpanded = 400

// expand calls f with every line that one with parentheses stands for.
func expand(line string, f func([]byte) error) error {
	n := 1
	for rest := line; ; {
		_, after, ok := strings.Cut(rest, "(")
		if !ok {
			break
		}
		inner, after, ok := strings.Cut(after, ")")
		if !ok || strings.Contains(inner, "(") {
			return fmt.Errorf("%q: parentheses don't pair, or stand in others", line)
		}
		if n *= strings.Count(inner, "|") + 1; n > maxExpanded {
			return fmt.Errorf("%q stands for more than %d lines", line, maxExpanded)
		}
		rest = after
	}
	return expanded(make([]byte, 0, 128), line, f)
}

func expanded(before []byte, line string, f func([]byte) error) error {
	i := strings.IndexByte(line, '(')
	if i < 0 {
		return f(append(before, line...))
	}
	before = append(before, line[:i]...)
	inner, after, _ := strings.Cut(line[i+1:], ")")
	for choice := range strings.SplitSeq(inner, "|") {
		if err := expanded(append(before, choice...), after, f); err != nil {
			return err
		}
	}
	return nil
}

// finish makes of what was read what is kept.
func (b *builder) finish() (*Lexicon, error) {
	has := make([]Set, len(b.named))
	for _, e := range b.ends {
		for _, t := range b.x.entries[e] {
			has[t.list] |= t.of
		}
	}
	if err := b.rules.check(has, b.named); err != nil {
		return nil, err
	}
	x := b.x
	x.known = dictionaryOf(b.ids)
	for len(b.ends) < int(b.tree.n) {
		b.ends = append(b.ends, 0)
	}
	x.words, x.runs = b.tree.flat(len(b.ids)+1, b.ends, func(e, with int32) int32 {
		for _, t := range x.entries[with] {
			e = b.with(e, t)
		}
		return e
	})
	b.rules.finish(len(b.named), x.entries)
	return x, nil
}
