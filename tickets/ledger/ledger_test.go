package ledger

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"countersign/inbound/mailbox"
	"countersign/internal/kv"
	"countersign/internal/kv/migrate"
)

func open(t *testing.T) (*Ledger, kv.Store) {
	t.Helper()
	s := kv.Memory()
	group := kv.NewCommitter(s)
	t.Cleanup(group.Close)
	return New(s, group), s
}

// TestToSchema2: to-dos were written under the names of Go's fields, and a message
// that waits once as its bare id.
func TestToSchema2(t *testing.T) {
	l, s := open(t)
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	src := Source{Mailbox: "support", UIDValidity: 7, Turn: 2, UID: 42}
	err := s.Update(func(tx kv.Tx) error {
		return errors.Join(
			tx.Put(todoPrefix+src.place(), []byte(`{"Mailbox":"support","UIDValidity":7,"Turn":2,"UID":42,"Outcome":"applied","Stays":true}`)),
			tx.Put(deferKey(now, "m-1"), []byte("m-1")),
			Defer(tx, now.Add(time.Millisecond), Waiting{ID: "m-2", From: "ada@north.example", Domain: "north.example"}))
	})
	err = errors.Join(err, s.SetSchema(1), migrate.Run(s, []migrate.Migration{{Schema: 2, Steps: ToSchema2}}, nil))
	if err != nil {
		t.Fatal(err)
	}
	todo := []mailbox.Todo{{Mailbox: "support", UIDValidity: 7, Turn: 2, UID: 42, Outcome: "applied", Stays: true}}
	if got, err := l.Pending("support"); err != nil || !reflect.DeepEqual(got, todo) {
		t.Errorf("Pending() = %+v, %v; want %+v", got, err, todo)
	}
	if err := l.Done(todo...); err != nil {
		t.Error(err)
	}
	if got, err := l.Pending("support"); err != nil || len(got) != 0 {
		t.Errorf("Pending() = %+v, %v after Done", got, err)
	}
	both := []Waiting{{ID: "m-1"}, {ID: "m-2", From: "ada@north.example", Domain: "north.example"}}
	for all, want := range map[bool][]Waiting{false: both[:1], true: both} {
		if got, err := l.Deferred(now, all); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Deferred(all %v) = %+v, %v; want %+v", all, got, err, want)
		}
	}
}

// TestReleaseOfNone: a mailbox that isn't held can't be released, and stays as it is.
func TestReleaseOfNone(t *testing.T) {
	l, s := open(t)
	if err := l.Advance("support", func(c *mailbox.Cursor) { c.Floor = 3 }); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(func(tx kv.Tx) error { return Release(tx, "support", true) }); !errors.Is(err, ErrNotHeld) {
		t.Errorf("Release() = %v", err)
	}
	if c, err := l.Cursor("support"); err != nil || c.Floor != 3 {
		t.Errorf("Cursor() = %+v, %v", c, err)
	}
}
