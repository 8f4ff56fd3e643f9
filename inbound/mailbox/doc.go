// Package mailbox reads one mailbox by IMAP: it carries each message to a
// Handler, whole or not at all, and moves or flags it once its outcome is
// recorded.
//
// A Reader looks at every message that its Ledger has no record of, and gives
// each to the Handler until that says it is recorded. One that can't be read is
// handed on as such, so that it never keeps the others waiting, and where many
// old messages turn up that nobody has read, the mailbox is held for a person.
// What the server says is bounded before the library sees it, in bytes, depth
// and time.
//
// It does not look into messages: package inbound understands them.
package mailbox
