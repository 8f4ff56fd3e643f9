package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"countersign/internal/mailtest"
	"countersign/internal/rawmail"
)

var writeBinding = flag.Bool("write-binding", false, "write testdata/binding from the cases in binding_cases_test.go")

// signers are the domains that have a key, with their DMARC policies.
// plain.example has neither.
var signers = map[string]string{"north.example": "reject", "south.example": "reject", "shared.example": "reject", "desk.example": "reject",
	"evil.example": "", "n0rth.example": "", "nortth.example": "reject", "xn--nrth-55d.example": "reject"}

// TestBinding judges every message of testdata/binding by the command line
// against the world that lies beside it: what ties a message to a ticket, and
// what it comes to.
func TestBinding(t *testing.T) {
	if *writeBinding {
		writeBindingCases(t)
	}
	files, err := filepath.Glob("testdata/binding/*/*.eml")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	server, err := mailtest.NewDNS()
	must(t, err)
	t.Cleanup(server.Close)
	for name, policy := range signers {
		mailtest.NewEd25519Domain(name).Publish(server, policy)
	}
	away, err := mailtest.NewDNS()
	must(t, err)
	t.Cleanup(away.Close)
	away.Fail("", dns.RcodeServerFailure)
	for _, file := range files {
		base := strings.TrimSuffix(file, ".eml")
		t.Run(strings.TrimPrefix(base, "testdata/binding/"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			must(t, err)
			want := readBindingWant(t, base+".want")
			addr := server.Addr
			if want["dns"] == "away" {
				addr = away.Addr
			}
			got := judgeBinding(t, raw, want, addr)
			for _, key := range []string{"exit", "verdict", "confirmed", "bound", "ticket", "contact", "kind", "intent", "reasons", "says"} {
				w := want[key]
				if key == "says" && w != "" && strings.Contains(got[key], w) {
					continue
				}
				if _, asked := want[key]; asked && got[key] != w {
					t.Errorf("%s: %s is %q, want %q\n%v", want["why"], key, got[key], w, got)
				}
			}
		})
	}
}

// readBindingWant reads lines "key: value".
func readBindingWant(t *testing.T, file string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(file)
	must(t, err)
	want := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		want[key] = strings.TrimSpace(value)
	}
	return want
}

// judgeBinding runs verify --world and gives what it says.
func judgeBinding(t *testing.T, raw []byte, want map[string]string, resolver string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	world, err := os.ReadFile("testdata/binding/world.json")
	must(t, err)
	switch want["seen"] {
	case "file":
		sum := sha256.Sum256(raw)
		world = seenIn(world, hex.EncodeToString(sum[:]))
	case "message":
		m, _ := rawmail.Scan(raw, rawmail.DefaultLimits())
		world = seenIn(world, m.Hash())
	}
	config := fmt.Sprintf("[dns]\nresolver = %q\ntimeout = \"1s\"\n[[mailbox]]\nname = \"support\"\naddress = \"support@desk.example\"\n"+
		"imap = \"mail.desk.example:993\"\npassword_file = \"none\"\nreply_address = \"support+{token}@desk.example\"\n", resolver)
	if trust := want["trust"]; trust != "" {
		config += fmt.Sprintf("[mailbox.trust]\nauthserv_ids = [\"mx.desk.example\"]\nexclusive = %v\n", trust == "exclusive")
	}
	must(t, os.WriteFile(filepath.Join(dir, "world.json"), world, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "c.toml"), []byte(config), 0o600))
	var out, errs bytes.Buffer
	code := run(context.Background(), []string{"--config", filepath.Join(dir, "c.toml"), "verify", "--world", filepath.Join(dir, "world.json"),
		"--at", want["at"], "-", "--json"}, bytes.NewReader(raw), &out, &errs)
	var v verified
	if err := json.Unmarshal(out.Bytes(), &v); err != nil || v.Verdict == "" {
		t.Fatalf("exit %d: %v\n%s%s", code, err, out.String(), errs.String())
	}
	var codes, texts []string
	for _, r := range v.Reasons {
		codes, texts = append(codes, r.Code), append(texts, r.Text)
	}
	return map[string]string{"exit": fmt.Sprint(code), "verdict": v.Verdict, "confirmed": fmt.Sprint(v.Confirmed), "bound": v.Bound, "ticket": v.Ticket,
		"contact": v.Contact, "kind": v.Kind, "intent": v.Intent, "reasons": strings.Join(codes, " "), "says": strings.Join(texts, " ")}
}

func seenIn(world []byte, hash string) []byte {
	return bytes.Replace(world, []byte(`{"address"`), []byte(`{"seen":["sha256:`+hash+`"],"address"`), 1)
}
