package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"countersign/clients"
	"countersign/desk/api"
)

func (a *app) contactCommand() *cobra.Command {
	var in api.ContactFilter
	show := &cobra.Command{Use: "list", Short: "List contacts", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return people(cmd.Context(), a, "contact/list", in, []string{"CONTACT", "CLIENT", "NAME", "ROLE", "STATUS", "PERMISSIONS", "COOLS"}, func(c api.Contact) []string {
			return []string{strings.Join(c.Addresses, " "), c.Client, c.Name, string(c.Role), string(c.Status), joined(c.Permissions), cooling(c.Cools, strings.Clone)}
		})
	}}
	show.Flags().StringVar(&in.Client, "client", "", "only those of this client")
	return group("contact", "Contacts and their addresses on file", show, a.importsCommand(),
		a.importCommand("contact/import", "contacts: columns client, client_name, email, name, role, permissions, language, zone"))
}

// joined lists permissions as import takes them.
func joined(all []clients.Permission) string {
	var names []string
	for _, p := range all {
		names = append(names, string(p))
	}
	return strings.Join(names, ";")
}

// people is list, with a warning where the directory is not whole.
func people[T any](ctx context.Context, a *app, name string, in any, head []string, row func(T) []string) error {
	return a.with(ctx, func(ctx context.Context, client *api.Client) error {
		if !a.json {
			if err := a.sayUnfinished(ctx, client); err != nil {
				return err
			}
		}
		return listOf(ctx, a, client, name, in, head, row)
	})
}
