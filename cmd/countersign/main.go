// Command countersign stands between a support mailbox and the people who work
// its tickets, and answers with evidence whether the person on file really
// asked for something.
//
// The command line is a client of the daemon's socket; where no daemon runs,
// root or the daemon's user opens the store through the same API in process.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"countersign/internal/clean"
	"countersign/internal/exit"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program without its process: it takes everything it touches as an
// argument and leaves only by returning its exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := &told{Writer: stdout}
	a := &app{args: args, stdin: stdin, stdout: out, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		err = a.noAnswer(cmd)
	}
	if out.err != nil { // more than any answer
		err = out.err
	}
	if err == nil {
		return exit.OK
	}
	if silent, ok := errors.AsType[answered](err); ok {
		return int(silent)
	}
	err = hinted(unwritable(err), cmd)
	a.complain(err)
	return exit.Code(err)
}

// unwritable tells a full or read-only disk in one sentence, whatever could not
// be done because of it; other errors are left as they are.
func unwritable(err error) error {
	for _, fault := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS} {
		path, ok := errors.AsType[*fs.PathError](err)
		if !ok || !errors.Is(err, fault) {
			continue
		}
		return &exit.Error{Code: exit.IOErr, Reason: "state_unwritable", Err: err,
			Message: fmt.Sprintf("The state can't be written: %v (%s). Mail without a record stays where it is.", fault, path.Path),
			Try:     "make the disk writable or free some space; reading then goes on by itself"}
	}
	return err
}

// answered is the error of a command that has said everything: its exit code.
type answered int

func (a answered) Error() string { return fmt.Sprintf("exit %d", int(a)) }

// hinted adds where the right way to type the command stands.
func hinted(err error, cmd *cobra.Command) error {
	if e, ok := errors.AsType[*exit.Error](err); ok && e.Code == exit.Usage && e.Try == "" && (e.Reason == "usage" || e.Reason == "invalid") {
		e.Try = cmd.CommandPath() + " --help"
	}
	return err
}

// complain tells a person, or with --json a program, what went wrong.
func (a *app) complain(err error) {
	if a.json {
		e, _ := errors.AsType[*exit.Error](err)
		if e == nil {
			e = &exit.Error{Code: exit.Software, Reason: "error", Message: err.Error()}
		}
		_ = a.print(map[string]any{"type": "about:blank", "code": e.Reason, "title": e.Error(), "try": e.Try, "exit": e.Code})
		return
	}
	fmt.Fprint(a.stderr, clean.Lines(exit.Text(err)))
}
