package clients

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/internal/rawmail"
	"countersign/policy"
)

var (
	clientForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	languageForm = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
)

func (opt ImportOptions) client(tx kv.Tx, r row) (o outcome, err error) {
	id, name := r.fields["client"], clean.Name(r.fields["client_name"], maxName)
	if err := CheckReference(id); err != nil {
		o.check(r, "client", err)
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
	next := c
	if !ok {
		next = Client{ID: id, Imported: opt.Now}
	}
	ch := ClientChange{Name: &name}
	for column, to := range map[string]**[]string{"priorities": &ch.Priorities, "categories": &ch.Categories, "services": &ch.Services} {
		if all, there := r.fields[column]; there {
			list := split(all)
			*to = &list
		}
	}
	if next, err = ch.To(next); err != nil {
		o.invalid(r, err)
		return o, nil
	}
	if ok && sameClient(c, next) {
		return o, nil
	}
	taken, err := opt.taken(tx, r, c, next, &o)
	if err != nil || len(o.problems) > 0 {
		return o, err
	}
	if taken {
		next.Alike, next.AlikeBy = opt.Now, clean.Line(opt.By, maxBy)
	}
	o.added, o.changed = !ok, ok
	return o, PutClient(tx, next)
}

// check reports what is wrong with a field, without its name.
func (o *outcome) check(r row, column string, err error) {
	if err != nil {
		o.problem(r, column, "%s", strings.TrimPrefix(err.Error(), ErrInvalid.Error()+" "+column+": "))
	}
}

// invalid reports everything that is wrong with a row's fields, each by its column.
func (o *outcome) invalid(r row, err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		column, text, _ := strings.Cut(strings.TrimPrefix(line, ErrInvalid.Error()+" "), ": ")
		o.problem(r, column, "%s", text)
	}
}

func sameClient(a, b Client) bool {
	return a.Name == b.Name && slices.Equal(a.Priorities, b.Priorities) && slices.Equal(a.Categories, b.Categories) && slices.Equal(a.Services, b.Services)
}

func (o *outcome) problem(r row, column, format string, args ...any) {
	o.problems = append(o.problems, Problem{Line: r.line, Column: column, Text: fmt.Sprintf(format, args...)})
}

// contact judges the whole row before it writes any of it.
func (opt ImportOptions) contact(tx kv.Tx, r row) (o outcome, err error) {
	next := parseContact(r, &o)
	old, ok, losers, shared, err := opt.owners(tx, r, next, &o)
	if err != nil || len(o.problems) > 0 {
		return o, err
	}
	next.ID = old.ID
	next.asBefore(r, old, ok)
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
		o.warnings = append(o.warnings, Problem{Line: r.line, Column: "name", Text: fmt.Sprintf("%s looks like %s (%s), another contact of this client", next.Name, other.Name, strings.Join(other.Addresses, " "))})
	}
	if ok && old.Status == Removed { //rule:6.16 who-was-removed-is-named TestImportBack
		o.warnings = append(o.warnings, Problem{Line: r.line, Column: "email", Text: fmt.Sprintf("%s (%s) was removed on %s, and is on file again", next.Name, next.ID, old.Ended.UTC().Format("2006-01-02"))})
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
	lost := make([]Contact, len(losers)) // as they were
	for i, l := range losers {
		if lost[i], _, err = Get(tx, l.ID); err != nil {
			return o, err
		}
		opt.date(&losers[i], lost[i], true, false) // the next address comes first now
		if err := PutContact(tx, losers[i]); err != nil {
			return o, err
		}
	}
	if !ok {
		n, err := kv.Counter(tx, counter)
		if err != nil {
			return o, err
		}
		next.ID, next.Added, o.added = fmt.Sprintf("c-%d", n), opt.Now, true
	} else {
		next.ID, next.Added = old.ID, old.Added
	}
	opt.date(&next, old, ok, first && len(losers) == 0 && !shared) //rule:6.5 shared-by-import-is-new TestSharing/imported
	if ok && same(old, next) {
		return o, opt.warn(tx, r, next, &o)
	}
	o.changed = ok
	errs := []error{putter(opt.AllowShared)(tx, next), opt.changed(tx, old, next, ok, first && len(losers) == 0)}
	for i, l := range losers { // whose address is somebody else's now
		errs = append(errs, opt.changed(tx, lost[i], l, true, false))
	}
	return o, errors.Join(append(errs, opt.warn(tx, r, next, &o))...)
}

// warn adds what may be wrong with the contact of a row, who is written: a fact
// for whoever imports, which refuses nothing.
func (opt ImportOptions) warn(tx kv.Tx, r row, c Contact, o *outcome) error {
	if opt.Warn == nil {
		return nil
	}
	all, err := opt.Warn(tx, c)
	for _, w := range all {
		said := func(p Problem) bool { // when its owners were looked up
			return p.Code == w.Code && w.Code == policy.CodeLookAlike || p.Code == policy.CodeSharedAddress && w.Code == policy.CodeSameMailbox
		}
		if !slices.ContainsFunc(o.warnings, said) {
			o.warnings = append(o.warnings, Problem{Line: r.line, Column: "email", Code: w.Code, Text: w.Text, Do: w.Do})
		}
	}
	return err
}

// changed tells that a contact was written.
func (opt ImportOptions) changed(tx kv.Tx, old, next Contact, was, first bool) error {
	if opt.Changed == nil {
		return nil
	}
	return opt.Changed(tx, old, next, was, first)
}

// asBefore leaves as it is what the file says nothing of.
func (c *Contact) asBefore(r row, old Contact, ok bool) {
	if !ok {
		return
	}
	for column, keep := range map[string]func(){
		"name":        func() { c.Name = old.Name },
		"role":        func() { c.Role = old.Role },
		"permissions": func() { c.Permissions = old.Permissions },
		"language":    func() { c.Language = old.Language },
		"zone":        func() { c.Zone = old.Zone },
	} {
		if _, there := r.fields[column]; !there {
			keep()
		}
	}
}

func same(a, b Contact) bool {
	return a.Name == b.Name && a.Role == b.Role && a.Status == b.Status && a.Language == b.Language && a.Zone == b.Zone &&
		slices.Equal(a.Addresses, b.Addresses) && slices.Equal(a.Permissions, b.Permissions)
}

// parseContact reads the fields of a row and reports all that is wrong with them.
func parseContact(r row, o *outcome) Contact {
	c := Contact{Client: r.fields["client"], Name: clean.Name(r.fields["name"], maxName), Role: Role(strings.ToLower(r.fields["role"])),
		Status: Active, Language: r.fields["language"], Zone: r.fields["zone"]}
	o.check(r, "client", CheckReference(c.Client))
	for _, a := range split(r.fields["email"]) {
		addr, err := rawmail.Canonical(a)
		if err != nil {
			o.problem(r, "email", `"%s": not an address`, clean.Name(a, maxName))
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
	o.check(r, "role", checkRole(c.Role))
	all, wrong := ParsePermissions(split(r.fields["permissions"]))
	for c.Permissions = all; len(wrong) > 0; wrong = wrong[1:] {
		o.problem(r, "permissions", "%v", wrong[0])
	}
	o.check(r, "language", checkLanguage(c.Language))
	o.check(r, "zone", checkZone(c.Zone))
	if c.Name == "" && len(c.Addresses) > 0 {
		c.Name = c.Addresses[0]
	}
	return c
}

// split gives the parts between semicolons that are not empty. A | does as well,
// for files whose columns are separated by semicolons. An address that holds one is
// refused: what is before it is none.
func split(s string) (parts []string) {
	for p := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ';' || r == '|' }) {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}
