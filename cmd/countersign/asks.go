package main

import (
	"fmt"
	"strings"

	"countersign/internal/clean"
	"countersign/policy"
	"countersign/tickets"
)

// sayAsks says which class was read of a ticket's request, and what stands open
// about it.
func (a *app) sayAsks(t tickets.Shown) {
	if t.Asks != nil {
		fmt.Fprintf(a.stdout, "read    %s\n", readAs(*t.Asks))
		for _, m := range t.Asks.Matches {
			fmt.Fprintf(a.stdout, "        %s\n", matched(m))
		}
		if t.Asks.Look {
			fmt.Fprintf(a.stdout, "look    a person should look at the class: %s. Then: countersign ticket edit %s --class CLASS\n",
				clean.Terminal(strings.TrimSuffix(orElse(t.Asks.Why, "it is in doubt"), ".")), t.Ticket)
		}
	}
	if m := t.More; m != nil {
		then := fmt.Sprintf("Edit it to what is asked now, or say that it stands: countersign ticket edit %s --class %s", t.Ticket, t.Class)
		if t.State.Over() || t.State == policy.StateDisputed {
			then = fmt.Sprintf("It is %s: countersign ticket open for what is asked, then: countersign ticket edit %s --class %s", t.State, t.Ticket, t.Class)
		}
		fmt.Fprintf(a.stdout, "look    message %s asks for more, %s. %s\n", m.Message, readAs(policy.Asks{Class: m.Class, Score: m.Score}), then)
		for _, m := range m.Matches {
			fmt.Fprintf(a.stdout, "        %s\n", matched(m))
		}
	}
	if w := t.Wish; w != nil {
		fmt.Fprintf(a.stdout, "wish    %s wishes that it be %s: %s. Until %s a second agent or a lead may agree: countersign ticket edit %s --class %s --reason TEXT\n",
			w.Agent, w.Class, clean.Terminal(w.Reason), when(w.Until), t.Ticket, w.Class)
	}
}

// classOf is a ticket's class in a list, with what is to be done about it.
func classOf(t tickets.Shown) string {
	switch {
	case t.Wish != nil:
		return string(t.Class) + " (wish)"
	case t.Asks != nil && t.Asks.Look, t.More != nil:
		return string(t.Class) + " (look)"
	}
	return string(t.Class)
}

// readAs says a class with its score.
func readAs(r policy.Asks) string { return fmt.Sprintf("%s, score %.2f", r.Class, r.Score) }

func matched(m policy.Match) string {
	return fmt.Sprintf("%s: %q", clean.Terminal(m.Rule), clean.Terminal(m.Text))
}
