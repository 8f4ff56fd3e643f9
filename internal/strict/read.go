// Package strict reads TOML files in which a misspelt key would be a protection
// that is silently off: every key that isn't known is a fault, with its line and
// column and what was perhaps meant. All faults are found in one run.
//
// What values mean is for who asks: internal/config and policy/rulebook.
package strict

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/mail"
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

// Reader carries a file into a struct and remembers where each value stood. Before
// Read its first fields are set.
type Reader struct {
	Name string // what problems call the file
	Text []byte
	// Into points to a struct whose fields have toml names. What stands in it are the
	// defaults. A map of texts to pointers is a section of the sections that it holds.
	Into any
	// New is what a new element of a list of sections begins with; nil: zero values.
	New  func(reflect.Type) reflect.Value
	List string // where every setting is listed, behind "Remove it"

	At       map[string]int  // where the value of a key begins, by path such as mailbox[0].poll
	Lost     map[string]bool // paths whose value could not be taken: no second problem about them
	problems []Problem
	parser   unstable.Parser
}

// Read fills Into and reports whether the text is TOML at all. What is wrong with
// single settings is among Problems, and the rest of them is there.
func (r *Reader) Read() bool {
	r.At, r.Lost = map[string]int{}, map[string]bool{}
	r.syntax()
	if len(r.problems) > 0 {
		return false
	}
	r.read()
	return true
}

// Problems are those found so far, as they stand in the file.
func (r *Reader) Problems() []Problem {
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Or(a.Line-b.Line, a.Col-b.Col) })
	return r.problems
}

// Where gives the place of a setting, or of what it is in, negative if none.
func (r *Reader) Where(path string) int {
	for {
		if at, ok := r.At[path]; ok {
			return at
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return -1
		}
		path = path[:i]
	}
}

// Position gives line and column of an offset, from 1.
func (r *Reader) Position(offset int) (line, col int) {
	before := r.Text[:min(offset, len(r.Text))]
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

// Value is a setting that is written as one value, and read by its own rule.
type Value interface {
	// Take reads what stands there, quoted or not, or says what is wrong with it.
	Take(text string, quoted bool) string
}

// Report adds a problem. offset is negative where none is known.
func (r *Reader) Report(offset int, key, format string, args ...any) {
	p := Problem{File: r.Name, Key: key, Text: fmt.Sprintf(format, args...)}
	if offset >= 0 {
		p.Line, p.Col = r.Position(offset)
	}
	r.problems = append(r.problems, p)
}

// syntax finds what makes the text no TOML at all, keys given twice included.
func (r *Reader) syntax() {
	if i := slices.IndexFunc(r.Text, func(b byte) bool { return b == 0 }); i >= 0 {
		r.Report(i, "", "a NUL byte: this is no text file.")
		return
	}
	if bytes.HasPrefix(r.Text, []byte("\xef\xbb\xbf")) {
		r.Report(0, "", "begins with a byte order mark. Save it as UTF-8 without one; the rest is checked then.")
		return
	}
	var any map[string]any
	err := toml.Unmarshal(r.Text, &any)
	if err == nil {
		return
	}
	said := clean.Printable(strings.TrimPrefix(err.Error(), "toml: ")) // it names keys as they stand there
	p := Problem{File: r.Name, Text: said + ". Correct this first; the rest is checked then."}
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		p.Line, p.Col = e.Position()
		p.Text = said + "." + r.hint(p.Line, said) + " Correct this first; the rest is checked then."
	}
	r.problems = append(r.problems, p)
}

// hint says what most often makes a line no TOML: a text without its quotes, or
// with those of a word processor.
func (r *Reader) hint(line int, said string) string {
	lines := bytes.Split(r.Text, []byte("\n"))
	switch text := lines[min(line, len(lines))-1]; {
	case bytes.ContainsAny(text, "“”„‘’«»"):
		return ` Quotes are "straight" ones.`
	case strings.Contains(said, "start of value") || strings.Contains(said, "expected newline"):
		return ` Texts stand in quotes: key = "value".`
	}
	return ""
}

// read walks the expressions of a text that is valid TOML.
func (r *Reader) read() {
	r.parser.Reset(r.Text)
	table := place{value: reflect.ValueOf(r.Into).Elem()}
	known := true
	for r.parser.NextExpression() {
		e := r.parser.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			root := place{value: reflect.ValueOf(r.Into).Elem()}
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
func (r *Reader) descend(p place, names []name, add bool) (place, bool) {
	for i, n := range names {
		last := i == len(names)-1
		next, ok := r.lookup(p, n)
		if !ok {
			return place{}, false
		}
		p = next
		if _, known := r.At[p.path]; !known {
			r.At[p.path] = n.offset
		}
		switch isArray := p.value.Kind() == reflect.Slice && p.value.Type().Elem().Kind() == reflect.Struct; {
		case isArray && last && !add:
			r.Report(n.offset, p.key, "there can be several: write [[%s]].", p.key)
			return place{}, false
		case isArray && last:
			p = r.grow(p, n.offset)
		case isArray && p.value.Len() == 0:
			r.Report(n.offset, p.key, "begin it with [[%s]] first.", p.key)
			return place{}, false
		case isArray:
			p = p.index(p.value.Len() - 1)
		case !isSection(p.value):
			r.Report(n.offset, p.key, "is a setting, not a section: write %s = ...", p.key)
			r.Lost[p.path] = true
			return place{}, false
		case last && add:
			r.Report(n.offset, p.key, "there is only one: write [%s].", p.key)
			return place{}, false
		}
	}
	return p, true
}

// grow adds an element with its defaults to the array p.
func (r *Reader) grow(p place, offset int) place {
	e := reflect.Zero(p.value.Type().Elem())
	if r.New != nil {
		e = r.New(e.Type())
	}
	p.value.Set(reflect.Append(p.value, e))
	p = p.index(p.value.Len() - 1)
	r.At[p.path] = offset
	return p
}

// lookup finds the field of p that name means, or reports it as unknown.
func (r *Reader) lookup(p place, n name) (place, bool) {
	names := namesIn(p.value)
	if i := slices.Index(names, n.text); i >= 0 && p.value.Kind() == reflect.Map {
		return p.field(p.value.MapIndex(reflect.ValueOf(n.text)).Elem(), n.text), true
	} else if i >= 0 {
		return p.field(p.value.Field(i), n.text), true
	}
	key := strings.TrimPrefix(p.key+"."+Shown(n.text), ".")
	r.Report(n.offset, key, "unknown setting.%s", r.guess(n.text, p, names))
	return place{}, false
}

func (r *Reader) keyValue(p place, e *unstable.Node) {
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
func (r *Reader) take(p place, v *unstable.Node, keyAt int) {
	at := keyAt
	if v.Raw.Length > 0 {
		at = int(v.Raw.Offset)
	}
	r.At[p.path] = at
	switch isTable := isSection(p.value); {
	case isTable && v.Kind != unstable.InlineTable:
		r.Report(at, p.key, "is a section: write [%s] and its settings below.", p.key)
	case isTable:
		for it := v.Children(); it.Next(); {
			r.keyValue(p, it.Node())
		}
	case p.value.Kind() == reflect.Slice:
		r.takeList(p, v, at)
	default:
		if text := set(p.value, v); text != "" {
			r.Lost[p.path] = true
			r.Report(at, p.key, "%s", text)
		}
	}
}

func (r *Reader) takeList(p place, v *unstable.Node, at int) {
	tables := p.value.Type().Elem().Kind() == reflect.Struct
	if v.Kind != unstable.Array {
		r.Lost[p.path] = true
		if tables {
			r.Report(at, p.key, "there can be several: write [[%s]].", p.key)
		} else {
			r.Report(at, p.key, `is a list: write ["..."], with brackets.`)
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

// isSection reports whether settings stand below v: a struct that is not one value
// itself, or a map.
func isSection(v reflect.Value) bool {
	return v.Kind() == reflect.Map || v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[mail.Address]()
}

// namesIn gives the keys that there are in a section, in order.
func namesIn(v reflect.Value) (out []string) {
	if v.Kind() != reflect.Map {
		return fieldNames(v.Type())
	}
	for _, k := range v.MapKeys() {
		out = append(out, k.String())
	}
	slices.Sort(out)
	return out
}

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
			return fmt.Sprintf("%s is not a duration. Write it like \"30s\", \"5m\" or \"168h\".", Shown(text))
		}
		*p = d
	case Value:
		return p.Take(text, quoted)
	case *mail.Address:
		a, err := mail.ParseAddress(text)
		if !quoted || err != nil {
			return fmt.Sprintf("%s is not an address. Write it like \"Support <support@desk.example>\".", Shown(text))
		}
		*p = *a
	}
	return ""
}

// Shown makes a part of the file fit to be shown: one line, 60 characters, in quotes.
func Shown(s string) string { return clean.Quoted(s, 60) }
