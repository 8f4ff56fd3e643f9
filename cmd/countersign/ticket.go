package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) ticketCommand() *cobra.Command {
	show, edit, end, note, ask, lift, external := a.ticketShow(), a.ticketEdit(), a.ticketClose(), a.ticketNote(), a.ticketAsk(), a.ticketLift(), a.ticketExternal()
	a.ticketFirst(show, edit, end, note, ask, lift, external)
	return group("ticket", "Open, list, show, edit and close tickets", a.ticketOpen(), a.ticketCheck(), a.ticketList(), show, edit, end, note, ask, lift, external)
}

func (a *app) ticketList() *cobra.Command {
	var in api.TicketFilter
	c := &cobra.Command{Use: "list", Short: "List tickets", Args: cobra.NoArgs}
	ticketFilter(c, &in)
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return list(cmd.Context(), a, "ticket/list", in, []string{"TICKET", "CLIENT", "CONTACT", "STATE", "PROOF", "CLASS", "SUBJECT", "UNTIL"}, func(t tickets.Shown) []string {
			return []string{t.Ticket, organisation(t.Client, t.ClientName), contact(t.Contact, t.ContactName), string(t.State), string(t.Proof), classOf(t), t.Subject, when(t.Until)}
		})
	}
	return c
}

func (a *app) ticketShow() *cobra.Command {
	return &cobra.Command{Use: "show TICKET", Short: "Show a ticket and its history", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return one(cmd.Context(), a, "ticket/show", api.ID{ID: args[0]}, a.sayTicket)
		}}
}

func (a *app) sayTicket(t tickets.Shown) error {
	fmt.Fprintf(a.stdout, "%s  %s    %s    opened %s by %s from %s\n", t.Ticket, clean.Terminal(t.Subject), person(t.Client, t.ClientName, t.Contact, t.ContactName), when(t.Opened), orElse(t.OpenedBy, "the contact"), t.Channel)
	fmt.Fprintf(a.stdout, "class   %s (revision %d)\n", t.Class, t.Revision)
	if t.Service != "" {
		fmt.Fprintf(a.stdout, "service %s\n", clean.Terminal(t.Service))
	}
	a.sayAsks(t)
	state := strings.ToUpper(string(t.State))
	switch {
	case t.Unasked && t.Until.IsZero():
		state = "NOT CONFIRMED, and the customer was not asked"
	case t.State != policy.StateUnconfirmed:
	case t.Unasked:
		state = "NOT AUTHENTICATED, and the customer is not asked again yet: authorize does that, or countersign ticket ask " + t.Ticket
	case t.Lost:
		state = "NOT AUTHENTICATED: the mailbox is said to be lost, so two leads decide; it ends " + when(t.Until)
	case t.Class == policy.Question:
		state = "NOT AUTHENTICATED; for a question nothing has to be proved"
	default:
		state = "NOT AUTHENTICATED, waiting for the customer's reply until " + when(t.Until)
	}
	fmt.Fprintf(a.stdout, "state   %s\n", state)
	fmt.Fprintf(a.stdout, "proof   %s\n", t.Proof)
	for _, p := range t.Proofs {
		fmt.Fprintf(a.stdout, "proof   %s%s at %s, until %s\n", p.Kind, after(" by ", p.Checker), when(p.At), when(p.Expires))
	}
	for _, c := range t.Checks {
		fmt.Fprintf(a.stdout, "check   by %s, started %s by %s: %s\n", c.Checker, when(c.Asked), c.By, checkedAs(c))
	}
	for _, x := range t.Approvals {
		fmt.Fprintf(a.stdout, "second  %s %s%s\n", x.ID, x.State, clean.Terminal(after(": ", whoAgrees(x))))
	}
	if len(t.Cools) > 0 {
		fmt.Fprintf(a.stdout, "cools   %s\n", cooling(t.Cools, hidden))
	}
	if d := t.Done; d != nil {
		fmt.Fprintln(a.stdout, sayDone(*d))
	}
	if t.Owes != "" {
		fmt.Fprintf(a.stdout, "owes    %s has not said what was done: countersign ticket close %s --done \"...\" --agent %s\n", t.Owes, t.Ticket, t.Owes)
	}
	if t.Change != "" {
		fmt.Fprintf(a.stdout, "changed %s\n", clean.Terminal(t.Change))
	}
	for _, w := range t.Waits {
		fmt.Fprintf(a.stdout, "waits   %s (%s): limits.%s, %d of %d, until %s\n", w.Notice, w.Kind, w.Limit, w.Taken, w.Most, when(w.Until))
	}
	if t.Lock != nil {
		if err := a.sayLock(*t.Lock); err != nil {
			return err
		}
	}
	for _, r := range t.Barred {
		fmt.Fprintf(a.stdout, "barred  %s: %s\n", r.Code, clean.Terminal(r.Text))
	}
	for _, r := range t.Obstacles {
		fmt.Fprintf(a.stdout, "but     %s: %s\n", r.Code, clean.Terminal(r.Text))
	}
	for _, line := range strings.Split(t.Request, "\n") {
		fmt.Fprintf(a.stdout, "request %s\n", clean.Terminal(line))
	}
	return a.sayHistory(t.History)
}

// sayDone says what came of an allow, and who says so, where that is another.
func sayDone(d tickets.ShownDone) string {
	what, who := "done   ", orElse(d.Allowed, d.Agent)
	if d.Not {
		what, who = "undone ", d.Agent
	}
	if who != d.Agent {
		who += ", says " + d.Agent
	}
	return fmt.Sprintf("%s %s by %s: %s", what, when(d.At), who, clean.Terminal(d.Text))
}

func (a *app) sayHistory(events []tickets.Event) error {
	var err error
	for _, e := range events {
		_, err = fmt.Fprintf(a.stdout, "%s  %-24s %-18s %s\n", when(e.At), e.Event, e.Reason, clean.Terminal(e.Text))
	}
	return err
}

func (a *app) ticketEdit() *cobra.Command {
	var in tickets.EditRequest
	var service string
	c := &cobra.Command{Use: "edit TICKET", Short: "Change the request or its class: earlier proofs are void, the contact is asked afresh", Args: cobra.ExactArgs(1),
		Long: "Changes the request, or its class, or both. Earlier proofs are void and the contact is asked afresh; a question asks nobody.\n\n" +
			"The class of a customer's own mail is at least what was read in its words. Anybody may raise it; to lower it takes --reason, and\n" +
			"to make it a question or a minor-change, where the words surely ask for more, a second agent or a lead, who gives the same command\n" +
			"within 12 hours. Until then nothing is changed, and the exit status is 75. The class that the ticket has, said again, notes that you looked.",
		Example: "  countersign ticket edit T-1 --request \"Reset the SFTP password for web-4\" --agent sam\n" +
			"  countersign ticket edit T-1 --class question --reason \"they only ask how it is done\" --agent sam"}
	c.Flags().StringVar(&in.Request, "request", "", "the request as it is now, - for standard input")
	c.Flags().StringVar((*string)(&in.Class), "class", "", "its class, if that changes")
	c.Flags().IntVar(&in.Revision, "revision", 0, "only if this is its revision still: nobody has edited what you saw")
	c.Flags().StringVar(&in.Reason, "reason", "", "why its class is lower than the words say")
	c.Flags().StringVar(&service, "service", "", "the service that it is about, empty for none in particular")
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.RunE = func(cmd *cobra.Command, args []string) (err error) {
		in.Ticket = args[0]
		if cmd.Flags().Changed("service") {
			in.Service = &service
		}
		if in.Request, err = a.text(in.Request); err != nil {
			return err
		}
		if cmd.Flags().Changed("request") && strings.TrimSpace(in.Request) == "" { // that is no request to leave as it is
			return usage("--request is empty.")
		}
		return a.with(cmd.Context(), func(ctx context.Context, client *api.Client) error {
			var t tickets.Shown
			if err := client.Call(ctx, "ticket/edit", in, &t); err != nil {
				return err
			}
			say := a.sayTicket
			if a.json {
				say = func(t tickets.Shown) error { return a.print(t) }
			}
			if err := say(t); err != nil {
				return err
			}
			if t.Wish != nil { // an edit that was made has ended it
				return answered(exit.TempFail)
			}
			return nil
		})
	}
	return c
}

func (a *app) ticketClose() *cobra.Command {
	var in tickets.Closing
	c := &cobra.Command{Use: "close TICKET", Short: "Close a ticket, and say what was done", Args: cobra.ExactArgs(1),
		Long: "Closes a ticket. Where its request was allowed, of a privileged class, it takes word of what was done: --done, by who was allowed\n" +
			"to or by a lead. The requester and a second person of their organisation are mailed what was done, by whom and when; a NO to that\n" +
			"stops the client and alarms the leads. What was allowed and not done is closed with --not-done and why; the requester is told.",
		Example: "  countersign ticket close T-1 --done \"new SFTP password for web-3 set\" --agent sam\n" +
			"  countersign ticket close T-1 --not-done \"she called: it works again\" --agent sam"}
	c.Flags().StringVar(&in.Done, "done", "", "what was done, in one line that the customer reads; - for standard input")
	c.Flags().StringVar(&in.NotDone, "not-done", "", "why it was not done, though it was allowed; the customer reads it")
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.RunE = func(cmd *cobra.Command, args []string) (err error) {
		in.Ticket = args[0]
		for flag, said := range map[string]*string{"done": &in.Done, "not-done": &in.NotDone} {
			if *said, err = a.text(*said); err != nil {
				return err
			}
			if *said = strings.TrimSpace(*said); cmd.Flags().Changed(flag) && *said == "" {
				return usage("--%s is empty.", flag)
			}
		}
		return one(cmd.Context(), a, "ticket/close", in, a.sayTicket)
	}
	return c
}

func (a *app) ticketNote() *cobra.Command {
	var in api.ID
	c := &cobra.Command{Use: "note TICKET", Short: "Add words to the history; they prove nothing", Args: cobra.ExactArgs(1)}
	c.Flags().StringVar(&in.Text, "text", "", "what to note, - for standard input")
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.RunE = func(cmd *cobra.Command, args []string) (err error) {
		in.ID = args[0]
		if in.Text, err = a.text(in.Text); err != nil {
			return err
		}
		return one(cmd.Context(), a, "ticket/note", in, a.sayTicket)
	}
	return c
}

func (a *app) ticketAsk() *cobra.Command {
	c, _ := idCommand(a, "ask TICKET", "ticket/ask", "Send the question once more; what was asked before may still be answered", func(t api.AskedAgain) error {
		for _, q := range t.Sent {
			fmt.Fprintf(a.stdout, "Asked %s again, to be answered until %s. Our mail is %s (outbox list).\n", contact(q.Address, q.Name), when(q.Until), q.Mail)
		}
		for _, r := range t.Not {
			fmt.Fprintf(a.stdout, "Not asked again: %s\n", clean.Terminal(r.Text))
		}
		if t.Told {
			fmt.Fprintln(a.stdout, "The team leads are told again that they have to agree (approval list --lead).")
		}
		return a.sayTicket(t.Shown)
	})
	c.Long = "Sends the question that a ticket waits for once more: to the contact, at the address on file as it is now, or, once they have\n" +
		"confirmed it, to those who have to agree and have not answered. What still waits in the outbox is not sent twice, and no more\n" +
		"leaves than the limits let; the refusal says which, and until when. An expired or closed ticket takes a new one."
	return c
}

func (a *app) ticketLift() *cobra.Command {
	c, in := idCommand(a, "lift TICKET", "ticket/lift", "Ask the primary contact to end the stop that a dispute has put on the client", a.sayTicket)
	c.Flags().StringVar(&in.Text, "reason", "", "why the stop should end")
	return c
}
