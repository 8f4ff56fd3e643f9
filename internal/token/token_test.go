package token_test

import (
	"slices"
	"strings"
	"testing"

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

// FuzzFind: what is found has the form of a token and stands in the input, whatever its case.
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
	})
}
