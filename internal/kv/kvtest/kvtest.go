// Package kvtest holds what every engine behind package kv must do, and what holds
// for records of those who write there, as tests.
package kvtest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"countersign/internal/kv"
)

// Run tries the engine that open makes. Each call of open must give an empty
// store, closed when its t ends.
func Run(t *testing.T, open func(testing.TB) kv.Store) {
	for name, test := range map[string]func(*testing.T, kv.Store){
		"values": values, "rollback": rollback, "scan": scan, "scan-stops": scanStops,
		"snapshot": snapshot, "bounds": bounds, "counter-races": counterRaces, "dry-run": dryRun, "schema": schema, "closed": closed,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
	t.Run("model", func(t *testing.T) { model(t, open) })
}

func values(t *testing.T, s kv.Store) {
	long := bytes.Repeat([]byte{0xff}, kv.MaxValue)
	changed := []byte("first")
	update(t, s, func(tx kv.Tx) error {
		err := errors.Join(tx.Put("a", changed), tx.Put("empty", nil), tx.Put("long", long), tx.Put("gone", []byte("x")), tx.Delete("gone"), tx.Delete("never"))
		changed[0] = 'w' // the store has its own copy
		return err
	})
	want(t, s, map[string]string{"a": "first", "empty": "", "long": string(long)})
	update(t, s, func(tx kv.Tx) error {
		if v, err := tx.Get("empty"); v == nil || err != nil {
			t.Errorf("Get of an empty value = nil, %v, want it there", err)
		}
		if v, err := tx.Get("gone"); v != nil || err != nil {
			t.Errorf("Get of a deleted key = %q, %v", v, err)
		}
		if err := tx.Put("a", []byte("second")); err != nil {
			return err
		}
		if v, _ := tx.Get("a"); string(v) != "second" {
			t.Errorf("Get of what this Update wrote = %q", v)
		}
		return nil
	})
	want(t, s, map[string]string{"a": "second", "empty": "", "long": string(long)})
}

func schema(t *testing.T, s kv.Store) {
	for _, n := range []int{kv.Schema, 1, 7} {
		if n != kv.Schema {
			if err := s.SetSchema(n); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Schema(); got != n || err != nil {
			t.Errorf("Schema = %d, %v, want %d", got, err, n)
		}
	}
	want(t, s, map[string]string{}) // it is no key
}

func rollback(t *testing.T, s kv.Store) {
	update(t, s, func(tx kv.Tx) error { return tx.Put("kept", []byte("1")) })
	no := errors.New("no")
	err := s.Update(func(tx kv.Tx) error { return errors.Join(tx.Delete("kept"), tx.Put("new", nil), no) })
	if !errors.Is(err, no) {
		t.Errorf("Update = %v, want the error of its function", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a panic in an Update was swallowed")
			}
		}()
		_ = s.Update(func(tx kv.Tx) error { _ = tx.Put("new", nil); panic("no") })
	}()
	want(t, s, map[string]string{"kept": "1"})
	update(t, s, func(tx kv.Tx) error { return tx.Put("after", nil) }) // still works
}

func scan(t *testing.T, s kv.Store) {
	update(t, s, func(tx kv.Tx) error {
		for _, key := range []string{"b/2", "a/1", "b/10", "b/1", "b", "c", "b0", "\x00", "\xff\xff"} {
			if err := tx.Put(key, []byte(key)); err != nil {
				return err
			}
		}
		return nil
	})
	for _, tt := range []struct {
		prefix, from string
		want         []string
	}{
		{"", "", []string{"\x00", "a/1", "b", "b/1", "b/10", "b/2", "b0", "c", "\xff\xff"}},
		{"b/", "", []string{"b/1", "b/10", "b/2"}},
		{"b/", "b/10", []string{"b/10", "b/2"}},
		{"b/", "b/11", []string{"b/2"}},
		{"b/", "a", []string{"b/1", "b/10", "b/2"}},
		{"b/", "c", nil},
		{"d", "", nil},
		{"\xff", "", []string{"\xff\xff"}},
	} {
		var got []string
		view(t, s, func(v kv.View) error {
			return v.Scan(tt.prefix, tt.from, func(key string, value []byte) error {
				if key != string(value) {
					t.Errorf("key %q has the value of %q", key, value)
				}
				got = append(got, key)
				return nil
			})
		})
		if !slices.Equal(got, tt.want) {
			t.Errorf("Scan(%q, %q) = %q, want %q", tt.prefix, tt.from, got, tt.want)
		}
	}
}

func scanStops(t *testing.T, s kv.Store) {
	update(t, s, func(tx kv.Tx) error { return errors.Join(tx.Put("a", nil), tx.Put("b", nil), tx.Put("c", nil)) })
	no := errors.New("no")
	for _, end := range []error{kv.ErrStop, fmt.Errorf("enough: %w", kv.ErrStop), no} {
		calls := 0
		err := s.View(func(v kv.View) error {
			return v.Scan("", "", func(string, []byte) error { calls++; return end })
		})
		if calls != 1 || errors.Is(end, no) != errors.Is(err, no) || !errors.Is(end, no) && err != nil {
			t.Errorf("Scan ended by %v = %v after %d calls", end, err, calls)
		}
	}
}

// snapshot: what a View sees doesn't change while it lasts.
func snapshot(t *testing.T, s kv.Store) {
	update(t, s, func(tx kv.Tx) error { return errors.Join(tx.Put("a", []byte("old")), tx.Put("b", nil)) })
	view(t, s, func(v kv.View) error {
		done := make(chan error)
		go func() {
			done <- s.Update(func(tx kv.Tx) error {
				return errors.Join(tx.Put("a", []byte("new")), tx.Put("c", nil), tx.Delete("b"))
			})
		}()
		if err := <-done; err != nil {
			return err
		}
		var keys []string
		err := v.Scan("", "", func(key string, _ []byte) error { keys = append(keys, key); return nil })
		if b, _ := v.Get("a"); string(b) != "old" || !slices.Equal(keys, []string{"a", "b"}) {
			t.Errorf("the View changed: a is %q, keys are %q", b, keys)
		}
		return err
	})
	want(t, s, map[string]string{"a": "new", "c": ""})
}

func bounds(t *testing.T, s kv.Store) {
	_ = s.Update(func(tx kv.Tx) error {
		for name, err := range map[string]error{
			"value":  tx.Put("a", make([]byte, kv.MaxValue+1)),
			"key":    tx.Put(strings.Repeat("k", kv.MaxKey+1), nil),
			"no key": tx.Put("", nil),
			"delete": tx.Delete(""),
		} {
			if !errors.Is(err, kv.ErrSize) {
				t.Errorf("%s out of bounds: %v, want ErrSize", name, err)
			}
		}
		if err := tx.Put(strings.Repeat("k", kv.MaxKey), make([]byte, kv.MaxValue)); err != nil {
			t.Errorf("the largest key and value: %v", err)
		}
		return nil
	})
}

func counterRaces(t *testing.T, s kv.Store) {
	const callers, each = 8, 25
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range each {
				if err := s.Update(func(tx kv.Tx) error { _, err := kv.Counter(tx, "n"); return err }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	want(t, s, map[string]string{"n": fmt.Sprint(callers * each)})
}

func dryRun(t *testing.T, s kv.Store) {
	update(t, s, func(tx kv.Tx) error { return errors.Join(tx.Put("a", []byte("1")), tx.Put("b", nil)) })
	err := kv.DryRun(s, func(tx kv.Tx) error {
		if err := errors.Join(tx.Put("a", []byte("2")), tx.Delete("b"), tx.Put("c", nil)); err != nil {
			return err
		}
		a, _ := tx.Get("a")
		b, _ := tx.Get("b")
		c, _ := tx.Get("c")
		if string(a) != "2" || b != nil || c == nil {
			t.Errorf("DryRun doesn't see its own writes: %q %q %q", a, b, c)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	want(t, s, map[string]string{"a": "1", "b": ""})
}

func closed(t *testing.T, s kv.Store) {
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.View(func(kv.View) error { return nil }); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("View of a closed store = %v, want ErrClosed", err)
	}
	if err := s.Update(func(kv.Tx) error { return nil }); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("Update of a closed store = %v, want ErrClosed", err)
	}
}

// model compares random transactions with a map.
func model(t *testing.T, open func(testing.TB) kv.Store) {
	s := open(t)
	now := map[string]string{}
	key := rapid.StringMatching(`[a-c]{1,3}`)
	rapid.Check(t, func(rt *rapid.T) {
		next := maps.Clone(now)
		fail := rapid.Bool().Draw(rt, "fail")
		no := errors.New("no")
		err := s.Update(func(tx kv.Tx) error {
			for range rapid.IntRange(0, 12).Draw(rt, "writes") {
				k := key.Draw(rt, "key")
				if rapid.Bool().Draw(rt, "delete") {
					delete(next, k)
					if err := tx.Delete(k); err != nil {
						return err
					}
					continue
				}
				next[k] = rapid.StringN(0, 40, -1).Draw(rt, "value")
				if err := tx.Put(k, []byte(next[k])); err != nil {
					return err
				}
			}
			if fail {
				return no
			}
			return nil
		})
		if fail != errors.Is(err, no) {
			rt.Fatalf("Update = %v", err)
		}
		if !fail {
			now = next
		}
		want(rt, s, now)
	})
}

func want(t rapid.TB, s kv.Store, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	err := s.View(func(v kv.View) error {
		return v.Scan("", "", func(key string, value []byte) error { got[key] = string(value); return nil })
	})
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("the store holds %.300q, %v, want %.300q", got, err, want)
	}
}

func update(t testing.TB, s kv.Store, fn func(kv.Tx) error) {
	t.Helper()
	if err := s.Update(fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s kv.Store, fn func(kv.View) error) {
	t.Helper()
	if err := s.View(fn); err != nil {
		t.Fatal(err)
	}
}
