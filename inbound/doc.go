// Package inbound reads one mailbox and understands each message in exactly
// one way, or says why it can't.
//
// A Reader carries messages from IMAP, whole or not at all, and moves or flags
// them afterwards. Understand turns the bytes of one message into
// policy.Evidence: values, no verdict. Who sent a message is found in package
// inbound/sender, what was meant in package inbound/reply.
//
// What a message comes to is decided by package policy in a transaction of
// package tickets.
package inbound
