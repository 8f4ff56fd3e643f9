package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
)

// limit says which limit a notice waits for and how much of it is taken, "" if it
// waits for none.
func limit(o api.Outgoing) string {
	if o.Cap == "" {
		return ""
	}
	return fmt.Sprintf("%s (%d of %d) until %s", o.Cap, o.Taken, o.Most, whenever(o.Until))
}

func (a *app) outboxCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List the notices, sent and waiting", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return list(cmd.Context(), a, "outbox/list", api.None{}, []string{"ID", "TICKET", "KIND", "TO", "CLASS", "STATE", "TRIES", "NEXT", "WAITS FOR", "LAST ERROR"},
				func(o api.Outgoing) []string {
					return []string{o.ID, o.Ticket, string(o.Kind), hidden(o.To), string(o.Class), o.State, fmt.Sprint(o.Tries), whenever(o.Next), limit(o), o.Error}
				})
		}}
	say := func(o api.Outgoing) error {
		waits := ""
		if o.Cap != "" {
			waits = "; it waits for limits." + limit(o)
		}
		_, err := fmt.Fprintf(a.stdout, "%s  %s to %s for %s: %s, %d tries, next %s%s  %s\n", o.ID, o.Kind, hidden(o.To), o.Ticket, o.State, o.Tries, whenever(o.Next), waits, clean.Terminal(o.Error))
		return err
	}
	show, _ := idCommand(a, "show NOTICE", "outbox/show", "Show a notice, but not its words", say)
	retry, _ := idCommand(a, "retry NOTICE", "outbox/retry", "Send a waiting or failed notice as soon as the limits let it go", say)
	cancel, _ := idCommand(a, "cancel NOTICE", "outbox/cancel", "Give a waiting or failed notice up", say)
	in := api.ID{}
	release := &cobra.Command{Use: "release", Short: "Send again after a restore, once you have looked at what would go out", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return one(cmd.Context(), a, "outbox/release", in, func(api.None) error {
				_, err := fmt.Fprintln(a.stdout, "The outbox is released.")
				return err
			})
		}}
	release.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	return group("outbox", "Notices on their way", list, show, retry, cancel, release)
}
