package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/internal/exit"
	"countersign/internal/near"
)

// group makes a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: nearest, Aliases: []string{plural(use)}}
	c.AddCommand(commands...)
	return c
}

func plural(s string) string {
	if strings.HasSuffix(s, "x") {
		return s + "es"
	}
	return s + "s"
}

// nearest is the RunE of a command that only groups others: at every level a
// mistyped command is answered with the nearest one.
func nearest(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		_ = cmd.Help()
		return usage("Say what to do with %s.", cmd.Name())
	}
	if slices.Contains(notYet[cmd.Name()], args[0]) {
		return notBuiltYet(cmd.Name() + " " + args[0])
	}
	message := fmt.Sprintf("Unknown command %q.", args[0])
	if meant := near.Of(args[0], names(cmd)); meant != "" {
		message += fmt.Sprintf(" Did you mean %q?", meant)
	}
	return &exit.Error{Code: exit.Usage, Reason: "unknown_command", Message: message, Try: strings.TrimSpace(cmd.CommandPath() + " --help")}
}

// names are those of a group's commands that one may look for.
func names(cmd *cobra.Command) (out []string) {
	for _, c := range cmd.Commands() {
		if c.Name() != openStore {
			out = append(out, c.Name())
		}
	}
	return out
}
