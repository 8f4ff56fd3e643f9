package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/internal/audit"
	"countersign/internal/exit"
	"countersign/internal/kv"
	"countersign/internal/suite"
	"countersign/staff"
	"countersign/tickets"
)

// slow is an engine in which every write takes a while.
type slow struct{ kv.Store }

func (s slow) Update(fn func(kv.Tx) error) error {
	time.Sleep(200 * time.Millisecond)
	return s.Store.Update(fn)
}

// someContacts is a file that takes more than a second to import into a slow store.
func someContacts() ImportRequest {
	var b strings.Builder
	b.WriteString("client,client_name,email,name,role,permissions,language\n")
	for i := range 600 {
		fmt.Fprintf(&b, "k%d,,a%d@new.example,,,,\n", i/10, i)
	}
	return ImportRequest{Name: "people.csv", CSV: []byte(b.String())}
}

// dialSoon gives a client that waits for the begin of an answer for that long.
func dialSoon(path string, wait time.Duration) *Client {
	return &Client{http.Client{Transport: &http.Transport{ResponseHeaderTimeout: wait, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}}}}
}

// TestImportTakesLong: however long an import takes, its answer begins at once
// and says how far it is.
func TestImportTakesLong(t *testing.T) {
	suite.Long(t)
	s := newServer(t)
	s.Store = tickets.New(slow{kv.Memory()}, options())
	t.Cleanup(s.Store.Close)
	began, said := time.Now(), 0
	r, err := dialSoon(listen(t, s), 600*time.Millisecond).Import(t.Context(), "contact/import", someContacts(), func(p tickets.Progress) {
		if said++; p.Import != "i-1" || p.Rows != 600 {
			t.Errorf("progress %+v", p)
		}
	})
	if took := time.Since(began); err != nil || r.Added != 600 || r.Import != "i-1" || took < time.Second || said < 2 {
		t.Errorf("Import = %d added, %v, after %s, %d words of progress", r.Added, err, took, said)
	}
}

// TestImportLeft: who goes away in the middle leaves an import that is
// unfinished, and doing the same again ends it. A store that fails says so.
func TestImportLeft(t *testing.T) {
	suite.Long(t)
	s := newServer(t)
	s.Store = tickets.New(slow{kv.Memory()}, options())
	t.Cleanup(s.Store.Close)
	c := dialSoon(listen(t, s), time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := c.Import(ctx, "contact/import", someContacts(), func(tickets.Progress) { cancel() })
	e, ok := errors.AsType[*exit.Error](err)
	if !ok || e.Code != exit.Unavailable || !strings.Contains(e.Message, "i-1 is unfinished") || e.Try == "" {
		t.Fatalf("Import = %v", err)
	}
	for e.Code != 0 {
		r, err := c.Import(t.Context(), "contact/import", someContacts(), nil)
		if err == nil {
			if r.Import != "i-1" || r.Added+r.Same != 600 {
				t.Errorf("once more: %+v", r)
			}
			break
		}
		if e, _ = errors.AsType[*exit.Error](err); e == nil || e.Reason != "importing" || e.Code != exit.TempFail {
			t.Fatalf("once more: %v", err) // but the first may take a moment to notice
		}
	}
	unfinished := 0
	err = c.Each(t.Context(), "import/list", None{}, func(line json.RawMessage) error {
		var i tickets.Import
		if json.Unmarshal(line, &i) == nil && i.Unfinished() {
			unfinished++
		}
		return nil
	})
	if err != nil || unfinished > 0 {
		t.Errorf("%d unfinished, %v", unfinished, err)
	}
}

// failing is an engine that takes so many writes.
type failing struct {
	kv.Store
	left *int
}

func (f failing) Update(fn func(kv.Tx) error) error {
	if *f.left--; *f.left < 0 {
		return errors.New("no space left on device")
	}
	return f.Store.Update(fn)
}

// TestImportFails: what goes wrong in the middle is said in full, not by an
// answer that breaks off; what is wrong with the file, before anything is said.
func TestImportFails(t *testing.T) {
	s := newServer(t)
	left := 2
	s.Store = tickets.New(failing{kv.Memory(), &left}, options())
	t.Cleanup(s.Store.Close)
	for name, c := range map[string]*Client{"socket": dialSoon(listen(t, s), time.Second), "local": Local(s)} {
		left = 2
		_, err := c.Import(t.Context(), "contact/import", someContacts(), nil)
		e, _ := errors.AsType[*exit.Error](err)
		if e == nil || e.Code != exit.IOErr || !strings.Contains(e.Message, "no space left on device") || !strings.Contains(e.Message, "is unfinished") {
			t.Errorf("%s: %v", name, err)
		}
		_, err = c.Import(t.Context(), "contact/import", ImportRequest{Name: "x.csv", CSV: []byte("wrong\n")}, nil)
		if e, _ := errors.AsType[*exit.Error](err); e == nil || e.Reason != "bad_file" || strings.Contains(e.Message, "unfinished") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDirectoryBy: the audit log names the Unix user and the agent who wrote the
// directory, as the operating system says, and how they came.
func TestDirectoryBy(t *testing.T) {
	s := newServer(t, staff.Agent{ID: "ida", Email: "ida@desk.example", Role: "admin", UnixUser: "u-ida"})
	admin := peer{uid: stranger, user: "u-ida", via: "socket"}
	csv, _ := json.Marshal(ImportRequest{Name: "p.csv", CSV: []byte("client,email\nnorth,ada@north.example\n")})
	for name, body := range map[string]string{"contact/import": string(csv), "agent/add": `{"id":"eve","email":"eve@desk.example"}`} {
		if p, out := ask(t, s, admin, name, body); out == "" {
			t.Fatalf("%s: %+v", name, p)
		}
	}
	if _, err := Local(s).Import(t.Context(), "client/import", ImportRequest{Name: "c.csv", CSV: []byte("client,client_name\nwest,West\n")}, nil); err != nil {
		t.Fatal(err)
	}
	got := map[string]tickets.By{}
	err := s.Store.KV().View(func(v kv.View) error {
		return audit.List(v, 0, func(_ int64, e audit.Entry) error {
			var d struct {
				By      tickets.By
				Written []tickets.Written
			}
			err := json.Unmarshal(e.Data, &d)
			for _, w := range d.Written {
				got[w.Record] = d.By
			}
			return err
		})
	})
	ida := tickets.By{UID: stranger, User: "u-ida", Agent: "ida", Via: "socket"}
	for _, record := range []string{"client north", "contact c-1", "agent eve"} {
		if got[record] != ida {
			t.Errorf("%s was written by %+v, %v", record, got[record], err)
		}
	}
	if by := got["client west"]; by.Via != "command" || !by.Owner || by.Agent != "" {
		t.Errorf("client west was written by %+v", by)
	}
}
