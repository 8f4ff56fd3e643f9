package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"countersign/internal/clean"
)

// table prints rows in columns without borders.
func table(w io.Writer, head []string, rows [][]string) error {
	var lines strings.Builder
	t := tabwriter.NewWriter(&lines, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		for i := range row {
			row[i] = clean.Terminal(row[i])
		}
		fmt.Fprintln(t, strings.Join(row, "\t")) // with empty cells at the end, else what is above doesn't stand in line
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(lines.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// when shows a time to people, in their zone.
func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2 Jan 15:04:05 MST")
}

// whenever is when for a time that may not be there.
func whenever(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return when(*t)
}

// person says who it is: a name may be anybody's, so the client's reference and
// an outline of the address on file always stand beside it.
func person(client, clientName, address, name string) string {
	return organisation(client, clientName) + " / " + contact(address, name)
}

func organisation(client, name string) string {
	if name == "" || name == client {
		return clean.Terminal(client)
	}
	return clean.Terminal(name + " (" + client + ")")
}

func contact(address, name string) string {
	if name == "" || name == address {
		return hidden(address)
	}
	return clean.Terminal(name) + " <" + hidden(address) + ">"
}

// hidden shows an address as a***@north.example: the command line never names
// an address on file in full where a customer could be looking on.
func hidden(addr string) string {
	at := strings.LastIndexByte(addr, '@')
	if at < 1 {
		return "***"
	}
	return clean.Terminal(addr[:1] + "***" + addr[at:])
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
