// Package probe tries a mailbox, and the way of an answer into it, as the daemon
// would use them, and says of everything that is not as it should be what to do.
//
// It needs no store and changes nothing but by the one mail that it sends. The
// daemon's own reading and sending is in packages mailbox and mailer.
package probe

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/desk/servers"
	"countersign/inbound/mailbox"
	"countersign/inbound/sender/resolver"
	"countersign/internal/config"
)

// Finding is what one check of a mailbox came to.
type Finding struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`
	Do    string `json:"do"` // empty: nothing
}

// Probe tries one mailbox.
type Probe struct {
	config   config.Config
	mailbox  config.Mailbox
	settings mailbox.Settings
	wait     time.Duration
}

// New makes a Probe of one of the mailboxes of c; a mail may take so long to arrive.
func New(c config.Config, m config.Mailbox, wait time.Duration) (Probe, error) {
	p := Probe{config: c, mailbox: m, wait: wait}
	var err error
	p.settings, err = servers.Mailbox(m, false, 0)
	p.settings.Timeout = patience
	return p, err
}

// patience is how long a person waits for one answer of the IMAP server.
const patience = 15 * time.Second

// Run checks one thing after the other, as long as the next one has a meaning.
func (p Probe) Run(ctx context.Context, noMail bool) []Finding {
	imap := p.imap(ctx)
	out := []Finding{p.dns(ctx), imap}
	if !imap.OK || noMail {
		return out
	}
	switch {
	case p.mailbox.Mode == "observe":
		return append(out, Finding{Check: "reply address", OK: true, Found: "the mailbox is only observed, so nothing is sent"})
	case p.config.SMTP.Server == "":
		return append(out, Finding{Check: "smtp", Found: "no server is configured: nobody can be asked", Do: "set smtp.server"})
	}
	address := strings.Replace(p.mailbox.ReplyAddress, "{token}", "probe", 1)
	header, sent, arrived := p.there(ctx, address)
	out = append(out, sent)
	if !sent.OK {
		if refused := "RCPT: 5"; strings.Contains(sent.Found, refused) {
			if _, plain, _ := p.there(ctx, p.mailbox.Address); plain.OK {
				out[len(out)-1] = plain
				f := p.onlyPlain("mail to " + address + " is refused, to " + p.mailbox.Address + " it is taken")
				f.Found += " (" + sent.Found + ")"
				out = append(out, f)
			}
		}
		return out
	}
	if !arrived.OK {
		if _, _, plain := p.there(ctx, p.mailbox.Address); plain.OK {
			arrived = p.onlyPlain("mail to " + address + " does not come, to " + p.mailbox.Address + " it does")
		}
		return append(out, arrived)
	}
	return append(out, arrived, p.trust(ctx, header))
}

// onlyPlain says why mail to the mailbox's address comes and to the reply address
// it does not.
func (p Probe) onlyPlain(what string) Finding {
	f := Finding{Check: "reply address", Found: what + ": "}
	if p.mailbox.ReplyAddress != config.PlusAddress(p.mailbox.Address) {
		f.Found += "that reply address does not reach this mailbox"
		f.Do = "set reply_address to one that does, or have the mail server deliver it there"
		return f
	}
	f.Found += "what stands behind the + is not taken off"
	f.Do = "turn plus addressing on at the mail server (Postfix and Dovecot: recipient_delimiter = +), or set reply_address to one that arrives"
	return f
}

// dns asks the resolver about our own domain: where it does not answer, all mail waits.
func (p Probe) dns(ctx context.Context) Finding {
	who := p.config.DNS.Resolver
	if who == "" {
		who = "the system's resolver"
	}
	_, domain, _ := strings.Cut(p.mailbox.Address, "@")
	if err := resolver.Reach(ctx, p.config.DNS.Resolver, p.config.DNS.Timeout, "_dmarc."+domain); err != nil {
		return Finding{Check: "dns", Found: who + " does not say what " + domain + " publishes: " + err.Error(), Do: "look at resolver in [dns], and whether it runs: without it all mail waits"}
	}
	return Finding{Check: "dns", OK: true, Found: who + " answers"}
}

func (p Probe) imap(ctx context.Context) Finding {
	f := Finding{Check: "imap"}
	found, err := p.settings.Probe(ctx)
	if err != nil {
		f.Found, f.Do = p.mailbox.IMAP+": "+err.Error(), connectHint(err, "imap", `143 with "starttls", 993 with "implicit"`, "look at imap, tls, user and password_file of the mailbox")
		return f
	}
	how := "handled mail is moved to Countersign/..."
	switch {
	case p.mailbox.Mode == "observe":
		how = "nothing is changed there"
	case p.mailbox.Handled == "mark":
		how = "handled mail gets a keyword"
	case !found.Move:
		how = "the server has no MOVE: handled mail gets a keyword"
	}
	f.OK, f.Found = true, fmt.Sprintf("logged in, %d messages, UIDVALIDITY %d; %s", found.Messages, found.UIDValidity, how)
	return f
}
