package policy_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/bits"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"countersign/policy"
)

// TestMatrix holds Authorize against the oracle: by day on the faces and on a
// sample of the whole, at night on larger faces.
func TestMatrix(t *testing.T) {
	night := os.Getenv("COUNTERSIGN_NIGHTLY") != ""
	seen := make([]bool, len(known))
	ran := 0
	for _, f := range faces {
		t.Run(f.name, func(t *testing.T) {
			ran++
			if f.night && !night {
				t.Skip("a larger face: COUNTERSIGN_NIGHTLY=1")
			}
			m := matrix{seen: seen}
			m.each(f.points(t), m.compare)
			m.report(t)
		})
	}
	t.Run("whole", func(t *testing.T) {
		many := 100
		if night {
			many = 20_000
		}
		rapid.Check(t, func(r *rapid.T) {
			m := matrix{seen: seen}
			dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))
			for range many {
				m.compare(anywhere(dice))
			}
			m.report(r)
		})
	})
	for i, k := range known {
		if ran == len(faces) && !seen[i] && !t.Failed() {
			t.Errorf("%s no longer: take it from the list of what is known", k.differs)
		}
	}
}

// A point of the matrix has a value on each axis, by its place there.
type point []int

// anywhere is a point where most is as at first, and half of the proofs are good.
func anywhere(dice *rand.Rand) point {
	at := make(point, len(axes))
	for i, a := range axes {
		proof := slices.Contains([]string{"sender", "reply", "token", "code", "external", "first", "second"}, a.name)
		switch {
		case a.name == "class", proof && dice.IntN(4) == 0, !proof && dice.IntN(12) == 0, strings.HasSuffix(a.name, "-ago") && dice.IntN(3) == 0:
			at[i] = dice.IntN(len(a.values))
		case proof:
			at[i] = dice.IntN(2)
		}
	}
	return at
}

// points are the values that each axis takes on the face.
func (f face) points(t *testing.T) (points [][]int) {
	t.Helper()
	for _, a := range axes {
		at := []int{0}
		if named, ok := f.vary[a.name]; ok {
			at = nil
			for i, v := range a.values {
				if named == all || slices.Contains(words(named), v) {
					at = append(at, i)
				}
			}
			if named != all && len(at) != len(words(named)) {
				t.Fatalf("%s is not all of %s", named, a.name)
			}
		}
		points = append(points, at)
	}
	return points
}

var setters = func() (setters [][]func(*asking)) {
	for _, a := range axes {
		var of []func(*asking)
		for _, v := range a.values {
			of = append(of, a.set(v))
		}
		setters = append(setters, of)
	}
	return setters
}()

func (at point) asking() (q asking) {
	for i, v := range at {
		setters[i][v](&q)
	}
	return q
}

// String says what is not as at first.
func (at point) String() string {
	var s []string
	for i, v := range at {
		if v != 0 || axes[i].name == "class" {
			s = append(s, axes[i].name+"="+axes[i].values[v])
		}
	}
	return strings.Join(s, " ")
}

type matrix struct {
	cases   int
	verbs   map[policy.Verb]int
	differs map[string]int // by the least point that differs so
	seen    []bool         // of known
}

func (m *matrix) each(points [][]int, do func(point)) {
	at, turn := make(point, len(points)), make([]int, len(points))
	for {
		for i, t := range turn {
			at[i] = points[i][t]
		}
		do(at)
		i := 0
		for ; i < len(turn); i++ {
			if turn[i]++; turn[i] < len(points[i]) {
				break
			}
			turn[i] = 0
		}
		if i == len(turn) {
			return
		}
	}
}

func (m *matrix) compare(at point) {
	if m.verbs == nil {
		m.verbs, m.differs = map[policy.Verb]int{}, map[string]int{}
	}
	differs, want, left := difference(at)
	m.cases++
	m.verbs[want]++
	for i := range m.seen {
		m.seen[i] = m.seen[i] || left == 1<<i
	}
	if differs != "" && len(m.differs) < 40 {
		m.differs[least(at)]++
	}
}

// difference says how policy answers otherwise than the oracle, or says less than
// it must; left is what known differences it comes from, as few as do.
func difference(at point) (differs string, want policy.Verb, left uint) {
	q := at.asking()
	want, sentence := oracle(&q)
	got := policy.Authorize(q.action())
	less := ""
	switch {
	case got.Decision != want:
		less = fmt.Sprintf("%s by %q for %v, the design says %s: %s", got.Decision, got.Rule, got.Reasons, want, sentence)
	case want == policy.Deny && (len(got.Reasons) == 0 || len(got.Next) == 0):
		return fmt.Sprintf("deny by %q for %v, and next %v", got.Rule, got.Reasons, got.Next), want, 0
	case want == policy.Hold && (len(got.Reasons) == 0 || slices.ContainsFunc(got.Reasons, notOfHold)):
		less = fmt.Sprintf("hold by %q for %v", got.Rule, got.Reasons)
	}
	if less == "" {
		return "", want, 0
	}
	for _, q.left = range leaving {
		if as, by := oracle(&q); as == got.Decision && (as != want || by == codeLacks) {
			return "", want, q.left
		}
	}
	return less, want, 0
}

// leaving are the sets of known differences, those of one first.
var leaving = func() (sets []uint) {
	for s := range uint(1) << len(known) {
		sets = append(sets, s)
	}
	slices.SortStableFunc(sets, func(a, b uint) int { return cmp.Compare(bits.OnesCount(a), bits.OnesCount(b)) })
	return sets[1:]
}()

// notOfHold reports whether a reason says that more is missing than an approval or a wait.
func notOfHold(r policy.Reason) bool {
	return slices.Contains([]policy.Code{policy.CodeNotAuthenticated, policy.CodeNotConfirmed, policy.CodeChannelForbidden, policy.CodeClassMismatch,
		policy.CodeNoAuthority, policy.CodeAgentDisabled, policy.CodeCodeMissing, policy.CodeExternalMissing, policy.CodeClientStopped,
		policy.CodeClientLocked, policy.CodeAlreadyUsed, policy.CodeDisputed, policy.CodeTicketClosed, policy.CodeTicketExpired,
		policy.CodeNoRule}, r.Code)
}

// least is the point with the fewest things out of order that still differs so,
// and how.
func least(at point) string {
	at = slices.Clone(at)
	_, want, _ := difference(at)
	for i := range at {
		for v := range at[i] {
			was := at[i]
			at[i] = v
			if d, w, _ := difference(at); d != "" && w == want {
				break
			}
			at[i] = was
		}
	}
	d, _, _ := difference(at)
	return at.String() + ": " + d
}

func (m *matrix) report(t interface {
	Helper()
	Logf(string, ...any)
	Errorf(string, ...any)
}) {
	t.Helper()
	if m.cases > 1000 {
		t.Logf("%d cases: %v", m.cases, m.verbs)
	}
	worst := slices.SortedFunc(maps.Keys(m.differs), func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	for _, d := range worst {
		t.Errorf("%s (%d such)", d, m.differs[d])
	}
}
