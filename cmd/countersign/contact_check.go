package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/tickets"
)

func (a *app) contactCheck() *cobra.Command {
	var in api.ContactCheck
	c := &cobra.Command{Use: "check [CONTACT]", Short: "Say what may be wrong with contacts: who else reads it, whom it looks like, why it proves nothing", Args: cobra.MaximumNArgs(1),
		Long: "Says of one contact, of those of a client or of all what may be wrong: addresses that several people read or nobody, look-alikes,\n" +
			"mailboxes on what is run for that very client, domains whose mail can't be proved, and mail that came back. Warnings refuse\n" +
			"nothing, and the exit status is 0 with them, too.",
		Example: "  countersign contact check\n  countersign contact check ada@north.example"}
	c.Flags().StringVar(&in.Client, "client", "", "only those of this client")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			if in.Contact = args[0]; in.Client != "" {
				return usage("Name a contact or --client, not both.")
			}
		}
		return a.with(cmd.Context(), func(ctx context.Context, client *api.Client) error {
			return a.sayContactChecks(ctx, client, in)
		})
	}
	return c
}

func (a *app) sayContactChecks(ctx context.Context, client *api.Client, in api.ContactCheck) error {
	n, last := 0, ""
	err := client.Each(ctx, "contact/check", in, func(line json.RawMessage) error {
		if a.json {
			_, err := clean.JSON(a.stdout).Write(append([]byte(strings.TrimSpace(string(line))), '\n'))
			return err
		}
		var c tickets.CheckedContact
		if err := json.Unmarshal(line, &c); err != nil {
			return err
		}
		if n++; c.Contact != last {
			last = c.Contact
			fmt.Fprintf(a.stdout, "%s  %s  client %s\n", c.Contact, clean.Terminal(c.Name), clean.Terminal(c.Client))
		}
		_, err := fmt.Fprintf(a.stdout, "  %-18s %s\n  %-18s %s\n", c.Code, clean.Terminal(c.Text), "", clean.Terminal(c.Do))
		return err
	})
	if err != nil || a.json {
		return err
	}
	if n == 0 {
		_, err = fmt.Fprintln(a.stdout, "Nothing to warn of.")
	}
	return err
}
