package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/clients"
	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/tickets"
)

// contactWords are what can be said of a contact when they are added, and later.
type contactWords struct {
	name, role, permissions, language, zone string
}

func (w *contactWords) flags(f *pflag.FlagSet) {
	f.StringVar(&w.name, "name", "", "what people call them")
	f.StringVar(&w.role, "role", "", "primary or authorised")
	f.StringVar(&w.permissions, "permissions", "", "what they may, separated by ;: `CLASS[:SERVICE,SERVICE][@LAST-DAY]`, ask, privileged, approve, manage-contacts, see-code, all")
	f.StringVar(&w.language, "language", "", "theirs, such as en or pt-BR")
	f.StringVar(&w.zone, "zone", "", "their time zone, such as Europe/Oslo")
}

func permissions(s string) (all []clients.Permission) {
	for _, one := range parts(s) {
		all = append(all, clients.Permission(one))
	}
	return all
}

// widens is said where a command may widen who can prove or approve.
const widens = "What widens who can prove or approve (an address, another first one, a permission, a longer or wider one, the role primary, a\n" +
	"contact) names the account-change ticket that allows it, which the agent was allowed by authorize within half an hour, whose\n" +
	"request says it in these words (add ada@north.example; first ada@north.example; dns-change; permissions all, approve; role\n" +
	"primary), and which it uses up. What was there before is told, and so is the primary contact; what is new cools."

// emailFlags are how addresses are called by contact add.
var emailFlags = map[string]string{"address": "--email"}

func (a *app) contactAdd() *cobra.Command {
	var in tickets.NewContact
	var words contactWords
	var email string
	c := &cobra.Command{Use: "add", Short: "Bring a contact on file", Args: cobra.NoArgs,
		Long: "Brings a contact on file.\n\n" + widens + "\n\nThe first contacts of a client come by an administrator, without a ticket.",
		Example: "  countersign contact add --client north --email nils@north.example --name \"Nils Holm\" --permissions \"dns-change:north.example;approve\" \\\n" +
			"    --ticket T-12 --agent sam"}
	f := c.Flags()
	f.StringVar(&in.Client, "client", "", "the `reference` of their client")
	f.StringVar(&email, "email", "", "their `addresses`, separated by ;, the first one for our mail")
	words.flags(f)
	f.StringVar(&in.Ticket, "ticket", "", "the account-change `ticket` that allows it")
	f.StringVar(&in.Agent, "agent", "", "who you are")
	f.BoolVar(&in.AllowShared, "allow-shared", false, "let them have an address that another contact has, who keeps it; mail from it that answers no question is nobody's")
	f.BoolVar(&in.DryRun, "dry-run", false, "say what would be done, write nothing")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := missing([][2]string{{"client", in.Client}, {"email", email}, {"name", words.name}}); err != nil {
			return err
		}
		in.Addresses, in.Name, in.Role, in.Language, in.Zone = parts(email), words.name, clients.Role(words.role), words.language, words.zone
		in.Permissions = permissions(words.permissions)
		return flagged(one(cmd.Context(), a, "contact/add", in, func(c api.ChangedContact) error { return a.sayChangedContact("Added", c) }), emailFlags)
	}
	return c
}

func (a *app) contactSet() *cobra.Command {
	var in tickets.ContactChange
	var words contactWords
	var add, remove string
	c := &cobra.Command{Use: "set CONTACT", Short: "Change a contact", Args: cobra.ExactArgs(1),
		Long: "Changes what is named of a contact, who is named by an address on file or their id, and leaves all else as it is. Permissions are\n" +
			"given whole; empty ones are those of the role.\n\n" + widens + "\n\nAll else takes a lead, and is done 10 times a day of a contact, 50 times of a client. An\n" +
			"address that is taken off proves nothing from that moment on, and may object for 30 days.\n\n" +
			"Where somebody has objected, a lead who neither opened nor edited that ticket nor carried it out takes back with --undo what was done by it\n" +
			"within those 30 days: what it changed and nothing else has changed since is as before, and cools no more than it did.",
		Example: "  countersign contact set ada@north.example --add-address ada@home.example --ticket T-12 --agent sam"}
	f := c.Flags()
	f.StringVar(&add, "add-address", "", "`addresses` to put on file, separated by ;")
	f.StringVar(&remove, "remove-address", "", "`addresses` to take off, separated by ;")
	f.StringVar(&in.First, "first", "", "the `address` that gets our mail")
	words.flags(f)
	f.StringVar(&in.Ticket, "ticket", "", "the account-change `ticket` that allows it")
	f.StringVar(&in.Undo, "undo", "", "take back what was done by this disputed `ticket`, and change nothing else")
	f.StringVar(&in.Agent, "agent", "", "who you are")
	f.BoolVar(&in.AllowShared, "allow-shared", false, "let them have an address that another contact has, who keeps it; mail from it that answers no question is nobody's")
	f.BoolVar(&in.DryRun, "dry-run", false, "say what would be done, write nothing")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.Contact, in.AddAddresses, in.RemoveAddresses = args[0], parts(add), parts(remove)
		said := len(in.AddAddresses)+len(in.RemoveAddresses) > 0 || in.First != "" || in.Undo != ""
		role, given := clients.Role(words.role), permissions(words.permissions)
		for flag, say := range map[string]func(){
			"name": func() { in.Name = &words.name }, "role": func() { in.Role = &role }, "permissions": func() { in.Permissions = &given },
			"language": func() { in.Language = &words.language }, "zone": func() { in.Zone = &words.zone },
		} {
			if cmd.Flags().Changed(flag) {
				say()
				said = true
			}
		}
		if !said {
			return usage("Say what to change of %s.", args[0])
		}
		return flagged(one(cmd.Context(), a, "contact/set", in, func(c api.ChangedContact) error { return a.sayChangedContact("Changed", c) }),
			map[string]string{"address": "--add-address"})
	}
	return c
}

func (a *app) contactRemove() *cobra.Command {
	in := api.RemoveContact{}
	c := &cobra.Command{Use: "remove CONTACT", Short: "Take a contact off the file, who then proves nothing", Args: cobra.ExactArgs(1),
		Long: "Takes a contact off the file, who is named by an address on file or their id. Nothing is proved by them from that moment on, and\n" +
			"open questions to them are void. Their addresses may object for 30 days. It takes a lead."}
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.Flags().BoolVar(&in.DryRun, "dry-run", false, "say what would be done, write nothing")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.Contact = args[0]
		return one(cmd.Context(), a, "contact/remove", in, func(c api.ChangedContact) error { return a.sayChangedContact("Removed", c) })
	}
	return a.confirmed(c, "remove takes this contact off the file", "dry-run")
}

// sayChangedContact says what became of a contact, and who hears of it.
func (a *app) sayChangedContact(done string, c api.ChangedContact) error {
	switch {
	case c.DryRun && done == "Removed":
		done = "Nothing was written. It would remove"
	case c.DryRun:
		done = "Nothing was written. It would be:"
	case c.Ticket == "" && done == "Changed": // every change is on one
		done = "Nothing was to be changed:"
	}
	first := ""
	if len(c.Addresses) > 0 {
		first = c.Addresses[0]
	}
	fmt.Fprintf(a.stdout, "%s %s  %s of %s.\n", done, c.Contact.Contact, contact(first, c.Name), clean.Terminal(c.Client))
	if len(c.Widens) > 0 {
		fmt.Fprintf(a.stdout, "Newly: %s.\n", clean.Terminal(strings.Join(everyClass(outlinedAll(c.Widens)), ", ")))
	}
	switch {
	case c.Told > 0 && c.DryRun: // and its ticket is no other's number yet
		fmt.Fprintf(a.stdout, "%s told by mail, to which they might object.\n", plenty(c.Told, "address would be", "addresses would be"))
	case c.Told > 0:
		fmt.Fprintf(a.stdout, "%s told by mail, with %s, to which they may object.\n", plenty(c.Told, "address is", "addresses are"), c.Ticket)
	}
	if len(c.Cools) > 0 {
		fmt.Fprintf(a.stdout, "Cools: %s.\n", cooling(c.Cools, hidden))
	}
	for _, w := range c.Warnings {
		fmt.Fprintf(a.stdout, "Warning: %s\n", clean.Terminal(w.Text))
	}
	return nil
}

func plenty(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// outlinedAll shows addresses as their outline.
func outlinedAll(all []string) (out []string) {
	for _, what := range all {
		if addr, ok := strings.CutPrefix(what, "first "); ok {
			what = "our mail goes to " + hidden(addr)
		} else if strings.Contains(what, "@") && !clients.Permission(what).Known() {
			what = hidden(what)
		}
		out = append(out, what)
	}
	return out
}
