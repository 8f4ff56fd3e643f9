package reply

import (
	"bytes"
	"encoding/base64"
	"io"
)

// Tags of X.690 that a CMS message begins with.
const (
	tagOctets    = 0x04
	tagOID       = 0x06
	tagSequence  = 0x30
	tagExplicit0 = 0xA0
	constructed  = 0x20
)

// oidSignedData is 1.2.840.113549.1.7.2 (RFC 5652 section 5.1).
var oidSignedData = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02}

// maxNest bounds how deep the elements of a CMS message may stand.
const maxNest = 12

// signedContent gives the content within a SignedData of RFC 5652 section 5.2,
// for reading: no signature is verified, since the sender is proved elsewhere.
func signedContent(der []byte) ([]byte, bool) {
	info, _, ok := element(der, tagSequence, 0)
	if !ok {
		return nil, false
	}
	oid, rest, ok := element(info, tagOID, 0)
	if !ok || !bytes.Equal(oid, oidSignedData) {
		return nil, false
	}
	wrapped, _, ok := element(rest, tagExplicit0, 0)
	if !ok {
		return nil, false
	}
	signed, _, ok := element(wrapped, tagSequence, 0)
	if !ok {
		return nil, false
	}
	_, signed, ok = element(signed, 0, 0) // version
	if !ok {
		return nil, false
	}
	_, signed, ok = element(signed, 0, 0) // digest algorithms
	if !ok {
		return nil, false
	}
	encap, _, ok := element(signed, tagSequence, 0)
	if !ok {
		return nil, false
	}
	if _, encap, ok = element(encap, tagOID, 0); !ok {
		return nil, false
	}
	if encap, _, ok = element(encap, tagExplicit0, 0); !ok {
		return nil, false
	}
	var out bytes.Buffer
	if !octets(&out, encap, 0) {
		return nil, false
	}
	return out.Bytes(), true
}

// octets writes an OCTET STRING, which BER may cut in pieces.
func octets(out *bytes.Buffer, b []byte, depth int) bool {
	if depth > maxNest || len(b) == 0 {
		return false
	}
	if b[0] == tagOctets {
		body, _, ok := element(b, tagOctets, depth)
		out.Write(body)
		return ok
	}
	body, _, ok := element(b, tagOctets|constructed, depth)
	for ok && len(body) > 0 {
		var rest []byte
		if _, rest, ok = element(body, 0, depth+1); ok {
			ok = octets(out, body[:len(body)-len(rest)], depth+1)
		}
		body = rest
	}
	return ok
}

// element reads one element of BER with the tag, or with any if that is zero.
// A length may be indefinite (X.690 section 8.1.3.6).
func element(b []byte, tag byte, depth int) (body, rest []byte, ok bool) {
	if len(b) < 2 || depth > maxNest || tag != 0 && b[0] != tag || b[0]&0x1F == 0x1F {
		return nil, nil, false
	}
	n, head := int(b[1]), 2
	switch {
	case n == 0x80:
		if b[0]&constructed == 0 {
			return nil, nil, false
		}
		for rest = b[2:]; ; {
			if bytes.HasPrefix(rest, []byte{0, 0}) {
				return b[2 : len(b)-len(rest)], rest[2:], true
			}
			if _, rest, ok = element(rest, 0, depth+1); !ok {
				return nil, nil, false
			}
		}
	case n > 0x80:
		size := n & 0x7F
		if size > 4 || len(b) < 2+size {
			return nil, nil, false
		}
		n, head = 0, 2+size
		for _, c := range b[2:head] {
			n = n<<8 | int(c)
		}
	}
	if n < 0 || n > len(b)-head {
		return nil, nil, false
	}
	return b[head : head+n], b[head+n:], true
}

// opaque reads the message that stands within a part of S/MIME (RFC 8551
// section 3.5.2). What is encrypted stays unread, and the answer unclear.
func (b *body) opaque(encoding string, raw []byte, depth int) {
	der := raw
	if encoding == "base64" {
		var err error
		if der, err = io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(raw))); err != nil {
			b.doubtful = true
			return
		}
	}
	inner, ok := signedContent(der)
	if !ok {
		b.doubtful = true
		return
	}
	b.entity(crlf(inner), depth+1)
}

func crlf(text []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}
