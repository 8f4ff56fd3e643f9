package tickets

import (
	"cmp"
	"slices"
	"time"

	"pgregory.net/rapid"

	"countersign/policy"
)

// answers has somebody answer any letter that was ever sent, from anywhere.
func (f *folk) answers(t *rapid.T) {
	if len(f.mails) == 0 {
		t.Skip("no letter")
	}
	m := f.mails[rapid.IntRange(0, len(f.mails)-1).Draw(t, "letter")]
	intent := rapid.SampledFrom([]policy.Intent{policy.Yes, policy.Yes, policy.Yes, policy.No, policy.Unclear}).Draw(t, "intent")
	from := m.To
	if rapid.IntRange(0, 2).Draw(t, "from") == 0 {
		from = rapid.SampledFrom(slices.Concat(mailboxes["ada"], mailboxes["bob"], mailboxes["nils"], mailboxes["eve"], []string{"mallory@evil.example"})).Draw(t, "address")
	}
	token := m
	if rapid.IntRange(0, 5).Draw(t, "token") == 0 {
		token = f.mails[rapid.IntRange(0, len(f.mails)-1).Draw(t, "token of")]
	}
	f.answer(t, m, token, intent, from, rapid.IntRange(0, 6).Draw(t, "proved") > 0)
}

// denies is a no to what was proved, which stops the client.
func (f *folk) denies(t *rapid.T) {
	k := f.pick(t, func(k *matter1) bool { return k.acted > 0 && !k.disputed })
	for _, m := range slices.Backward(f.mails) {
		if m.Ticket == k.id && m.who == k.contact && m.Reference != "" {
			f.answer(t, m, m, policy.No, m.To, true)
			return
		}
	}
}

// answer hands an answer in to a letter, with the token of one, and says what the
// oracle makes of it.
func (f *folk) answer(t *rapid.T, m, token *mail, intent policy.Intent, from string, proved bool) {
	e := f.reply(m.Letter, intent)
	e.From = from
	if token != m {
		e.Tokens = []policy.Mark{{Value: token.Token, Field: "to"}}
	}
	if !proved {
		e.Sender = policy.Sender{Result: policy.ResultNone}
	}
	got := f.receive(t, e)
	f.now1()
	mixed := token.Token != "" && token.Ticket != m.Ticket // marks of two tickets bind nothing
	about := m.revision                                    // which the reference in the Subject names, and for who wrote that is enough
	if token.Token != "" && token.Ticket == m.Ticket {
		m = token // that is the question which it answers
	}
	k := f.matters[m.Ticket]
	own := token == m && m.Token != "" && !m.dead && m.revision == k.revision && !f.oracle.now.After(m.Date.Add(168*time.Hour))
	h, live := f.people[m.who], !k.over && !k.disputed
	to := h.reads(from) && h.reads(m.To)
	switch asks := m.Kind.Terms().Asks; {
	case got.Decision.Has(policy.EffectDispute) || got.Decision.Has(policy.EffectUnprovedNo) || len(got.Decision.Refuses()) > 0:
	case m.Kind == policy.NoticeLift:
		if proved && own && to && intent == policy.Yes && h.has("primary") && !h.cools("primary", f.oracle.now) && !h.cools(from, f.oracle.now) && !h.askedCools(m.To, f.oracle.now) {
			f.stopped[k.client] = slices.DeleteFunc(f.stopped[k.client], func(id string) bool { return id == k.id })
		}
	case m.Kind.Terms().To == policy.ToApprover:
		if proved && own && to && live && intent == policy.Yes && m.who != k.contact && k.reply != nil && f.stands(word{who: m.who, from: from, at: f.oracle.now}, "approve", true) && !h.askedCools(m.To, f.oracle.now) {
			k.approvals = append(k.approvals, word{who: m.who, from: from, at: f.oracle.now})
			k.lastSaid = f.oracle.now
			f.kill(func(o *mail) bool { return o.Ticket == k.id && o.Kind == m.Kind })
		}
	case !live || m.who != k.contact || !to || max(about, m.revision) != k.revision || !h.has(string(k.class)):
	case !k.class.Privileged():
		if proved && intent != policy.No && !m.past && !mixed || own && intent == policy.Yes {
			k.sender = &word{who: m.who, from: from, at: f.oracle.now}
			k.acted = k.revision
		}
	case proved && own && asks && intent == policy.Yes && f.stands(word{who: m.who, from: from, at: f.oracle.now}, string(k.class), true) && !h.askedCools(m.To, f.oracle.now):
		k.reply, k.acted = &word{who: m.who, from: from, at: f.oracle.now}, k.revision
		k.lastSaid = f.oracle.now
		f.kill(func(o *mail) bool { return o.Ticket == k.id })
	}
	if got.Decision.Confirmed() && k.class.Privileged() && (k.reply == nil || got.Ticket != k.id) {
		t.Fatalf("%s from %s confirmed %s: %v; letter %+v", intent, from, got.Ticket, got.Reasons, m)
	}
	f.noes(t, got, m, intent, from, proved)
	f.tick(t) // what a no takes back of other tickets is taken back before anybody acts, or by this
}

// noes are followed as they are heard; that the plain ones are heard is demanded.
func (f *folk) noes(t *rapid.T, got Message, m *mail, intent policy.Intent, from string, proved bool) {
	k := f.matters[m.Ticket]
	plain := proved && intent == policy.No && from == m.To && m.who == k.contact && m.Kind == policy.NoticeConfirm && f.people[m.who].reads(from)
	if plain && !got.Decision.Has(policy.EffectDispute) {
		t.Fatalf("a no to %s from %s was not heard: %v", k.id, from, got.Reasons)
	}
	for _, id := range got.Decision.Refuses() {
		if d := f.matters[id]; d.reply != nil { // else an approval is sought afresh, and the no stands in the history
			d.refused = true
		}
	}
	for _, e := range got.Decision.Effects {
		d := f.matters[cmp.Or(e.Ticket, got.Ticket)]
		switch {
		case d == nil:
		case e.Kind == policy.EffectUnprovedNo:
			d.sender, d.reply, d.approvals = nil, nil, nil
			f.kill(func(o *mail) bool { // what was asked before is dead, and names nobody either
				was := o.Ticket == d.id && (o.Kind != policy.NoticeUnprovedNo || o.Date.Before(f.oracle.now))
				o.past = o.past || was
				return was
			})
		case e.Kind == policy.EffectDispute:
			f.disputed(d, m)
		}
	}
}

// disputed is what a no does: for good, to what was proved the client stops, and the
// codes that its letters told of are locked.
func (f *folk) disputed(d *matter1, m *mail) {
	said := d.revision
	if m.Ticket == d.id {
		said = m.revision
	}
	codeOnly := d.class == policy.AccountChange && d.request == "" && (m.Kind == policy.NoticeCodeChanged || m.Kind == policy.NoticeCodeUsed || m.Kind == policy.NoticeCodeLocked)
	if d.acted >= said && d.acted > 0 && !codeOnly && !slices.Contains(f.stopped[d.client], d.id) && !d.disputed {
		f.stopped[d.client] = append(f.stopped[d.client], d.id)
	}
	again := d.disputed // which puts back nothing that was said since the first
	d.disputed, d.over = true, false
	d.drop()
	f.kill(func(o *mail) bool { return o.Ticket == d.id })
	for _, other := range f.matters {
		if !again && other != d && d.class.Privileged() && other.class.Privileged() && other.contact == d.contact && !other.over && !other.disputed && other.usedBy == "" {
			other.drop()
			f.kill(func(o *mail) bool { return o.Ticket == other.id })
		}
	}
}
