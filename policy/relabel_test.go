package policy

import (
	"testing"
	"time"
)

// TestRelabel: each row changes one thing of the second agent's call, with which a
// ticket whose words ask for a password becomes a question.
func TestRelabel(t *testing.T) {
	const lowered, wished, missing = "question", "second", "reason"
	tests := []struct {
		name  string
		spoil func(*ClassChange)
		want  string
	}{
		{"agreed", func(*ClassChange) {}, lowered},
		{"to-question", func(c *ClassChange) { c.Wish = nil }, wished},
		{"the-same-agent", func(c *ClassChange) { c.Wish.Agent = "kim" }, wished},
		{"after-an-edit", func(c *ClassChange) { c.Revision++ }, wished},
		{"after-a-restore", func(c *ClassChange) { c.Epoch++ }, wished},
		{"late", func(c *ClassChange) { c.Now = c.Wish.Until }, wished},
		{"just-in-time", func(c *ClassChange) { c.Now = c.Wish.Until.Add(-time.Millisecond) }, lowered},
		{"another-wish", func(c *ClassChange) { c.Wish.Class = MinorChange }, wished},
		{"with-other-words", func(c *ClassChange) { c.Anew = true }, wished},
		{"no-reason", func(c *ClassChange) { c.Reason = false }, missing},
		{"low-score", func(c *ClassChange) { c.Asks.Score, c.Wish = SureScore-0.01, nil }, lowered},
		{"words-of-a-question", func(c *ClassChange) { c.Asks.Class, c.Wish = Question, nil }, lowered},
		{"words-of-a-question-no-reason", func(c *ClassChange) { c.Asks.Class, c.Reason = Question, false }, missing},
		{"nothing-read", func(c *ClassChange) { c.Asks, c.Wish = Asks{}, nil }, lowered},
		{"words-put-in-their-place", func(c *ClassChange) { c.Asks.Class, c.Wish, c.Surely = Question, nil, true }, wished},
		{"to-minor", func(c *ClassChange) { c.Class, c.Wish = MinorChange, nil }, wished},
		{"to-minor-agreed", func(c *ClassChange) { c.Class, c.Wish.Class = MinorChange, MinorChange }, "minor-change"},
		{"to-minor-on-a-wish-for-a-question", func(c *ClassChange) { c.Class = MinorChange }, wished},
		{"to-minor-low-score", func(c *ClassChange) { c.Class, c.Asks.Score, c.Wish = MinorChange, SureScore-0.01, nil }, "minor-change"},
		{"minor-to-question", func(c *ClassChange) { c.Was, c.Wish = MinorChange, nil }, wished},
		{"to-less-that-is-privileged", func(c *ClassChange) { c.Was, c.Class, c.Wish = Cancellation, PasswordChange, nil }, "password-change"},
		{"to-minor-no-reason", func(c *ClassChange) { c.Class, c.Reason = MinorChange, false }, missing},
		{"raised", func(c *ClassChange) { c.Class, c.Reason, c.Wish = AccountChange, false, nil }, "account-change"},
		{"no-class", func(c *ClassChange) { c.Class, c.Reason, c.Wish = "", false, nil }, "password-change"},
		{"other-words", func(c *ClassChange) { c.Class, c.Anew, c.Was, c.Reason = "", true, Question, false }, "password-change"},
		{"other-words-said-to-be-a-question", func(c *ClassChange) { c.Anew, c.Was, c.Wish = true, Question, nil }, wished},
		{"words-that-nobody-reads", func(c *ClassChange) { c.Class, c.Anew, c.Was, c.Asks = "", true, Question, Asks{} }, lowered},
		{"harmless-words", func(c *ClassChange) { c.Class, c.Anew, c.Asks.Class = "", true, Question }, "password-change"},
		{"a-question-stays", func(c *ClassChange) { c.Was, c.Wish, c.Reason = Question, nil, false }, lowered},
		{"of-an-agent", func(c *ClassChange) { c.Own, c.Reason, c.Wish = false, false, nil }, lowered},
		{"of-an-agent-with-other-words", func(c *ClassChange) { c.Own, c.Anew, c.Was, c.Class = false, true, Question, "" }, lowered},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := ClassChange{Now: noon, Own: true, Was: PasswordChange, Asks: Asks{Class: PasswordChange, Score: 1}, Class: Question, Reason: true, Agent: "kim",
				Revision: 1, Wish: &Wish{Class: Question, Agent: "lee", Revision: 1, Until: noon.Add(time.Hour)}}
			tt.spoil(&c)
			out := Relabel(c)
			got := string(out.Class)
			switch {
			case out.Reason:
				got = missing
			case out.Second:
				got = wished
			}
			if got != tt.want || (out.Wisher != "") != (tt.name == "agreed" || tt.name == "just-in-time" || tt.name == "to-minor-agreed") {
				t.Errorf("Relabel(%+v) = %+v, want %s", c, out, tt.want)
			}
		})
	}
}

// TestBelow: classes stand in one order, and nothing is known to be below a class
// that nobody knows.
func TestBelow(t *testing.T) {
	for i, c := range Classes {
		for j, other := range Classes {
			if got := c.Below(other); got != (i < j) {
				t.Errorf("%s.Below(%s) = %v", c, other, got)
			}
		}
		if !c.Below("unknown") || Class("unknown").Below(c) {
			t.Errorf("%s and a class that is not known", c)
		}
	}
}
