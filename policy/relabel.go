package policy

import "time"

// WishLife is how long an agent's wish to lower a class waits for a second person.
const WishLife = 12 * time.Hour

// Wish is what an agent wishes of a ticket's class, which takes a second person.
type Wish struct {
	Class    Class
	Agent    string
	Revision int
	Epoch    int
	Until    time.Time
}

// ClassChange is what an agent wants to do to a ticket's request, and everything
// that decides which class it has then.
type ClassChange struct {
	Now      time.Time
	Own      bool  // the contact's own mail opened the ticket: it has at least the class read in its words
	Surely   bool  // and that mail surely asked for something privileged, whatever words an agent has put in its place
	Was      Class // of the ticket
	Asks     Asks  // what the words ask for, as they will be
	Anew     bool  // they are other words than before
	Class    Class // that the agent wants; empty: none in particular
	Reason   bool  // the agent says why
	Agent    string
	Revision int
	Epoch    int
	Wish     *Wish // of the ticket
}

// Relabelled is the answer to a ClassChange.
type Relabelled struct {
	Class  Class
	Least  Class  // that it takes a reason to be below
	Reason bool   // nothing happens: a reason is missing
	Second bool   // nothing happens: a second person must agree
	Wisher string // whom the agent agrees with
}

// Relabel says which class a ticket has after an agent's edit. It is raised
// freely. That of a contact's own mail is lowered with a reason only, and to one
// that is not privileged, where its words surely ask for more, by two people: the
// contact would be asked about a small change, say yes, and mean what they wrote.
func Relabel(c ClassChange) (out Relabelled) {
	least := c.Was
	if asked := c.Asks.OfMail(); c.Own && c.Anew && least.Below(asked) { //rule:8 other-words-are-read-anew TestRelabel/other-words
		least = asked
	}
	if out.Class = c.Class; out.Class == "" {
		out.Class = least
	}
	out.Least = least
	if !c.Own || !out.Class.Below(least) {
		return out
	}
	switch {
	case !c.Reason: //rule:8 lowered-with-a-reason TestRelabel/no-reason
		out.Reason = true
	case out.Class.Privileged(): //rule:8 small-is-lowered-by-two =true TestRelabel/to-minor
	case !c.Asks.Sure() && !c.Surely: //rule:8 other-words-lower-nothing part=2 TestRelabel/words-put-in-their-place
	case c.Wish.stands(c): //rule:8 lowered-by-two =true TestRelabel/to-question
		out.Wisher = c.Wish.Agent
	default:
		out.Second = true
	}
	return out
}

// stands reports whether the agent agrees with a wish of somebody else, about the
// words as they still are.
func (w *Wish) stands(c ClassChange) bool {
	return w != nil && w.Class == c.Class && !c.Anew &&
		w.Agent != c.Agent && //rule:8 nobody-agrees-with-themselves TestRelabel/the-same-agent
		w.Revision == c.Revision && //rule:8 a-wish-dies-with-an-edit TestRelabel/after-an-edit
		w.Epoch == c.Epoch && //rule:8 a-wish-dies-with-a-restore TestRelabel/after-a-restore
		c.Now.Before(w.Until) //rule:8 a-wish-dies-with-time TestRelabel/late
}
