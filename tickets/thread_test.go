package tickets

import (
	"strings"
	"testing"

	"countersign/internal/kv"
	"countersign/policy"
)

// TestThread: every notice of a ticket answers one Message-ID, that of the mail
// that opened it where that can stand in a mail of ours.
func TestThread(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, ada, policy.PasswordChange)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	first, second := d.last(t, "confirm", ticket.ID), d.last(t, "confirmed", ticket.ID)
	if first.InReplyTo == "" || first.InReplyTo != second.InReplyTo || first.InReplyTo == first.MessageID {
		t.Errorf("the notices answer %q and %q", first.InReplyTo, second.InReplyTo)
	}
	for _, tt := range []struct{ id, want string }{
		{"abc.1@client.example", "abc.1@client.example"},
		{"a b@client.example", "t-3."},
		{"<a>@client.example", "t-4."},
		{strings.Repeat("a", 250) + "@client.example", "t-5."},
		{l.Token + "@client.example", "t-6."},
		{"", "t-7."},
	} {
		e := d.reply(Letter{To: ada}, policy.Unclear)
		e.Kind, e.MessageID, e.Threads = policy.KindNew, tt.id, nil
		e.Recipients = []policy.Mark{{Value: "support@desk.example", Field: "to"}}
		m := d.receive(t, e)
		wants(t, m, "opened")
		opened, err := d.ticket(m.Ticket)
		check(t, err)
		if !strings.HasPrefix(opened.Thread, tt.want) {
			t.Errorf("mail %q opens the thread %q, want %q", tt.id, opened.Thread, tt.want)
		}
	}
}

// TestThreadFiles: who answers the thread and no notice is filed there, and
// proves nothing.
func TestThreadFiles(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, ada, policy.PasswordChange)
	e := d.reply(Letter{To: ada, MessageID: l.InReplyTo}, policy.Yes)
	m := d.receive(t, e)
	if m.Ticket != ticket.ID || len(m.Decision.Proofs()) > 0 {
		t.Errorf("it is filed on %q and proves %v", m.Ticket, m.Decision.Proofs())
	}
}

// ticket gives a ticket's record.
func (d *desk) ticket(id string) (t Ticket, err error) {
	err = d.KV().View(func(v kv.View) error {
		t, err = load(v, id)
		return err
	})
	return t, err
}
