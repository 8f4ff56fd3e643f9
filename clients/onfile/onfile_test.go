package onfile

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"countersign/internal/kv"
	"countersign/internal/kv/kvtest"
	"countersign/internal/kv/migrate"
)

// TestGolden: what lies on disk has the names that it had.
func TestGolden(t *testing.T) {
	kvtest.Golden(t, map[string]any{"holder": Holder{Contact: "c-1", Also: []string{"c-2"}, Agent: "sam"}})
}

// TestTake: an address is one's alone, and none that leads to an agent becomes a
// contact's. Each row takes an address after Ada, a contact, and sam, an agent,
// have theirs.
func TestTake(t *testing.T) {
	for _, tt := range []struct {
		name, addr    string
		contact       string // who takes it; empty: agent sue
		by            Holder // who has it; nobody: it is taken
		leads, domain bool   // then to an agent
	}{
		{"new", "bob@north.example", "c-2", Holder{}, false, false},
		{"own", "ada@north.example", "c-1", Holder{}, false, false},
		{"others", "ada@north.example", "c-2", Holder{Contact: "c-1"}, false, false},
		{"others-mailbox", "ada+x@north.example", "c-2", Holder{}, false, false},
		{"agents", "sam+desk@staff.example", "c-2", Holder{Agent: "sam"}, true, true},
		{"agents-mailbox", "sam@staff.example", "c-2", Holder{Agent: "sam"}, true, true},
		{"leads-to-an-agent", "sam+other@staff.example", "c-2", Holder{Agent: "sam"}, true, true},
		{"agents-domain", "ada@staff.example", "c-2", Holder{}, false, true}, // see Desk
		{"plus-only", "+sam@staff.example", "c-2", Holder{}, false, true},
		{"agent-new", "sue@home.example", "", Holder{}, true, true},
		{"agent-new-detail", "sue+desk@home.example", "", Holder{}, true, true},
		{"agent-others", "sam@staff.example", "", Holder{Agent: "sam"}, true, true},
		{"agent-others-mailbox", "sam+sue@staff.example", "", Holder{Agent: "sam"}, true, true},
		{"agent-contacts", "ada@north.example", "", Holder{Contact: "c-1"}, false, false},
		{"agent-contacts-mailbox", "ada+sue@north.example", "", Holder{Contact: "c-1"}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			must(t, s.Update(func(tx kv.Tx) error {
				return errors.Join(TakeForContact(tx, "ada@north.example", "c-1"), TakeForAgent(tx, "sam+desk@staff.example", "sam"))
			}))
			err := s.Update(func(tx kv.Tx) error {
				if tt.contact == "" {
					return TakeForAgent(tx, tt.addr, "sue")
				}
				return TakeForContact(tx, tt.addr, tt.contact)
			})
			taken, is := errors.AsType[*TakenError](err)
			if is != !tt.by.Nobody() || is && !reflect.DeepEqual(taken.By, tt.by) || !is && err != nil {
				t.Fatalf("taking %s = %v, want it to be of %+v", tt.addr, err, tt.by)
			}
			must(t, s.View(func(v kv.View) error {
				h, err := Of(v, tt.addr)
				if want := (Holder{Contact: tt.contact}); err == nil && !is && tt.contact != "" && !reflect.DeepEqual(h, want) {
					t.Errorf("Of(%s) = %+v", tt.addr, h)
				}
				agent, errAgent := Agent(v, tt.addr)
				at, errAt := agentAt(v, domainOf(tt.addr))
				if (agent != "") != tt.leads || at != tt.domain {
					t.Errorf("Agent = %q, agentAt = %v", agent, at)
				}
				return errors.Join(err, errAgent, errAt)
			}))
		})
	}
}

// TestShare: contacts have an address together where that is said, and each
// gives back no more than their own part. It never becomes one of an agent, nor
// an agent's one of theirs.
func TestShare(t *testing.T) {
	const addr = "office@north.example"
	s := kv.Memory()
	of := func() (h Holder) {
		t.Helper()
		must(t, s.View(func(v kv.View) (err error) { h, err = Of(v, addr); return err }))
		return h
	}
	must(t, s.Update(func(tx kv.Tx) error {
		return errors.Join(TakeForContact(tx, addr, "c-1"), ShareWithContact(tx, addr, "c-2"), ShareWithContact(tx, addr, "c-2"),
			TakeForContact(tx, addr, "c-2"), ShareWithContact(tx, addr, "c-3"))
	}))
	if got := of().Contacts(); !slices.Equal(got, []string{"c-1", "c-2", "c-3"}) {
		t.Fatalf("shared by %v", got)
	}
	for name, take := range map[string]func(kv.Tx) error{
		"a fourth, without a word": func(tx kv.Tx) error { return TakeForContact(tx, addr, "c-4") },
		"an agent":                 func(tx kv.Tx) error { return TakeForAgent(tx, addr, "sam") },
		"an agent, by the mailbox": func(tx kv.Tx) error { return TakeForAgent(tx, "office+x@north.example", "sam") },
		"a contact, of an agent's": func(tx kv.Tx) error {
			return errors.Join(TakeForAgent(tx, "sam@staff.example", "sam"), ShareWithContact(tx, "sam@staff.example", "c-1"))
		},
		"a contact, of its mailbox": func(tx kv.Tx) error {
			return errors.Join(TakeForAgent(tx, "sam@staff.example", "sam"), ShareWithContact(tx, "sam+x@staff.example", "c-1"))
		},
		"more than may": func(tx kv.Tx) (err error) {
			for i := range maxSharing {
				err = errors.Join(err, ShareWithContact(tx, addr, "d-"+strconv.Itoa(i)))
			}
			return err
		},
	} {
		if _, is := errors.AsType[*TakenError](kv.DryRun(s, take)); !is {
			t.Errorf("%s: was given the address", name)
		}
	}
	for _, step := range []struct {
		contact string
		left    []string
		last    bool
	}{{"c-9", []string{"c-1", "c-2", "c-3"}, false}, {"c-1", []string{"c-2", "c-3"}, false}, {"c-3", []string{"c-2"}, false}, {"c-2", nil, true}, {"c-2", nil, false}} {
		var last bool
		must(t, s.Update(func(tx kv.Tx) (err error) { last, err = GiveBack(tx, addr, step.contact); return err }))
		if got := of().Contacts(); !slices.Equal(got, step.left) || last != step.last {
			t.Errorf("after %s gave it back: of %v, last %v", step.contact, got, last)
		}
	}
}

// TestGiveBack: nobody gives back what is another's.
func TestGiveBack(t *testing.T) {
	s := kv.Memory()
	must(t, s.Update(func(tx kv.Tx) error {
		errs := []error{TakeForContact(tx, "ada@north.example", "c-1"), TakeForAgent(tx, "sam@staff.example", "sam")}
		for addr, who := range map[string]string{"ada@north.example": "c-2", "sam@staff.example": "", "none@north.example": "c-1"} {
			_, err := GiveBack(tx, addr, who)
			errs = append(errs, err)
		}
		_, err := GiveBack(tx, "sam@staff.example", "sam")
		return errors.Join(append(errs, err)...)
	}))
	of := func(addr string) (h Holder) {
		must(t, s.View(func(v kv.View) (err error) { h, err = Of(v, addr); return err }))
		return h
	}
	if a, b := of("ada@north.example"), of("sam@staff.example"); a.Contact != "c-1" || b.Agent != "sam" {
		t.Errorf("given back by others: %+v, %+v", a, b)
	}
	must(t, s.Update(func(tx kv.Tx) error { _, err := GiveBack(tx, "ada@north.example", "c-1"); return err }))
	if h := of("ada@north.example"); !h.Nobody() {
		t.Errorf("given back, and still of %+v", h)
	}
}

// TestToSchema2: the two indexes of schema 1 become one, in which staff is staff.
func TestToSchema2(t *testing.T) {
	s := kv.Memory()
	must(t, s.Update(func(tx kv.Tx) error {
		return errors.Join(tx.Put("addr/ada@north.example", []byte("c-1")), tx.Put("addr/both@staff.example", []byte("c-2")),
			tx.Put("staffaddr/both@staff.example", []byte("sam")), tx.Put("staffdomain/staff.example", []byte("sam")))
	}))
	must(t, s.SetSchema(1))
	must(t, migrate.Run(s, []migrate.Migration{{Schema: 2, Steps: ToSchema2}}, nil))
	got := map[string]string{}
	must(t, s.View(func(v kv.View) error {
		return v.Scan("", "", func(key string, value []byte) error { got[key] = string(value); return nil })
	}))
	want := map[string]string{"address/ada@north.example": `{"contact":"c-1"}`, "address/both@staff.example": `{"agent":"sam"}`, "staffdomain/staff.example": "sam"}
	if len(got) != len(want) {
		t.Errorf("%d keys: %v", len(got), got)
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s = %q, want %q", key, got[key], value)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
