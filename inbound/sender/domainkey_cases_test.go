package sender

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"strings"
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
