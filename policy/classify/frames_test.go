package classify

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/policy"
)

// framed reads corpus/frames: things to do, and frames that ask for one or do
// not. Of the two together come pairs that differ in nothing but how it is said.
// They are learned from, and never judged.
func framed(t testing.TB) (out []example) {
	t.Helper()
	names, err := filepath.Glob("corpus/frames/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := frames{own: map[string][]string{}}
		if err := f.read(name, string(b)); err != nil {
			t.Fatal(err)
		}
		lines, err := f.lines(language(name))
		if err != nil {
			t.Fatal(name, err)
		}
		out = append(out, lines...)
	}
	return out
}

// frames are those of one language.
type frames struct {
	forms    []string            // names of a thing's forms
	own      map[string][]string // slots
	things   []thing
	ask, not []string
}

// thing is what may be asked for, in its forms.
type thing struct {
	class policy.Class
	forms []string
}

func (f *frames) read(name, s string) error {
	slot, class, frame := "", policy.Class(""), (*[]string)(nil)
	for i, line := range strings.Split(s, "\n") {
		line = strings.TrimSpace(line)
		head, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || line[0] == '#':
		case head == "=forms":
			f.forms = strings.Fields(rest)
		case line[0] == '=':
			slot, class, frame = line[1:], "", nil
		case head == "@do":
			slot, class, frame = "", policy.Class(strings.TrimSpace(rest)), nil
		case head == "@ask":
			slot, class, frame = "", "", &f.ask
		case head == "@not":
			slot, class, frame = "", "", &f.not
		case slot != "":
			f.own[slot] = append(f.own[slot], line)
		case frame != nil:
			*frame = append(*frame, line)
		default:
			forms := strings.Split(line, " ; ")
			if len(forms) != len(f.forms) || !class.Known() {
				return fmt.Errorf("%s:%d: %q has not the forms %v of a class %q", name, i+1, line, f.forms, class)
			}
			f.things = append(f.things, thing{class, forms})
		}
	}
	return nil
}

// pairs is how many frames of either kind a thing is put into.
const pairs = 3

func (f *frames) lines(lang string) (out []example, err error) {
	for n, t := range f.things {
		for k := range pairs {
			for _, kind := range []struct {
				frames []string
				class  policy.Class
			}{{f.ask, t.class}, {f.not, policy.Question}} {
				line := kind.frames[(n*pairs+k)*7%len(kind.frames)]
				for i, form := range f.forms {
					line = strings.ReplaceAll(line, "{"+form+"}", t.forms[i])
				}
				filled, err := fill(line, f.own)
				if err != nil {
					return nil, err
				}
				h := fnv.New32a()
				h.Write([]byte(line))
				out = append(out, told(example{lang: lang, kind: "frame", at: line, class: kind.class}, filled[int(h.Sum32())%len(filled)]))
			}
		}
	}
	return out, nil
}
