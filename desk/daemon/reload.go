package daemon

import (
	"errors"
	"slices"

	"countersign/desk/api"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/tickets"
	"countersign/tickets/outbox"
)

// atOnce are the settings that take effect without a restart, beside the rules
// themselves.
var atOnce = []string{"policy", "limits.notices_per_minute", "limits.notices_per_contact_hour", "limits.notices_per_ticket_day"}

// reloadFor is what the API calls; nil where nothing is read again.
func (h *House) reloadFor() func(tickets.By) (api.Reloaded, error) {
	if h.again == nil {
		return nil
	}
	return func(by tickets.By) (api.Reloaded, error) { return h.reload(&by) }
}

// hungUp reads the settings again because of a SIGHUP.
func (h *House) hungUp() { _, _ = h.reload(nil) }

// reload reads configuration and rules again. All of it is good, or nothing of it
// takes effect; what can't change in a running daemon is named.
func (h *House) reload(by *tickets.By) (out api.Reloaded, err error) {
	h.reloading.Lock()
	defer h.reloading.Unlock()
	log := h.log.Info()
	defer func() {
		if err != nil {
			log = h.log.Error().Str("fault", err.Error())
			log.Msg("settings not taken; those in force stay")
			return
		}
		log.Strs("changed", out.Changed).Strs("restart", out.Restart).Str("policy", out.Policy).Int("rules", out.Rules).Msg("settings read again")
	}()
	c, err := h.again()
	if err != nil {
		return out, stays(err)
	}
	if err := config.Refusal(c.CheckPlaces()); err != nil {
		return out, stays(err)
	}
	book, err := rules(c)
	if err != nil {
		return out, stays(err)
	}
	problems, err := h.store.CheckPolicy(book)
	if err = errors.Join(err, config.Refusal(problems)); err != nil {
		return out, stays(err)
	}
	l := c.Limits
	if err := h.store.SetPolicy(book, by); err != nil {
		return out, err
	}
	if book.Rules.Source != h.book.Load().Rules.Source {
		out.Changed = append(out.Changed, "policy")
	}
	h.book.Store(&book)
	for _, key := range config.Changed(h.inForce, c) {
		switch {
		case !slices.Contains(atOnce, key):
			out.Restart = append(out.Restart, key)
		case key != "policy":
			out.Changed = append(out.Changed, key)
		}
	}
	h.inForce.Policy = c.Policy
	now := &h.inForce.Limits
	now.NoticesPerMinute, now.NoticesPerContactHour, now.NoticesPerTicketDay = l.NoticesPerMinute, l.NoticesPerContactHour, l.NoticesPerTicketDay
	out.Policy, out.Rules = book.Rules.Source, len(book.Rules.More)
	return out, h.store.SetLimits(outbox.Limits{PerMinute: l.NoticesPerMinute, PerHour: l.NoticesPerContactHour, PerDay: l.NoticesPerTicketDay})
}

// stays says of a refusal what that means.
func stays(err error) error {
	e, ok := errors.AsType[*exit.Error](err)
	if !ok {
		return err
	}
	return &exit.Error{Code: e.Code, Reason: e.Reason, Message: e.Message + "\nNothing was changed: the settings in force stay.", Try: e.Try, Err: err}
}
