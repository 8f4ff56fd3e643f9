package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{Use: "explain TICKET|MESSAGE-ID|RECEIPT", Short: "Say why something is as it is", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return one(cmd.Context(), a, "explain", api.ID{ID: args[0]}, a.sayExplanation)
		}}
}

func (a *app) sayExplanation(e tickets.Explanation) error {
	if r := e.Receipt; r != nil {
		genuine := "the signature is ours, nothing was changed"
		if !e.Genuine {
			genuine = "THE SIGNATURE DOES NOT FIT: changed, or not ours"
		}
		fmt.Fprintf(a.stdout, "%s  %s on %s revision %d, allowed to %s by %s at %s; %s\n", r.ID, r.Class, r.Ticket, r.Revision, r.Agent, r.Channel, when(r.At), genuine)
		for _, p := range r.Proofs {
			fmt.Fprintf(a.stdout, "  proof %s%s at %s, message sha256:%s\n", p.Kind, inPlaceOf(p), when(p.At), p.Message)
		}
		if e.Change != "" {
			fmt.Fprintf(a.stdout, "  changed %s\n", clean.Terminal(e.Change))
		}
		if e.Done != nil {
			fmt.Fprintf(a.stdout, "  %s\n", sayDone(*e.Done))
		}
		a.sayDecided(e.Decisions)
		return nil
	}
	if e.Ticket != nil {
		if err := a.sayTicket(*e.Ticket); err != nil {
			return err
		}
	}
	a.sayDecided(e.Decisions)
	for _, m := range e.Messages {
		fmt.Fprintf(a.stdout, "%s  message %s %s, %s, %s: From %s, kind %s, bound %s\n", when(m.At), m.ID, m.Outcome, m.Verdict, m.Proof,
			clean.Terminal(orElse(m.Facts.From, "(none)")), m.Facts.Kind, orElse(string(m.Facts.Binding.Bound), "none"))
		s := m.Facts.Sender
		fmt.Fprintf(a.stdout, "  sender %s", orElse(string(s.Result), "not checked"))
		if s.By != "" {
			fmt.Fprintf(a.stdout, " by %s of %s, which covers %s", s.By, clean.Terminal(s.Domain), clean.Terminal(strings.Join(s.Covered, ", ")))
		}
		fmt.Fprintf(a.stdout, "; dmarc %s, policy %s\n", orElse(string(s.DMARC), "none"), orElse(clean.Terminal(s.Policy), "none"))
		if answer := m.Facts.Answer; answer.By != "" {
			fmt.Fprintf(a.stdout, "  its words answer %s, %s\n", m.Facts.Person.Means(answer), readBy(answer))
		}
		if asks := m.Facts.Asks; asks.Class != "" {
			fmt.Fprintf(a.stdout, "  its words ask for %s\n", readAs(asks))
			for _, match := range asks.Matches {
				fmt.Fprintf(a.stdout, "    %s\n", matched(match))
			}
		}
		if m.Decision.Rule != "" {
			fmt.Fprintf(a.stdout, "  settled by the rule %s\n", m.Decision.Rule)
		}
		for _, r := range m.Reasons {
			fmt.Fprintf(a.stdout, "  %-20s %s\n", r.Code, clean.Terminal(r.Text))
		}
	}
	return nil
}

// sayDecided says what was answered to authorize, by which rule, and whether that
// follows from what was stored with it.
func (a *app) sayDecided(all []tickets.Decided) {
	for _, d := range all {
		fmt.Fprintf(a.stdout, "%s  decision %s: %s by %s, to %s; rule %s, policy %s\n", when(d.At), strings.ToUpper(string(d.Decision)), d.Class, d.Channel, d.Agent, d.Rule, d.Policy)
		if !d.Holds {
			fmt.Fprintln(a.stdout, "  IT DOES NOT FOLLOW from what was stored with it: changed, or decided by another version of this program")
		}
		for _, r := range d.Reasons {
			fmt.Fprintf(a.stdout, "  %-20s %s\n", r.Code, clean.Terminal(r.Text))
		}
	}
}

// readBy says by what an answer was read.
func readBy(a policy.Answer) string {
	switch a.By {
	case policy.ByList:
		return "as a line of listed words"
	case policy.ByPattern:
		return "as a pattern has it"
	case policy.ByLikeness:
		return fmt.Sprintf("as they are like denials (weight %.2f)", a.Weight)
	}
	return "read by " + clean.Terminal(string(a.By))
}
