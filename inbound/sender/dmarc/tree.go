package dmarc

import (
	"context"
	"errors"
	"strings"

	"countersign/inbound/sender/resolver"
)

// Tree is the tree of domains as records and the public suffix list divide it
// among owners, looked at for one message.
type Tree struct {
	DNS      *resolver.Inquiry
	Suffixes *Suffixes
}

// maxWalk bounds the names that are asked for one domain: RFC 9989 section 4.10.
const maxWalk = 8

// recordAt asks for the record of one domain. Two are none (RFC 9989 section
// 4.10); nil without an error means that there is none.
func (t Tree) recordAt(ctx context.Context, domain string) (*Record, error) {
	a := t.DNS.TXT(ctx, "_dmarc."+domain)
	if errors.Is(a.Err, resolver.ErrNotFound) {
		return nil, nil
	} else if a.Err != nil {
		return nil, a.Err
	}
	var found *Record
	n := 0
	for _, txt := range a.TXT {
		if r, ok := parseRecord(txt); ok {
			r.At = domain
			found = &r
			n++
		}
	}
	if n != 1 {
		return nil, nil
	}
	return found, nil
}

// walk asks up the tree (RFC 9989 section 4.10) and gives the records found,
// that of domain first. It stops at a record which says where domains of one
// owner end.
func (t Tree) walk(ctx context.Context, domain string) (out []*Record, err error) {
	labels := strings.Split(domain, ".")
	for range maxWalk {
		r, err := t.recordAt(ctx, strings.Join(labels, "."))
		if err != nil {
			return out, err
		}
		if r != nil {
			out = append(out, r)
			if r.Boundary == "y" || r.Boundary == "n" {
				return out, nil
			}
		}
		if labels = labels[1:]; len(labels) > 7 {
			labels = labels[len(labels)-7:]
		}
		if len(labels) == 0 {
			break
		}
	}
	return out, nil
}

// Organization is the domain whose subdomains have one owner: what records say
// with psd=, or else one label below the public suffix. "" for a public suffix.
func (t Tree) Organization(ctx context.Context, domain string) (string, error) {
	records, err := t.walk(ctx, domain)
	if err != nil {
		return "", err
	}
	for _, r := range records {
		switch {
		case r.Boundary == "n":
			return r.At, nil
		case r.Boundary == "y" && r.At != domain:
			below := strings.TrimSuffix(domain, "."+r.At)
			return below[strings.LastIndexByte(below, '.')+1:] + "." + r.At, nil
		}
	}
	return t.Suffixes.Organization(domain), nil
}

// SameOwner tells whether two domains have one owner, as relaxed alignment wants
// it (RFC 9989 section 4.10.2). A public suffix has none.
func (t Tree) SameOwner(ctx context.Context, a, b string) (bool, error) {
	ours, err := t.Organization(ctx, a)
	if err != nil || ours == "" {
		return false, err
	}
	theirs, err := t.Organization(ctx, b)
	return err == nil && ours == theirs, err
}
