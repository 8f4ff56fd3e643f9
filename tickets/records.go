package tickets

import (
	"encoding/json"
	"time"

	"countersign/policy"
	"countersign/tickets/ledger"
)

// What package policy says is written down under names of our own, in which a
// field that is empty is left out: a rename there changes nothing that lies on
// disk, and its compiler error shows where to look.

// messageRecord is a Message as it is stored.
type messageRecord struct {
	ID       string         `json:"id"`
	Source   ledger.Source  `json:"source"`
	At       time.Time      `json:"at"`
	Outcome  policy.Outcome `json:"outcome"`
	Verdict  policy.Verdict `json:"verdict"`
	Reasons  []reasonRecord `json:"reasons"`
	Ticket   string         `json:"ticket,omitempty"`
	Claim    bool           `json:"claim,omitempty"`
	Blob     string         `json:"blob,omitempty"`
	Loose    bool           `json:"loose,omitempty"`
	Facts    factsRecord    `json:"facts,omitzero"`
	Decision decisionRecord `json:"decision,omitzero"`

	Released  string `json:"released,omitempty"`
	Discarded string `json:"discarded,omitempty"`

	Tries int       `json:"tries,omitempty"`
	Since time.Time `json:"since,omitzero"`
	Next  time.Time `json:"next,omitzero"`
	Holds []string  `json:"holds,omitempty"`
}

// messageLeaf is what the audit log says of a message. Leaves of schema 1, which
// stay as they are, have a decision with Go's names, as decisionOfSchema1 reads it.
type messageLeaf struct {
	Source   ledger.Source  `json:"source"`
	Hash     string         `json:"hash"`
	Decision decisionRecord `json:"decision"`
}

// decisionRecord is a policy.Decision, in a message and in the audit log.
type decisionRecord struct {
	Verdict policy.Verdict `json:"verdict"`
	Outcome policy.Outcome `json:"outcome,omitempty"`
	Rule    string         `json:"rule,omitempty"`
	Reasons []reasonRecord `json:"reasons,omitempty"`
	Ticket  string         `json:"ticket,omitempty"`
	Effects []effectRecord `json:"effects,omitempty"`
}

type effectRecord struct {
	Kind     policy.EffectKind `json:"effect"`
	Proof    policy.ProofKind  `json:"proof,omitempty"`
	Revision int               `json:"revision,omitempty"`
	Ticket   string            `json:"ticket,omitempty"`
	Notice   policy.NoticeKind `json:"notice,omitempty"`
}

type reasonRecord struct {
	Code policy.Code `json:"code"`
	Text string      `json:"text"`
}

// factsRecord is a policy.Facts, without the secrets in its evidence.
type factsRecord struct {
	Hash       string         `json:"hash,omitempty"`
	RawHash    string         `json:"raw_hash,omitempty"`
	Size       int64          `json:"size,omitempty"`
	MessageID  string         `json:"message_id,omitempty"`
	From       string         `json:"from,omitempty"`
	Subject    string         `json:"subject,omitempty"`
	Arrived    time.Time      `json:"arrived,omitzero"`
	Kind       policy.Kind    `json:"kind,omitempty"`
	KindWhy    string         `json:"kind_why,omitempty"`
	Sender     senderRecord   `json:"sender,omitzero"`
	Refusals   []reasonRecord `json:"refusals,omitempty"`
	Threads    []string       `json:"threads,omitempty"`
	Numbers    []string       `json:"numbers,omitempty"`
	Recipients []markRecord   `json:"recipients,omitempty"`
	Text       string         `json:"text,omitempty"`
	Answer     answerRecord   `json:"answer,omitzero"`
	Asks       *asksRecord    `json:"asks,omitempty"`
	Nameless   bool           `json:"nameless,omitempty"`
	Line       string         `json:"line,omitempty"`
	Locks      bool           `json:"locks,omitempty"`
	Inquiry    inquiryRecord  `json:"inquiry,omitzero"`

	Standing      policy.Standing `json:"standing,omitempty"`
	Duplicate     bool            `json:"duplicate,omitempty"`
	SignatureUsed bool            `json:"signature_used,omitempty"`
	SignatureNo   bool            `json:"signature_no,omitempty"`
	SignatureLock bool            `json:"signature_lock,omitempty"`
	Person        personRecord    `json:"person,omitzero"`
	Binding       bindingRecord   `json:"binding,omitzero"`
	Claimed       bool            `json:"claimed,omitempty"`
	Ticket        ticketRecord    `json:"ticket,omitzero"`
	StandsIn      bool            `json:"stands_in,omitempty"`
	AsksBack      bool            `json:"asks_back,omitempty"`
	ToUs          bool            `json:"to_us,omitempty"`
	ToUsSigned    bool            `json:"to_us_signed,omitempty"`
	Waits         string          `json:"waits,omitempty"`
	More          furtherRecord   `json:"more,omitzero"`
	Expects       expectedRecord  `json:"expects,omitzero"`
	About         aboutRecord     `json:"about,omitzero"`
	GaveUp        bool            `json:"gave_up,omitempty"`
	Drops         bool            `json:"drops,omitempty"`
	NoRoom        bool            `json:"no_room,omitempty"`
}

type inquiryRecord struct {
	Numbers []string `json:"numbers,omitempty"`
	Asks    bool     `json:"asks,omitempty"`
	Real    bool     `json:"real,omitempty"`
}

type furtherRecord struct {
	May    bool         `json:"may,omitempty"`
	Fits   bool         `json:"fits,omitempty"`
	Used   bool         `json:"used,omitempty"`
	Opened time.Time    `json:"opened,omitzero"`
	Read   policy.Class `json:"read,omitempty"`
}

type expectedRecord struct {
	Ticket string    `json:"ticket,omitempty"`
	Asked  time.Time `json:"asked,omitzero"`
}

type aboutRecord struct {
	Known  bool     `json:"known,omitempty"`
	Theirs []string `json:"theirs,omitempty"`
	Others []string `json:"others,omitempty"`
	Cools  bool     `json:"cools,omitempty"`
	Soon   bool     `json:"soon,omitempty"`
}

type senderRecord struct {
	Result      policy.Result     `json:"result,omitempty"`
	By          policy.Method     `json:"by,omitempty"`
	Domain      string            `json:"domain,omitempty"`
	DKIM        []signatureRecord `json:"dkim,omitempty"`
	SPF         policy.Result     `json:"spf,omitempty"`
	DMARC       policy.Result     `json:"dmarc,omitempty"`
	Policy      string            `json:"policy,omitempty"`
	ARC         policy.Result     `json:"arc,omitempty"`
	Exclusive   bool              `json:"exclusive,omitempty"`
	Covered     []string          `json:"covered,omitempty"`
	SignatureID string            `json:"signature_id,omitempty"`
	AlsoSigned  []string          `json:"also_signed,omitempty"`
	SignedAt    time.Time         `json:"signed_at,omitzero"`
	PutOff      bool              `json:"put_off,omitempty"`
	Shown       []string          `json:"shown,omitempty"`
	Reasons     []reasonRecord    `json:"reasons,omitempty"`
	Records     []dnsRecord       `json:"records,omitempty"`
}

type signatureRecord struct {
	Domain   string        `json:"domain"`
	Selector string        `json:"selector"`
	Result   policy.Result `json:"result"`
	Reason   policy.Code   `json:"reason,omitempty"`
}

type dnsRecord struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Value string `json:"value,omitempty"`
	Error string `json:"error,omitempty"`
	TTL   uint32 `json:"ttl,omitempty"`
	AD    bool   `json:"ad,omitempty"`
}

type markRecord struct {
	Value string `json:"value"`
	Field string `json:"field"`
}

type answerRecord struct {
	Intent     policy.Intent            `json:"intent,omitempty"`
	ByLanguage map[string]policy.Intent `json:"by_language,omitempty"`
	Cancels    bool                     `json:"cancels,omitempty"`
	By         policy.Reading           `json:"by,omitempty"`
	Weight     float64                  `json:"weight,omitempty"`
}

// asksRecord is a policy.Asks, of a message and of a ticket's request as it is.
type asksRecord struct {
	Class   policy.Class  `json:"class,omitempty"`
	Score   float64       `json:"score"`
	Look    bool          `json:"look,omitempty"`
	Why     string        `json:"why,omitempty"`
	Matches []matchRecord `json:"matches,omitempty"`
}

// readMail is what was read of the contact's own mail that opened a ticket,
// whatever an agent puts in the place of its words.
type readMail struct {
	Class policy.Class `json:"class"`
	Score float64      `json:"score"`
	Text  string       `json:"text,omitempty"` // its words, once other ones stand in their place
}

type matchRecord struct {
	Rule string `json:"rule"`
	Text string `json:"text"`
}

type personRecord struct {
	ID        string   `json:"id,omitempty"`
	Client    string   `json:"client,omitempty"`
	Language  string   `json:"language,omitempty"`
	Removed   bool     `json:"removed,omitempty"`
	Staff     bool     `json:"staff,omitempty"`
	Spoke     []string `json:"spoke,omitempty"`
	May       bool     `json:"may,omitempty"`
	MayDeny   bool     `json:"may_deny,omitempty"`
	Cooling   bool     `json:"cooling,omitempty"`
	Approves  bool     `json:"approves,omitempty"`
	For       string   `json:"for,omitempty"`
	MayLock   bool     `json:"may_lock,omitempty"`
	Unlocks   bool     `json:"unlocks,omitempty"`
	Requester bool     `json:"requester,omitempty"`
	Shared    []string `json:"shared,omitempty"`
	LooksLike string   `json:"looks_like,omitempty"`
	Shows     string   `json:"shows,omitempty"`
}

type bindingRecord struct {
	Bound     policy.Bound   `json:"bound,omitempty"`
	Ticket    string         `json:"ticket,omitempty"`
	Notice    *noticeRecord  `json:"notice,omitempty"`
	LiveToken *noticeRecord  `json:"live_token,omitempty"`
	Mixed     bool           `json:"mixed,omitempty"`
	Heard     []noticeRecord `json:"heard,omitempty"`
	Approvals []noticeRecord `json:"approvals,omitempty"`
	Reasons   []reasonRecord `json:"reasons,omitempty"`
}

// noticeRecord is a policy.Notice: what a notice was when the message came. The
// notice itself is a notice.
type noticeRecord struct {
	ID       string       `json:"id,omitempty"`
	Ticket   string       `json:"ticket,omitempty"`
	Contact  string       `json:"contact,omitempty"`
	Address  string       `json:"address,omitempty"`
	Language string       `json:"language,omitempty"`
	Asked    bool         `json:"asked,omitempty"`
	Revision int          `json:"revision,omitempty"`
	Class    policy.Class `json:"class,omitempty"`
	Lifts    bool         `json:"lifts,omitempty"`
	Unlocks  bool         `json:"unlocks,omitempty"`
	Approves bool         `json:"approves,omitempty"`
	By       string       `json:"delegation,omitempty"`
	First    time.Time    `json:"first,omitzero"`
	Sent     time.Time    `json:"sent,omitzero"`
	Expires  time.Time    `json:"expires,omitzero"`
	Bare     bool         `json:"bare,omitempty"`
	Names    bool         `json:"names,omitempty"`
	Tells    bool         `json:"tells,omitempty"`
	Objects  bool         `json:"objects,omitempty"`
	Late     bool         `json:"late,omitempty"`
	Spent    bool         `json:"spent,omitempty"`
	Void     bool         `json:"void,omitempty"`
}

// ticketRecord is a policy.Ticket: what a ticket was when the message came.
type ticketRecord struct {
	ID       string       `json:"id,omitempty"`
	Client   string       `json:"client,omitempty"`
	Contact  string       `json:"contact,omitempty"`
	Class    policy.Class `json:"class,omitempty"`
	State    policy.State `json:"state,omitempty"`
	Revision int          `json:"revision,omitempty"`
	Nameless bool         `json:"nameless,omitempty"`
	Lost     bool         `json:"lost,omitempty"`
}

// proofRecord is a policy.Proof, on a ticket, of a revision of one and in a
// receipt, whose signature covers it as it is written.
type proofRecord struct {
	Kind     policy.ProofKind `json:"kind"`
	Revision int              `json:"revision"`
	At       time.Time        `json:"at"`
	Message  string           `json:"message,omitempty"`
	Contact  string           `json:"contact,omitempty"`
	Address  string           `json:"address,omitempty"`
	Epoch    int              `json:"epoch,omitempty"`
	Expires  time.Time        `json:"expires"`
	Agent    string           `json:"agent,omitempty"`
	Code     string           `json:"code,omitempty"`
	Version  int              `json:"version,omitempty"`
	ByRule   bool             `json:"by_rule,omitempty"`
	For      string           `json:"for,omitempty"`
	By       string           `json:"delegation,omitempty"`
	Checker  string           `json:"checker,omitempty"`
}

// proofs are the proofs of a ticket.
type proofs []policy.Proof

// MarshalJSON writes their records.
func (p proofs) MarshalJSON() ([]byte, error) {
	return json.Marshal(each(p, recordProof))
}

func recordProof(p policy.Proof) proofRecord {
	return proofRecord{p.Kind, p.Revision, p.At, p.Message, p.Contact, p.Address, p.Epoch, p.Expires, p.Agent, p.Code, p.Version, p.ByRule, p.For, p.By, p.Checker}
}

func (r proofRecord) proof() policy.Proof {
	return policy.Proof{Kind: r.Kind, Revision: r.Revision, At: r.At, Message: r.Message, Contact: r.Contact, Address: r.Address, Epoch: r.Epoch, Expires: r.Expires,
		Agent: r.Agent, Code: r.Code, Version: r.Version, ByRule: r.ByRule, For: r.For, By: r.By, Checker: r.Checker}
}

// UnmarshalJSON reads their records.
func (p *proofs) UnmarshalJSON(b []byte) error {
	var records []proofRecord
	err := json.Unmarshal(b, &records)
	*p = each(records, proofRecord.proof)
	return err
}

// each converts a list, nil to nil.
func each[A, B any](list []A, convert func(A) B) []B {
	if list == nil {
		return nil
	}
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = convert(a)
	}
	return out
}
