package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"countersign/internal/mailtest"
)

const worldJSON = `{"address":"support@desk.example","agents":["sam@desk.example"],
"clients":[{"client":"north","name":"Northwind"},{"client":"south","name":"Southwind"}],
"contacts":[{"email":"ada@north.example","client":"north","role":"primary"},{"email":"nils@north.example","client":"north"},
 {"email":"bob@south.example","client":"south","role":"authorised","status":"removed"},
 {"email":"kim@north.example","client":"north","permissions":["ask"]},
 {"email":"pia@shared.example","client":"north"},{"email":"pia@shared.example","client":"south"}],
"tickets":[{"ticket":"T-1042","client":"north","contact":"ada@north.example","class":"password-change","subject":"Reset SFTP password",
 "state":"unconfirmed","opened_by":"sam","token":"abcdefghijklmnopqrstuvwxyz","reference":"T-1042-7KQ3MX","message_id":"<abcdefghijklmnopqrstuvwxyz@desk.example>","sent":%q},
 {"ticket":"T-7","client":"south","contact":"pia@shared.example","class":"dns-change","token":"22222222222222222222222222","reference":"T-7-222222","sent":%q}]}`

// world is a desk in a file, and DNS with the keys of three domains.
type world struct {
	t       *testing.T
	dir     string
	dns     *mailtest.DNS
	domains map[string]*mailtest.Domain
	now     time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), domains: map[string]*mailtest.Domain{}, now: time.Now().UTC()}
	var err error
	w.dns, err = mailtest.NewDNS()
	must(t, err)
	t.Cleanup(w.dns.Close)
	for _, name := range []string{"north.example", "south.example", "shared.example", "desk.example", "evil.example"} {
		w.domains[name] = mailtest.NewEd25519Domain(name)
		w.domains[name].Publish(w.dns, "reject")
	}
	sent := w.now.Add(-time.Hour).Format(time.RFC3339)
	must(t, os.WriteFile(filepath.Join(w.dir, "world.json"), fmt.Appendf(nil, worldJSON, sent, sent), 0o600))
	must(t, os.WriteFile(filepath.Join(w.dir, "c.toml"), fmt.Appendf(nil, "[dns]\nresolver = %q\ntimeout = \"1s\"\n", w.dns.Addr), 0o600))
	return w
}

// verified is the JSON of verify, as the design has it.
type verified struct {
	From, Contact, Client, Kind string
	Sender                      struct {
		Result, By, Domain, SPF, DMARC, Policy, ARC string
		DKIM                                        []struct{ Domain, Selector, Result, Reason string }
	}
	Ticket, Bound, Intent, Verdict string
	Confirmed                      bool
	Reasons                        []struct{ Code, Text string }
	ReadBy                         string `json:"read_by"`
	ReplyText                      string `json:"reply_text"`
}

func (w *world) verify(raw []byte) (code int, v verified) {
	w.t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), []string{"--config", filepath.Join(w.dir, "c.toml"), "verify", "--world", filepath.Join(w.dir, "world.json"), "-", "--json"},
		bytes.NewReader(raw), &out, &errs)
	if err := json.Unmarshal(out.Bytes(), &v); err != nil {
		w.t.Fatalf("exit %d: %v\n%s%s", code, err, out.String(), errs.String())
	}
	return code, v
}

// answer is a reply to the notice of T-1042, to be spoilt before it is signed.
func (w *world) answer(from, own string) string {
	return strings.ReplaceAll(fmt.Sprintf("From: %s\nTo: Support <support+abcdefghijklmnopqrstuvwxyz@desk.example>\nSubject: Re: [T-1042-7KQ3MX] Please confirm\n"+
		"Date: %s\nMessage-ID: <1@client.example>\nIn-Reply-To: <abcdefghijklmnopqrstuvwxyz@desk.example>\nMIME-Version: 1.0\nContent-Type: text/plain\n\n%s\n",
		from, w.now.Format(time.RFC1123Z), own), "\n", "\r\n")
}

func (w *world) sign(domain, raw string, fields ...string) []byte {
	w.t.Helper()
	out, err := w.domains[domain].Sign([]byte(raw), fields...)
	must(w.t, err)
	return out
}

func TestVerifyWorld(t *testing.T) {
	ada := "Ada Berg <ada@north.example>"
	tests := []struct {
		name      string
		make      func(*world) []byte
		exit      int
		verdict   string
		confirmed bool
		reason    string
	}{
		{"yes", func(w *world) []byte { return w.sign("north.example", w.answer(ada, "YES")) }, 0, "authenticated", true, "confirmed"},
		{"yes-saved-on-unix", func(w *world) []byte {
			return bytes.ReplaceAll(w.sign("north.example", w.answer(ada, "YES")), []byte("\r\n"), []byte("\n"))
		}, 0, "authenticated", true, "confirmed"},
		{"subject-signed-only", func(w *world) []byte { return w.sign("north.example", w.answer(ada, "YES"), "From", "Subject", "Date") }, 0, "authenticated", true, "confirmed"},
		{"no", func(w *world) []byte { return w.sign("north.example", w.answer(ada, "NO")) }, 0, "authenticated", false, "denied"},
		{"unclear", func(w *world) []byte { return w.sign("north.example", w.answer(ada, "What is this about?")) }, 0, "authenticated", false, "unclear_answer"},
		{"nothing-that-binds-is-signed", func(w *world) []byte { return w.sign("north.example", w.answer(ada, "YES"), "From", "Date") }, 77, "unauthenticated", false, "token_unsigned"},
		{"forged", func(w *world) []byte { return []byte(w.answer(ada, "YES")) }, 77, "rejected", false, "dmarc_fail"},
		{"forged-and-signed-by-another", func(w *world) []byte { return w.sign("evil.example", w.answer(ada, "YES")) }, 77, "rejected", false, "dmarc_fail"},
		{"changed-after-signing", func(w *world) []byte {
			return bytes.Replace(w.sign("north.example", w.answer(ada, "NO")), []byte("\r\n\r\nNO"), []byte("\r\n\r\nYES"), 1)
		}, 77, "rejected", false, "dkim_body_changed"},
		{"second-from", func(w *world) []byte {
			return mailtest.With(w.sign("evil.example", w.answer("m@evil.example", "YES")), "From: "+ada)
		}, 77, "rejected", false, "duplicate_from"},
		{"dns-silent", func(w *world) []byte {
			w.dns.Fail("", dns.RcodeServerFailure)
			return w.sign("north.example", w.answer(ada, "YES"))
		}, 75, "deferred", false, "dns_temperror"},
		{"other-contact", func(w *world) []byte { return w.sign("north.example", w.answer("nils@north.example", "YES")) }, 77, "unauthenticated", false, "other_contact"},
		{"removed-contact", func(w *world) []byte { return w.sign("south.example", w.answer("bob@south.example", "YES")) }, 77, "unauthenticated", false, "contact_removed"},
		{"staff", func(w *world) []byte { return w.sign("desk.example", w.answer("sam@desk.example", "YES")) }, 77, "unauthenticated", false, "staff_address"},
		{"other-address", func(w *world) []byte { return w.sign("evil.example", w.answer("ada@evil.example", "YES")) }, 77, "unauthenticated", false, "other_address"},
		{"on-file-for-two-clients", func(w *world) []byte {
			raw := strings.NewReplacer("abcdefghijklmnopqrstuvwxyz", "22222222222222222222222222", "T-1042-7KQ3MX", "T-7-222222").Replace(w.answer("pia@shared.example", "YES"))
			return w.sign("shared.example", raw)
		}, 0, "authenticated", true, "confirmed"},
		{"opening", func(w *world) []byte {
			return w.sign("north.example", string(mailtest.New(ada, "support@desk.example", "A question", "How are you?", w.now)))
		}, 0, "authenticated", false, "opened"},
		{"opening-to-unsigned", func(w *world) []byte {
			return w.sign("north.example", string(mailtest.New(ada, "support@desk.example", "A question", "How are you?", w.now)), "From", "Date", "Subject")
		}, 77, "unauthenticated", false, "to_unsigned"},
		{"machine", func(w *world) []byte {
			return w.sign("north.example", "Auto-Submitted: auto-replied\r\n"+w.answer(ada, "YES"))
		}, 77, "ignored", false, "auto_reply"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			code, v := w.verify(tt.make(w))
			var codes []string
			for _, r := range v.Reasons {
				codes = append(codes, r.Code)
				if r.Text == "" {
					t.Errorf("reason %s has no sentence", r.Code)
				}
			}
			if want := map[string]string{"YES": "list", "NO": "list"}[v.ReplyText]; v.ReadBy != want && tt.verdict == "authenticated" {
				t.Errorf("verify: read_by %q, want %q", v.ReadBy, want)
			}
			if code != tt.exit || v.Verdict != tt.verdict || v.Confirmed != tt.confirmed || !slices.Contains(codes, tt.reason) {
				t.Errorf("verify: exit %d %s confirmed %v %v, want %d %s %v %s\n%+v", code, v.Verdict, v.Confirmed, codes, tt.exit, tt.verdict, tt.confirmed, tt.reason, v)
			}
		})
	}
}

func TestVerifyWorldRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, text := range map[string]string{
		"unknown-key":   `{"address":"support@desk.example","adress":"x"}`,
		"no-address":    `{}`,
		"bad-token":     `{"address":"support@desk.example","tickets":[{"ticket":"T-1","contact":"a@b.example","token":"short"}]}`,
		"bad-class":     `{"address":"support@desk.example","tickets":[{"ticket":"T-1","contact":"a@b.example","class":"x"}]}`,
		"bad-seen":      `{"address":"support@desk.example","seen":["md5:1"]}`,
		"bad-contact":   `{"address":"support@desk.example","contacts":[{"email":"a@b","client":"c"}]}`,
		"not-json":      `address`,
		"two-documents": `{"address":"support@desk.example"}{}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.WriteFile(filepath.Join(dir, "w.json"), []byte(text), 0o600))
			var out, errs bytes.Buffer
			code := run(context.Background(), []string{"--config", filepath.Join(dir, "none.toml"), "verify", "--world", filepath.Join(dir, "w.json"), "-"},
				strings.NewReader("From: a@b.example\n\nx\n"), &out, &errs)
			if code != 65 || !strings.Contains(errs.String(), "w.json") {
				t.Errorf("exit %d: %s%s", code, out.String(), errs.String())
			}
		})
	}
}
