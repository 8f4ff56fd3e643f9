package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
)

func (a *app) quarantineCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List the messages that are set aside", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return list(cmd.Context(), a, "quarantine/list", api.None{}, []string{"MESSAGE", "MAILBOX", "UID", "AT", "SIZE", "PROOF", "REASON"},
				func(m api.Message) []string {
					return []string{m.ID, m.Mailbox, fmt.Sprint(m.UID), when(m.At), strconv.FormatInt(m.Size, 10), string(m.Proof), string(m.Reason)}
				})
		}}
	show, _ := idCommand(a, "show MESSAGE", "quarantine/show", "Show the bytes of a message, made safe for a terminal, with secrets blotted out", a.sayQuarantined)
	release, in := idCommand(a, "release MESSAGE", "quarantine/release", "Note that you have read a message; it stays not authenticated", a.sayReleased)
	release.Flags().StringVar(&in.Text, "ticket", "", "file it on this ticket")
	discard, _ := idCommand(a, "discard MESSAGE", "quarantine/discard", "Take a message off the list and remove its bytes; its record and hash stay", a.sayReleased)
	discard = a.confirmed(discard, "discard takes a message off the list")
	return group("quarantine", "Messages that were set aside", list, show, release, discard)
}

func (a *app) sayQuarantined(q api.Quarantined) error {
	fmt.Fprintf(a.stdout, "%s  %s uid %d  %s  %d bytes  %s\n", q.ID, q.Mailbox, q.UID, when(q.At), q.Size, q.Proof)
	for _, r := range q.Reasons {
		fmt.Fprintf(a.stdout, "  no  %-18s %s\n", r.Code, clean.Terminal(r.Text))
	}
	_, err := fmt.Fprintln(a.stdout)
	for _, line := range splitLines(q.Raw) {
		if _, err = fmt.Fprintln(a.stdout, clean.Terminal(line)); err != nil {
			break
		}
	}
	return err
}

func (a *app) sayReleased(m api.Message) error {
	_, err := fmt.Fprintf(a.stdout, "%s noted. It stays NOT authenticated (%s): release never authenticates.\n", m.ID, m.Proof)
	return err
}

func splitLines(b []byte) []string {
	return strings.Split(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n")
}
