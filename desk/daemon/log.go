package daemon

import (
	"fmt"
	"strings"

	"github.com/rs/zerolog"

	"countersign/internal/kv/migrate"
	"countersign/internal/redact"
	"countersign/tickets"
)

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

// sayMigrated logs how far an older store is on its way to the schema of this
// program, and asks systemd to wait for it: a large one takes its minutes.
func sayMigrated(log zerolog.Logger) func(migrate.Progress) {
	return func(p migrate.Progress) {
		text := "the state of an older version is brought to this one's"
		if p.Done {
			text = "the state is that of this version now"
		}
		notify("EXTEND_TIMEOUT_USEC=60000000")
		log.Info().Int("schema", p.Schema).Str("at", p.Prefix).Int("keys", p.Keys).Msg(text)
		if p.Done && len(p.Unread) > 0 {
			log.Error().Errs("records", p.Unread).Msg("records of the state can't be read and stay as they are; put back a backup if you need them")
		}
	}
}
