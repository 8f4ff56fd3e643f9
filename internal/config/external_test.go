package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/inbound/external"

	"github.com/google/go-cmp/cmp"
)

const withExternal = `[external_api]
listen = "127.0.0.1:8421"

[[external]]
name = "persona"
kind = "persona"
secret_file = "persona.secret"

[[external]]
name = "idp"
kind = "standard"
secret_file = "idp.secret"
tolerance = "2m"
reference = "data.reference"
contact = "data.email"
result = "data.result"
passed = ["pass"]
at = "data.at"
`

func TestExternal(t *testing.T) {
	got, problems := parse("/etc/cs/countersign.toml", []byte(withExternal))
	if len(problems) > 0 {
		t.Fatal(text(problems))
	}
	persona, idp := defaultExternal(), defaultExternal()
	p := external.Persona.Defaults()
	persona.Name, persona.Kind, persona.SecretFile = "persona", "persona", "/etc/cs/persona.secret"
	persona.Event, persona.Reference, persona.Result, persona.At, persona.Passed, persona.Failed = p.Event, p.Reference, p.Result, p.At, p.Passed, p.Failed
	idp.Name, idp.Kind, idp.SecretFile, idp.Tolerance = "idp", "standard", "/etc/cs/idp.secret", 2*time.Minute
	idp.Reference, idp.Contact, idp.Result, idp.At, idp.Passed = "data.reference", "data.email", "data.result", "data.at", []string{"pass"}
	if diff := cmp.Diff([]External{persona, idp}, got.External); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if paths := got.External[1].Paths(); paths.Contact != "data.email" || paths.Reference != "data.reference" {
		t.Errorf("%+v", paths)
	}
}

// TestExternalDocumented: what docs/external.md shows can be used, and what stands
// for another is the same.
func TestExternalDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/external.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []External
	for part := range strings.SplitSeq(string(doc), "```toml\n") {
		if block, _, ok := strings.Cut(part, "```"); ok && strings.HasPrefix(block, "[[external]]") {
			got, problems := parse("/etc/countersign/countersign.toml", []byte(block))
			if len(problems) > 0 {
				t.Fatalf("%s\n%s", text(problems), block)
			}
			blocks = append(blocks, got.External...)
		}
	}
	if len(blocks) != 5 {
		t.Fatalf("%d blocks", len(blocks))
	}
	for _, pair := range [][2]External{{blocks[0], blocks[1]}, {blocks[2], blocks[3]}} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("(-short +long)\n%s", diff)
		}
	}
}

// Each row spoils one line.
func TestExternalProblems(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"unknown-key", `contact = `, `contcat = `, "c.toml:15:1: external.contcat: unknown setting. Did you mean contact?"},
		{"kind", `kind = "persona"`, `kind = "okta"`, `c.toml:6:8: external.kind: "okta" is not one of standard, stripe, persona.`},
		{"no-kind", `kind = "persona"`, ``, `c.toml:4:3: external.kind: "" is not one of standard, stripe, persona.`},
		{"no-name", `name = "persona"`, ``, `c.toml:4:3: external.name: is missing.`},
		{"bad-name", `name = "persona"`, `name = "per/sona"`, `c.toml:5:8: external.name: per/sona is not a name.`},
		{"same-name", `name = "idp"`, `name = "persona"`, `c.toml:10:8: external.name: product 1 is called persona already.`},
		{"no-secret", `secret_file = "idp.secret"`, ``, `c.toml:9:3: external.secret_file: is missing.`},
		{"tolerance", `"2m"`, `"2h"`, `c.toml:13:13: external.tolerance: 2h is not between 10s and 1h.`},
		{"no-reference", `reference = "data.reference"`, ``, "c.toml:9:3: external.reference: is missing. Say where in the JSON stands what `ticket external` gave for the check"},
		{"bad-path", `"data.reference"`, `"data..reference"`, `c.toml:14:13: external.reference: data..reference is not a path`},
		{"bad-contact", `"data.email"`, `".email"`, `c.toml:15:11: external.contact: .email is not a path`},
		{"no-result", `result = "data.result"`, ``, "c.toml:9:3: external.result: is missing."},
		{"no-time", `at = "data.at"`, ``, "c.toml:9:3: external.at: is missing."},
		{"no-passed", `passed = ["pass"]`, ``, "c.toml:9:3: external.passed: is missing."},
		{"empty-passed", `["pass"]`, `[]`, "c.toml:17:1: external.passed: is missing."},
		{"empty-result", `["pass"]`, `["pass", ""]`, `c.toml:17:19: external.passed[1]: "" is no result.`},
		{"both", `["pass"]`, "[\"pass\"]\nfailed = [\"no\", \"pass\"]", `c.toml:18:17: external.failed[1]: pass is among those passed, too.`},
		{"failed-alone", `secret_file = "persona.secret"`, "secret_file = \"persona.secret\"\nfailed = [\"x\"]", `c.toml:4:3: external.passed: is missing.`},
		{"event-of-standard", `tolerance = "2m"`, `event = "id"`, `c.toml:13:9: external.event: has no meaning where kind = "standard"`},
		{"no-port", `"127.0.0.1:8421"`, `"127.0.0.1"`, `c.toml:2:10: external_api.listen: "127.0.0.1" is not host:port.`},
		{"not-loopback", `"127.0.0.1:8421"`, `"192.0.2.1:8421"`, `c.toml:2:10: external_api.tls_cert_file: is missing: what is told about people would cross the wire in the clear.`},
		{"with-a-certificate", `"127.0.0.1:8421"`, "\"192.0.2.1:8421\"\ntls_cert_file = \"c.pem\"\ntls_key_file = \"k.pem\"", ""},
		{"no-key", `"127.0.0.1:8421"`, "\"127.0.0.1:8421\"\ntls_cert_file = \"c.pem\"", "c.toml:3:17: external_api.tls_key_file: is missing."},
		{"no-certificate", `"127.0.0.1:8421"`, "\"127.0.0.1:8421\"\ntls_key_file = \"k.pem\"", "c.toml:3:16: external_api.tls_cert_file: is missing."},
		{"rate", `"127.0.0.1:8421"`, "\"127.0.0.1:8421\"\nrequests_per_minute = 0", "external_api.requests_per_minute: 0 is not between 1 and 100000."},
		{"nobody", withExternal, "[external_api]\nlisten = \"127.0.0.1:8421\"\n", "c.toml:2:10: external: there is none, so nobody is listened to."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(withExternal, tt.old) {
				t.Fatalf("%q is not in it", tt.old)
			}
			_, problems := parse("c.toml", []byte(strings.Replace(withExternal, tt.old, tt.new, 1)))
			got := text(problems)
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if tt.want != "" && len(problems) != 1 {
				t.Errorf("%d problems for one fault:\n%s", len(problems), got)
			}
		})
	}
}

func TestExternalSecrets(t *testing.T) {
	tests := []struct{ name, kind, content, want string }{
		{"one", "stripe", "whsec_0123456789abcdef\n", ""},
		{"two", "stripe", "whsec_0123456789abcdef\n\nwhsec_fedcba9876543210\r\n", ""},
		{"base64", "standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", ""},
		{"no-base64", "standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_not base64 at all\n", "line 2 is no base64 behind whsec_"},
		{"empty", "stripe", "\n \n", "is empty"},
		{"short", "stripe", "secret\n", "could be guessed"},
		{"control", "stripe", "whsec_0123456789\x07abcdef\n", "control characters"},
		{"many", "stripe", strings.Repeat("whsec_0123456789abcdef\n", 9), "holds 9 secrets; 8 are enough"},
		{"long", "stripe", strings.Repeat("x", maxSecret+1), "more than 4096 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := External{Name: "idp", Kind: tt.kind, SecretFile: file}.Secrets()
			if tt.want == "" && (err != nil || len(got) != strings.Count(tt.content, "whsec_")) {
				t.Errorf("Secrets() = %d, %v", len(got), err)
			}
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "0123456789")) {
				t.Errorf("Secrets() = %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := (External{Name: "idp", SecretFile: filepath.Join(t.TempDir(), "none")}).Secrets(); err == nil || !strings.Contains(err.Error(), "it should hold the secret of idp's webhooks") {
		t.Errorf("no file: %v", err)
	}
}

// TestExternalFiles: what can't be read is told before the daemon runs.
func TestExternalFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "countersign.toml")
	text0 := strings.Replace(withExternal, `"127.0.0.1:8421"`, "\"127.0.0.1:8421\"\ntls_cert_file = \"c.pem\"\ntls_key_file = \"k.pem\"", 1)
	for name, content := range map[string]string{"countersign.toml": text0, "persona.secret": "wbhsec_0123456789\n", "idp.secret": "whsec_not base64 at all\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, problems := Load(path)
	if len(problems) > 0 {
		t.Fatal(text(problems))
	}
	got := text(c.CheckFiles(path))
	for _, want := range []string{"external.secret_file: " + filepath.Join(dir, "idp.secret") + ": line 1 is no base64", "external_api.tls_cert_file: " + filepath.Join(dir, "c.pem") + ": can't be read"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if strings.Contains(got, "persona") || strings.Contains(got, "whsec_not") {
		t.Errorf("%s", got)
	}
}
