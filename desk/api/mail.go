package api

import (
	"context"
	"fmt"
	"time"

	"countersign/internal/exit"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/tickets"
	"countersign/tickets/outbox"
)

// Message is what became of one message of one mailbox.
type Message struct {
	ID        string          `json:"id"`
	MessageID string          `json:"message_id"`
	Mailbox   string          `json:"mailbox"`
	UID       uint32          `json:"uid"`
	At        time.Time       `json:"at"`
	Outcome   policy.Outcome  `json:"outcome"`
	Reason    policy.Code     `json:"reason"`
	Ticket    string          `json:"ticket"`
	Verdict   policy.Verdict  `json:"verdict"`
	Proof     policy.Word     `json:"proof"`
	Reasons   []policy.Reason `json:"reasons,omitempty"`
	Size      int64           `json:"size,omitempty"`
	Class     policy.Class    `json:"class,omitempty"` // that its words ask for, where that was read
}

func summary(m tickets.Message) Message {
	out := Message{ID: m.ID, MessageID: m.Facts.MessageID, Mailbox: m.Source.Mailbox, UID: m.Source.UID, At: m.At,
		Outcome: m.Outcome, Ticket: m.Ticket, Verdict: m.Verdict, Proof: m.Proof(), Reasons: m.Reasons, Size: m.Facts.Size, Class: m.Facts.Asks.Class}
	if len(m.Reasons) > 0 {
		out.Reason = m.Reasons[0].Code
	}
	return out
}

func listQuarantine(_ context.Context, s *Server, _ Caller, _ None, emit func(any) error) error {
	return s.Store.Inbox.Each(func(m tickets.Message) error {
		if m.Outcome != policy.SetAside || m.Discarded != "" {
			return nil
		}
		return emit(summary(m))
	})
}

// Quarantined is a message set aside, with its bytes, but for what is secret in them.
type Quarantined struct {
	Message
	Raw []byte `json:"raw"`
}

func showQuarantine(_ context.Context, s *Server, _ Caller, in ID) (out Quarantined, err error) {
	m, err := s.Store.Inbox.Quarantined(in.ID)
	if err != nil {
		return out, err
	}
	out.Message = summary(m)
	if m.Blob == "" {
		return out, &exit.Error{Code: exit.NoInput, Reason: "not_kept", Message: fmt.Sprintf("The bytes of %s are not kept here (sha256:%s); the mail is in mailbox %s, UID %d when it came.",
			m.ID, m.Facts.RawHash, m.Source.Mailbox, m.Source.UID), Try: "look into its folder Countersign/set-aside"}
	}
	raw, err := s.Store.Inbox.Bytes(m)
	if err != nil {
		return out, &exit.Error{Code: exit.IOErr, Reason: "blob", Message: "The bytes of " + m.ID + " can't be read: " + err.Error(), Err: err}
	}
	out.Raw = token.Hide(raw) // nobody but the customer may read what binds an answer
	return out, nil
}

func releaseQuarantine(_ context.Context, s *Server, c Caller, in ID) (Message, error) {
	agent, err := c.as(in.Agent)
	if err != nil {
		return Message{}, err
	}
	m, err := s.Store.Inbox.Release(in.ID, agent, in.Text)
	return summary(m), err
}

func discardQuarantine(_ context.Context, s *Server, c Caller, in ID) (Message, error) {
	agent, err := c.as(in.Agent)
	if err != nil {
		return Message{}, err
	}
	m, err := s.Store.Inbox.Discard(in.ID, agent)
	return summary(m), err
}

// Outgoing is a notice in the outbox. Its words, and so its secrets, are not shown.
type Outgoing struct {
	ID     string     `json:"id"`
	Ticket string     `json:"ticket"`
	To     string     `json:"to"`
	Kind   string     `json:"kind"`
	Class  string     `json:"class"`
	State  string     `json:"state"`
	Tries  int        `json:"tries"`
	Next   *time.Time `json:"next"` // null: it waits for nothing
	Error  string     `json:"error"`
	Origin string     `json:"origin,omitempty"` // to whose account it goes

	// The limit that it waits for, how much of that is taken, and until when.
	Cap   string     `json:"cap,omitempty"`
	Taken int        `json:"taken,omitempty"`
	Most  int        `json:"most,omitempty"`
	Until *time.Time `json:"until,omitempty"`
}

func (s *Server) outgoing(o outbox.Outgoing) (Outgoing, error) {
	out := Outgoing{ID: o.ID, Ticket: o.Ticket, To: o.To, Kind: string(o.Kind), Class: string(o.Class), State: o.State, Tries: o.Tries,
		Error: token.HideIn(o.Error), Origin: o.Origin}
	if !o.Next.IsZero() {
		out.Next = &o.Next
	}
	w, err := s.Store.Outbox.Waits(o)
	if w != nil {
		out.Cap, out.Taken, out.Most, out.Until = string(w.Limit), w.Taken, w.Most, &w.Until
	}
	return out, err
}

func listOutbox(_ context.Context, s *Server, _ Caller, _ None, emit func(any) error) error {
	return s.Store.Outbox.Each(func(o outbox.Outgoing) error {
		out, err := s.outgoing(o)
		if err != nil {
			return err
		}
		return emit(out)
	})
}

func showOutbox(_ context.Context, s *Server, _ Caller, in ID) (Outgoing, error) {
	o, err := s.Store.Outbox.Get(in.ID)
	if err != nil {
		return Outgoing{}, err
	}
	return s.outgoing(o)
}

func retryOutbox(ctx context.Context, s *Server, c Caller, in ID) (Outgoing, error) {
	if err := s.Store.Outbox.Hurry(in.ID); err != nil {
		return Outgoing{}, err
	}
	return showOutbox(ctx, s, c, ID{ID: in.ID})
}

func cancelOutbox(ctx context.Context, s *Server, c Caller, in ID) (Outgoing, error) {
	agent, err := c.as(in.Agent)
	if err != nil {
		return Outgoing{}, err
	}
	if err := s.Store.Outbox.Cancel(in.ID, agent); err != nil {
		return Outgoing{}, err
	}
	return showOutbox(ctx, s, c, ID{ID: in.ID})
}

func releaseOutbox(_ context.Context, s *Server, c Caller, in ID) (None, error) {
	agent, err := c.as(in.Agent)
	if err != nil {
		return None{}, err
	}
	return None{}, s.Store.Outbox.Release(agent)
}

// Mailbox is how reading one mailbox goes.
type Mailbox struct {
	Mailbox     string    `json:"mailbox"`
	State       string    `json:"state"`
	LastSuccess time.Time `json:"last_success,omitzero"`
	Waiting     int       `json:"waiting"`
	UIDValidity uint32    `json:"uidvalidity"`
	Error       string    `json:"error,omitempty"`
	Foreign     int       `json:"foreign,omitempty"` // messages that another daemon seems to have handled
}

// Status is how the running daemon is.
type Status struct {
	Mailboxes []Mailbox `json:"mailboxes"`
	SuffixAge int       `json:"suffix_list_days"`
	Held      bool      `json:"outbox_held,omitempty"` // after a restore
	Deferred  int       `json:"waits_for_dns,omitempty"`
}

func mailboxStatus(_ context.Context, s *Server, _ Caller, _ None) (Status, error) {
	if s.Status == nil {
		return Status{}, &exit.Error{Code: exit.Unavailable, Reason: "no_daemon", Message: "The daemon is not running, so no mailbox is being read.",
			Try: "sudo systemctl start countersign"}
	}
	status := s.Status()
	waiting, err := s.Store.Ledger.Deferred(s.Store.Now(), true)
	status.Deferred = len(waiting)
	return status, err
}

// MailboxRelease says what becomes of the old messages for which a mailbox was held.
type MailboxRelease struct {
	Mailbox string `json:"mailbox"`
	Agent   string `json:"agent,omitempty"`
	Judge   bool   `json:"judge"` // like new ones; else they are left alone for good
}

func releaseMailbox(_ context.Context, s *Server, c Caller, in MailboxRelease) (None, error) {
	agent, err := c.as(in.Agent)
	if err != nil {
		return None{}, err
	}
	return None{}, s.Store.Inbox.ReleaseMailbox(in.Mailbox, agent, in.Judge)
}
