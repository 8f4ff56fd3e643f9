package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countersign/clients"
	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/exit"
)

func (a *app) contactCommand() *cobra.Command {
	var in api.ContactFilter
	list := &cobra.Command{Use: "list", Short: "List contacts", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return people(cmd.Context(), a, "contact/list", in, contactHead, contactRow)
	}}
	list.Flags().StringVar(&in.Client, "client", "", "only those of this client")
	list.Flags().BoolVar(&in.Cooling, "cooling", false, "only those of whom something cools")
	list.Flags().BoolVar(&in.Removed, "removed", false, "only those who were removed")
	show := &cobra.Command{Use: "show CONTACT", Short: "Show a contact: what they may, what cools, and why they can prove nothing", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return one(cmd.Context(), a, "contact/show", api.ID{ID: args[0]}, a.sayContact)
		}}
	return group("contact", "Contacts and their addresses on file", list, show, a.contactAdd(), a.contactSet(), a.contactRemove(), a.contactCheck(), a.importsCommand(),
		a.importCommand("contact/import", "contacts: columns client, client_name, email, name, role, permissions, language, zone"))
}

var contactHead = []string{"CONTACT", "CLIENT", "NAME", "ROLE", "STATUS", "PERMISSIONS", "COOLS"}

func contactRow(c api.Contact) []string {
	return []string{strings.Join(c.Addresses, " "), c.Client, c.Name, string(c.Role), string(c.Status), joined(c.Permissions), cooling(c.Cools, strings.Clone)}
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

// flagged names the flag by which a value came that can't be used. flags are those
// that are not called as the field of the record is.
func flagged(err error, flags map[string]string) error {
	e, ok := errors.AsType[*exit.Error](err)
	if !ok || e.Reason != "invalid" {
		return err
	}
	var lines []string
	for line := range strings.SplitSeq(e.Message, "\n") {
		rest, named := strings.CutPrefix(line, clients.ErrInvalid.Error()+" ")
		if field, text, cut := strings.Cut(rest, ": "); named && cut {
			if flag, ok := flags[field]; ok {
				field = flag
			} else {
				field = "--" + field
			}
			line = field + ": " + text
		}
		lines = append(lines, line)
	}
	out := *e
	out.Message = strings.Join(lines, "\n")
	return &out
}

func (a *app) sayContact(c api.ShownContact) error {
	fmt.Fprintf(a.stdout, "%s  %s  %s\n", c.Contact.Contact, clean.Terminal(c.Name), organisation(c.Client, c.ClientName))
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(a.stdout, "%-12s%s\n", what, clean.Terminal(text))
		}
	}
	status := string(c.Role)
	if c.Status == clients.Removed {
		status += ", REMOVED " + when(c.Ended)
	}
	line("role", status)
	for i, addr := range c.Addresses {
		if i == 0 {
			addr += "  (gets our mail)"
		}
		line("address", addr)
	}
	for _, l := range c.Left {
		line("left", fmt.Sprintf("%s, %s; it may object until %s", l.Address, when(l.Left), when(l.Left.Add(clients.LeftLife))))
	}
	for _, s := range c.Shared {
		line("shared", fmt.Sprintf("%s, with %s: mail from it that answers no question of ours is nobody's", s.Address, strings.Join(s.Contacts, ", ")))
	}
	for _, m := range c.Unclear {
		line("perhaps", fmt.Sprintf("wrote %s of %s, from a shared address", m.ID, when(m.At)))
	}
	line("may ask", orElse(joined(c.Permissions), "as their role says: "+joined(clients.RoleGives(c.Role))))
	line("language", c.Language)
	line("zone", c.Zone)
	line("cools", cooling(c.Cools, strings.Clone))
	for _, d := range c.Delegations {
		what, whom := "approves", fmt.Sprintf("in the place of %s", nameAnd(d.ForName, d.For))
		if d.For == c.Contact.Contact {
			what, whom = "delegate", nameAnd(d.ToName, d.To)
		}
		line(what, fmt.Sprintf("%s, %s: %s, until %s (%s)", whom, classesOf(d), d.State, when(d.Until), d.ID))
	}
	for _, p := range c.Proved {
		switch {
		case !p.Proved.IsZero():
			line("proved", "mail of "+p.Domain+", last noted "+when(p.Proved))
		case !p.Unproved.IsZero():
			line("not proved", fmt.Sprintf("mail of %s never was so far (%s, last noted %s)", p.Domain, p.Why, when(p.Unproved)))
		default:
			line("not checked", "no mail of "+p.Domain+" came yet")
		}
	}
	for _, r := range c.Barred {
		line("but", string(r.Code)+": "+r.Text)
	}
	if len(c.Open) == 0 {
		return nil
	}
	fmt.Fprintln(a.stdout)
	return table(a.stdout, openHead, rowsOf(c.Open, openRow))
}
