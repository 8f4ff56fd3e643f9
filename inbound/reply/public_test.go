package reply

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/internal/clean"
	"countersign/internal/rawmail"
)

var fixtures = flag.String("fixtures", "", "score the public fixtures in this folder")

// publicReplies gives DIR/replies/SOURCE/emails/NAME with the file NAME.txt of
// wanted beside it: a message (.eml), an HTML body (.html) or a text.
func publicReplies(t *testing.T) (sources []string) {
	t.Helper()
	if *fixtures == "" {
		t.Skip("only with -fixtures DIR, which holds replies/SOURCE/{emails,wanted}, people and robots")
	}
	sources, err := filepath.Glob(filepath.Join(*fixtures, "replies", "*"))
	if err != nil || len(sources) == 0 {
		t.Fatal("no sources of replies in ", *fixtures, err)
	}
	return sources
}

// TestPublicReplies scores the own text of public fixtures: how often it is the
// wanted one but for blanks, and how many words of both are the same.
func TestPublicReplies(t *testing.T) {
	var all score
	for _, source := range publicReplies(t) {
		var sum score
		files, _ := filepath.Glob(filepath.Join(source, "emails", "*"))
		for _, file := range files {
			name := filepath.Base(file)
			want, err := os.ReadFile(filepath.Join(source, "wanted", strings.TrimSuffix(name, filepath.Ext(name))+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			got := publicText(t, file)
			if !sum.add(got, string(want)) {
				t.Logf("%s/%s\n got %.400q\nwant %.400q", filepath.Base(source), name, got, want)
			}
		}
		t.Logf("%-12s %s", filepath.Base(source), sum)
		all = all.plus(sum)
	}
	t.Logf("%-12s %s", "all", all)
	if all.exact*100 < all.of*85 || all.f1 < 0.92*float64(all.of) {
		t.Errorf("%s: less than 85 %% exact or F1 0.92", all)
	}
}

func publicText(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	switch filepath.Ext(file) {
	case ".eml":
		m, bad := rawmail.Scan(rawmail.Normalize(raw), rawmail.DefaultLimits())
		if m == nil {
			t.Fatal(file, bad)
		}
		return Read(m, Own{}).Text
	case ".html":
		text := readHTML(string(raw), false).out.String()
		return ownText(clean.Seen(text))
	}
	return ownText(clean.Seen(string(raw)))
}

// TestPublicKinds takes every message below DIR/people for a person's and every
// one below DIR/robots for a machine's, and scores how machines are found.
func TestPublicKinds(t *testing.T) {
	publicReplies(t)
	right, machines := publicKinds(t, "robots", true)
	wrong, people := publicKinds(t, "people", false)
	precision := float64(right) / float64(max(1, right+wrong))
	recall := float64(right) / float64(max(1, machines))
	t.Logf("robots %d of %d, people taken for robots %d of %d: precision %.4f, recall %.4f", right, machines, wrong, people, precision, recall)
	if precision < 0.995 || recall < 0.97 {
		t.Errorf("precision under 0.995 or recall under 0.97")
	}
}

// publicKinds counts the messages that are read as a machine's.
func publicKinds(t *testing.T, folder string, machine bool) (machines, of int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(*fixtures, folder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(raw, []byte("From ")) { // an mbox's line
			raw = raw[bytes.IndexByte(raw, '\n')+1:]
		}
		m, bad := rawmail.Scan(rawmail.Normalize(raw), rawmail.DefaultLimits())
		if m == nil {
			t.Log("not read: ", path, bad)
			return nil
		}
		of++
		r := Read(m, Own{})
		if r.Kind.Machine() {
			machines++
		}
		if r.Kind.Machine() != machine {
			t.Logf("%s: %s, %s", path, r.Kind, r.KindWhy)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return machines, of
}

// A score sums what texts are compared by: equal words in order, and F1 of the
// words in any.
type score struct {
	exact, of int
	f1        float64
}

func (s *score) add(got, want string) (exact bool) {
	a, b := strings.Fields(got), strings.Fields(want)
	exact = slices.Equal(a, b)
	s.of++
	if exact {
		s.exact++
	}
	count := map[string]int{}
	for _, w := range b {
		count[w]++
	}
	same := 0
	for _, w := range a {
		if count[w] > 0 {
			count[w]--
			same++
		}
	}
	if len(a)+len(b) == 0 {
		s.f1++
		return exact
	}
	s.f1 += 2 * float64(same) / float64(len(a)+len(b))
	return exact
}

func (s score) plus(o score) score { return score{s.exact + o.exact, s.of + o.of, s.f1 + o.f1} }

func (s score) String() string {
	of := float64(cmp.Or(s.of, 1))
	return fmt.Sprintf("%d of %d exact (%.1f %%), F1 %.3f", s.exact, s.of, 100*float64(s.exact)/of, s.f1/of)
}
