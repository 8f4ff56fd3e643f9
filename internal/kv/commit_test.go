package kv

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// counted is an engine that counts its transactions and takes so many
// operations in one.
type counted struct {
	Store
	commits, ops int
}

func (c *counted) Update(fn func(Tx) error) error { c.commits++; return c.Store.Update(fn) }
func (c *counted) Limits() Limits                 { return Limits{Ops: c.ops} }

// TestUpdateAll: the Updates of one caller happen in order, in as few
// transactions as the engine takes, and each has its own end.
func TestUpdateAll(t *testing.T) {
	bad := errors.New("bad")
	for _, tt := range []struct {
		name         string
		ops, commits int
	}{{"no-limit", 0, 1}, {"limit", 20, 5}} {
		t.Run(tt.name, func(t *testing.T) {
			engine := &counted{Store: Memory(), ops: tt.ops}
			c := NewCommitter(engine)
			var fns []func(Tx) error
			for i := range 50 {
				fns = append(fns, func(tx Tx) error {
					v, err := tx.Get("order")
					if err != nil {
						return err
					}
					if err := tx.Put("order", fmt.Appendf(slices.Clone(v), "%d ", i)); err != nil || i == 7 {
						return errors.Join(err, bad)
					}
					return nil
				})
			}
			errs := c.UpdateAll(fns)
			want := ""
			for i, err := range errs {
				if i != 7 {
					want += fmt.Sprint(i, " ")
				}
				if (err != nil) != (i == 7) || i == 7 && !errors.Is(err, bad) {
					t.Errorf("Update %d = %v", i, err)
				}
			}
			_ = engine.View(func(v View) error {
				if got, _ := v.Get("order"); string(got) != want {
					t.Errorf("written %q, want %q", got, want)
				}
				return nil
			})
			if engine.commits != tt.commits {
				t.Errorf("%d transactions, want %d", engine.commits, tt.commits)
			}
			if errs := c.UpdateAll(nil); len(errs) != 0 {
				t.Errorf("of nothing: %v", errs)
			}
			c.Close()
			if errs := c.UpdateAll(fns[:2]); !errors.Is(errs[0], ErrClosed) || !errors.Is(errs[1], ErrClosed) {
				t.Errorf("after Close: %v", errs)
			}
		})
	}
}

// TestUpdateAllBeside: several callers with many Updates each, and others with
// one, all come to their end, everyone's in their own order.
func TestUpdateAllBeside(t *testing.T) {
	engine := Memory()
	c := NewCommitter(engine)
	var wait sync.WaitGroup
	add := func(key string, i int) func(Tx) error {
		return func(tx Tx) error {
			v, err := tx.Get(key)
			return errors.Join(err, tx.Put(key, fmt.Appendf(slices.Clone(v), "%d ", i)))
		}
	}
	const callers, each = 8, 400
	for n := range callers {
		wait.Go(func() {
			if n%2 == 0 {
				var fns []func(Tx) error
				for i := range each {
					fns = append(fns, add(fmt.Sprint("k", n), i))
				}
				if err := errors.Join(c.UpdateAll(fns)...); err != nil {
					t.Error(err)
				}
				return
			}
			for i := range each {
				if err := c.Update(add(fmt.Sprint("k", n), i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	c.Close()
	var want strings.Builder
	for i := range each {
		fmt.Fprint(&want, i, " ")
	}
	_ = engine.View(func(v View) error {
		for n := range callers {
			if got, _ := v.Get(fmt.Sprint("k", n)); string(got) != want.String() {
				t.Errorf("caller %d wrote %q", n, got)
			}
		}
		return nil
	})
}
