package sender

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"sync"

	"countersign/inbound/sender/dkim"
	"countersign/internal/rawmail"
)

// keys are fixed, so that the corpus can be written again byte for byte.
var testKeys = sync.OnceValue(func() map[string]crypto.Signer {
	keys := map[string]crypto.Signer{}
	for _, name := range []string{"rsa512", "rsa1024", "rsa2048"} {
		raw, err := os.ReadFile("testdata/keys/" + name + ".pem")
		if err != nil {
			panic(err)
		}
		block, _ := pem.Decode(raw)
		k, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			panic(err)
		}
		keys[name] = k
	}
	for _, name := range []string{"ed", "other"} {
		seed := sha256.Sum256([]byte(name))
		keys[name] = ed25519.NewKeyFromSeed(seed[:])
	}
	return keys
})

// keyRecord is the value of a key record; extra goes before p=.
func keyRecord(key, extra string) string {
	switch k := testKeys()[key].Public().(type) {
	case ed25519.PublicKey:
		return "v=DKIM1; k=ed25519; " + extra + "p=" + base64.StdEncoding.EncodeToString(k)
	case *rsa.PublicKey:
		der, err := x509.MarshalPKIXPublicKey(k)
		if err != nil {
			panic(err)
		}
		return "v=DKIM1; k=rsa; " + extra + "p=" + base64.StdEncoding.EncodeToString(der)
	}
	panic(key)
}

// seal says how to sign a message. The zero values are those of an honest
// sender.
type seal struct {
	d, s, key string
	h         string // names, colon-separated
	c         string
	t, x      int64 // 0: left out
	extra     string
	a         string // instead of the right one
	v         string
	bh        string // instead of the right one
	last      string // tags behind b=
	fold      bool   // break the signature's field into lines
}

// sign puts a DKIM-Signature on top of a message.
func sign(raw string, k seal) string {
	set := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	set(&k.s, "s1")
	set(&k.key, "ed")
	set(&k.h, "from:to:subject:date:message-id")
	set(&k.c, "relaxed/relaxed")
	set(&k.v, "1")
	signer := testKeys()[k.key]
	alg := "ed25519-sha256"
	if strings.HasPrefix(k.key, "rsa") {
		alg = "rsa-sha256"
	}
	set(&k.a, alg)
	m, reasons := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
	if m == nil {
		panic(reasons)
	}
	header, body, _ := strings.Cut(k.c, "/")
	if body == "" {
		body = "simple"
	}
	b := dkim.NewBody(m.Body)
	set(&k.bh, base64.StdEncoding.EncodeToString(b.Sum(body)))
	sep := " "
	if k.fold {
		sep = "\r\n\t"
	}
	field := fmt.Sprintf("DKIM-Signature: v=%s; a=%s; c=%s; d=%s; s=%s;%s", k.v, k.a, k.c, k.d, k.s, sep)
	if k.t != 0 {
		field += fmt.Sprintf("t=%d; ", k.t)
	}
	if k.x != 0 {
		field += fmt.Sprintf("x=%d; ", k.x)
	}
	field += k.extra + "h=" + k.h + ";" + sep + "bh=" + k.bh + ";" + sep + "b="
	s := &dkim.Signature{Field: []byte(field + k.last + "\r\n"), Header: header, Names: strings.Split(rawmail.Lower(k.h), ":")}
	for i := range s.Names {
		s.Names[i] = strings.TrimSpace(s.Names[i])
	}
	sum := s.Sum(m)
	how := crypto.Hash(0)
	if strings.HasPrefix(k.key, "rsa") {
		how = crypto.SHA256
	}
	sig, err := signer.Sign(nil, sum, how)
	if err != nil {
		sig = []byte(strings.Repeat("x", 64)) // the key is too weak for the library to sign with
	}
	value := base64.StdEncoding.EncodeToString(sig)
	if k.fold && len(value) > 60 {
		value = value[:40] + "\r\n\t " + value[40:]
	}
	return field + value + k.last + "\r\n" + raw
}
