package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/desk/api"
)

func (a *app) messageCommand() *cobra.Command {
	var in api.MessageFilter
	all := &cobra.Command{Use: "list", Short: "List every message of every mailbox", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return list(cmd.Context(), a, "message/list", in, []string{"MESSAGE", "MAILBOX", "UID", "AT", "OUTCOME", "PROOF", "REASON", "TICKET"},
				func(m api.Message) []string {
					return []string{m.ID, m.Mailbox, fmt.Sprint(m.UID), when(m.At), string(m.Outcome), string(m.Proof), string(m.Reason), m.Ticket}
				})
		}}
	messageFilter(all, &in)
	return group("message", "What became of every message", all)
}
