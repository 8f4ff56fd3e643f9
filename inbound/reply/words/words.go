// Package words holds what people say in each language: one file a language, of
// which package phrase describes the form, with who reviewed it at its top. Those
// who change one run TestTable with -write: what is read is the table made of all.
//
// It says which words there are, not what follows from them: that is package
// reply's for the answer to a question of ours, and package classify's for what
// a mail asks for.
package words

import (
	_ "embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"countersign/internal/phrase"
)

// table is the lexicon of the word files as it was written down, which is read in
// a hundredth of the time that it takes to make one of them. TestTable writes it.
//
//go:embed lexicon.bin
var table string

// Lexicon gives the words of all languages, read when they are first asked for:
// most commands read no mail.
var Lexicon = sync.OnceValue(func() *phrase.Lexicon {
	x, err := phrase.Unmarshal(table, names...)
	if err != nil { // a file of ours that no test would let pass
		panic(fmt.Sprintf("words: lexicon.bin: %v; %s writes it anew", err, rewrite))
	}
	return x
})

// rewrite is how the table is made of the word files.
const rewrite = "go test ./inbound/reply/words -run TestTable -write"

// Lists of every language.
const (
	Yes      = phrase.Own + iota // a first line made only of these and of courtesy says yes
	No                           // and of these no
	Ack                          // has only read what we wrote
	Informed                     // beside a bare yes says only that it read it, as "thanks for the information"
	Polite                       // may stand beside those, and says nothing alone
	How                          // may stand beside a yes and says how the writer asked, as "by phone", "I called"
	Why                          // so, and says why, or when that was, as "yesterday"
	Day                          // so, in a sentence that also says how: else it may be yet to come
	Apart                        // says of one thing before a denial of another that it was asked for, as "the first one yes"
	Other                        // means something else in that language, though it answers elsewhere
	But                          // takes the clearness from a yes wherever it stands on a later line
	Harmless                     // takes nothing away, though it holds a word that would
	Hello                        // begins a greeting
	Doubt                        // before a denial takes it back, as "I would not say that": see reply
	Ask                          // begins a question, also one without its mark
	Tag                          // is a question behind a statement that asks whether it is true, as "right?"
	Else                         // begins such a question
	Clause                       // begins the clause that a doubt before it governs, as "that"
	Instead                      // beside a denial says what was asked for, as "I asked for": it may deny how, and not who
	Only                         // says so where it begins what follows a denial, as in "not deleted, only renamed"
	Query                        // begins a question that takes nothing from a no before it, as "who"
	States                       // ends a statement, whatever mark stands behind it
)

// A word that is in any list is known, and so none of which a slip of the fingers may
// have made another: files have the list "no slip" for words that say nothing else
// and are near to one that a denial is made of.

// If leaves a denial open anywhere in its sentence: a condition, a time.
const If = phrase.If

var names = append([]string{"yes", "no", "ack", "informed", "polite", "how", "why", "day", "apart", "other", "but", "harmless", "hello", "doubt", "ask", "tag", "or else", "clause", "instead", "only", "query", "states"}, class...)

// Kinds of patterns.
const (
	Deny   = "deny"   // a denial: it says no wherever it stands
	Order  = "order"  // an order to leave it: says no where its sentence holds nothing else but courtesy
	Cancel = "cancel" // such an order in words that ask for just that on a cancellation
	Claim  = "claim"  // the writer asked: says yes where its line holds nothing else but yeses and courtesy
	Aside  = "aside"  // what is denied is another thing: a denial in its words is none
)

// sources are the word files, named for their language. Several of one language
// make one; each has groups of its own.
var sources = []string{"*.txt", "classes/*.txt", "yeses/*.txt"}

// Load builds the lexicon from the sources in a folder; all.txt holds for all
// languages. The program does not: it has the table.
func Load(dir fs.FS) (*phrase.Lexicon, error) {
	var found []string
	for _, pattern := range sources {
		names, err := fs.Glob(dir, pattern)
		if err != nil {
			return nil, err
		}
		found = append(found, names...)
	}
	if i := slices.Index(found, "en.txt"); i > 0 { // its words hold for whoever has no others
		found = slices.Insert(slices.Delete(found, i, i+1), 0, "en.txt")
	}
	var files []phrase.Source
	for _, name := range found {
		f, err := dir.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		language := strings.TrimSuffix(path.Base(name), ".txt")
		if language == "all" {
			language = phrase.Shared
		}
		files = append(files, phrase.Source{Language: language, Name: name, Text: f})
	}
	return phrase.New(files, names...)
}
