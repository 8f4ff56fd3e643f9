package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/internal/exit"
)

// notYet are the commands of groups that aren't there yet.
var notYet = map[string][]string{
	"contact": {"export", "erase"},
	"client":  {"relink"},
	"agent":   {"away"},
}

func notBuiltYet(name string) error {
	return &exit.Error{Code: exit.Usage, Reason: "not_built", Message: fmt.Sprintf("The command %q isn't built yet.", name), Try: "countersign --help"}
}

// notBuilt are the commands that are planned and aren't there yet: they say so.
func (a *app) notBuilt() []*cobra.Command {
	var out []*cobra.Command
	for _, name := range []string{"quickstart", "doctor", "backup", "restore", "webhook", "readyz"} {
		out = append(out, a.question(&cobra.Command{Use: name, Hidden: true, DisableFlagParsing: true, RunE: func(*cobra.Command, []string) error {
			return notBuiltYet(name)
		}}))
	}
	return out
}
