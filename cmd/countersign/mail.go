package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
)

func (a *app) messageCommand() *cobra.Command {
	var in api.MessageFilter
	all := &cobra.Command{Use: "list", Short: "List every message of every mailbox", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return list(cmd.Context(), a, "message/list", in, []string{"MESSAGE", "MAILBOX", "UID", "AT", "OUTCOME", "REASON", "TICKET"},
				func(m api.Message) []string {
					return []string{m.ID, m.Mailbox, fmt.Sprint(m.UID), when(m.At), string(m.Outcome), m.Reason, m.Ticket}
				})
		}}
	messageFilter(all, &in)
	return group("message", "What became of every message", all)
}

func (a *app) quarantineCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List the messages that are set aside", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return list(cmd.Context(), a, "quarantine/list", api.None{}, []string{"MESSAGE", "MAILBOX", "UID", "AT", "SIZE", "REASON"},
				func(m api.Message) []string {
					return []string{m.ID, m.Mailbox, fmt.Sprint(m.UID), when(m.At), strconv.FormatInt(m.Size, 10), m.Reason}
				})
		}}
	show, _ := idCommand(a, "show MESSAGE", "quarantine/show", "Show the bytes of a message, made safe for a terminal, with secrets blotted out", a.sayQuarantined)
	release, in := idCommand(a, "release MESSAGE", "quarantine/release", "Note that you have read a message; it stays not authenticated", a.sayReleased)
	release.Flags().StringVar(&in.Text, "ticket", "", "file it on this ticket")
	discard, _ := idCommand(a, "discard MESSAGE", "quarantine/discard", "Take a message off the list and remove its bytes; its record and hash stay", a.sayReleased)
	discard = confirmed(discard, "discard takes a message off the list")
	return group("quarantine", "Messages that were set aside", list, show, release, discard)
}

func (a *app) sayQuarantined(q api.Quarantined) error {
	fmt.Fprintf(a.stdout, "%s  %s uid %d  %s  %d bytes\n", q.ID, q.Mailbox, q.UID, when(q.At), q.Size)
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
	_, err := fmt.Fprintf(a.stdout, "%s noted. It stays NOT authenticated: release never authenticates.\n", m.ID)
	return err
}

func (a *app) outboxCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List the notices, sent and waiting", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return list(cmd.Context(), a, "outbox/list", api.None{}, []string{"ID", "TICKET", "KIND", "TO", "CLASS", "STATE", "TRIES", "NEXT", "WAITS FOR", "LAST ERROR"},
				func(o api.Outgoing) []string {
					return []string{o.ID, o.Ticket, string(o.Kind), hidden(o.To), string(o.Class), o.State, fmt.Sprint(o.Tries), whenever(o.Next), o.Cap, o.Error}
				})
		}}
	say := func(o api.Outgoing) error {
		waits := ""
		if o.Cap != "" {
			waits = "; it waits for limits." + o.Cap
		}
		_, err := fmt.Fprintf(a.stdout, "%s  %s to %s for %s: %s, %d tries, next %s%s  %s\n", o.ID, o.Kind, hidden(o.To), o.Ticket, o.State, o.Tries, whenever(o.Next), waits, clean.Terminal(o.Error))
		return err
	}
	show, _ := idCommand(a, "show NOTICE", "outbox/show", "Show a notice, but not its words", say)
	retry, _ := idCommand(a, "retry NOTICE", "outbox/retry", "Send a waiting or failed notice as soon as the limits let it go", say)
	cancel, _ := idCommand(a, "cancel NOTICE", "outbox/cancel", "Give a waiting or failed notice up", say)
	in := api.ID{}
	release := &cobra.Command{Use: "release", Short: "Send again after a restore, once you have looked at what would go out", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return one(cmd.Context(), a, "outbox/release", in, func(api.None) error {
				_, err := fmt.Fprintln(a.stdout, "The outbox is released.")
				return err
			})
		}}
	release.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	return group("outbox", "Notices on their way", list, show, retry, cancel, release)
}

func (a *app) auditCommand() *cobra.Command {
	old := ""
	verify := &cobra.Command{Use: "verify", Short: "Check the whole audit log", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in := api.Checkpoint{}
			if old != "" {
				b, err := a.read(old)
				if err != nil {
					return err
				}
				in.Checkpoint = string(b)
			}
			return one(cmd.Context(), a, "audit/verify", in, func(v api.AuditVerified) error {
				_, err := fmt.Fprintf(a.stdout, "%d entries, chain unbroken. ok\n", v.Entries)
				return err
			})
		}}
	verify.Flags().StringVar(&old, "checkpoint", "", "and that it goes on from the checkpoint in this `file`")
	list := &cobra.Command{Use: "list", Aliases: []string{"export"}, Short: "Print the audit log as JSON lines", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b := *a
			b.json = true
			return list[any](cmd.Context(), &b, "audit/list", api.None{}, nil, nil)
		}}
	checkpoint := &cobra.Command{Use: "checkpoint", Short: "Print the signed head of the audit log, to be kept elsewhere", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return one(cmd.Context(), a, "audit/checkpoint", api.None{}, func(c api.Checkpoint) error {
				_, err := fmt.Fprint(a.stdout, c.Checkpoint)
				return err
			})
		}}
	return group("audit", "The record of every decision", a.question(verify), list, checkpoint)
}
