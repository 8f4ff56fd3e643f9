package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/internal/exit"
)

// question marks a command whose exit status 0 a script takes for a yes. Only
// its own nil is one: help ends with 64, however it was asked for, so that an
// argument such as "-h" in the place of a ticket is no answer.
func (a *app) question(c *cobra.Command) *cobra.Command {
	show := c.HelpFunc()
	c.SetHelpFunc(func(c *cobra.Command, args []string) {
		a.posed = true
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
	if _, question := cmd.Annotations[isQuestion]; a.yes || !question && !a.posed {
		return nil
	}
	return &exit.Error{Code: exit.Usage, Reason: "help", Message: "This was help and no answer."}
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
