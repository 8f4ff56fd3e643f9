package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// good is a configuration without a fault; tests spoil one line of it.
const good = `state = "state.db"
key_file = "state.key"

[[mailbox]]
name = "support"
address = "Support@desk.example"
imap = "mail.desk.example:993"
password_file = "imap.secret"
reply_address = "support+{token}@desk.example"

[smtp]
server = "mail.desk.example:587"
from = "Support <support@desk.example>"
`

func TestParse(t *testing.T) {
	got, problems := parse("/etc/cs/countersign.toml", []byte(good))
	if len(problems) > 0 {
		t.Fatalf("Parse(good): %v", problems)
	}
	want := defaults()
	want.State, want.KeyFile, want.Socket = "/etc/cs/state.db", "/etc/cs/state.key", "/etc/cs/control.sock"
	m := defaultMailbox()
	m.Name, m.Address, m.User, m.IMAP = "support", "support@desk.example", "support@desk.example", "mail.desk.example:993"
	m.PasswordFile, m.ReplyAddress = "/etc/cs/imap.secret", "support+{token}@desk.example"
	want.Mailbox = []Mailbox{m}
	want.SMTP.Server = "mail.desk.example:587"
	want.SMTP.From.Name, want.SMTP.From.Address = "Support", "support@desk.example"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse(good) (-want +got):\n%s", diff)
	}
}

// Each row replaces one line of the good configuration, or adds lines at the
// end, and shows what the operator then reads.
func TestProblems(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"unknown-key", `imap = `, `imapp = `, "c.toml:7:1: mailbox.imapp: unknown setting. Did you mean imap?"},
		{"unknown-top", `state = `, `satte = `, "c.toml:1:1: satte: unknown setting. Did you mean state?"},
		{"unknown-section", "[smtp]", "[stmp]", "c.toml:11:2: stmp: unknown setting. Did you mean smtp?"},
		{"misplaced-key", `name = "support"`, "name = \"support\"\nsize = \"1MiB\"", "c.toml:6:1: mailbox.size: unknown setting. Does it belong to [limits]?"},
		{"top-key-below", `from = `, "state = \"x\"\nfrom = ", "c.toml:13:1: smtp.state: unknown setting. It belongs above the first section."},
		{"strange-key", `from = `, "wobbletooth = 1\nfrom = ", "c.toml:13:1: smtp.wobbletooth: unknown setting. Remove it; `countersign config example` lists every setting."},
		{"hostile-key", `from = `, "\"\\u001b[2J\" = 1\nfrom = ", `c.toml:13:1: smtp.\x1b[2J: unknown setting.`},
		{"dotted-key", `from = `, "tls.mode = \"none\"\nfrom = ", "c.toml:13:1: smtp.tls: is a setting, not a section: write smtp.tls = ..."},
		{"inline-table", "[smtp]", "[limits]\n[drill]\n[smtp]", ""},
		{"inline-unknown", `key_file`, "dns = { resolvr = \"127.0.0.1:53\" }\nkey_file", "c.toml:2:9: dns.resolvr: unknown setting. Did you mean resolver?"},
		{"section-as-value", `key_file`, "dns = \"127.0.0.1\"\nkey_file", "c.toml:2:7: dns: is a section: write [dns] and its settings below."},
		{"one-mailbox", "[[mailbox]]", "[mailbox]", "c.toml:4:2: mailbox: there can be several: write [[mailbox]]."},
		{"two-smtp", "[smtp]", "[[smtp]]", "c.toml:11:3: smtp: there is only one: write [smtp]."},
		{"trust-first", "[[mailbox]]", "[mailbox.trust]\n[[mailbox]]", "c.toml:5:3: key mailbox already exists as a table, but should be an array table"},
		{"trust-without-mailbox", good, "[mailbox.trust]\nexclusive = true\n", "c.toml:1:2: mailbox: begin it with [[mailbox]] first."},
		{"no-toml", `key_file = `, `key_file `, "c.toml:2:10: expected '=' after key. Correct this first"},
		{"no-quotes", `"mail.desk.example:587"`, `mail.desk.example:587`, "c.toml:12:10: unexpected character U+006D 'm' at start of value. Texts stand in quotes: key = \"value\". Correct this first"},
		{"number-then-text", `"mail.desk.example:587"`, `127.0.0.1:53`, "Texts stand in quotes"},
		{"curly-quotes", `"mail.desk.example:587"`, `“mail.desk.example:587”`, "Quotes are \"straight\" ones."},
		{"byte-order-mark", `state`, "\ufeffstate", "c.toml:1:1: begins with a byte order mark. Save it as UTF-8 without one"},
		{"hostile-key-twice", `key_file = `, "\"\\u001b[2J\" = 1\n[\"\\u001b[2J\"]\nkey_file = ", "c.toml:3:2: key ?[2J should be a table, not a value. Correct this first"},
		{"twice", `key_file = `, "state = \"x\"\nkey_file = ", "c.toml:2:1: key state is already defined. Correct this first"},
		{"number-as-text", `"mail.desk.example:587"`, `587`, "c.toml:12:10: smtp.server: is a text: put it in quotes."},
		{"text-as-number", `[smtp]`, "[limits]\nnotices_per_minute = \"60\"\n[smtp]", "c.toml:12:22: limits.notices_per_minute: is a whole number, without quotes."},
		{"room-too-large", `[smtp]`, "[limits]\nset_aside = \"2000GiB\"\n[smtp]", "c.toml:12:13: limits.set_aside: 2000GiB is not between 0B and 1024GiB."},
		{"no-messages", `[smtp]`, "[limits]\nset_aside_messages = -1\n[smtp]", "c.toml:12:22: limits.set_aside_messages: -1 is not between 0 and 10000000."},
		{"kept-too-short", `[smtp]`, "[limits]\nkeep = \"1h\"\n[smtp]", "c.toml:12:8: limits.keep: 1h is not between 24h and 87600h."},
		{"disk-too-large", `[smtp]`, "[limits]\ndisk_free = \"2000GiB\"\n[smtp]", "c.toml:12:13: limits.disk_free: 2000GiB is not between 0B and 1024GiB."},
		{"no-room-at-all", `[smtp]`, "[limits]\nset_aside = \"0B\"\nset_aside_messages = 0\ndisk_free = \"0B\"\n[smtp]", ""},
		{"text-as-bool", `[smtp]`, "[drill]\nclock = \"true\"\n[smtp]", "c.toml:12:9: drill.clock: is true or false, without quotes."},
		{"list-as-text", `[smtp]`, "[proof]\nstrict_domains = \"a.example\"\n[smtp]", `c.toml:12:18: proof.strict_domains: is a list: write ["..."], with brackets.`},
		{"shared-domain", `[smtp]`, "[proof]\nshared_domains = [\"a@b.example\"]\n[smtp]", `c.toml:12:19: proof.shared_domains[0]: "a@b.example" is not a domain`},
		{"number-in-list", `[smtp]`, "[proof]\nstrict_domains = [\"a.example\", 1]\n[smtp]", `c.toml:12:32: proof.strict_domains[1]: is a text: put it in quotes.`},
		{"no-duration", `[smtp]`, "[proof]\ntoken = \"7 days\"\n[smtp]", `c.toml:12:9: proof.token: 7 days is not a duration. Write it like "30s", "5m" or "168h".`},
		{"bare-duration", `[smtp]`, "[proof]\ntoken = 168\n[smtp]", `c.toml:12:9: proof.token: 168 is not a duration.`},
		{"no-size", `[smtp]`, "[limits]\nsize = \"25 megs\"\n[smtp]", `c.toml:12:8: limits.size: 25 megs is not a size. Write it like "25MiB".`},
		{"huge-size", `[smtp]`, "[limits]\nsize = \"25GiB\"\n[smtp]", `c.toml:12:8: limits.size: 25GiB is not between 1KiB and 100MiB.`},
		{"control-character", `"state.db"`, `"state\u0007.db"`, "c.toml:1:9: state: holds a control character. Remove it."},
		{"empty-state", `"state.db"`, `""`, "c.toml:1:9: state: is missing. Name the file to keep state in."},
		{"relay", `imap = `, "unknown = \"relay\"\nimap = ", `c.toml:7:11: mailbox.unknown: "relay" is not built yet. Write "hold" or "drop".`},
		{"no-such-way", `imap = `, "unknown = \"bounce\"\nimap = ", `c.toml:7:11: mailbox.unknown: "bounce" is not one of hold, drop.`},
		{"no-such-choice", `imap = `, "mode = \"active\"\nimap = ", `c.toml:7:8: mailbox.mode: "active" is not one of observe, act.`},
		{"poll-too-short", `imap = `, "poll = \"5ms\"\nimap = ", "c.toml:7:8: mailbox.poll: 5ms is not between 1s and 1h."},
		{"plaintext", `imap = `, "tls = \"none\"\nimap = ", `c.toml:7:7: mailbox.tls: "none" would send the password and the tokens in the clear to mail.desk.example:993.`},
		{"plaintext-allowed", `imap = `, "tls = \"none\"\nallow_plaintext = true\nimap = ", ""},
		{"plaintext-loopback", `imap = "mail.desk.example:993"`, "tls = \"none\"\nimap = \"127.0.0.1:143\"", ""},
		{"plaintext-loopback-6", `imap = "mail.desk.example:993"`, "tls = \"none\"\nimap = \"[::1]:143\"", ""},
		{"plaintext-like-loopback", `imap = "mail.desk.example:993"`, "tls = \"none\"\nimap = \"localhost.evil.example:143\"", `mailbox.tls: "none" would send`},
		{"no-port", `"mail.desk.example:993"`, `"mail.desk.example"`, `c.toml:7:8: mailbox.imap: "mail.desk.example" is not host:port.`},
		{"bad-port", `"mail.desk.example:993"`, `"mail.desk.example:99999"`, `c.toml:7:8: mailbox.imap: "99999" is not a port number between 1 and 65535.`},
		{"bad-host", `"mail.desk.example:993"`, `"mail desk:993"`, `c.toml:7:8: mailbox.imap: "mail desk" is not the name of a host or an IP address.`},
		{"no-imap", `imap = "mail.desk.example:993"`, ``, `c.toml:4:3: mailbox.imap: is missing. Name the IMAP server`},
		{"no-name", `name = "support"`, ``, `c.toml:4:3: mailbox.name: is missing.`},
		{"no-password", `password_file = "imap.secret"`, ``, `c.toml:4:3: mailbox.password_file: is missing.`},
		{"bad-name", `name = "support"`, `name = "sup/port"`, `c.toml:5:8: mailbox.name: sup/port is not a name.`},
		{"bad-address", `"Support@desk.example"`, `"support@désk.example"`, `c.toml:6:11: mailbox.address: "support@d\u00e9sk.example" is not a plain address`},
		{"two-at-signs", `"Support@desk.example"`, `"a@b@desk.example"`, `c.toml:6:11: mailbox.address: "a@b@desk.example" is not a plain address`},
		{"same-name", `[smtp]`, "[[mailbox]]\nname = \"support\"\naddress = \"b@desk.example\"\nimap = \"localhost:143\"\npassword_file = \"x\"\n[smtp]", `c.toml:12:8: mailbox.name: mailbox 1 is called support already.`},
		{"no-placeholder", `support+{token}@`, `support@`, `c.toml:9:17: mailbox.reply_address: "support@desk.example" must hold {token} exactly once`},
		{"two-placeholders", `support+{token}@`, `{token}+{token}@`, `must hold {token} exactly once`},
		{"placeholder-in-domain", `support+{token}@desk`, `support@{token}.desk`, `put {token} before the @`},
		{"placeholder-misspelt", `support+{token}@`, `support+{tokn}@`, `must hold {token} exactly once`},
		{"placeholder-joined", `support+{token}@`, `support{token}@`, `put + or - between {token} and the letters beside it`},
		{"placeholder-alone", `support+{token}@desk`, `{token}@reply.desk`, ``},
		{"reply-too-long", `support+{token}@`, strings.Repeat("s", 37) + `+{token}@`, `is too long: with a token of 28 characters more than 64 stand before the @.`},
		{"reply-as-long-as-can-be", `support+{token}@`, strings.Repeat("s", 35) + `+{token}@`, ``},
		{"reply-with-name", `support+{token}@desk.example`, `Support <support+{token}@desk.example>`, `with a token in it is not a plain address`},
		{"reply-left-out", `reply_address = "support+{token}@desk.example"`, ``, ``},
		{"bad-from", `"Support <support@desk.example>"`, `"Support support@desk.example"`, `c.toml:13:8: smtp.from: Support support@desk.example is not an address.`},
		{"user-without-password", `from = `, "user = \"cs\"\nfrom = ", `c.toml:13:8: smtp.password_file: is missing.`},
		{"password-without-user", `from = `, "password_file = \"x\"\nfrom = ", `c.toml:13:17: smtp.user: is missing.`},
		{"reminder-too-late", `[smtp]`, "[proof]\ntoken = \"24h\"\nreminder = \"24h\"\n[smtp]", `c.toml:13:12: proof.reminder: 24h is not before the end of a token's life`},
		{"short-token-alone", `[smtp]`, "[proof]\ntoken = \"24h\"\n[smtp]", ``},
		{"no-class", `[smtp]`, "[proof]\ntoken_classes = [\"minor\"]\n[smtp]", `c.toml:12:18: proof.token_classes[0]: minor is not a class. Classes are question, minor-change`},
		{"class-with-approval", `[smtp]`, "[proof]\ntoken_classes = [\"minor-change\", \"cancellation\"]\n[smtp]", `c.toml:12:34: proof.token_classes[1]: cancellation needs an approval`},
		{"no-cooling", `[smtp]`, "[proof]\ncooling = \"-1h\"\n[smtp]", `proof.cooling: -1h is not between 0s and 8760h.`},
		{"zero-cap", `[smtp]`, "[limits]\nnotices_per_minute = 0\n[smtp]", `limits.notices_per_minute: 0 is not between 1 and 1000000.`},
		{"authserv-id", `[smtp]`, "[mailbox.trust]\nauthserv_ids = [\"mx *\"]\n[smtp]", `c.toml:12:17: mailbox.trust.authserv_ids[0]: "mx *" is not the name`},
		{"below-received", `[smtp]`, "[mailbox.trust]\nbelow_received = -1\n[smtp]", `c.toml:12:18: mailbox.trust.below_received: -1 is not between 0 and 20.`},
		{"nul-byte", `[smtp]`, "\x00[smtp]", `c.toml:11:1: a NUL byte: this is no text file.`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("%q is not in the good configuration", tt.old)
			}
			_, problems := parse("c.toml", []byte(strings.Replace(good, tt.old, tt.new, 1)))
			got := text(problems)
			switch {
			case tt.want == "" && got != "":
				t.Errorf("got %s, want no problem", got)
			case !strings.Contains(got, tt.want):
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			for _, goName := range []string{"config.", "struct", "time.Duration", "mail.Address", "int64", "[]string", "reflect"} {
				if strings.Contains(got, goName) {
					t.Errorf("%q shows %q, a name of Go", got, goName)
				}
			}
		})
	}
}

func text(problems []Problem) string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// TestAllAtOnce shows that one run tells every fault, in the order of the file.
func TestAllAtOnce(t *testing.T) {
	const bad = `stat = "state.db"
[[mailbox]]
name = "support"
address = "support"
imapp = "mail.desk.example:993"
tls = "tls"
poll = "0s"
[[mailbox]]
name = "support"
[smtp]
server = "mail"
from = 3
[proof]
token = "never"
`
	_, problems := parse("bad.toml", []byte(bad))
	var got []string
	for _, p := range problems {
		got = append(got, strings.Join(strings.SplitN(p.String(), ":", 5)[:4], ":"))
	}
	want := []string{"bad.toml:1:1: stat", "bad.toml:2:3: mailbox.imap", "bad.toml:2:3: mailbox.password_file",
		"bad.toml:4:11: mailbox.address", "bad.toml:5:1: mailbox.imapp", "bad.toml:6:7: mailbox.tls", "bad.toml:7:8: mailbox.poll",
		"bad.toml:8:3: mailbox.address", "bad.toml:8:3: mailbox.imap", "bad.toml:8:3: mailbox.password_file", "bad.toml:9:8: mailbox.name",
		"bad.toml:11:10: smtp.server", "bad.toml:12:8: smtp.from", "bad.toml:14:9: proof.token"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s\n%s", diff, text(problems))
	}
}

func TestExample(t *testing.T) {
	got, problems := parse("/etc/countersign/countersign.toml", []byte(Example()))
	if len(problems) > 0 {
		t.Fatalf("the example has problems:\n%s", text(problems))
	}
	if p := got.ForRun("countersign.toml"); len(p) > 0 {
		t.Errorf("the example can't be run: %s", text(p))
	}
	// What the example says is the default, but for what has none.
	plain, _ := parse("/etc/countersign/countersign.toml", []byte(good))
	if diff := cmp.Diff(plain.Proof, got.Proof); diff != "" {
		t.Errorf("[proof] differs from the defaults (-default +example):\n%s", diff)
	}
	if plain.Limits != got.Limits || plain.Drill != got.Drill || got.Mailbox[0].Poll != 30*time.Second {
		t.Error("[limits], [drill] or poll differ from the defaults")
	}
	for _, key := range allKeys(reflect.TypeFor[Config]()) {
		if !strings.Contains(Example(), "\n"+key) && !strings.Contains(Example(), "\n# "+key) {
			t.Errorf("%s is not in the example", key)
		}
	}
}

func allKeys(t reflect.Type) []string {
	var out []string
	for f := range t.Fields() {
		sub := f.Type
		if sub.Kind() == reflect.Slice {
			sub = sub.Elem()
		}
		if sub.Kind() == reflect.Struct && sub.PkgPath() == t.PkgPath() {
			out = append(out, allKeys(sub)...)
		} else {
			out = append(out, f.Tag.Get("toml")+" = ")
		}
	}
	return out
}

// TestSocket: daemon and commands find one socket, whatever systemd tells the
// daemon alone; and a desk of another user's is not asked for this one.
func TestSocket(t *testing.T) {
	t.Setenv("RUNTIME_DIRECTORY", "/run/elsewhere")
	c, problems := parse("/etc/cs/c.toml", []byte(`socket = "c.sock"`))
	if c.Socket != "/etc/cs/c.sock" || len(problems) > 0 {
		t.Errorf("socket %q (%v)", c.Socket, problems)
	}
	dir := t.TempDir()
	run, state := filepath.Join(dir, "run"), filepath.Join(dir, "lib", "state.db")
	beside, there := filepath.Join(dir, "lib", "control.sock"), filepath.Join(run, "control.sock")
	want := func(when, want string) {
		t.Helper()
		if got := defaultSocket(state, run); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	want("no folder", beside)
	for _, d := range []string{run, filepath.Dir(state)} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	want("both folders", there)
	if os.Geteuid() == 0 {
		if err := os.Chown(run, 54321, -1); err != nil {
			t.Fatal(err)
		}
		want("another user's", beside)
	}
	if err := os.Remove(filepath.Dir(state)); err != nil {
		t.Fatal(err)
	}
	want("no state yet", there)
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "none.toml")
	if _, p := Load(missing); !strings.Contains(text(p), "there is no such file. Make one: countersign config example") {
		t.Errorf("Load(missing) = %s", text(p))
	}
	if _, p := Load(dir); !strings.Contains(text(p), "is not a file") {
		t.Errorf("Load(folder) = %s", text(p))
	}
	if c, p := Lenient(missing); len(p) > 0 || c.Proof.Token != 168*time.Hour || len(c.Mailbox) > 0 {
		t.Errorf("Lenient(missing) = %+v, %s", c, text(p))
	}
	path := filepath.Join(dir, "countersign.toml")
	if err := os.WriteFile(path, []byte(good), 0o644); err != nil {
		t.Fatal(err)
	}
	c, p := Load(path)
	if len(p) > 0 || c.State != filepath.Join(dir, "state.db") {
		t.Errorf("Load(good): state %q, %s", c.State, text(p))
	}
	if p := c.CheckFiles(path); len(p) != 1 || !strings.Contains(text(p), "mailbox.password_file: "+filepath.Join(dir, "imap.secret")+": there is no such file") {
		t.Errorf("CheckFiles() = %s", text(p))
	}
	if p := Default(dir).ForRun(path); !strings.Contains(text(p), "mailbox: there is none") {
		t.Errorf("ForRun without a mailbox = %s", text(p))
	}
	c.SMTP.Server = ""
	if p := c.ForRun(path); !strings.Contains(text(p), "smtp.server: is missing") {
		t.Errorf("ForRun without a server = %s", text(p))
	}
}
