package tickets

import (
	"fmt"
	"strings"
	"time"

	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// CodeVerified is what a try at a code came to. Nothing in it depends on how near
// it was.
type CodeVerified struct {
	Result      policy.Code     `json:"result"` // code_match, or why not
	Reasons     []policy.Reason `json:"reasons"`
	Contact     string          `json:"contact,omitempty"`
	Name        string          `json:"name,omitempty"`
	Client      string          `json:"client"`
	TriesLeft   int             `json:"tries_left"`            // of this code, today
	LockedUntil time.Time       `json:"locked_until,omitzero"` // with none left
	Told        bool            `json:"told,omitempty"`        // that it is locked, by mail
	Ticket      string          `json:"ticket,omitempty"`
	Proves      policy.Class    `json:"proves,omitempty"` // of the ticket, where a code can prove that
	Until       time.Time       `json:"until,omitzero"`   // how long
	At          time.Time       `json:"at"`
}

// trying is one try between its being counted and its being answered.
type trying struct {
	in      CodeRequest
	holder  string
	at      time.Time
	counted codes.Tries // this one among them
	week    codes.Week  // as well
	most    int         // wrong ones of that code in a day
}

// VerifyCode tries what a caller said. The try is counted as a wrong one, and
// that is on disk, before anything is compared; only a match takes it back. A
// match with a ticket proves a small change on it for half an hour.
func (s *Store) VerifyCode(in CodeRequest) (out CodeVerified, err error) {
	if err := s.mayWrite(); err != nil { // nobody could be told
		return out, err
	}
	try := trying{in: in, at: s.Now()}
	err = s.group.Update(func(tx kv.Tx) error {
		out, err = s.countTry(tx, &try)
		return err
	})
	if err != nil || out.Result != "" {
		return out, err
	}
	err = s.group.Update(func(tx kv.Tx) error {
		out, err = s.answerTry(tx, try)
		return err
	})
	return out, err
}

// countTry counts a try, unless it is refused.
func (s *Store) countTry(tx kv.Tx, try *trying) (out CodeVerified, err error) {
	agent, err := activeAgent(tx, try.in.Agent)
	if err != nil {
		return out, err
	}
	if s.Now().Before(agent.Counts) {
		return out, fmt.Errorf("%w: agent %s does not count yet", ErrNotAllowed, agent.ID)
	}
	try.in.Agent = agent.ID
	h, err := codeOf(tx, try.in)
	if err != nil {
		return out, err
	}
	try.holder = h.holder.String()
	t, err := s.codeTicket(tx, try.in, h)
	if err != nil {
		return out, err
	}
	c, ok, err := codes.Of(tx, h.holder)
	if err != nil {
		return out, err
	}
	if try.counted, err = codes.Counted(tx, h.holder, agent.ID, try.at); err != nil {
		return out, err
	}
	if try.week, err = codes.InWeek(tx, h.holder, agent.ID, try.at); err != nil {
		return out, err
	}
	try.most = c.Most()
	e, err := epochNow(tx)
	if err != nil {
		return out, err
	}
	if why := s.judging(c, ok, *try, e).Refused(); why != "" {
		out = s.verified(h, *try, why, try.counted.Wrong)
		return out, s.noteTry(tx, t, c, *try, why)
	}
	try.counted.Wrong, try.counted.Agent, try.counted.Hour = try.counted.Wrong+1, try.counted.Agent+1, try.counted.Hour+1
	try.week.Of, try.week.Agent, try.week.All = try.week.Of+1, try.week.Agent+1, try.week.All+1
	return out, codes.Count(tx, h.holder, agent.ID, try.at) //rule:6.13 guesses-are-counted =out,nil TestCodeLimits
}

// judging is what policy must know of a try.
func (s *Store) judging(c codes.Code, ok bool, try trying, e epoch) policy.CodeTry {
	return policy.CodeTry{Now: s.Now(), Agent: try.in.Agent, Wrong: try.counted.Wrong, AgentWrong: try.counted.Agent, HourWrong: try.counted.Hour, AgentWeek: try.week.Agent, Most: try.most,
		Set: ok, SetBy: c.By, Locked: !c.Locked.IsZero(), Restored: c.Epoch != e.Number, Expires: c.Expires, Used: !c.Used.IsZero()}
}

// answerTry compares, on everything as it is by now.
func (s *Store) answerTry(tx kv.Tx, try trying) (out CodeVerified, err error) {
	agent, err := activeAgent(tx, try.in.Agent)
	if err != nil {
		return out, err
	}
	h, err := codeOf(tx, try.in)
	if err != nil {
		return out, err
	}
	t, err := s.codeTicket(tx, try.in, h)
	if err != nil {
		return out, err
	}
	c, ok, err := codes.Of(tx, h.holder)
	if err != nil {
		return out, err
	}
	e, err := epochNow(tx)
	if err != nil {
		return out, err
	}
	match, step, err := s.vault().Matches(c, h.holder, try.in.Code, s.Now())
	if err != nil {
		return out, err
	}
	judge := s.judging(c, ok, trying{in: try.in, at: try.at}, e) // what it was refused for is behind it, but for what came meanwhile
	judge.Match = match
	result := judge.Refused()
	if result == "" {
		result = judge.Answer()
	}
	if result != policy.CodeCodeMatch {
		out = s.verified(h, try, result, try.counted.Wrong)
		return out, s.wrong(tx, t, h, c, try, &out)
	}
	if err := codes.GiveBack(tx, h.holder, agent.ID, try.at, s.Now()); err != nil {
		return out, err
	}
	out = s.verified(h, try, result, try.counted.Wrong-1)
	if c.Kind == codes.Once {
		c.Used = s.Now() //rule:6.5 one-time-is-used TestCodeOnce
	}
	c.Step = step
	return out, s.matched(tx, t, h, c, e, try, &out)
}

// verified is the answer to an agent.
func (s *Store) verified(h held, try trying, result policy.Code, wrong int) CodeVerified {
	out := CodeVerified{Result: result, Reasons: []policy.Reason{policy.Because(result)}, Client: h.holder.Client, Name: h.name,
		TriesLeft: max(0, try.most-wrong), Ticket: try.in.Ticket, At: s.Now()}
	if h.holder.Contact != "" {
		out.Name = h.contact.Name
		if len(h.contact.Addresses) > 0 {
			out.Contact = h.contact.Addresses[0]
		}
	}
	if out.TriesLeft == 0 {
		out.LockedUntil = codes.Midnight(try.at) // of the day on which it was counted
	}
	return out
}

// wrong writes down what was no match, and tells of a limit that it reached.
func (s *Store) wrong(tx kv.Tx, t *Ticket, h held, c codes.Code, try trying, out *CodeVerified) error {
	if err := s.noteTry(tx, t, c, try, out.Result); err != nil {
		return err
	}
	var why []string
	if try.counted.Wrong == try.most {
		why = append(why, fmt.Sprintf("%d of %s in a day", try.most, h.whose()))
	}
	if try.counted.Agent == policy.WrongCodesAgent {
		why = append(why, fmt.Sprintf("%d by %s in an hour", policy.WrongCodesAgent, try.in.Agent))
	}
	if try.counted.Hour == policy.WrongCodesHour {
		why = append(why, fmt.Sprintf("%d in an hour over all clients; no code is verified until there is room", policy.WrongCodesHour))
	}
	slow, err := s.slow(tx, h, try)
	if why = append(why, slow...); err != nil || len(why) == 0 {
		return err
	}
	return s.alarmCode(tx, t, h, c, try, why, out)
}

// slow says which bounds of the week wrong codes are past, each once a day.
func (s *Store) slow(tx kv.Tx, h held, try trying) (why []string, err error) {
	for _, w := range []struct {
		n, most    int
		whose, say string
	}{
		{try.week.Of, policy.ToldCodeWeek, h.holder.String(), "of " + h.whose()},              //rule:6.13 slow-guesses-at-a-code TestSlowGuesses/code
		{try.week.Agent, policy.ToldAgentWeek, "agent:" + try.in.Agent, "by " + try.in.Agent}, //rule:6.13 slow-guesses-of-an-agent TestSlowGuesses/agent
		{try.week.Agent, policy.WrongAgentWeek - 1, "stopped:" + try.in.Agent, "by " + try.in.Agent + ", who verifies no code until there is room"},
		{try.week.All, policy.ToldWeek, "all", "over all clients"}, //rule:6.13 slow-guesses-over-all TestSlowGuesses/all
	} {
		if w.n <= w.most {
			continue
		}
		first, err := outbox.FirstToday(tx, s.Now(), "guesses/"+w.whose)
		if err != nil {
			return nil, err
		}
		if first { //rule:6.13 slow-guesses-alarm-once-a-day =true TestSlowGuesses/code
			why = append(why, fmt.Sprintf("%d %s in seven days", w.n, w.say))
		}
	}
	return why, nil
}

// alarmCode tells the leads that somebody guesses, and the contact if their code
// is locked by it.
func (s *Store) alarmCode(tx kv.Tx, t *Ticket, h held, c codes.Code, try trying, why []string, out *CodeVerified) (err error) {
	says := fmt.Sprintf("On %s too many wrong phone or chat codes were typed by %s.", codeDay(s.Now()), try.in.Agent)
	if t == nil {
		if t, err = s.codeChange(tx, h, By{Agent: try.in.Agent}, says); err != nil {
			return err
		}
	}
	reached := strings.Join(why, "; ")
	if err := s.record(tx, t, Event{Event: "codes guessed", Reason: policy.CodeCodeLocked, Text: "Wrong codes: " + reached + "."}); err != nil {
		return err
	}
	if try.counted.Wrong == try.most && c.Kind != codes.None {
		says = fmt.Sprintf("%s is locked until %s, after %d wrong ones.", h.title(), codeDay(out.LockedUntil), try.most)
		if err := s.writeCode(tx, t, h, policy.NoticeCodeLocked, says); err != nil { //rule:6.10 a-lock-is-told ! TestCodeLimits
			return err
		}
		out.Told = true
	}
	if err := s.alertOf(tx, *t, policy.NoticeCodeGuessed, reached, try.in.Agent); err != nil { //rule:6.13 guessing-alarms ! TestCodeLimits
		return err
	}
	return save(tx, *t)
}

// matched writes down a match, proves by it what it can, and tells the contact:
// once a ticket, and of uses that are for no ticket once a day.
func (s *Store) matched(tx kv.Tx, t *Ticket, h held, c codes.Code, e epoch, try trying, out *CodeVerified) error {
	says := fmt.Sprintf("%s was used on %s with %s.", h.title(), codeDay(s.Now()), try.in.Agent)
	if err := s.noteTry(tx, t, c, try, out.Result); err != nil {
		return err
	}
	told := t
	switch {
	case t != nil:
		says += fmt.Sprintf(" It was for the request %s.", t.about())
		d, err := s.demand(tx, *t)
		if err != nil {
			return err
		}
		if d.ByCode() {
			p := s.prove(t, policy.Proof{Kind: policy.ProofCode, Contact: t.Contact, Agent: try.in.Agent, Code: c.Holder, Version: c.Version, Epoch: e.Number})
			out.Proves, out.Until = t.Class, p.Expires
		}
	case c.Day == codes.Day(s.Now()):
		one, err := load(tx, c.Told)
		if err != nil {
			return err
		}
		told = &one
	}
	id, err := s.tellCode(tx, told, h, By{Agent: try.in.Agent}, policy.NoticeCodeUsed, Event{Event: "code used", Reason: policy.CodeCodeMatch}, says)
	if err != nil {
		return err
	}
	if t == nil {
		c.Day, c.Told = codes.Day(s.Now()), id
	}
	return codes.Put(tx, c)
}

// noteTry writes down what a try came to. What was typed is nowhere in it.
func (s *Store) noteTry(tx kv.Tx, t *Ticket, c codes.Code, try trying, result policy.Code) error {
	leaf := codeLeaf{What: result, Kind: c.Kind, Version: c.Version, Agent: try.in.Agent, Ticket: try.in.Ticket}
	if err := s.log(tx, "code", try.holder, leaf); err != nil || t == nil {
		return err
	}
	text := try.in.Agent + " typed what the caller said: " + policy.Because(result).Text
	if err := s.record(tx, t, Event{Event: "code verify", Reason: result, Text: text}); err != nil {
		return err
	}
	return save(tx, *t)
}
