package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"countersign/internal/clean"
)

// confirmed lets a command that destroys something, and takes the id of what it
// destroys, go on only with --yes, or where a person at a terminal types that id.
// With one of the flags of unless, such as --dry-run, nothing is destroyed.
func (a *app) confirmed(c *cobra.Command, what string, unless ...string) *cobra.Command {
	yes := c.Flags().Bool("yes", false, "do it, and don't ask")
	do := c.RunE
	c.RunE = func(cmd *cobra.Command, args []string) error {
		for _, name := range unless {
			if f := cmd.Flags().Lookup(name); f != nil && f.Value.String() == "true" {
				*yes = true
			}
		}
		if !*yes {
			if err := a.typed(what, args[0]); err != nil {
				return err
			}
		}
		return do(cmd, args)
	}
	return c
}

// typed asks at the terminal for the id to be typed.
func (a *app) typed(what, id string) error {
	if in, ok := a.stdin.(*os.File); !ok || !term.IsTerminal(int(in.Fd())) {
		return usage("%s. If you mean it, say --yes.", what)
	}
	fmt.Fprintf(a.stderr, "%s. Type %s to do it: ", what, clean.Terminal(id))
	line, _ := bufio.NewReader(a.stdin).ReadString('\n')
	if strings.TrimSpace(line) != id {
		return usage("That is not %s. Nothing was done.", clean.Terminal(id))
	}
	return nil
}
