package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/internal/config"
	"countersign/internal/exit"
)

// mailboxTest logs in at a mailbox as the daemon would, reading nothing.
func (a *app) mailboxTest() *cobra.Command {
	return &cobra.Command{Use: "test NAME", Short: "Log in at a mailbox as the daemon would, and change nothing", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			for _, m := range c.Mailbox {
				if m.Name == args[0] {
					return a.testMailbox(cmd, m)
				}
			}
			return &exit.Error{Code: exit.NoInput, Reason: "no_such_mailbox", Message: fmt.Sprintf("No mailbox %q in %s.", args[0], a.configPath), Try: "countersign mailbox status"}
		}}
}

func (a *app) testMailbox(cmd *cobra.Command, m config.Mailbox) error {
	settings, err := mailboxSettings(m, false, 0)
	if err != nil {
		return err
	}
	found, err := settings.Probe(cmd.Context())
	if err != nil {
		return unavailable("mailbox "+m.Name, err)
	}
	if a.json {
		return a.print(found)
	}
	how := "handled mail is moved to Countersign/..."
	if !found.Move {
		how = "the server has no MOVE: handled mail gets a keyword"
	}
	_, err = fmt.Fprintf(a.stdout, "ok  %s: logged in, %d messages, UIDVALIDITY %d; %s\n", m.Name, found.Messages, found.UIDValidity, how)
	return err
}
