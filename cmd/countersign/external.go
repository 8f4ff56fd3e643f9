package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) ticketExternal() *cobra.Command {
	var in tickets.CheckOfPerson
	c := &cobra.Command{Use: "external TICKET", Short: "Start a check of the person by another system: gives the reference to tell it", Args: cobra.ExactArgs(1),
		Long: "Notes that the ticket's contact is to be checked by another system ([[external]] of the configuration), for the revision that the\n" +
			"ticket has, and gives the reference that has to be told there. You, or a script, start the check there; docs/external.md has the\n" +
			"calls. Its webhook gives the proof `external`. Until something has come of a check, the reference is the same again.",
		Example: "  countersign ticket external T-1042 --with persona --agent sam --json"}
	c.Flags().StringVar(&in.Checker, "with", "", "which system, by its `name`; needed where there are several")
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.Ticket = args[0]
		return one(cmd.Context(), a, "ticket/external", in, func(out tickets.StartedCheck) error {
			_, err := fmt.Fprintf(a.stdout, "Have %s checked by %s, for %s as it is now (revision %d), with this reference:\n%s\n",
				person(out.Client, out.ClientName, out.Contact, out.ContactName), out.Checker, out.Ticket, out.Revision, out.Reference)
			return err
		})
	}
	return c
}

func (a *app) externalCommand() *cobra.Command {
	return group("external", "What other systems say of checks of a person", a.question(a.externalGive()))
}

func (a *app) externalGive() *cobra.Command {
	var headers string
	c := &cobra.Command{Use: "give NAME BODY|-", Short: "Hand in a webhook of another system, as it came", Args: cobra.ExactArgs(2),
		Long: "Hands in a webhook that you fetched yourself: its header fields from a file (a line each, as curl --dump-header writes them) and its\n" +
			"body, byte for byte. The signature is checked as if it had come by [external_api]. Exit status 0: the person is checked, or it was\n" +
			"heard before. 77: it proves nothing.",
		Example: "  countersign external give persona --headers webhook.headers webhook.json"}
	c.Flags().StringVar(&headers, "headers", "", "`file` with its header fields")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := missing([][2]string{{"headers", headers}}); err != nil {
			return err
		}
		if headers == "-" && args[1] == "-" {
			return usage("Header fields and body can't both be standard input.")
		}
		in := api.Webhook{Product: args[0]}
		var err error
		if in.Headers, err = a.headerFields(headers); err != nil {
			return err
		}
		if in.Body, err = a.read(args[1]); err != nil {
			return err
		}
		return a.with(cmd.Context(), func(ctx context.Context, client *api.Client) error {
			var out tickets.Heard
			if err := client.Call(ctx, "external/give", in, &out); err != nil {
				return err
			}
			if err := a.sayHeard(out); err != nil || out.Result == policy.CodeExternalPassed || out.Repeat {
				return err
			}
			return answered(exit.NoPerm)
		})
	}
	return c
}

// headerFields reads header fields from a file, with or without a line of HTTP above.
func (a *app) headerFields(name string) (http.Header, error) {
	f, closeFile, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer closeFile()
	in := bufio.NewReader(io.MultiReader(io.LimitReader(f, 16<<10), strings.NewReader("\r\n\r\n")))
	if start, err := in.Peek(5); err == nil && (string(start) == "HTTP/" || string(start) == "POST ") {
		if _, err := in.ReadString('\n'); err != nil {
			return nil, unreadable(name, err)
		}
	}
	h, err := textproto.NewReader(in).ReadMIMEHeader()
	if err != nil {
		return nil, &exit.Error{Code: exit.DataErr, Reason: "bad_headers", Message: name + ": that are no header fields, a line each as \"Name: value\".", Err: err}
	}
	return http.Header(h), nil
}

func (a *app) sayHeard(h tickets.Heard) (err error) {
	if a.json {
		return a.print(h)
	}
	switch {
	case h.Repeat:
		_, err = fmt.Fprintf(a.stdout, "%s  heard before; nothing is changed by it\n", h.Ticket)
	case h.Ticket == "":
		_, err = fmt.Fprintf(a.stdout, "Genuine, but of no check that was started here, or it says nothing of one.\n")
	case h.Result == policy.CodeExternalPassed:
		_, err = fmt.Fprintf(a.stdout, "%s  checked by %s, until %s\n", h.Ticket, h.Checker, when(h.Until))
	default:
		_, err = fmt.Fprintf(a.stdout, "%s  NOT checked by %s\n", h.Ticket, h.Checker)
		for _, r := range h.Reasons {
			_, err = fmt.Fprintf(a.stdout, "  no   %-20s %s\n", r.Code, clean.Terminal(r.Text))
		}
	}
	return err
}

// checkedAs says what has come of a check.
func checkedAs(c tickets.ShownCheck) string {
	switch c.Result {
	case policy.CodeExternalStarted:
		return "nothing has come of it yet"
	case policy.CodeExternalPassed:
		return "passed " + when(c.At)
	}
	return fmt.Sprintf("%s %s", c.Result, when(c.At))
}
