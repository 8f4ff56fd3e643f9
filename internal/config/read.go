package config

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"countersign/internal/clean"
)

// parse reads a configuration from text. name is what problems call it; its
// folder is the one that relative paths are relative to. The Config may be used
// only if there are no problems.
func parse(name string, text []byte) (Config, []Problem) {
	r := &reader{name: name, text: text, at: map[string]int{}, lost: map[string]bool{}, config: defaults()}
	r.syntax()
	if len(r.problems) > 0 {
		return Config{}, r.problems
	}
	r.read()
	r.check()
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
	dir, err := filepath.Abs(filepath.Dir(name))
	if err != nil {
		r.report(-1, "", "the current folder is not known: %v", err)
	}
	r.config.fill(dir)
	return r.config, r.problems
}

// reader carries a file into a Config and remembers where each value stood.
type reader struct {
	name     string
	text     []byte
	parser   unstable.Parser
	config   Config
	at       map[string]int  // where the value of a key begins, by path such as mailbox[0].poll
	lost     map[string]bool // paths whose value could not be taken: no second problem about them
	problems []Problem
}

// report adds a problem. offset is negative where none is known.
func (r *reader) report(offset int, key, format string, args ...any) {
	p := Problem{File: r.name, Key: key, Text: fmt.Sprintf(format, args...)}
	if offset >= 0 {
		before := r.text[:min(offset, len(r.text))]
		p.Line = 1 + strings.Count(string(before), "\n")
		p.Col = 1 + utf8.RuneCount(before[strings.LastIndexByte(string(before), '\n')+1:])
	}
	r.problems = append(r.problems, p)
}

// syntax finds what makes the text no TOML at all, keys given twice included.
func (r *reader) syntax() {
	if i := slices.IndexFunc(r.text, func(b byte) bool { return b == 0 }); i >= 0 {
		r.report(i, "", "a NUL byte: this is no text file.")
		return
	}
	if bytes.HasPrefix(r.text, []byte("\xef\xbb\xbf")) {
		r.report(0, "", "begins with a byte order mark. Save it as UTF-8 without one; the rest is checked then.")
		return
	}
	var any map[string]any
	err := toml.Unmarshal(r.text, &any)
	if err == nil {
		return
	}
	said := clean.Printable(strings.TrimPrefix(err.Error(), "toml: ")) // it names keys as they stand there
	p := Problem{File: r.name, Text: said + ". Correct this first; the rest is checked then."}
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		p.Line, p.Col = e.Position()
		p.Text = said + "." + r.hint(p.Line, said) + " Correct this first; the rest is checked then."
	}
	r.problems = append(r.problems, p)
}

// hint says what most often makes a line no TOML: a text without its quotes, or
// with those of a word processor.
func (r *reader) hint(line int, said string) string {
	lines := bytes.Split(r.text, []byte("\n"))
	switch text := lines[min(line, len(lines))-1]; {
	case bytes.ContainsAny(text, "“”„‘’«»"):
		return ` Quotes are "straight" ones.`
	case strings.Contains(said, "start of value") || strings.Contains(said, "expected newline"):
		return ` Texts stand in quotes: key = "value".`
	}
	return ""
}

// read walks the expressions of a text that is valid TOML.
func (r *reader) read() {
	r.parser.Reset(r.text)
	table := place{value: reflect.ValueOf(&r.config).Elem()}
	known := true
	for r.parser.NextExpression() {
		e := r.parser.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			root := place{value: reflect.ValueOf(&r.config).Elem()}
			table, known = r.descend(root, keys(e.Key()), e.Kind == unstable.ArrayTable)
		case unstable.KeyValue:
			if known {
				r.keyValue(table, e)
			}
		}
	}
}

// place is a part of the configuration: its value, its path with indexes and
// the key that people know it by.
type place struct {
	value reflect.Value
	path  string
	key   string
}

func (p place) field(f reflect.Value, name string) place {
	return place{f, strings.TrimPrefix(p.path+"."+name, "."), strings.TrimPrefix(p.key+"."+name, ".")}
}

func (p place) index(i int) place {
	return place{p.value.Index(i), p.path + "[" + strconv.Itoa(i) + "]", p.key}
}

// A name is one part of a dotted key and where it stands.
type name struct {
	text   string
	offset int
}

func keys(it unstable.Iterator) []name {
	var out []name
	for it.Next() {
		out = append(out, name{string(it.Node().Data), int(it.Node().Raw.Offset)})
	}
	return out
}

// descend goes down names from p. add makes a new element of the array at the
// end, as [[mailbox]] does; elsewhere an array stands for its last element.
func (r *reader) descend(p place, names []name, add bool) (place, bool) {
	for i, n := range names {
		last := i == len(names)-1
		next, ok := r.lookup(p, n)
		if !ok {
			return place{}, false
		}
		p = next
		switch isArray := p.value.Kind() == reflect.Slice && p.value.Type().Elem().Kind() == reflect.Struct; {
		case isArray && last && !add:
			r.report(n.offset, p.key, "there can be several: write [[%s]].", p.key)
			return place{}, false
		case isArray && last:
			p = r.grow(p, n.offset)
		case isArray && p.value.Len() == 0:
			r.report(n.offset, p.key, "begin it with [[%s]] first.", p.key)
			return place{}, false
		case isArray:
			p = p.index(p.value.Len() - 1)
		case p.value.Kind() != reflect.Struct || isLeaf(p.value):
			r.report(n.offset, p.key, "is a setting, not a section: write %s = ...", p.key)
			r.lost[p.path] = true
			return place{}, false
		case last && add:
			r.report(n.offset, p.key, "there is only one: write [%s].", p.key)
			return place{}, false
		}
	}
	return p, true
}

// grow adds an element with its defaults to the array p.
func (r *reader) grow(p place, offset int) place {
	p.value.Set(reflect.Append(p.value, defaultElement(p.value.Type().Elem())))
	p = p.index(p.value.Len() - 1)
	r.at[p.path] = offset
	return p
}

// defaultElement is what a new element of a list of sections begins with.
func defaultElement(t reflect.Type) reflect.Value {
	switch t {
	case reflect.TypeFor[Mailbox]():
		return reflect.ValueOf(defaultMailbox())
	case reflect.TypeFor[External]():
		return reflect.ValueOf(defaultExternal())
	}
	return reflect.Zero(t)
}

// lookup finds the field of p that name means, or reports it as unknown.
func (r *reader) lookup(p place, n name) (place, bool) {
	names := fieldNames(p.value.Type())
	if i := slices.Index(names, n.text); i >= 0 {
		return p.field(p.value.Field(i), n.text), true
	}
	key := strings.TrimPrefix(p.key+"."+shown(n.text), ".")
	r.report(n.offset, key, "unknown setting.%s", guess(n.text, names, p.key))
	return place{}, false
}

func (r *reader) keyValue(p place, e *unstable.Node) {
	names := keys(e.Key())
	p, ok := r.descend(p, names[:len(names)-1], false)
	if !ok {
		return
	}
	if p, ok = r.lookup(p, names[len(names)-1]); ok {
		r.take(p, e.Value(), names[len(names)-1].offset)
	}
}

// take puts the value v into p. keyAt is where its key stands.
func (r *reader) take(p place, v *unstable.Node, keyAt int) {
	at := keyAt
	if v.Raw.Length > 0 {
		at = int(v.Raw.Offset)
	}
	r.at[p.path] = at
	switch isTable := p.value.Kind() == reflect.Struct && !isLeaf(p.value); {
	case isTable && v.Kind != unstable.InlineTable:
		r.report(at, p.key, "is a section: write [%s] and its settings below.", p.key)
	case isTable:
		for it := v.Children(); it.Next(); {
			r.keyValue(p, it.Node())
		}
	case p.value.Kind() == reflect.Slice:
		r.takeList(p, v, at)
	default:
		if text := set(p.value, v); text != "" {
			r.lost[p.path] = true
			r.report(at, p.key, "%s", text)
		}
	}
}

func (r *reader) takeList(p place, v *unstable.Node, at int) {
	tables := p.value.Type().Elem().Kind() == reflect.Struct
	if v.Kind != unstable.Array {
		r.lost[p.path] = true
		if tables {
			r.report(at, p.key, "there can be several: write [[%s]].", p.key)
		} else {
			r.report(at, p.key, `is a list: write ["..."], with brackets.`)
		}
		return
	}
	p.value.SetLen(0) // over the default
	p.value.SetCap(0)
	for it := v.Children(); it.Next(); {
		n := it.Node()
		if tables {
			r.take(r.grow(p, int(n.Raw.Offset)), n, int(n.Raw.Offset))
			continue
		}
		p.value.Set(reflect.Append(p.value, reflect.Zero(p.value.Type().Elem())))
		e := p.index(p.value.Len() - 1)
		e.key = fmt.Sprintf("%s[%d]", p.key, p.value.Len()-1)
		r.take(e, n, int(n.Raw.Offset))
	}
}

// isLeaf reports whether a struct is one value, not a section.
func isLeaf(v reflect.Value) bool { return v.Type() == reflect.TypeFor[mail.Address]() }

// fieldNames gives the keys of a section, in order.
func fieldNames(t reflect.Type) []string {
	var out []string
	for f := range t.Fields() {
		out = append(out, f.Tag.Get("toml"))
	}
	return out
}

// set puts one plain value into v, or says what is wrong with it.
func set(v reflect.Value, n *unstable.Node) string {
	text := string(n.Data)
	quoted := n.Kind == unstable.String
	switch p := v.Addr().Interface().(type) {
	case *string:
		if !quoted {
			return "is a text: put it in quotes."
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return "holds a control character. Remove it."
		}
		*p = text
	case *bool:
		if n.Kind != unstable.Bool {
			return "is true or false, without quotes."
		}
		*p = text == "true"
	case *int:
		i, err := strconv.Atoi(strings.ReplaceAll(text, "_", ""))
		if n.Kind != unstable.Integer || err != nil {
			return "is a whole number, without quotes."
		}
		*p = i
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if !quoted || err != nil {
			return fmt.Sprintf("%s is not a duration. Write it like \"30s\", \"5m\" or \"168h\".", shown(text))
		}
		*p = d
	case *Size:
		s, ok := parseSize(text)
		if !quoted || !ok {
			return fmt.Sprintf("%s is not a size. Write it like \"25MiB\".", shown(text))
		}
		*p = s
	case *mail.Address:
		a, err := mail.ParseAddress(text)
		if !quoted || err != nil {
			return fmt.Sprintf("%s is not an address. Write it like \"Support <support@desk.example>\".", shown(text))
		}
		*p = *a
	}
	return ""
}

var units = []struct {
	name  string
	bytes int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}}

func parseSize(s string) (Size, bool) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		return Size(n * u.bytes), err == nil && n >= 0 && n < 1<<32
	}
	return 0, false
}

// shown makes a part of the file fit to be shown: one line, 60 characters, in quotes.
func shown(s string) string { return clean.Quoted(s, 60) }
