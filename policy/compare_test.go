package policy

import (
	"slices"
	"testing"
	"time"
)

// TestMore: each row says what one demand asks for that another does not, and that
// one of them.
func TestMore(t *testing.T) {
	base := ServerChange.Demands()
	tests := []struct {
		name       string
		change     func(*Demand)
		more, less []string
	}{
		{"same", func(*Demand) {}, nil, nil},
		{"proof", func(d *Demand) { d.AnyOf = [][]ProofKind{{ProofReply, ProofCode}, {ProofReply, ProofExternal}} }, []string{"the proof reply+code or reply+external instead of reply"}, nil},
		{"another-proof", func(d *Demand) { d.AnyOf = [][]ProofKind{{ProofCode}} }, []string{"the proof code instead of reply"}, []string{"the proof reply instead of code"}},
		{"no-proof", func(d *Demand) { d.AnyOf = nil }, nil, []string{"the proof reply"}},
		{"approval", func(d *Demand) { d.Second.Contacts = 1 }, []string{"1 approval by other contacts"}, nil},
		{"approvals", func(d *Demand) { d.Second = Second{Leads: 1, Either: 3} }, []string{"1 approval by team leads", "3 approvals by other contacts or team leads"}, nil},
		{"wait", func(d *Demand) { d.Wait = 72 * time.Hour }, []string{"a wait of 72h0m0s"}, nil},
		{"channel", func(d *Demand) { d.Channels = []Channel{Email, Chat} }, []string{"only by email, chat"}, []string{"only by email, portal, api"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := base
			tt.change(&d)
			if more, less := d.More(base), base.More(d); !slices.Equal(more, tt.more) || !slices.Equal(less, tt.less) {
				t.Errorf("more %q, less %q; want %q, %q", more, less, tt.more, tt.less)
			}
		})
	}
}
