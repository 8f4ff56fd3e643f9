package token

import "strings"

// LoopField is the header field that marks every mail of ours, so that we know
// our own when one comes back. Its value is the address that our mail is from.
const LoopField = "X-Countersign-Loop"

// Bounce stands before the secret of a return path, so that what comes to it is
// known for a bounce and not for an answer.
const Bounce = "b-"

// ReturnPath gives the address to which a notice's bounces go: the reply address
// with its own secret in place of {token}.
func ReturnPath(replyAddress, secret string) string {
	return strings.Replace(replyAddress, "{token}", Bounce+secret, 1)
}
