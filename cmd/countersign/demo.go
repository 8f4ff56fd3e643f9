package main

import "github.com/spf13/cobra"

func (a *app) demoCommand() *cobra.Command {
	c := &cobra.Command{Use: "demo", Short: "See the whole story in a mail world inside this process", Args: cobra.NoArgs,
		Long: "Starts DNS, SMTP and IMAP servers and the real daemon on loopback, tells the story of one ticket, and keeps nothing.\n" +
			"Exit status 0 only if every step came out as told."}
	c.Flags().Bool("once", false, "tell the story and end (the demo has nothing to stay for yet)")
	c.RunE = func(cmd *cobra.Command, _ []string) error { return tellDemo(cmd.Context(), a.stdout) }
	return c
}
