package main

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"countersign/inbound/mailbox"
	"countersign/inbound/sender"
	"countersign/inbound/sender/resolver"
	"countersign/internal/clean"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/internal/token"
	"countersign/mailer"
	"countersign/policy"
)

// finding is what one check of a mailbox came to.
type finding struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`
	Do    string `json:"do"` // empty: nothing
}

// mailboxTest tries a mailbox and the way of an answer into it as the daemon
// would use them.
func (a *app) mailboxTest() *cobra.Command {
	noMail, wait := false, time.Minute
	c := &cobra.Command{Use: "test NAME", Short: "Log in at a mailbox, send a mail to its reply address, and look at what arrives", Args: cobra.ExactArgs(1),
		Long: "Logs in as the daemon would and changes nothing on the IMAP server. Then it sends a mail to the reply address (support+probe@...),\n" +
			"waits for it, and says what [mailbox.trust] could be by what our own servers write. Exit status 69 if something is not as it should be.",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			if err := stepDown(c); err != nil {
				return err
			}
			i := slices.IndexFunc(c.Mailbox, func(m config.Mailbox) bool { return m.Name == args[0] })
			if i < 0 {
				var names []string
				for _, m := range c.Mailbox {
					names = append(names, m.Name)
				}
				return &exit.Error{Code: exit.NoInput, Reason: "no_such_mailbox", Message: fmt.Sprintf("No mailbox %q in %s. There is: %s.", args[0], a.configPath, strings.Join(names, ", "))}
			}
			p := probe{config: c, mailbox: c.Mailbox[i], wait: wait}
			if p.settings, err = mailboxSettings(p.mailbox, false, 0); err != nil {
				return err
			}
			p.settings.Timeout = patience
			return a.sayFindings(p.run(cmd.Context(), noMail))
		}}
	c.Flags().BoolVar(&noMail, "no-mail", false, "only log in; send nothing")
	c.Flags().DurationVar(&wait, "wait", wait, "how long the mail may take")
	return c
}

func (a *app) sayFindings(all []finding) error {
	failed := false
	for _, f := range all {
		failed = failed || !f.OK
		if a.json {
			if err := a.print(f); err != nil {
				return err
			}
			continue
		}
		word := "ok"
		if !f.OK {
			word = "FAIL"
		}
		fmt.Fprintf(a.stdout, "%-5s %-14s %s\n", word, f.Check, clean.Terminal(f.Found))
		if f.Do != "" {
			if _, err := fmt.Fprintf(a.stdout, "      Try: %s\n", clean.Terminal(f.Do)); err != nil {
				return err
			}
		}
	}
	if failed {
		return answered(exit.Unavailable)
	}
	return nil
}

// probe tries one mailbox.
type probe struct {
	config   config.Config
	mailbox  config.Mailbox
	settings mailbox.Settings
	wait     time.Duration
}

// patience is how long a person waits for one answer of the IMAP server.
const patience = 15 * time.Second

// run checks one thing after the other, as long as the next one has a meaning.
func (p probe) run(ctx context.Context, noMail bool) []finding {
	imap := p.imap(ctx)
	out := []finding{p.dns(ctx), imap}
	if !imap.OK || noMail {
		return out
	}
	switch {
	case p.mailbox.Mode == "observe":
		return append(out, finding{Check: "reply address", OK: true, Found: "the mailbox is only observed, so nothing is sent"})
	case p.config.SMTP.Server == "":
		return append(out, finding{Check: "smtp", Found: "no server is configured: nobody can be asked", Do: "set smtp.server"})
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
func (p probe) onlyPlain(what string) finding {
	f := finding{Check: "reply address", Found: what + ": "}
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
func (p probe) dns(ctx context.Context) finding {
	who := p.config.DNS.Resolver
	if who == "" {
		who = "the system's resolver"
	}
	_, domain, _ := strings.Cut(p.mailbox.Address, "@")
	if err := resolver.Reach(ctx, p.config.DNS.Resolver, p.config.DNS.Timeout, "_dmarc."+domain); err != nil {
		return finding{Check: "dns", Found: who + " does not say what " + domain + " publishes: " + err.Error(), Do: "look at resolver in [dns], and whether it runs: without it all mail waits"}
	}
	return finding{Check: "dns", OK: true, Found: who + " answers"}
}

func (p probe) imap(ctx context.Context) finding {
	f := finding{Check: "imap"}
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

// connectHint says which setting to look at by what a server, or the way to it,
// answered; other where that tells nothing. setting holds host and port, ports
// which port goes with which tls.
func connectHint(err error, setting, ports, other string) string {
	said := err.Error()
	for _, h := range []struct{ sign, do string }{
		{"no such host", "set " + setting + " to the server's name"},
		{"connection refused", "start the server, or set the port in " + setting + " to the one that it listens at (" + ports + ")"},
		{"does not look like a TLS", "set tls or the port: " + ports},
		{"does not offer STARTTLS", "set tls or the port: " + ports},
		{"greeting: ", "set tls or the port: " + ports},
		{"banner: ", "set tls or the port: " + ports},
		{"unknown authority", "name the file with your authority's certificate in ca_file, or trust it on this machine"},
		{"x509: cannot validate certificate for", "write the name that stands in the server's certificate into " + setting},
		{"x509: certificate is valid for", "write the name that stands in the server's certificate into " + setting},
		{"AUTHENTICATIONFAILED", "look at user, and at the password in password_file"},
		{": 535 ", "look at user, and at the password in password_file"},
	} {
		if strings.Contains(said, h.sign) {
			return h.do
		}
	}
	return other
}

// there sends a mail to an address of the mailbox and waits for it.
func (p probe) there(ctx context.Context, address string) (header []byte, sent, arrived finding) {
	sent, arrived = finding{Check: "smtp"}, finding{Check: "reply address"}
	id, err := p.send(ctx, address)
	if err != nil {
		sent.Found, sent.Do = p.config.SMTP.Server+": "+err.Error(), connectHint(err, "smtp.server", `587 with "starttls", 465 with "implicit"`, "look at server, tls, user and password_file of [smtp], and at that server's log")
		return nil, sent, arrived
	}
	sent.OK, sent.Found = true, "the server took a mail to "+address
	started := time.Now()
	header, err = p.settings.Await(ctx, id, p.wait)
	if err != nil {
		arrived.Found = fmt.Sprintf("the mail to %s: %v (waited %s)", address, err, p.wait)
		arrived.Do = "look at the mail server's log and at mail that came back"
		return nil, sent, arrived
	}
	arrived.OK, arrived.Found = true, fmt.Sprintf("mail to %s arrives, after %s", address, time.Since(started).Round(100*time.Millisecond))
	return header, sent, arrived
}

// send sends one mail as the daemon sends notices, and gives its Message-ID.
func (p probe) send(ctx context.Context, address string) (id string, err error) {
	server, err := sendingServer(p.config.SMTP)
	if err != nil {
		return "", err
	}
	from := mail.Address(p.config.SMTP.From)
	composer, err := mailer.NewComposer(from)
	if err != nil {
		return "", err
	}
	_, domain, _ := strings.Cut(p.mailbox.ReplyAddress, "@")
	id = "probe-" + token.New()[:12] + "@" + domain
	message, err := composer.Compose(mailer.Letter{Kind: policy.NoticeProbe, To: address, Subject: p.mailbox.Name, MessageID: id, Date: time.Now()})
	if err != nil {
		return "", err
	}
	one := &single{item: mailer.Item{ID: "probe", Class: policy.NoticeProbe.Terms().Delivery, From: from.Address, To: address, Message: message, First: time.Now()}}
	_, err = mailer.New(server, one, zerolog.Nop()).Drain(ctx, time.Now())
	if err == nil && !one.sent {
		err = errors.New(one.why)
	}
	return id, err
}

// single is an outbox of one mail.
type single struct {
	item  mailer.Item
	tried bool
	sent  bool
	why   string
}

func (s *single) Due(time.Time, int) ([]mailer.Item, error) {
	if s.tried {
		return nil, nil
	}
	s.tried = true
	return []mailer.Item{s.item}, nil
}
func (s *single) Attempt(string, time.Time) error               { return nil }
func (s *single) Sent(string, time.Time, string) error          { s.sent = true; return nil }
func (s *single) Unknown(_ string, _ time.Time, _ string) error { s.sent = true; return nil }
func (s *single) Failed(_, why string) error                    { s.why = why; return nil }
func (s *single) Retry(_ string, _ time.Time, _ bool, why string) error {
	s.why = why
	return nil
}

// trust says what our own border writes into mail, and what could be configured.
// It is learned from our own mail, and where that did not pass the border, from
// what all of the newest mail has in common.
func (p probe) trust(ctx context.Context, header []byte) finding {
	t := p.mailbox.Trust
	headers, from := [][]byte{header}, "our own mail"
	if len(sender.Words(header)) == 0 {
		var err error
		if headers, err = p.settings.Newest(ctx, newest); err != nil {
			return finding{Check: "trust", Found: err.Error()}
		}
		from = "the newest mail"
	}
	if slices.ContainsFunc(headers, func(h []byte) bool { return asConfigured(h, t) }) {
		return finding{Check: "trust", OK: true, Found: fmt.Sprintf("%s has results of %s below %d Received lines, as configured", from, strings.Join(t.AuthservIDs, ", "), t.BelowReceived)}
	}
	words, mails := common(headers)
	ids, below := topmost(words)
	f := finding{Check: "trust", OK: len(t.AuthservIDs) == 0}
	switch {
	case from != "our own mail" && mails < fewest && !f.OK:
		f.OK, f.Found = true, "too little mail has come from outside to tell"
	case len(ids) == 0 && f.OK:
		f.Found = "nothing of your border server's stands in the mail; signatures are checked by ourselves"
	case len(ids) == 0:
		f.Found = "no Authentication-Results of " + strings.Join(t.AuthservIDs, ", ") + " stand in our own mail or in all of the newest: [mailbox.trust] is of no use"
		f.Do = "look at a mail from outside with its header; take [mailbox.trust] out if your server writes none"
	default:
		f.Found = fmt.Sprintf("%s has results of %s below %d Received lines; configured are %q and %d", from, strings.Join(ids, ", "), below, t.AuthservIDs, t.BelowReceived)
		f.Do = fmt.Sprintf("if that is your own server: [mailbox.trust] authserv_ids = [%s], below_received = %d", quoted(ids), below)
	}
	return f
}

const (
	newest = 20 // mails of a folder that are looked at
	fewest = 3  // of them that must agree
)

// asConfigured reports whether a field of the configured ids stands where it is
// read.
func asConfigured(header []byte, t config.Trust) bool {
	return slices.ContainsFunc(sender.Words(header), func(w sender.Word) bool {
		return w.Received <= t.BelowReceived && slices.Contains(t.AuthservIDs, w.ID)
	})
}

func quoted(ids []string) string {
	var out []string
	for _, id := range ids {
		out = append(out, fmt.Sprintf("%q", id))
	}
	return strings.Join(out, ", ")
}

// common gives the fields that every one of the mails that has any has, in the
// same place, and how many these are: what a stranger wrote stands in theirs only.
func common(headers [][]byte) (out []sender.Word, mails int) {
	for _, header := range headers {
		words := sender.Words(header)
		switch {
		case len(words) == 0:
			continue
		case mails == 0:
			out = words
		default:
			out = slices.DeleteFunc(out, func(w sender.Word) bool {
				return !slices.ContainsFunc(words, func(o sender.Word) bool { return o.ID == w.ID && o.Received == w.Received })
			})
		}
		mails++
	}
	if len(headers) > 1 && mails < fewest {
		return nil, mails
	}
	return out, mails
}

// topmost gives the ids of the topmost fields, and how many Received stand above
// them.
func topmost(words []sender.Word) (ids []string, below int) {
	for _, w := range words {
		if len(ids) == 0 {
			below = w.Received
		}
		if w.Received == below && !slices.Contains(ids, w.ID) {
			ids = append(ids, w.ID)
		}
	}
	return ids, below
}
