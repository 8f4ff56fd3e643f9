package phrase

import (
	"encoding/binary"
	"hash/crc32"
)

// A lexicon that was written down is a head and numbers. The head is magic, the
// length of what follows and its CRC-32C. The numbers are varints, in the order in
// which Marshal writes and Unmarshal reads them. Most are below 128: a list or a
// word is told by its distance from the one before, and a node that no edge led to
// yet by 0, as nodes are numbered in the order in which edges lead to them.
const (
	magic    = "lexicon\x01" // with the version of the form at its end
	headSize = len(magic) + 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Marshal writes a lexicon down, for Unmarshal. The same word files give the same
// bytes.
func (x *Lexicon) Marshal() []byte {
	w := encoder{b: make([]byte, headSize, 1<<10)}
	w.texts(x.Languages)
	w.texts(x.lists)
	w.words(&x.known)
	w.entries(x.entries, len(x.rules.from)-1)
	w.graph(&x.words, x.runs)
	w.rules(&x.rules)
	body := w.b[headSize:]
	head := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(body)))
	copy(w.b, binary.LittleEndian.AppendUint32(head, crc32.Checksum(body, castagnoli)))
	return w.b
}

// encoder writes numbers.
type encoder struct {
	b    []byte
	news int32 // the first node to which no edge led yet
}

func (w *encoder) number(n int) { w.set(Set(n)) }

func (w *encoder) set(of Set) { w.b = binary.AppendUvarint(w.b, uint64(of)) }

// texts writes a few texts.
func (w *encoder) texts(all []string) {
	w.number(len(all))
	for _, s := range all {
		w.number(len(s))
		w.b = append(w.b, s...)
	}
}

func (w *encoder) words(d *dictionary) {
	w.number(d.len())
	for i := range d.len() {
		w.number(int(d.ends[i+1] - d.ends[i]))
	}
	w.b = append(w.b, d.text...)
}

func (w *encoder) entries(all []Entry, lists int) {
	w.number(lists)
	w.number(len(all))
	tags := 0
	for _, e := range all {
		tags += len(e)
	}
	w.number(tags)
	for _, e := range all {
		w.number(len(e))
		for _, t := range e {
			w.number(int(t.list))
			w.set(t.of)
		}
	}
}

// node writes where an edge leads, as its distance from the next node that is new.
func (w *encoder) node(to int32) {
	w.number(int(w.news - to))
	if to == w.news {
		w.news++
	}
}

func (w *encoder) graph(g *graph, runs []int32) {
	w.number(len(runs))
	w.number(len(g.word))
	w.news = 1
	for n, run := range runs {
		w.number(int(run))
		w.number(int(g.first[n+1] - g.first[n]))
		last := int32(0)
		for i := g.first[n]; i < g.first[n+1]; i++ {
			w.number(int(g.word[i] - last))
			w.node(g.to[i])
			last = g.word[i]
		}
	}
}

func (w *encoder) rules(r *rules) {
	w.texts(r.files)
	w.texts(r.kinds)
	w.number(len(r.lines))
	last := place{}
	for _, l := range r.lines {
		w.number(int(l.kind))
		w.number(int(l.file))
		if l.file != last.file {
			last = place{file: l.file}
		}
		w.number(int(l.line - last.line))
		last = l.place
	}
	nodes := len(r.first) - 1
	w.number(nodes)
	w.number(len(r.edges))
	w.number(len(r.endings))
	w.news = 0
	w.number(len(r.starts))
	for l := range len(r.from) - 1 {
		w.number(int(r.from[l+1] - r.from[l]))
		for _, s := range r.starts[r.from[l]:r.from[l+1]] {
			w.set(s.of)
			w.number(int(s.begins))
			w.node(s.to)
		}
	}
	for _, of := range r.opens {
		w.set(of)
	}
	for n := range nodes {
		w.number(int(r.first[n+1] - r.first[n]))
		last := List(0)
		for _, e := range r.edges[r.first[n]:r.first[n+1]] {
			comma := 0
			if e.comma {
				comma = 1
			}
			w.number(int(e.list-last)<<1 | comma)
			w.node(e.to)
			last = e.list
		}
		w.number(int(r.ended[n+1] - r.ended[n]))
		for _, e := range r.endings[r.ended[n]:r.ended[n+1]] {
			w.number(int(e))
		}
	}
}
