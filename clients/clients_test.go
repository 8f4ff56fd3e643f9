package clients_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/clients/onfile"
	"countersign/internal/kv"
)

const header = "client,client_name,email,name,role,permissions,language\n"

var day = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func contacts(t testing.TB, s kv.Store, csv string, change ...func(*clients.ImportOptions)) clients.Report {
	t.Helper()
	opt := clients.ImportOptions{Now: day, Desk: onfile.Desk{Addresses: []string{"sam@desk.example"}, Shared: []string{"desk.example"}}}
	for _, c := range change {
		c(&opt)
	}
	if opt.Import == "" {
		opt.Import = "i-" + opt.Now.String()
	}
	r, err := importContacts(s, csv, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// oneByOne is a directory over a store.
type oneByOne struct{ kv.Store }

func (s oneByOne) UpdateAll(fns []func(kv.Tx) error) error {
	for _, fn := range fns {
		if err := s.Update(fn); err != nil {
			return err
		}
	}
	return nil
}

func importContacts(s kv.Store, csv string, opt clients.ImportOptions) (clients.Report, error) {
	f, err := clients.ReadContacts(strings.NewReader(csv), "c.csv")
	if err != nil {
		return clients.Report{}, err
	}
	return f.Import(oneByOne{s}, opt)
}

func importClients(t testing.TB, s kv.Store, csv string, opt clients.ImportOptions) clients.Report {
	t.Helper()
	f, err := clients.ReadClients(strings.NewReader("client,client_name\n"+csv), "c.csv")
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Import(oneByOne{s}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func find(t testing.TB, s kv.Store, addr string) (c clients.Contact, ok bool) {
	t.Helper()
	if err := s.View(func(v kv.View) (err error) { c, ok, err = clients.ByAddress(v, addr); return err }); err != nil {
		t.Fatal(err)
	}
	return c, ok
}

// cools reports whether anything of the contact is dated.
func cools(c clients.Contact) bool {
	return len(c.Since)+len(c.Gained) > 0 || c.First != clients.Turn{} || !c.Widened.IsZero()
}

func later(o *clients.ImportOptions)  { o.Now = day.Add(24 * time.Hour) }
func move(o *clients.ImportOptions)   { o.AllowMove = true }
func dryRun(o *clients.ImportOptions) { o.DryRun = true }

const ada = "north,Northwind,Ada@North.example;ada@home.example,Ada Berg,primary,,en\n"

func TestImportAgain(t *testing.T) {
	s := kv.Memory()
	csv := "\ufeff" + strings.ReplaceAll(header+ada+"north,,nils@north.example,\"Nils\nHolm\",,ask;approve,\nnorth,,nobody,X,,,\n", "\n", "\r\n")
	if r := contacts(t, s, csv, dryRun); r.Added != 2 || len(r.Rejected) != 1 {
		t.Errorf("dry run = %+v", r)
	}
	if _, ok := find(t, s, "ada@north.example"); ok {
		t.Error("a dry run wrote")
	}
	r := contacts(t, s, csv)
	if r.Added != 2 || len(r.Problems) != 1 || r.Problems[0] != (clients.Problem{Line: 5, Column: "email", Text: `"nobody": not an address`}) {
		t.Errorf("first import = %+v", r)
	}
	if r := contacts(t, s, csv, later); r.Added+r.Changed != 0 || r.Same != 2 {
		t.Errorf("the same once more = %+v", r)
	}
	c, ok := find(t, s, "ada@home.example")
	if !ok || c.Name != "Ada Berg" || c.Addresses[0] != "ada@north.example" || cools(c) {
		t.Errorf("ByAddress = %+v, %v", c, ok)
	}
	if c, _ := find(t, s, "nils@north.example"); c.Name != "Nils Holm" {
		t.Errorf("name = %q", c.Name)
	}
}

// Each row spoils one fact of a line that would be taken.
func TestImportReports(t *testing.T) {
	tests := []struct{ name, line, column, text string }{
		{"comma", `north,,"bob@north,example",,,,`, "email", `"bob@north,example": not an address`},
		{"no-email", "north,,,,,,", "email", "is empty"},
		{"staff", "north,,sam@desk.example,,,,", "email", "staff"},
		{"moved", "south,,ada@north.example,,,,", "email", "Needs --allow-move"},
		{"client", "no th,,bob@north.example,,,,", "client", "not a reference"},
		{"role", "north,,bob@north.example,,boss,,", "role", "boss"},
		{"permission", "north,,bob@north.example,,,passwords,", "permissions", "passwords"},
		{"permissions-by-comma", `north,,bob@north.example,,,"ask,approve",`, "permissions", "separate with ; any of all, privileged, ask, approve, manage-contacts, see-code, "},
		{"language", "north,,bob@north.example,,,,english!", "language", "Did you mean en?"},
		{"no-such-language", "north,,bob@north.example,,,,qq", "language", "not a language"},
		{"language-in-a-country-that-is-none", "north,,bob@north.example,,,,en-JJ", "language", "not a language"},
		{"fields", "north,,bob@north.example", "", "3 fields"},
		{"quote", `north,,bo"b@north.example,,,,`, "", "quote"},
		{"kelvin", "north,,\u212Aate@north.example,,,,", "email", "not an address"},
		{"twice", "north,,Ada@north.example,,,,", "", "line 2 already"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			contacts(t, s, header+ada)
			before := header
			if tt.name == "twice" {
				before += ada
			}
			r := contacts(t, s, before+tt.line+"\nnorth,,zoe@north.example,,,,\n", later)
			line := strings.Count(before, "\n") + 1
			if len(r.Problems) != 1 || r.Problems[0].Line != line || r.Problems[0].Column != tt.column || !strings.Contains(r.Problems[0].Text, tt.text) {
				t.Errorf("problems of %q = %+v, want line %d, %s: %s", tt.line, r.Problems, line, tt.column, tt.text)
			}
			if r.Added != 1 || len(r.Rejected) != 1 {
				t.Errorf("the good line beside it: %+v", r)
			}
		})
	}
}

// TestImportOpenQuote: a quote that does not end swallows no line unsaid. Each that
// was read over is rejected by its number, as it stands in the file.
func TestImportOpenQuote(t *testing.T) {
	for name, tt := range map[string]struct {
		file  string // below the header
		lines []int  // rejected
		added int
	}{
		"to-the-end":      {"north,,\"bob@north.example,,,,\nnorth,,eve@north.example,,,,\n\nnorth,,\tzoe@north.example,,,,\n", []int{2, 3, 5}, 0},
		"to-another":      {"north,,\"bob@north.example,,,,\r\nnorth,,eve@north.example,\"Eve\",,,\r\nnorth,,zoe@north.example,,,,\r\n", []int{2, 3}, 1},
		"in-one-line":     {"north,,\"bob\"@north.example,,,,\nnorth,,zoe@north.example,,,,\n", []int{2}, 1},
		"last-line-alone": {"north,,zoe@north.example,,,,\nnorth,,\"bob@north.example,,,,", []int{3}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := contacts(t, kv.Memory(), header+tt.file)
			var lines []int
			for _, p := range r.Problems {
				lines = append(lines, p.Line)
			}
			if !slices.Equal(lines, tt.lines) || len(r.Rejected) != len(lines) || r.Added != tt.added {
				t.Errorf("%q: lines %d rejected as %q, %d added; want %d, %d", tt.file, lines, r.Rejected, r.Added, tt.lines, tt.added)
			}
			if len(lines) > 1 && name == "to-the-end" && !slices.Equal(r.Rejected[1], []string{"north", "", "eve@north.example", "", "", "", ""}) {
				t.Errorf("a line that was read over is kept as %q", r.Rejected[1])
			}
		})
	}
}

// TestImportSemicolons: spreadsheets write semicolons where a comma is decimal.
// A value that holds one itself is quoted.
func TestImportSemicolons(t *testing.T) {
	s := kv.Memory()
	r := contacts(t, s, "\xef\xbb\xbf"+strings.ReplaceAll(header, ",", ";")+"north;Northwind;\"ada@north.example;ada@home.example\";\"Berg, Ada\";primary;\"ask;approve\";en\r\n")
	if c, ok := find(t, s, "ada@home.example"); !ok || c.Name != "Berg, Ada" || len(c.Permissions) != 2 || len(r.Problems) > 0 {
		t.Errorf("%+v, problems %+v", c, r.Problems)
	}
}

// TestSeparators: the first line says what separates columns. Several values in one
// field stand in quotes, or are separated by | whatever separates the columns.
func TestSeparators(t *testing.T) {
	const line = `north,Northwind,ada@north.example|ada@home.example,Ada Berg,primary,ask|approve,en` + "\r\n"
	for name, file := range map[string]string{
		"commas":                   header + line,
		"semicolons":               strings.ReplaceAll(header+line, ",", ";"),
		"tabs":                     strings.ReplaceAll(header+line, ",", "\t"),
		"tabs-and-mark":            "\xef\xbb\xbf" + strings.ReplaceAll(header+line, ",", "\t"),
		"quoted-header":            strings.ReplaceAll(`"client","client_name","email","name","role","permissions","language"`+"\n"+line, ",", ";"),
		"empty-lines":              strings.ReplaceAll(header+",,,,,,\n\n"+line+", ,,,,,\r\n", ",", ";"),
		"hint":                     "\xef\xbb\xbfsep=;\r\n" + strings.ReplaceAll(header+line, ",", ";"),
		"hint-of-commas":           "SEP=,\n" + header + line,
		"hint-in-quotes":           "\"sep=\t\"\t\t\n" + strings.ReplaceAll(header+line, ",", "\t"),
		"carriage-return":          strings.NewReplacer("\r\n", "\r", "\n", "\r").Replace(header + line),
		"hint-and-carriage-return": strings.NewReplacer("\r\n", "\r", "\n", "\r", ",", ";").Replace("sep=;\n" + header + line),
		"quoted-in-semi":           strings.ReplaceAll(header, ",", ";") + `north;Northwind;"ada@north.example;ada@home.example";Ada Berg;primary;"ask;approve";en` + "\r\n",
		"quoted-in-tabs":           strings.ReplaceAll(header, ",", "\t") + "north\tNorthwind\tada@north.example;ada@home.example\tAda Berg\tprimary\task; approve\ten\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := kv.Memory()
			r := contacts(t, s, file)
			if c, ok := find(t, s, "ada@home.example"); !ok || c.Name != "Ada Berg" || len(c.Permissions) != 2 || len(r.Problems) > 0 {
				t.Errorf("%+v, problems %+v", c, r.Problems)
			}
		})
	}
	s := kv.Memory()
	unquoted := strings.ReplaceAll(header, ",", ";") + "north;Northwind;ada@north.example;ada@home.example;Ada;primary;ask;en\n"
	if r := contacts(t, s, unquoted); len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Text, `8 fields, the header has 7; a field that holds ";" stands in quotes`) {
		t.Errorf("%+v", r.Problems)
	}
	if r := contacts(t, s, header+"north,,eve|ada@north.example,,,,\n"); len(r.Problems) != 1 || r.Added != 0 {
		t.Errorf("an address with a bar: %+v", r)
	}
}

// TestHintKeepsNumbers: the line of a hint is none of the table, and counted all the same.
func TestHintKeepsNumbers(t *testing.T) {
	r := contacts(t, kv.Memory(), "sep=,\n"+header+ada+"north,,bo\"b@north.example,,,,\n")
	if len(r.Problems) != 1 || r.Problems[0].Line != 4 {
		t.Errorf("%+v", r.Problems)
	}
	if r := contacts(t, kv.Memory(), header+"sep=;\n"); len(r.Problems) != 1 || r.Problems[0].Line != 2 {
		t.Errorf("below the header: %+v", r.Problems)
	}
}

// TestBadQuoteKept: a line with an odd quote is kept in its columns, quote and all,
// or else whole.
func TestBadQuoteKept(t *testing.T) {
	for line, want := range map[string][]string{
		`north,,bo"b@north.example,Bob,,,`:       {"north", "", `bo"b@north.example`, "Bob", "", "", ""},
		`north,,bob@north.example,Bob "B" Bo,,,`: {"north", "", "bob@north.example", `Bob "B" Bo`, "", "", ""},
		`north,,"bob"@north.example,,,,`:         {`north,,"bob"@north.example,,,,`},
		`north,,bo"b@north.example`:              {`north,,bo"b@north.example`},
	} {
		if r := contacts(t, kv.Memory(), header+line+"\n"); len(r.Rejected) != 1 || !slices.Equal(r.Rejected[0], want) {
			t.Errorf("%s is kept as %q, want %q", line, r.Rejected, want)
		}
	}
}

// TestImportBack: a file that still has who was removed brings them back, and says so.
func TestImportBack(t *testing.T) {
	s := kv.Memory()
	contacts(t, s, header+ada)
	c, _ := find(t, s, "ada@north.example")
	if err := s.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, c.ID, day); return err }); err != nil {
		t.Fatal(err)
	}
	want := clients.Problem{Line: 2, Column: "email", Text: c.Name + " (" + c.ID + ") was removed on 2026-11-25, and is on file again"}
	if r := contacts(t, s, header+ada, later); r.Changed != 1 || len(r.Warnings) != 1 || r.Warnings[0] != want {
		t.Errorf("%+v, want the warning %+v", r, want)
	}
	if r := contacts(t, s, header+ada, later); r.Same != 1 || len(r.Warnings) > 0 {
		t.Errorf("once more: %+v", r)
	}
}

func TestImportCools(t *testing.T) {
	s := kv.Memory()
	contacts(t, s, header+ada+"south,,eve@south.example,,,,\n")
	contacts(t, s, header+"north,,new@north.example,,,,\n", later)
	if c, _ := find(t, s, "new@north.example"); c.Since["new@north.example"].IsZero() {
		t.Errorf("a new contact of a client that is there does not cool: %+v", c)
	}
	contacts(t, s, header+"north,,new@north.example;other@north.example,,,,\n", later)
	if c, _ := find(t, s, "other@north.example"); c.Since["other@north.example"].IsZero() {
		t.Errorf("a new address does not cool: %+v", c)
	}
	contacts(t, s, header+"south,,ada@home.example,,,,\n", later, move)
	if c, _ := find(t, s, "ada@home.example"); c.Client != "south" || !cools(c) {
		t.Errorf("a moved address = %+v", c)
	}
	if c, _ := find(t, s, "ada@north.example"); len(c.Addresses) != 1 || c.Status != clients.Active {
		t.Errorf("who lost it = %+v", c)
	}
	if r := contacts(t, s, header+"west,,ada@n0rth.example,,,,\n"); len(r.Warnings) != 1 {
		t.Errorf("a look-alike gives %+v", r.Warnings)
	}
}

// TestImportLookAlike: the import warns of a stranger's look-alike, not of
// colleagues with similar names and not of two addresses of one person.
func TestImportLookAlike(t *testing.T) {
	for _, tt := range []struct {
		line string
		want int
	}{
		{"west,,maria@n0rth.example,,,,", 1},
		{"west,,maria@nortth.example,,,,", 1},
		{"north,,mario@north.example,,,,", 0},
		{"north,,maria@north.example;maria@nor-th.example,,,,", 0},
		{"west,,bob@south.example,,,,", 0},
	} {
		s := kv.Memory()
		contacts(t, s, header+"north,,maria@north.example,,,,\n")
		if r := contacts(t, s, header+tt.line+"\n", later); len(r.Warnings) != tt.want || len(r.Problems) != 0 {
			t.Errorf("%s gives %+v, %+v, want %d warnings", tt.line, r.Warnings, r.Problems, tt.want)
		}
	}
}

func TestMay(t *testing.T) {
	for _, tt := range []struct {
		role                  clients.Role
		permissions, may, not string
	}{
		{clients.Primary, "", "question password-change cancellation approve see-code", "nonsense"},
		{clients.Authorised, "", "question minor-change", "password-change approve"},
		{clients.Authorised, "all", "cancellation approve", "nonsense"},
		{clients.Authorised, "privileged", "password-change dns-change question", "cancellation account-change subscription-change approve"},
		{clients.Primary, "dns-change", "dns-change question", "password-change minor-change approve"},
	} {
		named := func(names string) (all []clients.Permission) {
			for name := range strings.FieldsSeq(names) {
				all = append(all, clients.Permission(name))
			}
			return all
		}
		c := clients.Contact{Role: tt.role, Permissions: named(tt.permissions)}
		for _, name := range named(tt.may) {
			if !c.May(name, day, "") {
				t.Errorf("%s with %q may not %s", tt.role, tt.permissions, name)
			}
			if gone := c; true {
				if gone.Status = clients.Removed; gone.May(name, day, "") {
					t.Errorf("a removed contact may %s", name)
				}
			}
		}
		for _, name := range named(tt.not) {
			if c.May(name, day, "") {
				t.Errorf("%s with %q may %s", tt.role, tt.permissions, name)
			}
		}
	}
}

func TestUnknownColumn(t *testing.T) {
	for csv, want := range map[string]string{
		"client,emial\n":              "Did you mean email?",
		"client;emial\n":              "Did you mean email?",
		"client\temial\n":             "Did you mean email?",
		"client,email,\n":             "column 3 has no name",
		"client,email,services\n":     "Columns are client, client_name, email, ",
		"\xff\xfec\x00l\x00":          "UTF-16",
		"\xfe\xff\x00c\x00l":          "UTF-16",
		"c\x00l\x00i\x00":             "UTF-16",
		"PK\x03\x04\x14\x00\x06\x00":  "save it as CSV", // xlsx
		"\xd0\xcf\x11\xe0\xa1\xb1":    "save it as CSV", // xls
		"client\n":                    "email is missing",
		"":                            "is empty",
		"client,email,email\n":        "stands twice",
		"client,email,\"name\nx\"y\n": "",
	} {
		_, err := importContacts(kv.Memory(), csv, clients.ImportOptions{})
		if err == nil || !strings.HasPrefix(err.Error(), "c.csv: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("ImportContacts(%q) = %v, want %s", csv, err, want)
		}
	}
}

// A thousand lines go in by updates of bounded size; a dry run says the same.
func TestImportMany(t *testing.T) {
	var b strings.Builder
	b.WriteString(header)
	for i := range 1000 {
		fmt.Fprintf(&b, "c%d,,a%d@c.example;b%d@c.example,,,,\n", i/10, i, i)
	}
	s := kv.Memory()
	if r := contacts(t, s, b.String(), dryRun); r.Added != 1000 {
		t.Errorf("dry run added %d", r.Added)
	}
	if r := contacts(t, s, b.String()); r.Added != 1000 {
		t.Errorf("added %d", r.Added)
	}
	n := 0
	if err := clients.EachContact(s, func(c clients.Contact) error {
		if cools(c) {
			t.Errorf("%s cools in the first import", c.ID)
		}
		n++
		return nil
	}); err != nil || n != 1000 {
		t.Errorf("EachContact gave %d, %v", n, err)
	}
}

// Whatever is imported: every address on file leads to one contact who has it,
// and importing it again changes nothing.
func FuzzImport(f *testing.F) {
	f.Add(header + ada)
	f.Add(header + "a,,x@a.example;y@a.example,,,,\nb,,y@a.example,,,all,\n")
	f.Add("\ufeffclient,email\r\n\"a\",\"\u212A@a.example\"\r\n")
	f.Fuzz(func(t *testing.T, csv string) {
		s := kv.Memory()
		opt := clients.ImportOptions{Now: day, AllowMove: true}
		first, err := importContacts(s, csv, opt)
		if err != nil {
			return
		}
		_ = clients.EachContact(s, func(c clients.Contact) error {
			for _, a := range c.Addresses {
				if got, ok := find(t, s, a); !ok || got.ID != c.ID {
					t.Errorf("%s leads to %q, not to %s", a, got.ID, c.ID)
				}
			}
			return nil
		})
		again, err := importContacts(s, csv, opt)
		if err != nil || again.Added+again.Changed != 0 || len(again.Rejected) != len(first.Rejected) {
			t.Errorf("import again = %+v, %v; first %+v", again, err, first)
		}
	})
}
