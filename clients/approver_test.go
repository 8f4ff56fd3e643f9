package clients_test

import (
	"testing"
	"time"

	"countersign/clients"
	"countersign/clients/onfile"
	"countersign/internal/kv"
)

// TestApprovedUntil: whoever could approve lately is remembered, whatever took it
// from them, so that nobody clears the way by taking it away.
func TestApprovedUntil(t *testing.T) {
	now := day.Add(48 * time.Hour) // of the write, at nine
	set := func(p ...clients.Permission) func(kv.Tx, string) error {
		return func(tx kv.Tx, id string) error {
			_, err := clients.Set(tx, id, clients.Change{Permissions: &p}, now, onfile.Desk{})
			return err
		}
	}
	today := clients.Permission("approve@" + now.Format(time.DateOnly))
	for _, tt := range []struct {
		name    string
		change  func(kv.Tx, string) error
		service string
		at      time.Duration // after the write
		may     bool
		until   time.Duration // after it; -1: not lately
	}{
		{"nothing-taken", set("approve", "ask"), "", time.Hour, true, -1},
		{"taken", set("ask"), "", 71 * time.Hour, false, 0},
		{"taken-long-ago", set("ask"), "", 72 * time.Hour, false, -1},
		{"for-one-service", set("approve:web-1"), "web-2", time.Hour, false, 0},
		{"for-this-service", set("approve:web-1"), "web-1", time.Hour, true, 0},
		{"for-any-service", set("approve:web-1"), "", time.Hour, true, 0},
		{"of-services-nobody-else", set("ask:web-1"), "web-1", 80 * time.Hour, false, -1},
		{"ends-today", set(today), "", time.Hour, true, 0},
		{"ended", set(today), "", 86 * time.Hour, false, 15 * time.Hour},
		{"ended-long-ago", set(today), "", 87 * time.Hour, false, -1},
		{"removed", func(tx kv.Tx, id string) error { _, err := clients.Remove(tx, id, now); return err }, "", 71 * time.Hour, false, 0},
		{"removed-long-ago", func(tx kv.Tx, id string) error { _, err := clients.Remove(tx, id, now); return err }, "", 72 * time.Hour, false, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			contacts(t, s, header+ada+"north,,nils@north.example,,,approve,\n")
			nils, _ := find(t, s, "nils@north.example")
			if err := s.Update(func(tx kv.Tx) error { return tt.change(tx, nils.ID) }); err != nil {
				t.Fatal(err)
			}
			c, _ := find(t, s, "nils@north.example")
			want := time.Time{}
			if tt.until >= 0 {
				want = now.Add(tt.until)
			}
			at := now.Add(tt.at)
			if got := c.ApprovedUntil(tt.service, at, 72*time.Hour); !got.Equal(want) || c.MayApprove(tt.service, at) != tt.may {
				t.Errorf("ApprovedUntil() = %v, may now %v; want %v, %v", got, c.MayApprove(tt.service, at), want, tt.may)
			}
		})
	}
}

// TestApproverComesBack: who is put back on file without the permission, or was
// never one who could approve, is known as what they were.
func TestApproverComesBack(t *testing.T) {
	s := kv.Memory()
	contacts(t, s, header+ada+"north,,nils@north.example,,,approve,\nnorth,,bo@north.example,,,ask,\n")
	nils, _ := find(t, s, "nils@north.example")
	if err := s.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, nils.ID, day); return err }); err != nil {
		t.Fatal(err)
	}
	contacts(t, s, header+"north,,nils@north.example,,,ask,\n")
	for addr, want := range map[string]time.Time{"nils@north.example": day, "bo@north.example": {}} {
		if c, _ := find(t, s, addr); !c.ApprovedUntil("", day.Add(time.Hour), 72*time.Hour).Equal(want) {
			t.Errorf("%s: %+v, want %v", addr, c, want)
		}
	}
}
