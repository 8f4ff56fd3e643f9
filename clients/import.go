package clients

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/internal/rawmail"
)

// ImportOptions say how to import.
type ImportOptions struct {
	DryRun     bool
	AllowMove  bool   // an address may move to another client
	AllowAlike bool   // a client may look like another one
	Import     string // names the import: the first one of a client does not cool
	Now        time.Time
	// Begun is when the import was first tried, zero for now.
	Begun        time.Time
	StaffAddress func(kv.Reader, string) (bool, error)
	// Ticketed says when the first ticket of a client was opened, zero if none was.
	Ticketed func(kv.Reader, string) (time.Time, error)
	// Step is told now and then how many rows are done; its error ends the import.
	Step func(done int) error
	// Stopped says whether nothing privileged is done for a client.
	Stopped func(kv.Reader, string) (bool, error)
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
}

const (
	maxAddresses = 8   // of one contact
	maxKeys      = 100 // of the directory that one Update reads or writes, where it has more than one row
	rowKeys      = 20  // of these for a row, and addressKeys for each address of it
	addressKeys  = 25
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

// ReadClients reads a file of clients: the columns client and client_name.
func ReadClients(r io.Reader, name string) (File, error) {
	header, rows, err := readTable(r, name, "client", "client_name")
	return File{header, rows, ImportOptions.client}, err
}

// ReadContacts reads a file of contacts, and of their clients where these are new.
func ReadContacts(r io.Reader, name string) (File, error) {
	header, rows, err := readTable(r, name, "client", "email")
	if err != nil {
		return File{}, err
	}
	seen := map[string]int{} // address to the line that has it
	for i := range rows {
		for _, a := range split(rows[i].fields["email"]) {
			if c, err := rawmail.Canonical(a); err == nil && rows[i].bad == "" {
				if line, ok := seen[c]; ok && line != rows[i].line {
					rows[i].bad = fmt.Sprintf("%s stands in line %d already", c, line)
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
			report.add(r, done[i])
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
			report.add(f.rows[from], done[from])
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
			o := outcome{problems: []Problem{{r.line, "", r.bad}}}
			if r.bad == "" {
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

func (p *Report) add(r row, o outcome) {
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
}

var (
	clientForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	languageForm = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
)

func (opt ImportOptions) client(tx kv.Tx, r row) (o outcome, err error) {
	id, name := r.fields["client"], cleanName(r.fields["client_name"])
	if !clientForm.MatchString(id) {
		o.problem(r, "client", `"%s": not a reference of at most 64 letters, digits, dots and dashes`, cleanName(id))
		return o, nil
	}
	c, ok, err := GetClient(tx, id)
	if err != nil {
		return o, err
	}
	if name == "" {
		name = c.Name
	}
	if name == "" {
		name = id
	}
	if ok && c.Name == name {
		return o, nil
	}
	next := c
	if !ok {
		next = Client{ID: id, Imported: opt.Now}
	}
	next.Name = name
	taken, err := opt.taken(tx, r, c, next, &o)
	if err != nil || len(o.problems) > 0 {
		return o, err
	}
	if taken {
		next.Alike = opt.Now
	}
	o.added, o.changed = !ok, ok
	return o, PutClient(tx, next)
}

func (o *outcome) problem(r row, column, format string, args ...any) {
	o.problems = append(o.problems, Problem{r.line, column, fmt.Sprintf(format, args...)})
}

// contact judges the whole row before it writes any of it.
func (opt ImportOptions) contact(tx kv.Tx, r row) (o outcome, err error) {
	next := parseContact(r, &o)
	old, ok, losers, err := opt.owners(tx, r, next, &o)
	if err != nil || len(o.problems) > 0 {
		return o, err
	}
	next.ID = old.ID
	if full, err := crowded(tx, next); err != nil || full {
		o.problem(r, "role", "client %s has %d primary contacts; at most so many are allowed", next.Client, maxPrimaries)
		return o, err
	}
	of, err := opt.client(tx, r)
	o.problems, o.warnings = append(o.problems, of.problems...), append(o.warnings, of.warnings...)
	if err != nil || len(o.problems) > 0 {
		return o, err
	}
	if other, is, err := namesake(tx, next); err != nil {
		return o, err
	} else if is && !(ok && skeleton(old.Name) == skeleton(next.Name)) {
		o.warnings = append(o.warnings, Problem{r.line, "name", fmt.Sprintf("%s looks like %s (%s), another contact of this client", next.Name, other.Name, strings.Join(other.Addresses, " "))})
	}
	client, _, err := GetClient(tx, next.Client)
	if err != nil {
		return o, err
	}
	first, err := opt.first(tx, client)
	if err != nil {
		return o, err
	}
	if client.Filled.IsZero() {
		client.Filled, client.FilledBy = opt.Now, opt.Import
		if err := PutClient(tx, client); err != nil {
			return o, err
		}
	}
	for _, l := range losers {
		if err := PutContact(tx, l); err != nil {
			return o, err
		}
	}
	if !ok {
		n, err := kv.Counter(tx, "counter/contact")
		if err != nil {
			return o, err
		}
		next.ID, next.Added, o.added = fmt.Sprintf("c-%d", n), opt.Now, true
	} else {
		next.ID, next.Added, next.Widened = old.ID, old.Added, old.Widened
	}
	opt.date(&next, old, ok, first && len(losers) == 0)
	if ok && same(old, next) {
		return o, nil
	}
	o.changed = ok
	return o, PutContact(tx, next)
}

// firstLife is how long after a client came on file its first contacts may come
// without cooling.
const firstLife = 24 * time.Hour

// first reports whether this is the first import of the client, the one whose
// contacts need not cool: nobody was on file before it, nothing was asked for,
// and the client is new and is no other's double.
func (opt ImportOptions) first(r kv.Reader, c Client) (bool, error) {
	if !c.Filled.IsZero() && (c.FilledBy == "" || c.FilledBy != opt.Import) || !c.Alike.IsZero() || opt.Now.Sub(c.Imported) > firstLife {
		return false, nil
	}
	if opt.Ticketed == nil {
		return true, nil
	}
	at, err := opt.Ticketed(r, c.ID)
	begun := opt.Begun
	if begun.IsZero() {
		begun = opt.Now
	}
	return at.IsZero() || !at.Before(begun), err
}

// date notes what is new and so must cool.
func (opt ImportOptions) date(next *Contact, old Contact, ok, first bool) {
	if first && !ok {
		return
	}
	for _, a := range next.Addresses {
		at := old.Since[a]
		if !slices.Contains(old.Addresses, a) || old.Status == Removed && next.Status != Removed {
			at = opt.Now
		}
		if !at.IsZero() {
			if next.Since == nil {
				next.Since = map[string]time.Time{}
			}
			next.Since[a] = at
		}
	}
	if !ok || wider(old, *next) || next.Addresses[0] != old.Addresses[0] {
		next.Widened = opt.Now
	}
}

func same(a, b Contact) bool {
	return a.Name == b.Name && a.Role == b.Role && a.Status == b.Status && a.Language == b.Language &&
		slices.Equal(a.Addresses, b.Addresses) && slices.Equal(a.Permissions, b.Permissions)
}

// owners finds the contact that the row is about and those who lose an address to it.
func (opt ImportOptions) owners(tx kv.Tx, r row, next Contact, o *outcome) (old Contact, ok bool, losers []Contact, err error) {
	for _, a := range next.Addresses {
		if opt.StaffAddress != nil {
			is, err := opt.StaffAddress(tx, a)
			if err != nil {
				return old, ok, nil, err
			}
			if is {
				o.problem(r, "email", "%s is an address of staff, or may reach staff; an agent must not be able to confirm", a)
			}
		}
		c, found, err := ByAddress(tx, a)
		if err != nil {
			return old, ok, nil, err
		}
		halt := false
		if found && c.Client != next.Client && opt.Stopped != nil {
			if halt, err = opt.Stopped(tx, c.Client); err != nil {
				return old, ok, nil, err
			}
		}
		switch {
		case !found:
			other, colleague, err := LookAlike(tx, a)
			if err != nil {
				return old, ok, nil, err
			}
			// People of one domain have similar names; so may the addresses of one person.
			if other != "" && !colleague && !slices.Contains(next.Addresses, other) {
				o.warnings = append(o.warnings, Problem{r.line, "email", fmt.Sprintf("%s looks like %s, which is on file", a, other)})
			}
		case c.Client == next.Client && (!ok || c.ID == old.ID):
			old, ok = c, true
		case c.Client == next.Client:
			o.problem(r, "email", "%s is already on file for another contact of this client (%s)", a, c.ID)
		case halt:
			o.problem(r, "email", "already on file for client %s (contact %s), which is stopped: nobody is moved out of it before the stop is lifted", c.Client, c.ID)
		case !opt.AllowMove:
			o.problem(r, "email", "already on file for client %s (contact %s): would be moved. Needs --allow-move", c.Client, c.ID)
		default:
			i := slices.IndexFunc(losers, func(l Contact) bool { return l.ID == c.ID })
			if i < 0 {
				losers, i = append(losers, c), len(losers)
			}
			losers[i].Addresses = slices.DeleteFunc(slices.Clone(losers[i].Addresses), func(x string) bool { return x == a })
			if len(losers[i].Addresses) == 0 {
				losers[i].Status = Removed
			}
		}
	}
	return old, ok, losers, nil
}

// parseContact reads the fields of a row and reports all that is wrong with them.
func parseContact(r row, o *outcome) Contact {
	c := Contact{Client: r.fields["client"], Name: cleanName(r.fields["name"]), Role: strings.ToLower(r.fields["role"]),
		Status: Active, Language: r.fields["language"]}
	if !clientForm.MatchString(c.Client) {
		o.problem(r, "client", `"%s": not a reference of at most 64 letters, digits, dots and dashes`, cleanName(c.Client))
	}
	for _, a := range split(r.fields["email"]) {
		addr, err := rawmail.Canonical(a)
		if err != nil {
			o.problem(r, "email", `"%s": not an address`, cleanName(a))
		} else if !slices.Contains(c.Addresses, addr) {
			c.Addresses = append(c.Addresses, addr)
		}
	}
	if len(split(r.fields["email"])) == 0 {
		o.problem(r, "email", "is empty")
	}
	if len(c.Addresses) > maxAddresses {
		o.problem(r, "email", "%d addresses, at most %d are allowed", len(c.Addresses), maxAddresses)
	}
	if c.Role == "" {
		c.Role = Authorised
	}
	if c.Role != Primary && c.Role != Authorised {
		o.problem(r, "role", `"%s": not primary or authorised`, cleanName(c.Role))
	}
	for _, p := range split(strings.ToLower(r.fields["permissions"])) {
		if !known(p) {
			o.problem(r, "permissions", `"%s": not a class or permission; separate with ; any of %s`, cleanName(p), permissionList())
		} else if !slices.Contains(c.Permissions, p) {
			c.Permissions = append(c.Permissions, p)
		}
	}
	if c.Language != "" && !languageForm.MatchString(c.Language) {
		o.problem(r, "language", `"%s": not a language such as en or pt-BR`, cleanName(c.Language))
	}
	if c.Name == "" && len(c.Addresses) > 0 {
		c.Name = c.Addresses[0]
	}
	return c
}

// split gives the parts between semicolons that are not empty.
func split(s string) (parts []string) {
	for p := range strings.SplitSeq(s, ";") {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}
