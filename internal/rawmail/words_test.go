package rawmail

import (
	"mime"
	"strings"
	"testing"
	"time"
)

// TestWordsBound: what looks like many words that never end costs little, and
// a word beyond any program's is none.
func TestWordsBound(t *testing.T) {
	value := strings.Repeat("=?x?b?", 256<<10/6)
	start := time.Now()
	if shown, sure := Words(value, asASCII); shown != value || sure != value {
		t.Error("text that holds no word changed")
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("%d bytes took %s", len(value), took)
	}
	long := "=?utf-8?q?" + strings.Repeat("a", maxWord) + "?="
	if shown, _ := Words(long, asASCII); shown != long {
		t.Error("an endless word was decoded")
	}
}

// FuzzWords: text without words stays as it is, and what is encoded by the
// standard comes back, for sure.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"a =?utf-8?q?b_=41?= =?utf-8?b?YWI=?= c", "=?us-ascii?Q?a?==?us-ascii?Q?b?=", "=?utf-8?b?YQ?=", "=?utf-8?q?a\tb?=  =?x?b?=?", "=?=?utf-8?Q?=C3?="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		shown, sure := Words(value, asASCII)
		if !strings.Contains(value, "?=") && strings.ToValidUTF8(value, "") == value && (shown != value || sure != value) {
			t.Errorf("Words(%q) = %q, %q: it holds no word", value, shown, sure)
		}
		for _, charset := range []string{"utf-8", "us-ascii"} {
			for _, e := range []mime.WordEncoder{mime.BEncoding, mime.QEncoding} {
				text := strings.ToValidUTF8(value[:min(len(value), 500)], "")
				if shown, sure := Words(e.Encode(charset, text), asASCII); text != "" && !strings.Contains(text, "=?") && (shown != text || sure != text) {
					t.Errorf("%q encoded is %q, and decoded %q, %q", text, e.Encode(charset, text), shown, sure)
				}
			}
		}
	})
}
