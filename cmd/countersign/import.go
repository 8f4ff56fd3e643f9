package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/clients"
	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/config"
	"countersign/internal/durable"
	"countersign/internal/exit"
	"countersign/tickets"
)

func (a *app) importCommand(operation, short string) *cobra.Command {
	in := api.ImportRequest{}
	c := &cobra.Command{Use: "import FILE.csv", Short: "Import " + short, Args: cobra.ExactArgs(1)}
	if operation == "contact/import" {
		c.Long = c.Short + ".\n" +
			"role is primary or authorised. permissions, separated by ;, are classes such as password-change, or ask (a question and a\n" +
			"minor change), privileged (every privileged class that needs no approval), approve, manage-contacts, see-code, all; each\n" +
			"for some services only as dns-change:web-3,mail-1 and until the end of a day in UTC as dns-change@2027-01-31.\n" +
			"Where none are listed, a primary contact has all of them and an authorised one ask. Several addresses of one contact\n" +
			"are separated by ;, too; notices go to the first. Where semicolons separate the columns, such a field stands in quotes, or has |\n" +
			"in their place; the file is CSV or tab-separated, in UTF-8. zone is a time zone such as Europe/Oslo. What a column says that is not\n" +
			"in the file stays as it is.\n" +
			"Who newly may, or loses an address, and the primary contact of the client are told by mail, but of a client's first import."
	}
	c.Flags().BoolVar(&in.DryRun, "dry-run", false, "say what would be done, write nothing into the state")
	c.Flags().BoolVar(&in.AllowMove, "allow-move", false, "let an address move to another client")
	if operation == "contact/import" {
		c.Flags().BoolVar(&in.AllowShared, "allow-shared", false, "let an address be of a second contact, too: of another client, or of another name; mail from it that answers no question is nobody's")
	}
	c.Flags().BoolVar(&in.AllowAlike, "allow-alike", false, "let a client come on file that looks like another; what its contacts confirm counts after the cooling time")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if in.AllowMove && in.AllowShared {
			return usage("an address moves (--allow-move) or both have it (--allow-shared): say one of them")
		}
		file, closeFile, err := a.open(args[0])
		if err != nil {
			return err
		}
		defer closeFile()
		if in.CSV, err = io.ReadAll(io.LimitReader(file, 32<<20+1)); err != nil {
			return &exit.Error{Code: exit.IOErr, Reason: "unreadable", Message: "Can't read " + args[0] + ": " + config.Cause(err) + ".", Err: err}
		}
		if len(in.CSV) > 32<<20 {
			return &exit.Error{Code: exit.DataErr, Reason: "too_large", Message: args[0] + " is larger than 32 MiB; import it in parts."}
		}
		in.Name = args[0]
		return a.with(cmd.Context(), func(ctx context.Context, client *api.Client) error {
			r, err := client.Import(ctx, operation, in, a.sayProgress())
			if err != nil {
				return err
			}
			return a.sayImport(args[0], in.DryRun, r)
		})
	}
	return c
}

// sayProgress says now and then how far a long import is.
func (a *app) sayProgress() func(tickets.Progress) {
	said := time.Now()
	return func(p tickets.Progress) {
		if time.Since(said) < 5*time.Second || a.json {
			return
		}
		said = time.Now()
		fmt.Fprintf(a.stderr, "%s: row %d of %d\n", p.Import, p.Row, p.Rows)
	}
}

// sayUnfinished warns of imports of which part is not written yet.
func (a *app) sayUnfinished(ctx context.Context, client *api.Client) error {
	return client.Each(ctx, "import/list", api.None{}, func(line json.RawMessage) error {
		var i tickets.Import
		if err := json.Unmarshal(line, &i); err != nil || !i.Unfinished() {
			return err
		}
		_, err := fmt.Fprintf(a.stderr, "The %s import %s of %s, begun %s, is unfinished: part of it is not written. Import that file again.\n", i.Kind, i.ID, clean.Terminal(i.File), when(i.Begun))
		return err
	})
}

func (a *app) importsCommand() *cobra.Command {
	return &cobra.Command{Use: "imports", Short: "List the imports of clients and contacts", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return list(cmd.Context(), a, "import/list", api.None{}, []string{"IMPORT", "KIND", "FILE", "BEGUN", "BY", "ROWS", "ADDED", "CHANGED", "REJECTED", "ENDED"}, func(i tickets.Import) []string {
			ended := when(i.Ended)
			switch {
			case i.Replaced != "":
				ended = "replaced by " + i.Replaced
			case i.Unfinished():
				ended = "UNFINISHED"
			}
			return []string{i.ID, i.Kind, i.File, when(i.Begun), i.By.String(), fmt.Sprint(i.Rows), fmt.Sprint(i.Added), fmt.Sprint(i.Changed), fmt.Sprint(i.Rejected), ended}
		})
	}}
}

func (a *app) sayImport(file string, dryRun bool, r clients.Report) error {
	rejected := ""
	if len(r.Problems) > 0 && file != "-" {
		rejected = strings.TrimSuffix(file, ".csv") + ".rejected.csv"
		if err := writeRejected(rejected, r); err != nil {
			return &exit.Error{Code: exit.IOErr, Reason: "unwritable", Message: "Can't write the rejected lines: " + err.Error(), Err: err}
		}
	}
	if a.json {
		if err := a.print(r); err != nil {
			return err
		}
	} else {
		for _, p := range r.Problems {
			fmt.Fprintf(a.stderr, "line %-5d %-12s %s\n", p.Line, p.Column, clean.Terminal(p.Text))
		}
		if dryRun {
			fmt.Fprintf(a.stdout, "Would add %d, change %d, skip %d; %d as they were. Nothing was written into the state.", r.Added, r.Changed, len(r.Rejected), r.Same)
		} else {
			fmt.Fprintf(a.stdout, "Added %d, changed %d, skipped %d; %d as they were.", r.Added, r.Changed, len(r.Rejected), r.Same)
		}
		if rejected != "" {
			fmt.Fprintf(a.stdout, " Rejected lines: %s", rejected)
		}
		fmt.Fprintln(a.stdout)
	}
	if err := a.sayImportWarnings(file, r); err != nil {
		return err
	}
	if len(r.Problems) > 0 {
		return answered(exit.DataErr)
	}
	return nil
}

// writeRejected writes the lines that were not taken, below the file's header, to
// a new file: root may import from a folder in which another user has put a link
// to a file of root's under that name.
func writeRejected(path string, r clients.Report) error {
	var text strings.Builder
	w := csv.NewWriter(&text)
	err := w.Write(r.Header)
	for _, record := range r.Rejected {
		cells := make([]string, len(record))
		for i, cell := range record {
			cells[i] = clean.CSV(cell) // a person opens it in a spreadsheet, and import reads it again
		}
		err = errors.Join(err, w.Write(cells))
	}
	w.Flush()
	if err := errors.Join(err, w.Error()); err != nil {
		return err
	}
	return durable.Replace(path, durable.Text(text.String()))
}
