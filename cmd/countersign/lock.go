package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/tickets"
)

func (a *app) clientLock() *cobra.Command {
	var in tickets.LockRequest
	c := &cobra.Command{Use: "lock CLIENT", Short: "Lock a client at once: nothing privileged is done for it", Args: cobra.ExactArgs(1),
		Long: "Locks a client at once: nothing privileged is done for it on any channel, and its people are not asked for that. Its primary\n" +
			"contact and whoever may approve are told. Two people open the lock for some hours (client unlock). Locking again shuts it.",
		Example: "  countersign client lock north --agent lea --reason \"Ada called: her laptop is gone\""}
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are: a lead")
	c.Flags().StringVar(&in.Reason, "reason", "", "why")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.Client = args[0]
		return one(cmd.Context(), a, "client/lock", in, a.sayLock)
	}
	return c
}

func (a *app) clientUnlock() *cobra.Command {
	var in tickets.UnlockRequest
	c := &cobra.Command{Use: "unlock CLIENT", Short: "Agree that a locked client is opened for some hours. Exit status 0: it is open", Args: cobra.ExactArgs(1),
		Long: "It takes two, of the primary contact, another contact who may approve, and a lead. Your word is one: the contacts are asked\n" +
			"by mail. Only where the client has no contact is another lead the second, by the same command. Then it is open, and shut again\n" +
			"by itself. Who agreed neither opens nor edits nor carries out what is done meanwhile. Until then the exit status is 75.",
		Example: "  countersign client unlock north --hours 2 --agent lea --reason \"called Nils back: a new password for web-3\"\n" +
			"  countersign client unlock north --for-good --agent lea --reason \"she has her mailbox again\""}
	f := c.Flags()
	f.StringVar(&in.Agent, "agent", "", "who you are: a lead")
	f.StringVar(&in.Reason, "reason", "", "why, and whom you called")
	f.IntVar(&in.Hours, "hours", 0, "for how many hours, 24 at most (default 2, or what was asked for before)")
	f.BoolVar(&in.Good, "for-good", false, "end the lock")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.Client = args[0]
		if cmd.Flags().Changed("hours") && in.Hours == 0 {
			return usage("--hours is between 1 and 24.")
		}
		return a.with(cmd.Context(), func(ctx context.Context, client *api.Client) error {
			var out tickets.ShownLock
			if err := client.Call(ctx, "client/unlock", in, &out); err != nil {
				return err
			}
			if a.json {
				if err := a.print(out); err != nil {
					return err
				}
			} else if err := a.sayLock(out); err != nil {
				return err
			}
			if out.Locked && !out.Open {
				return answered(exit.TempFail)
			}
			return nil
		})
	}
	return a.question(c)
}

func (a *app) sayLock(l tickets.ShownLock) error {
	if !l.Locked {
		_, err := fmt.Fprintf(a.stdout, "%s is not locked any longer.\n", l.Client)
		return err
	}
	fmt.Fprintf(a.stdout, "%s is LOCKED since %s by %s%s.\n", l.Client, when(l.Since), l.By, inBrackets(l.Reason))
	if o := l.Last; o != nil {
		fmt.Fprintln(a.stdout, openingLine(l, *o))
		if len(o.Asked) > 0 {
			var names []string
			for _, c := range o.Asked {
				names = append(names, clean.Terminal(orElse(c.Name, c.Contact)))
			}
			fmt.Fprintf(a.stdout, "Asked by mail within seconds: %s.\n", strings.Join(names, ", "))
		} else if o.State == "asked" && o.Asked != nil {
			do := "An administrator puts somebody on file who may approve; what is new cools first."
			if o.Alone {
				do = "Another lead has to agree: countersign client unlock " + l.Client + " --agent LEAD"
			}
			fmt.Fprintf(a.stdout, "No contact of %s can be asked now. %s\n", l.Client, do)
		}
		if o.State == "asked" || o.State == "open" {
			return nil
		}
	}
	_, err := fmt.Fprintf(a.stdout, "To open it for some hours: countersign client unlock %s --hours 2 --agent LEAD --reason TEXT\n", l.Client)
	return err
}

// openingLine says how it stands with the opening of a lock.
func openingLine(l tickets.ShownLock, o tickets.ShownOpening) string {
	what := fmt.Sprintf("for %d h", o.Hours)
	if o.Good {
		what = "for good"
	}
	var who []string
	for _, said := range o.Said {
		name := orElse(said.Agent, "contact "+said.Contact)
		if !said.Counts {
			name += " (counts no longer)"
		}
		who = append(who, name)
	}
	yes := strings.Join(who, " and ")
	switch o.State {
	case "open":
		return fmt.Sprintf("It is OPEN until %s: %s agreed (%s).", when(l.Until), yes, o.Ticket)
	case "asked":
		other := "one other"
		if !o.Alone && !slices.ContainsFunc(o.Said, func(said tickets.SaidOpen) bool { return said.Contact != "" && said.Counts }) {
			other = "a contact of theirs" // another lead is not enough
		}
		return fmt.Sprintf("Asked to open it %s by %s (%s); %s has to agree by %s.", what, yes, o.Ticket, other, when(o.Until))
	case "ended":
		return fmt.Sprintf("Last asked to open it %s on %s (%s): %s.", what, when(o.At), o.Ticket, clean.Terminal(o.Why))
	}
	return fmt.Sprintf("Last asked to open it %s on %s (%s), which is over.", what, when(o.At), o.Ticket)
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return " (" + clean.Terminal(s) + ")"
}
