package tickets

import (
	"strings"
	"testing"

	"countersign/policy"
	"countersign/tickets/ledger"
)

// TestDropped: of a stranger's mail that a mailbox drops no word is kept, its bytes
// go where handled mail goes, and it comes to what it would have come to; a mailbox
// that holds such mail leaves it where people look.
func TestDropped(t *testing.T) {
	for mailbox, drops := range map[string]bool{"sales": true, "support": false} {
		t.Run(mailbox, func(t *testing.T) {
			d := memoryDesk(t, func(o *Options) { o.Drops = []string{"sales"} })
			e := d.asking("spam@evil.example", policy.Asks{})
			e.Subject, e.Text, e.Sender.Shown = "Cheap watches", "Buy them. Is T-1 yours?", []string{ada}
			e.Inquiry = policy.Inquiry{Numbers: []string{"T-1"}, Asks: true}
			m, err := d.Inbox.Receive(e, ledger.Source{Mailbox: mailbox, UIDValidity: 1, UID: 7}, []byte(e.RawHash))
			check(t, err)
			if wants(t, m, "unknown_sender"); m.Outcome != policy.Applied || m.Ticket != "" || m.Blob != "" || dropped(m.Decision) != drops || len(d.outbox(t, "")) > 0 {
				t.Errorf("it came to %+v", m)
			}
			todo, err := d.Ledger.Pending(mailbox)
			if check(t, err); len(todo) != 1 || todo[0].Stays == drops {
				t.Errorf("on IMAP %+v", todo)
			}
			all := ""
			for key, value := range d.dump(t) {
				all += key + " " + value + "\n"
			}
			if kept := strings.Contains(all, "watches"); kept == drops || strings.Contains(all, "Buy them") {
				t.Errorf("a word is kept: %v", kept)
			}
			if again := policy.Decide(m.Facts); again.Reason() != m.Decision.Reason() || dropped(again) != drops || m.Facts.Hash != e.Hash {
				t.Errorf("by its record it comes to %+v", again)
			}
			// A copy is known again and goes the same way.
			m, err = d.Inbox.Receive(e, ledger.Source{Mailbox: mailbox, UIDValidity: 2, UID: 1}, []byte(e.RawHash))
			check(t, err)
			wants(t, m, "duplicate")
			todo, err = d.Ledger.Pending(mailbox)
			if check(t, err); len(todo) != 2 || todo[1].Stays == drops {
				t.Errorf("of a copy on IMAP %+v", todo)
			}
		})
	}
}
