package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) ticketCheck() *cobra.Command {
	var in tickets.CheckRequest
	c := &cobra.Command{Use: "check", Short: "What may be done for a customer by this channel? Opens nothing", Args: cobra.NoArgs,
		Long: "Says what may be done now for who asks by a channel, what with their phone or chat code, and what after their YES by mail.\n" +
			"Nothing is opened and nobody is asked. With --class the exit status is 0 only if that may be done now.",
		Example: "  countersign ticket check --contact ada@north.example --channel chat --agent sam\n" +
			"  countersign ticket check --contact ada@north.example --channel phone --class dns-change --agent sam"}
	f := c.Flags()
	f.StringVar(&in.Contact, "contact", "", "`address` on file of who asks")
	f.StringVar((*string)(&in.Channel), "channel", "", "how they reach you: email, chat, phone, portal, api")
	f.StringVar((*string)(&in.Class), "class", "", "what they ask for, such as password-change")
	f.StringVar(&in.Service, "service", "", "the service that it is about, where the contact may ask for some only")
	f.StringVar(&in.Agent, "agent", "", "who you are")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := missing([][2]string{{"contact", in.Contact}, {"channel", string(in.Channel)}}); err != nil {
			return err
		}
		if cmd.Flags().Changed("class") && in.Class == "" { // whoever names none is told of all, and that is no yes
			return usage("--class is empty.")
		}
		return a.with(cmd.Context(), func(ctx context.Context, client *api.Client) error {
			var out tickets.Checked
			if err := client.Call(ctx, "ticket/check", in, &out); err != nil {
				return err
			}
			if err := a.sayChecked(out); err != nil {
				return err
			}
			if in.Class != "" && out.How != "now" {
				return answered(exit.NoPerm)
			}
			return nil
		})
	}
	return a.question(c)
}

func (a *app) sayChecked(out tickets.Checked) error {
	if a.json {
		return a.print(out)
	}
	fmt.Fprintln(a.stdout, person(out.Client, out.ClientName, out.Contact, out.ContactName))
	if out.Class != "" {
		fmt.Fprintf(a.stdout, "%s: %s\n", out.Class, howWords[out.How])
		for _, r := range out.Reasons {
			fmt.Fprintf(a.stdout, "  no   %-20s %s\n", r.Code, clean.Terminal(r.Text))
		}
		if slices.Contains(out.Check.Others, out.Class) {
			fmt.Fprintf(a.stdout, "  no   %-20s %s\n", policy.CodeNoAuthority, "You may not carry it out; somebody with the authority does.")
		}
	}
	if err := a.sayCheck(out.Check); err != nil {
		return err
	}
	if len(out.Cools) > 0 {
		fmt.Fprintf(a.stdout, "Cools: %s.\n", cooling(out.Cools, strings.Clone))
	}
	return a.sayWarnings(out.Warnings)
}

// howWords say whether a class may be done.
var howWords = map[string]string{"now": "yes, now", "with_code": "NO, not before their code is verified (countersign code verify)",
	"by_mail": "NO, not before their YES by mail (countersign ticket open)", "not": "NO, not at present"}

func (a *app) sayWarnings(all []policy.Reason) error {
	var err error
	for _, w := range all {
		_, err = fmt.Fprintf(a.stdout, "Warning: %s\n", clean.Terminal(w.Text))
	}
	return err
}

// sayCheck says in two lines what may be done by a channel, and what to tell the
// customer.
func (a *app) sayCheck(k policy.ChannelCheck) error {
	_, err := fmt.Fprintf(a.stdout, "By %s: %s\nTell them: %s\n", k.Channel, clean.Terminal(mayDo(k)), k.Say)
	return err
}

func mayDo(k policy.ChannelCheck) string {
	s := "nothing now"
	if len(k.Now) > 0 {
		s = "only " + things(k.Now) + " now"
	}
	if len(k.WithCode) > 0 {
		s += "; " + things(k.WithCode) + " with their code"
	}
	s += "."
	switch {
	case len(k.ByMail) == 0:
	case len(k.Not) == 0:
		s += " The rest after their YES by mail."
	default:
		s += " After their YES by mail: " + things(k.ByMail) + "."
	}
	var codes []policy.Code
	classes := map[policy.Code][]policy.Class{}
	for _, b := range k.Not {
		var code policy.Code
		if len(b.Reasons) > 0 {
			code = b.Reasons[0].Code
		}
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
		classes[code] = append(classes[code], b.Class)
	}
	if len(codes) == 1 && len(k.ByMail) == 0 {
		return s + fmt.Sprintf(" The rest not at present (%s).", codes[0])
	}
	for _, code := range codes {
		s += fmt.Sprintf(" Not at present: %s (%s).", things(classes[code]), code)
	}
	return s
}

// things names classes in a sentence.
func things(all []policy.Class) string {
	var names []string
	for _, c := range all {
		switch c {
		case policy.Question:
			names = append(names, "questions")
		case policy.MinorChange:
			names = append(names, "small changes")
		default:
			names = append(names, string(c))
		}
	}
	return strings.Join(names, ", ")
}
