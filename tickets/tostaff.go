package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/outbox"
)

// Bounds of the mails that one agent is sent about tickets: many make one, so
// that a flood of bounces is no flood of mail.
const (
	gather      = 5 * time.Minute // what is not urgent waits so long for more of its kind
	maxTold     = 12              // alerts that one mail names; it counts the others
	mailsHourly = 6               // with nothing urgent in them, and as many again with
)

// write writes the mail that an agent is due, if there is anything to be told.
func (s *Store) write(agent string) error {
	var keys []string
	prefix := tellPrefix + agent + "/"
	err := s.kv.View(func(v kv.View) (err error) { keys, err = kv.Keys(v, prefix, 1000); return err })
	if err != nil || len(keys) == 0 {
		return err
	}
	urgent := func(key string) bool { return strings.HasPrefix(key, prefix+"0/") }
	if !urgent(keys[0]) && keys[0] > prefix+"1/"+kv.Due(s.Now().Add(-gather))+"/~" {
		return nil
	}
	named := keys[:min(len(keys), maxTold)]
	others := slices.DeleteFunc(slices.Clone(keys[len(named):]), urgent) // those wait for the next mail
	most, written := mailsHourly, false
	if urgent(keys[0]) {
		most *= 2
	}
	err = s.group.Update(func(tx kv.Tx) (err error) {
		written, err = s.writeTo(tx, agent, named, len(others), most)
		return err
	})
	if err != nil || !written {
		return err
	}
	for part := range slices.Chunk(others, 50) {
		err = errors.Join(err, s.group.Update(func(tx kv.Tx) (err error) {
			for _, key := range part {
				err = errors.Join(err, tx.Delete(key))
			}
			return err
		}))
	}
	return err
}

// writeTo puts one mail to an agent into the outbox, unless they had their most
// in this hour. What an agent is not to see who was disabled since, is shared
// out anew.
func (s *Store) writeTo(tx kv.Tx, agent string, keys []string, others, most int) (written bool, err error) {
	now := s.Now()
	hourly := "told/" + agent
	sent, err := outbox.InHour(tx, now, hourly)
	if err != nil || sent >= most { //rule:6.10 agent-has-so-many-mails part=2 TestFloodOfBounces
		return false, err
	}
	a, ok, err := staff.Get(tx, agent)
	if err != nil {
		return false, err
	}
	var alerts []alert
	for _, key := range keys {
		one, there, err := kv.Load[alert](tx, key)
		if err != nil {
			return false, err
		}
		if err := tx.Delete(key); err != nil {
			return false, err
		}
		if there {
			alerts = append(alerts, one)
		}
		if there && !one.urgent() && (!ok || a.Disabled) {
			if err := kv.Save(tx, alertPrefix+kv.Due(now)+"/"+one.Ticket+"/"+string(one.Kind), one); err != nil {
				return false, err
			}
		}
	}
	if !ok || a.Disabled || len(alerts) == 0 {
		return false, nil
	}
	if err := outbox.CountHour(tx, now, hourly); err != nil {
		return false, err
	}
	return true, s.mailStaff(tx, a, alerts, others)
}

// mailStaff queues the mail. It holds nothing that binds an answer, no word of a
// request but the subject, and no Message-ID of ours by which its bounce would
// be taken for that of a question.
func (s *Store) mailStaff(tx kv.Tx, a staff.Agent, alerts []alert, others int) error {
	now, first := s.Now(), alerts[0]
	t, err := load(tx, first.Ticket)
	if err != nil {
		return err
	}
	n := notice{ID: "n-" + token.New()[:12], Kind: first.Kind, Ticket: t.ID, Agent: a.ID, Address: a.MailTo(now), Sent: now}
	returnPath := token.New()
	_, domain, _ := strings.Cut(s.opt.ReplyAddress, "@")
	l := Letter{Kind: n.Kind, To: n.Address, ToName: a.ID, Ticket: t.ID, Subject: token.Blot(t.Subject), Reason: first.Why, Also: first.Also, At: now, Date: now,
		MessageID: token.New() + "@" + domain, ReturnPath: token.ReturnPath(s.opt.ReplyAddress, returnPath)}
	if len(alerts)+others > 1 {
		n.Kind, l.Kind, l.Ticket, l.Reason, l.Also = policy.NoticeSeveral, policy.NoticeSeveral, "", fmt.Sprint(len(alerts)+others), ""
		l.Request, err = summary(tx, alerts, others)
		for ; err == nil && s.opt.Fits != nil && len(alerts) > 1 && s.opt.Fits(l.Request) != nil; others++ { // else nobody hears of the no among them
			alerts = alerts[:len(alerts)-1]
			l.Request, err = summary(tx, alerts, others+1)
		}
		if err != nil {
			return err
		}
	}
	if err := s.remember(tx, returnPathPrefix, returnPath, n.ID); err != nil {
		return err
	}
	o := outbox.Outgoing{Notice: n.ID, Ticket: t.ID, Agent: a.ID, Origin: outbox.ToStaff(a.ID), To: n.Address, Kind: n.Kind, Class: first.Kind.Terms().Delivery, Queued: now}
	err = s.post(tx, &o, n, l)
	if errors.Is(err, ErrCompose) { // nor will it be the next time
		return s.tell(tx, t.ID, Event{Event: "staff not told", Reason: policy.CodeUnwritable, Text: "A mail to " + a.ID + " could not be written: " + said(err.Error())})
	}
	return err
}

// summary says what happened, a line for each alert.
func summary(tx kv.Tx, alerts []alert, others int) (string, error) {
	var lines []string
	for _, one := range alerts {
		t, err := load(tx, one.Ticket)
		if err != nil {
			return "", err
		}
		lines = append(lines, fmt.Sprintf("%s (%s): %s%s", t.ID, clean.Cut(token.Blot(t.Subject), 80), one.Kind.Terms().Line, clean.Cut(one.Why, 160)))
		if one.Also != "" {
			lines[len(lines)-1] += " Of this contact, before that: " + clean.Cut(one.Also, 160)
		}
	}
	if others > 0 {
		lines = append(lines, fmt.Sprintf("And %d more: see countersign ticket list.", others))
	}
	return strings.Join(lines, "\n"), nil
}
