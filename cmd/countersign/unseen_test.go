package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/text/encoding/htmlindex"

	"countersign/internal/mailtest"
	"countersign/internal/suite"
)

// TestUnseen judges the mails of testdata/unseen by the command line. They and
// what must come of them were written from the design and from what mail systems
// write, by somebody who had not read the rules that judge them; what the first
// run got wrong was mended since, and a few wants. One section of an archive is
// one mail: a line `want:` (see checkCase; the words of unseenWants
// stand for several keys), lines `@change A => B` for what happens to the mail
// after it was signed, and the mail as a template of unseenWords. What stands
// below a line `@sign DOMAIN [FIELDS]` is signed; BTAG is the beginning of the
// last signature.
func TestUnseen(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	files, err := filepath.Glob("testdata/unseen/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	u := newUnseen(t)
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		must(t, err)
		right := 0
		for _, section := range archive.Files {
			ok := t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+section.Name, func(t *testing.T) {
				raw, want := u.mail(t, string(section.Data))
				checkCase(t, u.judge(t, raw, want), want)
			})
			if ok {
				right++
			}
		}
		t.Logf("%s: %d of %d", filepath.Base(file), right, len(archive.Files))
	}
}

// unseenWants are short for what most mails come to.
var unseenWants = strings.NewReplacer(
	"PROVED", "verdict=authenticated kind=reply bound=token intent=yes confirmed=true",
	"DENIED", "verdict=authenticated kind=reply bound=token intent=no confirmed=false",
	"UNCLEAR", "verdict=authenticated kind=reply intent=unclear confirmed=false",
	"REFUSED", "verdict=rejected confirmed=false",
	"MACHINE", "verdict=ignored confirmed=false")

type unseen struct {
	dns     *mailtest.DNS
	domains map[string]*mailtest.Domain
	now     time.Time
	world   string
}

func newUnseen(t *testing.T) *unseen {
	t.Helper()
	server, err := mailtest.NewDNS()
	must(t, err)
	t.Cleanup(server.Close)
	u := &unseen{server, map[string]*mailtest.Domain{}, time.Now().UTC(), filepath.Join(t.TempDir(), "world.json")}
	for name, policy := range map[string]string{"customer.example": "reject", "nodmarc.example": "", "evil.example": "reject"} {
		u.domains[name], err = mailtest.NewDomain(name)
		must(t, err)
		u.domains[name].Publish(server, policy)
	}
	ticket := func(n, client, contact, token, reference string) string {
		return fmt.Sprintf(`{"ticket": %q, "client": %q, "contact": %q, "class": "server-change", "subject": "Increase server memory to 16 GB",
			"state": "unconfirmed", "opened_by": "agent@desk.example", "token": %q, "reference": %q, "message_id": "<%s@desk.example>",
			"sent": %q, "expires": %q}`, n, client, contact, token, reference, token,
			u.now.Add(-2*time.Hour).Format(time.RFC3339), u.now.Add(160*time.Hour).Format(time.RFC3339))
	}
	must(t, os.WriteFile(u.world, []byte(`{"address": "support@desk.example", "agents": ["agent@desk.example"],
		"clients": [{"client": "acme", "name": "ACME"}, {"client": "nodm", "name": "NODM"}],
		"contacts": [{"email": "alice@customer.example", "client": "acme", "role": "primary", "status": "active"},
			{"email": "dora@nodmarc.example", "client": "nodm", "role": "primary", "status": "active"}],
		"tickets": [`+ticket("T-1042", "acme", "alice@customer.example", "v5inq37p6g7osamgpijkecyc4e", "T-1042-W67BSB")+`,
			`+ticket("T-1044", "nodm", "dora@nodmarc.example", "st7qwbezu5hjlymmzbycjhw6te", "T-1044-YAMYTH")+`]}`), 0o600))
	return u
}

// unseenWords are what a mail's template may say: the usual fields and quote,
// and bytes (enc a charset, b64 and qp a transfer encoding, x hexadecimal).
func (u *unseen) words() template.FuncMap {
	date := u.now.Add(-time.Minute).Format(time.RFC1123Z)
	to := "To: Support <support+v5inq37p6g7osamgpijkecyc4e@desk.example>"
	subject := "Subject: Re: [T-1042-W67BSB] Increase server memory to 16 GB"
	rest := "Date: " + date + "\nMessage-ID: <CAF7yes0615x@mail.customer.example>\n" +
		"In-Reply-To: <v5inq37p6g7osamgpijkecyc4e@desk.example>\nReferences: <v5inq37p6g7osamgpijkecyc4e@desk.example>"
	received := "Received: from mx.customer.example (mx.customer.example [192.0.2.10])\n\tby mx.desk.example (Postfix) with ESMTPS id 4XyZ12\n" +
		"\tfor <support+v5inq37p6g7osamgpijkecyc4e@desk.example>; " + date
	notice := "Hello Alice.\nDuring a call with you, our colleague Sam wrote down a request in your name. It asks for a server change, word for word:\n" +
		"Increase server memory to 16 GB\nIf you asked for this, reply to this mail with the word YES. If you did not, reply NO and we will stop it."
	word := func(s string) func() string { return func() string { return s } }
	return template.FuncMap{
		"date": word(date), "to": word(to), "subject": word(subject), "rest": word(rest), "received": word(received), "notice": word(notice),
		"in":     word("Return-Path: <alice@customer.example>\nDelivered-To: support+v5inq37p6g7osamgpijkecyc4e@desk.example\n" + received),
		"null":   word("Return-Path: <>\nDelivered-To: support+v5inq37p6g7osamgpijkecyc4e@desk.example\n" + received),
		"from":   word("From: Alice Adams <alice@customer.example>"),
		"re":     word("From: Alice Adams <alice@customer.example>\n" + to + "\n" + subject + "\n" + rest),
		"text":   word("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"),
		"quoted": word("> " + strings.ReplaceAll(notice, "\n", "\n> ")),
		"quote":  word("On Mon, 15 Jun 2026 at 10:00, Support <support@desk.example> wrote:\n> " + strings.ReplaceAll(notice, "\n", "\n> ")),
		"orig":   word("From: Support <support@desk.example>\nTo: alice@customer.example\nSubject: [T-1042-W67BSB] Increase server memory to 16 GB\nDate: " + date + "\nMessage-ID: <v5inq37p6g7osamgpijkecyc4e@desk.example>\nReply-To: Support <support+v5inq37p6g7osamgpijkecyc4e@desk.example>\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + notice),
		"x": func(s string) (string, error) {
			b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
			return string(b), err
		},
		"enc": func(charset, s string) (string, error) {
			e, err := htmlindex.Get(charset)
			if err != nil {
				return "", err
			}
			return e.NewEncoder().String(s)
		},
		"b64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"qp": func(s string) string {
			var b strings.Builder
			for _, c := range []byte(s) {
				if c == '\n' || c >= ' ' && c < 0x7f && c != '=' {
					b.WriteByte(c)
				} else {
					fmt.Fprintf(&b, "=%02X", c)
				}
			}
			return b.String()
		},
	}
}

var (
	unseenSign = regexp.MustCompile(`(?m)^@sign (\S+) ?(\S*)\r\n`)
	unseenTag  = regexp.MustCompile(`(?s)DKIM-Signature:.*?\sb=\s*(\S{8})`)
)

// mail makes a section's mail and says what is wanted of it.
func (u *unseen) mail(t *testing.T, section string) (raw, want []byte) {
	t.Helper()
	line, text, ok := strings.Cut(section, "\n")
	if !ok || !strings.HasPrefix(line, "want: ") || !strings.Contains(line, " -- ") {
		t.Fatalf("not a want: %q", line)
	}
	var changes []string
	for strings.HasPrefix(text, "@change ") {
		var change string
		change, text, _ = strings.Cut(text, "\n")
		was, is, ok := strings.Cut(strings.TrimPrefix(change, "@change "), " => ")
		if !ok {
			t.Fatalf("not a change: %q", change)
		}
		changes = append(changes, was, strings.ReplaceAll(is, `\n`, "\r\n"))
	}
	parsed, err := template.New("mail").Funcs(u.words()).Parse(text)
	must(t, err)
	var b strings.Builder
	must(t, parsed.Execute(&b, nil))
	mail := strings.ReplaceAll(b.String(), "\n", "\r\n")
	for {
		all := unseenSign.FindAllStringSubmatchIndex(mail, -1)
		if len(all) == 0 {
			break
		}
		last := all[len(all)-1]
		var fields []string
		if last[4] != last[5] {
			fields = strings.Split(mail[last[4]:last[5]], ",")
		}
		signed, err := u.domains[mail[last[2]:last[3]]].Sign([]byte(mail[last[1]:]), fields...)
		must(t, err)
		mail = mail[:last[0]] + string(signed)
	}
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(mail, changes[i]) {
			t.Fatalf("nothing to change: %q", changes[i])
		}
		mail = strings.ReplaceAll(mail, changes[i], changes[i+1])
	}
	if found := unseenTag.FindAllStringSubmatch(mail, -1); found != nil {
		mail = strings.ReplaceAll(mail, "BTAG", found[len(found)-1][1])
	}
	return []byte(mail), []byte(unseenWants.Replace(line))
}

func (u *unseen) judge(t *testing.T, raw, want []byte) (v verified) {
	t.Helper()
	one := func(key, otherwise string) string {
		if values := caseWants(want, key); len(values) > 0 {
			return values[0]
		}
		return otherwise
	}
	lists, err := json.Marshal(append([]string{}, caseWants(want, "ownlist")...))
	must(t, err)
	config := fmt.Sprintf("[dns]\nresolver = %q\ntimeout = \"1s\"\n[[mailbox]]\nname = \"support\"\naddress = \"support@desk.example\"\n"+
		"imap = \"mail.desk.example:993\"\npassword_file = \"none\"\nreply_address = \"support+{token}@desk.example\"\n"+
		"[mailbox.trust]\nauthserv_ids = [%q]\nexclusive = %s\nbelow_received = %s\nown_list_ids = %s\n", u.dns.Addr,
		one("ids", "mx.desk.example"), one("exclusive", "true"), one("below", "0"), lists)
	file := filepath.Join(t.TempDir(), "c.toml")
	must(t, os.WriteFile(file, []byte(config), 0o600))
	var out, errs bytes.Buffer
	code := run(context.Background(), []string{"--config", file, "verify", "--world", u.world, "--at", u.now.Format(time.RFC3339), "-", "--json"},
		bytes.NewReader(raw), &out, &errs)
	if err := json.Unmarshal(out.Bytes(), &v); err != nil || v.Verdict == "" {
		t.Fatalf("exit %d: %v\n%s%s", code, err, out.String(), errs.String())
	}
	return v
}
