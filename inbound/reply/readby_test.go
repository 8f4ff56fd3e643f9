package reply

import (
	"strings"
	"testing"

	"countersign/internal/rawmail"
	"countersign/policy"
)

// like is a denial that no pattern hears.
const like = "We can rule out that anyone of us placed this."

// TestReadBy: an answer says by what it was read, and what is only like a denial is
// none beside anything that is not.
func TestReadBy(t *testing.T) {
	const none = policy.Reading("")
	html := func(plain, html string) string {
		return "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + plain +
			"\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html + "\r\n--b--\r\n"
	}
	plain := func(s string) string { return "Content-Type: text/plain; charset=utf-8\r\n\r\n" + s + "\r\n" }
	tests := []struct {
		name, mail string
		intent     policy.Intent
		by         policy.Reading
	}{
		{"yes", plain("Yes"), policy.Yes, policy.ByList},
		{"no", plain("Nope"), policy.No, policy.ByList},
		{"denial", plain("We did not ask for this."), policy.No, policy.ByPattern},
		{"like", plain(like), policy.No, policy.ByLikeness},
		{"like-in-both", html(like, "<p>"+like+"</p>"), policy.No, policy.ByLikeness},
		{"like-and-denial", html("We did not ask for this.", "<p>"+like+"</p>"), policy.No, policy.ByLikeness},
		{"html-says-yes", html(like, "<p>Yes</p>"), policy.Unclear, none},
		{"html-says-nothing", html(like, "<p>The lamp is broken.</p>"), policy.Unclear, none},
		{"unclear", plain("The lamp is broken."), policy.Unclear, none},
		{"question", plain(like + " Or did I?"), policy.Unclear, none},
		{"our-words-unmarked", plain(like + "\r\nSupport opened this for you: upgrade web-3. Did you ask for it? Answer YES or NO."), policy.Unclear, none},
		{"condition", plain("Unless Tom did, " + like), policy.Unclear, none},
		{"one-word", plain("Rule"), policy.Unclear, none},
		{"strange-words", plain("We can gerble out that anyone of us frobbed thwack."), policy.Unclear, none},
		{"too-long", plain(like + strings.Repeat(" We had a long day at the office.", 8)), policy.Unclear, none},
		{"too-many-bytes", plain(like + " " + strings.Repeat("a", 20*mostLikely)), policy.Unclear, none},
		{"nul", plain(strings.ReplaceAll(like, "rule", "ru\x00le")), policy.No, policy.ByLikeness},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := rawmail.Scan([]byte("From: a@north.example\r\nIn-Reply-To: <1@desk.example>\r\nMIME-Version: 1.0\r\n"+tt.mail), rawmail.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			got := Read(m, Own{}).Answer
			if got.Intent != tt.intent || got.By != tt.by || (got.Weight > 0) != (tt.by == policy.ByLikeness) {
				t.Errorf("read as %+v, want %s by %q", got, tt.intent, tt.by)
			}
		})
	}
}
