package daemon

import (
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/gateway"
	"countersign/inbound"
	"countersign/inbound/reply"
	"countersign/inbound/sender"
	"countersign/internal/blob"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/internal/rawmail"
	"countersign/mailer"
	"countersign/policy"
	"countersign/tickets"
	"countersign/tickets/outbox"
)

// wire puts the parts together. blobs is nil for a world, which keeps nothing.
func wire(c config.Config, engine kv.Store, blobs *blob.Store, k keys.Keys, now func() time.Time, watch *tickets.Watch, log zerolog.Logger) (*House, error) {
	h := &House{config: c, inForce: c, now: now, log: log, kv: engine, keys: k}
	from := c.SMTP.From
	if from.Address == "" { // nobody can be asked, and nobody is
		from.Address = "nobody@localhost.invalid"
	}
	composer, err := mailer.NewComposer(from)
	if err != nil {
		return nil, &exit.Error{Code: exit.Config, Reason: "config", Message: "smtp.from: " + err.Error(), Err: err}
	}
	book, err := rules(c)
	if err != nil {
		return nil, err
	}
	h.book.Store(&book)
	opt := options(c, blobs, log)
	opt.Rules = book.Rules
	opt.Now, opt.Keys, opt.Watch, opt.KeepHead = now, k, watch, h.keepHead
	opt.Compose = func(l tickets.Letter) ([]byte, error) { return composer.Compose(letter(l)) }
	opt.Fits, opt.Speaks = mailer.Fits, composer.Speaks
	h.store = tickets.New(engine, opt)
	h.check, err = sender.New(sender.Config{Resolver: c.DNS.Resolver, Timeout: c.DNS.Timeout, StrictDomains: c.Proof.StrictDomains,
		PublicSuffixFile: c.Proof.PublicSuffixFile})
	if err != nil {
		return nil, &exit.Error{Code: exit.Config, Reason: "config", Message: err.Error(), Err: err}
	}
	h.Gateway = &gateway.Gateway{Store: h.store, Check: h.check, Desks: map[string]inbound.Desk{}, Observed: map[string]bool{}, Log: log}
	for _, m := range c.Mailbox {
		h.Gateway.Observed[m.Name] = m.Mode == "observe"
		h.Gateway.Desks[m.Name] = deskOf(m, int64(c.Limits.Size))
	}
	return h, nil
}

// options say what the configuration wants of the store, and what it has to tell.
func options(c config.Config, blobs *blob.Store, log zerolog.Logger) tickets.Options {
	opt := tickets.Options{TokenLife: c.Proof.Token, Reminder: c.Proof.Reminder, Cooling: c.Proof.Cooling, DNSWait: c.Proof.DNSWait,
		PerMinute: c.Limits.NoticesPerMinute, PerHour: c.Limits.NoticesPerContactHour, PerDay: c.Limits.NoticesPerTicketDay,
		SharedDomains: c.Proof.SharedDomains, Classify: inbound.Classify}
	opt.Wrote = func(by tickets.By, why string, w tickets.Written) { logWritten(log, by, why, w) }
	opt.Waits = func(o outbox.Outgoing, w outbox.Wait) {
		log.Warn().Str("notice", o.ID).Str("ticket", o.Ticket).Str("kind", string(o.Kind)).
			Str("limit", string(w.Cap)).Int("taken", w.Taken).Int("most", w.Most).Time("until", w.Until).Msg("notice waits for a limit")
	}
	for _, e := range c.External {
		opt.Checkers = append(opt.Checkers, e.Name)
	}
	if blobs != nil {
		opt.Blobs = blobs
		opt.Loose = &tickets.Loose{Bytes: int64(c.Limits.SetAside), Messages: c.Limits.SetAsideMessages, Keep: c.Limits.Keep,
			Room: roomOn(int64(c.Limits.DiskFree), c.Spool(), filepath.Dir(c.State))}
	}
	for _, class := range c.Proof.TokenClasses {
		opt.TokenClasses = append(opt.TokenClasses, policy.Class(class))
	}
	for _, m := range c.Mailbox {
		opt.Addresses = append(opt.Addresses, m.Address)
		if m.Unknown == "drop" {
			opt.Drops = append(opt.Drops, m.Name)
		}
		if opt.ReplyAddress == "" || opt.Observing && m.Mode != "observe" { // who is asked answers to a mailbox that is acted on
			opt.ReplyAddress, opt.Observing = m.ReplyAddress, m.Mode == "observe"
		}
	}
	return opt
}

// deskOf says how mail of a mailbox is understood; size, unless it is 0, bounds it.
func deskOf(m config.Mailbox, size int64) inbound.Desk {
	limits := rawmail.DefaultLimits()
	if size > 0 {
		limits.Size = size
	}
	return inbound.Desk{
		Own: reply.Own{Address: m.Address, ListIDs: m.Trust.OwnListIDs, ReplyAddress: m.ReplyAddress},
		Trust: sender.Trust{AuthservIDs: m.Trust.AuthservIDs, Exclusive: m.Trust.Exclusive,
			BelowReceived: m.Trust.BelowReceived, ARCSealers: m.Trust.ARCSealers},
		Limits: limits}
}
