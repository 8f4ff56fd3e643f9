package approvals

import (
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/internal/kv/kvtest"
)

var start = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// TestGolden: what lies on disk has the names that it had.
func TestGolden(t *testing.T) {
	kvtest.Golden(t, map[string]any{
		"approval": Approval{ID: "A-1", Ticket: "T-1042", Client: "north", Class: "cancellation", Revision: 2, Epoch: 1, State: Open, Opened: start,
			Until: start, Needs: Needs{Contacts: 1, Leads: 2, Either: 3}, Leads: 2, LeadMay: true, Lost: true, Asked: []Asked{{Contact: "c-7", Notices: []string{"n-abc"}, At: start, Clearer: true, Reminded: start, Away: start, Said: "away until Monday", AwayTold: true, For: "c-8", By: "T-7"}}, Blocked: "cools", Clears: start,
			Held: true, Told: []string{"2/ada@north.example"}, ToldAt: start, Look: start, Moved: []Moved{{Contact: "c-7", Agent: "lea", By: "max", At: start, Reason: "away"}},
			Given: []Given{{Yes: true, Contact: "c-7", Agent: "lea", At: start, Message: "m-1", Reason: "called back", InPlace: true, For: "c-8"}}, Ended: start, Why: "approval_refused"},
		"counter": uint64(17),
	})
}

// TestFound: an approval is found by its id, by its ticket, and by when it is to be
// looked at, as long as it is open.
func TestFound(t *testing.T) {
	s := kv.Memory()
	update := func(fn func(kv.Tx) error) {
		t.Helper()
		if err := s.Update(fn); err != nil {
			t.Fatal(err)
		}
	}
	var a, b Approval
	update(func(tx kv.Tx) (err error) {
		if a, err = New(tx, Approval{Ticket: "T-1", Look: start.Add(time.Hour)}); err != nil {
			return err
		}
		if _, err = New(tx, Approval{Ticket: "T-12", Look: start}); err != nil {
			return err
		}
		b, err = New(tx, Approval{Ticket: "T-1", Look: start})
		return err
	})
	found := func(at time.Time) (due, of []string) {
		t.Helper()
		err := s.View(func(v kv.View) (err error) {
			if due, err = Due(v, at, 10); err != nil {
				return err
			}
			all, err := Of(v, "T-1")
			for _, one := range all {
				of = append(of, one.ID)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return due, of
	}
	if due, of := found(start); !slices.Equal(due, []string{"A-2", "A-3"}) || !slices.Equal(of, []string{"A-1", "A-3"}) {
		t.Errorf("due %v, of T-1 %v", due, of)
	}
	update(func(tx kv.Tx) error {
		b.State, a.Look = Void, start.Add(2*time.Hour)
		return errors.Join(Save(tx, a), Save(tx, b))
	})
	if due, _ := found(start.Add(time.Hour)); !slices.Equal(due, []string{"A-2"}) {
		t.Errorf("due %v after one was put off and one is void", due)
	}
	if due, _ := found(start.Add(2 * time.Hour)); !slices.Equal(due, []string{"A-2", "A-1"}) {
		t.Errorf("due %v later", due)
	}
	update(func(tx kv.Tx) error {
		if got, err := Get(tx, "a-3"); err != nil || got.State != Void || !got.Look.IsZero() {
			t.Errorf("A-3 is %+v, %v", got, err)
		}
		if _, err := Get(tx, "A-4"); !errors.Is(err, ErrNone) {
			t.Errorf("A-4: %v", err)
		}
		return nil
	})
}
