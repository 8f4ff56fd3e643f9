package kv

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
)

// Memory returns an empty store that is gone with the process. Views are
// snapshots and cost nothing: the tree beneath is never changed, only replaced.
func Memory() Store {
	m := &memory{}
	m.schema.Store(Schema)
	return m
}

type memory struct {
	writer sync.Mutex
	root   atomic.Pointer[node]
	closed atomic.Bool
	schema atomic.Int64
}

func (m *memory) Update(fn func(Tx) error) error {
	m.writer.Lock()
	defer m.writer.Unlock()
	if m.closed.Load() {
		return ErrClosed
	}
	tx := &memoryTx{m.root.Load()}
	if err := fn(tx); err != nil {
		return err
	}
	m.root.Store(tx.root)
	return nil
}

func (m *memory) View(fn func(View) error) error {
	if m.closed.Load() {
		return ErrClosed
	}
	return fn(&memoryTx{m.root.Load()})
}

func (m *memory) Limits() Limits { return Limits{} }

func (m *memory) Schema() (int, error) { return int(m.schema.Load()), nil }

func (m *memory) SetSchema(version int) error {
	m.schema.Store(int64(version))
	return nil
}

func (m *memory) Close() error {
	m.closed.Store(true)
	return nil
}

// memoryTx is a transaction of either kind: a tree of its own.
type memoryTx struct{ root *node }

func (t *memoryTx) Get(key string) ([]byte, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	for n := t.root; n != nil; {
		switch c := strings.Compare(key, n.key); {
		case c == 0:
			return n.value, nil
		case c < 0:
			n = n.left
		default:
			n = n.right
		}
	}
	return nil, nil
}

func (t *memoryTx) Put(key string, value []byte) error {
	if err := CheckPut(key, value); err != nil {
		return err
	}
	value = append(make([]byte, 0, len(value)), value...)
	before, after := t.root.split(key)
	t.root = merge(merge(before, &node{key: key, value: value, rank: maphash.String(seed, key)}), after)
	return nil
}

func (t *memoryTx) Delete(key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	before, after := t.root.split(key)
	t.root = merge(before, after)
	return nil
}

func (t *memoryTx) Scan(prefix, from string, fn func(key string, value []byte) error) error {
	return Stopped(t.root.scan(max(prefix, from), func(n *node) error {
		if !strings.HasPrefix(n.key, prefix) {
			return ErrStop
		}
		return fn(n.key, n.value)
	}))
}

var seed = maphash.MakeSeed()

// A node is a tree ordered by key that never changes: a treap, whose nodes
// stand above those of lower rank, so that its depth is about that of a
// balanced tree whatever order the keys come in.
type node struct {
	key         string
	value       []byte
	rank        uint64
	left, right *node
}

// split gives the keys before key and those after it, without key itself.
func (n *node) split(key string) (before, after *node) {
	if n == nil {
		return nil, nil
	}
	if n.key == key {
		return n.left, n.right
	}
	c := *n
	if n.key < key {
		c.right, after = n.right.split(key)
		return &c, after
	}
	before, c.left = n.left.split(key)
	return before, &c
}

// merge joins two trees; every key of a is before every key of b.
func merge(a, b *node) *node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.rank > b.rank:
		c := *a
		c.right = merge(a.right, b)
		return &c
	}
	c := *b
	c.left = merge(a, b.left)
	return &c
}

// scan calls fn for every node that is not before from, in order.
func (n *node) scan(from string, fn func(*node) error) error {
	if n == nil {
		return nil
	}
	if n.key >= from {
		if err := n.left.scan(from, fn); err != nil {
			return err
		}
		if err := fn(n); err != nil {
			return err
		}
	}
	return n.right.scan(from, fn)
}
