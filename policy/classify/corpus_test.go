package classify

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/policy"
)

// example is a line of the corpus: one way to fill in a template.
type example struct {
	lang, kind    string
	at            string // file:line of its template
	subject, text string
	class         policy.Class
	fold          int // of its template, see folds
}

// slots are the same in every language.
var slots = map[string][]string{
	"domain": {"birchwood.example", "cafe-lune.example", "northwind.example", "kiez-laden.example", "shop.olivar.example", "mueller.test", "example.org"},
	"host":   {"web3", "srv-12", "vps-2231", "db01", "node4", "mail2", "app-7", "203.0.113.9"},
	"mail":   {"info@birchwood.example", "sales@northwind.example", "j.doe@kiez-laden.example", "office@example.net", "m.rossi@mueller.test", "buchhaltung@cafe-lune.example"},
	"user":   {"anna", "jdoe", "shopadmin", "ftp_print", "m.kowalski", "deploy", "backup2", "sofia.r"},
	"ip":     {"192.0.2.14", "198.51.100.77", "203.0.113.50", "192.0.2.201", "198.51.100.3"},
	"net":    {"192.0.2.0/28", "198.51.100.64/26", "203.0.113.128/25"},
	"port":   {"22", "443", "3306", "8080", "993", "25"},
	"n":      {"2", "3", "5", "12", "40"},
	"gb":     {"8", "16", "32", "200", "500"},
	"date":   {"12.03.", "31 May", "2026-12-01", "01/07/2026", "15.11.2026"},
	"time":   {"9:00", "22:00", "3 am", "18.30", "23:15"},
	"ticket": {"T-1042", "#55213", "KD-4471", "20119", "2026-0815"},
}

// folds are parts of the corpus, by template: each is judged by a model that was
// made of the others.
const folds = 5

// corpus reads every template of the languages, with the ways to fill it in.
// In which fold a template is follows from its words.
func corpus(t testing.TB) (out []example) {
	t.Helper()
	names, err := filepath.Glob("corpus/*.txt")
	names = slices.DeleteFunc(names, func(n string) bool { return n == talkFile })
	if err != nil || len(names) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := templates(name, string(b))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, lines...)
	}
	return out
}

func templates(name, s string) (out []example, err error) {
	lang := language(name)
	own := map[string][]string{}
	slot, class, kind := "", policy.Class(""), ""
	for i, line := range strings.Split(s, "\n") {
		at := fmt.Sprintf("%s:%d", name, i+1)
		switch line = strings.TrimSpace(line); {
		case line == "" || line[0] == '#':
		case line[0] == '=':
			slot = strings.TrimSpace(line[1:])
		case line[0] == '@':
			c, k, _ := strings.Cut(line[1:], " ")
			if class, kind, slot = policy.Class(c), strings.TrimSpace(k), ""; !class.Known() {
				return nil, fmt.Errorf("%s: there is no class %q", at, c)
			}
		case slot != "":
			own[slot] = append(own[slot], line)
		case class == "":
			return nil, fmt.Errorf("%s: a template before its class", at)
		default:
			filled, err := fill(line, own)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", at, err)
			}
			h := fnv.New32a()
			h.Write([]byte(line))
			for _, f := range filled {
				out = append(out, told(example{lang: lang, kind: kind, at: at, class: class, fold: int(h.Sum32() % folds)}, f))
			}
		}
	}
	return out, nil
}

// language is that of a file of the corpus: of pt.txt and of pt-2.txt.
func language(name string) string {
	lang, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".txt"), "-")
	return lang
}

// told gives an example what a filled template says: the subject may stand before
// the text.
func told(e example, filled string) example {
	e.text = strings.ReplaceAll(filled, `\n`, "\n")
	if subject, text, ok := strings.Cut(e.text, ">>"); ok {
		e.subject, e.text = strings.TrimSpace(subject), strings.TrimSpace(text)
	}
	return e
}

// ways is how many lines a template makes, if it has as many.
const ways = 3

// fill gives a template's lines: way n takes choice n of everything, in turn.
func fill(template string, own map[string][]string) (out []string, err error) {
	for n := range ways {
		line, k := template, 0
		for {
			i := strings.IndexAny(line, "({")
			if i < 0 {
				break
			}
			closing := map[byte]string{'(': ")", '{': "}"}[line[i]]
			length := strings.Index(line[i:], closing)
			if length < 0 {
				return nil, fmt.Errorf("%q is not closed", line[i:])
			}
			inner := line[i+1 : i+length]
			choices := strings.Split(inner, "|")
			if line[i] == '{' {
				if choices = own[inner]; choices == nil {
					choices = slots[inner]
				}
				if len(choices) == 0 {
					return nil, fmt.Errorf("there is no slot {%s}", inner)
				}
			}
			k++
			line = line[:i] + choices[(n*7+n*k+k*3+len(template))%len(choices)] + line[i+length+1:]
		}
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out, nil
}

const talkFile = "corpus/talk.txt"

// talk gives, by language, what people write around a request.
func talk(t testing.TB) map[string][]string {
	t.Helper()
	b, err := os.ReadFile(talkFile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for line := range strings.Lines(string(b)) {
		if lang, words, ok := strings.Cut(strings.TrimSpace(line), " "); ok && lang != "#" {
			out[lang] = append(out[lang], strings.ReplaceAll(words, `\n`, "\n"))
		}
	}
	return out
}

// amid puts each third of the lines between what people write around it, too: that
// changes nothing of what it asks for.
func amid(t testing.TB, lines []example) (out []example) {
	all := talk(t)
	for i, e := range lines {
		if i%3 == 0 {
			own, en := all[e.lang], all["en"]
			before := own[i/3%len(own)]
			if i%2 == 0 {
				before = en[i/3%len(en)]
			}
			if e.text = before + "\n\n" + e.text; i%4 == 0 {
				e.text += "\n\n" + own[(i/3+1)%len(own)]
			}
			out = append(out, e)
		}
	}
	return out
}
