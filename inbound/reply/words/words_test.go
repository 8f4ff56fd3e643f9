package words

import (
	"flag"
	"os"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"countersign/internal/phrase"
)

var write = flag.Bool("write", false, "write lexicon.bin anew from the word files")

// TestTable: the table is what the word files make.
func TestTable(t *testing.T) {
	x, err := Load(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	want := x.Marshal()
	if *write {
		if err := os.WriteFile("lexicon.bin", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != string(want) {
		t.Errorf("lexicon.bin is not what the word files say: %s", rewrite)
	}
}

// TestLexicon: the words of all languages are read in a moment, and keep little: a
// file whose lines stand for very many entries shows here.
func TestLexicon(t *testing.T) {
	const most = 20 << 20
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, start := heap(), time.Now()
	x, err := phrase.Unmarshal(table, names...)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	kept := heap() - before
	t.Logf("%d languages of %d KB read in %s keep %d KB", len(x.Languages), len(table)>>10, took, kept>>10)
	if kept > most || took > 5*time.Second {
		t.Errorf("reading takes %s and keeps %d bytes, want at most %d", took, kept, most)
	}
	runtime.KeepAlive(x)
}

func BenchmarkLexicon(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := phrase.Unmarshal(table, names...); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(os.DirFS(".")); err != nil {
			b.Fatal(err)
		}
	}
}

// TestClasses: the files of a language, in either folder, make one language, of
// which the lists hold in the patterns of both.
func TestClasses(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	x, err := Load(fstest.MapFS{
		"en.txt": file("@yes\nyes\n@act\norder\nchange\n"), "de.txt": file("@yes\nja\n"),
		"classes/en.txt": file("@thing\nmy password\n!ask\n{act} {thing}\n"), "classes/all.txt": file("@yes\nok\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Languages) != 2 || x.Languages[0] != "en" {
		t.Errorf("languages %v, want en and de", x.Languages)
	}
	if of := x.Read("ok").Whole().In(Yes); of != x.All() {
		t.Errorf("a word of classes/all.txt holds for %v", x.Names(of))
	}
	var at []string
	x.Read("Change my password").Find(func(m phrase.Match) bool { at = append(at, m.Kind+" "+m.At); return false })
	if len(at) != 1 || at[0] != "ask classes/en.txt:4" {
		t.Errorf("found %q, want a pattern of classes/en.txt", at)
	}
}
