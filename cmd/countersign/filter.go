package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/desk/api"
)

// ticketFilter gives ticket list its flags.
func ticketFilter(c *cobra.Command, in *api.TicketFilter) {
	f := c.Flags()
	f.StringVar((*string)(&in.State), "state", "", "only those in this `state`")
	f.StringVar((*string)(&in.Class), "class", "", "only those of this `class`")
	f.StringVar(&in.Client, "client", "", "only those of this client, by `reference`")
	f.StringVar(&in.Contact, "contact", "", "only those of the contact with this `address` on file")
	f.StringVar(&in.Agent, "agent", "", "only those that this `agent` opened or is assigned to")
	f.Var(&since{at: &in.Since}, "since", "only those opened since: a `time`, a date, or how long ago (7d, 12h)")
}

// messageFilter gives message list its flags.
func messageFilter(c *cobra.Command, in *api.MessageFilter) {
	f := c.Flags()
	f.StringVar(&in.Mailbox, "mailbox", "", "only those of this `mailbox`")
	f.StringVar(&in.Contact, "contact", "", "only those of this contact, by `address` or id")
	f.StringVar(&in.Ticket, "ticket", "", "only those on this `ticket`")
	f.StringVar((*string)(&in.Outcome), "outcome", "", "applied, ignored, set-aside or deferred")
	f.StringVar((*string)(&in.Reason), "reason", "", "only those with this reason `code`")
	f.Var(&since{at: &in.Since}, "since", "only those judged since: a `time`, a date, or how long ago (7d, 12h)")
}

// since is a flag that takes a time, a date, or how long ago.
type since struct {
	at   *time.Time
	text string
	ago  time.Duration // it was said as how long ago
}

func (s *since) String() string { return s.text }
func (s *since) Type() string   { return "time" }

func (s *since) Set(text string) error {
	s.text = text
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			*s.at = t
			return nil
		}
	}
	days, isDays := strings.CutSuffix(text, "d")
	if isDays {
		text = days + "h"
	}
	ago, err := time.ParseDuration(text)
	if isDays {
		ago *= 24
	}
	if err != nil || ago < 0 {
		return usage("%q is no time such as 2026-11-25, 2026-11-25T14:02:00Z, 7d or 12h", s.text)
	}
	*s.at, s.ago = time.Now().Add(-ago), ago
	return nil
}

// before takes a time of --at for now, where it was said how long ago.
func (s *since) before(at string) {
	if now, err := time.Parse(time.RFC3339, at); err == nil && s.ago > 0 {
		*s.at = now.Add(-s.ago)
	}
}
