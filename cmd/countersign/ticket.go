package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) ticketCommand() *cobra.Command {
	show, edit, end, note, ask, lift := a.ticketShow(), a.ticketEdit(), a.ticketClose(), a.ticketNote(), a.ticketAsk(), a.ticketLift()
	a.ticketFirst(show, edit, end, note, ask, lift)
	return group("ticket", "Open, list, show, edit and close tickets", a.ticketOpen(), a.ticketList(), show, edit, end, note, ask, lift)
}

func (a *app) ticketOpen() *cobra.Command {
	var in tickets.OpenRequest
	var lines string
	c := &cobra.Command{Use: "open", Short: "Open a ticket for a customer and ask the address on file", Args: cobra.NoArgs,
		Example: "  countersign ticket open --contact ada@north.example --channel chat --class password-change \\\n    --subject \"Reset SFTP password for web-3\" --agent sam"}
	f := c.Flags()
	f.StringVar(&in.Contact, "contact", "", "`address` on file of who asks")
	f.StringVar((*string)(&in.Channel), "channel", "", "how they reached you: email, chat, phone, portal, api")
	f.StringVar((*string)(&in.Class), "class", "", "what kind of thing is asked, such as password-change")
	f.StringVar(&in.Subject, "subject", "", "what and where, in one line")
	f.StringVar(&in.Request, "request", "", "the exact request, - for standard input; the subject if left out")
	f.StringVar(&in.Priority, "priority", "", "priority, your own words")
	f.StringVar(&in.Category, "category", "", "category, your own words")
	f.StringVar(&in.Agent, "agent", "", "who you are")
	f.StringVar(&lines, "jsonl", "", "open many: one JSON object a line from `FILE` or -")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if lines != "" {
			return a.openMany(cmd.Context(), lines, in.Agent)
		}
		if err := missing([][2]string{{"contact", in.Contact}, {"channel", string(in.Channel)}, {"class", string(in.Class)}, {"subject", in.Subject}}); err != nil {
			return err
		}
		var err error
		if in.Request, err = a.text(in.Request); err != nil {
			return err
		}
		return a.with(cmd.Context(), func(ctx context.Context, client *api.Client) error {
			var out api.Opened
			if err := client.Call(ctx, "ticket/open", in, &out); err != nil {
				return err
			}
			if a.json {
				return a.print(out)
			}
			return a.sayOpened(out)
		})
	}
	return c
}

// missing reports the flags, with their values, that a command can't do without.
func missing(flags [][2]string) error {
	var names []string
	for _, f := range flags {
		if f[1] == "" {
			names = append(names, "--"+f[0])
		}
	}
	switch len(names) {
	case 0:
		return nil
	case 1:
		return usage("%s is missing.", names[0])
	}
	return usage("%s are missing.", strings.Join(names, ", "))
}

func (a *app) sayOpened(o api.Opened) error {
	fmt.Fprintf(a.stdout, "%s opened for %s (%s).", o.Ticket, clean.Terminal(orElse(o.Name, hidden(o.Contact))), clean.Terminal(o.Client))
	who := person(o.Ref, o.Client, o.Contact, o.Name)
	if o.Notice != "queued" {
		_, err := fmt.Fprintf(a.stdout, " Nothing has to be proved for a question.\n%s\n", who)
		return err
	}
	fmt.Fprintf(a.stdout, " Not authenticated: %s alone can't ask for %s.\n%s\n", o.Channel, o.Class, who)
	if len(o.Cools) > 0 {
		fmt.Fprintf(a.stdout, "Cools: %s. No answer before then proves anything.\n", cooling(o.Cools, hidden))
	}
	for _, w := range o.Warnings {
		fmt.Fprintf(a.stdout, "Warning: %s\n", clean.Terminal(w.Text))
	}
	_, err := fmt.Fprintf(a.stdout, "Confirmation queued for the address on file (%s). Expires %s. Watch: countersign ticket show %s\n",
		hidden(o.Contact), when(o.Until), o.Ticket)
	return err
}

// openMany opens one ticket for every line and answers a line for each; a line
// that can't be used is answered with its problem, and the others go on.
func (a *app) openMany(ctx context.Context, file, agent string) error {
	in, closeIn, err := a.open(file)
	if err != nil {
		return err
	}
	defer closeIn()
	return a.with(ctx, func(ctx context.Context, client *api.Client) error {
		worst := 0
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, 1<<20)
		for n := 1; lines.Scan(); n++ {
			if strings.TrimSpace(lines.Text()) == "" {
				continue
			}
			var one tickets.OpenRequest
			var out api.Opened
			dec := json.NewDecoder(strings.NewReader(lines.Text()))
			dec.DisallowUnknownFields()
			err := dec.Decode(&one)
			if err == nil {
				one.Agent = orElse(one.Agent, agent)
				err = client.Call(ctx, "ticket/open", one, &out)
			}
			if err != nil {
				e, _ := errors.AsType[*exit.Error](err)
				if e == nil {
					e = &exit.Error{Code: exit.DataErr, Reason: "bad_line", Message: err.Error()}
				}
				if e.Code == exit.Unavailable {
					return e
				}
				worst = exit.DataErr
				if err := a.print(map[string]any{"line": n, "code": e.Reason, "title": e.Error()}); err != nil {
					return err
				}
				continue
			}
			if err := a.print(out); err != nil {
				return err
			}
		}
		if err := lines.Err(); err != nil {
			return &exit.Error{Code: exit.DataErr, Reason: "bad_line", Message: file + ": " + err.Error(), Err: err}
		}
		if worst != 0 {
			return answered(worst)
		}
		return nil
	})
}

func (a *app) ticketList() *cobra.Command {
	var in api.TicketFilter
	c := &cobra.Command{Use: "list", Short: "List tickets", Args: cobra.NoArgs}
	ticketFilter(c, &in)
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return list(cmd.Context(), a, "ticket/list", in, []string{"TICKET", "CLIENT", "CONTACT", "STATE", "CLASS", "SUBJECT", "UNTIL"}, func(t tickets.Shown) []string {
			return []string{t.Ticket, organisation(t.Client, t.ClientName), contact(t.Contact, t.ContactName), string(t.State), string(t.Class), t.Subject, when(t.Until)}
		})
	}
	return c
}

// list prints the answer of an operation that gives a list.
func list[T any](ctx context.Context, a *app, name string, in any, head []string, row func(T) []string) error {
	return a.with(ctx, func(ctx context.Context, client *api.Client) error {
		return listOf(ctx, a, client, name, in, head, row)
	})
}

func listOf[T any](ctx context.Context, a *app, client *api.Client, name string, in any, head []string, row func(T) []string) error {
	var rows [][]string
	err := client.Each(ctx, name, in, func(line json.RawMessage) error {
		if a.json {
			_, err := clean.JSON(a.stdout).Write(append([]byte(strings.TrimSpace(string(line))), '\n'))
			return err
		}
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			return err
		}
		rows = append(rows, row(v))
		return nil
	})
	if err != nil || a.json {
		return err
	}
	return table(a.stdout, head, rows)
}

// one prints the answer of an operation that gives one object.
func one[T any](ctx context.Context, a *app, name string, in any, say func(T) error) error {
	return a.with(ctx, func(ctx context.Context, client *api.Client) error {
		var out T
		if err := client.Call(ctx, name, in, &out); err != nil {
			return err
		}
		if a.json {
			return a.print(out)
		}
		return say(out)
	})
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
	state := strings.ToUpper(string(t.State))
	switch {
	case t.State != policy.StateUnconfirmed:
	case t.Unasked:
		state = "NOT AUTHENTICATED, and the customer is not asked again yet: authorize does that, or countersign ticket ask " + t.Ticket
	case t.Class == policy.Question:
		state = "NOT AUTHENTICATED; for a question nothing has to be proved"
	default:
		state = "NOT AUTHENTICATED, waiting for the customer's reply until " + when(t.Until)
	}
	fmt.Fprintf(a.stdout, "state   %s\n", state)
	for _, p := range t.Proofs {
		fmt.Fprintf(a.stdout, "proof   %s at %s, until %s\n", p.Kind, when(p.At), when(p.Expires))
	}
	if len(t.Cools) > 0 {
		fmt.Fprintf(a.stdout, "cools   %s\n", cooling(t.Cools, hidden))
	}
	for _, r := range t.Obstacles {
		fmt.Fprintf(a.stdout, "but     %s: %s\n", r.Code, clean.Terminal(r.Text))
	}
	for _, line := range strings.Split(t.Request, "\n") {
		fmt.Fprintf(a.stdout, "request %s\n", clean.Terminal(line))
	}
	return a.sayHistory(t.History)
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
	c := &cobra.Command{Use: "edit TICKET", Short: "Change the request: earlier proofs are void, the contact is asked afresh", Args: cobra.ExactArgs(1)}
	c.Flags().StringVar(&in.Request, "request", "", "the request as it is now, - for standard input")
	c.Flags().StringVar((*string)(&in.Class), "class", "", "its class, if that changes")
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.RunE = func(cmd *cobra.Command, args []string) (err error) {
		in.Ticket = args[0]
		if in.Request, err = a.text(in.Request); err != nil {
			return err
		}
		return one(cmd.Context(), a, "ticket/edit", in, a.sayTicket)
	}
	return c
}

func (a *app) ticketClose() *cobra.Command {
	var in api.ID
	c := &cobra.Command{Use: "close TICKET", Short: "Close a ticket", Args: cobra.ExactArgs(1)}
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.ID = args[0]
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
	c, _ := idCommand(a, "ask TICKET", "ticket/ask", "Ask the address on file once more; what was asked before may still be answered", a.sayTicket)
	return c
}

func (a *app) ticketLift() *cobra.Command {
	c, in := idCommand(a, "lift TICKET", "ticket/lift", "Ask the primary contact to end the stop that a dispute has put on the client", a.sayTicket)
	c.Flags().StringVar(&in.Text, "reason", "", "why the stop should end")
	return c
}

// text is a flag's value, or standard input for -.
func (a *app) text(v string) (string, error) {
	if v != "-" {
		return v, nil
	}
	b, err := io.ReadAll(io.LimitReader(a.stdin, 1<<20))
	return strings.TrimRight(string(b), "\r\n"), err
}

// open opens a file, or standard input for -.
func (a *app) open(name string) (io.Reader, func(), error) {
	if name == "-" {
		return a.stdin, func() {}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, &exit.Error{Code: exit.NoInput, Reason: "no_such_file", Message: "Can't open " + name + ": " + errors.Unwrap(err).Error() + ".", Err: err}
	}
	return f, func() { f.Close() }, nil
}

// read reads a small file, or standard input for -.
func (a *app) read(name string) ([]byte, error) {
	f, closeFile, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer closeFile()
	b, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, unreadable(name, err)
	}
	return b, nil
}

func unreadable(name string, err error) error {
	return &exit.Error{Code: exit.IOErr, Reason: "unreadable", Message: "Can't read " + name + ": " + err.Error(), Err: err}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
