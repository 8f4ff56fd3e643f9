package clients_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
)

func allowAlike(o *clients.ImportOptions) { o.AllowAlike = true }

// TestNamedAlike: a client that could be taken for one on file is refused, and
// nothing of its lines is written.
func TestNamedAlike(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		alike      bool
	}{
		{"case-of-id", "North,Another Ltd", true},
		{"dash-in-id", "no-rth,Another Ltd", true},
		{"digit-in-id", "n0rth,Another Ltd", true},
		{"id-as-name", "another,North", true},
		{"name", "another,Northwind", true},
		{"name-as-id", "northwind,Another Ltd", true},
		{"case-of-name", "another,NORTHWIND", true},
		{"blank-in-name", "another,North wind", true},
		{"punctuation", `another,"North, wind."`, true},
		{"width", "another,\uff2e\uff4f\uff52\uff54\uff48wind", true},
		{"circled", "another,\u24c3orthwind", true},
		{"cyrillic", "another,N\u043erthwind", true},
		{"accent", "another,N\u00f6rthwind", true},
		{"combining", "another,No\u0308rthwind", true},
		{"joiner", "another,North\u200bwind", true},
		{"vv-for-w", "another,Northvvind", true},
		{"no-name", "northwind,", true},
		{"another", "south,Southwind", false},
		{"longer", "north2,Northwind Sales", false},
		{"signs-only", "another,***", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			contacts(t, s, header+ada)
			r := contacts(t, s, header+tt.line+",ceo@evil.example,Ada Berg,,,\n", later)
			if refused := len(r.Problems) == 1 && strings.Contains(r.Problems[0].Text, "looks like client north (Northwind), which is on file. Needs --allow-alike"); refused != tt.alike {
				t.Errorf("import = %+v, want refused %v", r, tt.alike)
			}
			c, ok := find(t, s, "ceo@evil.example")
			if ok == tt.alike {
				t.Errorf("on file: %+v, %v", c, ok)
			}
			r = contacts(t, s, header+tt.line+",ceo@evil.example,Ada Berg,,,\n", later, allowAlike)
			if c, ok = find(t, s, "ceo@evil.example"); !ok || tt.alike && (!cools(c) || len(r.Warnings) != 1) {
				t.Errorf("with --allow-alike: %+v, %v; %+v", c, ok, r)
			}
			if r := contacts(t, s, header+tt.line+",ceo@evil.example,Ada Berg,,,\n", later); r.Same != 1 {
				t.Errorf("once more: %+v", r)
			}
		})
	}
}

// TestRenamedAlike: nor does a client that is there take another's name, be it
// one that the other had before.
func TestRenamedAlike(t *testing.T) {
	s := kv.Memory()
	contacts(t, s, header+ada+"south,Southwind,eve@south.example,,,,\n")
	names := func(csv string, change ...func(*clients.ImportOptions)) clients.Report {
		opt := clients.ImportOptions{Now: day.Add(time.Hour), Import: "i-2"}
		for _, c := range change {
			c(&opt)
		}
		return importClients(t, s, csv, opt)
	}
	if r := names("south,Northwind\n"); len(r.Problems) != 1 || r.Changed != 0 {
		t.Errorf("south takes north's name: %+v", r)
	}
	if r := names("south,south-wind\nwest,Southwind\n"); r.Changed != 1 || len(r.Problems) != 1 {
		t.Errorf("the same look, and another with it: %+v", r)
	}
	if r := names("south,Desert\nwest,Southwind\n"); r.Changed != 1 || r.Added != 0 || len(r.Problems) != 1 ||
		!strings.Contains(r.Problems[0].Text, "west (Southwind) has a name that was that of client south (Desert), which is on file. Needs --allow-alike") {
		t.Errorf("a name that was given up: %+v", r)
	}
	if r := names("south,Southwind\n"); r.Changed != 1 || len(r.Problems) != 0 {
		t.Errorf("one's own name back: %+v", r)
	}
	if r := names("west,Northwind\n", allowAlike); r.Added != 1 || len(r.Warnings) != 1 {
		t.Errorf("with --allow-alike: %+v", r)
	}
	_ = s.View(func(v kv.View) error {
		if c, _, err := clients.GetClient(v, "west"); err != nil || !c.Alike.Equal(day.Add(time.Hour)) {
			t.Errorf("west is alike since %v, %v", c.Alike, err)
		}
		return nil
	})
}

// TestNamesake: a second contact of a client with the same name is warned of.
func TestNamesake(t *testing.T) {
	for _, tt := range []struct {
		line string
		want int
	}{
		{"north,,ada@freemail.example,Ada Berg,,,", 1},
		{"north,,ada@freemail.example,ada berg,,,", 1},
		{"north,,ada@freemail.example,\u0410da B\u0435rg,,,", 1},
		{"north,,nils@north.example,Nils Holm,,,", 0},
		{"south,,ada@freemail.example,Ada Berg,,,", 0},
		{"north,,ada@north.example,Ada Berg,,,en", 0},
		{"north,,bob@north.example,Ada Berg,,,", 1},
	} {
		s := kv.Memory()
		contacts(t, s, header+ada+"north,,bob@north.example,Bob,,,\n")
		if r := contacts(t, s, header+tt.line+"\n", later); len(r.Warnings) != tt.want || len(r.Problems) != 0 {
			t.Errorf("%s gives %+v, %+v, want %d warnings", tt.line, r.Warnings, r.Problems, tt.want)
		} else if tt.want == 1 && !strings.Contains(r.Warnings[0].Text, "looks like Ada Berg (ada@north.example ada@home.example), another contact of this client") {
			t.Errorf("the warning says %s", r.Warnings[0].Text)
		}
	}
	s := kv.Memory()
	contacts(t, s, header+ada+"north,,bob@north.example,Bob,,,\n")
	contacts(t, s, header+"north,,bob@north.example,Robert,,,\n", later)
	if r := contacts(t, s, header+"north,,bo@north.example,Bob,,,\n", later); len(r.Warnings) != 0 {
		t.Errorf("a name that was given up: %+v", r.Warnings)
	}
}

// TestLongNames: a name that becomes very long when it is spelt out is no key
// that the store refuses.
func TestLongNames(t *testing.T) {
	s := kv.Memory()
	name := strings.Repeat("\ufdfa", 200) // one character for eighteen
	if r := contacts(t, s, header+"north,"+name+",ada@north.example,"+name+",,,\n"); r.Added != 1 {
		t.Errorf("%+v", r)
	}
}

// TestFirstImport: only the contacts that come with a new client, in one import
// and before anything was asked for, need not cool.
func TestFirstImport(t *testing.T) {
	begun := day.Add(time.Hour)
	for _, tt := range []struct {
		name   string
		change func(*clients.ImportOptions)
		cools  bool
	}{
		{"first", func(o *clients.ImportOptions) {}, false},
		{"a-day-after-the-client", func(o *clients.ImportOptions) { o.Now = day.Add(24 * time.Hour) }, false},
		{"later", func(o *clients.ImportOptions) { o.Now = day.Add(24*time.Hour + time.Second) }, true},
		{"ticket-before", func(o *clients.ImportOptions) {
			o.Ticketed = func(kv.Reader, string) (time.Time, error) { return begun.Add(-time.Second), nil }
		}, true},
		{"ticket-meanwhile", func(o *clients.ImportOptions) {
			o.Begun, o.Ticketed = begun, func(kv.Reader, string) (time.Time, error) { return begun, nil }
			o.Now = begun.Add(time.Minute)
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			importClients(t, s, "north,Northwind\n", clients.ImportOptions{Now: day, Import: "i-1"})
			contacts(t, s, header+ada, func(o *clients.ImportOptions) { o.Now, o.Import = begun, "i-2" }, tt.change)
			if c, _ := find(t, s, "ada@north.example"); cools(c) != tt.cools {
				t.Errorf("%+v, want that it cools: %v", c, tt.cools)
			}
		})
	}
	s := kv.Memory()
	contacts(t, s, header+ada, func(o *clients.ImportOptions) { o.Import = "i-1" })
	contacts(t, s, header+"north,,nils@north.example,,,,\n", func(o *clients.ImportOptions) { o.Import = "i-2" })
	if c, _ := find(t, s, "nils@north.example"); !cools(c) {
		t.Error("who comes with another import does not cool")
	}
}

// TestNobodyLeavesAStop: no address moves out of a client that is stopped.
func TestNobodyLeavesAStop(t *testing.T) {
	for _, halted := range []bool{true, false} {
		s := kv.Memory()
		contacts(t, s, header+ada)
		r := contacts(t, s, header+"south,,ada@north.example,,,,\n", later, move, func(o *clients.ImportOptions) {
			o.Stopped = func(_ kv.Reader, client string) (bool, error) { return halted && client == "north", nil }
		})
		if c, _ := find(t, s, "ada@north.example"); (c.Client == "north") != halted || (len(r.Problems) == 1) != halted {
			t.Errorf("stopped %v: of client %s, %+v", halted, c.Client, r.Problems)
		}
		if halted && !strings.Contains(fmt.Sprint(r.Problems), "stopped") {
			t.Errorf("%+v", r.Problems)
		}
	}
}
