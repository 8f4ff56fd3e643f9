package main

import (
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
)

// idCommand makes a command about one thing, asked in an agent's name, whose
// answer say tells. The returned ID is what will be asked; flags may add to it.
func idCommand[T any](a *app, use, operation, short string, say func(T) error) (*cobra.Command, *api.ID) {
	in := &api.ID{}
	c := &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1)}
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.ID = args[0]
		return one(cmd.Context(), a, operation, *in, say)
	}
	return c, in
}

// confirmed demands --yes of a command that destroys something.
func confirmed(c *cobra.Command, what string) *cobra.Command {
	yes := c.Flags().Bool("yes", false, "do it")
	do := c.RunE
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if !*yes {
			return usage("%s. If you mean it, say --yes.", what)
		}
		return do(cmd, args)
	}
	return c
}

func splitLines(b []byte) []string {
	return strings.Split(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n")
}
