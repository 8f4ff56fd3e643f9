package phrase

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"
)

// Unmarshal gives a lexicon that Marshal wrote, of which New was told the same
// lists. It refuses what was damaged, or written in another form or with other
// lists. No number that it takes leads out of its array.
func Unmarshal(table string, lists ...string) (*Lexicon, error) {
	body, err := checked(table)
	if err != nil {
		return nil, err
	}
	return decode(body, lists)
}

// checked gives what stands behind the head.
func checked(table string) (body string, err error) {
	rest, ok := strings.CutPrefix(table, magic)
	if !ok || len(table) < headSize {
		return "", errors.New("no lexicon, or one in another form")
	}
	head, body := []byte(rest[:headSize-len(magic)]), table[headSize:]
	if n := binary.LittleEndian.Uint32(head); int(n) != len(body) {
		return "", fmt.Errorf("a lexicon of %d bytes is cut off or goes on: it has %d", n, len(body))
	}
	if checksum(body) != binary.LittleEndian.Uint32(head[4:]) {
		return "", errors.New("a lexicon was damaged: its checksum is another")
	}
	return body, nil
}

// checksum takes a text piece by piece, so that it need not be copied whole.
func checksum(s string) (sum uint32) {
	var piece [4096]byte
	for s != "" {
		n := copy(piece[:], s)
		sum, s = crc32.Update(sum, castagnoli, piece[:n]), s[n:]
	}
	return sum
}

func decode(body string, lists []string) (*Lexicon, error) {
	d := decoder{s: body}
	x := &Lexicon{Languages: d.texts(), lists: d.texts()}
	if !slices.Equal(x.lists, lists) {
		return nil, fmt.Errorf("a lexicon of other lists: %q, not %q", x.lists, lists)
	}
	x.known = d.words()
	var all int
	x.entries, all = d.entries()
	x.words, x.runs = d.graph(x.known.len(), len(x.entries))
	x.rules = d.rules(all, len(x.entries))
	if d.bad || d.at != len(d.s) || len(x.Languages) > 60 {
		return nil, errors.New("a lexicon that was written wrong")
	}
	return x, nil
}

// decoder reads numbers. Of bad ones it makes 0, and notes that there were some, so
// that a caller may go on.
type decoder struct {
	s    string
	at   int
	news int32 // the first node to which no edge led yet
	bad  bool
}

func (d *decoder) set() Set {
	if d.at < len(d.s) && d.s[d.at] < 0x80 { // as most are
		d.at++
		return Set(d.s[d.at-1])
	}
	return d.long()
}

func (d *decoder) long() (n Set) {
	for shift := 0; shift < 64 && d.at < len(d.s); shift += 7 {
		c := d.s[d.at]
		d.at++
		if n |= Set(c&0x7f) << shift; c < 0x80 {
			return n
		}
	}
	d.bad = true
	return 0
}

// below reads a number that is below another.
func (d *decoder) below(most int) int {
	if n := d.set(); n < Set(most) {
		return int(n)
	}
	d.bad = true
	return 0
}

// count reads how many things follow, each of at least one byte.
func (d *decoder) count() int { return d.below(len(d.s) - d.at + 1) }

// texts reads a few texts.
func (d *decoder) texts() (all []string) {
	for range d.count() {
		all = append(all, d.text(d.count()))
	}
	return all
}

func (d *decoder) text(size int) string {
	if size > len(d.s)-d.at {
		d.bad = true
		return ""
	}
	d.at += size
	return d.s[d.at-size : d.at]
}

func (d *decoder) words() dictionary {
	ends, end := make([]int32, 1+d.count()), 0
	for i := range ends[1:] {
		end += d.below(len(d.s) - end)
		ends[i+1] = int32(end)
	}
	text := d.text(end)
	if d.bad {
		return newDictionary("", make([]int32, 1))
	}
	return newDictionary(text, ends)
}

// entries reads those, and how many lists there are.
func (d *decoder) entries() (all []Entry, lists int) {
	lists = d.below(int(anyWord))
	all = make([]Entry, d.count())
	tags := make([]tag, d.count())
	for i := range all {
		n := d.below(len(tags) + 1)
		for k := range n {
			tags[k] = tag{List(d.below(lists)), d.set()}
		}
		if n > 0 {
			all[i], tags = tags[:n:n], tags[n:]
		}
	}
	d.bad = d.bad || len(tags) > 0 || len(all) == 0 || len(all[0]) > 0
	return all, lists
}

// node reads where an edge leads, to one from least on.
func (d *decoder) node(least int32) int32 {
	to := d.news - int32(d.below(int(d.news-least)+1))
	if to == d.news {
		d.news++
	}
	return to
}

func (d *decoder) graph(words, entries int) (g graph, runs []int32) {
	nodes, edges := d.count(), d.count()
	g = graph{first: make([]int32, nodes+1), word: make([]int32, edges), to: make([]int32, edges), top: make([]int32, words+1)}
	runs = make([]int32, nodes)
	d.news = 1
	at := 0
	for n := range runs {
		runs[n] = int32(d.below(entries))
		last := 0
		for range d.below(edges - at + 1) {
			word := last + d.below(words-last+1)
			d.bad = d.bad || word == last
			g.word[at], g.to[at] = int32(word), d.node(1)
			if n == 0 {
				g.top[word] = g.to[at]
			}
			at, last = at+1, word
		}
		g.first[n+1] = int32(at)
	}
	d.bad = d.bad || at != edges || int(d.news) != nodes
	return g, runs
}

func (d *decoder) rules(lists, entries int) (r rules) {
	r.files, r.kinds = d.texts(), d.texts()
	r.lines = d.lines(len(r.files), len(r.kinds))
	nodes, edges, endings := d.count(), d.count(), d.count()
	d.news = 0
	r.starts, r.from = d.starts(lists)
	r.opens = make([]Set, entries)
	for i := range r.opens {
		r.opens[i] = d.set()
	}
	r.first, r.edges, r.commas = make([]int32, nodes+1), make([]edge, edges), make([]bool, nodes)
	r.ended, r.endings = make([]int32, nodes+1), make([]int32, endings)
	edges, endings = 0, 0
	for n := range nodes {
		last := 0
		for range d.below(len(r.edges) - edges + 1) {
			step := d.below(int(anyWord-List(last))*2 + 2)
			last += step >> 1
			d.bad = d.bad || last >= lists && last != int(anyWord)
			r.edges[edges] = edge{List(last), step&1 != 0, d.node(0)}
			r.commas[n] = r.commas[n] || step&1 != 0
			edges++
		}
		r.first[n+1] = int32(edges)
		for range d.below(len(r.endings) - endings + 1) {
			r.endings[endings] = int32(d.below(2 * len(r.lines)))
			endings++
		}
		r.ended[n+1] = int32(endings)
	}
	d.bad = d.bad || edges != len(r.edges) || endings != len(r.endings) || int(d.news) != nodes
	return r
}

func (d *decoder) lines(files, kinds int) []ending {
	all, last := make([]ending, d.count()), place{}
	for i := range all {
		kind, file := d.below(min(kinds, 1<<8)), int32(d.below(files))
		if file != last.file {
			last = place{file: file}
		}
		last.line += int32(d.below(math.MaxInt32 - int(last.line)))
		all[i] = ending{uint8(kind), last}
	}
	return all
}

func (d *decoder) starts(lists int) (all []start, from []int32) {
	all, from = make([]start, d.count()), make([]int32, lists+1)
	at := 0
	for l := range lists {
		for range d.below(len(all) - at + 1) {
			all[at] = start{d.set(), Break(d.below(int(Sentence) + 1)), d.node(0)}
			at++
		}
		from[l+1] = int32(at)
	}
	d.bad = d.bad || at != len(all)
	return all, from
}
