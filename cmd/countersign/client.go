package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) clientCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List clients", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return people(cmd.Context(), a, "client/list", api.None{}, []string{"REF", "CLIENT", "CONTACTS", "OPEN", "HELD", "NOTE"}, func(c api.ListedClient) []string {
			return []string{c.Client, c.Name, fmt.Sprint(c.Contacts), fmt.Sprint(c.Open), fmt.Sprint(c.Held), clientNote(c)}
		})
	}}
	show := &cobra.Command{Use: "show CLIENT", Short: "Show a client with its contacts and open tickets", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return one(cmd.Context(), a, "client/show", api.ID{ID: args[0]}, a.sayClient)
	}}
	add := a.clientChange("client/add", "Bring a client on file, by the reference that your other systems have for it", "Added")
	add.Example = "  countersign client add north --name Northwind --priorities \"low;normal;urgent\" --services \"web-3;north.example\""
	set := a.clientChange("client/set", "Change a client", "Changed")
	set.Long = "Changes what is named and leaves all else as it is. Lists are given whole, and an empty one takes all away. The reference\n" +
		"stays: tickets and contacts hold it."
	return group("client", "Clients", list, show, add, set, a.clientLock(), a.clientUnlock(), a.importCommand("client/import", "clients: columns client, client_name, priorities, categories, services"))
}

func clientNote(c api.ListedClient) string {
	var notes []string
	if c.Stopped {
		notes = append(notes, "STOPPED because of "+strings.Join(c.StoppedBy, ", "))
	}
	if c.Locked {
		note := "LOCKED by " + c.Lock.By
		if c.Lock.Open {
			note += ", open until " + when(c.Lock.Until)
		}
		notes = append(notes, note)
	}
	if !c.Alike.IsZero() {
		notes = append(notes, "looks like another client, allowed "+when(c.Alike))
	}
	if len(c.Cools) > 0 {
		notes = append(notes, "cools until "+when(c.Cools[0].Until))
	}
	return strings.Join(notes, "; ")
}

// clientChange makes client add or client set.
func (a *app) clientChange(operation, short, done string) *cobra.Command {
	_, verb, _ := strings.Cut(operation, "/")
	var in tickets.ClientChange
	var name, priorities, categories, services string
	c := &cobra.Command{Use: verb + " CLIENT", Short: short, Args: cobra.ExactArgs(1)}
	f := c.Flags()
	f.StringVar(&name, "name", "", "what people call it")
	f.StringVar(&priorities, "priorities", "", "its own `words` for how urgent something is, separated by ;")
	f.StringVar(&categories, "categories", "", "its own `words` for what something is about, separated by ;")
	f.StringVar(&services, "services", "", "the `names` of the servers and domains that it has with you, separated by ;")
	f.BoolVar(&in.AllowAlike, "allow-alike", false, "let it look like another client; what its contacts confirm counts after the cooling time")
	f.BoolVar(&in.DryRun, "dry-run", false, "say what would be done, write nothing")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.Client = args[0]
		changed := cmd.Flags().Changed
		if changed("name") {
			in.Name = &name
		}
		for flag, list := range map[string]struct {
			said string
			to   **[]string
		}{"priorities": {priorities, &in.Priorities}, "categories": {categories, &in.Categories}, "services": {services, &in.Services}} {
			if changed(flag) {
				all := parts(list.said)
				*list.to = &all
			}
		}
		if verb == "set" && in.Name == nil && in.Priorities == nil && in.Categories == nil && in.Services == nil {
			return usage("Say what to change of %s.", args[0])
		}
		return flagged(one(cmd.Context(), a, operation, in, func(c api.ChangedClient) error { return a.sayChangedClient(done, c) }), map[string]string{"client": "CLIENT"})
	}
	return c
}

// parts gives what is between semicolons.
func parts(s string) []string {
	all := []string{}
	for one := range strings.SplitSeq(s, ";") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

func (a *app) sayChangedClient(done string, c api.ChangedClient) error {
	if c.DryRun {
		done = "Nothing was written. It would be:"
	}
	fmt.Fprintf(a.stdout, "%s %s.\n", done, organisation(c.Client, c.Name))
	a.sayClientLists(c.ListedClient)
	for _, w := range c.Warnings {
		fmt.Fprintf(a.stdout, "Warning: %s\n", clean.Terminal(w))
	}
	return nil
}

func (a *app) sayClientLists(c api.ListedClient) {
	for _, f := range []struct {
		name string
		all  []string
	}{{"priorities", c.Priorities}, {"categories", c.Categories}, {"services", c.Services}} {
		if len(f.all) > 0 {
			fmt.Fprintf(a.stdout, "%-12s%s\n", f.name, clean.Terminal(strings.Join(f.all, "; ")))
		}
	}
}

func (a *app) sayClient(c api.ShownClient) error {
	fmt.Fprintf(a.stdout, "%s  %s, %s, %d held\n", organisation(c.Client, c.Name), plenty(c.Contacts, "contact", "contacts"), plenty(c.Open, "open ticket", "open tickets"), c.Held)
	if c.Stopped {
		fmt.Fprintf(a.stdout, "%-12s%s: %s\n", "STOPPED", "because of "+strings.Join(c.StoppedBy, ", "), policy.Because(policy.CodeClientStopped).Text)
	}
	if c.Locked {
		if err := a.sayLock(*c.Lock); err != nil {
			return err
		}
	}
	if len(c.Cools) > 0 {
		fmt.Fprintf(a.stdout, "%-12s%s\n", "cools", cooling(c.Cools, strings.Clone))
	}
	a.sayClientLists(c.ListedClient)
	for _, w := range c.Warnings {
		fmt.Fprintf(a.stdout, "%-12s%s\n", "warning", clean.Terminal(w))
	}
	slices.SortStableFunc(c.People, func(x, y api.Contact) int { return strings.Compare(string(x.Status), string(y.Status)) })
	if len(c.People) > 0 {
		fmt.Fprintln(a.stdout)
		if err := table(a.stdout, contactHead, rowsOf(c.People, contactRow)); err != nil {
			return err
		}
	}
	if len(c.Tickets) == 0 {
		return nil
	}
	fmt.Fprintln(a.stdout)
	return table(a.stdout, openHead, rowsOf(c.Tickets, openRow))
}

var openHead = []string{"TICKET", "STATE", "PROOF", "CLASS", "SUBJECT", "UNTIL"}

func openRow(t tickets.OpenTicket) []string {
	state := string(t.State)
	if t.Held {
		state += ", held"
	}
	return []string{t.Ticket, state, string(t.Proof), string(t.Class), t.Subject, when(t.Until)}
}

func rowsOf[T any](all []T, row func(T) []string) (rows [][]string) {
	for _, one := range all {
		rows = append(rows, row(one))
	}
	return rows
}
