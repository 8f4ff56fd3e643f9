package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/tickets"
)

func (a *app) keysCommand() *cobra.Command {
	rotate := &cobra.Command{Use: "rotate", Short: "Put a new sealing key in the place of the old one", Args: cobra.NoArgs,
		Long: "Puts a new sealing key into the key file, seals codes, waiting mail and kept mail anew, and drops the old one. Cut off anywhere,\n" +
			"everything stays readable, and the same command goes on. Tokens, receipts and the audit log, which follow from the first line of the\n" +
			"key file, stay as they are. Older copies of the state need the key file of their day: keep it with them, and nowhere else."}
	rotate.RunE = func(cmd *cobra.Command, _ []string) error {
		return one(cmd.Context(), a, "keys/rotate", api.None{}, func(n tickets.Resealed) error {
			fmt.Fprintf(a.stdout, "A new sealing key is in the key file, and the old one is gone. Sealed anew: codes %d, mails that wait %d, kept messages %d.\n", n.Codes, n.Mails, n.Messages)
			if n.Damaged > 0 {
				fmt.Fprintf(a.stdout, "Damaged, and left as they are: %d.\n", n.Damaged)
			}
			_, err := fmt.Fprintln(a.stdout, "Older copies of the state need the key file as it was: keep that with them, and nowhere else.")
			return err
		})
	}
	c := group("keys", "The keys of the desk", rotate)
	c.Aliases = []string{"key"}
	return c
}
