package kv_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"countersign/internal/kv"
	"countersign/internal/kv/bolt"
	"countersign/internal/kv/kvtest"
)

func openFile(t testing.TB) kv.Store {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestMemory(t *testing.T) { kvtest.Run(t, func(testing.TB) kv.Store { return kv.Memory() }) }

// limited is an engine with limits that counts its transactions.
type limited struct {
	kv.Store
	ops     int
	updates atomic.Int64
}

func (l *limited) Limits() kv.Limits { return kv.Limits{Ops: l.ops} }
func (l *limited) Update(fn func(kv.Tx) error) error {
	l.updates.Add(1)
	return l.Store.Update(fn)
}

func TestCommitter(t *testing.T) {
	for _, ops := range []int{0, 7} {
		t.Run(fmt.Sprint("limit-", ops), func(t *testing.T) {
			s := &limited{Store: openFile(t), ops: ops}
			c := kv.NewCommitter(s)
			no := errors.New("no")
			var all sync.WaitGroup
			for i := range 200 {
				all.Go(func() {
					defer func() {
						if (recover() != nil) != (i%20 == 7) {
							t.Errorf("caller %d got another's panic, or not its own", i)
						}
					}()
					err := c.Update(func(tx kv.Tx) error {
						_, err := kv.Counter(tx, "n") // two operations
						err = errors.Join(err, tx.Put(kv.Seq(uint64(i)), nil))
						switch {
						case i%20 == 7:
							panic("mine")
						case i%10 == 3:
							return no
						}
						return err
					})
					if errors.Is(err, no) != (i%10 == 3) || err != nil && !errors.Is(err, no) {
						t.Errorf("caller %d: Update = %v", i, err)
					}
				})
			}
			all.Wait()
			c.Close()
			if err := c.Update(func(kv.Tx) error { return nil }); !errors.Is(err, kv.ErrClosed) {
				t.Errorf("Update after Close = %v", err)
			}
			_ = s.View(func(v kv.View) error {
				if n, _, _ := kv.Load[int](v, "n"); n != 170 {
					t.Errorf("%d updates counted, want 170", n)
				}
				return nil
			})
			if n := s.updates.Load(); ops > 0 && n < 80 || n > 200 {
				t.Errorf("%d transactions for 200 updates with a limit of %d operations", n, ops)
			}
		})
	}
}

// One Update that is over the engine's limit fails alone.
func TestCommitterOverLimit(t *testing.T) {
	c := kv.NewCommitter(&limited{Store: kv.Memory(), ops: 3})
	defer c.Close()
	err := c.Update(func(tx kv.Tx) error {
		return errors.Join(tx.Put("a", nil), tx.Put("b", nil), tx.Put("c", nil), tx.Put("d", nil))
	})
	if !errors.Is(err, kv.ErrOps) {
		t.Errorf("Update = %v, want ErrOps", err)
	}
}

// faulty fails every transaction that writes the key "bad".
type faulty struct{ kv.Store }

func (f faulty) Update(fn func(kv.Tx) error) error {
	return f.Store.Update(func(tx kv.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if b, _ := tx.Get("bad"); b != nil {
			return errors.New("engine: bad")
		}
		return nil
	})
}

func TestCommitterRetriesSingly(t *testing.T) {
	s := faulty{kv.Memory()}
	c := kv.NewCommitter(s)
	defer c.Close()
	var failed atomic.Int64
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			key := kv.Seq(uint64(i))
			if i == 9 {
				key = "bad"
			}
			if err := c.Update(func(tx kv.Tx) error { return tx.Put(key, nil) }); err != nil {
				failed.Add(1)
			}
		})
	}
	all.Wait()
	if failed.Load() != 1 {
		t.Errorf("%d updates failed, want the bad one alone", failed.Load())
	}
}

func BenchmarkUpdate(b *testing.B) {
	s := openFile(b)
	for b.Loop() {
		bench(b, s.Update)
	}
}

func BenchmarkCommitterAlone(b *testing.B) {
	c := kv.NewCommitter(openFile(b))
	for b.Loop() {
		bench(b, c.Update)
	}
}

func BenchmarkCommitter64(b *testing.B) {
	c := kv.NewCommitter(openFile(b))
	b.SetParallelism(32)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			bench(b, c.Update)
		}
	})
}

var benchKey atomic.Uint64

// bench writes three small values, as one message does.
func bench(b *testing.B, update func(func(kv.Tx) error) error) {
	key := kv.Seq(benchKey.Add(1))
	err := update(func(tx kv.Tx) error {
		return errors.Join(tx.Put("a/"+key, []byte(key)), tx.Put("b/"+key, []byte(key)), tx.Put("c/"+key, []byte(key)))
	})
	if err != nil {
		b.Fatal(err)
	}
}
