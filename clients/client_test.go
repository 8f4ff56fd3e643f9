package clients_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
)

func says[T any](v T) *T { return &v }

func getClient(t testing.TB, s kv.Store, id string) (c clients.Client) {
	t.Helper()
	if err := s.View(func(v kv.View) (err error) { c, _, err = clients.GetClient(v, id); return err }); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSetClient: what is named is changed, and nothing else; each row spoils one
// thing or shows what becomes of one.
func TestSetClient(t *testing.T) {
	many := make([]string, 300)
	for i := range many {
		many[i] = fmt.Sprint("w", i)
	}
	for _, tt := range []struct {
		name  string
		ch    clients.ClientChange
		allow bool
		want  string // of the error
		is    func(clients.Client) bool
	}{
		{"name", clients.ClientChange{Name: says("Northern Wind")}, false, "", func(c clients.Client) bool { return c.Name == "Northern Wind" && len(c.Priorities) == 1 }},
		{"priorities", clients.ClientChange{Priorities: &[]string{"low ", "urgent", "LOW", ""}}, false, "", func(c clients.Client) bool { return slices.Equal(c.Priorities, []string{"low", "urgent"}) }},
		{"none", clients.ClientChange{Priorities: &[]string{}}, false, "", func(c clients.Client) bool { return len(c.Priorities) == 0 && c.Name == "Northwind" }},
		{"services", clients.ClientChange{Services: &[]string{"Web-3", "north.example", "web-3"}}, false, "", func(c clients.Client) bool { return slices.Equal(c.Services, []string{"web-3", "north.example"}) }},
		{"no-name", clients.ClientChange{Name: says(" ")}, false, "invalid name: is empty", nil},
		{"service-of-two-words", clients.ClientChange{Services: &[]string{"web 3"}}, false, `invalid services: "web 3" is no name of a service`, nil},
		{"long-word", clients.ClientChange{Categories: &[]string{strings.Repeat("x", 61)}}, false, "invalid categories", nil},
		{"two-in-one-word", clients.ClientChange{Categories: &[]string{"a;b"}}, false, "invalid categories", nil},
		{"many-words", clients.ClientChange{Priorities: &many}, false, "invalid priorities: 300 of them", nil},
		{"many-services", clients.ClientChange{Services: &many}, false, "invalid services: 300 of them", nil},
		{"all-that-is-wrong", clients.ClientChange{Name: says(""), Services: &[]string{"?"}}, false, "invalid name: is empty\ninvalid services: ", nil},
		{"alike", clients.ClientChange{Name: says("S0uth")}, false, "invalid name: north (S0uth) looks like client south (South), which is on file. Needs --allow-alike", nil},
		{"alike-allowed", clients.ClientChange{Name: says("S0uth")}, true, "", func(c clients.Client) bool { return c.Alike.Equal(day.Add(time.Hour)) }},
		{"same-name", clients.ClientChange{Name: says("Northwind")}, false, "", func(c clients.Client) bool { return c.Alike.IsZero() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			if err := s.Update(func(tx kv.Tx) error {
				_, _, err := clients.AddClient(tx, "north", clients.ClientChange{Name: says("Northwind"), Priorities: &[]string{"high"}}, false, day)
				_, _, err2 := clients.AddClient(tx, "south", clients.ClientChange{Name: says("South")}, false, day)
				return errors.Join(err, err2)
			}); err != nil {
				t.Fatal(err)
			}
			err := s.Update(func(tx kv.Tx) error {
				_, _, err := clients.SetClient(tx, "north", tt.ch, tt.allow, day.Add(time.Hour))
				return err
			})
			if tt.want != "" {
				if !errors.Is(err, clients.ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v, want %s", err, tt.want)
				}
				return
			}
			if c := getClient(t, s, "north"); err != nil || !tt.is(c) || !c.Imported.Equal(day) {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
}

// TestAddClient: a client comes on file once, under a reference, and with a name
// that is no other's.
func TestAddClient(t *testing.T) {
	for _, tt := range []struct{ name, id, called, want string }{
		{"new", "south", "South", ""},
		{"no-name", "south", "", ""},
		{"there", "north", "Another", "is on file already"},
		{"form", "no th", "North", "not a reference"},
		{"alike", "n0rth", "", "Needs --allow-alike"},
		{"name-alike", "nw", "N0rthwind", "Needs --allow-alike"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			contacts(t, s, header+ada)
			ch := clients.ClientChange{}
			if tt.called != "" {
				ch.Name = &tt.called
			}
			err := s.Update(func(tx kv.Tx) error { _, _, err := clients.AddClient(tx, tt.id, ch, false, day); return err })
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("%v, want %s", err, tt.want)
			}
			if c := getClient(t, s, tt.id); tt.want == "" && (c.Name == "" || !c.Imported.Equal(day)) {
				t.Errorf("%+v", c)
			}
		})
	}
}

// clientFile imports a file of clients.
func clientFile(t testing.TB, s kv.Store, csv string, opt clients.ImportOptions) clients.Report {
	t.Helper()
	f, err := clients.ReadClients(strings.NewReader(csv), "c.csv")
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Import(oneByOne{s}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestImportClientLists: a client's words and services come by columns of their
// own, and a file without them leaves them as they are.
func TestImportClientLists(t *testing.T) {
	s := kv.Memory()
	opt := clients.ImportOptions{Now: day}
	r := clientFile(t, s, "client,client_name,priorities,categories,services\nnorth,Northwind,low;urgent,web|mail,web-3; North.example\n", opt)
	c := getClient(t, s, "north")
	if r.Added != 1 || !slices.Equal(c.Priorities, []string{"low", "urgent"}) || !slices.Equal(c.Categories, []string{"web", "mail"}) || !slices.Equal(c.Services, []string{"web-3", "north.example"}) {
		t.Fatalf("%+v, %+v", r, c)
	}
	contacts(t, s, header+ada)
	if r := clientFile(t, s, "client,client_name\nnorth,Northwind\n", opt); r.Same != 1 {
		t.Errorf("the same again: %+v", r)
	}
	if again := getClient(t, s, "north"); !slices.Equal(again.Services, c.Services) || !slices.Equal(again.Priorities, c.Priorities) {
		t.Errorf("files without these columns make %+v", again)
	}
	r = clientFile(t, s, "client,client_name,services\nnorth,Northwind,\n", opt)
	if again := getClient(t, s, "north"); r.Changed != 1 || len(again.Services) > 0 || len(again.Priorities) != 2 {
		t.Errorf("an empty field: %+v, %+v", r, again)
	}
	r = clientFile(t, s, "client,client_name,services\nnorth,Northwind,web 3;mail?\n", opt)
	if len(r.Problems) != 2 || r.Problems[0].Column != "services" || r.Problems[0].Line != 2 || !strings.HasPrefix(r.Problems[0].Text, `"web 3" is no name of a service`) {
		t.Errorf("%+v", r.Problems)
	}
}

// TestOwnWords: where a client has words of its own, no others are taken, and
// those in the way that its list writes them.
func TestOwnWords(t *testing.T) {
	c := clients.Client{ID: "north", Priorities: []string{"Low", "Urgent"}}
	for _, tt := range []struct{ word, want, err string }{
		{"", "", ""}, {"urgent", "Urgent", ""}, {" LOW", "Low", ""},
		{"urgnet", "", `invalid priority: "urgnet": client north has its own; one of Low, Urgent. Did you mean Urgent?`},
	} {
		got, err := c.Priority(tt.word)
		if got != tt.want || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("Priority(%q) = %q, %v", tt.word, got, err)
		}
	}
	if got, err := c.Category("anything"); got != "anything" || err != nil {
		t.Errorf("without a list: %q, %v", got, err)
	}
}
