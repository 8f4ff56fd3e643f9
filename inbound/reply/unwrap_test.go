package reply

import (
	"bytes"
	"encoding/base64"
	"testing"

	"countersign/policy"
)

// tlv makes one element of DER, or with an indefinite length.
func tlv(tag byte, indefinite bool, body ...[]byte) []byte {
	b := bytes.Join(body, nil)
	if indefinite {
		return append(append([]byte{tag, 0x80}, b...), 0, 0)
	}
	return append([]byte{tag, 0x82, byte(len(b) >> 8), byte(len(b))}, b...)
}

func cms(content []byte, ber bool) []byte {
	octet := tlv(tagOctets, false, content)
	if ber {
		octet = tlv(tagOctets|constructed, true, tlv(tagOctets, false, content[:7]), tlv(tagOctets, false, content[7:]))
	}
	data := tlv(tagOID, false, []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01})
	encap := tlv(tagSequence, ber, data, tlv(tagExplicit0, ber, octet))
	signed := tlv(tagSequence, ber, []byte{2, 1, 1}, tlv(0x31, false), encap, tlv(0x31, false))
	return tlv(tagSequence, ber, tlv(tagOID, false, oidSignedData), tlv(tagExplicit0, ber, signed))
}

func TestUnwrap(t *testing.T) {
	const pgp = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nYes\n\n- -- \nAda\n-----BEGIN PGP SIGNATURE-----\n\nxx\n-----END PGP SIGNATURE-----\n"
	p7m := "MIME-Version: 1.0\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=smime.p7m\n"
	entity := []byte("Content-Type: text/plain\r\n\r\nYes\r\n")
	encode := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) + "\n" }
	enveloped := bytes.Replace(cms(entity, false), oidSignedData, append(oidSignedData[:8:8], 3), 1)
	signed := func(protocol, typ string) string {
		return "MIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b; protocol=\"" + protocol + "\"\n|--b\n\nYes\n--b\nContent-Type: " + typ + "\n\nxx\n--b--\n"
	}
	for _, c := range []struct {
		name, mail, text string
		want             policy.Intent
	}{
		{"opaque", p7m + "|" + encode(cms(entity, false)), "Yes", "yes"},
		{"opaque-ber", p7m + "|" + encode(cms(entity, true)), "Yes", "yes"},
		{"opaque-multipart", p7m + "|" + encode(cms([]byte("Content-Type: multipart/mixed; boundary=c\n\n--c\n\nYes\n--c--\n"), false)), "Yes", "yes"},
		{"opaque-no", p7m + "|" + encode(cms([]byte("\r\nNope\r\n"), false)), "Nope", "no"},
		{"opaque-cut", p7m + "|" + encode(cms(entity, false)[:40]), "", "unclear"},
		{"enveloped", p7m + "|" + encode(enveloped), "", "unclear"},
		{"no-base64", p7m + "|$$$\n", "", "unclear"},
		{"smime-clear", signed("application/pkcs7-signature", "application/pkcs7-signature"), "Yes", "yes"},
		{"pgp-mime", signed("application/pgp-signature", "application/pgp-signature"), "Yes", "yes"},
		{"pgp-mime-encrypted", "MIME-Version: 1.0\nContent-Type: multipart/encrypted; boundary=b; protocol=\"application/pgp-encrypted\"\n|--b\n\nYes\n--b--\n", "", "unclear"},
		{"pgp-inline", "|" + pgp, "Yes", "yes"},
		{"pgp-quote-below", "|" + pgp + "\n> no\n", "Yes", "yes"},
		{"pgp-text-above", "|No\n" + pgp, "Yes", "unclear"},
		{"pgp-text-below", "|" + pgp + "But not today\n", "Yes", "unclear"},
		{"pgp-encrypted", "|Yes\n-----BEGIN PGP MESSAGE-----\n\nxx\n-----END PGP MESSAGE-----\n", "", "unclear"},
	} {
		header, body, _ := bytes.Cut([]byte(c.mail), []byte("|"))
		r := read(t, string(header), string(body))
		if r.Kind != policy.KindReply || r.Answer.Intent != c.want || c.text != "" && r.Text != c.text {
			t.Errorf("%s: %s %q %+v, want %s", c.name, r.Kind, r.Text, r.Answer, c.want)
		}
	}
}

func FuzzSignedContent(f *testing.F) {
	f.Add(cms([]byte("Content-Type: text/plain\n\nYes\n"), false))
	f.Add(cms([]byte("Content-Type: text/plain\n\nYes\n"), true))
	f.Fuzz(func(t *testing.T, der []byte) {
		if out, ok := signedContent(der); ok && len(out) > len(der) {
			t.Errorf("%d bytes out of %d", len(out), len(der))
		}
	})
}
