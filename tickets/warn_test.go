package tickets

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// warned gives the codes that contact check has of a contact.
func (d *desk) warned(t failer, who string) (codes []string) {
	t.Helper()
	check(t, d.Directory.CheckContacts(who, "", func(c CheckedContact) error {
		if c.Contact == "" || c.Client == "" || c.Text == "" || c.Do == "" {
			t.Fatalf("%+v says nothing", c)
		}
		codes = append(codes, string(c.Code))
		return nil
	}))
	return codes
}

// TestHeard: what comes back, and who writes from an address, is known of it; what
// nobody vouches for says nothing.
func TestHeard(t *testing.T) {
	auto := func(e *policy.Evidence) { e.Kind = policy.KindAutoReply }
	unproved := func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} }
	plain := func(e *policy.Evidence) { e.Tokens, e.References, e.Threads = nil, nil, nil }
	for _, tt := range []struct {
		name  string
		mails [][]func(*policy.Evidence)
		fails bool // our question to him, before these
		want  string
	}{
		{"nothing", nil, false, ""},
		{"a-person", [][]func(*policy.Evidence){{}}, false, ""},
		{"only-a-machine", [][]func(*policy.Evidence){{auto}}, false, "only_automatic"},
		{"a-machine-then-a-person", [][]func(*policy.Evidence){{auto}, {}}, false, ""},
		{"a-person-then-a-machine", [][]func(*policy.Evidence){{}, {auto}}, false, ""},
		{"a-machine-that-nobody-vouches-for", [][]func(*policy.Evidence){{auto, unproved, plain}}, false, ""},
		{"came-back", nil, true, "undelivered"},
		{"came-back-then-answered", [][]func(*policy.Evidence){{}}, true, ""},
		{"came-back-then-forged", [][]func(*policy.Evidence){{unproved, plain}}, true, "domain_unproved undelivered"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			_, l := d.ask(t, bob, policy.PasswordChange)
			if tt.fails {
				out, err := d.Outbox.Due(d.Now(), 9, true)
				check(t, err)
				for _, o := range out {
					check(t, d.Outbox.Failed(o.ID, "550 5.1.1 no such user"))
				}
			}
			d.turn(time.Minute)
			for _, mail := range tt.mails {
				e := d.reply(l, policy.Unclear)
				for _, change := range mail {
					change(&e)
				}
				d.receive(t, e)
				d.turn(time.Minute)
			}
			got := d.warned(t, bob)
			slices.Sort(got)
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestWarnedWherever: a contact is warned of by contact check, when they are
// changed or tried to be, when they are imported, and when a ticket is opened for
// them, there without a full address; for a question nothing is said.
func TestWarnedWherever(t *testing.T) {
	d := memoryDesk(t, nil)
	check(t, d.kv.Update(func(tx kv.Tx) error {
		c, _, err := clients.GetClient(tx, "c1")
		check(t, err)
		c.Services = []string{"client.example"}
		return clients.PutClient(tx, c)
	}))
	if got := d.warned(t, ""); !slices.Equal(got, []string{"own_server", "own_server"}) {
		t.Errorf("of all: %q", got)
	}
	name := "Bob Hill"
	for _, dry := range []bool{true, false} {
		out, err := d.Directory.SetContact(By{User: "root", Owner: true}, ContactChange{Contact: bob, Change: clients.Change{Name: &name}, Agent: "max", DryRun: dry})
		check(t, err)
		if len(out.Warnings) != 1 || out.Warnings[0].Code != policy.CodeOwnServer || !strings.Contains(out.Warnings[0].Text, "second address elsewhere") {
			t.Errorf("contact set, dry %v: %+v", dry, out.Warnings)
		}
	}
	csv := "client,email,name\nc1,info@client.example,Desk of Bob\nc2,zoe@other.example,Zoe\nc2,zoe+web@other.example,Zoe Web\n"
	for _, dry := range []bool{true, false} {
		r := d.importFile(t, ImportFile{Kind: ImportContacts, CSV: []byte(csv), DryRun: dry})
		var got []string
		for _, w := range r.Warnings {
			got = append(got, string(w.Code))
		}
		if r.Added != 3 || len(r.Problems) > 0 || !slices.Equal(got, []string{"role_address", "own_server", "same_mailbox"}) || r.Warnings[2].Line != 4 || r.Warnings[2].Do == "" {
			t.Errorf("import, dry %v: %+v", dry, r)
		}
	}
	if r := d.importFile(t, ImportFile{Kind: ImportContacts, CSV: []byte(csv)}); r.Same != 3 || len(r.Warnings) != 4 {
		t.Errorf("imported again: %+v", r)
	}
	for class, want := range map[policy.Class]int{policy.PasswordChange: 1, policy.MinorChange: 1, policy.Question: 0} {
		ticket, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Chat, Class: class, Subject: "x", Agent: "kim"})
		check(t, err)
		w, err := d.Warnings(ticket)
		check(t, err)
		if len(w) != want || want > 0 && (w[0].Code != policy.CodeOwnServer || strings.Contains(w[0].Text, bob) || !strings.Contains(w[0].Text, "b***@client.example")) {
			t.Errorf("ticket open %s: %+v", class, w)
		}
	}
}

// TestRemovalWarns: whoever takes a contact off the file hears what the client lacks
// then, before and after it is done; what another contact has is not missed.
func TestRemovalWarns(t *testing.T) {
	for _, tt := range []struct {
		name, who string
		before    func(*desk)
		want      []policy.Code
	}{
		{"only-primary", ada, func(*desk) {}, []policy.Code{policy.CodeLastPrimary}},
		{"only-approver", bob, func(d *desk) {
			d.contact(t, "ada", func(c *clients.Contact) { c.Permissions = []clients.Permission{"ask"} })
		}, []policy.Code{policy.CodeLastApprover}},
		{"another-approver-has-left", bob, func(d *desk) {
			d.contact(t, "ada", func(c *clients.Contact) { c.Status = clients.Removed })
		}, []policy.Code{policy.CodeLastApprover}},
		{"another-primary", ada, func(d *desk) { d.contact(t, "bob", func(c *clients.Contact) { c.Role = clients.Primary }) }, nil},
		{"neither", bob, func(*desk) {}, nil},
		{"code-of-the-client", bob, func(d *desk) {
			_, err := d.SetCode(By{User: "max"}, CodeRequest{Client: "c1", Agent: "max", Code: bobs})
			check(t, err)
		}, []policy.Code{policy.CodeCodeKnown}},
		{"own-code", bob, func(d *desk) { d.set(t, bobs) }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			tt.before(d)
			for _, dry := range []bool{true, false} {
				out, err := d.Directory.RemoveContact(as("max"), tt.who, "max", dry)
				check(t, err)
				var got []policy.Code
				for _, w := range out.Warnings {
					got = append(got, w.Code)
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("dry run %v: %q, want %q", dry, got, tt.want)
				}
			}
		})
	}
}
