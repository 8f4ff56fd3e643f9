package daemon

import (
	"time"

	"countersign/desk/api"
	"countersign/inbound/mailbox"
	"countersign/internal/config"
)

func (h *House) status() api.Status {
	out := api.Status{Mailboxes: []api.Mailbox{}, SuffixAge: int(h.check.SuffixListAge(h.now()) / (24 * time.Hour))}
	out.Held, _ = h.store.Outbox.Held()
	for i, r := range h.readers {
		out.Mailboxes = append(out.Mailboxes, mailboxStatus(h.config.Mailbox[i], r.Status()))
	}
	return out
}

func mailboxStatus(m config.Mailbox, s mailbox.Status) api.Mailbox {
	return api.Mailbox{Mailbox: m.Name, State: s.State, LastSuccess: s.LastSuccess, Waiting: s.Waiting, UIDValidity: s.UIDValidity, Error: s.Error, Foreign: s.Foreign}
}
