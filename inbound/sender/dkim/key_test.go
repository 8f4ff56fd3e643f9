package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"reflect"
	"strings"
	"testing"
)

// edKey is a fixed key, and edRecord a record of it with extra before p=.
func edKey() crypto.PublicKey {
	seed := sha256.Sum256([]byte("ed"))
	return ed25519.NewKeyFromSeed(seed[:]).Public()
}

func edRecord(extra string) string {
	return "v=DKIM1; k=ed25519; " + extra + "p=" + base64.StdEncoding.EncodeToString(edKey().(ed25519.PublicKey))
}

// TestParseKey has what the second opinions of the corpus don't agree on.
func TestParseKey(t *testing.T) {
	plain := edRecord("")
	end := plain[len(plain)-20:]
	for name, txt := range map[string]string{
		"capitals": strings.Replace(edRecord("h=SHA256; s=EMAIL; "), "k=ed25519", "k=Ed25519", 1),
		"folded":   strings.TrimSuffix(plain, end) + " \t" + end, // as some zone editors leave it
		"star":     edRecord("s=*; "),
		"stars":    edRecord("s=other:*; "),
		"no-flags": edRecord("t=; "),
		"end":      plain + "; ",
		"8-bit":    edRecord("n=Schlüssel; "),
		"unpadded": strings.TrimRight(plain, "="),
	} {
		r, _, err := ParseKey(txt)
		if err != nil || !reflect.DeepEqual(r.Public, crypto.PublicKey(edKey())) {
			t.Errorf("%s: %v %v", name, r, err)
			continue
		}
		if result, code := keyAllows(r, &Signature{Key: "ed25519", Hash: "sha256"}); code != "" {
			t.Errorf("%s: %s %s", name, result, code)
		}
	}
}
