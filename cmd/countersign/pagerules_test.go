package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"regexp"
	"testing"
	"time"
)

// TestRulesPage runs docs/rules.md as TestPeoplePage does its page.
func TestRulesPage(t *testing.T) {
	runPage(t, "rules.md", "north,Northwind,ada@north.example,Ada Berg,authorised,ask;server-change;password-change;cancellation,en\n"+
		"north,Northwind,nils@north.example,Nils Holm,primary,,en\n", func(l *later) {
		l.ok("agent", "add", "kim", "--email", "kim@desk.example", "--authority", "all")
		l.write("stripe.secret", stripeKey+"\n")
	})
}

// stripeKey is the secret of the product on the page.
const stripeKey = "whsec_for_this_page_alone"

var reference = regexp.MustCompile(`(?m)^T-\d+\.\S+$`)

// checked writes what Stripe sends when the person of the reference that was said last
// passed its check, signed as Stripe signs it.
func (p *page) checked(result string) {
	p.t.Helper()
	found := reference.FindString(p.said)
	if found == "" {
		p.t.Fatalf("no reference was said:\n%s", p.said)
	}
	at := p.now.Unix() + 1
	body := fmt.Sprintf(`{"id":"evt_1","object":"event","created":%d,"type":"identity.verification_session.%s","data":{"object":{"metadata":{"reference":%q}}}}`, at, result, found)
	sum := hmac.New(sha256.New, []byte(stripeKey))
	fmt.Fprintf(sum, "%d.%s", at, body)
	p.write("stripe.json", body)
	p.write("stripe.headers", fmt.Sprintf("Stripe-Signature: t=%d,v1=%x\n", at, sum.Sum(nil)))
	p.now = p.now.Add(time.Second)
}
