package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/desk/daemon"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/policy/rulebook"
)

// policyTested is what policy test answers.
type policyTested struct {
	File     string            `json:"file"`
	Policy   string            `json:"policy,omitempty"`
	Faults   []api.PolicyFault `json:"faults"`
	Examples int               `json:"examples"`
	Failed   []failedExample   `json:"failed"`
	Desk     string            `json:"desk"`           // checked, or why it was not
	Past     string            `json:"past,omitempty"` // what it would have changed in the last 30 days
}

type failedExample struct {
	Where    string `json:"where"`
	Request  string `json:"request"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
	Why      string `json:"why"`
}

func (a *app) policyTest() *cobra.Command {
	return &cobra.Command{Use: "test [FILE]", Short: "Try a file of rules by its own examples", Args: cobra.MaximumNArgs(1),
		Long: "Reads a file of rules, policy.toml unless another is named, and tries the examples in it: those of a class are read as mail\n" +
			"is, each [[example]] is judged as authorize would. It takes nothing and needs no daemon; where one can be asked, or the\n" +
			"store be opened, people and teams that the file names are looked for, too. Exit status 65 where anything is wrong.",
		Example: "  countersign policy test policy.toml && countersign reload",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				c, err := a.config()
				if err != nil {
					return err
				}
				if c.Policy == "" {
					return usage("The configuration names no policy. Name the file to try.")
				}
				args = []string{c.Policy}
			}
			return a.sayTested(a.testPolicy(cmd.Context(), args[0]))
		}}
}

func (a *app) testPolicy(ctx context.Context, file string) (policyTested, error) {
	out := policyTested{File: file, Faults: []api.PolicyFault{}, Failed: []failedExample{}, Desk: "not checked: the file has faults"}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return out, &exit.Error{Code: exit.NoInput, Reason: "no_such_file", Message: fmt.Sprintf("There is no file %s.", file)}
	}
	b, problems := rulebook.Load(file)
	for _, p := range problems {
		out.Faults = append(out.Faults, fault(p.At(), p.Key, p.Text))
	}
	if len(problems) > 0 {
		return out, nil
	}
	out.Policy = b.Rules.Source
	tried, failed := b.Try()
	out.Examples = tried
	for _, f := range failed {
		out.Failed = append(out.Failed, failedExample{f.Where, f.Request, f.Want, f.Got, f.Why})
	}
	faults, why := a.askDesk(ctx, b, filepath.Base(file), &out.Past)
	out.Faults = append(out.Faults, faults...)
	out.Desk = why
	return out, nil
}

func fault(where, key, text string) api.PolicyFault {
	if key != "" {
		text = key + ": " + text
	}
	return api.PolicyFault{Where: where, Text: text}
}

// askDesk asks what of the book the desk can't keep, if there is one to be asked, and
// what it would have changed of late.
func (a *app) askDesk(ctx context.Context, b rulebook.Book, name string, past *string) (faults []api.PolicyFault, desk string) {
	c, err := a.config()
	if err != nil {
		return nil, "not checked: no configuration"
	}
	now, err := a.clock(c)
	if err != nil {
		return nil, unchecked(err)
	}
	if _, err := os.Stat(c.State); errors.Is(err, fs.ErrNotExist) { // none is made for the sake of a question
		return nil, "not checked: there is none yet"
	}
	conn, err := daemon.Patiently(ctx, func() (connected, error) { return a.connect(ctx, c, now) })
	if err != nil {
		return nil, unchecked(err)
	}
	var checked api.PolicyChecked
	err = conn.client.Call(ctx, "policy/check", api.PolicyFile{Name: name, Text: b.Bytes}, &checked)
	if err == nil {
		*past = againstPast(ctx, conn.client, api.PolicyDiffRequest{Name: name, Text: b.Bytes, Since: now().AddDate(0, 0, -30)})
	}
	if err = errors.Join(err, conn.close()); err != nil {
		return nil, unchecked(err)
	}
	return checked.Faults, "checked"
}

func unchecked(err error) string {
	why, _, _ := strings.Cut(err.Error(), "\n")
	return "not checked: " + why
}

// sayTested says what a file came to.
func (a *app) sayTested(t policyTested, err error) error {
	if err != nil {
		return err
	}
	bad := len(t.Faults)+len(t.Failed) > 0
	switch {
	case a.json:
		err = a.print(t)
	default:
		for _, f := range t.Faults {
			fmt.Fprintf(a.stderr, "%s: %s\n", clean.Terminal(f.Where), clean.Terminal(f.Text))
		}
		for _, f := range t.Failed {
			fmt.Fprintf(a.stderr, "%s: %q: expected %s, got %s. %s\n", clean.Terminal(f.Where), clean.Terminal(f.Request), clean.Terminal(f.Expected), clean.Terminal(f.Got), clean.Terminal(f.Why))
		}
		if t.Policy != "" && t.Examples == 0 {
			_, err = fmt.Fprintln(a.stdout, "The file holds no examples.")
		} else if t.Policy != "" && len(t.Failed) == 0 {
			_, err = fmt.Fprintf(a.stdout, "%s\n", count(t.Examples, "example passes", "examples pass"))
		} else if t.Policy != "" {
			_, err = fmt.Fprintf(a.stdout, "%d of %s\n", len(t.Failed), count(t.Examples, "example fails", "examples fail"))
		}
		if t.Past != "" {
			_, err = fmt.Fprintf(a.stdout, "Against the last 30 days: %s\n", t.Past)
		}
		if t.Policy != "" && t.Desk != "checked" {
			fmt.Fprintf(a.stderr, "People and teams were %s\n", clean.Terminal(t.Desk))
		}
	}
	if err == nil && bad {
		return answered(exit.DataErr)
	}
	return err
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one + "."
	}
	return fmt.Sprintf("%d %s.", n, many)
}
