package sender

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"reflect"
	"strings"
	"testing"

	"github.com/mjl-/mox/dkim"

	"countersign/internal/rawmail"
)

// bareKey is an RSA key record as the text of RFC 6376 has it: without the
// SubjectPublicKeyInfo around the key.
func bareKey(name string) string {
	return "v=DKIM1; p=" + base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(testKeys()[name].Public().(*rsa.PublicKey)))
}

func domainKeyCases() {
	add("key-bare-rsa", "an RSA key in the form that the text of RFC 6376 names and OpenSSL calls RSAPublicKey", func(k *sample) {
		k.s().key = "rsa2048"
		k.key(bareKey("rsa2048"))
	})
	add("key-bare-rsa-weak", "the same with too few bits", func(k *sample) {
		k.s().key = "rsa512"
		k.key(bareKey("rsa512"))
		k.fails("dkim_weak_key")
	})
	add("key-empty-hashes", "h= of the key that names nothing allows nothing", func(k *sample) { k.key(keyRecord("ed", "h=; ")); k.fails("dkim_key_mismatch") })
	add("key-empty-services", "s= that names nothing, likewise", func(k *sample) { k.key(keyRecord("ed", "s=; ")); k.fails("dkim_key_service") })
	add("key-version-not-first", "v= of a key stands first or nowhere", func(k *sample) {
		k.key(strings.TrimPrefix(keyRecord("ed", ""), "v=DKIM1; ") + "; v=DKIM1")
		k.fails("dkim_bad_key")
	})
	add("key-wrapped-ed25519", "an Ed25519 key stands bare (RFC 8463 section 4.2), with nothing around it", func(k *sample) {
		der, err := x509.MarshalPKIXPublicKey(testKeys()["ed"].Public())
		if err != nil {
			panic(err)
		}
		k.key("v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(der))
		k.fails("dkim_bad_key")
	})
	add("key-says-rsa-holds-ed25519", "k=rsa around a whole Ed25519 key", func(k *sample) {
		der, err := x509.MarshalPKIXPublicKey(testKeys()["ed"].Public())
		if err != nil {
			panic(err)
		}
		k.key("v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der))
		k.s().a = "rsa-sha256"
		k.fails("dkim_bad_key")
	})
	add("key-says-rsa-is-ed25519", "k=rsa above the bytes of an Ed25519 key", func(k *sample) {
		k.key(strings.Replace(keyRecord("ed", ""), "k=ed25519", "k=rsa", 1))
		k.fails("dkim_bad_key")
	})
}

// TestParseKey has what the second opinions of the corpus don't agree on.
func TestParseKey(t *testing.T) {
	plain := keyRecord("ed", "")
	end := plain[len(plain)-20:]
	for name, txt := range map[string]string{
		"capitals": strings.Replace(keyRecord("ed", "h=SHA256; s=EMAIL; "), "k=ed25519", "k=Ed25519", 1),
		"folded":   strings.TrimSuffix(plain, end) + " \t" + end, // as some zone editors leave it
		"star":     keyRecord("ed", "s=*; "),
		"stars":    keyRecord("ed", "s=other:*; "),
		"no-flags": keyRecord("ed", "t=; "),
		"end":      plain + "; ",
		"8-bit":    keyRecord("ed", "n=Schlüssel; "),
		"unpadded": strings.TrimRight(plain, "="),
	} {
		r, _, err := parseKey(txt)
		if err != nil || !reflect.DeepEqual(r.key, crypto.PublicKey(testKeys()["ed"].Public())) {
			t.Errorf("%s: %v %v", name, r, err)
			continue
		}
		if result, code := keyAllows(r, &signature{key: "ed25519", hash: "sha256"}); code != "" {
			t.Errorf("%s: %s %s", name, result, code)
		}
	}
}

// FuzzKey: where mox takes a text for a key record, we find the same key in it
// or none, to be used for the same.
func FuzzKey(f *testing.F) {
	for _, s := range []string{keyRecord("ed", "t=s:y; "), keyRecord("rsa1024", "h=sha256; s=*; "), bareKey("rsa2048"), "v=DKIM1; p=", "k=rsa;p=AAAA", "v=spf1 -all"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, txt string) {
		if len(txt) > 1000 {
			return // mox takes quadratic time
		}
		ours, isKey, err := parseKey(txt)
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
		if !reflect.DeepEqual(ours.key, crypto.PublicKey(key)) || ours.kind != rawmail.Lower(theirs.Key) {
			t.Errorf("%q: we see %v, mox %v", txt, ours, theirs)
		}
		if len(theirs.Hashes) != len(ours.hashes) || theirs.ServiceAllowed("email") != (allows(ours.services, "email") || allows(ours.services, "*")) || len(ours.flags) != len(theirs.Flags) {
			t.Errorf("%q: we let it be used as %v, mox as %v", txt, ours, theirs)
		}
	})
}
