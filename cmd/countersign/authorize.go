package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) authorizeCommand() *cobra.Command {
	in := tickets.AuthorizeRequest{}
	c := &cobra.Command{Use: "authorize TICKET CLASS", Short: "May I do this now? Exit status 0 is yes, everything else is no", Args: cobra.ExactArgs(2),
		Example: "  countersign authorize T-1042 password-change --agent sam --channel chat"}
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.Flags().StringVar((*string)(&in.Channel), "channel", string(policy.Email), "where you are being asked now")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.Ticket, in.Class = args[0], policy.Class(args[1])
		return a.with(cmd.Context(), func(ctx context.Context, client *api.Client) error {
			var out tickets.Authorization
			if err := client.Call(ctx, "authorize", in, &out); err != nil {
				return err
			}
			if err := a.sayAuthorization(out); err != nil {
				return err
			}
			switch out.Decision {
			case policy.Allow:
				return nil
			case policy.Hold:
				return answered(exit.TempFail)
			}
			return answered(exit.NoPerm)
		})
	}
	return c
}

func (a *app) sayAuthorization(z tickets.Authorization) error {
	if a.json {
		return a.print(z)
	}
	if z.Decision == policy.Allow {
		fmt.Fprintf(a.stdout, "%s\n       for %s\n", allowed(z), person(z.Client, z.ClientName, z.Contact, z.ContactName))
		if z.Class.Privileged() {
			fmt.Fprintf(a.stdout, "       then say what was done: countersign ticket close %s --done \"...\" --agent %s\n", z.Ticket, z.Agent)
		}
		return nil
	}
	fmt.Fprintf(a.stdout, "%-6s %s on %s\n       for %s\n", strings.ToUpper(string(z.Decision)), z.Class, z.Ticket, person(z.Client, z.ClientName, z.Contact, z.ContactName))
	for _, r := range z.Reasons {
		fmt.Fprintf(a.stdout, "  no   %-20s %s\n", r.Code, clean.Terminal(r.Text))
	}
	var steps []string
	for _, n := range z.Next {
		steps = append(steps, policy.StepText(n))
	}
	if len(steps) > 0 {
		fmt.Fprintf(a.stdout, "To get ALLOW: %s.\n", strings.Join(steps, "; "))
	}
	return nil
}

// allowed is the line of a yes. One that is only for questions must not look
// like the yes to what the ticket asks for.
func allowed(z tickets.Authorization) string {
	switch {
	case z.TicketClass != "":
		why := ""
		for _, r := range z.Reasons {
			why += " " + r.Text
		}
		return fmt.Sprintf("ALLOW  %s on %s, by %s. Only questions may be answered; %s is NOT allowed.%s Receipt %s", z.Class, z.Ticket, z.Agent, z.TicketClass, clean.Terminal(why), z.Receipt)
	case z.Class == policy.Question:
		return fmt.Sprintf("ALLOW  %s on %s, by %s. Receipt %s", z.Class, z.Ticket, z.Agent, z.Receipt)
	}
	again := ""
	if z.Repeat {
		again = " (given before; it is no second leave)"
	}
	return fmt.Sprintf("ALLOW  %s on %s, once, by %s, until %s. Receipt %s%s", z.Class, z.Ticket, z.Agent, z.Until.Local().Format("15:04 MST"), z.Receipt, again)
}
