package api

import (
	"context"
	"time"

	"countersign/desk/gateway"
	"countersign/internal/audit"
	"countersign/internal/exit"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets"
)

// operations are all that can be asked for, by name. The least role stands
// beside each: the table of the design, section 8.
var operations = map[string]operation{
	"ticket/open":  one(staff.RoleAgent, openTicket),
	"ticket/check": one(staff.RoleAgent, checkChannel),
	"ticket/list":  many(staff.RoleAgent, listTickets),
	"ticket/show":  one(staff.RoleAgent, showTicket),
	"ticket/edit":  one(staff.RoleAgent, editTicket),
	"ticket/close": one(staff.RoleAgent, closeTicket),
	"ticket/note":  one(staff.RoleAgent, noteTicket),
	"ticket/ask":   one(staff.RoleAgent, askAgain),
	"ticket/lift":  one(staff.RoleLead, liftTicket),
	"authorize":    one(staff.RoleAgent, authorize),

	"ticket/external": one(staff.RoleAgent, startCheck),
	"external/give":   one(staff.RoleAgent, giveExternal), // whose signature is genuine, whoever hands it in

	"approval/list":     many(staff.RoleAgent, listApprovals),
	"approval/show":     one(staff.RoleAgent, showApproval),
	"approval/approve":  one(staff.RoleLead, approve),
	"approval/deny":     one(staff.RoleLead, denyApproval),
	"approval/reassign": one(staff.RoleLead, reassign),

	"delegate/add":  one(staff.RoleAgent, addDelegate),
	"delegate/list": many(staff.RoleAgent, listDelegates),
	"delegate/end":  one(staff.RoleLead, endDelegate),

	"explain":      one(staff.RoleAgent, explainOne),
	"verify":       one(staff.RoleAgent, verify),
	"classify":     one(staff.RoleAgent, classify),
	"report":       many(staff.RoleAgent, report),
	"message/list": many(staff.RoleAgent, listMessages),

	"classify/export": many(staff.RoleLead, exportClasses),

	"quarantine/list":    many(staff.RoleLead, listQuarantine),
	"quarantine/show":    one(staff.RoleLead, showQuarantine),
	"quarantine/release": one(staff.RoleLead, releaseQuarantine),
	"quarantine/discard": one(staff.RoleLead, discardQuarantine),

	"outbox/list":    many(staff.RoleAgent, listOutbox),
	"outbox/show":    one(staff.RoleAgent, showOutbox),
	"outbox/retry":   one(staff.RoleLead, retryOutbox),
	"outbox/cancel":  one(staff.RoleLead, cancelOutbox),
	"outbox/release": one(staff.RoleLead, releaseOutbox),

	"client/import":  importing(tickets.ImportClients),
	"client/list":    many(staff.RoleAgent, listClients),
	"client/show":    one(staff.RoleAgent, showClient),
	"client/add":     one(staff.RoleAdmin, addClient),
	"client/set":     one(staff.RoleAdmin, setClient),
	"client/lock":    one(staff.RoleLead, lockClient),
	"client/unlock":  one(staff.RoleLead, unlockClient),
	"contact/import": importing(tickets.ImportContacts),
	"contact/check":  many(staff.RoleAgent, checkContacts),
	"contact/list":   many(staff.RoleAgent, listContacts),
	"contact/show":   one(staff.RoleAgent, showContact),
	"contact/add":    one(staff.RoleAgent, addContact), // and what is done with it says who may
	"contact/set":    one(staff.RoleAgent, setContact), // the same
	"contact/remove": one(staff.RoleLead, removeContact),
	"import/list":    many(staff.RoleAgent, listImports),
	"agent/add":      one(staff.RoleAdmin, addAgent),
	"agent/set":      one(staff.RoleAdmin, setAgent),
	"agent/disable":  one(staff.RoleAdmin, disableAgent),
	"agent/list":     many(staff.RoleAgent, listAgents),
	"agent/show":     one(staff.RoleAgent, showAgent),

	"code/set":    one(staff.RoleLead, setCode),
	"code/clear":  one(staff.RoleLead, clearCode),
	"code/verify": one(staff.RoleAgent, verifyCode),
	"code/status": many(staff.RoleAgent, statusOfCode),

	"audit/verify":     one(staff.RoleAgent, verifyAudit),
	"audit/list":       many(staff.RoleLead, listAudit),
	"audit/checkpoint": one(staff.RoleAgent, checkpoint),

	"policy/show":  one(staff.RoleAgent, showPolicy),
	"policy/check": one(staff.RoleAgent, checkPolicy),
	"policy/diff":  many(staff.RoleLead, diffPolicy),
	"reload":       one(staff.RoleAdmin, reload),

	"keys/rotate": one(staff.RoleAdmin, rotateKeys),

	"mailbox/status":  one(staff.RoleAgent, mailboxStatus),
	"mailbox/release": one(staff.RoleAdmin, releaseMailbox),
}

// None is the input of an operation that needs none.
type None struct{}

// ID names what an operation is about, and in whose name it is asked.
type ID struct {
	ID    string `json:"id"`
	Agent string `json:"agent,omitempty"`
	Text  string `json:"text,omitempty"`
}

// Opened is what ticket open answers.
type Opened struct {
	Ticket  string           `json:"ticket"`
	State   policy.State     `json:"state"`
	Class   policy.Class     `json:"class"`
	Notice  string           `json:"notice"` // queued, none
	Contact string           `json:"contact"`
	Name    string           `json:"contact_name,omitempty"`
	Client  string           `json:"client_name,omitempty"`
	Ref     string           `json:"client"`
	Channel policy.Channel   `json:"channel"`
	Lost    bool             `json:"lost_mailbox,omitempty"`
	Until   time.Time        `json:"until,omitzero"`
	Cools   []policy.Cooling `json:"cools,omitempty"` // what proves nothing of it yet, and until when
	// Warnings say what is likely to keep the contact from proving the request.
	Warnings []policy.Reason     `json:"warnings"`
	Check    policy.ChannelCheck `json:"check"`          // what may be done for the contact by this channel
	Asks     *policy.Asks        `json:"asks,omitempty"` // what the words were read to ask for, where that is another class
}

func openTicket(_ context.Context, s *Server, c Caller, in tickets.OpenRequest) (out Opened, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	if in.Channel == "" && !in.Lost {
		return out, &exit.Error{Code: exit.Usage, Reason: "channel_missing", Message: "Say how the customer reached you.", Try: "add --channel chat"}
	}
	t, err := s.Store.Open(in)
	if err != nil {
		return out, s.aboutContact(in.Contact, err)
	}
	shown, err := s.Store.Show(t.ID)
	out = Opened{Ticket: t.ID, State: t.State, Class: t.Class, Notice: "queued", Contact: shown.Contact, Name: shown.ContactName,
		Client: shown.ClientName, Ref: t.Client, Channel: t.Channel, Lost: t.Lost, Until: t.Until, Cools: shown.Cools}
	if len(t.Notices) == 0 {
		out.Notice = "none"
	}
	if shown.Asks != nil && shown.Asks.Class != t.Class {
		out.Asks = shown.Asks
	}
	if err == nil {
		out.Warnings, err = s.Store.Warnings(t)
	}
	if err == nil {
		out.Check, err = s.Store.ChannelCheck(t, in.Agent)
	}
	return out, err
}

func checkChannel(_ context.Context, s *Server, c Caller, in tickets.CheckRequest) (out tickets.Checked, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	return s.Store.Check(in)
}

// AskedAgain is what ticket ask answers: the ticket, and what was sent.
type AskedAgain struct {
	tickets.Shown
	Sent []tickets.Question `json:"sent"`
	Not  []policy.Reason    `json:"not_sent,omitempty"`
	Told bool               `json:"leads_told,omitempty"` // that they have to agree
}

func askAgain(_ context.Context, s *Server, c Caller, in ID) (out AskedAgain, err error) {
	agent, err := c.as(in.Agent)
	if err != nil {
		return out, err
	}
	asked, err := s.Store.AskAgain(in.ID, agent)
	if err != nil {
		return out, err
	}
	shown, err := s.Store.Show(in.ID)
	return AskedAgain{shown, asked.Sent, asked.Not, asked.Leads}, err
}

func liftTicket(_ context.Context, s *Server, c Caller, in ID) (out tickets.Shown, err error) {
	agent, err := c.as(in.Agent)
	if err != nil {
		return out, err
	}
	if _, err := s.Store.Lift(in.ID, agent, in.Text); err != nil {
		return out, err
	}
	return s.Store.Show(in.ID)
}

func showTicket(_ context.Context, s *Server, _ Caller, in ID) (tickets.Shown, error) {
	return s.Store.Show(in.ID)
}

func editTicket(_ context.Context, s *Server, c Caller, in tickets.EditRequest) (out tickets.Shown, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	t, err := s.Store.Edit(in)
	if err != nil {
		return out, err
	}
	return s.Store.Show(t.ID)
}

func closeTicket(_ context.Context, s *Server, c Caller, in tickets.Closing) (out tickets.Shown, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	t, err := s.Store.Conclude(in)
	if err != nil {
		return out, err
	}
	return s.Store.Show(t.ID)
}

func noteTicket(_ context.Context, s *Server, c Caller, in ID) (out tickets.Shown, err error) {
	agent, err := c.as(in.Agent)
	if err != nil {
		return out, err
	}
	if _, err := s.Store.Note(in.ID, agent, in.Text); err != nil {
		return out, err
	}
	return s.Store.Show(in.ID)
}

func authorize(_ context.Context, s *Server, c Caller, in tickets.AuthorizeRequest) (out tickets.Authorization, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	out, err = s.Store.Authorize(in)
	if err == nil {
		s.Log.Info().Str("ticket", out.Ticket).Str("class", string(out.Class)).Str("agent", out.Agent).
			Str("channel", string(in.Channel)).Str("decision", string(out.Decision)).Str("rule", out.Rule).Str("receipt", out.Receipt).Msg("authorize answered")
	}
	return out, err
}

func explainOne(_ context.Context, s *Server, _ Caller, in ID) (tickets.Explanation, error) {
	return s.Store.Explain(in.ID)
}

// VerifyRequest is a message to judge.
type VerifyRequest struct {
	Raw   []byte    `json:"raw"`
	At    time.Time `json:"at,omitzero"`     // zero: now
	Again bool      `json:"again,omitempty"` // as if it had not been handled
}

func verify(ctx context.Context, s *Server, _ Caller, in VerifyRequest) (gateway.Verification, error) {
	if in.At.IsZero() {
		in.At = s.Store.Now()
	}
	return s.Gateway.Verify(ctx, in.Raw, in.At, in.Again)
}

// AuditVerified is what audit verify answers.
type AuditVerified struct {
	Entries int64     `json:"entries"`
	At      time.Time `json:"at"`
}

// Checkpoint is a signed head of the audit log.
type Checkpoint struct {
	Checkpoint string `json:"checkpoint"`
}

func checkpoint(_ context.Context, s *Server, _ Caller, _ None) (c Checkpoint, err error) {
	c.Checkpoint, err = s.Store.Log.Head()
	return c, err
}

// verifyAudit checks the whole log and, if one is given, that it goes on from an
// older checkpoint.
func verifyAudit(_ context.Context, s *Server, _ Caller, in Checkpoint) (AuditVerified, error) {
	n, err := audit.Verify(s.Store.KV())
	if err == nil && in.Checkpoint != "" {
		err = s.Store.Log.Continues(in.Checkpoint)
	}
	if err != nil {
		return AuditVerified{}, &exit.Error{Code: exit.DataErr, Reason: "audit_broken", Message: err.Error(), Err: err}
	}
	return AuditVerified{n, s.Store.Now()}, nil
}

func listAudit(_ context.Context, s *Server, _ Caller, _ None, emit func(any) error) error {
	for from := int64(0); ; {
		var page []audit.Entry
		err := s.Store.KV().View(func(v kv.View) error {
			return audit.List(v, from, func(_ int64, e audit.Entry) error {
				if page = append(page, e); len(page) == 256 {
					return kv.ErrStop
				}
				return nil
			})
		})
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := emit(e); err != nil {
				return err
			}
		}
		if from += int64(len(page)); len(page) < 256 {
			return nil
		}
	}
}
