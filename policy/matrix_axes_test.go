package policy_test

import (
	"cmp"
	"strings"
	"time"

	"countersign/policy"
)

// An asking is an agent's question and how everything is then. The zero value of
// each word is the good case.
type asking struct {
	class, of policy.Class // that the agent asks for, and the ticket's own
	channel   policy.Channel
	state     string
	agent     string
	person    string // what became of the ticket's contact
	client    string
	used      string
	desk      string
	unheard   bool          // a mail that may be a no waits for DNS
	refused   bool          // somebody who was asked to approve said no
	untold    bool          // a mail that tells others of the change has not left
	lost      bool          // somebody says that the contact lost their mailbox
	told      time.Duration // so long ago everybody was told of that; 0: not yet
	codeSet   bool
	standsIn  bool // the class is one of token_classes
	proofs    proofs
	left      uint // what is known to differ and is left as it is, a bit each
}

func (q *asking) leave(known uint) bool { return q.left&known != 0 }

// proofs has a place for each kind, and two for approvals.
type proofs [7]proof

const (
	atSender = iota
	atReply
	atToken
	atCode
	atExternal
	atFirst
	atSecond
)

type proof struct {
	kind policy.ProofKind
	by   string // who approved: nils, olga, or a lead: lea, leo
	lead string // in-place: of a contact, by-rule; empty: no lead
	of   string // in whose place a deputy approved
	flaw string
	ago  time.Duration
}

func (p proof) given() bool { return p.kind != "" }

// same tells whether two approvals are one person's: who shares a mailbox with
// another, or acts for them, is nobody beside them.
func (p proof) same(other proof) bool {
	mailbox := func(who string) string { return strings.TrimPrefix(who, "olga-") }
	if p.of == "" && other.of == "" {
		return mailbox(p.by) == mailbox(other.by)
	}
	voice := func(p proof) string { return cmp.Or(p.of, p.by) }
	return p.by == other.by || voice(p) == voice(other) || mailbox(voice(p)) == mailbox(voice(other))
}

// putBack tells whether what was said counts no longer, by a no.
func (q *asking) putBack() bool {
	return q.state == "put-back" && q.of.Privileged() || q.state == "unproved-no"
}

// agentID is who asks.
func (q *asking) agentID() string {
	if q.agent == "lea" {
		return "lea"
	}
	return "sam"
}

// An axis is something that may be one way or another; the first is the good case
// where nothing was proved.
type axis struct {
	name   string
	values []string
	set    func(v string) func(q *asking)
}

const unknown = "unknown"

var mailed = words(" good older-revision before-restore other-contact address-left address-back address-staff cooled")

// axes are set in this order: an age after its proof.
var axes = []axis{
	{"class", names(policy.Classes, unknown), func(v string) func(*asking) {
		return func(q *asking) { q.class, q.of = policy.Class(v), policy.Class(v) }
	}},
	{"of", append([]string{""}, names(policy.Classes, unknown)...), func(v string) func(*asking) {
		return func(q *asking) {
			if v != "" {
				q.of = policy.Class(v)
			}
		}
	}},
	{"channel", names(policy.Channels, unknown), func(v string) func(*asking) {
		return func(q *asking) { q.channel = policy.Channel(v) }
	}},
	word("state", " put-back unproved-no disputed expired closed", func(q *asking) *string { return &q.state }),
	word("agent", " disabled without-authority new new-authority opener editor lea", func(q *asking) *string { return &q.agent }),
	word("person", " removed moved not-permitted cooling cooling-all asked-cooling", func(q *asking) *string { return &q.person }),
	word("client", " "+strings.Join(locked, " ")+" window", func(q *asking) *string { return &q.client }),
	word("used", " lately at-its-end long-ago by-another by-another-long-ago before-restore", func(q *asking) *string { return &q.used }),
	word("desk", " one-contact one-contact-unnamed one-lead one-of-either code-beside external-beside wait two-contacts two-leads"+
		" two-of-either less-than-the-table email-only of-another-client of-other-words of-a-contact-of-them", func(q *asking) *string { return &q.desk }),
	whether("unheard", func(q *asking) *bool { return &q.unheard }),
	whether("refused", func(q *asking) *bool { return &q.refused }),
	{"change", words(" untold lost lost-told-lately lost-told"), func(v string) func(*asking) {
		return func(q *asking) {
			if q.class == policy.AccountChange && q.of == q.class && (v == "untold" || q.desk == "") {
				q.untold, q.lost, q.told = v == "untold" || v == "lost", strings.HasPrefix(v, "lost"), sinceTold[v]
			}
		}
	}},
	whether("code-set", func(q *asking) *bool { return &q.codeSet }),
	whether("stands-in", func(q *asking) *bool { return &q.standsIn }),
	{"sender", mailed, give(atSender, sender)},
	{"reply", mailed, give(atReply, reply)},
	{"token", mailed, give(atToken, token)},
	{"code", words(" good older-revision before-restore other-contact code-cleared code-own code-of-actor code-of-opener code-of-lead code-new"), give(atCode, code)},
	{"external", words(" good older-revision before-restore other-contact unknown-checker"), give(atExternal, external)},
	{"first", words(" nils nils:older-revision nils:before-restore nils:other-contact nils:address-left nils:address-back nils:address-staff" +
		" nils:removed nils:moved nils:not-permitted nils:shared-mailbox nils:cooling nils:cooled" +
		" lea/in-place lea/in-place:older-revision lea/in-place:before-restore lea/in-place:lead-no-more lea/in-place:lead-opened" +
		" lea/by-rule lea/by-rule:older-revision lea/by-rule:before-restore lea/by-rule:lead-no-more lea/by-rule:lead-edited" +
		" dora=nils dora=nils:deputy-early dora=nils:over-since dora=nils:deputy-over dora=nils:deputy-ended dora=nils:deputy-other dora=nils:deputy-restored" +
		" dora=nils:deputy-of-gone dora=nils:deputy-of-new dora=nils:deputy-of-asker dora=nils:removed dora=nils:cooling dora=nils:shared-mailbox" +
		" dora=nils:other-contact"), agree(atFirst)},
	{"second", words(" olga nils olga-nils lea/in-place leo/in-place lea/by-rule leo/by-rule dora=nils dora=olga olga:removed leo/by-rule:lead-opened"), agree(atSecond)},
	{"mails-ago", words("1h 72h 96h 168h 192h 504h"), ago(atSender, atReply, atToken, atExternal)},
	{"code-ago", words("10m 30m 2h 96h"), ago(atCode)},
	{"first-ago", words("50m 72h 96h 168h 192h 504h"), ago(atFirst)},
	{"second-ago", words("40m 96h 167h 192h"), ago(atSecond)},
}

var sinceTold = map[string]time.Duration{"lost-told-lately": time.Hour, "lost-told": 7 * day}

func words(s string) []string { return strings.Split(s, " ") }

func names[S ~string](all []S, more ...string) (names []string) {
	for _, s := range all {
		names = append(names, string(s))
	}
	return append(names, more...)
}

func word(name, values string, of func(*asking) *string) axis {
	return axis{name, words(values), func(v string) func(*asking) { return func(q *asking) { *of(q) = v } }}
}

func whether(name string, of func(*asking) *bool) axis {
	return axis{name, words(" yes"), func(v string) func(*asking) { return func(q *asking) { *of(q) = v != "" } }}
}

// give puts a proof in its place: none, good, or with a flaw.
func give(at int, kind policy.ProofKind) func(string) func(*asking) {
	return func(v string) func(*asking) {
		p := proof{kind: kind, flaw: strings.TrimPrefix(v, "good")}
		if v == "" {
			p = proof{}
		}
		return func(q *asking) { q.proofs[at] = p }
	}
}

// agree puts an approval in its place: none, or who[=of whom][/as which lead][:flaw].
func agree(at int) func(string) func(*asking) {
	return func(v string) func(*asking) {
		who, flaw, _ := strings.Cut(v, ":")
		who, lead, _ := strings.Cut(who, "/")
		who, of, _ := strings.Cut(who, "=")
		p := proof{kind: approval, by: who, lead: lead, of: of, flaw: flaw}
		if v == "" {
			p = proof{}
		}
		return func(q *asking) { q.proofs[at] = p }
	}
}

func ago(at ...int) func(string) func(*asking) {
	return func(v string) func(*asking) {
		d, err := time.ParseDuration(v)
		if err != nil {
			panic(err)
		}
		return func(q *asking) {
			for _, i := range at {
				q.proofs[i].ago = d
			}
		}
	}
}
