package daemon

import (
	"bytes"

	"countersign/desk/api"
	"countersign/internal/config"
	"countersign/policy/rulebook"
)

// rules reads the rules that a configuration names.
func rules(c config.Config) (rulebook.Book, error) {
	b, problems := rulebook.Load(c.Policy)
	return b, config.Refusal(problems)
}

// warnPolicy says in the log what can't be done at this desk by the rules in force.
// That is no reason to be away: a contact who has left would stop the desk.
func (h *House) warnPolicy() {
	problems, err := h.store.CheckPolicy(*h.book.Load())
	if err != nil {
		h.log.Error().Err(err).Msg("rules not compared with the desk")
	}
	for _, p := range problems {
		h.log.Warn().Str("fault", p.String()).Msg("rule that this desk can't keep")
	}
}

// rules are those in force, and what has become of their file since.
func (h *House) rules() api.RulesNow {
	h.reloading.Lock()
	defer h.reloading.Unlock()
	now := api.RulesNow{Book: *h.book.Load(), File: h.inForce.Policy, Disk: api.DiskSame}
	if now.File == "" {
		return now
	}
	switch b, problems := rulebook.Load(now.File); {
	case len(problems) > 0:
		now.Disk = api.DiskBroken
	case !bytes.Equal(b.Bytes, now.Book.Bytes):
		now.Disk = api.DiskChanged
	}
	return now
}
