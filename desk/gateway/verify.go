package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"countersign/inbound"
	"countersign/inbound/mailbox"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// Verification is what a message would come to, for people and programs.
type Verification struct {
	From      string          `json:"from"`
	Contact   string          `json:"contact"`
	Client    string          `json:"client"`
	Kind      policy.Kind     `json:"kind"`
	Sender    VerifiedSender  `json:"sender"`
	Ticket    string          `json:"ticket"`
	Bound     policy.Bound    `json:"bound"`
	Intent    policy.Intent   `json:"intent"`
	ReadBy    policy.Reading  `json:"read_by,omitempty"`
	Verdict   policy.Verdict  `json:"verdict"`
	Proof     policy.Word     `json:"proof"`
	Confirmed bool            `json:"confirmed"`
	Reasons   []policy.Reason `json:"reasons"`
	ReplyText string          `json:"reply_text"`
}

// VerifiedSender is the part of policy.Sender that is shown.
type VerifiedSender struct {
	Result policy.Result      `json:"result"`
	By     policy.Method      `json:"by"`
	Domain string             `json:"domain"`
	DKIM   []policy.Signature `json:"dkim"`
	SPF    policy.Result      `json:"spf"`
	DMARC  policy.Result      `json:"dmarc"`
	Policy string             `json:"policy"`
	ARC    policy.Result      `json:"arc"`
}

// Verify judges one message as the daemon would at the time at, changing
// nothing. A file with bare line feeds is taken for a message that was saved
// on Unix. What binds a message is shown of the asked person's own alone, unless
// g.Open. With again, a message that was handled is judged as if it were new.
func (g *Gateway) Verify(ctx context.Context, raw []byte, at time.Time, again bool) (Verification, error) {
	sum := sha256.Sum256(raw) // of the file as it is
	raw = rawmail.Normalize(raw)
	desk := g.deskFor(raw)
	// The class is read of each, as who may have mail judged must not see by that
	// which codes are right.
	desk.Standing = func(e policy.Evidence) (policy.Standing, bool) { s, _ := g.standing(e); return s, true }
	desk.Places = mailbox.Places(len(raw), false)
	e := inbound.Understand(ctx, g.Check, desk, raw, at)
	e.RawHash = hex.EncodeToString(sum[:])
	judge := g.Store.Inbox.JudgeFor
	if g.Open {
		judge = g.Store.Inbox.Judge
	}
	f, d, err := judge(e, again)
	if err != nil {
		return Verification{}, err
	}
	v := Verification{From: e.From, Kind: e.Kind, Ticket: f.Binding.Ticket, Bound: f.Binding.Bound,
		Intent: f.Person.Means(e.Answer), ReadBy: e.Answer.By, Verdict: d.Verdict, Proof: policy.WordOf(f, d), Confirmed: d.Confirmed(), Reasons: d.Reasons, ReplyText: e.Text,
		Sender: VerifiedSender{Result: orNone(e.Sender.Result), By: e.Sender.By, Domain: e.Sender.Domain, DKIM: e.Sender.DKIM,
			SPF: orNone(e.Sender.SPF), DMARC: orNone(e.Sender.DMARC), Policy: e.Sender.Policy, ARC: orNone(e.Sender.ARC)}}
	if f.Person.ID != "" {
		v.Contact, v.Client = e.From, f.Person.Client
	}
	if v.Kind == "" {
		v.Kind = policy.KindNew
	}
	if v.Bound == "" {
		v.Bound = policy.BoundNone
	}
	if v.Intent == "" {
		v.Intent = policy.Unclear
	}
	if v.Sender.DKIM == nil {
		v.Sender.DKIM = []policy.Signature{}
	}
	return v, nil
}

func orNone(r policy.Result) policy.Result {
	if r == "" {
		return policy.ResultNone
	}
	return r
}

// deskFor chooses the mailbox that the message is addressed to, or else the first by name.
func (g *Gateway) deskFor(raw []byte) inbound.Desk {
	var names []string
	for name := range g.Desks {
		names = append(names, name)
	}
	slices.Sort(names)
	if m, _ := rawmail.Scan(raw, rawmail.DefaultLimits()); m != nil && len(names) > 1 {
		for _, field := range []string{"to", "cc"} {
			addrs, _ := rawmail.Addresses(m.Get(field), 100)
			for _, name := range names {
				if slices.Contains(addrs, g.Desks[name].Own.Address) {
					return g.Desks[name]
				}
			}
		}
	}
	if len(names) == 0 {
		return inbound.Desk{Limits: rawmail.DefaultLimits()}
	}
	return g.Desks[names[0]]
}
