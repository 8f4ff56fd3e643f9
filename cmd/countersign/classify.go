package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/internal/exit"
	"countersign/policy"
)

// mostText bounds a text that is read from a file, and a line of many, in bytes.
const mostText = 16 << 20

func (a *app) classifyCommand() *cobra.Command {
	var subject string
	lines := false
	c := &cobra.Command{Use: "classify FILE|-", Short: "Say which class of request a text asks for", Args: cobra.MaximumNArgs(1),
		Long: "Says which class of request a text asks for, as the daemon reads it of mail. The text may be plain or HTML; quotes,\n" +
			"signatures and disclaimers in it are nothing. It needs no daemon and no store.\n\n" +
			"With --jsonl there is an object {\"id\",\"subject\",\"text\"} a line, on standard input unless a file is named, and a line\n" +
			"{\"id\",\"class\",\"privileged\",\"score\"} for each, in their order. A line that can't be used is answered with its number;\n" +
			"the others go on, and the exit status is 65.",
		Example: "  countersign classify --subject \"My login\" request.txt\n  countersign classify --jsonl < requests.jsonl > classes.jsonl"}
	c.Flags().StringVar(&subject, "subject", "", "the `subject` of the request")
	c.Flags().BoolVar(&lines, "jsonl", false, "classify many: an object a line")
	c.RunE = func(_ *cobra.Command, args []string) error {
		switch {
		case lines && subject != "":
			return usage("--subject is of one text; in --jsonl each line has its own.")
		case len(args) == 0 && !lines:
			return usage("Name the file with the text, or - for standard input.")
		case len(args) == 0:
			args = []string{"-"}
		}
		in, done, err := a.open(args[0])
		if err != nil {
			return err
		}
		defer done()
		if lines {
			return a.classifyMany(args[0], in)
		}
		text, err := io.ReadAll(io.LimitReader(in, mostText))
		if err != nil {
			return unreadable(args[0], err)
		}
		out := api.Classify(api.ClassifyRequest{Subject: subject, Text: string(text)})
		if a.json {
			return a.print(out)
		}
		return a.sayClassified(out)
	}
	c.AddCommand(a.classifyExport())
	return c
}

func (a *app) sayClassified(c api.Classified) error {
	privileged := "not privileged"
	if c.Privileged {
		privileged = "privileged"
	}
	_, err := fmt.Fprintf(a.stdout, "class   %s, %s\n", readAs(policy.Asks{Class: c.Class, Score: c.Score}), privileged)
	for _, m := range c.Matches {
		_, err = fmt.Fprintf(a.stdout, "        %s\n", matched(m))
	}
	if c.Look {
		_, err = fmt.Fprintf(a.stdout, "look    a person should look: %s\n", clean.Terminal(orElse(c.Why, "it is in doubt")))
	}
	return err
}

// classifyMany answers a line for each line, in their order.
func (a *app) classifyMany(name string, in io.Reader) error {
	bad := false
	lines := bufio.NewReaderSize(in, 64<<10)
	for n := 1; ; n++ {
		line, long, err := readLine(lines, mostText)
		if err != nil && !errors.Is(err, io.EOF) {
			return unreadable(name, err)
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")) // as some editors begin a file
		}
		if line = bytes.TrimSpace(line); len(line) > 0 || long {
			wrong, err := a.classifyLine(n, line, long)
			if err != nil {
				return err
			}
			bad = bad || wrong
		}
		if err != nil {
			break
		}
	}
	if bad {
		return answered(exit.DataErr)
	}
	return nil
}

// classifyLine answers one line; bad says that it can't be used.
func (a *app) classifyLine(n int, line []byte, long bool) (bad bool, err error) {
	var one struct {
		ID      json.RawMessage `json:"id"`
		Subject string          `json:"subject"`
		Text    string          `json:"text"`
	}
	wrong := error(nil)
	switch {
	case long:
		wrong = fmt.Errorf("the line has more than %d MiB", mostText>>20)
	case line[0] != '{':
		wrong = errors.New("the line is no JSON object")
	default:
		wrong = json.Unmarshal(line, &one)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](wrong); ok {
		wrong = fmt.Errorf("%s: a %s is no text", e.Field, e.Value)
	}
	if wrong != nil {
		return true, a.print(map[string]any{"line": n, "code": "bad_line", "title": wrong.Error()})
	}
	out := api.Classify(api.ClassifyRequest{Subject: one.Subject, Text: one.Text})
	return false, a.print(struct {
		ID         json.RawMessage `json:"id"`
		Class      policy.Class    `json:"class"`
		Privileged bool            `json:"privileged"`
		Score      float64         `json:"score"`
	}{one.ID, out.Class, out.Privileged, out.Score})
}

// readLine gives the next line. Of one that is longer than most, long says so, and
// the rest of it is passed over.
func readLine(in *bufio.Reader, most int) (line []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if long = long || len(line)+len(part) > most; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}

func (a *app) classifyExport() *cobra.Command {
	var in api.Since
	c := &cobra.Command{Use: "export", Short: "Give the texts whose class agents have corrected, as JSON lines", Args: cobra.NoArgs,
		Long: "Gives {\"id\",\"subject\",\"text\",\"class\",\"was\",\"at\"} for every ticket of which an agent says another class than was read:\n" +
			"class is as corrected, was as it was read. The texts are the customers' words.",
		Example: "  countersign classify export --since 30d > corrected.jsonl"}
	c.Flags().Var(&since{at: &in.Since}, "since", "only those corrected since: a `time`, a date, or how long ago (7d, 12h)")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		b := *a
		b.json = true
		return list(cmd.Context(), &b, "classify/export", in, nil, func(json.RawMessage) []string { return nil })
	}
	return c
}
