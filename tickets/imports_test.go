package tickets

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// people300 is a file of 300 contacts of new clients, with a second primary
// contact, a line that takes an address from another client, and a bad one.
func people300() ImportFile {
	var b strings.Builder
	b.WriteString("client,client_name,email,name,role,permissions,language\n")
	for i := range 300 {
		fmt.Fprintf(&b, "n%d,New %d,a%d@new.example;b%d@new.example,Person %d,primary,,\n", i/7, i/7, i, i, i)
	}
	b.WriteString("c1,,eve@other.example,Eve,,ask,\nc1,,nobody,,,,\n")
	return ImportFile{Kind: ImportContacts, Name: "people.csv", CSV: []byte(b.String()), AllowMove: true}
}

var times = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"`)

// peopleKeys gives every key that package clients has, without its times.
func (d *desk) peopleKeys(t failer) map[string]string {
	all := map[string]string{}
	for key, v := range d.dump(t) {
		for _, p := range []string{"client/", "contact/", "address/", "member/", "primary/", "called/", "named/", "domain/", "alike/", "near/"} {
			if strings.HasPrefix(key, p) {
				all[key] = times.ReplaceAllString(v, "T")
			}
		}
	}
	return all
}

func (d *desk) importsOf(t failer) (all []Import) {
	t.Helper()
	check(t, d.Directory.Imports(func(i Import) error { all = append(all, i); return nil }))
	return all
}

var errCut = errors.New("cut off")

// TestImportCutOff: wherever an import ends early, and however much later it is
// done again, it comes to the same directory as one that was not cut off, and
// until then it is unfinished.
func TestImportCutOff(t *testing.T) {
	whole := memoryDesk(t, nil)
	first := whole.importFile(t, people300())
	if first.Added != 301 || len(first.Rejected) != 1 || first.Import != "i-1" {
		t.Fatalf("the import added %d, rejected %v, as %s", first.Added, first.Rejected, first.Import)
	}
	want := whole.peopleKeys(t)
	for _, rows := range []int{0, 1, 99, 200, 302} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			d := memoryDesk(t, nil)
			for range 2 { // it may be cut off again
				_, err := d.Directory.Import(t.Context(), ida, people300(), func(p Progress) error {
					if p.Row >= rows {
						return errCut
					}
					return nil
				})
				if all := d.importsOf(t); !errors.Is(err, errCut) || len(all) != 1 || !all[0].Unfinished() {
					t.Fatalf("Import = %v, %+v", err, all)
				}
				d.turn(time.Hour)
			}
			if rows == 99 { // somebody who is on file already writes meanwhile
				_, err := d.Open(OpenRequest{Contact: "a40@new.example", Channel: policy.Phone, Class: policy.Question, Subject: "How are you?", Agent: "kim"})
				check(t, err)
			}
			r := d.importFile(t, people300())
			if all := d.importsOf(t); r.Import != "i-1" || len(all) != 1 || all[0].Unfinished() || all[0].Rejected != 1 {
				t.Errorf("import %s ended as %+v", r.Import, all)
			}
			got := d.peopleKeys(t)
			for key := range want {
				if got[key] != want[key] {
					t.Errorf("%s = %s, want %s", key, got[key], want[key])
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d keys, want %d", len(got), len(want))
			}
		})
	}
}

// TestImportAnew: only the very file goes on with an unfinished import, and only
// until it has ended.
func TestImportAnew(t *testing.T) {
	cut := func(d *desk) {
		_, err := d.Directory.Import(t.Context(), ida, people300(), func(p Progress) error {
			if p.Row >= 5 {
				return errCut
			}
			return nil
		})
		if !errors.Is(err, errCut) {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*ImportFile)
		want   string
	}{
		{"same", func(f *ImportFile) {}, "i-1 ended"},
		{"more", func(f *ImportFile) { f.CSV = append(f.CSV, "n0,,eve@evil.example,,,,\n"...) }, "i-1 replaced by i-2, i-2 ended"},
		{"other-way", func(f *ImportFile) { f.AllowMove = false }, "i-1 replaced by i-2, i-2 ended"},
		{"other-name", func(f *ImportFile) { f.Name = "more.csv" }, "i-1 unfinished, i-2 ended"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			cut(d)
			filled, there := map[string]bool{}, map[string]bool{}
			check(t, clients.EachContact(d.KV(), func(c clients.Contact) error {
				filled[c.Client], there[c.ID] = true, true
				return nil
			}))
			f := people300()
			tt.change(&f)
			d.importFile(t, f)
			var got []string
			for _, i := range d.importsOf(t) {
				how := "ended"
				if i.Unfinished() {
					how = "unfinished"
				}
				if i.Replaced != "" {
					how = "replaced by " + i.Replaced
				}
				got = append(got, i.ID+" "+how)
			}
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("imports: %s, want %s", s, tt.want)
			}
			late := 0
			check(t, clients.EachContact(d.KV(), func(c clients.Contact) error {
				if filled[c.Client] && !there[c.ID] && strings.HasPrefix(c.Client, "n") {
					if late++; (len(c.Since) == 0) == (tt.name != "same") {
						t.Errorf("%v since %v", c.Addresses, c.Since)
					}
				}
				return nil
			}))
			if late == 0 {
				t.Error("nobody came late to a client that was there")
			}
			if again := d.importFile(t, f); again.Import == fmt.Sprint("i-", len(got)) {
				t.Errorf("after its end the file is import %s once more", again.Import)
			}
		})
	}
}

// TestOneImport: a second import meanwhile is refused, and one whose caller has
// gone stops.
func TestOneImport(t *testing.T) {
	d := memoryDesk(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := d.Directory.Import(ctx, ida, people300(), func(p Progress) error {
		if p.Row == 0 {
			f := people300()
			f.Name = "other.csv"
			if _, err := d.Directory.Import(t.Context(), ida, f, func(Progress) error { return nil }); !errors.Is(err, ErrImporting) {
				t.Errorf("a second import = %v", err)
			}
		}
		cancel()
		return nil
	})
	if all := d.importsOf(t); !errors.Is(err, context.Canceled) || len(all) != 1 || !all[0].Unfinished() {
		t.Errorf("Import = %v, %+v", err, all)
	}
}

// TestImportRecorded: an import is in the audit log with its begin and its end.
func TestImportRecorded(t *testing.T) {
	d := memoryDesk(t, nil)
	d.importFile(t, people300())
	all := d.directoryLog(t)
	first, last := all[0].Written[0], all[len(all)-1].Written[0]
	if first.Record != "import i-1" || first.Before != nil || last.Record != "import i-1" || last.After["ended"] == nil || string(last.After["added"]) != "301" {
		t.Errorf("first %+v, last %+v", first, last)
	}
	for _, e := range all[1:] {
		if e.Why != "contact import i-1 of people.csv" {
			t.Errorf("why: %s", e.Why)
		}
	}
}

// limited is an engine that takes so many operations in one Update.
type limited struct {
	kv.Store
	ops int
}

func (l limited) Limits() kv.Limits { return kv.Limits{Ops: l.ops} }

// TestImportBounds: an Update of an import is bounded, with its audit entry,
// whatever the rows hold.
func TestImportBounds(t *testing.T) {
	for addresses, ops := range map[int]int{1: 160, 8: 280} {
		d := &desk{now: start}
		d.open(t, limited{kv.Memory(), ops}, nil)
		var b strings.Builder
		b.WriteString("client,client_name,email,name,role,permissions,language\n")
		for i := range 60 {
			var all []string
			for j := range addresses {
				all = append(all, fmt.Sprintf("person%d.%d@firm%d-%d.example", i, j, i, j))
			}
			fmt.Fprintf(&b, "n%d,New %d,%s,Person %d,primary,,\n", i, i, strings.Join(all, ";"), i)
		}
		if r := d.importFile(t, ImportFile{Kind: ImportContacts, CSV: []byte(b.String())}); r.Added != 60 {
			t.Errorf("%d addresses: added %d, %+v", addresses, r.Added, r.Problems)
		}
	}
}
