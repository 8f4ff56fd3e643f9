package policy

import (
	"slices"
	"strings"
)

// surface says where a reason is read.
type surface uint8

// The surfaces.
const (
	onMessage surface = 1 << iota // what a message came to
	onSender                      // what the check of its sender found
	onRefusal                     // why it is set aside
	onAnswer                      // an answer to authorize, and what is in the way of a yes
	onHistory                     // an event of a ticket
	onCode                        // an answer to code verify
	onWarning                     // a warning of a contact
)

// surfaces are their names, in the order of the bits.
var surfaces = []string{"message", "sender", "set aside", "authorize", "history", "code", "warning"}

// String names the surfaces.
func (s surface) String() string {
	var names []string
	for i, name := range surfaces {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// reason is what there is to know of a code. docs/reasons.md is made of it.
type reason struct {
	code     Code
	on       surface
	text     string // in one plain sentence; who has more to say writes their own
	when, do string // when it comes, and what is to be done
	sender   string // as the check of the sender says it, where that is otherwise
}

// section is a part of the list of reasons.
type section struct {
	title   string
	reasons []reason
}

// reasons is the list of all of them.
var reasons = slices.Concat(messageReasons, senderReasons, answerReasons, codeReasons, externalReasons, warnReasons)

// byCode finds a reason.
var byCode = func() map[Code]reason {
	all := map[Code]reason{}
	for _, s := range reasons {
		for _, r := range s.reasons {
			all[r.code] = r
		}
	}
	return all
}()

// Because gives the reason with its sentence.
func Because(code Code) Reason { return Reason{Code: code, Text: byCode[code].text} }

// SenderBecause gives the reason as the check of a sender says it.
func SenderBecause(code Code) Reason {
	if text := byCode[code].sender; text != "" {
		return Reason{Code: code, Text: text}
	}
	return Because(code)
}
