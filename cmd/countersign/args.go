package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countersign/internal/exit"
)

// missing reports the flags, with their values, that a command can't do without.
func missing(flags [][2]string) error {
	var names []string
	for _, f := range flags {
		if f[1] == "" {
			names = append(names, "--"+f[0])
		}
	}
	switch len(names) {
	case 0:
		return nil
	case 1:
		return usage("%s is missing.", names[0])
	}
	return usage("%s are missing.", strings.Join(names, ", "))
}

// countArgs makes a wrong number of arguments an error in how a command was typed.
func countArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usage("%s", takes(cmd, args))
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		countArgs(sub)
	}
}

// takes says which arguments a command takes, when it was given others.
func takes(cmd *cobra.Command, args []string) string {
	_, wants, _ := strings.Cut(cmd.Use, " ")
	if wants == "" {
		return fmt.Sprintf("%s takes no argument, and %q was given.", cmd.CommandPath(), args[0])
	}
	given := fmt.Sprintf("%q were given", args)
	switch len(args) {
	case 0:
		given = "nothing was given"
	case 1:
		given = fmt.Sprintf("only %q was given", args[0])
	}
	return fmt.Sprintf("%s takes %s, and %s.", cmd.CommandPath(), wants, given)
}

// usage is an error in how a command was typed.
func usage(format string, args ...any) error {
	return &exit.Error{Code: exit.Usage, Reason: "usage", Message: fmt.Sprintf(format, args...)}
}
