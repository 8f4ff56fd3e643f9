package sender

import "strings"

func keyCases() {
	add("key-missing", "the selector does not exist", func(k *sample) { k.s().s = "gone"; k.fails("dkim_no_key") })
	add("key-other-type", "the name exists without TXT", func(k *sample) {
		k.s().s = "a"
		k.add("a._domainkey.north.example. 300 IN A 192.0.2.1\n")
		k.fails("dkim_no_key")
	})
	add("key-of-another", "another key than the one that signed", func(k *sample) { k.key(keyRecord("other", "")); k.fails("dkim_bad_signature") })
	add("key-revoked", "an empty p= revokes", func(k *sample) { k.key("v=DKIM1; k=ed25519; p="); k.fails("dkim_revoked") })
	add("key-without-p", "a key record without p=", func(k *sample) { k.key("v=DKIM1; k=ed25519"); k.fails("dkim_bad_key") })
	add("key-garbage", "p= that is no key", func(k *sample) { k.key("v=DKIM1; k=rsa; p=AAAA"); k.fails("dkim_bad_key") })
	add("key-version", "a record of a version to come", func(k *sample) {
		k.key(strings.Replace(keyRecord("ed", ""), "DKIM1", "DKIM2", 1))
		k.fails("dkim_no_key")
	})
	add("key-without-version", "v= of a key is optional", func(k *sample) { k.key(strings.TrimPrefix(keyRecord("ed", ""), "v=DKIM1; ")) })
	add("key-testing", "t=y: the domain says not to rely on it", func(k *sample) { k.key(keyRecord("ed", "t=y; ")); k.fails("dkim_testing") })
	add("key-strict-identity", "t=s and i= below d=", func(k *sample) {
		k.key(keyRecord("ed", "t=s; "))
		k.s().extra = "i=@mail.north.example; "
		k.fails("dkim_identity")
	})
	add("key-strict-identity-kept", "t=s and i= of d= itself", func(k *sample) { k.key(keyRecord("ed", "t=s; ")); k.s().extra = "i=ada@north.example; " })
	add("key-flags-both", "y among several flags", func(k *sample) { k.key(keyRecord("ed", "t=s:y; ")); k.fails("dkim_testing") })
	add("key-service-email", "s=email", func(k *sample) { k.key(keyRecord("ed", "s=email; ")) })
	add("key-service-other", "a key for something else than mail", func(k *sample) { k.key(keyRecord("ed", "s=tlsrpt; ")); k.fails("dkim_key_service") })
	add("key-hash-allowed", "h= that names SHA-256 among others", func(k *sample) { k.key(keyRecord("ed", "h=sha1:sha256; ")) })
	add("key-hash-forbidden", "h= without SHA-256", func(k *sample) { k.key(keyRecord("ed", "h=sha1; ")); k.fails("dkim_key_mismatch") })
	add("key-type-mismatch", "an RSA key for an Ed25519 signature", func(k *sample) { k.key(keyRecord("rsa2048", "")); k.fails("dkim_key_mismatch") })
	add("key-type-unknown", "k= of a type that does not exist", func(k *sample) { k.key("v=DKIM1; k=dsa; p=AAAA"); k.fails("dkim_bad_key") })
	add("key-twice", "two keys under one name", func(k *sample) {
		k.add(txtLine("s1._domainkey.north.example", keyRecord("other", "")))
		k.fails("dkim_two_keys")
	})
	add("key-beside-other-text", "an SPF record from a wildcard beside the key", func(k *sample) { k.add(txtLine("s1._domainkey.north.example", "v=spf1 -all")) })
	add("key-by-alias", "the key stands at the mail provider, by CNAME", func(k *sample) {
		k.s().s = "p"
		k.add("p._domainkey.north.example. 300 IN CNAME p.keys.provider.example.\n", txtLine("p.keys.provider.example", keyRecord("ed", "")))
	})
	add("key-by-dangling-alias", "the CNAME leads nowhere", func(k *sample) {
		k.s().s = "p"
		k.add("p._domainkey.north.example. 300 IN CNAME gone.provider.example.\n")
		k.fails("dkim_no_key")
	})
}
