package token_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/token"
)

func TestFind(t *testing.T) {
	a, b := token.New(), token.New()
	tests := []struct {
		name, value string
		want        []string
	}{
		{"reply-address", "Support <support+" + a + "@desk.example>", []string{a}},
		{"upper-case", "<support+" + strings.ToUpper(a) + "@desk.example>", []string{a}},
		{"message-ids", "<" + a + "@desk.example> <x." + b + "@desk.example>", []string{a, b}},
		{"twice-is-once", a + " " + a, []string{a}},
		{"longer-run", "a" + a, nil},
		{"shorter-run", a[1:], nil},
		{"foreign-digit", a[1:] + "9", nil},
		{"empty", "", nil},
		{"eight-bit", "\xff" + a + "\xff", []string{a}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := token.Find(tt.value); !slices.Equal(got, tt.want) {
				t.Errorf("Find(%q) = %v, want %v", tt.value, got, tt.want)
			}
		})
	}
}

func TestFindReferences(t *testing.T) {
	tests := []struct {
		name, subject string
		want, numbers []string
	}{
		{"reply", "Re: [T-1042-7KQ3MX] Please confirm", []string{"T-1042-7KQ3MX"}, []string{"T-1042"}},
		{"lower-case", "re: [t-1042-7kq3mx]", []string{"T-1042-7KQ3MX"}, []string{"T-1042"}},
		{"two-beside-each-other", "[T-1-AAAAAA][T-2-BBBBBB]", []string{"T-1-AAAAAA", "T-2-BBBBBB"}, []string{"T-1", "T-2"}},
		{"two-with-one-blank", "T-1-AAAAAA T-2-BBBBBB", []string{"T-1-AAAAAA", "T-2-BBBBBB"}, []string{"T-1", "T-2"}},
		{"number-alone", "Re: [T-7] done", nil, []string{"T-7"}},
		{"inside-a-word", "AT-7-AAAAAA", nil, nil},
		{"longer-code", "T-7-AAAAAAA", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := token.FindReferences(tt.subject); !slices.Equal(got, tt.want) {
				t.Errorf("FindReferences(%q) = %v, want %v", tt.subject, got, tt.want)
			}
			if got := token.FindNumbers(tt.subject); !slices.Equal(got, tt.numbers) {
				t.Errorf("FindNumbers(%q) = %v, want %v", tt.subject, got, tt.numbers)
			}
		})
	}
}

// TestNew: every bit of a token is drawn, and no token comes twice.
func TestNew(t *testing.T) {
	var first string
	varies, seen := make([]bool, token.Length), map[string]bool{}
	for range 200 {
		a := token.New()
		if first == "" {
			first = a
		}
		if !token.Valid(a) || seen[a] {
			t.Fatalf("New() = %q", a)
		}
		seen[a] = true
		for i := range varies {
			varies[i] = varies[i] || a[i] != first[i]
		}
	}
	for i, v := range varies {
		if !v {
			t.Errorf("character %d is always %q", i, first[i])
		}
	}
}

func TestValid(t *testing.T) {
	a := token.New()
	for s, want := range map[string]bool{a: true, strings.ToUpper(a[:1]) + "b" + a[2:]: a[0] >= '2' && a[0] <= '7', "A" + a[1:]: false, a[1:]: false, a + "a": false, a[1:] + "1": false} {
		if token.Valid(s) != want {
			t.Errorf("Valid(%q) = %v", s, !want)
		}
	}
}

// TestFindBounds: however much one field holds, so much is looked at.
func TestFindBounds(t *testing.T) {
	var tokens, subject strings.Builder
	for i := range 70 {
		tokens.WriteString(token.New() + " ")
		fmt.Fprintf(&subject, "[T-%d-AAAAAA] ", i+1)
	}
	if n := len(token.Find(tokens.String())); n != 64 {
		t.Errorf("%d tokens, want 64", n)
	}
	if n := len(token.FindReferences(subject.String())); n != 64 {
		t.Errorf("%d references, want 64", n)
	}
}

func TestBlot(t *testing.T) {
	a := token.New()
	tests := []struct{ in, want string }{
		{"nothing", "nothing"},
		{"support+" + a + "@desk.example", "support+**************************@desk.example"},
		{strings.ToUpper(a) + " " + a, "************************** **************************"},
		{"[T-1042-7KQ3MX] and t-7-aaaaaa", "[T-1042-******] and t-7-******"},
		{"T-1-AAAAAA T-2-BBBBBB", "T-1-****** T-2-******"},
		{"x" + a, "x" + a},
		{"T-1042-7KQ3MXA", "T-1042-7KQ3MXA"},
		{"grün T-1-AAAAAA grün", "grün T-1-****** grün"},
		{"T-1-AAAAA\rAT-1-BBBBBB", "T-1-*****\r*T-1-******"}, // the second begins a word once the first is gone
	}
	for _, tt := range tests {
		if got := token.Blot(tt.in); got != tt.want {
			t.Errorf("Blot(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestBlotTime: a text full of what looks like secrets is read once, all of it:
// eight times as much takes some eight times as long, and not sixty-four.
func TestBlotTime(t *testing.T) {
	took := func(n int) time.Duration {
		text := strings.Repeat(token.New()+" T-1-AAAAAA ", n)
		best := time.Hour
		for range 5 { // the machine may do other things meanwhile
			began := time.Now()
			if got := token.Blot(text); strings.Count(got, "*") != 32*n {
				t.Fatalf("%d stars in %d bytes", strings.Count(got, "*"), len(text))
			}
			best = min(best, time.Since(began))
		}
		return best
	}
	var one, eight time.Duration
	for range 5 {
		if one, eight = took(2000), took(16000); eight <= 32*one {
			return
		}
	}
	t.Errorf("8 times as much takes %v instead of %v", eight, one)
}

// FuzzFind: what is found has the form of a token and stands in the input, whatever
// its case; and nothing is found any more where it was blotted out.
func FuzzFind(f *testing.F) {
	f.Add("Support <support+" + token.New() + "@desk.example>, [T-1-AAAAAA][T-2-BBBBBB]")
	f.Fuzz(func(t *testing.T, s string) {
		for _, found := range token.Find(s) {
			if !token.Valid(found) || !strings.Contains(strings.ToLower(s), found) {
				t.Errorf("Find(%q) gave %q", s, found)
			}
		}
		for _, found := range token.FindReferences(s) {
			if !strings.Contains(strings.ToUpper(s), found) {
				t.Errorf("FindReferences(%q) gave %q", s, found)
			}
		}
		if b := token.Blot(s); len(b) != len(s) || len(token.Find(b)) > 0 || len(token.FindReferences(b)) > 0 {
			t.Errorf("Blot(%q) left %q", s, b)
		}
	})
}
