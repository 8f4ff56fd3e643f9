package secondopinion

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mjl-/mox/dkim"

	own "countersign/inbound/sender/dkim"
)

// edKey is a fixed key, and edRecord a record of it with extra before p=.
func edKey() crypto.PublicKey {
	seed := sha256.Sum256([]byte("ed"))
	return ed25519.NewKeyFromSeed(seed[:]).Public()
}

func edRecord(extra string) string {
	return "v=DKIM1; k=ed25519; " + extra + "p=" + base64.StdEncoding.EncodeToString(edKey().(ed25519.PublicKey))
}

// rsaKey gives one of the keys of the corpus as p= has it.
func rsaKey(t testing.TB, name string, write func(any) ([]byte, error)) string {
	t.Helper()
	raw, err := os.ReadFile("../../inbound/sender/testdata/keys/" + name + ".pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(raw)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	der, err := write(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

// bare writes a key as the text of RFC 6376 has it.
func bare(key any) ([]byte, error) { return x509.MarshalPKCS1PublicKey(key.(*rsa.PublicKey)), nil }

// FuzzKey: where mox takes a text for a key record, we find the same key in it
// or none, to be used for the same.
func FuzzKey(f *testing.F) {
	for _, s := range []string{edRecord("t=s:y; "), "v=DKIM1; k=rsa; h=sha256; s=*; p=" + rsaKey(f, "rsa1024", x509.MarshalPKIXPublicKey), "v=DKIM1; p=" + rsaKey(f, "rsa2048", bare), "v=DKIM1; p=", "k=rsa;p=AAAA", "v=spf1 -all"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, txt string) {
		if len(txt) > 1000 {
			return // mox takes quadratic time
		}
		ours, isKey, err := own.ParseKey(txt)
		if err == nil && (!isKey || ours == nil) {
			t.Fatalf("%q: a key that is none", txt)
		}
		theirs, _, theirErr := dkim.ParseRecord(txt)
		if err != nil || theirErr != nil {
			return
		}
		key := theirs.PublicKey
		if len(theirs.Pubkey) == 0 {
			key = nil
		}
		if !reflect.DeepEqual(ours.Public, crypto.PublicKey(key)) || ours.Kind != strings.ToLower(theirs.Key) {
			t.Errorf("%q: we see %v, mox %v", txt, ours, theirs)
		}
		if len(theirs.Hashes) != len(ours.Hashes) || theirs.ServiceAllowed("email") != (ours.Services == nil || slices.Contains(ours.Services, "email") || slices.Contains(ours.Services, "*")) || len(ours.Flags) != len(theirs.Flags) {
			t.Errorf("%q: we let it be used as %v, mox as %v", txt, ours, theirs)
		}
	})
}
