package migrate_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"countersign/internal/kv"
	"countersign/internal/kv/migrate"
)

type (
	person1 struct{ Name string }
	person2 struct {
		Called string `json:"called"`
	}
)

// migrations are one of each kind of step, and one that makes two keys of one.
func migrations() []migrate.Migration {
	return []migrate.Migration{{Schema: 2, Steps: []migrate.Step{
		migrate.Rewrite("person/", func(p person1) person2 { return person2{p.Name} }),
		migrate.Rename("addr/", "address/", func(v []byte) ([]byte, error) { return json.Marshal(string(v)) }),
		migrate.Drop("old/"),
		{Prefix: "both/", Move: func(key string, v []byte) ([]migrate.Pair, error) {
			return []migrate.Pair{{Key: key, Value: v}, {Key: "index/" + strings.TrimPrefix(key, "both/"), Value: []byte("1")}}, nil
		}},
	}}}
}

// older is a store of schema 1 with n keys under each prefix, and one that no
// step names.
func older(t *testing.T, n int) kv.Store {
	t.Helper()
	s := kv.Memory()
	for i := range n {
		err := s.Update(func(tx kv.Tx) error {
			return errors.Join(tx.Put(fmt.Sprintf("person/%d", i), []byte(fmt.Sprintf(`{"Name":"P%d"}`, i))), tx.Put(fmt.Sprintf("addr/%d", i), []byte("c")),
				tx.Put(fmt.Sprintf("old/%d", i), nil), tx.Put(fmt.Sprintf("both/%d", i), []byte("b")), tx.Put(fmt.Sprintf("other/%d", i), []byte("o")))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetSchema(1); err != nil {
		t.Fatal(err)
	}
	return s
}

func dump(t *testing.T, s kv.Viewer) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := s.View(func(v kv.View) error {
		return v.Scan("", "", func(key string, value []byte) error { all[key] = string(value); return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// moved is what becomes of older.
func moved(n int) map[string]string {
	all := map[string]string{}
	for i := range n {
		all[fmt.Sprintf("person/%d", i)] = fmt.Sprintf(`{"called":"P%d"}`, i)
		all[fmt.Sprintf("address/%d", i)] = `"c"`
		all[fmt.Sprintf("both/%d", i)], all[fmt.Sprintf("index/%d", i)], all[fmt.Sprintf("other/%d", i)] = "b", "1", "o"
	}
	return all
}

func TestRun(t *testing.T) {
	for _, n := range []int{0, 1, 49, 50, 51, 333} {
		s := older(t, n)
		var said []migrate.Progress
		if err := migrate.Run(s, migrations(), func(p migrate.Progress) { said = append(said, p) }); err != nil {
			t.Fatal(err)
		}
		if got := dump(t, s); !maps.Equal(got, moved(n)) {
			t.Errorf("of %d keys: %v", n, got)
		}
		if v, err := s.Schema(); v != kv.Schema || err != nil {
			t.Errorf("Schema = %d, %v", v, err)
		}
		if want := (migrate.Progress{Schema: 2, Keys: 4 * n, Done: true}); len(said) != 2 || !reflect.DeepEqual(said[1], want) {
			t.Errorf("said %+v", said)
		}
		if err := migrate.Run(s, migrations(), func(p migrate.Progress) { t.Errorf("a store that is done is told of: %+v", p) }); err != nil {
			t.Error(err)
		}
	}
}

// dying is a store whose program dies at its n-th write, before or after it is
// on disk, and that counts what one Update does.
type dying struct {
	kv.Store
	left  int
	after bool
	most  int
}

var errDied = errors.New("died")

func (d *dying) write(do func() error) error {
	if d.left--; d.left < 0 {
		return errDied
	}
	if d.left == 0 && !d.after {
		return errDied
	}
	err := do()
	if d.left == 0 {
		return errors.Join(err, errDied)
	}
	return err
}

func (d *dying) SetSchema(n int) error {
	return d.write(func() error { return d.Store.SetSchema(n) })
}

func (d *dying) Update(fn func(kv.Tx) error) error {
	return d.write(func() error {
		return d.Store.Update(func(tx kv.Tx) error {
			c := &counting{Tx: tx}
			err := fn(c)
			d.most = max(d.most, c.ops)
			return err
		})
	})
}

type counting struct {
	kv.Tx
	ops int
}

func (c *counting) Get(key string) ([]byte, error)     { c.ops++; return c.Tx.Get(key) }
func (c *counting) Put(key string, value []byte) error { c.ops++; return c.Tx.Put(key, value) }
func (c *counting) Delete(key string) error            { c.ops++; return c.Tx.Delete(key) }

// TestRunGoesOn: wherever the program dies, the next start brings the store to
// the same end; an older program refuses it from the first moved key on; and no
// Update does more than an engine has to take.
func TestRunGoesOn(t *testing.T) {
	const n = 120
	want := moved(n)
	for _, after := range []bool{false, true} {
		died := true
		for at := 1; died; at++ {
			s := older(t, n)
			before := dump(t, s)
			d := &dying{Store: s, left: at, after: after}
			err := migrate.Run(d, migrations(), nil)
			if died = errors.Is(err, errDied); !died && err != nil {
				t.Fatal(err)
			}
			if d.most > 100 {
				t.Fatalf("an Update made %d reads and writes", d.most)
			}
			now := dump(t, s)
			delete(now, "migrating")
			if v, _ := s.Schema(); v == 1 && !maps.Equal(now, before) {
				t.Fatalf("died at %d: an older program would open a store that was changed", at)
			}
			for again := 2; died; again++ { // and may die again
				d = &dying{Store: s, left: again, after: after}
				if err := migrate.Run(d, migrations(), nil); err == nil {
					break
				} else if !errors.Is(err, errDied) {
					t.Fatal(err)
				}
			}
			if got := dump(t, s); !maps.Equal(got, want) {
				t.Fatalf("died at %d: %v", at, got)
			}
		}
	}
}

// TestRunRefuses: what must not be migrated stops with an error, and loses nothing.
func TestRunRefuses(t *testing.T) {
	put := func(key, value string) func(kv.Store) error {
		return func(s kv.Store) error {
			return s.Update(func(tx kv.Tx) error { return tx.Put(key, []byte(value)) })
		}
	}
	again := migrate.Step{Prefix: "both/", Move: func(key string, v []byte) ([]migrate.Pair, error) {
		return []migrate.Pair{{Key: key + "/x", Value: v}}, nil
	}}
	many := migrate.Step{Prefix: "both/", Move: func(key string, v []byte) (all []migrate.Pair, _ error) {
		return make([]migrate.Pair, 99), nil
	}}
	for _, tt := range []struct {
		name  string
		spoil func(kv.Store) error
		with  []migrate.Migration
		says  string
	}{
		{"unknown-step", put("migrating", `{"schema":2,"prefix":"gone/"}`), migrations(), "gone/"},
		{"missing-migration", nil, nil, "nothing brings it to 2"},
		{"too-old", nil, []migrate.Migration{{Schema: 3}}, "nothing brings it to 2"},
		{"of-another-program", put("migrating", `{"schema":3}`), migrations(), "nothing brings it"},
		{"same-prefix", nil, []migrate.Migration{{Schema: 2, Steps: []migrate.Step{migrate.Drop("a/"), migrate.Drop("a/b/")}}}, "two steps"},
		{"moved-again", nil, []migrate.Migration{{Schema: 2, Steps: []migrate.Step{again}}}, "moved again"},
		{"too-many", nil, []migrate.Migration{{Schema: 2, Steps: []migrate.Step{many}}}, kv.ErrOps.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := older(t, 9)
			if tt.name == "of-another-program" {
				_ = s.SetSchema(2)
			}
			if tt.spoil != nil {
				if err := tt.spoil(s); err != nil {
					t.Fatal(err)
				}
			}
			before := len(dump(t, s))
			err := migrate.Run(s, tt.with, nil)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Run = %v, want it to say %q", err, tt.says)
			}
			if after := len(dump(t, s)); after < before {
				t.Errorf("%d of %d keys are left", after, before)
			}
		})
	}
}

// TestRunUnread: what can't be read stays as it is and is told of, and all else is moved.
func TestRunUnread(t *testing.T) {
	const n = 60
	s := older(t, n)
	want := moved(n)
	for i := range n / 2 {
		key := fmt.Sprintf("person/%d", i)
		if err := s.Update(func(tx kv.Tx) error { return tx.Put(key, []byte("{")) }); err != nil {
			t.Fatal(err)
		}
		want[key] = "{"
	}
	var last migrate.Progress
	if err := migrate.Run(s, migrations(), func(p migrate.Progress) { last = p }); err != nil {
		t.Fatal(err)
	}
	if got := dump(t, s); !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if len(last.Unread) != 20 || !strings.HasPrefix(last.Unread[0].Error(), "person/0: ") || last.Keys != 4*n {
		t.Errorf("told of %+v", last)
	}
}

// TestRunTwoSchemas: a store that lacks two is brought to both, one after the other.
func TestRunTwoSchemas(t *testing.T) {
	s := older(t, 3)
	if err := s.SetSchema(0); err != nil {
		t.Fatal(err)
	}
	first := migrate.Migration{Schema: 1, Steps: []migrate.Step{migrate.Rename("other/", "old/", nil)}}
	if err := migrate.Run(s, append([]migrate.Migration{first}, migrations()...), nil); err != nil {
		t.Fatal(err)
	}
	for key, value := range dump(t, s) {
		if strings.HasPrefix(key, "other/") || strings.HasPrefix(key, "old/") || !bytes.Equal([]byte(moved(3)[key]), []byte(value)) {
			t.Errorf("%s = %q", key, value)
		}
	}
}
