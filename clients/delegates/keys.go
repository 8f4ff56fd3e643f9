package delegates

import (
	"time"

	"countersign/policy"
)

// What this package writes, and nobody else. A delegation has the number of the
// ticket by which it was asked.
const (
	delegationPrefix = "delegation/"  // delegation/T-<number>: Delegation
	ofPrefix         = "delegateof/"  // delegateof/<contact>/T-<number>: a mark, the contact named a delegate by that
	forOthersPrefix  = "delegatefor/" // delegatefor/<contact>/T-<number>: a mark, the contact is the delegate
)

// Delegation says that one contact may approve in the place of another.
type Delegation struct {
	Ticket  string         `json:"ticket"` // by which it was asked
	Client  string         `json:"client"` // of both
	For     string         `json:"for"`    // the contact in whose place
	To      string         `json:"to"`     // the contact who may
	From    time.Time      `json:"from"`
	Until   time.Time      `json:"until"`             // not any longer then
	Classes []policy.Class `json:"classes,omitempty"` // empty: all that the one it is of may approve
	Asked   time.Time      `json:"asked"`
	By      string         `json:"by"`                  // the agent who wrote it down
	Yes     time.Time      `json:"yes,omitzero"`        // when the one it is of confirmed it; zero: not yet
	Epoch   int            `json:"epoch,omitempty"`     // in which they did
	Ended   time.Time      `json:"ended,omitzero"`      // before its time
	EndedBy string         `json:"ended_by,omitempty"`  // the agent; empty: a no, or time, as Why says
	Why     policy.Code    `json:"why_ended,omitempty"` // empty: the agent's decision
}
