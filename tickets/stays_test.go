package tickets

import (
	"testing"

	"countersign/clients"
	"countersign/policy"
)

// TestStaysInView: mail of a person that is on no ticket, or one of so many that
// name one that it is only counted there, is marked where it lies, also when it
// is read again under another UID; all other mail is moved.
func TestStaysInView(t *testing.T) {
	d := memoryDesk(t, nil)
	_, l := d.ask(t, ada, policy.PasswordChange)
	stranger := d.reply(Letter{To: "zoe@elsewhere.example"}, policy.Unclear)
	forged := d.reply(Letter{To: "yan@elsewhere.example"}, policy.Unclear)
	forged.Sender = policy.Sender{Result: policy.ResultFail}
	robot := d.reply(Letter{To: "zoe@elsewhere.example"}, policy.Unclear)
	robot.Kind = policy.KindList
	stays := func(e policy.Evidence) bool {
		t.Helper()
		m := d.receive(t, e)
		todo, err := d.Ledger.Pending("support")
		check(t, err)
		for _, one := range todo {
			if one.UID == m.Source.UID {
				return one.Stays
			}
		}
		t.Fatalf("nothing is to be done for %s %v", m.ID, m.Reasons)
		return false
	}
	claim := func(from string) policy.Evidence { // whoever it is from, nothing proves it
		e := d.reply(Letter{To: from}, policy.Unclear)
		e.Numbers, e.Sender = []string{l.Ticket}, policy.Sender{Result: policy.ResultNone}
		return e
	}
	for range claimsFiled {
		if stays(claim("zoe@elsewhere.example")) {
			t.Error("what is filed on its ticket stays in view")
		}
	}
	beyond := claim(bob)
	for _, tt := range []struct {
		name string
		e    policy.Evidence
		want bool
	}{
		{"beyond-what-is-filed", beyond, true},
		{"beyond-what-is-filed-again", beyond, true},
		{"stranger", stranger, true},
		{"stranger-again", stranger, true},
		{"answer", d.reply(l, policy.Yes), false},
		{"machine", robot, false},
		{"forgery", forged, false},
	} {
		if got := stays(tt.e); got != tt.want {
			t.Errorf("%s stays in view: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestAnybodyMayAsk: a contact who may ask for passwords only is heard all the
// same when the site is down.
func TestAnybodyMayAsk(t *testing.T) {
	d := memoryDesk(t, nil)
	d.contact(t, "bob", func(c *clients.Contact) {
		c.Permissions = []clients.Permission{clients.Permission(policy.PasswordChange)}
	})
	e := d.reply(Letter{To: bob}, policy.Unclear)
	e.Kind, e.Text, e.Threads = policy.KindNew, "Site down", nil
	e.Recipients = []policy.Mark{{Value: "support@desk.example", Field: "to"}}
	m := d.receive(t, e)
	wants(t, m, "opened")
	if m.Ticket == "" {
		t.Error("it opened no ticket")
	}
}
