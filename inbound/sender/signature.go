package sender

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
	"countersign/policy"
)

// maxSignatureField bounds a DKIM-Signature field; honest ones have 1 kB.
const maxSignatureField = 16 << 10

// signature is a parsed DKIM-Signature field (RFC 6376 section 3.5), or one of
// the two kinds of ARC (RFC 8617 section 4.1) that have the same form.
type signature struct {
	field     []byte // as it stands in the message
	tags      map[string]string
	domain    string // d=, lower-case ASCII
	selector  string // s=, the same
	identity  string // domain of i=
	key, hash string // the two halves of a=, lower-case
	header    string // simple or relaxed
	body      string // the same
	names     []string
	bodyHash  []byte
	sig       []byte
	signed    time.Time // t=, zero if absent
	expires   time.Time // x=, zero if absent
}

var errMalformed = errors.New("malformed")

// parseTags reads a tag list (RFC 6376 section 3.2). A tag that stands twice
// makes it invalid.
func parseTags(s string) (map[string]string, error) {
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

// parseSignature reads a DKIM-Signature field. Even with an error it gives the
// domain and selector where they could be read.
func parseSignature(field []byte) (*signature, error) {
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

// tagged takes a field with tags apart.
func tagged(field []byte) (s *signature, err error) {
	s = &signature{field: field, header: "simple", body: "simple"}
	if len(field) > maxSignatureField {
		return s, errMalformed
	}
	_, value, _ := bytes.Cut(field, []byte(":"))
	s.tags, err = parseTags(strings.TrimSuffix(string(value), "\r\n"))
	return s, err
}

// who reads who signed.
func (s *signature) who() error {
	d, sel := rawmail.Lower(s.tags["d"]), rawmail.Lower(s.tags["s"])
	if !resolver.IsDomain(d, false) || !strings.Contains(d, ".") || !resolver.IsDomain(sel, true) {
		return errMalformed
	}
	s.domain, s.selector, s.identity = d, sel, d
	if i, ok := s.tags["i"]; ok {
		at := strings.LastIndexByte(i, '@')
		if at < 0 {
			return errMalformed
		}
		s.identity = rawmail.Lower(i[at+1:])
		if s.identity != d && !strings.HasSuffix(s.identity, "."+d) || !resolver.IsDomain(s.identity, false) {
			return errMalformed // RFC 6376 section 3.5: i= is d= or below it
		}
	}
	return nil
}

// rest reads how it was signed.
func (s *signature) rest() (err error) {
	var ok bool
	if s.key, s.hash, ok = strings.Cut(rawmail.Lower(s.tags["a"]), "-"); !ok {
		return errMalformed
	}
	if s.sig, err = unbase64(s.tags["b"]); err != nil || len(s.sig) == 0 {
		return errMalformed
	}
	if s.bodyHash, err = unbase64(s.tags["bh"]); err != nil || len(s.bodyHash) == 0 {
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
		s.header, s.body = h, b
	}
	for name := range strings.SplitSeq(s.tags["h"], ":") {
		name = rawmail.Lower(strings.Trim(name, " \t"))
		if name == "" || strings.ContainsAny(name, " \t") {
			return errMalformed
		}
		s.names = append(s.names, name)
	}
	if q, ok := s.tags["q"]; ok && !slices.ContainsFunc(strings.Split(q, ":"), func(m string) bool { return rawmail.Lower(strings.Trim(m, " \t")) == "dns/txt" }) {
		return errMalformed
	}
	if s.signed, err = timestamp(s.tags, "t"); err != nil {
		return err
	}
	if s.expires, err = timestamp(s.tags, "x"); err != nil {
		return err
	}
	if !s.signed.IsZero() && !s.expires.IsZero() && !s.expires.After(s.signed) {
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

// skew is how far clocks may differ.
const skew = policy.Skew

// maxAge is how old a signature may be when its message arrives.
const maxAge = 7 * 24 * time.Hour

// acceptable is what is demanded of a signature before its key is asked for;
// it gives the code of what is wrong.
func (s *signature) acceptable(m *rawmail.Message, arrived time.Time) string {
	_, cut := s.tags["l"]
	made := s.madeAt(m)
	switch {
	case s.hash == "sha1": // RFC 8301 section 3.1
		return "dkim_sha1"
	case s.hash != "sha256" || s.key != "rsa" && s.key != "ed25519":
		return "dkim_algorithm"
	case len(s.bodyHash) != 32:
		return "dkim_malformed"
	case cut: // the rest of the body would be anyone's
		return "dkim_length_tag"
	case !slices.Contains(s.names, "from"): // RFC 6376 section 5.4
		return "dkim_from_unsigned"
	case !s.expires.IsZero() && arrived.After(s.expires.Add(skew)):
		return "dkim_expired"
	case made.After(arrived.Add(skew)):
		return "dkim_future"
	case !made.IsZero() && made.Before(arrived.Add(-maxAge)):
		return "dkim_old"
	}
	return ""
}

// madeAt is t=, or else the Date that the signature covers.
func (s *signature) madeAt(m *rawmail.Message) time.Time {
	if !s.signed.IsZero() || !slices.Contains(s.names, "date") {
		return s.signed
	}
	return date(m.Get("date"))
}

// covered names the fields of the message that the signature covers, each in
// all its instances: h= counts them from the bottom (RFC 6376 section 5.4.2).
func (s *signature) covered(m *rawmail.Message) (out []string) {
	have, named := map[string]int{}, map[string]int{}
	for _, f := range m.Fields {
		have[f.Key]++
	}
	for _, n := range s.names {
		named[n]++
	}
	for n, k := range named {
		if have[n] > 0 && k >= have[n] {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}
