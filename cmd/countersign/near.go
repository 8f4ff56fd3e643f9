package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/internal/exit"
	"countersign/internal/near"
)

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

// flagError says what is wrong with a flag: most often a command before it is
// mistyped, whose group does not know the flag, else the flag itself.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	if told, ok := errors.AsType[*exit.Error](err); ok {
		return told
	}
	group, value := cmd.Root(), false
	for _, arg := range a.args {
		if value || strings.HasPrefix(arg, "-") {
			f := group.Root().PersistentFlags().Lookup(strings.TrimLeft(arg, "-"))
			value = !value && f != nil && f.NoOptDefVal == "" // it stands apart
			continue
		}
		next, _, _ := group.Find([]string{arg})
		if next == group {
			if group.HasSubCommands() {
				return nearest(group, []string{arg})
			}
			break
		}
		group = next
	}
	message := strings.TrimSuffix(err.Error(), ".") + "."
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok && len(unknown.GetSpecifiedShortnames()) == 0 {
		var flags []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
		if meant := near.Of(unknown.GetSpecifiedName(), flags); meant != "" {
			message += fmt.Sprintf(" Did you mean --%s?", meant)
		}
	}
	return &exit.Error{Code: exit.Usage, Reason: "usage", Message: message, Try: cmd.CommandPath() + " --help"}
}
