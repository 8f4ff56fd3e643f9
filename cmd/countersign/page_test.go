package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
)

// page is a page of docs at work: its commands are run as they stand there, by a
// reader who sees in comments what happens meanwhile.
type page struct {
	*later
	typed string // on standard input of the next command
	said  string // by the last command
	ran   int
}

// TestPeoplePage runs docs/people.md: every command of it, which has to say what
// stands below it and end as it says. "…" stands for anything.
func TestPeoplePage(t *testing.T) { runPage(t, "people.md", onPage, func(*later) {}) }

// runPage runs a page of docs whose sections are a desk each, with these people on file
// and what begins it.
func runPage(t *testing.T, name, people string, begin func(*later)) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("../../docs", name))
	must(t, err)
	sections := regexp.MustCompile(`(?m)^## `).Split(string(text), -1)[1:]
	for _, s := range sections {
		title, body, _ := strings.Cut(s, "\n")
		t.Run(strings.ReplaceAll(title, " ", "-"), func(t *testing.T) {
			t.Parallel()
			begins := comment.FindStringSubmatch(body)
			if begins == nil {
				t.Fatal("a section begins with how long ago it does")
			}
			ago, err := time.ParseDuration(begins[1])
			must(t, err)
			p := &page{later: newLater(t, ago, people)}
			begin(p.later)
			for _, part := range between.FindAllString(body[strings.Index(body, begins[0])+len(begins[0]):], -1) {
				if m := comment.FindStringSubmatch(part); m != nil {
					p.happens(m[1])
					continue
				}
				if file, ok := strings.CutPrefix(part, "```toml\n# "); ok {
					p.file(file)
					continue
				}
				p.block(strings.Split(strings.Trim(strings.TrimPrefix(part, "```"), "`\n"), "\n"))
			}
			if p.ran == 0 {
				t.Error("nothing is shown")
			}
			p.ok("audit", "verify")
		})
	}
	if len(sections) < 6 {
		t.Errorf("%d sections", len(sections))
	}
}

// onPage are on file where a section begins.
const onPage = "north,Northwind,ada@north.example;ada@home.example,Ada Berg,authorised,ask;password-change;account-change,en\n" +
	"north,Northwind,nils@north.example,Nils Holm,primary,,en\n"

var (
	comment = regexp.MustCompile(`<!-- (.*) -->`)
	between = regexp.MustCompile("(?m)^<!-- .* -->$|(?s)^```(?:toml)?\n.*?\n```$")
	answer  = regexp.MustCompile(`^(\S+) answers "(.*)" with (YES|NO)$`)
	writes  = regexp.MustCompile(`^(\S+) writes "(.*)"$`)
)

// happens is what a comment says: a mail that is sent or answered, time that passes,
// something that is typed.
func (p *page) happens(what string) {
	p.t.Helper()
	p.later.ok("run", "--once")
	switch {
	case strings.HasPrefix(what, "mailed "):
		for one := range strings.SplitSeq(strings.TrimPrefix(what, "mailed "), "; ") {
			to, subject, _ := strings.Cut(one, ": ")
			p.mail(to, subject)
		}
	case answer.MatchString(what):
		m := answer.FindStringSubmatch(what)
		p.later.answers(p.mail(m[1], m[2]), m[1], m[3])
	case writes.MatchString(what):
		m := writes.FindStringSubmatch(what)
		must(p.t, p.dovecot.Deliver(p.signed(mailtest.New(m[1], "support@desk.example", m[2], m[2], time.Now()))))
		p.later.ok("run", "--once")
	case strings.HasPrefix(what, "stripe says "):
		p.checked(strings.TrimPrefix(what, "stripe says "))
	case strings.HasPrefix(what, "types "):
		p.typed = strings.TrimPrefix(what, "types ") + "\n"
	case strings.HasSuffix(what, " later"):
		by, err := time.ParseDuration(strings.TrimSuffix(what, " later"))
		must(p.t, err)
		p.now = p.now.Add(by)
		p.later.ok("run", "--once")
	default:
		p.t.Fatalf("nobody knows what this is: %s", what)
	}
}

// mail gives the last mail to an address whose subject begins with these words.
func (p *page) mail(to, subject string) []byte {
	p.t.Helper()
	for _, m := range slices.Backward(p.smtp.Mails()) {
		_, line, _ := strings.Cut(string(m.Data), "\r\nSubject: ")
		_, line, _ = strings.Cut(line, "] ")
		if m.To[0] == to && strings.HasPrefix(strings.ReplaceAll(line, "\r\n ", " "), subject) {
			return m.Data
		}
	}
	var all []string
	for _, m := range p.smtp.Mails() {
		_, line, _ := strings.Cut(string(m.Data), "\r\nSubject: ")
		line, _, _ = strings.Cut(line, "\r\n")
		all = append(all, m.To[0]+" "+line)
	}
	p.t.Fatalf("%s got no mail %q, but\n%s", to, subject, strings.Join(all, "\n"))
	return nil
}

// block runs the commands of a block.
func (p *page) block(lines []string) {
	p.t.Helper()
	for i := 0; i < len(lines); {
		command, ok := strings.CutPrefix(lines[i], "$ countersign ")
		if !ok {
			p.t.Fatalf("this is no command: %q", lines[i])
		}
		for i++; strings.HasSuffix(command, `\`); i++ {
			command = strings.TrimSuffix(command, `\`) + strings.TrimSpace(lines[i])
		}
		from := i
		for i < len(lines) && !strings.HasPrefix(lines[i], "$ ") {
			i++
		}
		p.command(command, lines[from:i])
	}
}

// file writes the file whose name is the first line; of the configuration it is what
// is put before what is there, or behind it where it begins a section.
func (p *page) file(text string) {
	p.t.Helper()
	name, text, _ := strings.Cut(strings.TrimSuffix(text, "```"), "\n")
	if name == "countersign.toml" {
		config, err := os.ReadFile(filepath.Join(p.dir, name))
		must(p.t, err)
		if strings.HasPrefix(text, "[") {
			text = string(config) + text
		} else {
			text += string(config)
		}
	}
	p.write(name, text)
}

// command runs one, which has to say the lines.
func (p *page) command(command string, want []string) {
	p.t.Helper()
	p.now, p.ran = p.now.Add(time.Second), p.ran+1
	var out, errs bytes.Buffer
	args := []string{"--config", filepath.Join(p.dir, "countersign.toml"), "--at", p.now.Format(time.RFC3339)}
	for _, word := range words(command) {
		if path := filepath.Join(p.dir, word); strings.Contains(word, ".") && regular(path) {
			word = path
		}
		args = append(args, word)
	}
	code := run(context.Background(), args, strings.NewReader(p.typed), &out, &errs)
	p.typed = ""
	exit := "[exit 0]"
	pattern := []string{}
	for _, line := range want {
		switch {
		case strings.HasPrefix(line, "[exit "):
			exit = line
		case !strings.HasSuffix(line, "(hidden):"):
			pattern = append(pattern, strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*"))
		}
	}
	said := strings.ReplaceAll(out.String()+errs.String(), p.dir+string(filepath.Separator), "")
	p.said = said
	if !regexp.MustCompile(`(?s)^` + strings.Join(pattern, "\n") + `\s*$`).MatchString(strings.ReplaceAll(said, " \n", "\n")) {
		p.t.Errorf("$ countersign %s\n%s\nthe page says\n%s", command, said, strings.Join(want, "\n"))
	}
	if got := fmt.Sprintf("[exit %d]", code); got != exit {
		p.t.Errorf("$ countersign %s\n%s%s, and the page says %s", command, said, got, exit)
	}
}

// regular reports whether a file is there.
func regular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// TestReadmePeople runs what README says of bringing people in and changing them: its
// file, its commands in their order, and what it says of a chat with Ada.
func TestReadmePeople(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	must(t, err)
	o := &outside{t: t, dir: t.TempDir()}
	o.write("countersign.toml", scriptConfig)
	o.write("secret", "password\n")
	file := regexp.MustCompile("(?s)   ```csv\n(.*?)   ```").FindSubmatch(text)
	if file == nil {
		t.Fatal("README has no contacts.csv")
	}
	o.write("contacts.csv", strings.ReplaceAll(string(file[1]), "\n   ", "\n")[3:])
	ran := 0
	for _, m := range regexp.MustCompile("(?m)^ *(countersign (?:contact|client|agent) .*)$|`(countersign (?:ticket check|ticket open|contact check)[^`]*)`").FindAllSubmatch(text, -1) {
		command, _, _ := strings.Cut(string(m[1])+string(m[2]), "#")
		args := words(strings.ReplaceAll(strings.TrimPrefix(command, "countersign "), "contacts.csv", filepath.Join(o.dir, "contacts.csv")))
		if slices.Contains(args, "lea") && !strings.Contains(o.ok("agent", "list"), "lea") { // who is there already when it is read
			o.ok("agent", "add", "lea", "--email", "lea@desk.example", "--role", "lead")
		}
		o.ok(args...)
		ran++
	}
	if out := o.ok("contact", "list"); ran < 9 || !strings.Contains(out, "ada@north.example") {
		t.Errorf("%d commands were run, and on file are\n%s", ran, out)
	}
}

// words splits a command as a shell does, as far as the page needs it.
func words(line string) (all []string) {
	for _, m := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		all = append(all, m[1]+m[2])
	}
	return all
}
