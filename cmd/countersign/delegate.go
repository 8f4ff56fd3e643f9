package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) delegateCommand() *cobra.Command {
	return group("delegate", "Who approves in the place of whom, from when until when", a.delegateAdd(), a.delegateList(), a.delegateEnd())
}

func (a *app) delegateAdd() *cobra.Command {
	var in tickets.DelegateRequest
	var classes []string
	c := &cobra.Command{Use: "add", Short: "Ask a contact by mail whether another shall approve in their place", Args: cobra.NoArgs}
	f := c.Flags()
	f.StringVar(&in.For, "for", "", "in whose place: a contact who may approve, by an `address` on file or id; they are asked, and their YES makes it")
	f.StringVar(&in.To, "to", "", "who shall approve: another contact of the same client, by an `address` on file or id")
	f.Var(&moment{at: &in.From}, "from", "from when on: a `time` or a date; it counts from then, or from the end of the cooling time after the YES")
	f.Var(&moment{at: &in.Until}, "until", "not any longer from this `time` or date on")
	f.StringSliceVar(&classes, "class", nil, "only what asks for these `classes`; else all that the one in whose place it is may approve")
	f.StringVar((*string)(&in.Channel), "channel", "", "how they reached you: email, chat, phone, portal, api")
	f.StringVar(&in.Agent, "agent", "", "who you are")
	c.Example = "  countersign delegate add --for nils@north.example --to eva@north.example --from 2026-12-01 --until 2026-12-08 --agent sam"
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		for _, needed := range []struct {
			flag  string
			empty bool
		}{{"for", in.For == ""}, {"to", in.To == ""}, {"from", in.From.IsZero()}, {"until", in.Until.IsZero()}} {
			if needed.empty {
				return usage("--%s is missing.", needed.flag)
			}
		}
		for _, one := range classes {
			in.Classes = append(in.Classes, policy.Class(strings.TrimSpace(one)))
		}
		return one(cmd.Context(), a, "delegate/add", in, func(d tickets.ShownDelegation) error {
			if err := a.sayDelegation(d); err != nil {
				return err
			}
			_, err := fmt.Fprintf(a.stdout, "%s was opened: %s is asked by mail, and nothing is changed before their YES. Watch: countersign ticket show %s\n", d.Ticket, nameAnd(d.ForName, d.For), d.Ticket)
			return err
		})
	}
	return c
}

func (a *app) delegateList() *cobra.Command {
	var in api.DelegateFilter
	c := &cobra.Command{Use: "list", Short: "List who approves in the place of whom, the oldest first; those that are over stay", Args: cobra.NoArgs}
	c.Flags().StringVar(&in.Client, "client", "", "only those of this client, by its `reference`")
	c.Flags().StringVar(&in.State, "state", "", "only in that `state`: asked, waits, live, over, ended, void")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return list(cmd.Context(), a, "delegate/list", in, []string{"ID", "CLIENT", "IN THE PLACE OF", "APPROVES", "CLASSES", "FROM", "UNTIL", "STATE"}, func(d tickets.ShownDelegation) []string {
			from := d.From
			if d.Counts.After(from) {
				from = d.Counts
			}
			state := string(d.State)
			if len(d.But) > 0 {
				state += ", but " + string(d.But[0].Code)
			}
			return []string{d.ID, organisation(d.Client, d.ClientName), nameAnd(d.ForName, d.For), nameAnd(d.ToName, d.To), classesOf(d), when(from), when(d.Until), state}
		})
	}
	return c
}

func (a *app) delegateEnd() *cobra.Command {
	c, _ := idCommand(a, "end DELEGATION", "delegate/end", "End a delegation before its time, as a lead; both are told", a.sayDelegation)
	c.Example = "  countersign delegate end T-1042 --agent lea"
	return c
}

func (a *app) sayDelegation(d tickets.ShownDelegation) error {
	line := func(what, text string) { fmt.Fprintf(a.stdout, "%-10s%s\n", what, clean.Terminal(text)) }
	fmt.Fprintf(a.stdout, "%s  %s    %s\n", d.ID, organisation(d.Client, d.ClientName), strings.ToUpper(string(d.State)))
	line("approves", fmt.Sprintf("%s in the place of %s", nameAnd(d.ToName, d.To), nameAnd(d.ForName, d.For)))
	line("what", classesOf(d))
	line("time", fmt.Sprintf("from %s until %s", when(d.From), when(d.Until)))
	switch {
	case d.Confirmed.IsZero():
		line("confirmed", "not yet")
	default:
		line("confirmed", fmt.Sprintf("%s; it counts from %s", when(d.Confirmed), when(d.Counts)))
	}
	for _, r := range d.But {
		line("but", fmt.Sprintf("%s: %s", r.Code, r.Text))
	}
	if !d.Ended.IsZero() {
		why := "by " + d.EndedBy
		if d.Why != "" {
			why = fmt.Sprintf("%s: %s", d.Why, policy.Because(d.Why).Text)
		}
		line("ended", fmt.Sprintf("%s %s", when(d.Ended), why))
	}
	return nil
}

// approverName is who was asked, and in whose place.
func approverName(p tickets.Approver) string {
	name := cmp.Or(p.Name, p.Contact)
	if p.For != "" {
		name += " for " + cmp.Or(p.ForName, p.For)
	}
	return name
}

// inPlaceOf says of a proof in whose place it was given, "" if in their own.
func inPlaceOf(p policy.Proof) string {
	if p.For == "" {
		return ""
	}
	return clean.Terminal(fmt.Sprintf(" by %s for %s (%s)", p.Contact, p.For, p.By))
}

func nameAnd(name, id string) string {
	if name == "" {
		return id
	}
	return fmt.Sprintf("%s (%s)", name, id)
}

func classesOf(d tickets.ShownDelegation) string {
	var all []string
	for _, c := range d.Classes {
		all = append(all, string(c))
	}
	return cmp.Or(strings.Join(all, ", "), "all")
}

// moment is a flag that takes a time or a date, which begins at its first moment here.
type moment struct {
	at   *time.Time
	text string
}

func (m *moment) String() string { return m.text }
func (m *moment) Type() string   { return "time" }

func (m *moment) Set(text string) error {
	m.text = text
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			*m.at = t
			return nil
		}
	}
	return usage("%q is no time such as 2026-12-01 or 2026-12-01T08:00:00Z", text)
}
