// Package inbound understands each message in exactly one way, or says why it
// can't.
//
// Understand turns the bytes of one message into policy.Evidence: values, no
// verdict. Who sent a message is found in package inbound/sender, what was meant
// in package inbound/reply; this package puts both together with what in the
// header may tie the message to a ticket.
//
// Messages come from package inbound/mailbox. What one comes to is decided by
// package policy in a transaction of package tickets.
package inbound
