package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/desk/api"
)

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
