package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/desk/owner"
	"countersign/desk/probe"
	"countersign/internal/clean"
	"countersign/internal/config"
	"countersign/internal/exit"
)

// mailboxTest tries a mailbox and the way of an answer into it as the daemon
// would use them.
func (a *app) mailboxTest() *cobra.Command {
	noMail, wait := false, time.Minute
	c := &cobra.Command{Use: "test NAME", Short: "Log in at a mailbox, send a mail to its reply address, and look at what arrives", Args: cobra.ExactArgs(1),
		Long: "Logs in as the daemon would and changes nothing on the IMAP server. Then it sends a mail to the reply address (support+probe@...),\n" +
			"waits for it, and says what [mailbox.trust] could be by what our own servers write. Exit status 69 if something is not as it should be.",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			if err := owner.StepDown(c); err != nil {
				return err
			}
			i := slices.IndexFunc(c.Mailbox, func(m config.Mailbox) bool { return m.Name == args[0] })
			if i < 0 {
				var names []string
				for _, m := range c.Mailbox {
					names = append(names, m.Name)
				}
				return &exit.Error{Code: exit.NoInput, Reason: "no_such_mailbox", Message: fmt.Sprintf("No mailbox %q in %s. There is: %s.", args[0], a.configPath, strings.Join(names, ", "))}
			}
			p, err := probe.New(c, c.Mailbox[i], wait)
			if err != nil {
				return err
			}
			return a.sayFindings(p.Run(cmd.Context(), noMail))
		}}
	c.Flags().BoolVar(&noMail, "no-mail", false, "only log in; send nothing")
	c.Flags().DurationVar(&wait, "wait", wait, "how long the mail may take")
	return c
}

func (a *app) sayFindings(all []probe.Finding) error {
	failed := false
	for _, f := range all {
		failed = failed || !f.OK
		if a.json {
			if err := a.print(f); err != nil {
				return err
			}
			continue
		}
		word := "ok"
		if !f.OK {
			word = "FAIL"
		}
		fmt.Fprintf(a.stdout, "%-5s %-14s %s\n", word, f.Check, clean.Terminal(f.Found))
		if f.Do != "" {
			if _, err := fmt.Fprintf(a.stdout, "      Try: %s\n", clean.Terminal(f.Do)); err != nil {
				return err
			}
		}
	}
	if failed {
		return answered(exit.Unavailable)
	}
	return nil
}
