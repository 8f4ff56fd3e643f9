package mailtest

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	secure "crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/mail"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// Domain is a sending domain with a signing key.
type Domain struct {
	Name, Selector string
	signer         crypto.Signer
	record         string
}

// domains are those that were made, by name: making an RSA key is slow.
var domains sync.Map

// NewDomain makes a domain with an RSA key of 2048 bits, the same one for the
// same name.
func NewDomain(name string) (*Domain, error) {
	if d, ok := domains.Load(name); ok {
		return d.(*Domain), nil
	}
	key, err := rsa.GenerateKey(secure.Reader, 2048)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	d, _ := domains.LoadOrStore(name, &Domain{name, "s1", key, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)})
	return d.(*Domain), nil
}

// NewEd25519Domain makes a domain with an Ed25519 key (RFC 8463).
func NewEd25519Domain(name string) *Domain {
	seed := sha256.Sum256([]byte(name))
	key := ed25519.NewKeyFromSeed(seed[:])
	return &Domain{name, "e1", key, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))}
}

// Publish sets the domain's key and DMARC policy in the DNS; no policy, no record.
func (d *Domain) Publish(dns *DNS, policy string) {
	dns.TXT(d.Selector+"._domainkey."+d.Name, d.record)
	if policy != "" {
		dns.TXT("_dmarc."+d.Name, "v=DMARC1; p="+policy)
	}
}

// Signed are the fields that Sign covers unless told otherwise.
var Signed = []string{"From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type"}

// Sign signs a message now, by another program's library, so that signing and
// verifying share no mistake of ours. Only fields that are there are covered.
func (d *Domain) Sign(raw []byte, fields ...string) ([]byte, error) {
	if len(fields) == 0 {
		fields = Signed
	}
	header, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	var present []string
	for _, f := range fields {
		if header.Header.Get(f) != "" {
			present = append(present, f)
		}
	}
	var out bytes.Buffer
	err = dkim.Sign(&out, bytes.NewReader(raw), &dkim.SignOptions{Domain: d.Name, Selector: d.Selector, Signer: d.signer, Hash: crypto.SHA256,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed, HeaderKeys: present})
	return out.Bytes(), err
}

// Reply answers a notice of ours as a mail program does: to its Reply-To, with
// its Subject and Message-ID. own is what the person writes above the quote.
func Reply(notice []byte, from, own string, at time.Time) ([]byte, error) {
	m, err := mail.ReadMessage(bytes.NewReader(notice))
	if err != nil {
		return nil, err
	}
	to := m.Header.Get("Reply-To")
	if to == "" {
		to = m.Header.Get("From")
	}
	id := m.Header.Get("Message-ID")
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\nTo: %s\nSubject: Re: %s\nDate: %s\nMessage-ID: <%d.%d@client.example>\nIn-Reply-To: %s\nReferences: %s\n",
		from, to, m.Header.Get("Subject"), at.Format(time.RFC1123Z), at.UnixNano(), rand.Uint64(), id, id)
	fmt.Fprintf(&b, "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n%s\n\nOn Wed, 25 Nov 2026 at 14:02, Support wrote:\n> Please answer YES or NO.\n", own)
	return []byte(strings.ReplaceAll(b.String(), "\n", "\r\n")), nil
}

// New is a mail that somebody writes of their own accord.
func New(from, to, subject, text string, at time.Time) []byte {
	return []byte(strings.ReplaceAll(fmt.Sprintf("From: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%d.%d@client.example>\nMIME-Version: 1.0\n"+
		"Content-Type: text/plain; charset=utf-8\n\n%s\n", from, to, subject, at.Format(time.RFC1123Z), at.UnixNano(), rand.Uint64(), text), "\n", "\r\n"))
}

// With puts a field on top of a message.
func With(raw []byte, field string) []byte { return append([]byte(field+"\r\n"), raw...) }
