// Package mailtest is a small mail world of real parts on loopback, for tests
// and the demo: a DNS server, an SMTP server that records and can misbehave, an
// IMAP server, and messages with real signatures.
//
// Nothing in it is a mock: what talks to it speaks the protocols. Nothing in it is
// for use either: it trusts everybody who connects.
package mailtest
