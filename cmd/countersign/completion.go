package main

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/policy"
	"countersign/tickets"
)

// ticketFirst completes the first argument of the commands from the tickets that
// the daemon knows. Where none answers at once there is nothing to offer: no
// store is opened for the sake of a key press.
func (a *app) ticketFirst(commands ...*cobra.Command) {
	for _, c := range commands {
		c.ValidArgsFunction = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
			switch {
			case len(args) == 0:
				return a.openTickets(cmd.Context(), begun), cobra.ShellCompDirectiveNoFileComp
			case len(args) == 1 && cmd.Name() == "authorize":
				return classes(begun), cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
	}
}

func (a *app) openTickets(ctx context.Context, begun string) (out []string) {
	c, err := a.config()
	if err != nil {
		return nil
	}
	client, err := api.Dial(c.Socket)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_ = client.Each(ctx, "ticket/list", api.TicketFilter{}, func(line json.RawMessage) error {
		var t tickets.Shown
		if json.Unmarshal(line, &t) == nil && t.State != policy.StateClosed && strings.HasPrefix(t.Ticket, begun) {
			out = append(out, t.Ticket+"\t"+clean.Terminal(t.Subject))
		}
		return nil
	})
	return out
}

func classes(begun string) (out []string) {
	for _, c := range policy.Classes {
		if strings.HasPrefix(string(c), begun) {
			out = append(out, string(c))
		}
	}
	return out
}
