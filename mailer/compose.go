package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"countersign/internal/clean"
	"countersign/internal/token"
	"countersign/policy"
)

// ErrTooLong reports a letter whose text is longer than we send; its request
// must be said in fewer words. It is final.
var ErrTooLong = errors.New("the text of the notice is longer than 8 KiB")

// maxText bounds the text of a letter, in bytes of UTF-8.
const maxText = 8 << 10

// A Letter is a notice before it has bytes.
type Letter struct {
	Kind                                      policy.NoticeKind
	To, ToName, Language                      string // To is a canonical address on file
	Ticket, Reference, Token                  string // Reference stands in the Subject; Token is part of ReplyTo and MessageID
	Class, ClassWords                         string
	Request, Subject, Channel, AgentName      string
	Until, At                                 time.Time
	MessageID, InReplyTo, ReplyTo, ReturnPath string // MessageID and InReplyTo without < and >
	Date                                      time.Time
	Reason                                    string

	// For who asks about a ticket: numbers of other tickets that are theirs, and of
	// none of theirs; where it stands, for whom it was opened if that is another,
	// and whether by a mail.
	Also, Unknown, State, For string
	ByMail                    bool

	Confirmed time.Time // when the contact agreed to what was done; zero: they did not
	Because   string    // why it goes to an address that is not on file
}

// A Composer gives letters their bytes.
type Composer struct {
	from  mail.Address
	texts map[string]map[string]*template.Template
}

// NewComposer gives a Composer of letters from the given address. It reads all
// texts, so a broken one is known at the start.
func NewComposer(from mail.Address) (*Composer, error) {
	if !plainAddress(from.Address) {
		return nil, fmt.Errorf("%q is not a plain address", from.Address)
	}
	texts, err := readTexts(textFiles)
	if err != nil {
		return nil, err
	}
	from.Name = cut(clean.Phrase(from.Name), nameMax)
	return &Composer{from, texts}, nil
}

// Compose gives the bytes of a letter: RFC 5322 with CRLF, ready for DATA. They
// depend on the letter alone.
func (c *Composer) Compose(l Letter) ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, fmt.Errorf("notice %s: %w", l.Kind, err)
	}
	t, language, err := c.text(l.Kind, l.Language)
	if err != nil {
		return nil, err
	}
	subject, body, err := fill(t, l.values(), l.prefix())
	if err != nil {
		return nil, fmt.Errorf("notice %s: %w", l.Kind, err)
	}
	if len(body) > maxText {
		return nil, ErrTooLong
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(encoding(body)))
	m.FromMailAddress(&c.from)
	m.ToMailAddress(&mail.Address{Name: cut(defuse(clean.Phrase(l.ToName)), nameMax), Address: l.To})
	if l.ReplyTo != "" {
		m.ReplyToMailAddress(&mail.Address{Name: c.from.Name, Address: l.ReplyTo})
	}
	m.Subject(subject)
	m.SetDateWithValue(l.Date.UTC())
	m.SetMessageIDWithValue(l.MessageID)
	if l.InReplyTo != "" {
		m.SetGenHeader(gomail.HeaderInReplyTo, "<"+l.InReplyTo+">")
		m.SetGenHeader(gomail.HeaderReferences, "<"+l.InReplyTo+">")
	}
	if l.Kind.Terms().Replies {
		m.SetGenHeader("Auto-Submitted", "auto-replied")
	} else {
		m.SetGenHeader("Auto-Submitted", "auto-generated")
	}
	// Not "All": that would stop bounces, too.
	m.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "OOF, AutoReply, RN")
	m.SetGenHeader("Content-Language", language)
	m.SetGenHeader(token.LoopField, c.from.Address)
	m.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(body, "\n", "\r\n"))
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("notice %s: %w", l.Kind, err)
	}
	message := begun(b.Bytes())
	if !bytes.HasSuffix(message, []byte("\r\n")) {
		message = append(message, "\r\n"...)
	}
	if err := verbatim(message); err != nil {
		return nil, fmt.Errorf("notice %s: %w", l.Kind, err)
	}
	return message, nil
}

// emptyBegin is a field whose first line is empty, as the library folds a field
// that begins with an encoded word. Servers that filter mail take such a Subject
// for none, or for a broken one.
var emptyBegin = regexp.MustCompile(`(?m)^([A-Za-z-]+:)\r\n `)

// begun puts the first words of every field into its first line.
func begun(message []byte) []byte {
	end := bytes.Index(message, []byte("\r\n\r\n"))
	if end < 0 {
		return message
	}
	return append(emptyBegin.ReplaceAll(message[:end], []byte("$1 ")), message[end:]...)
}

// prefix begins the Subject: the reference, by which an answer is bound, or the
// ticket's number alone, by which it is filed.
func (l Letter) prefix() string {
	switch {
	case l.Reference != "":
		return "[" + l.Reference + "] "
	case l.Ticket != "":
		return "[" + l.Ticket + "] "
	}
	return ""
}

func (l Letter) values() values {
	request := clean.Mail(l.Request)
	subject := clean.Header(l.Subject)
	if strings.TrimSpace(request) == "" {
		request = subject
	}
	line := func(s string, most int) string { return short(defuse(clean.MailLine(s)), most) }
	return values{Name: short(defuse(clean.MailLine(l.ToName)), nameMax), Agent: short(defuse(clean.MailLine(l.AgentName)), nameMax),
		Channel: l.Channel, Class: line(l.ClassWords, subjectMax), Subject: defuse(subject), Request: defuse(request),
		Defused: defuse(request) != request, Ticket: l.Ticket, Until: moment(l.Until), At: moment(l.At),
		Also: line(l.Also, reasonMax), Unknown: line(l.Unknown, reasonMax), State: l.State, For: line(l.For, nameMax), ByMail: l.ByMail,
		Confirmed: moment(l.Confirmed), Because: line(l.Because, reasonMax), Reason: line(l.Reason, reasonMax), Answered: l.Reference != "" || l.Token != ""}
}

// encoding keeps ASCII readable in transit and takes the shorter form of the
// rest: quoted-printable gives each byte past ASCII three, base64 every byte
// four thirds. The library writes 7bit as it writes quoted-printable, so what has a
// "=" in it must be called that, or people read "=3D".
func encoding(body string) gomail.Encoding {
	if ascii(body) && !strings.Contains(body, "=") {
		return gomail.EncodingUSASCII
	}
	past := 0
	for i := range len(body) {
		if body[i] >= 0x80 {
			past++
		}
	}
	if 6*past > len(body) {
		return gomail.EncodingB64
	}
	return gomail.EncodingQP
}

var (
	address   = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$")
	reference = regexp.MustCompile(`^[A-Za-z0-9-]{1,40}$`)
)

// plainAddress reports whether s is one ASCII addr-spec of the dot-atom form
// (RFC 5322 section 3.4.1), 254 bytes at most.
func plainAddress(s string) bool { return len(s) <= 254 && address.MatchString(s) }

// check refuses a letter whose machine-made fields could break a header. What
// people typed is cleaned instead.
func (l Letter) check() error {
	for _, f := range []struct {
		name, value string
		needed      bool
		good        func(string) bool
	}{
		{"recipient", l.To, true, plainAddress},
		{"reply address", l.ReplyTo, false, plainAddress},
		{"return path", l.ReturnPath, false, plainAddress},
		{"message id", l.MessageID, true, messageID},
		{"message id that is answered", l.InReplyTo, false, messageID},
		{"reference", l.Reference, false, reference.MatchString},
		{"ticket", l.Ticket, false, reference.MatchString},
	} {
		if f.value == "" && !f.needed {
			continue
		}
		if !f.good(f.value) {
			return fmt.Errorf("%q is not a good %s", f.value, f.name)
		}
	}
	if l.Date.IsZero() {
		return errors.New("it has no date")
	}
	return nil
}

// messageID reports whether s can stand between < and > without a blank, a fold
// or a second bracket. Ids that we answer were made by others, so they need not
// be well-formed beyond that.
func messageID(s string) bool {
	return s != "" && len(s) <= 250 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>,", r) })
}

// verbatim reports why message could not go through DATA unchanged: SMTP knows
// lines that end in CRLF and are at most 998 bytes long (RFC 5321 section
// 4.5.3.1.6), and no NUL.
func verbatim(message []byte) error {
	if len(message) == 0 {
		return errors.New("it is empty")
	}
	for line := range bytes.SplitAfterSeq(message, []byte("\n")) {
		if len(line) == 0 {
			return nil
		}
		content, ok := bytes.CutSuffix(line, []byte("\r\n"))
		switch {
		case !ok || bytes.ContainsAny(content, "\r\x00"):
			return errors.New("a line does not end in CRLF, or holds a CR or NUL")
		case len(content) > 998:
			return errors.New("a line is longer than 998 bytes")
		}
	}
	return errors.New("it does not end in CRLF")
}
