package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "countersign/"

// flow is the way of a message through the program. A package imports only what
// stands in a row above its own, so what a row says can be understood without
// those below it. Every package has its place here.
var flow = [][]string{
	{"policy"},
	{"internal/clean", "internal/durable", "internal/exit", "internal/near", "internal/phrase", "internal/redact", "internal/retry", "internal/token", "internal/rawmail", "internal/kv", "internal/archtest", "internal/rules", "internal/suite"},
	{"inbound/reply/words", "inbound/external", "internal/strict"},
	{"internal/ngram"},
	{"policy/classify"},
	{"policy/rulebook"},
	{"inbound/sender/resolver", "internal/kv/bolt", "internal/kv/kvtest", "internal/kv/migrate", "internal/keys", "internal/blob", "internal/config", "inbound/mailbox", "inbound/reply"},
	{"inbound/sender/dkim", "inbound/sender/dmarc"},
	{"inbound/sender/arc"},
	{"inbound/sender", "internal/secondopinion"},
	{"clients/onfile"},
	{"internal/audit", "internal/mailfiles", "clients", "clients/codes", "clients/delegates", "staff", "inbound"},
	{"tickets/approvals", "tickets/ledger", "tickets/locks", "tickets/outbox"},
	{"tickets"},
	{"mailer", "desk/gateway"},
	{"desk/api", "internal/mailtest"},
	{"desk/owner", "desk/servers"},
	{"desk/daemon", "desk/probe"},
	{"internal/demo", "internal/bench"},
	{"cmd/countersign"},
}

// homes are the only packages that may use a library, or a package of ours, and
// what lies below it. Tests may use what they like, but for what
// has no home at all.
var homes = []struct {
	module string
	in     []string
}{
	{"github.com/emersion/go-imap/v2", []string{"inbound/mailbox", "internal/mailtest"}},
	{"github.com/emersion/go-message", []string{"inbound/reply", "internal/mailtest"}},
	{"github.com/wneessen/go-mail", []string{"mailer"}},
	{"go.etcd.io/bbolt", []string{"internal/kv/bolt"}},
	{"github.com/mjl-", []string{"internal/secondopinion"}},
	{"github.com/miekg/dns", []string{"inbound/sender/resolver", "internal/mailtest"}},
	{"golang.org/x/net/publicsuffix", []string{"inbound/sender/dmarc"}},
	{"github.com/emersion/go-msgauth", []string{"internal/mailtest"}},
	{"github.com/emersion/go-smtp", []string{"internal/mailtest"}},
	{"github.com/cenkalti/backoff", []string{"internal/retry"}},
	{"github.com/pelletier/go-toml/v2", []string{"internal/strict"}},
	{"github.com/ccojocar/zxcvbn-go", []string{"clients/codes"}},
	{"github.com/pquerna/otp", []string{"clients/codes"}},
	{"github.com/spf13/cobra", []string{"cmd/countersign"}},
	{"golang.org/x/mod/sumdb", []string{"internal/audit", "internal/keys"}},
	{module + "internal/mailtest", []string{"internal/demo"}},
	{module + "internal/kv/bolt", []string{"desk/daemon"}},
	{module + "internal/demo", []string{"cmd/countersign"}},
	{module + "desk/daemon", []string{"internal/demo", "cmd/countersign"}},
	// Its parser takes what a sender wrote for a result of ours.
	{"github.com/emersion/go-msgauth/authres", nil},
	{"C", nil},
	{"plugin", nil},
}

// only names what a package may import of ours, where the flow would let it
// import more. The command line is flags, words and exit codes: it knows no
// engine, mail server or DNS, but those who do.
var only = map[string][]string{
	"cmd/countersign": {
		"desk/api", "desk/daemon", "desk/owner", "desk/probe", "internal/demo",
		"desk/gateway", "tickets", "clients", "clients/codes", "staff", "policy", "policy/rulebook", // what the API answers
		"internal/clean", "internal/config", "internal/durable", "internal/exit", "internal/near", "internal/mailfiles",
	},
}

// pure may import only these: no I/O, no clock, nothing of ours.
var pure = map[string][]string{
	"policy": {"bytes", "cmp", "errors", "fmt", "maps", "regexp", "slices", "sort", "strconv", "strings", "time", "unicode", "unicode/utf8"},
}

// directory is where clients, contacts and agents are written. A world is a desk
// in memory, of which nothing is kept.
var directory = []string{"tickets/directory.go", "tickets/directory_contacts.go", "tickets/directory_agents.go", "tickets/imports.go", "tickets/world.go"}

// readers judge by character classes what a text says, as all others ask package
// clean to: what people see in a sender's name, which names look alike, what is
// a word of Authentication-Results.
var readers = []string{"internal/clean", "internal/rawmail/shown.go", "clients/alike.go", "inbound/sender/authres.go"}

const cleans = "text is cleaned in one place, by one set of character classes"

// uses are things that only some packages may name.
var uses = []struct {
	what string   // package.Name, or .Name of whatever package; a * stands for any ending
	in   []string // packages, or single files
	why  string
}{
	{"net.Lookup*", []string{"inbound/sender/resolver"}, "DNS is asked in one place, with a resolver, timeouts and three kinds of answers"},
	{"net.DefaultResolver", []string{"inbound/sender/resolver"}, "DNS is asked in one place"},
	{"net.Resolver", []string{"inbound/sender/resolver"}, "DNS is asked in one place"},
	{"unicode.IsControl", readers, cleans},
	{"unicode.IsPrint", readers, cleans},
	{"unicode.IsGraphic", readers, cleans},
	{"unicode.Bidi_Control", readers, cleans},
	{"unicode.Cc", readers, cleans},
	{"unicode.Cf", readers, cleans},
	{"unicode.Zl", readers, cleans},
	{"unicode.Zp", readers, cleans},
	{"strconv.QuoteToASCII", readers, cleans},
	{module + "internal/kv/bolt.Open", []string{"desk/daemon"}, "who opens a store brings it to the present schema first"},
	{module + "internal/kv/migrate.Run", []string{"tickets"}, "a store is migrated by the steps of all its owners"},
	{".SetGenHeaderPreformatted", nil, "it lets a line break into a header"},
	{".SetHeaderPreformatted", nil, "it lets a line break into a header"},
	{"net/smtp.*", nil, "mail leaves by package mailer"},
	{module + "clients.Put*", directory, "the directory is written in one place, which records it"},
	{module + "clients.Set", directory, "the directory is written in one place, which records it"},
	{module + "clients.Add", directory, "the directory is written in one place, which records it"},
	{module + "clients.Remove", directory, "the directory is written in one place, which records it"},
	{module + "clients.Read*", directory, "the directory is written in one place, which records it"},
	{module + "staff.Add", directory, "the directory is written in one place, which records it"},
	{module + "staff.Set", directory, "the directory is written in one place, which records it"},
	{module + "staff.Disable", directory, "the directory is written in one place, which records it"},
}

// clockless names packages in which nothing may read the clock.
var clockless = []string{"policy"}

// file is a Go file of the module.
type file struct {
	dir, name string // slash-separated, from the module's root
	test      bool
	ast       *ast.File
}

// top is the module's root, from here.
func top(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return root
		}
		if root == filepath.Dir(root) {
			t.Fatal("no go.mod above this folder")
		}
		root = filepath.Dir(root)
	}
}

// files parses every Go file below the module's root.
func files(t *testing.T) []file {
	t.Helper()
	root := top(t)
	var out []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if name != root && (base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_') {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(base) != ".go" || base[0] == '.' || base[0] == '_' {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		out = append(out, file{path.Dir(rel), rel, strings.HasSuffix(base, "_test.go"), parsed})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 5 {
		t.Fatalf("only %d files", len(out))
	}
	return out
}

// imports gives the import paths of a file by the name they have in it.
func (f file) imports() map[string]string {
	out := map[string]string{}
	for _, i := range f.ast.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(p)
		if i.Name != nil {
			name = i.Name.Name
		}
		if _, taken := out[name]; taken || name == "_" || name == "." {
			name = p
		}
		out[name] = p
	}
	return out
}

func row(dir string) int {
	return slices.IndexFunc(flow, func(r []string) bool { return slices.Contains(r, dir) })
}

func TestFlow(t *testing.T) {
	for _, f := range files(t) {
		own := row(f.dir)
		if own < 0 {
			t.Errorf("%s: package %s has no place in the flow; give it one in this test", f.name, f.dir)
			continue
		}
		for _, p := range f.imports() {
			ours, ok := strings.CutPrefix(p, module)
			if !ok || f.test {
				continue
			}
			if allowed, ok := only[f.dir]; ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s: %s is not to know %s", f.name, f.dir, ours)
			}
			if other := row(ours); other < 0 || other >= own {
				t.Errorf("%s: %s must not import %s, which does not stand before it in the flow", f.name, f.dir, ours)
			}
		}
	}
}

func TestHomes(t *testing.T) {
	for _, f := range files(t) {
		for _, p := range f.imports() {
			for _, h := range homes {
				if p != h.module && !strings.HasPrefix(p, h.module+"/") {
					continue
				}
				switch {
				case h.in == nil:
					t.Errorf("%s: nothing may import %s", f.name, p)
				case !f.test && !slices.Contains(h.in, f.dir):
					t.Errorf("%s: %s is used in %s only", f.name, p, strings.Join(h.in, " and "))
				}
			}
			if allowed, ok := pure[f.dir]; ok && !f.test && !slices.Contains(allowed, p) {
				t.Errorf("%s: %s does no I/O and may not import %s", f.name, f.dir, p)
			}
		}
	}
}

func TestUses(t *testing.T) {
	for _, f := range files(t) {
		imports := f.imports()
		ast.Inspect(f.ast, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok || f.test {
				return true
			}
			from := ""
			if x, ok := s.X.(*ast.Ident); ok {
				from = imports[x.Name]
			}
			name := s.Sel.Name
			for _, u := range uses {
				pkg, what := u.what[:strings.LastIndexByte(u.what, '.')], u.what[strings.LastIndexByte(u.what, '.')+1:]
				stem, open := strings.CutSuffix(what, "*")
				if (pkg == "" || pkg == from) && (name == what || open && strings.HasPrefix(name, stem)) && !slices.Contains(u.in, f.dir) && !slices.Contains(u.in, f.name) {
					t.Errorf("%s: %s must not be used here: %s", f.name, name, u.why)
				}
			}
			if from == "time" && slices.Contains(clockless, f.dir) && slices.Contains([]string{"Now", "Since", "Until", "After", "Tick", "NewTimer", "NewTicker", "Sleep"}, name) {
				t.Errorf("%s: %s must not read the clock (time.%s)", f.name, f.dir, name)
			}
			return true
		})
	}
}

// TestPackageComments: every package says, once, what it is for.
func TestPackageComments(t *testing.T) {
	comments, names := map[string][]string{}, map[string]string{}
	for _, f := range files(t) {
		if f.test {
			continue
		}
		names[f.dir] = f.ast.Name.Name
		if f.ast.Doc != nil {
			comments[f.dir] = append(comments[f.dir], f.ast.Doc.Text())
		}
	}
	for dir, name := range names {
		begin := "Package " + name + " "
		if name == "main" {
			begin = "Command " + path.Base(dir) + " "
		}
		switch c := comments[dir]; {
		case len(c) != 1:
			t.Errorf("%s: %d package comments, want one", dir, len(c))
		case !strings.HasPrefix(strings.ReplaceAll(c[0], "\n", " "), begin):
			t.Errorf("%s: its comment does not begin with %q", dir, begin)
		case !strings.Contains(c[0], "."):
			t.Errorf("%s: its comment is no sentence", dir)
		}
	}
}
