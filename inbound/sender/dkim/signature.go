package dkim

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
)

// maxSignatureField bounds a DKIM-Signature field; honest ones have 1 kB.
const maxSignatureField = 16 << 10

// Signature is a DKIM-Signature field that was read (RFC 6376 section 3.5), or one
// of the two kinds of ARC (RFC 8617 section 4.1) that have the same form.
type Signature struct {
	Field     []byte // as it stands in the message
	Domain    string // d=, lower-case ASCII
	Selector  string // s=, the same
	Identity  string // domain of i=
	Key, Hash string // the two halves of a=, lower-case
	Header    string // simple or relaxed
	Body      string // the same
	Names     []string
	BodyHash  []byte
	Value     []byte    // b=
	Signed    time.Time // t=, zero if absent
	Expires   time.Time // x=, zero if absent

	tags map[string]string
}

var errMalformed = errors.New("malformed")

// ParseTags reads a tag list (RFC 6376 section 3.2). A tag that stands twice
// makes it invalid.
func ParseTags(s string) (map[string]string, error) {
	s = strings.ReplaceAll(s, "\r\n", "")
	tags := map[string]string{}
	parts := strings.Split(s, ";")
	if strings.Trim(parts[len(parts)-1], " \t") == "" {
		parts = parts[:len(parts)-1]
	}
	for _, part := range parts {
		name, value, ok := strings.Cut(part, "=")
		name = strings.Trim(name, " \t")
		if _, twice := tags[name]; !ok || twice || !tagName(name) {
			return nil, errMalformed
		}
		value = strings.Trim(value, " \t")
		for i := range len(value) {
			if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
				return nil, errMalformed
			}
		}
		tags[name] = value
	}
	return tags, nil
}

func tagName(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if !(c >= 'a' && c <= 'z' && s[i] != '_') && (i == 0 || !(s[i] >= '0' && s[i] <= '9') && s[i] != '_') {
			return false
		}
	}
	return s != ""
}

// Parse reads a DKIM-Signature field. Even with an error it gives the domain and
// selector where they could be read.
func Parse(field []byte) (*Signature, error) {
	s, err := tagged(field)
	if err != nil {
		return s, err
	}
	if err := s.who(); err != nil {
		return s, err
	}
	if s.tags["v"] != "1" {
		return s, errMalformed
	}
	return s, s.rest()
}

// ParseARC reads an ARC-Message-Signature (RFC 8617 section 4.1.2), of which i= is
// the number of its set and no identity.
func ParseARC(field []byte) (*Signature, error) {
	s, err := sealer(field)
	if err != nil {
		return s, err
	}
	return s, s.rest()
}

// ParseSeal reads an ARC-Seal (RFC 8617 section 4.1.3), which has no h=, no hash
// of a body, and is relaxed. cv is what it says of the chain before it.
func ParseSeal(field []byte) (s *Signature, cv string, err error) {
	if s, err = sealer(field); err != nil {
		return s, "", err
	}
	if _, h := s.tags["h"]; h {
		return s, "", errMalformed
	}
	var ok bool
	if s.Key, s.Hash, ok = strings.Cut(rawmail.Lower(s.tags["a"]), "-"); !ok || s.Hash != "sha256" {
		return s, "", errMalformed
	}
	if s.Value, err = unbase64(s.tags["b"]); err != nil || len(s.Value) == 0 {
		return s, "", errMalformed
	}
	return s, rawmail.Lower(s.tags["cv"]), nil
}

// sealer reads the tags that both kinds of ARC share.
func sealer(field []byte) (*Signature, error) {
	s, err := tagged(field)
	if err != nil {
		return s, err
	}
	delete(s.tags, "i")
	return s, s.who()
}

// tagged takes a field with tags apart.
func tagged(field []byte) (s *Signature, err error) {
	s = &Signature{Field: field, Header: "simple", Body: "simple"}
	if len(field) > maxSignatureField {
		return s, errMalformed
	}
	_, value, _ := bytes.Cut(field, []byte(":"))
	s.tags, err = ParseTags(strings.TrimSuffix(string(value), "\r\n"))
	return s, err
}

// who reads who signed.
func (s *Signature) who() error {
	d, sel := rawmail.Lower(s.tags["d"]), rawmail.Lower(s.tags["s"])
	if !resolver.IsDomain(d, false) || !strings.Contains(d, ".") || !resolver.IsDomain(sel, true) {
		return errMalformed
	}
	s.Domain, s.Selector, s.Identity = d, sel, d
	if i, ok := s.tags["i"]; ok {
		at := strings.LastIndexByte(i, '@')
		if at < 0 {
			return errMalformed
		}
		s.Identity = rawmail.Lower(i[at+1:])
		// RFC 6376 section 3.5: i= is d= or below it
		if s.Identity != d && !strings.HasSuffix(s.Identity, "."+d) || !resolver.IsDomain(s.Identity, false) { //rule:6.1 an-identity-is-of-its-domain inbound/sender.TestCorpus/dkim/039-identity-suffix-trick
			return errMalformed
		}
	}
	return nil
}

// rest reads how it was signed.
func (s *Signature) rest() (err error) {
	var ok bool
	if s.Key, s.Hash, ok = strings.Cut(rawmail.Lower(s.tags["a"]), "-"); !ok {
		return errMalformed
	}
	if s.Value, err = unbase64(s.tags["b"]); err != nil || len(s.Value) == 0 {
		return errMalformed
	}
	if s.BodyHash, err = unbase64(s.tags["bh"]); err != nil || len(s.BodyHash) == 0 {
		return errMalformed
	}
	if c, ok := s.tags["c"]; ok {
		h, b, two := strings.Cut(rawmail.Lower(c), "/")
		if !two {
			b = "simple"
		}
		if h != "simple" && h != "relaxed" || b != "simple" && b != "relaxed" {
			return errMalformed
		}
		s.Header, s.Body = h, b
	}
	for name := range strings.SplitSeq(s.tags["h"], ":") {
		name = rawmail.Lower(strings.Trim(name, " \t"))
		if name == "" || strings.ContainsAny(name, " \t") {
			return errMalformed
		}
		s.Names = append(s.Names, name)
	}
	if q, ok := s.tags["q"]; ok && !slices.ContainsFunc(strings.Split(q, ":"), func(m string) bool { return rawmail.Lower(strings.Trim(m, " \t")) == "dns/txt" }) {
		return errMalformed
	}
	if s.Signed, err = timestamp(s.tags, "t"); err != nil {
		return err
	}
	if s.Expires, err = timestamp(s.tags, "x"); err != nil {
		return err
	}
	if !s.Signed.IsZero() && !s.Expires.IsZero() && !s.Expires.After(s.Signed) {
		return errMalformed // RFC 6376 section 3.5: x= must be greater than t=
	}
	return nil
}

func timestamp(tags map[string]string, name string) (time.Time, error) {
	v, ok := tags[name]
	if !ok {
		return time.Time{}, nil
	}
	n, err := strconv.ParseUint(v, 10, 63)
	if err != nil || len(v) > 12 {
		return time.Time{}, errMalformed
	}
	return time.Unix(int64(n), 0).UTC(), nil
}

var noBlanks = strings.NewReplacer(" ", "", "\t", "")

// unbase64 reads a base64string (RFC 6376 section 3.2), whose padding may be
// left out.
func unbase64(s string) ([]byte, error) {
	if s = noBlanks.Replace(s); len(s)%4 == 0 {
		return base64.StdEncoding.Strict().DecodeString(s)
	}
	return base64.RawStdEncoding.Strict().DecodeString(s)
}
