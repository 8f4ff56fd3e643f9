package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"countersign/clients"
	"countersign/internal/audit"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

var ida = By{UID: 1001, User: "ida", Agent: "ida", Via: "socket"}

// directoryLog gives what the audit log holds of writes of the directory.
func (d *desk) directoryLog(t failer) (all []directoryWrite) {
	t.Helper()
	check(t, d.KV().View(func(v kv.View) error {
		return audit.List(v, 0, func(_ int64, e audit.Entry) error {
			if e.Kind != "directory" {
				return nil
			}
			var w directoryWrite
			all = append(all, w)
			return json.Unmarshal(e.Data, &all[len(all)-1])
		})
	}))
	return all
}

// imports imports contacts as ida.
func (d *desk) imports(t failer, csv string) clients.Report {
	t.Helper()
	return d.importFile(t, ImportFile{Kind: ImportContacts, Name: "people.csv", AllowMove: true,
		CSV: []byte("client,client_name,email,name,role,permissions,language\n" + csv)})
}

// importFile imports a file as ida.
func (d *desk) importFile(t failer, f ImportFile) clients.Report {
	t.Helper()
	r, err := d.Directory.Import(context.Background(), ida, f, func(Progress) error { return nil })
	check(t, err)
	return r
}

// TestDirectoryRecorded: every way to write the directory leaves who wrote what
// in the audit log and tells the log, and what changes nothing leaves nothing.
func TestDirectoryRecorded(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *testing.T, d *desk)
		want []string // record: field before>after
	}{
		{"new-client", func(t *testing.T, d *desk) { d.imports(t, "west,West Ltd,zoe@west.example,Zoe,primary,,\n") },
			[]string{`client west: name >"West Ltd"`, `contact c-1: addresses >["zoe@west.example"]`, `contact c-1: role >"primary"`}},
		{"widened", func(t *testing.T, d *desk) { d.imports(t, "c1,,bob@client.example,,primary,,\n") },
			[]string{`contact bob: role "authorised">"primary"`, `contact bob: gained >{"primary":"2026-11-25T09:00:00Z"}`}},
		{"address", func(t *testing.T, d *desk) { d.imports(t, "c1,,bob@client.example;bob@home.example,,,all,\n") },
			[]string{`contact bob: addresses ["bob@client.example"]>["bob@client.example","bob@home.example"]`}},
		{"moved", func(t *testing.T, d *desk) { d.imports(t, "c2,,bob@client.example,,,all,\n") },
			[]string{`contact bob: status "active">"removed"`, `contact c-1: client >"c2"`}},
		{"renamed", func(t *testing.T, d *desk) {
			d.importFile(t, ImportFile{Kind: ImportClients, Name: "clients.csv", CSV: []byte("client,client_name\nc1,Other name\n")})
		}, []string{`client c1: name "Client">"Other name"`}},
		{"agent", func(t *testing.T, d *desk) {
			_, err := d.Directory.AddAgent(ida, staff.Agent{ID: "eve", Email: "eve@desk.example", Role: staff.RoleAdmin, UnixUser: "eve"})
			check(t, err)
		}, []string{`agent eve: role >"admin"`, `agent eve: unix_user >"eve"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var told []string
			d := memoryDesk(t, func(o *Options) {
				o.Wrote = func(by By, why string, w Written) { told = append(told, w.Record) }
			})
			tt.do(t, d)
			var got, records []string
			for _, e := range d.directoryLog(t) {
				if e.By != ida || e.Why == "" {
					t.Errorf("by %+v, why %q", e.By, e.Why)
				}
				for _, w := range e.Written {
					records = append(records, w.Record)
					for _, name := range w.Fields() {
						if string(w.Before[name]) == string(w.After[name]) {
							t.Errorf("%s: %s did not change", w.Record, name)
						}
						got = append(got, fmt.Sprintf("%s: %s %s>%s", w.Record, name, w.Before[name], w.After[name]))
					}
				}
			}
			for _, want := range tt.want {
				if !slices.Contains(got, want) {
					t.Errorf("the audit log has no %q, but %q", want, got)
				}
			}
			if !slices.Equal(told, records) {
				t.Errorf("told of %q, recorded %q", told, records)
			}
			if _, err := audit.Verify(d.KV()); err != nil {
				t.Error(err)
			}
			told = nil
			if tt.name == "agent" {
				return
			}
			if tt.do(t, d); !slices.Equal(told, []string{"import i-2", "import i-2"}) { // its begin and its end
				t.Errorf("once more: told of %q", told)
			}
		})
	}
}

// TestNameTakenOver: who gives a client another name and brings a second one on
// file by the old name makes nobody who can confirm at once.
func TestNameTakenOver(t *testing.T) {
	d := memoryDesk(t, nil)
	d.importFile(t, ImportFile{Kind: ImportClients, Name: "clients.csv", CSV: []byte("client,client_name\nc1,Elsewhere\n")})
	double := ImportFile{Kind: ImportContacts, Name: "people.csv", CSV: []byte("client,client_name,email,name,role\nnw,CLIENT,ada@evil.example,Ada,primary\n")}
	if r := d.importFile(t, double); len(r.Problems) != 1 || r.Added != 0 {
		t.Fatalf("the name of another: %+v", r)
	}
	double.AllowAlike = true
	d.importFile(t, double)
	ticket, l := d.ask(t, "ada@evil.example", policy.PasswordChange)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "cooling")
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Deny || !has(a, "cooling") {
		t.Errorf("%+v", a)
	}
}

// TestDirectoryNotWritten: what fails, and a dry run, leave neither record nor trace.
func TestDirectoryNotWritten(t *testing.T) {
	d := memoryDesk(t, nil)
	before := d.dump(t)
	if _, err := d.Directory.AddAgent(ida, staff.Agent{ID: "kim", Email: "kim@desk.example"}); err == nil {
		t.Error("a second kim was added")
	}
	d.importFile(t, ImportFile{Kind: ImportContacts, CSV: []byte("client,email\nc1,new@client.example\n"), DryRun: true})
	if after := d.dump(t); len(after) != len(before) || after["audit/head"] != before["audit/head"] {
		t.Errorf("%d keys, before %d", len(after), len(before))
	}
}

// TestDirectoryEntrySize: many large records at once make several entries, none
// of them larger than the store takes.
func TestDirectoryEntrySize(t *testing.T) {
	d := memoryDesk(t, nil)
	const records, size = 9, 20 << 10
	check(t, d.Directory.write(ida, "test", func(tx kv.Tx) error {
		for i := range records {
			if err := clients.PutClient(tx, clients.Client{ID: fmt.Sprint("c1", i), Name: strings.Repeat("x", size)}); err != nil {
				return err
			}
		}
		return nil
	}))
	n, entries := 0, d.directoryLog(t)
	for _, e := range entries {
		n += len(e.Written)
	}
	if n != records || len(entries) != records {
		t.Errorf("%d records in %d entries of the log", n, len(entries))
	}
	if _, err := audit.Verify(d.KV()); err != nil {
		t.Error(err)
	}
}
