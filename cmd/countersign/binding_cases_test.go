package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/mailtest"
)

// bindingAt is when the messages of testdata/binding arrive.
var bindingAt = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// letter is a message in the making: Ada's YES to the question of T-1042, signed
// over everything, of which each case changes one thing.
type bindingMail struct {
	fields []string // name, value, name, value ...
	body   string
	signer string
	signed []string // names; empty: all
	made   time.Time
	after  func(string) string
	want   map[string]string
}

func tokenOf(letter string) string { return strings.Repeat(letter, 26) }

const tokenA = "abcdefghijklmnopqrstuvwxyz" // of T-1042

func newBindingMail() *bindingMail {
	return &bindingMail{fields: []string{"From", "Ada Berg <ada@north.example>", "To", "Support <support+" + tokenA + "@desk.example>",
		"Subject", "Re: [T-1042-7KQ3MX] Please confirm", "Date", "Wed, 25 Nov 2026 11:58:00 +0000", "Message-ID", "<1@client.example>",
		"In-Reply-To", "<" + tokenA + "@desk.example>", "References", "<" + tokenA + "@desk.example>", "MIME-Version", "1.0",
		"Content-Type", "text/plain; charset=utf-8"}, body: "YES\n", signer: "north.example", made: bindingAt.Add(-time.Minute),
		after: func(s string) string { return s }, want: map[string]string{}}
}

// set gives a field another value; an empty one takes it out.
func (m *bindingMail) set(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		found := false
		for j := 0; j < len(m.fields); j += 2 {
			if m.fields[j] == pairs[i] {
				m.fields[j+1], found = pairs[i+1], true
			}
		}
		if !found {
			m.fields = append(m.fields, pairs[i], pairs[i+1])
		}
	}
}

// about makes it an answer to the question of another ticket, without anything
// of the first one.
func (m *bindingMail) about(ticket, code, letter string) {
	m.set("To", "Support <support+"+tokenOf(letter)+"@desk.example>", "Subject", "Re: ["+ticket+"-"+code+"] Please confirm", "In-Reply-To", "", "References", "")
}

// bare takes out everything that names a ticket.
func (m *bindingMail) bare() {
	m.set("To", "support@desk.example", "Subject", "A question", "In-Reply-To", "", "References", "")
}

func (m *bindingMail) from(addr, signer string) { m.set("From", addr); m.signer = signer }

func (m *bindingMail) top(field string) {
	m.change(func(s string) string { return field + "\r\n" + s })
}

func (m *bindingMail) change(f func(string) string) {
	before := m.after
	m.after = func(s string) string { return f(before(s)) }
}

func (m *bindingMail) edit(old, new string) {
	m.change(func(s string) string {
		if !strings.Contains(s, old) {
			panic("no " + old)
		}
		return strings.Replace(s, old, new, 1)
	})
}

// ends says what it comes to: verdict, how it is bound and to what, the reasons.
func (m *bindingMail) ends(verdict, bound, ticket, reasons string) {
	exit := "77"
	switch verdict {
	case "authenticated":
		exit = "0"
	case "deferred":
		exit = "75"
	}
	for k, v := range map[string]string{"exit": exit, "verdict": verdict, "bound": bound, "ticket": ticket, "reasons": reasons,
		"confirmed": fmt.Sprint(strings.HasPrefix(reasons, "confirmed"))} {
		m.want[k] = v
	}
}

func (m *bindingMail) confirmed() { m.ends("authenticated", "token", "T-1042", "confirmed") }

// bytes writes and signs the message. Signatures carry the time when they are
// made, so the clock of a bubble is set to it.
func (m *bindingMail) bytes(t *testing.T) (out string) {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(m.fields); i += 2 {
		if m.fields[i+1] != "" {
			b.WriteString(m.fields[i] + ": " + m.fields[i+1] + "\r\n")
		}
	}
	raw := b.String() + "\r\n" + strings.ReplaceAll(m.body, "\n", "\r\n")
	if m.signer == "" {
		return m.after(raw)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(m.made)) // the clock of a bubble begins in 2000
		signed, err := mailtest.NewEd25519Domain(m.signer).Sign([]byte(raw), m.signed...)
		if err != nil {
			t.Fatal(err)
		}
		out = m.after(string(signed))
	})
	return out
}

type bindingCase struct {
	name, why string
	change    func(*bindingMail)
}

// writeBindingCases writes the files from the cases.
func writeBindingCases(t *testing.T) {
	t.Helper()
	n := 0
	for _, of := range []struct {
		subject string
		cases   []bindingCase
	}{{"marks", markCases()}, {"outcomes", outcomeCases()}, {"openings", openingCases()}, {"subjects", subjectCases()}, {"two", twoCases()}} {
		dir := "testdata/binding/" + of.subject
		must(t, os.RemoveAll(dir))
		must(t, os.MkdirAll(dir, 0o755))
		for _, k := range of.cases {
			n++
			k.write(t, fmt.Sprintf("%s/%03d-%s", dir, n, k.name))
		}
	}
}

func (k bindingCase) write(t *testing.T, base string) {
	t.Helper()
	m := newBindingMail()
	m.confirmed()
	m.want["why"], m.want["at"] = k.why, bindingAt.Format(time.RFC3339)
	k.change(m)
	var w strings.Builder
	for _, key := range []string{"why", "at", "dns", "trust", "seen", "exit", "verdict", "confirmed", "bound", "ticket", "contact", "kind", "intent", "reasons", "says"} {
		if v, ok := m.want[key]; ok {
			fmt.Fprintln(&w, strings.TrimRight(key+": "+v, " "))
		}
	}
	must(t, os.WriteFile(base+".eml", []byte(m.bytes(t)), 0o644))
	must(t, os.WriteFile(base+".want", []byte(w.String()), 0o644))
}
