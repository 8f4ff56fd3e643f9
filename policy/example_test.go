package policy_test

import (
	"fmt"
	"strings"
	"time"

	"countersign/policy"
)

// A reply that deserves to confirm: its domain vouches for the address on file,
// the signature covers the secret of our question, and the own words are a yes.
func ExampleDecide() {
	sent := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	question := policy.Notice{ID: "n1", Ticket: "T-1042", Contact: "ada", Address: "ada@north.example", Revision: 1, Sent: sent, Expires: sent.Add(7 * 24 * time.Hour)}
	reply := policy.Evidence{
		From: "ada@north.example", Kind: policy.KindReply, Arrived: sent.Add(2 * time.Hour), Answer: policy.Answer{Intent: policy.Yes},
		Sender: policy.Sender{Result: policy.ResultPass, By: policy.ByDKIM, Domain: "north.example", Covered: []string{"from", "to", "subject"}, SignedAt: sent.Add(2 * time.Hour)},
	}
	facts := policy.Facts{
		Evidence: reply,
		Binding:  policy.Bind(reply, policy.Names{Tokens: []policy.Named{{Mark: policy.Mark{Field: "to"}, Notice: question}}}),
		Person:   policy.Person{ID: "ada", Client: "north", May: true},
		Ticket:   policy.Ticket{ID: "T-1042", Client: "north", Contact: "ada", Class: policy.PasswordChange, State: policy.StateUnconfirmed, Revision: 1},
	}
	show := func(d policy.Decision) {
		fmt.Printf("%s by the rule %q: %s\n", d.Verdict, d.Rule, d.Reasons[0].Text)
		for _, e := range d.Effects {
			fmt.Println("  ", strings.TrimSpace(fmt.Sprint(e.Kind, " ", e.Proof, e.Notice)))
		}
	}
	show(policy.Decide(facts))

	facts.Sender = policy.Sender{Result: policy.ResultFail} // somebody typed her address
	show(policy.Decide(facts))
	// Output:
	// authenticated by the rule "answer": The address on file answered yes, and its domain vouches for the answer.
	//    prove sender
	//    prove reply
	//    spend
	//    ask confirmed
	// rejected by the rule "unproved": Nothing proves the sender, and the domain's policy is to refuse such mail.
}
