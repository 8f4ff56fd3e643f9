package ledger

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"countersign/inbound/mailbox"
	"countersign/internal/kv"
)

func open(t *testing.T) (*Ledger, kv.Store) {
	t.Helper()
	s := kv.Memory()
	group := kv.NewCommitter(s)
	t.Cleanup(group.Close)
	return New(s, group), s
}

// TestTodoOfSchema1: to-dos were written under the names of Go's fields.
func TestTodoOfSchema1(t *testing.T) {
	l, s := open(t)
	src := Source{Mailbox: "support", UIDValidity: 7, Turn: 2, UID: 42}
	err := s.Update(func(tx kv.Tx) error {
		return tx.Put(todoPrefix+src.place(), []byte(`{"Mailbox":"support","UIDValidity":7,"Turn":2,"UID":42,"Outcome":"applied","Stays":true}`))
	})
	want := []mailbox.Todo{{Mailbox: "support", UIDValidity: 7, Turn: 2, UID: 42, Outcome: "applied", Stays: true}}
	if got, err2 := l.Pending("support"); errors.Join(err, err2) != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Pending() = %+v, %v; want %+v", got, errors.Join(err, err2), want)
	}
	if err := l.Done(want...); err != nil {
		t.Error(err)
	}
	if got, err := l.Pending("support"); err != nil || len(got) != 0 {
		t.Errorf("Pending() = %+v, %v after Done", got, err)
	}
}

// TestDeferredOfOld: a message that waited was once written as its id alone.
func TestDeferredOfOld(t *testing.T) {
	l, s := open(t)
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	err := s.Update(func(tx kv.Tx) error {
		return errors.Join(tx.Put(deferKey(now, "m-1"), []byte("m-1")), Defer(tx, now.Add(time.Millisecond), Waiting{ID: "m-2"}))
	})
	for all, want := range map[bool][]Waiting{false: {{ID: "m-1"}}, true: {{ID: "m-1"}, {ID: "m-2"}}} {
		if got, err2 := l.Deferred(now, all); errors.Join(err, err2) != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Deferred(all %v) = %+v, %v; want %+v", all, got, errors.Join(err, err2), want)
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
