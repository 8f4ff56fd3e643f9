package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"countersign/clients"
	"countersign/internal/clean"
	"countersign/internal/durable"
	"countersign/internal/exit"
)

// mostShown is how many warnings of an import are printed; all are in a file.
const mostShown = 20

// sayImportWarnings prints the first warnings of an import, and how many there are of
// each kind. All of them, with what to do, stand beside the file, as the rejected
// lines do; of standard input they are in the answer of --json.
func (a *app) sayImportWarnings(file string, r clients.Report) error {
	if len(r.Warnings) == 0 {
		return nil
	}
	name := ""
	if file != "-" {
		name = strings.TrimSuffix(file, ".csv") + ".warnings.csv"
		if err := writeWarnings(name, r.Warnings); err != nil {
			return &exit.Error{Code: exit.IOErr, Reason: "unwritable", Message: "Can't write the warnings: " + err.Error(), Err: err}
		}
	}
	if a.json {
		return nil
	}
	for _, p := range r.Warnings[:min(len(r.Warnings), mostShown)] {
		fmt.Fprintf(a.stderr, "line %-5d %-12s warning: %s\n", p.Line, p.Column, clean.Terminal(p.Text))
	}
	fmt.Fprintf(a.stdout, "Warnings: %s.", warningKinds(r.Warnings))
	if name != "" {
		fmt.Fprintf(a.stdout, " All of them, with what to do: %s", name)
	}
	_, err := fmt.Fprintln(a.stdout)
	return err
}

// warningKinds counts warnings by their code or, where they have none, by their column.
func warningKinds(all []clients.Problem) string {
	n := map[string]int{}
	for _, p := range all {
		n[orElse(string(p.Code), p.Column)]++
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d %s", n[kind], kind))
	}
	return strings.Join(parts, ", ")
}

func writeWarnings(path string, all []clients.Problem) error {
	var text strings.Builder
	w := csv.NewWriter(&text)
	err := w.Write([]string{"line", "column", "code", "text", "do"})
	for _, p := range all {
		err = errors.Join(err, w.Write([]string{fmt.Sprint(p.Line), p.Column, string(p.Code), clean.CSV(p.Text), clean.CSV(p.Do)}))
	}
	w.Flush()
	if err := errors.Join(err, w.Error()); err != nil {
		return err
	}
	return durable.Replace(path, durable.Text(text.String()))
}
