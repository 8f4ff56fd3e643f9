// Package mailer writes our notices and sends them: a letter becomes final
// bytes, the bytes wait in the outbox, the outbox is drained to an SMTP server.
//
// The same letter gives the same bytes, and bytes are sent as they are, so that
// a notice sent twice is the same notice. What became of each is told to the
// outbox once it is known, and told as unknown when it can't be.
//
// Whom to ask, how often and what for is decided in package tickets.
package mailer
