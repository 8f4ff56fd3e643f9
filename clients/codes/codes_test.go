package codes

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/internal/kv/kvtest"
	"countersign/policy"
)

var (
	noon  = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	ada   = Holder{Client: "north", Contact: "c-1"}
	north = Holder{Client: "north"}
	vault = Vault{Keys: keys.FromSeed([32]byte{1})}
)

// RFC 6238, appendix B: the seed of SHA-1 is the ASCII of 1234567890 twice.
const seedOfRFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func TestGolden(t *testing.T) {
	kvtest.Golden(t, map[string]any{
		"code": Code{Holder: "contact:c-1", Client: "north", Version: 2, Kind: Once, Sealed: []byte{1}, At: noon, By: "lea", Epoch: 1,
			Expires: noon, Used: noon, Step: 7, Locked: noon, Day: "2026-11-25", Told: "T-7"},
		"wrong":   wrongDay{Day: "2026-11-25", Wrong: 3},
		"guesses": []time.Time{noon},
		"week":    []wrongDay{{Day: "2026-11-25", Wrong: 3}},
		"told":    []told{{Client: "north", Contact: "c-1", Use: true}},
	})
}

func update(t *testing.T, s kv.Store, fn func(kv.Tx) error) {
	t.Helper()
	if err := s.Update(fn); err != nil {
		t.Fatal(err)
	}
}

func set(t *testing.T, s kv.Store, h Holder, n New) (c Code) {
	t.Helper()
	update(t, s, func(tx kv.Tx) (err error) { c, err = vault.Set(tx, h, n); return err })
	return c
}

// TestMatches: case, blanks, dashes and the script of digits don't count, all else does.
func TestMatches(t *testing.T) {
	s := kv.Memory()
	c := set(t, s, ada, New{Kind: Static, Secret: "Tulip-Harbour 93", At: noon, By: "lea"})
	for said, want := range map[string]bool{"Tulip-Harbour 93": true, "tulip harbour 93": true, "TULIPHARBOUR93": true, "tulipharbour٩٣": true, "ｔulipharbour93": true,
		"tulipharbour9": false, "tulipharbour933": false, "": false, "tulip.harbour.93": false, "nobody has this code": false} {
		if match, _, err := vault.Matches(c, ada, Secret(said), noon); err != nil || match != want {
			t.Errorf("%q: %v, %v, want %v", said, match, err, want)
		}
	}
	if match, _, err := vault.Matches(Code{}, ada, "nobody has this code", noon); match || err != nil {
		t.Errorf("where no code is set: %v, %v", match, err)
	}
}

// TestBound: a sealed code is of no use in another's place, in another version, of
// another kind, or for another client.
func TestBound(t *testing.T) {
	s := kv.Memory()
	first := set(t, s, ada, New{Kind: Static, Secret: "kx7qm2vd", At: noon, By: "lea"})
	second := set(t, s, ada, New{Kind: Static, Secret: "tulipharbour93", At: noon, By: "lea"})
	if second.Version != 2 {
		t.Fatalf("version %d", second.Version)
	}
	for name, c := range map[string]Code{
		"other-version": func() Code { c := second; c.Sealed = first.Sealed; return c }(),
		"other-kind":    func() Code { c := first; c.Kind = Once; return c }(),
		"other-holder":  func() Code { c := first; c.Holder = "contact:c-2"; return c }(),
		"other-client":  func() Code { c := first; c.Client = "south"; return c }(),
	} {
		h := Holder{Client: c.Client, Contact: strings.TrimPrefix(c.Holder, "contact:")}
		if match, _, err := vault.Matches(c, h, "kx7qm2vd", noon); match || !errors.Is(err, keys.ErrSealed) {
			t.Errorf("%s: %v, %v", name, match, err)
		}
	}
	if match, _, err := vault.Matches(first, Holder{Client: "south", Contact: "c-1"}, "kx7qm2vd", noon); match || err != nil {
		t.Errorf("of who moved to another client: %v, %v", match, err)
	}
	update(t, s, func(tx kv.Tx) error {
		if _, ok, err := Of(tx, Holder{Client: "south", Contact: "c-1"}); ok || err != nil {
			t.Errorf("who moved has a code: %v", err)
		}
		c, err := Clear(tx, ada, noon, "lea", 0)
		if c.Version != 3 || len(c.Sealed) > 0 {
			t.Errorf("cleared: %+v", c)
		}
		return err
	})
	if c := set(t, s, ada, New{Kind: Static, Secret: "kx7qm2vd", At: noon, By: "lea"}); c.Version != 4 {
		t.Errorf("after a clear the version is %d", c.Version)
	}
}

// TestRotating: the present step and its neighbours, each once, and none before
// one that matched.
func TestRotating(t *testing.T) {
	at := time.Unix(1111111109, 0) // RFC 6238, appendix B: 07081804
	for _, tt := range []struct {
		name string
		said string
		at   time.Time
		last int64
		want bool
	}{
		{"now", "081804", at, 0, true},
		{"blanks", "081 804", at, 0, true},
		{"step-before", "081804", at.Add(30 * time.Second), 0, true},
		{"step-behind", "081804", at.Add(-30 * time.Second), 0, true},
		{"two-steps-late", "081804", at.Add(61 * time.Second), 0, false},
		{"two-steps-early", "081804", at.Add(-60 * time.Second), 0, false},
		{"again", "081804", at, at.Unix() / period, false},
		{"older-than-the-last", "081804", at.Add(30 * time.Second), at.Unix()/period + 1, false},
		{"after-the-last", "081804", at, at.Unix()/period - 1, true},
		{"wrong", "081805", at, 0, false},
		{"eight-digits", "07081804", at, 0, false},
		{"empty", "", at, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := set(t, kv.Memory(), ada, New{Kind: TOTP, Secret: seedOfRFC, At: noon, By: "lea"})
			c.Step = tt.last
			match, step, err := vault.Matches(c, ada, Secret(tt.said), tt.at)
			if err != nil || match != tt.want || match && step != at.Unix()/period {
				t.Errorf("%v, step %d, %v, want %v", match, step, err, tt.want)
			}
		})
	}
	for said, good := range map[string]bool{seedOfRFC: true, "gezd gnbv gy3t qojq gezd gnbv gy3t qojq": true, "GEZDGNBVGY3TQOJQ": false, "": false, "0189": false, strings.Repeat("A", 200): false} {
		if _, err := Check(TOTP, Secret(said), nil); (err == nil) != good {
			t.Errorf("seed %q: %v", said, err)
		}
	}
}

// TestTries: a wrong code counts for its holder, its agent and all, each as long
// as it should; a match takes its own back and no other.
func TestTries(t *testing.T) {
	s := kv.Memory()
	count := func(h Holder, agent string, at time.Time) {
		t.Helper()
		update(t, s, func(tx kv.Tx) error { return Count(tx, h, agent, at) })
	}
	want := func(h Holder, agent string, at time.Time, want Tries) {
		t.Helper()
		update(t, s, func(tx kv.Tx) error {
			got, err := Counted(tx, h, agent, at)
			if got != want {
				t.Errorf("%s by %s at %s: %+v, want %+v", h, agent, at, got, want)
			}
			return err
		})
	}
	count(ada, "sam", noon)
	count(ada, "kim", noon.Add(time.Minute))
	count(north, "sam", noon.Add(2*time.Minute))
	now := noon.Add(3 * time.Minute)
	want(ada, "sam", now, Tries{2, 2, 3})
	want(north, "kim", now, Tries{1, 1, 3})
	want(ada, "sam", noon.Add(time.Hour), Tries{2, 1, 2})
	want(ada, "sam", Midnight(noon).Add(-time.Millisecond), Tries{2, 0, 0})
	want(ada, "sam", Midnight(noon), Tries{0, 0, 0})
	want(ada, "sam", noon.Add(-24*time.Hour), Tries{2, 2, 3}) // the clock was put back
	update(t, s, func(tx kv.Tx) error { return GiveBack(tx, ada, "kim", noon.Add(time.Minute), now) })
	want(ada, "sam", now, Tries{1, 2, 2})
	update(t, s, func(tx kv.Tx) error { return GiveBack(tx, ada, "kim", noon.Add(time.Minute), now) })
	want(north, "sam", now, Tries{1, 2, 2})
	for range 2 * policy.WrongCodesHour {
		count(ada, "sam", now)
	}
	want(north, "sam", now, Tries{1, policy.WrongCodesAgent, policy.WrongCodesHour})
}

// TestShowsNothing: a secret shows itself in no form that a log or an error has.
func TestShowsNothing(t *testing.T) {
	const code = "tulipharbour93"
	for _, format := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%d"} {
		for _, v := range []any{Secret(code), New{Secret: code}, &New{Secret: code}, fmt.Errorf("%v", Secret(code))} {
			if out := fmt.Sprintf(format, v); strings.Contains(out, "tulip") || strings.Contains(out, "74756c6970") {
				t.Errorf("%s of %T shows %q", format, v, out)
			}
		}
	}
	s := kv.Memory()
	c := set(t, s, ada, New{Kind: Static, Secret: code, At: noon, By: "lea"})
	if bytes.Contains(c.Sealed, []byte("tulip")) {
		t.Error("the sealed code is not sealed")
	}
}

// TestReseal: under a new key every code is there, also twice or after half of it.
func TestReseal(t *testing.T) {
	s := kv.Memory()
	set(t, s, ada, New{Kind: Static, Secret: "kx7qm2vd", At: noon, By: "lea"})
	update(t, s, func(tx kv.Tx) error {
		again, err := vault.Reseal(tx, ada.String())
		if again {
			t.Error("what is under the newest key is sealed anew")
		}
		return err
	})
}
