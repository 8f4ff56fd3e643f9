package sender_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"time"

	"countersign/inbound/sender"
	"countersign/internal/mailtest"
	"countersign/internal/rawmail"
)

// A message that its domain signed, and the same with one word changed.
func ExampleChecker_Check() {
	dns, err := mailtest.NewDNS()
	if err != nil {
		log.Fatal(err)
	}
	defer dns.Close()
	north := mailtest.NewEd25519Domain("north.example")
	north.Publish(dns, "reject")
	signed, err := north.Sign(mailtest.New("ada@north.example", "support@desk.example", "Web-3", "Please restart it.", time.Now()))
	if err != nil {
		log.Fatal(err)
	}
	changed := append([]byte{}, signed...)
	copy(changed[len(changed)-len("restart it.\r\n"):], "remove  it.")

	checker, err := sender.New(sender.Config{Resolver: dns.Addr})
	if err != nil {
		log.Fatal(err)
	}
	for _, raw := range [][]byte{signed, changed} {
		m, refused := rawmail.Scan(raw, rawmail.DefaultLimits())
		if len(refused) > 0 {
			log.Fatal(refused)
		}
		from, bad := m.From()
		if bad != nil {
			log.Fatal(bad.Text)
		}
		s := checker.Check(context.Background(), sender.Request{Message: m, From: from, Arrived: time.Now()})
		fmt.Println(strings.TrimSpace(fmt.Sprint(s.Result, " ", s.By, " ", s.Domain)))
		for _, r := range s.Reasons {
			fmt.Println("  ", r.Text)
		}
	}
	// Output:
	// pass dkim north.example
	// fail
	//    Nothing proves that north.example sent this, and its DMARC policy is reject.
	//    The body was changed after the DKIM signature was made.
}
