package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/clients/codes"
	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/internal/near"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) codeCommand() *cobra.Command {
	c := group("code", "Phone and chat codes, by which a caller is known", a.codeSet(), a.question(a.codeVerify()), a.codeClear(), a.codeStatus())
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nearest(cmd, args)
		}
		if meant := near.Of(args[0], names(cmd)); meant != "" {
			return usage("Unknown command. Did you mean \"%s %s\"?", cmd.CommandPath(), meant)
		}
		return noArgument(cmd)
	}
	c.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { // which would show what may be a code
		return &exit.Error{Code: exit.Usage, Reason: "usage", Message: "A flag is not understood.", Try: cmd.CommandPath() + " --help"}
	})
	return c
}

// noArgument refuses what may be a code without showing it once more.
func noArgument(cmd *cobra.Command) error {
	return &exit.Error{Code: exit.Usage, Reason: "code_as_argument",
		Message: "A code is never an argument: others can see it, and the shell keeps it. If that was one, have another set.",
		Try:     cmd.CommandPath() + " without it, and type the code when you are asked, or pipe it in"}
}

// codeOf is a command about one code, which takes no argument but flags.
func (a *app) codeOf(use, short string, do func(cmd *cobra.Command) error) (*cobra.Command, *tickets.CodeRequest) {
	in := &tickets.CodeRequest{}
	c := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs}
	f := c.Flags()
	f.StringVar(&in.Contact, "contact", "", "whose code: a contact's, by an `address` on file")
	f.StringVar(&in.Client, "client", "", "or a client's, by its `reference`")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return noArgument(cmd)
		}
		if (in.Contact == "") == (in.Client == "") {
			return usage("Say whose code: --contact ADDRESS or --client REFERENCE.")
		}
		return do(cmd)
	}
	return c, in
}

func (a *app) codeSet() *cobra.Command {
	var in *tickets.CodeRequest
	var once, totp bool
	c, in := a.codeOf("set", "Set a code, from standard input only; the contact is told", func(cmd *cobra.Command) (err error) {
		what := "New code"
		switch {
		case once && totp:
			return usage("--once and --totp don't go together.")
		case once:
			in.Kind = codes.Once
		case totp:
			in.Kind, what = codes.TOTP, "Seed of the authenticator"
		}
		if in.Code, err = a.secret(what, true); err != nil {
			return err
		}
		return one(cmd.Context(), a, "code/set", in, func(s tickets.CodeStatus) error { return a.sayCodeChanged("Set", s) })
	})
	c.Long = "Sets a code by which a caller is known on the phone and in chats. It is typed hidden, or comes from standard input, and has 8 to 64\n" +
		"characters; neither case nor blanks nor dashes count. Dates, id and phone numbers, names, runs and what is easy to guess are refused.\n" +
		"Who sets a code neither verifies it nor opens, edits or carries out what it proves. The contact is told by mail, and a NO locks it."
	c.Example = "  countersign code set --contact ada@north.example --agent lea\n" +
		"  countersign code set --contact ada@north.example --once --expires 2h --agent lea < code"
	f := c.Flags()
	f.BoolVar(&once, "once", false, "it counts once")
	f.StringVar(&in.Life, "expires", "", "with --once, how `long` it may be said (24h)")
	f.BoolVar(&totp, "totp", false, "a rotating one (RFC 6238): standard input is the seed in base32")
	codeFlags(c, in, "the change is told on this ticket")
	return c
}

func codeFlags(c *cobra.Command, in *tickets.CodeRequest, ticket string) {
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.Flags().StringVar(&in.Ticket, "ticket", "", ticket)
}

func (a *app) codeClear() *cobra.Command {
	var in *tickets.CodeRequest
	c, in := a.codeOf("clear", "Take a code away; the contact is told", func(cmd *cobra.Command) error {
		return one(cmd.Context(), a, "code/clear", in, func(s tickets.CodeStatus) error { return a.sayCodeChanged("Cleared", s) })
	})
	codeFlags(c, in, "the change is told on this ticket")
	return c
}

func (a *app) sayCodeChanged(done string, s tickets.CodeStatus) error {
	fmt.Fprintf(a.stdout, "%s the code of %s. The contact is told by mail (%s).\n", done, codeHolder(s.Holder, s.Name, s.Contact, s.Client), s.Ticket)
	if s.Kind == codes.None {
		return nil
	}
	if !s.Expires.IsZero() {
		fmt.Fprintf(a.stdout, "It counts once, until %s.\n", when(s.Expires))
	}
	if !s.LockedUntil.IsZero() {
		fmt.Fprintf(a.stdout, "After too many wrong ones it is locked until %s all the same.\n", when(s.LockedUntil))
	}
	_, err := fmt.Fprintf(a.stdout, "You (%s) neither verify it nor open, edit or carry out what it proves.\n", s.By)
	return err
}

// codeHolder names whose code it is.
func codeHolder(holder, name, contactOf, client string) string {
	if holder == "client" {
		return "client " + organisation(client, name)
	}
	return contact(contactOf, name)
}

func (a *app) codeVerify() *cobra.Command {
	var in *tickets.CodeRequest
	c, in := a.codeOf("verify", "Does what the caller says match? Exit status 0 is yes, everything else is no", func(cmd *cobra.Command) (err error) {
		if in.Code, err = a.secret("Code the caller says", false); err != nil {
			return err
		}
		return a.with(cmd.Context(), func(ctx context.Context, client *api.Client) error {
			var out tickets.CodeVerified
			if err := client.Call(ctx, "code/verify", in, &out); err != nil {
				return err
			}
			if err := a.sayCode(out); err != nil {
				return err
			}
			switch out.Result {
			case policy.CodeCodeMatch:
				return nil
			case policy.CodeCodeBusy, policy.CodeCodeAgentBusy:
				return answered(exit.TempFail)
			}
			return answered(exit.NoPerm)
		})
	})
	c.Example = "  countersign code verify --contact ada@north.example --ticket T-1042 --agent sam"
	codeFlags(c, in, "a match proves a small change on this ticket for 30 minutes")
	return c
}

// sayCode says what a try came to, in one sentence, and how many are left.
func (a *app) sayCode(v tickets.CodeVerified) error {
	if a.json {
		return a.print(v)
	}
	var say strings.Builder
	for _, r := range v.Reasons {
		say.WriteString(clean.Terminal(r.Text))
	}
	switch {
	case v.Result == policy.CodeCodeMatch:
		say.Reset()
		say.WriteString("match. " + proves(v))
	case v.Result == policy.CodeCodeBusy, v.Result == policy.CodeCodeAgentBusy, v.Result == policy.CodeCodeOwn:
	case v.TriesLeft == 0 && v.Told:
		fmt.Fprintf(&say, " It is locked until tomorrow (%s); %s has been told by mail.", midnight(v.LockedUntil), orElse(clean.Terminal(v.Name), "the contact"))
	case v.TriesLeft == 0:
		fmt.Fprintf(&say, " Nothing is compared until tomorrow (%s).", midnight(v.LockedUntil))
	case v.Result == policy.CodeCodeLocked: // for good
		say.WriteString(" The contact said that they know nothing of what was done with it; a lead may set another.")
	default:
		fmt.Fprintf(&say, " %s left today, then locked until tomorrow.", tries(v.TriesLeft))
	}
	_, err := fmt.Fprintln(a.stdout, say.String())
	return err
}

func proves(v tickets.CodeVerified) string {
	switch {
	case v.Ticket == "":
		return "Without --ticket it proves nothing."
	case v.Proves == "":
		return "It proves nothing of what " + v.Ticket + " asks for."
	case v.Proves.Privileged():
		return fmt.Sprintf("It stands beside a lead's approval of %s (%s) until %s.", v.Ticket, v.Proves, v.Until.Local().Format("15:04 MST"))
	}
	return fmt.Sprintf("It proves %s on %s until %s.", v.Proves, v.Ticket, v.Until.Local().Format("15:04 MST"))
}

func tries(n int) string {
	if n == 1 {
		return "1 try"
	}
	return fmt.Sprintf("%d tries", n)
}

// midnight is when a lock ends, which is midnight UTC wherever the agent sits.
func midnight(t time.Time) string { return t.Local().Format("2 Jan 15:04 MST") }

func (a *app) codeStatus() *cobra.Command {
	var in *tickets.CodeRequest
	c, in := a.codeOf("status", "Who has a code, of which kind, set when and by whom; never more", func(cmd *cobra.Command) error {
		return list(cmd.Context(), a, "code/status", in, []string{"WHOSE", "KIND", "SET", "BY", "NOTE"}, func(s tickets.CodeStatus) []string {
			return []string{codeHolder(s.Holder, s.Name, s.Contact, s.Client), orElse(string(s.Kind), "none"), when(s.At), orElse(s.By, "-"), codeNote(s)}
		})
	})
	return c
}

func codeNote(s tickets.CodeStatus) string {
	var notes []string
	if s.Locked {
		notes = append(notes, "locked: the contact said NO; a lead sets another")
	}
	if !s.LockedUntil.IsZero() {
		notes = append(notes, "locked until "+when(s.LockedUntil))
	}
	if s.Restored {
		notes = append(notes, "of before a restore: to be set anew")
	}
	if s.Used {
		notes = append(notes, "used")
	} else if !s.Expires.IsZero() {
		notes = append(notes, "until "+when(s.Expires))
	}
	return strings.Join(notes, "; ")
}
