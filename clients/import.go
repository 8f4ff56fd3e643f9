package clients

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// ImportOptions say how to import.
type ImportOptions struct {
	DryRun     bool
	AllowMove  bool // an address may move to another client
	AllowAlike bool // a client may look like another one
	// AllowShared lets an address be of a contact whom the file names beside the one
	// who has it, who keeps it: of another client, or of another name.
	AllowShared bool
	Import      string // names the import: the first one of a client does not cool
	Now         time.Time
	By          string // by which write it is done
	// Begun is when the import was first tried, zero for now.
	Begun time.Time
	Desk  onfile.Desk // whose addresses nobody has on file
	// Ticketed says when the first ticket of a client was opened, zero if none was.
	Ticketed func(kv.Reader, string) (time.Time, error)
	// Step is told now and then how many rows are done; its error ends the import.
	Step func(done int) error
	// Speaks says whether there are texts of our mail in a language; nil: in all.
	Speaks func(language string) bool
	// Stopped says whether nothing privileged is done for a client.
	Stopped func(kv.Reader, string) (bool, error)
	// Changed is told, in the Update itself, of a contact that was written, and
	// what they were before; was tells that they were on file, first that they came
	// with the first import of their client.
	Changed func(tx kv.Tx, old, next Contact, was, first bool) error
	// Warn says what may be wrong with a contact who is on file by now.
	Warn func(r kv.Reader, c Contact) ([]Warning, error)
}

// Directory is where an import looks and writes. Whoever offers it records what
// is written.
type Directory interface {
	kv.Viewer
	// UpdateAll makes an Update of each fn, in their order.
	UpdateAll(fns []func(kv.Tx) error) error
}

// Problem is what is wrong in one line of the file.
type Problem struct {
	Line   int    `json:"line"`
	Column string `json:"column"`
	Text   string `json:"text"`
	// Of a warning: its code, and what to do, where there is more to say.
	Code policy.Code `json:"code,omitempty"`
	Do   string      `json:"do,omitempty"`
}

// Report is what an import did, or would do. Lines without a problem are taken
// though others are rejected.
type Report struct {
	Import   string     `json:"import,omitempty"`
	Added    int        `json:"added"`
	Changed  int        `json:"changed"`
	Same     int        `json:"same"`
	Problems []Problem  `json:"problems,omitempty"`
	Warnings []Problem  `json:"warnings,omitempty"`
	Header   []string   `json:"header"`
	Rejected [][]string `json:"rejected,omitempty"` // the lines with problems

	unspoken []string // languages that were warned of
}

const (
	maxAddresses = 8   // of one contact
	maxKeys      = 100 // of the directory that one Update reads or writes, where it has more than one row
	rowKeys      = 20  // of these for a row, and addressKeys for each address of it
	addressKeys  = 28
	maxParts     = 50 // Updates that share a sync to disk
)

// outcome is what became of one row.
type outcome struct {
	added, changed     bool
	problems, warnings []Problem
}

// File is a file that could be read and can be imported, as often as one likes.
type File struct {
	header []string
	rows   []row
	take   func(ImportOptions, kv.Tx, row) (outcome, error)
}

// Rows is how many lines there are to import.
func (f File) Rows() int { return len(f.rows) }

// ReadClients reads a file of clients: the columns client and client_name, and
// perhaps their priorities, categories and services. What it says of contacts
// doesn't count.
func ReadClients(r io.Reader, name string) (File, error) {
	header, rows, err := readTable(r, name, slices.Concat(contactColumns, clientColumns), "client", "client_name")
	return File{header, rows, ImportOptions.client}, err
}

// ReadContacts reads a file of contacts, and of their clients where these are new.
func ReadContacts(r io.Reader, name string) (File, error) {
	header, rows, err := readTable(r, name, contactColumns, "client", "email")
	if err != nil {
		return File{}, err
	}
	seen := map[string]int{} // address to the line that has it
	for i := range rows {
		for _, a := range split(rows[i].fields["email"]) {
			if c, err := rawmail.Canonical(a); err == nil && rows[i].bad == "" {
				if line, ok := seen[c]; ok && line != rows[i].line {
					rows[i].twice = fmt.Sprintf("%s stands in line %d already. Needs --allow-shared, for two contacts to have it", c, line)
					continue
				}
				seen[c] = rows[i].line
			}
		}
	}
	return File{header, rows, ImportOptions.contact}, nil
}

// Import imports the file. An import that ended early is done again from its
// first line, and comes to the same end.
func (f File) Import(s Directory, opt ImportOptions) (Report, error) {
	report := Report{Import: opt.Import, Header: f.header}
	done := make([]outcome, len(f.rows))
	if opt.DryRun { // all in one, to see what lines do to each other
		err := kv.DryRun(s, f.part(opt, 0, len(f.rows), done))
		for i, r := range f.rows {
			report.add(r, done[i], opt)
		}
		return report, err
	}
	for from := 0; from < len(f.rows); {
		var parts []func(kv.Tx) error
		at := from
		for at < len(f.rows) && len(parts) < maxParts {
			to := f.next(at)
			parts = append(parts, f.part(opt, at, to, done))
			at = to
		}
		if err := s.UpdateAll(parts); err != nil {
			return report, err
		}
		for ; from < at; from++ {
			report.add(f.rows[from], done[from], opt)
		}
		if opt.Step != nil {
			if err := opt.Step(at); err != nil {
				return report, err
			}
		}
	}
	return report, nil
}

// next gives the row behind those that one Update takes from a row on.
func (f File) next(from int) (to int) {
	keys := 0
	for to = from; to < len(f.rows); to++ {
		keys += rowKeys + addressKeys*min(maxAddresses, len(split(f.rows[to].fields["email"])))
		if keys > maxKeys && to > from {
			break
		}
	}
	return to
}

// part makes an Update of some rows.
func (f File) part(opt ImportOptions, from, to int, done []outcome) func(kv.Tx) error {
	return func(tx kv.Tx) error {
		for i, r := range f.rows[from:to] {
			bad := r.bad
			if !opt.AllowShared {
				bad = cmp.Or(bad, r.twice)
			}
			o := outcome{problems: []Problem{{Line: r.line, Text: bad}}}
			if bad == "" {
				var err error
				if o, err = f.take(opt, tx, r); err != nil {
					return fmt.Errorf("line %d: %w", r.line, err)
				}
			}
			done[from+i] = o
		}
		return nil
	}
}

func (p *Report) add(r row, o outcome, opt ImportOptions) {
	p.Problems = append(p.Problems, o.problems...)
	p.Warnings = append(p.Warnings, o.warnings...)
	switch {
	case len(o.problems) > 0:
		p.Rejected = append(p.Rejected, r.record)
	case o.added:
		p.Added++
	case o.changed:
		p.Changed++
	default:
		p.Same++
	}
	language := strings.ToLower(r.fields["language"])
	if len(o.problems) == 0 && language != "" && opt.Speaks != nil && !opt.Speaks(language) && !slices.Contains(p.unspoken, language) {
		p.unspoken = append(p.unspoken, language)
		p.Warnings = append(p.Warnings, Problem{Line: r.line, Column: "language", Text: fmt.Sprintf("there are no texts in %q yet: mail goes out in English", r.fields["language"])})
	}
}
