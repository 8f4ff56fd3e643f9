package tickets

import (
	"slices"
	"time"

	"countersign/clients/codes"
	"countersign/policy"
)

// The oracle of TestPeopleModel: what the design says of who may prove what, in as
// few words as that takes, and of tokens, records and notices nothing. It says when
// an allow would be wrong; that there are allows, the test counts.

const (
	coolFor  = 72 * time.Hour
	codeFor  = 30 * time.Minute
	proofFor = 7 * 24 * time.Hour
)

// human is a contact as the oracle knows them.
type human struct {
	client    string
	gone      bool
	addresses []string             // the first gets our mail
	since     map[string]time.Time // of an address or a right; not there: always
	may       []string             // classes, approve, primary
	first     time.Time            // when another address came first
	before    string               // the first one then,
	beforeAt  time.Time            // and since when it was
	lostSay   time.Time            // when they lost approve, or were removed with it
}

func (h *human) has(right string) bool     { return !h.gone && slices.Contains(h.may, right) }
func (h *human) reads(address string) bool { return !h.gone && slices.Contains(h.addresses, address) }
func (h *human) cools(what string, now time.Time) bool {
	at, ok := h.since[what]
	return ok && now.Before(at.Add(coolFor))
}

// widens reports whether the change gives the human anything that they have not.
func (h *human) widens(addresses, may []string, now time.Time) bool {
	undone := addresses[0] == h.before && now.Sub(h.first) < 24*time.Hour
	return addresses[0] != h.addresses[0] && !undone ||
		slices.ContainsFunc(addresses, func(a string) bool { return !slices.Contains(h.addresses, a) }) ||
		slices.ContainsFunc(may, func(m string) bool { return m != "minor-change" && !slices.Contains(h.may, m) })
}

// become makes them who they are after a change.
func (h *human) become(addresses, may []string, now time.Time) {
	since := map[string]time.Time{}
	for _, list := range [][2][]string{{h.addresses, addresses}, {h.may, may}} {
		for _, what := range list[1] {
			if at, ok := h.since[what]; ok && slices.Contains(list[0], what) {
				since[what] = at
			} else if !slices.Contains(list[0], what) {
				since[what] = now
			}
		}
	}
	switch {
	case addresses[0] == h.addresses[0]:
	case addresses[0] == h.before && now.Sub(h.first) < 24*time.Hour:
		h.first, h.before, h.beforeAt = h.beforeAt, "", time.Time{}
	default:
		h.before, h.beforeAt, h.first = h.addresses[0], h.first, now
	}
	if !slices.Contains(addresses, h.before) {
		h.before, h.beforeAt = "", time.Time{}
	}
	if slices.Contains(h.may, "approve") && !slices.Contains(may, "approve") {
		h.lostSay = now
	}
	h.addresses, h.may, h.since = slices.Clone(addresses), slices.Clone(may), since
}

// asked reports whether something cools of the address that our mail goes to.
func (h *human) askedCools(address string, now time.Time) bool {
	return h.cools(address, now) || address == h.addresses[0] && !h.first.IsZero() && now.Before(h.first.Add(coolFor))
}

// word is a proof: who said what from where, and when.
type word struct {
	who, from string
	at        time.Time
	lead      bool
	code      string // whose code matched
	version   int    // of it
}

type phoneCode struct {
	version int
	setBy   string
	at      time.Time
	word    codes.Secret
	set     bool // and neither cleared nor locked for good since
	wrong   int
	day     string
}

type matter1 struct {
	id, contact, client string
	class               policy.Class
	request             string
	revision            int
	wrote               []string // who opened and edited it
	over, disputed      bool
	refused             bool
	sender, reply       *word // a mail of theirs; with a yes
	approvals           []word
	codes               []word
	lastSaid            time.Time // the last reply or approval
	told                time.Time // the last mail left that tells others of this revision
	untold              bool      // one has not left
	usedBy              string
	usedAt              time.Time
	old                 bool // used before a restore
	changed             bool // the file was changed by it
	acted               int  // the last revision that had a proof
}

func (k *matter1) drop() {
	k.sender, k.reply, k.approvals, k.codes, k.refused = nil, nil, nil, nil, false
}

type oracle struct {
	now     time.Time
	people  map[string]*human
	matters map[string]*matter1
	codes   map[string]*phoneCode // by contact, or client
	leads   map[string]bool       // agents, and whether they lead
	off     map[string]bool       // disabled agents
	stopped map[string][]string   // client: tickets that did it
}

// stands reports whether what was said for a right counts still: whoever said it is
// there, may do that, and read the address without a break since before they said it.
func (o *oracle) stands(s word, right string, privileged bool) bool {
	h := o.people[s.who]
	if h == nil || !h.has(right) || !h.reads(s.from) {
		return false
	}
	at, dated := h.since[s.from]
	if dated && at.After(s.at) {
		return false
	}
	return !privileged || !h.cools(right, o.now) && !h.cools(s.from, o.now)
}

// codeStands reports whether a code was said that counts on the ticket now.
func (o *oracle) codeStands(k *matter1, agent string, beside bool) bool {
	return slices.ContainsFunc(k.codes, func(s word) bool {
		c := o.codes[s.code]
		own := c.setBy == agent || c.setBy == s.who || slices.Contains(k.wrote, c.setBy) ||
			slices.ContainsFunc(k.approvals, func(a word) bool { return a.lead && a.who == c.setBy })
		locked := c.day == o.now.Format(time.DateOnly) && c.wrong >= 5
		return c.set && !locked && c.version == s.version && !own && o.now.Before(s.at.Add(codeFor)) &&
			(!beside || !o.now.Before(c.at.Add(coolFor)))
	})
}

// codeAsked reports whether the contact or the client has a code that does not cool.
func (o *oracle) codeAsked(k *matter1) bool {
	return slices.ContainsFunc([]string{k.contact, k.client}, func(who string) bool { c := o.codes[who]; return c != nil && c.set })
}

// agrees reports whether a second person's word stands.
func (o *oracle) agrees(k *matter1, agent string) bool {
	return slices.ContainsFunc(k.approvals, func(s word) bool {
		if !s.lead {
			return s.who != k.contact && o.people[s.who].client == k.client && o.stands(s, "approve", true)
		}
		return o.leads[s.who] && !o.off[s.who] && s.who != agent && !slices.Contains(k.wrote, s.who) &&
			(!o.codeAsked(k) || o.codeStands(k, agent, true))
	})
}

// lets reports whether agent may do what the ticket asks for now. What it says no to
// must never be allowed.
func (o *oracle) lets(k *matter1, agent string, live bool) bool {
	who, privileged := o.people[k.contact], k.class.Privileged()
	switch {
	case o.off[agent], k.over, k.disputed, k.refused, k.old:
		return false
	case k.usedBy != "" && (k.usedBy != agent || !o.now.Before(k.usedAt.Add(30*time.Minute))):
		return false
	case !who.has(string(k.class)) || who.client != k.client:
		return false
	case !privileged && live:
		return o.codeStands(k, agent, false)
	case !privileged:
		return k.sender != nil && o.stands(*k.sender, string(k.class), false) || o.codeStands(k, agent, false)
	case live, len(o.stopped[k.client]) > 0, who.cools(string(k.class), o.now):
		return false
	case k.reply == nil || !o.stands(*k.reply, string(k.class), true):
		return false
	}
	approval, wait := k.class == policy.Cancellation || k.class == policy.AccountChange, time.Duration(0)
	if k.class == policy.AccountChange {
		wait = coolFor
	}
	from := k.lastSaid
	if k.told.After(from) {
		from = k.told
	}
	return (!approval || o.agrees(k, agent)) && !k.untold && !o.now.Before(from.Add(wait)) && o.now.Before(from.Add(wait+proofFor))
}

// leadsDecide reports whether nobody else of the client may approve, nor could lately.
func (o *oracle) leadsDecide(k *matter1) bool {
	for id, h := range o.people {
		lately := !h.lostSay.IsZero() && o.now.Before(h.lostSay.Add(coolFor))
		if id != k.contact && h.client == k.client && (h.has("approve") || lately) {
			return false
		}
	}
	return true
}
