package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/internal/exit"
	"countersign/internal/near"
)

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

// given is a flag that is given once. The last of two would count, and what a
// script has put into the place of a ticket could then speak for another agent.
type given struct {
	pflag.Value
	name string
	set  bool
}

func (g *given) Set(v string) error {
	if g.set && (g.Type() != "bool" || g.String() != v) {
		return usage("--%s is given twice.", g.name)
	}
	g.set = true
	return g.Value.Set(v)
}

// once makes every flag of c and its commands, lists apart, one that is given
// once. Help is a flag from the beginning, else cobra would take the command
// that stands behind it for its value, and show the help of another.
func once(c *cobra.Command) {
	c.InitDefaultHelpFlag()
	wrap := func(f *pflag.Flag) {
		if _, list := f.Value.(pflag.SliceValue); !list {
			f.Value = &given{Value: f.Value, name: f.Name}
		}
	}
	c.PersistentFlags().VisitAll(wrap)
	c.LocalNonPersistentFlags().VisitAll(wrap)
	for _, sub := range c.Commands() {
		once(sub)
	}
}
