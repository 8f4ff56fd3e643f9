package phrase

// Read takes a text apart into words and finds every entry in it, in one pass.
func (x *Lexicon) Read(s string) *Text {
	t := x.begin(s)
	t.find()
	return t
}

// begin takes a text apart into words, of which it finds the numbers.
func (x *Lexicon) begin(s string) *Text {
	t := split(s)
	t.lexicon = x
	for i := range t.words {
		w := &t.words[i]
		w.id = x.known.id(t.folded[w.from:w.to])
	}
	return t
}

// find finds the entries that begin at each word.
func (t *Text) find() {
	x := t.lexicon
	t.at = make([]int32, 0, len(t.words)+1)
	for i := range t.words {
		t.at = append(t.at, int32(len(t.hits)))
		if t.near != nil {
			t.findNear(i)
			continue
		}
		node := int32(0)
		for j := i; j < len(t.words) && t.words[j].id != 0; j++ {
			if node = x.words.next(node, t.words[j].id); node == 0 {
				break
			}
			if e := x.runs[node]; e != 0 {
				t.hits = append(t.hits, hit{int32(j - i + 1), e})
			}
		}
	}
	t.at = append(t.at, int32(len(t.hits)))
}

func (x *Lexicon) entry(h hit) Entry { return x.entries[h.entry] }

// entries gives what begins at word i, the shortest first.
func (t *Text) entries(i int) []hit {
	if i >= len(t.words) {
		return nil
	}
	return t.hits[t.at[i]:t.at[i+1]]
}

// Each calls f with every entry that begins at word i and its number of words,
// the longest first, until f is satisfied.
func (t *Text) Each(i int, f func(n int, e Entry) (enough bool)) {
	hits := t.entries(i)
	for k := len(hits) - 1; k >= 0; k-- {
		if f(int(hits[k].n), t.lexicon.entry(hits[k])) {
			return
		}
	}
}

// Whole gives what the lists say of the text as a whole.
func (t *Text) Whole() Entry {
	for _, h := range t.entries(0) {
		if int(h.n) == len(t.words) {
			return t.lexicon.entry(h)
		}
	}
	return nil
}

// Has reports whether an entry of the list in one of the languages stands in
// words [from, to).
func (t *Text) Has(l List, of Set, from, to int) bool {
	for i := from; i < to; i++ {
		for _, h := range t.entries(i) {
			if i+int(h.n) <= to && t.lexicon.entry(h).In(l)&of != 0 {
				return true
			}
		}
	}
	return false
}
