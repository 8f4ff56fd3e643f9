package phrase

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// rules are the patterns of all languages, as one graph: nodes are places behind
// an element, edges lead over the next one. An edge stands for one list, so an
// element of two has two.
type rules struct {
	files   []string
	kinds   []string
	starts  []start // by list
	from    []int32 // by list: its first start; one more, behind the last
	opens   []Set   // by entry: languages in which patterns begin with it
	first   []int32 // by node: its first edge; one more
	edges   []edge  // by node, and by list there
	commas  []bool  // by node: an edge has one before it
	ended   []int32 // by node: its first ending; one more
	endings []int32 // see endedBy
	lines   []ending
}

// start is where patterns begin with a list.
type start struct {
	of     Set
	begins Break
	to     int32
}

type edge struct {
	list  List // anyWord for {*}
	comma bool // one may stand before it
	to    int32
}

// anyWord is no list.
const anyWord = ^List(0)

// ending is the line whose pattern ends.
type ending struct {
	kind uint8
	place
}

// place is where a line stands.
type place struct{ file, line int32 }

// endedBy is the number of a line, and whether the part of the sentence has to end
// with its pattern.
func endedBy(line int32, ends bool) int32 {
	if ends {
		return line<<1 | 1
	}
	return line << 1
}

func (r *rules) at(line int32) string {
	p := r.lines[line].place
	return fmt.Sprintf("%s:%d", r.files[p.file], p.line)
}

type rulesBuilder struct {
	x        *rules
	elements [][]List // nil for any word
	nodes    []node
	starts   map[startKey][]int32
	begun    []startKey // in the order in which they were found
	uses     map[use]int32
	order    []use
	joins    map[string]int32 // nodes made of several, by the numbers of these
	key      []byte           // of one
	alike    []int32
}

type node struct {
	edges   []edge
	endings []int32
}

type startKey struct {
	list   List
	of     Set
	begins Break
}

type use struct {
	element int32
	of      Set
}

func newRules(x *rules, nodes int) *rulesBuilder {
	return &rulesBuilder{x: x, nodes: make([]node, 0, nodes), starts: map[startKey][]int32{}, uses: map[use]int32{}, joins: map[string]int32{}}
}

// ending gives the number of a line.
func (r *rulesBuilder) ending(kind string, at place) int32 {
	i := slices.Index(r.x.kinds, kind)
	if i < 0 {
		i = len(r.x.kinds)
		r.x.kinds = append(r.x.kinds, kind)
	}
	r.x.lines = append(r.x.lines, ending{uint8(i), at})
	return int32(len(r.x.lines) - 1)
}

func (r *rulesBuilder) element(lists []List) int32 {
	r.elements = append(r.elements, lists)
	return int32(len(r.elements) - 1)
}

func (r *rulesBuilder) used(e int32, of Set, line int32) {
	if _, ok := r.uses[use{e, of}]; !ok {
		r.uses[use{e, of}] = line
		r.order = append(r.order, use{e, of})
	}
}

// grow gives a new node.
func (r *rulesBuilder) grow() int32 {
	r.nodes = append(r.nodes, node{})
	return int32(len(r.nodes) - 1)
}

func (r *rulesBuilder) node(n int32, edges []rawEdge, endings []int32) {
	var out []edge
	for _, e := range edges {
		if r.elements[e.element] == nil {
			out = append(out, edge{anyWord, e.comma, e.to})
		}
		for _, l := range r.elements[e.element] {
			out = append(out, edge{l, e.comma, e.to})
		}
	}
	r.nodes[n] = node{out, slices.Clone(endings)}
}

// start notes that a pattern begins with an edge.
func (r *rulesBuilder) start(of Set, e rawEdge) {
	for _, l := range r.elements[e.element] {
		key := startKey{l, of, e.begins}
		to, ok := r.starts[key]
		if !ok {
			r.begun = append(r.begun, key)
		}
		r.starts[key] = append(to, e.to)
	}
}

// check refuses patterns with a list that has no entry in their language.
func (r *rulesBuilder) check(has []Set, names []string) error {
	for _, u := range r.order {
		var of Set
		for _, l := range r.elements[u.element] {
			of |= has[l]
		}
		if r.elements[u.element] != nil && u.of&^of != 0 {
			return fmt.Errorf("%s: {%s} has no entries", r.x.at(r.uses[u]), names[r.elements[u.element][0]])
		}
	}
	return nil
}

// finish lays the graph out as it is kept. Patterns that begin alike go on as one.
func (r *rulesBuilder) finish(lists int, entries []Entry) {
	x := r.x
	slices.SortStableFunc(r.begun, func(a, b startKey) int { return cmp.Compare(a.list, b.list) })
	list := 0
	for _, key := range r.begun {
		for ; list <= int(key.list); list++ {
			x.from = append(x.from, int32(len(x.starts)))
		}
		x.starts = append(x.starts, start{key.of, key.begins, r.join(r.starts[key])})
	}
	for ; list <= lists; list++ {
		x.from = append(x.from, int32(len(x.starts)))
	}
	x.opens = make([]Set, len(entries))
	for i, e := range entries {
		for _, tag := range e {
			for _, st := range x.starts[x.from[tag.list]:x.from[tag.list+1]] {
				x.opens[i] |= st.of & tag.of
			}
		}
	}
	order := r.reached()
	number := make([]int32, len(r.nodes))
	for i, n := range order {
		number[n] = int32(i)
	}
	for i := range x.starts {
		x.starts[i].to = number[x.starts[i].to]
	}
	x.commas = make([]bool, len(order))
	for i, n := range order {
		x.first, x.ended = append(x.first, int32(len(x.edges))), append(x.ended, int32(len(x.endings)))
		x.endings = append(x.endings, r.nodes[n].endings...)
		for _, e := range r.nodes[n].edges {
			x.edges = append(x.edges, edge{e.list, e.comma, number[e.to]})
			x.commas[i] = x.commas[i] || e.comma
		}
	}
	x.first, x.ended = append(x.first, int32(len(x.edges))), append(x.ended, int32(len(x.endings)))
	x.first, x.ended, x.edges, x.endings = slices.Clip(x.first), slices.Clip(x.ended), slices.Clip(x.edges), slices.Clip(x.endings)
}

// reached gives the nodes to which the starts lead, each with one edge a list.
func (r *rulesBuilder) reached() (order []int32) {
	var seen []bool
	visit := func(n int32) {
		for len(seen) < len(r.nodes) {
			seen = append(seen, false)
		}
		if !seen[n] {
			seen[n] = true
			order = append(order, n)
		}
	}
	for _, s := range r.x.starts {
		visit(s.to)
	}
	for i := 0; i < len(order); i++ {
		edges := r.merged(r.nodes[order[i]].edges)
		r.nodes[order[i]].edges = edges
		for _, e := range edges {
			visit(e.to)
		}
	}
	return order
}

// merged makes one edge of those for the same list, by list.
func (r *rulesBuilder) merged(edges []edge) []edge {
	slices.SortFunc(edges, func(a, b edge) int {
		switch {
		case a.list != b.list || a.comma == b.comma:
			return cmp.Compare(a.list, b.list)
		case b.comma:
			return -1
		}
		return 1
	})
	out := edges[:0]
	for i := 0; i < len(edges); {
		e := edges[i]
		to := r.alike[:0]
		for ; i < len(edges) && edges[i].list == e.list && edges[i].comma == e.comma; i++ {
			to = append(to, edges[i].to)
		}
		r.alike = to
		e.to = r.join(to)
		out = append(out, e)
	}
	return out
}

// join gives one node for several.
func (r *rulesBuilder) join(all []int32) int32 {
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 1 {
		return all[0]
	}
	r.key = r.key[:0]
	for _, n := range all {
		r.key = binary.LittleEndian.AppendUint32(r.key, uint32(n))
	}
	n, ok := r.joins[string(r.key)]
	if !ok {
		var joined node
		for _, to := range all {
			joined.edges = append(joined.edges, r.nodes[to].edges...)
			joined.endings = append(joined.endings, r.nodes[to].endings...)
		}
		n = r.grow()
		r.nodes[n], r.joins[string(r.key)] = joined, n
	}
	return n
}
