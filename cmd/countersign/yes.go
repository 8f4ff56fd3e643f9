package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/internal/exit"
)

// question marks a command whose exit status 0 a script takes for a yes. Only
// its own nil is one: help ends with 64, however it was asked for, so that an
// argument such as "-h" in the place of a ticket is no answer.
func (a *app) question(c *cobra.Command) *cobra.Command {
	show := c.HelpFunc()
	c.SetHelpFunc(func(c *cobra.Command, args []string) {
		a.asked = true
		c.SetOut(a.stderr) // where no script looks for the answer
		show(c, args)
	})
	c.Annotations = map[string]string{isQuestion: ""}
	do := c.RunE
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if slices.Contains(args, "") {
			return usage("%s: an argument is empty.", cmd.CommandPath())
		}
		err := do(cmd, args)
		a.yes = err == nil
		return err
	}
	return c
}

const isQuestion = "question"

// noAnswer is the error of a question that ended well without an answer.
func (a *app) noAnswer(cmd *cobra.Command) error {
	if _, question := cmd.Annotations[isQuestion]; a.yes || !question && !a.asked {
		return nil
	}
	return &exit.Error{Code: exit.Usage, Reason: "help", Message: "This was help and no answer."}
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

// told is standard output that remembers what could not be written: an answer
// that nobody got is none.
type told struct {
	io.Writer
	err error
}

func (t *told) Write(b []byte) (int, error) {
	n, err := t.Writer.Write(b)
	if err != nil && t.err == nil {
		t.err = &exit.Error{Code: exit.IOErr, Reason: "stdout", Message: "The answer can't be written: " + strings.TrimPrefix(err.Error(), "write ") + "."}
	}
	return n, err
}
