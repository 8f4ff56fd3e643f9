package kv

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestPages: every record of a prefix is given once and in order, however many
// pages they make, outside of any transaction; one that can't be read keeps no
// other back.
func TestPages(t *testing.T) {
	for _, n := range []int{0, 1, pageSize - 1, pageSize, pageSize + 1, 3 * pageSize} {
		s := Memory()
		var want []string
		for i := range n {
			want = append(want, fmt.Sprint("value ", i))
			put(t, s, "a/"+Seq(uint64(i)), fmt.Appendf(nil, "%q", want[i]))
		}
		put(t, s, "a", []byte(`"before"`))
		put(t, s, "b", []byte(`"behind"`))
		var got []string
		each := func(v string) error {
			put(t, s, "c", nil) // outside
			got = append(got, v)
			return nil
		}
		if err := Pages(s, "a/", each); err != nil || !slices.Equal(got, want) {
			t.Errorf("of %d: %d came, %v", n, len(got), err)
		}
		if n < 2 {
			continue
		}
		got = nil
		put(t, s, "a/"+Seq(1), []byte("torn"))
		if err := Pages(s, "a/", each); err == nil || !strings.Contains(err.Error(), Seq(1)) || !slices.Equal(got, slices.Delete(slices.Clone(want), 1, 2)) {
			t.Errorf("of %d with one torn: %d came, %v", n, len(got), err)
		}
		no, calls := errors.New("no"), 0
		if err := Pages(s, "a/", func(string) error { calls++; return no }); !errors.Is(err, no) || calls != 1 {
			t.Errorf("of %d: %v after %d calls", n, err, calls)
		}
	}
}

func put(t *testing.T, s Store, key string, value []byte) {
	t.Helper()
	if err := s.Update(func(tx Tx) error { return tx.Put(key, value) }); err != nil {
		t.Fatal(err)
	}
}

func TestKeysAndUnder(t *testing.T) {
	s := Memory()
	for _, key := range []string{"a", "a/1", "a/2", "a/3", "b"} {
		put(t, s, key, []byte("of "+key))
	}
	_ = s.View(func(v View) error {
		for most, want := range [][]string{nil, {"a/1"}, {"a/1", "a/2"}, {"a/1", "a/2", "a/3"}, {"a/1", "a/2", "a/3"}} {
			if keys, err := Keys(v, "a/", most); err != nil || !slices.Equal(keys, want) {
				t.Errorf("Keys(%d) = %q, %v, want %q", most, keys, err, want)
			}
		}
		if all, err := Under(v, "a/"); err != nil || !maps.Equal(all, map[string]string{"1": "of a/1", "2": "of a/2", "3": "of a/3"}) {
			t.Errorf("Under = %v, %v", all, err)
		}
		return nil
	})
}
