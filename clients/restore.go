package clients

import (
	"errors"
	"maps"
	"slices"
	"time"

	"countersign/clients/onfile"
	"countersign/internal/kv"
)

// Restore gives a contact back what one change took of it: what it wrote, as that was
// before, wherever it is still as the change left it, after. Since when they have it
// counts as it did then: what did not cool does not, and what did cools on. kept
// names what something else has changed since, which stays as it is. An address
// comes back that left at most LeftLife ago and is nobody else's by now.
func Restore(tx kv.Tx, before, after Contact, now time.Time, by string, desk onfile.Desk) (old, next Contact, kept []string, err error) {
	if old, _, err = Get(tx, before.ID); err != nil {
		return old, old, nil, err
	}
	if old.Client != after.Client || old.Status != after.Status {
		return old, old, nil, invalid("undo", "contact %s was moved, removed or brought back since", before.ID)
	}
	next, kept = old.restored(before, after)
	if next.Status == old.Status && next.same(old) {
		return old, old, nil, invalid("undo", "all that it changed was changed again since")
	}
	var errs []error
	for _, a := range next.Addresses {
		if old.OnFile(a) {
			continue
		}
		if !old.LeftLately(a, now) { //rule:6.5 undo-brings-back-what-left-lately TestRestore/left-long-ago
			errs = append(errs, invalid("undo", "%s left the file too long ago", a))
		}
		if err := free(tx, a, old.ID, desk, false); err != nil { //rule:6.5 undo-brings-back-none-of-staff TestRestore/staffs-by-now
			errs = append(errs, err)
		}
	}
	if full, failed := crowded(tx, next); full || failed != nil {
		errs = append(errs, failed, invalid("role", "client %s has %d primary contacts; at most so many are allowed", next.Client, maxPrimaries))
	}
	if err := errors.Join(errs...); err != nil {
		return old, old, nil, err
	}
	opt := ImportOptions{Now: now, By: by}
	next.Spoke, next.Left, next.Approver, next.Led = opt.spoke(next, old), opt.left(next, old), opt.approver(next, old), opt.led(next, old)
	was := old
	was.Writes = maps.Clone(before.Writes)
	if was.Writes == nil {
		was.Writes = map[string]string{}
	}
	maps.Copy(was.Writes, old.Writes)
	next.Writes = opt.writes(next, was)
	return old, next, kept, PutContact(tx, next)
}

// restored is the pure part of Restore.
func (c Contact) restored(before, after Contact) (next Contact, kept []string) {
	next = c
	for _, part := range []struct {
		name string
		same func(a, b Contact) bool
		back func()
	}{
		{"addresses", sameAddresses, func() { next.Addresses, next.Since, next.First = before.Addresses, before.Since, before.First }},
		{"role and permissions", sameRights, func() {
			next.Role, next.Permissions, next.Gained, next.Held, next.Widened = before.Role, before.Permissions, before.Gained, before.Held, before.Widened
		}},
		{"name", func(a, b Contact) bool { return a.Name == b.Name }, func() { next.Name = before.Name }},
		{"language", func(a, b Contact) bool { return a.Language == b.Language }, func() { next.Language = before.Language }},
		{"time zone", func(a, b Contact) bool { return a.Zone == b.Zone }, func() { next.Zone = before.Zone }},
		{"status", func(a, b Contact) bool { return a.Status == b.Status && a.Ended.Equal(b.Ended) }, func() { next.Status, next.Ended = before.Status, before.Ended }},
	} {
		switch {
		case part.same(before, after): // which the change left as it was
		case !part.same(c, after): //rule:6.5 undo-leaves-what-changed-since TestRestore/changed-since
			kept = append(kept, part.name)
		default:
			part.back()
		}
	}
	return next, kept
}

// same reports whether they have the same, and since the same times.
func (c Contact) same(d Contact) bool {
	return sameAddresses(c, d) && sameRights(c, d) && c.Name == d.Name && c.Language == d.Language && c.Zone == d.Zone
}

// sameAddresses reports whether two states of a contact have the same addresses
// since the same times: one that left and came back is another.
func sameAddresses(a, b Contact) bool {
	return slices.Equal(a.Addresses, b.Addresses) && maps.EqualFunc(a.Since, b.Since, time.Time.Equal) && a.First.At.Equal(b.First.At)
}

func sameRights(a, b Contact) bool {
	return a.Role == b.Role && slices.Equal(a.Permissions, b.Permissions) && maps.EqualFunc(a.Gained, b.Gained, time.Time.Equal)
}
