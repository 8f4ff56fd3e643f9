package main

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/rs/zerolog"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/internal/kv/bolt"
	"countersign/internal/mailtest"
)

// hostileText paints a terminal, sets its title, turns its direction round, ends
// lines, begins a formula and an encoded word, and is partly not seen and not UTF-8.
const hostileText = "=cmd|'/C calc'!A0 =?utf-8?q?Ada?= \x1b]0;title\x07\x1b[2J\u009b31m \u202eecnalaB\u2066 a\u200bb \u2028two\u0085three\x7f \xff \\"

// tricky tells what may stand on no surface.
func tricky(r rune) bool {
	return r != '\n' && unicode.In(r, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}

// TestNothingHostile: whatever a name, a subject, a text, a field or an error holds,
// no surface shows what plays tricks on its reader: lists, a ticket, explanations
// and verdicts on a terminal and as JSON, the CSV of rejected lines, the header and
// body of a notice, the log. Invariant 14.
func TestNothingHostile(t *testing.T) {
	o := newOutside(t)
	notice := o.people()
	o.misname()
	at := time.Now()
	encoded := func(s string) string { return mime.BEncoding.Encode("utf-8", strings.ToValidUTF8(s, "\uFFFD")) }
	opening := func(from string) []byte {
		return mailtest.New(encoded(hostileText)+" <"+from+">", "support@desk.example", encoded("Help "+hostileText), strings.ReplaceAll(hostileText, "\n", " "), at)
	}
	aside := mailtest.With(opening("ada@north.example"), "From: "+hostileText+" <eve@south.example>")
	for _, m := range [][]byte{o.signed(opening("ada@north.example")), opening("eve@south.example"), aside, o.signed(o.reply(notice, hostileText)), o.signed(o.reply(notice, "NO\n"+hostileText))} {
		must(t, o.dovecot.Deliver(m))
	}
	before := len(o.smtp.Mails())
	_, log := o.cli("run", "--once")
	o.shown("run --once", log)

	o.write("opening.eml", string(opening("ada@north.example")))
	o.write("aside.eml", string(aside))
	for _, command := range []string{"client list", "client show north", "client set north --categories web", "contact list", "contact show ada@north.example",
		"contact set ada@north.example --zone Europe/Oslo", "contact imports", "agent list", "agent show sam", "ticket list", "ticket show T-1", "ticket show T-2", "explain T-1", "explain T-2",
		"authorize T-1 password-change --agent sam", "message list", "outbox list", "quarantine list", "mailbox status", "audit list", "verify " + filepath.Join(o.dir, "opening.eml"),
		"verify " + filepath.Join(o.dir, "aside.eml"), "ticket open --contact ada@north.example --channel chat --class password-change --agent sam --subject Mail", "run --once"} {
		for _, form := range [][]string{nil, {"--json"}} {
			_, out := o.cli(append(strings.Fields(command), form...)...)
			o.shown(command, out)
			if form != nil && !strings.HasPrefix(command, "run") {
				for line := range strings.Lines(out) {
					if !json.Valid([]byte(line)) {
						t.Errorf("%s --json: %q is no JSON", command, line)
					}
				}
			}
		}
	}
	for _, args := range [][]string{{"ticket", "note", "T-1", "--agent", "sam", "--text", hostileText}, {"ticket", "show", hostileText}, {"agent", "add", hostileText},
		{"agent", "disable", hostileText}, {"agent", "show", hostileText}, {"client", "show", hostileText}, {"client", "add", hostileText, "--name", hostileText}, {"client", "set", "north", "--services", hostileText},
		{"contact", "show", hostileText}, {"contact", "set", "ada@north.example", "--language", hostileText, "--role", hostileText}, {"contact", "add", "--client", hostileText, "--email", hostileText, "--name", hostileText}, {hostileText}} {
		code, out := o.cli(args...)
		if o.shown(strings.Join(args[:len(args)-1], " ")+" and tricks", out); code == 0 {
			t.Errorf("%q was taken", args)
		}
	}
	o.rejected()
	mails := o.smtp.Mails()[before:]
	if len(mails) < 2 {
		t.Errorf("%d notices were sent", len(mails))
	}
	for _, m := range mails {
		noticed(t, m.Data)
	}
	logged(t)
}

// shown judges what a command said.
func (o *outside) shown(command, out string) {
	o.t.Helper()
	if at := strings.IndexFunc(out, tricky); at >= 0 || out == "" && command != "run --once" {
		o.t.Errorf("%s: %q stands at %d of\n%q", command, out[max(at, 0):][:min(4, len(out))], at, out)
	}
}

// misname gives Ada and her client names as no import would take them.
func (o *outside) misname() {
	o.t.Helper()
	s, err := bolt.Open(filepath.Join(o.dir, "state/state.db"))
	must(o.t, err)
	name := strings.ToValidUTF8(hostileText, "\uFFFD")
	must(o.t, s.Update(func(tx kv.Tx) error {
		c, ok, err := clients.ByAddress(tx, "ada@north.example")
		if err != nil || !ok {
			return errors.Join(err, errors.New("there is no Ada"))
		}
		c.Name = name
		return errors.Join(clients.PutContact(tx, c), clients.PutClient(tx, clients.Client{ID: "north", Name: name}))
	}))
	must(o.t, s.Close())
}

// rejected imports hostile lines, looks at the file of those that were not taken,
// and imports it again, mended.
func (o *outside) rejected() {
	o.t.Helper()
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	valid := strings.ToValidUTF8(hostileText, "")
	must(o.t, w.WriteAll([][]string{{"client", "client_name", "email", "name", "role", "permissions", "language"},
		{"east", "Eastgate", "=nobody", valid, "primary", "", "en"}, {"east", "@Eastgate", "nowhere", "-1+1", "+", "\t", "en"}}))
	o.write("hostile.csv", file.String())
	code, out := o.cli("contact", "import", filepath.Join(o.dir, "hostile.csv"))
	if o.shown("contact import", out); code == 0 {
		o.t.Errorf("hostile lines were taken: %s", out)
	}
	b, err := os.ReadFile(filepath.Join(o.dir, "hostile.rejected.csv"))
	must(o.t, err)
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	must(o.t, err)
	if len(rows) != 3 {
		o.t.Fatalf("%d rows in\n%s", len(rows), b)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") || strings.ContainsFunc(cell, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Bidi_Control) && r != '\t' }) {
				o.t.Errorf("a spreadsheet is given %q", cell)
			}
		}
	}
	o.write("mended.csv", strings.Replace(strings.Replace(string(b), "'=nobody", "mo@east.example", 1), "nowhere", "po@east.example", 1))
	o.cli("contact", "import", filepath.Join(o.dir, "mended.csv"))
	if out := o.ok("contact", "list"); !strings.Contains(out, "=cmd|'/C") || strings.Contains(out, "'=cmd") {
		o.t.Errorf("the name that began with = came back as another:\n%s", out)
	}
}

// noticed judges the header and the body of a notice.
func noticed(t *testing.T, raw []byte) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	must(t, err)
	hidden := func(r rune) bool {
		return tricky(r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d'
	}
	for field, values := range m.Header {
		for _, v := range values {
			once, err := new(mime.WordDecoder).DecodeHeader(v)
			twice, again := new(mime.WordDecoder).DecodeHeader(once)
			if err != nil || again != nil || once != twice || strings.ContainsFunc(once, hidden) || strings.Contains(once, "\n") {
				t.Errorf("%s: %q (%q), %v", field, v, once, err)
			}
		}
	}
	body := io.Reader(m.Body)
	switch strings.ToLower(m.Header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	must(t, err)
	if s := strings.ReplaceAll(string(text), "\r\n", "\n"); strings.ContainsFunc(s, hidden) {
		t.Errorf("a notice says %q", s)
	}
}

// logged judges the log, as lines of JSON and as a person reads it.
func logged(t *testing.T) {
	t.Helper()
	var lines, read bytes.Buffer
	for _, log := range []zerolog.Logger{logger(&lines), zerolog.New(zerolog.ConsoleWriter{Out: &read, NoColor: true})} {
		log.Error().Err(errors.New(hostileText)).Str("why", hostileText).Msg("mailbox not read")
	}
	for _, out := range []string{lines.String(), read.String()} {
		if strings.ContainsFunc(out, tricky) || strings.Count(out, "\n") != 1 {
			t.Errorf("the log says %q", out)
		}
	}
	var said struct{ Why string }
	if err := json.Unmarshal(lines.Bytes(), &said); err != nil || said.Why != strings.ToValidUTF8(hostileText, "\uFFFD") {
		t.Errorf("a program reads %q, %v", said.Why, err)
	}
}
