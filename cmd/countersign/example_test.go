package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"countersign/internal/mailtest"
)

// One message judged against a small world in a file instead of the store: for
// reports of defects, and to try what a rule would do. Nothing is kept.
func Example_verifyWorld() {
	dns, err := mailtest.NewDNS()
	if err != nil {
		log.Fatal(err)
	}
	defer dns.Close()
	north := mailtest.NewEd25519Domain("north.example")
	north.Publish(dns, "reject")
	dir, err := os.MkdirTemp("", "countersign-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	now := time.Now()
	reply := strings.ReplaceAll(`From: Ada Berg <ada@north.example>
To: Support <support+abcdefghijklmnopqrstuvwxyz@desk.example>
Subject: Re: [T-1042-7KQ3MX] Please confirm: Reset SFTP password
Date: `+now.Format(time.RFC1123Z)+`
Message-ID: <1@north.example>

YES
`, "\n", "\r\n")
	signed, err := north.Sign([]byte(reply))
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range map[string]string{
		"countersign.toml": fmt.Sprintf("[dns]\nresolver = %q\n", dns.Addr),
		"world.json": `{"address": "support@desk.example",
  "clients": [{"client": "north", "name": "Northwind"}],
  "contacts": [{"email": "ada@north.example", "client": "north", "role": "primary"}],
  "tickets": [{"ticket": "T-1042", "client": "north", "contact": "ada@north.example", "class": "password-change",
    "subject": "Reset SFTP password", "token": "abcdefghijklmnopqrstuvwxyz", "reference": "T-1042-7KQ3MX",
    "sent": "` + now.Add(-time.Hour).UTC().Format(time.RFC3339) + `"}]}`,
		"signed.eml": string(signed),
		"forged.eml": reply,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			log.Fatal(err)
		}
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	for _, mail := range []string{"signed.eml", "forged.eml"} {
		code := run(context.Background(), []string{"--config", path("countersign.toml"), "verify", "--world", path("world.json"), path(mail)}, nil, os.Stdout, os.Stderr)
		fmt.Println("exit", code)
	}
	// Output:
	// AUTHENTIC AND CONFIRMED  From: ada@north.example  T-1042 (token)  proved
	//   ok  confirmed          The address on file answered yes, and its domain vouches for the answer.
	// exit 0
	// NOT AUTHENTIC  From: ada@north.example  T-1042 (thread)  refused
	//   no  dmarc_fail         Nothing proves the sender, and the domain's policy is to refuse such mail.
	// exit 77
}
