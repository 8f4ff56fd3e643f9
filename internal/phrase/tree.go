package phrase

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// A graph leads from its root, node 0, over words to nodes, by one way for each
// run of words; ways may meet again. The edges of a node stand one behind the
// other, by word.
type graph struct {
	first []int32 // by node: its first edge; one more, behind the last
	word  []int32 // by edge
	to    []int32 // by edge
	top   []int32 // by word: where it leads from the root, 0 for nowhere
}

// next gives where a word leads to, 0 for nowhere.
func (g *graph) next(node, word int32) int32 {
	if node == 0 {
		return g.top[word]
	}
	first, last := g.first[node], g.first[node+1]
	if i, ok := slices.BinarySearch(g.word[first:last], word); ok {
		return g.to[first+int32(i)]
	}
	return 0
}

// A seedling is a graph that grows: a tree, and edges beside it by which a word may
// lead to several nodes.
type seedling struct {
	slots []sprout // the tree's edges: a hash table, of which a power of two is the size
	n     int32    // nodes
	path  []sprout // to the node to which the tree grew last
	side  []sprout
}

// sprout is an edge from a node (high) by a key (low) to another.
type sprout struct {
	edge  uint64
	child int32 // 0 in an empty slot
}

// newSeedling makes one with room for so many nodes.
func newSeedling(nodes int) *seedling {
	return &seedling{slots: make([]sprout, 1<<bits.Len(uint(nodes*3/2))), n: 1, side: make([]sprout, 0, nodes)}
}

// grow gives the node to which keys lead from the root.
func (s *seedling) grow(keys ...int32) (node int32) {
	same := 0 // as the time before
	for same < len(keys) && same < len(s.path) && int32(s.path[same].edge) == keys[same] {
		node = s.path[same].child
		same++
	}
	s.path = s.path[:same]
	for _, k := range keys[same:] {
		at := s.slot(uint64(node)<<32 | uint64(uint32(k)))
		if at.child == 0 {
			at.edge, at.child = uint64(node)<<32|uint64(uint32(k)), s.n
			s.n++
		}
		s.path = append(s.path, *at)
		if node = at.child; int(s.n) > len(s.slots)*3/4 {
			s.widen()
		}
	}
	return node
}

// slot gives that of an edge, or an empty one for it.
func (s *seedling) slot(edge uint64) *sprout {
	mask := uint64(len(s.slots) - 1)
	for i := edge * 0x9E3779B97F4A7C15 >> 20 & mask; ; i = (i + 1) & mask {
		if at := &s.slots[i]; at.child == 0 || at.edge == edge {
			return at
		}
	}
}

func (s *seedling) widen() {
	old := s.slots
	s.slots = make([]sprout, 2*len(old))
	for _, o := range old {
		if o.child != 0 {
			*s.slot(o.edge) = o
		}
	}
}

// fresh gives a node to which nothing leads yet.
func (s *seedling) fresh() int32 {
	s.n++
	return s.n - 1
}

func (s *seedling) link(from, word, to int32) {
	s.side = append(s.side, sprout{uint64(from)<<32 | uint64(uint32(word)), to})
}

// flat gives the graph as it is kept, of which words are below most, and what is
// known of each node: joined makes it for one that is made of several.
func (s *seedling) flat(most int, known []int32, joined func(a, b int32) int32) (g graph, out []int32) {
	f := flattener{first: make([]int32, s.n+2), edges: make([]uint64, int(s.n)-1+len(s.side)), known: known, joined: joined, joins: map[string]int32{}}
	n := 0
	all := func(do func(sprout)) {
		for _, e := range s.slots {
			if e.child != 0 {
				do(e)
			}
		}
		for _, e := range s.side {
			do(e)
		}
	}
	all(func(e sprout) { f.first[e.edge>>32+2]++; n++ })
	f.edges = f.edges[:n]
	for i := range s.n {
		f.first[i+2] += f.first[i+1]
	}
	all(func(e sprout) {
		at := &f.first[e.edge>>32+1]
		f.edges[*at] = e.edge<<32 | uint64(e.child)
		*at++
	})
	g = graph{first: make([]int32, 0, s.n+1), word: make([]int32, 0, n), to: make([]int32, 0, n), top: make([]int32, most)}
	f.order = make([]int32, 0, s.n)
	f.visit(0)
	for i := 0; i < len(f.order); i++ {
		g.first = append(g.first, int32(len(g.word)))
		edges := f.of(f.order[i])
		slices.Sort(edges)
		for len(edges) > 0 {
			word := edges[0] >> 32
			k := 1
			for k < len(edges) && edges[k]>>32 == word {
				k++
			}
			to := f.visit(f.join(edges[:k]))
			if edges = edges[k:]; i == 0 {
				g.top[word] = to
			}
			g.word, g.to = append(g.word, int32(word)), append(g.to, to)
		}
	}
	g.first = append(g.first, int32(len(g.word)))
	for _, n := range f.order {
		out = append(out, f.known[n])
	}
	return g.shared(out, most)
}

// shared gives the graph with one node for all from which the same follows: what
// is known of them, and where each word leads.
func (g *graph) shared(known []int32, most int) (graph, []int32) {
	s := sharer{graph: g, known: known, kept: make([]int32, len(known)), nodes: map[string]int32{}}
	s.keep(0)
	// Nodes are numbered in the order in which edges lead to them.
	out, number, order := graph{first: []int32{0}, top: make([]int32, most)}, make([]int32, len(known)), []int32{s.kept[0] - 1}
	var ends []int32
	for i := 0; i < len(order); i++ {
		n := order[i]
		ends = append(ends, known[n])
		for e := g.first[n]; e < g.first[n+1]; e++ {
			to := s.kept[g.to[e]] - 1
			if number[to] == 0 {
				order = append(order, to)
				number[to] = int32(len(order) - 1)
			}
			if i == 0 {
				out.top[g.word[e]] = number[to]
			}
			out.word, out.to = append(out.word, g.word[e]), append(out.to, number[to])
		}
		out.first = append(out.first, int32(len(out.word)))
	}
	out.first, out.word, out.to = slices.Clip(out.first), slices.Clip(out.word), slices.Clip(out.to)
	return out, slices.Clip(ends)
}

// sharer finds nodes from which the same follows.
type sharer struct {
	*graph
	known []int32
	kept  []int32          // by node: the one that is kept in its place, from 1
	nodes map[string]int32 // by what follows: the node that is kept
}

// keep gives the node that is kept in the place of one. A run of words is short,
// so it goes no deeper than that.
func (s *sharer) keep(n int32) int32 {
	if s.kept[n] != 0 {
		return s.kept[n]
	}
	key := binary.LittleEndian.AppendUint32(nil, uint32(s.known[n]))
	for e := s.first[n]; e < s.first[n+1]; e++ {
		key = binary.LittleEndian.AppendUint32(key, uint32(s.word[e]))
		key = binary.LittleEndian.AppendUint32(key, uint32(s.keep(s.to[e])))
	}
	kept, ok := s.nodes[string(key)]
	if !ok {
		kept = n + 1
		s.nodes[string(key)] = kept
	}
	s.kept[n] = kept
	return kept
}

// flattener makes one node of those to which one word leads.
type flattener struct {
	first  []int32  // by node of the seedling: its first edge
	edges  []uint64 // word<<32|node
	made   [][]uint64
	known  []int32
	joined func(a, b int32) int32
	joins  map[string]int32 // nodes made, by those that they are made of
	key    []byte
	order  []int32 // nodes, in the order in which they are kept
	number []int32 // by node: its place there, from 1
}

// of gives the edges of a node.
func (f *flattener) of(n int32) []uint64 {
	if old := int32(len(f.first) - 2); n >= old {
		return f.made[n-old]
	}
	return f.edges[f.first[n]:f.first[n+1]]
}

// visit gives the number under which a node is kept.
func (f *flattener) visit(n int32) int32 {
	for int(n) >= len(f.number) {
		f.number = append(f.number, make([]int32, len(f.known)+1)...)
	}
	if f.number[n] == 0 {
		f.order = append(f.order, n)
		f.number[n] = int32(len(f.order))
	}
	return f.number[n] - 1
}

// join gives one node for those to which edges lead.
func (f *flattener) join(edges []uint64) int32 {
	if len(edges) > 1 { // one word may stand for several choices; the node keeps its edges
		edges = slices.Compact(slices.Clone(edges))
	}
	if len(edges) == 1 {
		return int32(edges[0] & 0xffffffff)
	}
	f.key = f.key[:0]
	for _, e := range edges {
		f.key = binary.LittleEndian.AppendUint32(f.key, uint32(e))
	}
	n, ok := f.joins[string(f.key)]
	if !ok {
		n = int32(len(f.first) - 2 + len(f.made))
		var all []uint64
		known := int32(0)
		for _, e := range edges {
			all = append(all, f.of(int32(e&0xffffffff))...)
			known = f.joined(known, f.known[e&0xffffffff])
		}
		f.made, f.known = append(f.made, all), append(f.known, known)
		f.joins[string(f.key)] = n
	}
	return n
}
