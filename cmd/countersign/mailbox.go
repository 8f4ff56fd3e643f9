package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/desk/daemon"
)

func (a *app) mailboxCommand() *cobra.Command {
	status := &cobra.Command{Use: "status", Short: "How reading the mailboxes goes", Aliases: []string{"list"}, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return one(cmd.Context(), a, "mailbox/status", api.None{}, func(s api.Status) error {
				var rows [][]string
				for _, m := range s.Mailboxes {
					rows = append(rows, []string{m.Mailbox, m.State, when(m.LastSuccess), fmt.Sprint(m.Waiting), fmt.Sprint(m.UIDValidity), m.Error})
				}
				if s.Held {
					fmt.Fprintln(a.stdout, "HELD: "+daemon.RestoredWarning)
				}
				if s.Deferred > 0 {
					fmt.Fprintf(a.stdout, "Read and not judged yet: %d, since DNS does not answer about who sent it. countersign mailbox test NAME tries the resolver.\n", s.Deferred)
				}
				return table(a.stdout, []string{"MAILBOX", "STATE", "LAST SUCCESS", "WAITING", "UIDVALIDITY", "ERROR"}, rows)
			})
		}}
	return group("mailbox", "The mailboxes that are read", status, a.mailboxTest(), a.mailboxRelease())
}

func (a *app) mailboxRelease() *cobra.Command {
	in := api.MailboxRelease{}
	skip := false
	c := &cobra.Command{Use: "release NAME", Short: "Read a held mailbox again, and say what becomes of its old messages", Args: cobra.ExactArgs(1),
		Long: "A mailbox is held when more than 50 old messages turn up in it that were never read: an archive that was\n" +
			"copied in, or another mailbox under the same name. Look at them first. --skip leaves them alone for good;\n" +
			"--judge judges them as if they had just come, so that notices may go out.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if in.Judge == skip {
				return usage("Say what becomes of the old messages: --skip or --judge.")
			}
			in.Mailbox = args[0]
			return one(cmd.Context(), a, "mailbox/release", in, func(api.None) error {
				_, err := fmt.Fprintf(a.stdout, "%s is read again.\n", in.Mailbox)
				return err
			})
		}}
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.Flags().BoolVar(&skip, "skip", false, "leave the old messages alone for good")
	c.Flags().BoolVar(&in.Judge, "judge", false, "judge the old messages as if they had just come")
	return c
}
