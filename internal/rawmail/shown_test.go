package rawmail

import (
	"slices"
	"strings"
	"testing"
)

// TestShown: an address in the name beside the From address is found however it
// is written, and the From address itself is none.
func TestShown(t *testing.T) {
	tests := []struct {
		name, from string
		want       []string
	}{
		{"plain-name", "Ada Berg <x@evil.example>", nil},
		{"quoted", `"ada@north.example" <x@evil.example>`, []string{"ada@north.example"}},
		{"in-words", `"Ada Berg (Ada@North.example), Northwind" <x@evil.example>`, []string{"ada@north.example"}},
		{"in-angle-brackets", `"Ada <ada@north.example>" <x@evil.example>`, []string{"ada@north.example"}},
		{"comment", "x@evil.example (ada@north.example)", []string{"ada@north.example"}},
		{"encoded-word", "=?utf-8?b?YWRhQG5vcnRoLmV4YW1wbGU=?= <x@evil.example>", []string{"ada@north.example"}},
		{"invisible", "=?utf-8?q?ada=40nor=E2=80=8Bth.example?= <x@evil.example>", []string{"ada@north.example"}},
		{"invisible-before-the-at", "=?utf-8?q?ad=E2=80=8Ba=40north.example?= <x@evil.example>", []string{"ada@north.example"}},
		{"sentence", `"mail of ada@north.example." <x@evil.example>`, []string{"ada@north.example"}},
		{"own", `"x@evil.example" <x@evil.example>`, nil},
		{"own-in-marks", `"(=x@evil.example)" <x@evil.example>`, []string{"=x@evil.example"}},
		{"own-with-mark", "_x@evil.example <_x@evil.example>", nil},
		{"encoded-word-folded-inside", "=?utf-8?b?YWRhQG5v cnRoLmV4YW1wbGU=?= <x@evil.example>", []string{"ada@north.example"}},
		{"encoded-word-without-padding", "=?utf-8?b?YWRhQG5vcnRoLmV4YW1wbGU?= <x@evil.example>", []string{"ada@north.example"}},
		{"other-charset", "=?windows-1252?q?ada=40north.example?= <x@evil.example>", []string{"ada@north.example"}},
		{"other-charset-beside", "=?gb2312?q?=B0?= =?utf-8?q?ada=40north.example?= <x@evil.example>", []string{"ada@north.example"}},
		{"charset-with-language", "=?utf-8*en?q?ada=40north.example?= <x@evil.example>", []string{"ada@north.example"}},
		{"two-bytes-a-letter", "=?utf-16?b?YQBkAGEAQABuAG8AcgB0AGgALgBlAHgAYQBtAHAAbABlAA==?= <x@evil.example>", []string{"ada@north.example"}},
		{"fullwidth", "\"ada\uff20north\uff0eexample\" <x@evil.example>", []string{"ada@north.example"}},
		{"filler", "\"ada\u3164@north.example\ufe0f\" <x@evil.example>", []string{"ada@north.example"}},
		{"backslashes", `"a\d\a\@north.example" <x@evil.example>`, []string{"ada@north.example"}},
		{"marks-around", `"*ada@north.example!" <x@evil.example>`, []string{"*ada@north.example", "ada@north.example"}},
		{"many", `"a@b.example c@b.example d@b.example e@b.example f@b.example" <x@evil.example>`,
			[]string{"a@b.example", "c@b.example", "d@b.example", "e@b.example"}},
		{"no-address", `"ada@north" <x@evil.example>`, nil},
		{"two-from-addresses", "ada@north.example, x@evil.example", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, _ := Scan([]byte("From: "+tt.from+"\r\n\r\n"), DefaultLimits())
			if got := m.Shown(); !slices.Equal(got, tt.want) {
				t.Errorf("Shown() of %s = %v, want %v", tt.from, got, tt.want)
			}
		})
	}
	m, _ := Scan([]byte("From: "+strings.Repeat("a@b.example ", 100)+"<x@evil.example>\r\n\r\n"), DefaultLimits())
	if got := m.Shown(); got != nil {
		t.Errorf("of a From line over its bound: %v", got)
	}
}
