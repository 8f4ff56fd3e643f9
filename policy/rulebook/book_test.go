package rulebook

import (
	"testing"

	"countersign/internal/strict"
	"countersign/policy"

	"github.com/google/go-cmp/cmp"
)

// TestBuiltin: the file says of every class what is built in, and leaves out nothing
// that has a value there.
func TestBuiltin(t *testing.T) {
	b := Builtin()
	if b.Rules.Source != "" || len(b.Rules.More) > 0 {
		t.Errorf("rules of %q, more %d", b.Rules.Source, len(b.Rules.More))
	}
	for _, c := range policy.Classes {
		want := c.Demands()
		if want.AnyOf == nil {
			want.AnyOf = b.Rules.Classes[c].AnyOf[:0]
		}
		if diff := cmp.Diff(want, b.Rules.Classes[c]); diff != "" {
			t.Errorf("%s (-policy +builtin.toml)\n%s", c, diff)
		}
		if got := b.Rules.Demand(c, policy.Matter{}); !cmp.Equal(c.Demands(), got) {
			t.Errorf("%s demands %+v", c, got)
		}
		if len(b.Examples[c]) == 0 {
			t.Errorf("%s has no example", c)
		}
	}
	if again, problems := Read("builtin.toml", builtin); len(problems) > 0 {
		t.Errorf("read as a desk's own: %v", strict.Faults(problems))
	} else if diff := cmp.Diff(b.Rules.Classes, again.Rules.Classes, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Where" }, cmp.Ignore())); diff != "" {
		t.Errorf("read as a desk's own (-want +got)\n%s", diff)
	}
}
