package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/api"
	"countersign/desk/gateway"
	"countersign/inbound"
	"countersign/inbound/mailbox"
	"countersign/inbound/reply"
	"countersign/inbound/sender"
	"countersign/internal/blob"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/internal/kv/bolt"
	"countersign/internal/kv/migrate"
	"countersign/internal/rawmail"
	"countersign/internal/redact"
	"countersign/mailer"
	"countersign/policy"
	"countersign/tickets"
)

// desk is every part of the program wired together.
type desk struct {
	config  config.Config
	now     func() time.Time
	log     zerolog.Logger
	kv      kv.Store
	blobs   *blob.Store
	store   *tickets.Store
	gateway *gateway.Gateway
	check   *sender.Checker

	readers  []*mailbox.Reader
	keeping  sync.Mutex
	head     string // of the audit log, as last kept
	headless bool   // it can't be kept, which was said
	restored bool   // the store is an older copy; found at this start
	dial     dialer // nil: TCP
	started  time.Time
}

// dialer makes connections to the servers outside, as net.Dialer.DialContext does.
type dialer = func(ctx context.Context, network, addr string) (net.Conn, error)

// openDesk opens the store and wires the parts over it.
func openDesk(c config.Config, now func() time.Time, log zerolog.Logger) (*desk, error) {
	started := time.Now()
	if err := configError(c.CheckPlaces()); err != nil {
		return nil, err
	}
	k, err := keys.Load(c.KeyFile, c.State)
	if err != nil {
		return nil, keyError(c, err)
	}
	if err := os.MkdirAll(filepath.Dir(c.State), 0o700); err != nil {
		return nil, &exit.Error{Code: exit.IOErr, Reason: "state", Message: "state: " + err.Error(), Err: err}
	}
	engine, err := bolt.Open(c.State)
	if err != nil {
		return nil, storeError(c, err)
	}
	if err := tickets.Migrate(engine, sayMigrated(log)); err != nil {
		return nil, errors.Join(storeError(c, err), engine.Close())
	}
	var watch *tickets.Watch
	if !c.Drill.Clock {
		watch = tickets.NewWatch()
	}
	blobs, err := blob.Open(spoolOf(c), k)
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	d, err := wire(c, engine, blobs, k, now, watch, log)
	if err == nil {
		d.blobs, d.gateway.Blobs, d.started = blobs, blobs, started
		err = errors.Join(d.monotonic(), d.checkHead())
	}
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return d, nil
}

// sayMigrated logs how far an older store is on its way to the schema of this program.
func sayMigrated(log zerolog.Logger) func(migrate.Progress) {
	return func(p migrate.Progress) {
		text := "the state of an older version is brought to this one's"
		if p.Done {
			text = "the state is that of this version now"
		}
		log.Info().Int("schema", p.Schema).Str("at", p.Prefix).Int("keys", p.Keys).Msg(text)
	}
}

// storeWait is how long the store may be in another process's hands: a command
// that opened it ends soon, and a daemon that starts has its socket soon.
const storeWait = 10 * time.Second

// patiently opens something for as long as the store is in another process's
// hands; each try takes a second then.
func patiently[T any](ctx context.Context, open func() (T, error)) (out T, err error) {
	for end := time.Now().Add(storeWait); ; {
		out, err = open()
		e, _ := errors.AsType[*exit.Error](err)
		if e == nil || e.Reason != storeLocked || ctx.Err() != nil || time.Now().After(end) {
			return out, err
		}
	}
}

const storeLocked = "store_locked"

// spoolOf is the folder for bytes of messages.
func spoolOf(c config.Config) string { return filepath.Join(filepath.Dir(c.State), "spool") }

// storeError says why the store can't be opened. What to do about a store that is
// damaged or of a newer version is in the error itself.
func storeError(c config.Config, err error) error {
	e := &exit.Error{Code: exit.IOErr, Reason: "store", Message: err.Error(), Err: err}
	switch {
	case errors.Is(err, kv.ErrLocked):
		e.Code, e.Reason, e.Try = exit.Unavailable, storeLocked, "sudo fuser -v "+c.State
		e.Message = "The state is in use by another process: by a command, or by a daemon whose socket is not " + c.Socket + "."
	case errors.Is(err, kv.ErrDamaged):
		e.Reason = "store_damaged"
	case errors.Is(err, kv.ErrNewer):
		e.Reason = "store_newer"
	}
	return e
}

// worldDesk makes a desk in memory that judges and keeps nothing.
func worldDesk(c config.Config, w tickets.World, now func() time.Time, log zerolog.Logger) (*desk, error) {
	address, err := rawmail.Canonical(w.Address)
	if err != nil {
		return nil, fmt.Errorf("address: %w", err)
	}
	if !slices.ContainsFunc(c.Mailbox, func(m config.Mailbox) bool { return m.Address == address }) {
		trust := config.Trust{}
		if len(c.Mailbox) > 0 {
			trust = c.Mailbox[0].Trust
		}
		c.SMTP.From.Address = address
		c.Mailbox = []config.Mailbox{{Name: "world", Address: address, ReplyAddress: config.PlusAddress(address), Trust: trust}}
	}
	d, err := wire(c, kv.Memory(), nil, keys.FromSeed([32]byte{}), now, nil, log)
	if err != nil {
		return nil, err
	}
	d.gateway.Open = true
	return d, d.store.Populate(w)
}

// wire puts the parts together. blobs is nil for a world, which keeps nothing.
func wire(c config.Config, engine kv.Store, blobs *blob.Store, k keys.Keys, now func() time.Time, watch *tickets.Watch, log zerolog.Logger) (*desk, error) {
	d := &desk{config: c, now: now, log: log, kv: engine}
	if c.SMTP.From.Address == "" { // nobody can be asked, and nobody is
		c.SMTP.From.Address = "nobody@localhost.invalid"
	}
	composer, err := mailer.NewComposer(c.SMTP.From)
	if err != nil {
		return nil, &exit.Error{Code: exit.Config, Reason: "config", Message: "smtp.from: " + err.Error(), Err: err}
	}
	opt := tickets.Options{Now: now, Keys: k, Watch: watch,
		Compose:   func(l tickets.Letter) ([]byte, error) { return composer.Compose(letter(l)) },
		Fits:      mailer.Fits,
		Speaks:    composer.Speaks,
		TokenLife: c.Proof.Token, Reminder: c.Proof.Reminder, Cooling: c.Proof.Cooling, DNSWait: c.Proof.DNSWait,
		PerMinute: c.Limits.NoticesPerMinute, PerHour: c.Limits.NoticesPerContactHour, PerDay: c.Limits.NoticesPerTicketDay}
	opt.SharedDomains = c.Proof.SharedDomains
	opt.Wrote = func(by tickets.By, why string, w tickets.Written) { logWritten(log, by, why, w) }
	opt.Waits = func(o tickets.Outgoing) {
		log.Warn().Str("notice", o.ID).Str("ticket", o.Ticket).Str("kind", string(o.Kind)).Str("limit", o.Cap).Time("until", o.Next).Msg("notice waits for a limit")
	}
	if blobs != nil {
		opt.Blobs = blobs
		opt.Loose = &tickets.Loose{Bytes: int64(c.Limits.SetAside), Messages: c.Limits.SetAsideMessages, Keep: c.Limits.Keep,
			Room: roomOn(int64(c.Limits.DiskFree), spoolOf(c), filepath.Dir(c.State))}
	}
	for _, class := range c.Proof.TokenClasses {
		opt.TokenClasses = append(opt.TokenClasses, policy.Class(class))
	}
	for _, m := range c.Mailbox {
		opt.Addresses = append(opt.Addresses, m.Address)
		if opt.ReplyAddress == "" || opt.Observing && m.Mode != "observe" { // who is asked answers to a mailbox that is acted on
			opt.ReplyAddress, opt.Observing = m.ReplyAddress, m.Mode == "observe"
		}
	}
	opt.KeepHead = d.keepHead
	d.store = tickets.New(engine, opt)
	check, err := sender.New(sender.Config{Resolver: c.DNS.Resolver, Timeout: c.DNS.Timeout, StrictDomains: c.Proof.StrictDomains,
		PublicSuffixFile: c.Proof.PublicSuffixFile})
	if err != nil {
		return nil, &exit.Error{Code: exit.Config, Reason: "config", Message: err.Error(), Err: err}
	}
	d.check = check
	d.gateway = &gateway.Gateway{Store: d.store, Check: check, Desks: map[string]inbound.Desk{}, Observed: map[string]bool{}, Log: log}
	for _, m := range c.Mailbox {
		d.gateway.Observed[m.Name] = m.Mode == "observe"
		limits := rawmail.DefaultLimits()
		if c.Limits.Size > 0 {
			limits.Size = int64(c.Limits.Size)
		}
		d.gateway.Desks[m.Name] = inbound.Desk{
			Own: reply.Own{Address: m.Address, ListIDs: m.Trust.OwnListIDs, ReplyAddress: m.ReplyAddress},
			Trust: sender.Trust{AuthservIDs: m.Trust.AuthservIDs, Exclusive: m.Trust.Exclusive,
				BelowReceived: m.Trust.BelowReceived, ARCSealers: m.Trust.ARCSealers},
			Limits: limits}
	}
	return d, nil
}

// logWritten says that a record of the directory was written. Of those that a
// first import brings, which may be many, the line about the import speaks.
func logWritten(log zerolog.Logger, by tickets.By, why string, w tickets.Written) {
	if w.Before == nil && !w.Cools() && strings.HasPrefix(w.Record, "c") {
		return
	}
	var addresses []fmt.Stringer
	for _, a := range w.Addresses() {
		addresses = append(addresses, redact.Address(a))
	}
	log.Info().Str("record", w.Record).Bool("new", w.Before == nil).Strs("fields", w.Fields()).Stringers("addresses", addresses).
		Stringer("by", by).Int("uid", by.UID).Str("via", by.Via).Str("why", why).Msg("directory written")
}

// monotonic holds a drill's clock to its promise: never back in one store.
func (d *desk) monotonic() error {
	if !d.config.Drill.Clock {
		return nil
	}
	return d.kv.Update(func(tx kv.Tx) error {
		last, _, err := kv.Load[time.Time](tx, "drill/now")
		if err != nil {
			return err
		}
		now := d.now()
		if now.Before(last) {
			return &exit.Error{Code: exit.Usage, Reason: "time_back", Message: "This store has seen " + last.Format(time.RFC3339) + "; --at can't go back."}
		}
		return kv.Save(tx, "drill/now", now)
	})
}

func (d *desk) close() {
	d.keepHeadOrSay()
	d.store.Close()
	if err := d.kv.Close(); err != nil {
		d.log.Error().Err(err).Msg("store not closed cleanly")
	}
}

func (d *desk) server() *api.Server {
	return &api.Server{Store: d.store, Gateway: d.gateway, Blobs: d.blobs, Log: d.log}
}

// mayOpen reports whether this process may open the store itself: as root, or
// as the user to whom the store, or the folder it will be in, belongs.
func mayOpen(state string) bool {
	uid := os.Geteuid()
	if uid == 0 {
		return true
	}
	for path := state; ; path = filepath.Dir(path) {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) && path != filepath.Dir(path) {
			continue
		}
		return err == nil && config.Owner(info) == uid
	}
}
