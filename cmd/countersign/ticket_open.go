package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) ticketOpen() *cobra.Command {
	var in tickets.OpenRequest
	var lines string
	c := &cobra.Command{Use: "open", Short: "Open a ticket for a customer and ask the address on file", Args: cobra.NoArgs,
		Example: "  countersign ticket open --contact ada@north.example --channel chat --class password-change \\\n    --subject \"Reset SFTP password for web-3\" --agent sam"}
	f := c.Flags()
	f.StringVar(&in.Contact, "contact", "", "`address` on file of who asks, or their id")
	f.StringVar((*string)(&in.Channel), "channel", "", "how they reached you: email, chat, phone, portal, api")
	f.StringVar((*string)(&in.Class), "class", "", "what kind of thing is asked, such as password-change")
	f.StringVar(&in.Subject, "subject", "", "what and where, in one line")
	f.StringVar(&in.Request, "request", "", "the exact request, - for standard input; the subject if left out; of a change of people in the words of contact set")
	f.StringVar(&in.Service, "service", "", "the service that it is about, where the contact may ask for some only")
	f.StringVar(&in.Priority, "priority", "", "priority, your own words")
	f.StringVar(&in.Category, "category", "", "category, your own words")
	f.BoolVar(&in.Lost, "lost-mailbox", false, "the contact can't read the mailbox on file: two leads approve, every address is told, 7 days; --request says \"add NEW\" and names the old address that goes")
	f.StringVar(&in.Agent, "agent", "", "who you are")
	f.StringVar(&lines, "jsonl", "", "open many: one JSON object a line from `FILE` or -")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if lines != "" {
			return a.openMany(cmd.Context(), lines, in.Agent)
		}
		need := [][2]string{{"contact", in.Contact}, {"channel", string(in.Channel)}, {"class", string(in.Class)}, {"subject", in.Subject}}
		if in.Lost { // which says the others
			need = [][2]string{{"contact", in.Contact}, {"request", in.Request}}
		}
		if err := missing(need); err != nil {
			return err
		}
		var err error
		if in.Request, err = a.text(in.Request); err != nil {
			return err
		}
		return a.with(cmd.Context(), func(ctx context.Context, client *api.Client) error {
			var out api.Opened
			if err := client.Call(ctx, "ticket/open", in, &out); err != nil {
				return flagged(err, nil)
			}
			if a.json {
				return a.print(out)
			}
			return a.sayOpened(out)
		})
	}
	return c
}

func (a *app) sayOpened(o api.Opened) error {
	fmt.Fprintf(a.stdout, "%s opened for %s (%s).", o.Ticket, clean.Terminal(orElse(o.Name, hidden(o.Contact))), clean.Terminal(o.Client))
	who := person(o.Ref, o.Client, o.Contact, o.Name)
	advice := ""
	if o.Asks != nil {
		advice = fmt.Sprintf("The words read as %s. If that is right: countersign ticket edit %s --class %s\n", readAs(*o.Asks), o.Ticket, o.Asks.Class)
	}
	if o.Lost {
		_, err := fmt.Fprintf(a.stdout, " The mailbox on file is said to be lost, so nobody is asked there.\n%s\n%s"+
			"Every address on file is told; two leads have to approve (countersign approval list --lead), and then it waits 7 days. Ends %s.\n", who, advice, when(o.Until))
		return err
	}
	if o.Notice != "queued" && o.Class != policy.Question {
		fmt.Fprintf(a.stdout, " Nobody is asked yet.\n%s\n%s", who, advice)
		_, why := o.Check.How(o.Class)
		for _, r := range why {
			fmt.Fprintf(a.stdout, "  no   %-20s %s\n", r.Code, clean.Terminal(r.Text))
		}
		if err := a.sayCheck(o.Check); err != nil {
			return err
		}
		_, err := fmt.Fprintf(a.stdout, "Once the lock is open, countersign authorize %s %s asks them.\n", o.Ticket, o.Class)
		return err
	}
	if o.Notice != "queued" {
		fmt.Fprintf(a.stdout, " Nothing has to be proved for a question.\n%s\n%s", who, advice)
		return a.sayCheck(o.Check)
	}
	fmt.Fprintf(a.stdout, " Not authenticated: %s alone can't ask for %s.\n%s\n", o.Channel, o.Class, who)
	if len(o.Cools) > 0 {
		fmt.Fprintf(a.stdout, "Cools: %s. No answer before then proves anything.\n", cooling(o.Cools, hidden))
	}
	if err := a.sayCheck(o.Check); err != nil {
		return err
	}
	if err := a.sayWarnings(o.Warnings); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "%sConfirmation queued for the address on file (%s). Expires %s. Watch: countersign ticket show %s\n",
		advice, hidden(o.Contact), when(o.Until), o.Ticket)
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
