// Package reply reads what a message is and what its writer means: its kind,
// the words that are the writer's own, and whether they say yes or no.
//
// A yes comes from the own words alone: not from a quote, a signature, the
// subject or hidden text. Where the reading is in doubt, the answer is unclear.
//
// Who sent the message is package sender's matter; what follows from an answer
// is package policy's.
package reply

import (
	"strings"

	"countersign/internal/clean"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// Own is how our own mail is known.
type Own struct {
	Address      string   // the mailbox's address, canonical
	ListIDs      []string // lists of our own, through which people write to us
	ReplyAddress string   // such as support+{token}@desk.example
}

// Reading is what one message says.
type Reading struct {
	Kind     policy.Kind
	KindWhy  string // what made it so, for people
	Text     string // own words, cleaned
	Subject  string // decoded, cleaned, one line
	Sure     string // the Subject without what only some mail programs read so
	Answer   policy.Answer
	Bounce   policy.Bounce
	Refusals []policy.Reason

	said pieces // what Text is of
	html pieces // what the HTML says, be that the same or not
	name string // of the writer, as the From field says
	body *body
}

// maxText bounds the text that is read, in bytes.
const maxText = 256 << 10

// Prepare reads the words and patterns of all languages, if no mail was read yet.
func Prepare() { lex(); table() }

// Read reads a message that rawmail.Scan took.
func Read(m *rawmail.Message, own Own) Reading {
	r := Reading{Answer: policy.Answer{Intent: policy.Unclear}}
	b := begin(m, own, &r)
	if !certain(m, r.Kind) {
		r.Refusals = b.refusals
	}
	plain, html := divide(clean.Seen(b.plain)), divide(clean.Seen(b.html))
	plain.sign += "\n" + clean.Seen(b.sign)
	html.sign += "\n" + clean.Seen(b.sign)
	html.veiled = clean.Seen(b.veiled)
	said := plain
	if plain.own == "" && b.html != "" {
		said = html
	}
	r.Text, r.said, r.html, r.body = said.own, said, html, b
	if r.Kind.Machine() || len(r.Refusals) > 0 {
		return r
	}
	r.name = displayName(m)
	r.Answer = said.intent(r.name)
	// Only in an answer that answers nothing: a person may be away and say yes.
	// What a mail asks of others by X-Auto-Response-Suppress says nothing of who
	// wrote it, since servers and lists put it on people's mail, too (MS-OXCMSG
	// section 2.2.1.77); beside such words it tells of a program that began.
	if (r.Kind == policy.KindReply || m.Get("x-auto-response-suppress") != "") && r.Answer.Intent == policy.Unclear && !question(r.Text) && !saysYes(head(r.Text)) && holds(head(r.Text), autoTexts) {
		r.Kind, r.KindWhy = policy.KindAutoReply, "It says that a program sent it, or that its writer is away."
		return r
	}
	r.Answer = perhaps(r.Answer, said.own)
	if strings.TrimSpace(b.plain) != "" && b.html != "" {
		r.Answer = agreed(plain.meant(r.name), html.meant(r.name))
	}
	if b.sure != b.html {
		r.Answer = agreed(r.Answer, divide(clean.Seen(b.sure)).meant(r.name))
	}
	// No bytes are a denial by chance: one stands, however else they may be read.
	if b.other != b.plain && !objects(said.own) {
		r.Answer = agreed(r.Answer, divide(clean.Seen(b.other)).meant(r.name))
	}
	if b.doubtful || (b.below || wrappedQuote(b.plain)) && r.Answer.Intent != policy.No {
		r.Answer = policy.Answer{Intent: policy.Unclear}
	}
	return r
}

// begin reads what needs no words: the Subject, the parts and the kind.
func begin(m *rawmail.Message, own Own, r *Reading) *body {
	shown, sure := rawmail.Words(m.Get("subject"), decodeWord)
	r.Subject, r.Sure = clean.SeenLine(shown), clean.SeenLine(sure)
	b := open(m)
	r.Kind, r.KindWhy = kind(m, own, r.Subject, b)
	if r.Kind == policy.KindBounce {
		r.Bounce = bounce(m, own, r.Subject)
	}
	return b
}

// Machine reads a message that rawmail.Scan refused, of its body the beginning;
// ok if it is certain that a machine wrote it.
func Machine(m *rawmail.Message, own Own) (r Reading, ok bool) {
	part := *m
	part.Body = m.Body[:min(len(m.Body), maxText)]
	b := begin(&part, own, &r)
	r.Text, r.Answer.Intent = divide(clean.Seen(b.plain)).own, policy.Unclear
	return r, certain(m, r.Kind)
}

// certain reports a machine's mail that is one whatever else is odd about it.
// Since it proves nothing, it needs to be understood in no one way: a bounce that
// returns a mangled mail is a bounce. What only lists or vendors' programs put
// into a header may stand in a person's mail, too, whose no must not be lost.
func certain(m *rawmail.Message, k policy.Kind) bool {
	return k == policy.KindBounce || k.Machine() && (automatic(m) || nullPath(m) || isReport(m))
}

// agreed gives what two answers say alike: where they differ to contacts of a
// language, nothing is clear.
func agreed(a, b policy.Answer) policy.Answer {
	common := func(x, y policy.Intent) policy.Intent {
		if x == y {
			return x
		}
		return policy.Unclear
	}
	out := policy.Answer{Intent: common(a.Intent, b.Intent), Cancels: a.Cancels && b.Cancels}
	for _, l := range lex().Languages { // English first, which holds for others, too
		if i := common(a.For(l), b.For(l)); i != out.For(l) {
			out = out.But(i, l)
		}
	}
	if out.Intent == policy.Unclear && len(out.ByLanguage) == 0 {
		return out // read by nothing
	}
	out.By, out.Weight = a.By, a.Weight
	if b.By == policy.ByLikeness && a.By != b.By { // the weaker of two
		out.By, out.Weight = b.By, b.Weight
	}
	return out
}

// displayName gives the name beside the From address, if it is no address.
func displayName(m *rawmail.Message) string {
	name, _, ok := strings.Cut(m.Get("from"), "<")
	if name, _ = rawmail.Words(name, decodeWord); !ok || strings.Contains(name, "@") {
		return ""
	}
	return name
}
