// Package external reads what another system says of a check of a person: that
// its signature is genuine (Verify), and what it says (Paths.Read).
//
// Both depend on their arguments alone. Whoever has no secret of the product's can
// make neither believe anything; what anybody sends is bounded before.
//
// Which ticket that is for, and what it proves there, is for package tickets.
package external

import (
	"net/http"
	"slices"
)

// Kind is how a product signs its webhooks.
type Kind string

// The kinds.
const (
	Standard Kind = "standard" // https://www.standardwebhooks.com
	Stripe   Kind = "stripe"   // https://docs.stripe.com/webhooks#verify-manually
	Persona  Kind = "persona"  // https://docs.withpersona.com/docs/webhooks-best-practices
)

// Kinds lists every kind.
var Kinds = []Kind{Standard, Stripe, Persona}

// Known reports whether k is a kind.
func (k Kind) Known() bool { return slices.Contains(Kinds, k) }

// Bounds of what is read.
const (
	MaxBody    = 64 << 10 // bytes of a webhook
	MaxSecrets = 8        // of one product, each of which counts
	maxHeader  = 4 << 10  // bytes of one field
	maxMarks   = 16       // signatures in it
)

// fields are those of a header that Verify reads.
var fields = []string{"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature", "Stripe-Signature", "Persona-Signature"}

// Only gives the fields of h that Verify reads, and nothing else of it.
func Only(h http.Header) http.Header {
	out := http.Header{}
	for _, name := range fields {
		if v := h.Values(name); len(v) > 0 {
			out[name] = v
		}
	}
	return out
}

// Paths says where in the JSON of a webhook the facts stand: names of members from
// the outside to the inside, with dots between them.
type Paths struct {
	Event     string   // what is the same when it is sent again; not of the kind standard, which has Webhook-Id
	Reference string   // what we gave them for the check
	Contact   string   // whom they checked: an address or id of ours; empty: the reference alone says it
	Result    string   // what it came to
	At        string   // when: RFC 3339, or seconds since 1970
	Passed    []string // the results that are a pass
	Failed    []string // those that are none; any other one says nothing
}

// Defaults are the paths of a kind, where the product is one alone: Stripe Identity
// and Persona. docs/external.md shows the calls that these belong to.
func (k Kind) Defaults() Paths {
	switch k {
	case Stripe:
		return Paths{Event: "id", Reference: "data.object.metadata.reference", Result: "type", At: "created",
			Passed: []string{"identity.verification_session.verified"},
			Failed: []string{"identity.verification_session.requires_input", "identity.verification_session.canceled"}}
	case Persona:
		return Paths{Event: "data.id", Reference: "data.attributes.payload.data.attributes.reference-id", Result: "data.attributes.name", At: "data.attributes.created-at",
			Passed: []string{"inquiry.approved"},
			Failed: []string{"inquiry.declined", "inquiry.failed", "inquiry.expired"}}
	}
	return Paths{}
}
