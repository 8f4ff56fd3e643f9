package config

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"countersign/inbound/external"
	"countersign/internal/redact"
)

// External is another system that checks who a person is, and tells us by signed
// webhooks. Its paths are those of external.Paths.
type External struct {
	Name       string        `toml:"name"`
	Kind       string        `toml:"kind"`        // how it signs: standard, stripe or persona
	SecretFile string        `toml:"secret_file"` // one secret a line, each of which counts
	Tolerance  time.Duration `toml:"tolerance"`   // how long ago it may have been signed
	Event      string        `toml:"event"`       // these default to what the kind's product sends
	Reference  string        `toml:"reference"`
	Contact    string        `toml:"contact"`
	Result     string        `toml:"result"`
	Passed     []string      `toml:"passed"`
	Failed     []string      `toml:"failed"`
	At         string        `toml:"at"`
}

// ExternalAPI is where webhooks of them come in.
type ExternalAPI struct {
	Listen            string `toml:"listen"` // host:port; empty: nowhere
	TLSCertFile       string `toml:"tls_cert_file"`
	TLSKeyFile        string `toml:"tls_key_file"`
	RequestsPerMinute int    `toml:"requests_per_minute"`
}

// maxExternal bounds how many products there are.
const maxExternal = 16

func defaultExternal() External { return External{Tolerance: 5 * time.Minute} }

// fillExternal sets what follows from a product's kind.
func (c *Config) fillExternal(dir string) {
	for i := range c.External {
		e := &c.External[i]
		e.SecretFile = absolute(dir, e.SecretFile)
		d := external.Kind(e.Kind).Defaults()
		for _, p := range []struct {
			path     *string
			standard string
		}{{&e.Event, d.Event}, {&e.Reference, d.Reference}, {&e.Result, d.Result}, {&e.At, d.At}} {
			if *p.path == "" {
				*p.path = p.standard
			}
		}
		if e.Passed == nil && e.Failed == nil {
			e.Passed, e.Failed = d.Passed, d.Failed
		}
	}
	a := &c.ExternalAPI
	a.TLSCertFile, a.TLSKeyFile = absolute(dir, a.TLSCertFile), absolute(dir, a.TLSKeyFile)
}

// Paths says where in its webhooks the facts stand.
func (e External) Paths() external.Paths {
	return external.Paths{Event: e.Event, Reference: e.Reference, Contact: e.Contact, Result: e.Result, At: e.At, Passed: e.Passed, Failed: e.Failed}
}

// Secrets reads what it signs with, as it is at the moment: a secret is changed by
// a second line beside the first, which goes when the product has ended with it.
func (e External) Secrets() (out []redact.Secret, err error) {
	b, err := readSecret(e.SecretFile, "the secret of "+e.Name+"'s webhooks")
	if err != nil {
		return nil, err
	}
	fail := func(text string, args ...any) ([]redact.Secret, error) {
		return nil, &secretError{Path: e.SecretFile, Text: fmt.Sprintf(text, args...)}
	}
	if len(b) > maxSecret {
		return fail("holds more than %d bytes; it should hold one secret a line.", maxSecret)
	}
	for line := range bytes.Lines(b) {
		s := redact.Secret(bytes.TrimSpace(line))
		if s == "" {
			continue
		}
		if bytes.ContainsFunc([]byte(s), control) {
			return fail("holds control characters; it should hold one secret a line.")
		}
		if len(s) < 16 {
			return fail("holds a secret of less than 16 characters, which could be guessed. Copy it from the product's page of webhooks.")
		}
		if _, err := external.Kind(e.Kind).Key(s); err != nil {
			return fail("line %d %s. Copy it from the product's page of webhooks.", len(out)+1, err)
		}
		out = append(out, s)
	}
	switch {
	case len(out) == 0:
		return fail("is empty; write the secret into it that the product shows for its webhook.")
	case len(out) > external.MaxSecrets:
		return fail("holds %d secrets; %d are enough to change one. Remove old ones.", len(out), external.MaxSecrets)
	}
	return out, nil
}

// Certificate reads that of the listener, nil where it has none.
func (a ExternalAPI) Certificate() (*tls.Certificate, error) {
	if a.TLSCertFile == "" {
		return nil, nil
	}
	info, err := os.Stat(a.TLSKeyFile)
	if err == nil && info.Mode().Perm()&others(a.TLSKeyFile) != 0 {
		return nil, &secretError{Path: a.TLSKeyFile, Text: fmt.Sprintf("other users can read or write it (mode %04o).", info.Mode().Perm()), Try: "chmod 600 " + Quote(a.TLSKeyFile)}
	}
	cert, err := tls.LoadX509KeyPair(a.TLSCertFile, a.TLSKeyFile)
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, &secretError{Path: e.Path, Text: "can't be read: " + Cause(err) + "."}
	}
	if err != nil {
		return nil, &secretError{Path: a.TLSCertFile, Text: "is no certificate (PEM) that " + a.TLSKeyFile + " is the key of."}
	}
	return &cert, nil
}

func (r *reader) external(i int) {
	e := &r.config.External[i]
	base := fmt.Sprintf("external[%d].", i)
	at := func(name string) (string, string) { return base + name, "external." + name }
	if i == maxExternal {
		r.Report(r.Where(strings.TrimSuffix(base, ".")), "external", "there are more than %d. Remove some.", maxExternal)
	}
	path, key := at("name")
	r.required(path, key, e.Name, `Give the product a name, such as "persona": proofs that it gave count only as long as it has that.`)
	if e.Name != "" && !mailboxName.MatchString(e.Name) {
		r.Report(r.Where(path), key, "%s is not a name. Use up to 40 letters, digits, - and _.", shown(e.Name))
	}
	for j, other := range r.config.External[:i] {
		if e.Name != "" && other.Name == e.Name {
			r.Report(r.Where(path), key, "product %d is called %s already. Give each its own name.", j+1, shown(e.Name))
			break
		}
	}
	path, key = at("kind")
	r.oneOf(path, key, e.Kind, "standard", "stripe", "persona")
	path, key = at("secret_file")
	r.required(path, key, e.SecretFile, "Name the file that holds the secret of its webhooks.")
	path, key = at("tolerance")
	r.durationAt(path, key, e.Tolerance, 10*time.Second, time.Hour)
	if !external.Kind(e.Kind).Known() { // then it is not known what else it takes
		return
	}
	d := external.Kind(e.Kind).Defaults()
	for _, p := range []struct{ name, value, standard, what string }{
		{"event", e.Event, "none", ""},
		{"reference", e.Reference, d.Reference, "what `ticket external` gave for the check"},
		{"contact", e.Contact, "none", ""},
		{"result", e.Result, d.Result, "what the check came to"},
		{"at", e.At, d.At, "when it came to that"},
	} {
		path, key = at(p.name)
		if p.value == "" && p.standard == "" {
			r.required(path, key, "", "Say where in the JSON stands "+p.what+`, such as "data.`+p.name+`".`)
		} else if text := external.CheckPath(p.value); p.value != "" && text != "" {
			r.Report(r.Where(path), key, "%s %s.", shown(p.value), text)
		}
	}
	if path, key = at("event"); e.Kind == string(external.Standard) && e.Event != "" {
		r.Report(r.Where(path), key, `has no meaning where kind = "standard": Webhook-Id is that. Remove it.`)
	}
	r.results(at, e, d.Passed != nil)
}

// results checks which results are a pass, and which are none. known: the kind says
// it where both lists are left out.
func (r *reader) results(at func(string) (string, string), e *External, known bool) {
	path, key := at("passed")
	if len(e.Passed) == 0 && !(known && e.Passed == nil && e.Failed == nil) {
		r.required(path, key, "", `List what stands at result when the check is passed, such as ["approved"].`)
	}
	for _, list := range []struct {
		name   string
		values []string
	}{{"passed", e.Passed}, {"failed", e.Failed}} {
		path, key = at(list.name)
		for j, v := range list.values {
			element := fmt.Sprintf("%s[%d]", path, j)
			switch {
			case r.Lost[element]:
			case v == "" || len(v) > 200:
				r.Report(r.Where(element), fmt.Sprintf("%s[%d]", key, j), `"%s" is no result. Write what stands at result.`, shown(v))
			case list.name == "failed" && slices.Contains(e.Passed, v):
				r.Report(r.Where(element), fmt.Sprintf("%s[%d]", key, j), "%s is among those passed, too. Remove it from one list.", shown(v))
			}
		}
	}
}

func (r *reader) externalAPI() {
	a := &r.config.ExternalAPI
	const listen, cert, key = "external_api.listen", "external_api.tls_cert_file", "external_api.tls_key_file"
	r.hostPort(listen, listen, a.Listen)
	switch {
	case a.TLSCertFile != "" && a.TLSKeyFile == "":
		r.Report(r.Where(cert), key, "is missing. Name the file of the certificate's key.")
	case a.TLSCertFile == "" && a.TLSKeyFile != "":
		r.Report(r.Where(key), cert, "is missing. Name the file of the certificate, or remove external_api.tls_key_file.")
	case a.Listen != "" && a.TLSCertFile == "" && !loopback(a.Listen):
		r.Report(r.Where(listen), cert, `is missing: what is told about people would cross the wire in the clear. Name a certificate, or listen on "127.0.0.1:8421" behind your own TLS proxy.`)
	}
	if a.Listen != "" && len(r.config.External) == 0 {
		r.Report(r.Where(listen), "external", "there is none, so nobody is listened to. Add an [[external]], or remove external_api.listen.")
	}
}
