package mailer

import (
	"errors"
	"sort"
	"strings"
	"testing"
	"time"

	"countersign/internal/clean"
	"countersign/internal/suite"
	"countersign/policy"
)

// hostileUnits are what a request may be made of so that it takes the most room
// where it is quoted.
var hostileUnits = map[string]string{
	"letters": "a", "words": "word ", "short-lines": "a\n", "paragraphs": "a\n\n", "empty-lines": "\n", "blanks": "  ", "www": "www.", "schemes": "a://\n",
	"bare": "sip:x ", "bare-lines": "sip:x\n", "wide": "設", "wide-lines": "設\n", "accents": "é", "marks": "a\u0301\u0301\u0301\u0301",
	"long-marks": "\U0001d400\U0001d167\U0001d167\U0001d167\U0001d167", "marks-in-heaps": "\u0301", "emoji": "👩‍💻", "right-to-left": "סיסמה ", "hindi": "हिन्दी ",
	"one-past-a-line": strings.Repeat("x", lineWidth-len(quoteMark)+1) + " ", "broken": "\xff", "joiners": "\u200d\n",
}

// TestFits composes every kind in every language with the longest request that
// fits, made of every hostile unit, and the longest names.
func TestFits(t *testing.T) {
	suite.Long(t)
	c := composer(t)
	turn := 0
	for name, unit := range hostileUnits {
		n := sort.Search(1<<13, func(n int) bool { return Fits(strings.Repeat(unit, n)) != nil }) - 1
		request := strings.Repeat(unit, n)
		if err := Fits(request + strings.Repeat("x", 2*lineWidth)); n > 10 && n < 1<<13-1 && err == nil {
			t.Errorf("%s: more fits than was said", name)
		}
		for language := range c.texts {
			turn++
			for _, kind := range policy.NoticeKinds {
				names := []string{"N", "www.", hostileUnits["long-marks"]}
				if at := turn % len(names); !suite.Nightly() { // each kind of name with a third of them
					names = names[at : at+1]
				}
				turn++
				for _, unit := range names {
					l := goodLetter(kind)
					l.Language, l.Request = language, request
					long := strings.Repeat(unit, 400)
					l.ToName, l.AgentName, l.ClassWords, l.Reason = long, long, long, long
					l.Subject = string([]rune("x" + long)[:120]) // as tickets cuts it
					l.Until, l.At = time.Date(2026, 9, 30, 23, 59, 0, 0, time.UTC), time.Date(2026, 9, 30, 23, 59, 0, 0, time.UTC)
					b, err := c.Compose(l)
					if err != nil {
						t.Fatalf("%s, %s %s with names of %q: %v", name, language, kind, unit, err)
					}
					if _, body := read(t, b); strings.Contains(body, quoteMark) && len(body)-len(strings.Join(quoted(defuse(clean.Mail(request))), "\n")) > maxText-maxQuote {
						t.Errorf("%s, %s %s with names of %q: %d bytes", name, language, kind, unit, len(body))
					}
				}
			}
		}
	}
}

// TestFitsNot: a request that does not fit is refused with what it takes and
// what it may take, and one that fits nowhere is one that does not fit.
func TestFitsNot(t *testing.T) {
	crafted := strings.Repeat("a\n", 1295) // 2,590 bytes
	err := Fits(crafted)
	if err == nil || !strings.Contains(err.Error(), "takes 7769 bytes") || !strings.Contains(err.Error(), "at most 5120 are allowed") {
		t.Errorf("Fits() = %v", err)
	}
	if err := Fits(strings.Repeat("Please reset the password. ", 148)); err != nil { // 3,996 bytes
		t.Errorf("plain words: %v", err)
	}
	l := goodLetter("confirm")
	l.Request = strings.Repeat("a\n", 3000)
	if _, err := composer(t).Compose(l); !errors.Is(err, ErrTooLong) {
		t.Errorf("Compose() = %v", err)
	}
}
