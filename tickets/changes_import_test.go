package tickets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// toldOf gives who was told what by imports, as "address: words", in order.
func (d *desk) toldOf() (all []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.letters {
		if l.Kind == policy.NoticeChanged {
			all = append(all, l.To+": "+l.Request)
		}
	}
	slices.Sort(all)
	return all
}

// TestImportTells: what an import widens, takes away or brings to a client that had
// contacts is told once, and hangs on a ticket; nothing else is.
func TestImportTells(t *testing.T) {
	const now = "c1,,bob@client.example,Bob,authorised,password-change,\n"
	for _, tt := range []struct {
		name, line string
		want       []string // to whom, and a part of what they are told
	}{
		{"same", now, nil},
		{"name", "c1,,bob@client.example,Bob Berg,authorised,password-change,\n", nil},
		{"narrowed", "c1,,bob@client.example,Bob,authorised,ask,\n", nil},
		{"class", "c1,,bob@client.example,Bob,authorised,password-change;dns-change,\n", []string{ada + "~dns-change, password-change, before password-change", bob + "~dns-change"}},
		{"minor", "c1,,bob@client.example,Bob,authorised,password-change;ask,\n", nil},
		{"primary", "c1,,bob@client.example,Bob,primary,password-change,\n", []string{ada + "~role primary, before authorised", bob + "~role primary"}},
		{"address", "c1,,bob@client.example;bob@home.example,Bob,authorised,password-change,\n", []string{ada + "~b***@home.example added", bob + "~b***@home.example added"}},
		{"address-first", "c1,,bob@home.example;bob@client.example,Bob,authorised,password-change,\n", []string{ada + "~our mail goes to b***@home.example", bob + "~added"}},
		{"no-longer-primary", "c1,,ada@client.example,Ada,authorised,password-change,\n", []string{ada + "~role authorised, before primary"}},
		{"new-contact", "c1,,zoe@client.example,Zoe,,ask,\n", []string{ada + "~Zoe (c-1): z***@client.example, authorised"}},
		{"new-client", "c3,,zoe@three.example,Zoe,primary,,\nc3,,nils@three.example,Nils,,,\n", nil},
		{"new-in-a-client-without-primary", "c4,,zoe@four.example,Zoe,,ask,\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			d.contact(t, "bob", func(c *clients.Contact) { c.Name, c.Permissions = "Bob", more2("password-change") })
			d.contact(t, "ada", func(c *clients.Contact) { c.Name = "Ada" })
			header := []byte("client,client_name,email,name,role,permissions,language\n" + tt.line)
			d.importFile(t, ImportFile{Kind: ImportContacts, Name: "people.csv", CSV: header, DryRun: true})
			if check(t, d.Tick()); len(d.toldOf()) > 0 {
				t.Errorf("a dry run told %q", d.toldOf())
			}
			for range 2 { // the same file once more tells nothing new
				d.imports(t, tt.line)
				check(t, d.Tick())
				check(t, d.Tick())
			}
			got := d.toldOf()
			if len(got) != len(tt.want) {
				t.Fatalf("told %q, want %q", got, tt.want)
			}
			for i, want := range tt.want {
				to, words, _ := strings.Cut(want, "~")
				if !strings.HasPrefix(got[i], to+": ") || !strings.Contains(got[i], words) || strings.Contains(got[i], home) {
					t.Errorf("told %q, want %q", got[i], want)
				}
			}
			if len(tt.want) == 0 {
				return
			}
			l := d.letter(t, policy.NoticeChanged, strings.Split(tt.want[0], "~")[0])
			d.state(t, l.Ticket, policy.StateClosed)
			d.receive(t, d.reply(l, policy.No))
			d.state(t, l.Ticket, policy.StateDisputed)
			if by := d.stoppedBy(t, "c1"); !slices.Contains(by, l.Ticket) {
				t.Errorf("stopped by %v", by)
			}
			if a := d.may(t, l.Ticket, policy.AccountChange, "kim"); a.Decision != policy.Deny {
				t.Errorf("%+v", a)
			}
			if lines, err := d.Report(start, time.Time{}, ByClass); err != nil || len(lines) > 0 {
				t.Errorf("reported as a request: %+v, %v", lines, err)
			}
		})
	}
}

// TestImportTellsOfMany: new contacts of one client in one import are one ticket and
// one mail, which names ten and counts the others, however the import was cut off.
func TestImportTellsOfMany(t *testing.T) {
	d := memoryDesk(t, nil)
	var csv strings.Builder
	csv.WriteString("client,email,name\n")
	for i := range 130 {
		fmt.Fprintf(&csv, "c1,n%d@client.example,Nils %d\n", i, i)
	}
	f := ImportFile{Kind: ImportContacts, Name: "people.csv", CSV: []byte(csv.String())}
	_, err := d.Directory.Import(context.Background(), ida, f, func(p Progress) error {
		if p.Row > 0 {
			return errors.New("cut off")
		}
		return nil
	})
	if err == nil {
		t.Fatal("it was not cut off")
	}
	if check(t, d.Tick()); len(d.toldOf()) > 0 {
		t.Error("told before the import has ended")
	}
	d.turn(time.Minute)
	d.importFile(t, f)
	check(t, d.Tick())
	check(t, d.Tick())
	got := d.toldOf()
	if len(got) != 1 || !strings.HasPrefix(got[0], ada+": ") || strings.Count(got[0], "n***@client.example") != 10 || !strings.HasSuffix(got[0], "and 120 more") {
		t.Fatalf("told %q", got)
	}
}

// TestImportCutOffTells: what an import did that never goes on is told in the end.
func TestImportCutOffTells(t *testing.T) {
	d := memoryDesk(t, nil)
	_, err := d.Directory.Import(context.Background(), ida, ImportFile{Kind: ImportContacts, Name: "people.csv",
		CSV: []byte("client,email,permissions\nc1,ada@client.example,all\nc1,bob@client.example,all\nc1,zoe@client.example,all\n")}, func(p Progress) error {
		if p.Row == p.Rows {
			return errors.New("cut off")
		}
		return nil
	})
	if err == nil {
		t.Fatal("it was not cut off")
	}
	for _, after := range []time.Duration{0, time.Hour - time.Second, time.Second} {
		d.turn(after)
		check(t, d.Tick())
	}
	if got := d.toldOf(); len(got) != 1 {
		t.Errorf("told %q", got)
	}
}

// TestTellingFails: what can't be told of one keeps nothing else back, and is tried again.
func TestTellingFails(t *testing.T) {
	d := memoryDesk(t, nil)
	d.imports(t, "c1,,zoe@client.example,Zoe,,ask,\nc2,,nils@other.example,Nils,,ask,\n")
	check(t, d.engine.Update(func(tx kv.Tx) error {
		return errors.Join(tx.Put(importedPrefix+"i-1/new/c1", []byte("{")), tx.Put(tellingPrefix+kv.Due(start)+"/T-1/changed", []byte("{")))
	}))
	if err := d.Tick(); err == nil {
		t.Error("nothing went wrong")
	}
	_ = d.Tick()
	if got := d.toldOf(); len(got) != 1 || !strings.HasPrefix(got[0], eve) {
		t.Errorf("told %q", got)
	}
}

// TestTellingIsBounded: many changes are told within the limits, and none is dropped.
func TestTellingIsBounded(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour = 5 })
	var lines strings.Builder
	for i := range 12 {
		fmt.Fprintf(&lines, "c1,,m%d@client.example,M%d,,dns-change,\n", i, i)
	}
	d.imports(t, lines.String())
	check(t, d.Tick())
	check(t, d.Tick())
	d.imports(t, strings.ReplaceAll(lines.String(), "dns-change", "all"))
	check(t, d.Tick())
	check(t, d.Tick())
	waiting := 0
	for _, o := range d.outbox(t, "") {
		if o.To == ada && o.Kind == policy.NoticeChanged && o.Paced {
			waiting++
		}
		if o.Kind == policy.NoticeChanged {
			if err := d.Outbox.Cancel(o.ID, "max"); !errors.Is(err, ErrNotAllowed) {
				t.Errorf("canceled: %v", err)
			}
		}
	}
	if got := len(d.toldOf()); got != 1+24 || waiting != 8 {
		t.Errorf("%d told, %d wait", got, waiting)
	}
}
