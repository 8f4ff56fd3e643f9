package policy

import "slices"

// Asks is the class of request that was read in a text, and what that rests on.
// The zero value says that nothing was read. Its names in JSON are of the API.
type Asks struct {
	Class   Class   `json:"class"`
	Score   float64 `json:"score"`         // 0..1: how surely the text asks for something privileged
	Look    bool    `json:"look"`          // a person should look
	Why     string  `json:"why,omitempty"` // of Look, for people
	Matches []Match `json:"matches"`       // the weightiest first
}

// A Match is a piece of a text, and the rule that it met.
type Match struct {
	Rule string `json:"rule"`
	Text string `json:"text"`
}

// SureScore is the score from which a text surely asks for something privileged.
const SureScore = 0.75

// Sure reports whether the text surely asks for something privileged.
func (a Asks) Sure() bool { return a.Class != "" && a.Class.Privileged() && a.Score >= SureScore }

// Doubtful reports whether something privileged was read of which it is in doubt
// whether the text asks for that at all. Then a person looks before the contact is
// asked: who only asked something would say no to a request that they never made.
func (a Asks) Doubtful() bool { return a.Look && a.OfMail().Privileged() && !a.Sure() }

// OfMail is the class of the ticket that a contact's own mail opens: what was
// read in it. What was not read is a question.
func (a Asks) OfMail() Class {
	if a.Class == "" {
		return Question
	}
	return a.Class //rule:8 own-mail-has-its-class =Question TestOpening/privileged
}

// Below reports whether c stands before other in the order from harmless to
// grave. A class that isn't known is below none.
func (c Class) Below(other Class) bool {
	i, j := slices.Index(Classes, c), slices.Index(Classes, other)
	return i >= 0 && (j < 0 || i < j)
}
