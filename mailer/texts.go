package mailer

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/template"
	"time"

	"countersign/internal/clean"
	"countersign/policy"
)

//go:embed texts/*/*.txt
var textFiles embed.FS

const (
	lineWidth  = 72
	subjectMax = 120 // columns of a Subject, reference included
	nameMax    = 60  // columns of a name
	reasonMax  = 240 // columns of a reason, as of what was changed
	// quoteMark stands before every line of a request, so that no request can
	// pass for words of ours.
	quoteMark = "  | "
)

// requestMark stands for the request while a text is filled in; no other value
// can hold it, since control characters are cleaned away.
const requestMark = "\x00request\x00"

// values are what a text may name.
type values struct {
	Name    string // of the recipient, may be empty
	Agent   string // who wrote the request down, may be empty
	Channel string
	Class   string // in words, may be empty
	Subject string
	Request string // must stand in a paragraph of its own
	Defused bool   // an address in the request was defused
	Ticket  string
	Until   string // a time, in words; may be empty
	At      string // a time, in words; may be empty
	Reason  string // may be empty
	Also    string // numbers of tickets, may be empty
	Unknown string // numbers of tickets, may be empty
	State   string // of the ticket, by its name
	For     string // whom, if another than the recipient
	ByMail  bool   // a mail opened it
	// Confirmed is when they agreed to it, Because why it goes to an address that is
	// not on file; either may be empty.
	Confirmed, Because string
	Answered           bool // the notice asks and may be answered by YES or NO
}

// readTexts parses every text, language by language, name by name. In a file
// the first line is the subject and the rest, after an empty line, the body.
func readTexts(files fs.FS) (map[string]map[string]*template.Template, error) {
	names, err := fs.Glob(files, "texts/*/*.txt")
	if err != nil {
		return nil, err
	}
	texts := map[string]map[string]*template.Template{}
	for _, file := range names {
		b, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		subject, body, ok := strings.Cut(string(b), "\n\n")
		if !ok || subject == "" || strings.Contains(subject, "\n") {
			return nil, fmt.Errorf("text %s: the first line must be the subject, the second empty", file)
		}
		t, err := template.New("body").Option("missingkey=error").Parse(body)
		if err != nil {
			return nil, fmt.Errorf("text %s: %w", file, err)
		}
		if _, err := t.New("subject").Parse(subject); err != nil {
			return nil, fmt.Errorf("text %s: subject: %w", file, err)
		}
		language, name := path.Base(path.Dir(file)), strings.TrimSuffix(path.Base(file), ".txt")
		if texts[language] == nil {
			texts[language] = map[string]*template.Template{}
		}
		texts[language][name] = t
	}
	return texts, nil
}

// text finds the text of a kind in the language asked for, else in the language
// without its region, else in English; and says which language it is in.
func (c *Composer) text(kind policy.NoticeKind, language string) (*template.Template, string, error) {
	language = strings.ToLower(language)
	base, _, _ := strings.Cut(language, "-")
	for _, l := range []string{language, base, "en"} {
		if t, ok := c.texts[l][kind.Terms().Text]; ok {
			return t, l, nil
		}
	}
	return nil, "", fmt.Errorf("there is no text %q", kind)
}

// Speaks reports whether there are texts in the language, or in it without its
// region.
func (c *Composer) Speaks(language string) bool {
	language = strings.ToLower(language)
	base, _, _ := strings.Cut(language, "-")
	return len(c.texts[language])+len(c.texts[base]) > 0
}

// fill gives subject and body of a letter, whose lines end in \n.
func fill(t *template.Template, v values, prefix string) (subject, body string, err error) {
	request := v.Request
	v.Request = requestMark
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return "", "", err
	}
	body = layout(b.String(), request)

	// The agent's words are shortened, never ours.
	theirs := v.Subject
	line := func(subject string) (string, error) {
		b.Reset()
		v.Subject = subject
		if err := t.ExecuteTemplate(&b, "subject", v); err != nil {
			return "", err
		}
		return prefix + clean.MailLine(b.String()), nil
	}
	ours, err := line("")
	if err != nil {
		return "", "", err
	}
	subject, err = line(cut(theirs, max(10, subjectMax-columns(ours)-1)))
	return cut(subject, subjectMax), body, err
}

// layout wraps each paragraph of a filled-in text and puts the request, line by
// line, where its mark stands.
func layout(text, request string) string {
	var out []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		paragraph = strings.TrimSpace(paragraph)
		if paragraph == "" {
			continue
		}
		if len(out) > 0 {
			out = append(out, "")
		}
		if paragraph == requestMark {
			out = append(out, quoted(request)...)
		} else {
			out = append(out, wrap(paragraph, lineWidth)...)
		}
	}
	return strings.Join(out, "\n") + "\n"
}

func quoted(request string) []string {
	var out []string
	empty := false
	for line := range strings.SplitSeq(strings.TrimSpace(request), "\n") {
		words := wrap(line, lineWidth-len(quoteMark))
		if len(words) == 0 {
			if !empty {
				out = append(out, strings.TrimRight(quoteMark, " "))
			}
			empty = true
			continue
		}
		empty = false
		for _, w := range words {
			out = append(out, quoteMark+w)
		}
	}
	return out
}

// moment is a time as a customer reads it.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}
