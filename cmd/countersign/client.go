package main

import (
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
)

func (a *app) clientCommand() *cobra.Command {
	show := &cobra.Command{Use: "list", Short: "List clients", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return people(cmd.Context(), a, "client/list", api.None{}, []string{"REF", "CLIENT", "NOTE"}, func(c api.ListedClient) []string {
			var notes []string
			if len(c.StoppedBy) > 0 {
				notes = append(notes, "STOPPED because of "+strings.Join(c.StoppedBy, ", "))
			}
			if !c.Alike.IsZero() {
				notes = append(notes, "looks like another client, allowed "+when(c.Alike))
			}
			return []string{c.ID, c.Name, strings.Join(notes, "; ")}
		})
	}}
	return group("client", "Clients", show, a.importCommand("client/import", "clients: columns client, client_name"))
}
