package tickets

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"countersign/policy"
)

// calls is a call as it is meant to be: the caller says the code that a lead has set,
// and somebody else acts.
func (f *folk) calls(t *rapid.T) {
	k := f.pick(t, func(k *matter1) bool { return !k.over && !k.disputed && !f.people[k.contact].gone })
	in := CodeRequest{Contact: f.people[k.contact].addresses[0]}
	if c := f.codes[k.contact]; c == nil || !c.set {
		f.setCode(t, in, k.contact, rapid.SampledFrom([]string{"max", "lea"}).Draw(t, "lead"))
	}
	if c := f.codes[k.contact]; c != nil && c.set {
		in.Code, in.Agent, in.Ticket = c.word, f.agent(t), k.id
		f.verify(t, in, k.contact, k)
		if rapid.IntRange(0, 3).Draw(t, "and change it") == 0 {
			f.setCode(t, CodeRequest{Contact: in.Contact}, k.contact, rapid.SampledFrom([]string{"max", "lea"}).Draw(t, "lead"))
		}
		f.turn(rapid.SampledFrom(clock1[:4]).Draw(t, "later"))
		f.act(t, k, f.agent(t), policy.Phone)
	}
}

// codeSet sets or clears the code of a contact, or of a client.
func (f *folk) codeSet(t *rapid.T) {
	in, who := f.whoseCode(t)
	f.setCode(t, in, who, f.agent(t))
}

func (f *folk) setCode(t *rapid.T, in CodeRequest, who, agent string) {
	in.Agent = agent
	clear := rapid.IntRange(0, 4).Draw(t, "clear") == 0
	f.now1()
	err := error(nil)
	if clear {
		_, err = f.ClearCode(By{}, in)
	} else {
		in.Code = rapid.SampledFrom(codeWords).Draw(t, "code")
		_, err = f.SetCode(By{}, in)
	}
	if err != nil {
		return
	}
	if !f.leads[in.Agent] || f.off[in.Agent] {
		t.Fatalf("%s set a code", in.Agent)
	}
	c := f.codes[who]
	if c == nil {
		c = &phoneCode{}
		f.codes[who] = c
	}
	c.version, c.setBy, c.at, c.set, c.word = c.version+1, in.Agent, f.oracle.now, !clear, in.Code
	f.learn(t)
}

// whoseCode draws a contact or a client.
func (f *folk) whoseCode(t *rapid.T) (CodeRequest, string) {
	if rapid.IntRange(0, 3).Draw(t, "client") == 0 {
		return CodeRequest{Client: "c1"}, "c1"
	}
	id := f.somebody(t)
	return CodeRequest{Contact: f.people[id].addresses[0]}, id
}

// code tries one, with a ticket or without.
func (f *folk) code(t *rapid.T) {
	in, who := f.whoseCode(t)
	in.Agent, in.Code = f.agent(t), rapid.SampledFrom(codeWords).Draw(t, "code")
	var k *matter1
	if rapid.IntRange(0, 4).Draw(t, "ticket") > 0 {
		k = f.pick(t, func(k *matter1) bool { return !k.over && (k.contact == who || k.client == who) })
		in.Ticket = k.id
	}
	f.verify(t, in, who, k)
}

func (f *folk) verify(t *rapid.T, in CodeRequest, who string, k *matter1) {
	f.now1()
	out, err := f.VerifyCode(in)
	if err != nil {
		return
	}
	c, day := f.codes[who], f.oracle.now.Format(time.DateOnly)
	if c == nil {
		c = &phoneCode{}
		f.codes[who] = c
	}
	if c.day != day {
		c.day, c.wrong = day, 0
	}
	if out.Result != policy.CodeCodeMatch {
		if out.Result == policy.CodeCodeWrong || out.Result == policy.CodeCodeNotSet {
			c.wrong++
		}
		f.learn(t)
		return
	}
	if !c.set || c.word != in.Code || c.wrong >= 5 || c.setBy == in.Agent || f.off[in.Agent] {
		t.Fatalf("%s had a match of %s: %+v", in.Agent, who, c)
	}
	if k != nil {
		k.codes = append(k.codes, word{who: in.Agent, at: f.oracle.now, code: who, version: c.version})
		if k.class != policy.PasswordChange { // of which a code proves nothing
			k.acted = k.revision
		}
	}
	f.learn(t)
}

// approves is a lead's yes.
func (f *folk) approves(t *rapid.T) {
	k := f.pick(t, func(k *matter1) bool { return k.reply != nil && !k.over && !k.disputed })
	lead := rapid.SampledFrom([]string{"max", "lea"}).Draw(t, "lead")
	f.tick(t)
	s := f.show(t, k.id)
	if len(s.Approvals) == 0 {
		t.Skip("none is sought")
	}
	if _, err := f.Approve(s.Approvals[len(s.Approvals)-1].ID, lead, "I called them"); err != nil {
		return
	}
	if !f.leadsDecide(k) || !f.leads[lead] || f.off[lead] || slices.Contains(k.wrote, lead) || k.reply == nil {
		t.Fatalf("%s approved %+v", lead, k)
	}
	k.approvals, k.lastSaid = append(k.approvals, word{who: lead, at: f.oracle.now, lead: true}), f.oracle.now
	f.allowedOf["by a lead"]++
	f.learn(t)
}
