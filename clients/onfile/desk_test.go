package onfile_test

import (
	"os"
	"strings"
	"testing"

	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/staff"
)

// TestIsStaff: whatever reaches a mailbox of the desk or of an agent is
// staff's, and so is every address at their domains, unless others live there.
func TestIsStaff(t *testing.T) {
	text, err := os.ReadFile("freemail.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(text))
	free := lines[len(lines)-1]
	s := kv.Memory()
	err = s.Update(func(tx kv.Tx) error {
		for _, a := range []staff.Agent{{ID: "sam", Email: "Sam@Staff.example"}, {ID: "sue", Email: "sue@" + free}, {ID: "kim", Email: "kim+desk@shared.example"}} {
			if _, err := staff.Add(tx, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	desk := onfile.Desk{Addresses: []string{"support@desk.example", "help@" + free}, ReplyAddress: "Re-{token}@reply.example", Shared: []string{"shared.example"}}
	free2 := onfile.Desk{Addresses: []string{"help@" + free}, ReplyAddress: "help.{token}@" + free}
	for _, tt := range []struct {
		name, addr string
		desk       onfile.Desk
		want       bool
	}{
		{"agent", "sam@staff.example", desk, true},
		{"agent-plus", "sam+ada@staff.example", desk, true},
		{"agents-domain", "ada@staff.example", desk, true},
		{"below-agents-domain", "ada@mail.staff.example", desk, false},
		{"mailbox", "support@desk.example", desk, true},
		{"mailbox-plus", "support+x@desk.example", desk, true},
		{"mailbox-domain", "ada@desk.example", desk, true},
		{"reply-domain", "ada@reply.example", desk, true},
		{"free-agent", "sue@" + free, desk, true},
		{"free-agent-plus", "sue+ada@" + free, desk, true},
		{"free-agent-dash", "sue-ada@" + free, desk, false},
		{"free-domain", "ada@" + free, desk, false},
		{"free-mailbox", "help@" + free, desk, true},
		{"free-mailbox-plus", "help+ada@" + free, desk, true},
		{"free-reply-form", "help.abc@" + free, free2, true},
		{"free-reply-nothing", "help.@" + free, free2, false},
		{"shared-domain", "ada@shared.example", desk, false},
		{"shared-domain-elsewhere", "ada@shared.example", onfile.Desk{}, true},
		{"shared-agent-detail", "kim+desk@shared.example", desk, true},
		{"shared-agent-mailbox", "kim@shared.example", desk, true},
		{"shared-agent-other-detail", "kim+ada@shared.example", desk, true},
		{"plus-only", "+ada@shared.example", desk, false},
		{"stranger", "ada@north.example", desk, false},
		{"stranger-plus", "ada+sam@north.example", desk, false},
		{"no-desk", "support@desk.example", onfile.Desk{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got bool
			err := s.View(func(v kv.View) (err error) { got, err = tt.desk.IsStaff(v, tt.addr); return err })
			if err != nil || got != tt.want {
				t.Errorf("IsStaff(%s) = %v, %v, want %v", tt.addr, got, err, tt.want)
			}
		})
	}
}
