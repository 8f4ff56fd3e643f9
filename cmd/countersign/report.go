package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/exit"
	"countersign/tickets"
)

func (a *app) reportCommand() *cobra.Command {
	var in api.ReportRequest
	c := &cobra.Command{Use: "report", Short: "Count the tickets that were opened, and how often agents corrected the class that was read", Args: cobra.NoArgs,
		Example: "  countersign report --since 7d\n  countersign report --since 2026-11-01 --until 2026-12-01 --by language --json"}
	from := &since{at: &in.Since}
	c.Flags().Var(from, "since", "of tickets opened since: a `time`, a date, or how long ago (7d, 12h)")
	c.Flags().Var(&since{at: &in.Until}, "until", "and before that `time`")
	c.Flags().StringVar((*string)(&in.By), "by", string(tickets.ByClass), "class or language")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := missing([][2]string{{"since", from.text}}); err != nil {
			return err
		}
		switch in.By {
		case "channel", "team", "agent", "domain":
			return &exit.Error{Code: exit.Usage, Reason: "not_built", Message: fmt.Sprintf("A report by %s isn't built yet.", in.By), Try: "--by class or --by language"}
		}
		return list(cmd.Context(), a, "report", in, []string{"KEY", "OPENED", "READ", "CORRECTED", "SHARE"}, func(l tickets.ReportLine) []string {
			share := "-"
			if l.Read > 0 {
				share = fmt.Sprintf("%.1f %%", 100*l.Share)
			}
			return []string{orElse(l.Key, "-"), fmt.Sprint(l.Opened), fmt.Sprint(l.Read), fmt.Sprint(l.Corrected), share}
		})
	}
	return c
}
