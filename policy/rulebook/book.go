// Package rulebook reads policy.toml: what a desk demands before a thing is done,
// and the examples by which the desk holds its own rules to what it meant.
//
// It reads strictly, and reports every fault of a file in one run with its line and
// what to do: what isn't known, what would ask for less than package policy has
// built in for a privileged class, and what contradicts itself. A Book without
// faults demands at least what is built in, whatever stands in it.
//
// What the rules demand of one ticket is worked out by policy.Rules. Whether the
// clients, people and teams that a file names are there is for Check.
package rulebook

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"path/filepath"
	"sync"
	"time"

	"countersign/internal/strict"
	"countersign/policy"
)

// Book is what one file says. It may be used only where there are no problems.
type Book struct {
	Rules    policy.Rules
	Examples map[policy.Class][]Line // of each class: requests that are to be read as it
	Cases    []Case                  // [[example]], in order
	Bytes    []byte                  // the file
	Entries  []Entry                 // [[rule]], in order, as Rules.More has them

	name string // what problems call the file
	file file
	read *strict.Reader
}

// Problem is one fault of a file.
type Problem = strict.Problem

// Short writes a duration as a file has it.
func Short(d time.Duration) string { return strict.Short(d) }

// Line is a text and where it stands, as file:line.
type Line struct{ Text, Where string }

// MaxFile bounds a file, in bytes: it is kept in the store, whose values are no
// larger.
const MaxFile = 60 << 10

//go:embed builtin.toml
var builtin []byte

// Builtin is what stands without a file, in words. Its Rules are those that policy
// has built in, with an empty Source.
var Builtin = sync.OnceValue(func() Book {
	b, problems := read("builtin.toml", builtin, nil)
	if len(problems) > 0 {
		panic(strict.Faults(problems).Error())
	}
	b.Rules.Source = ""
	return b
})

// BuiltinText is the file of what stands without one.
func BuiltinText() string { return string(builtin) }

// Read reads a file of rules, of which problems speak as name. What it leaves out
// is as it is built in.
func Read(name string, text []byte) (Book, []Problem) {
	base := Builtin()
	return read(name, text, &base)
}

// read reads a file over what stands in base; nil: over nothing.
func read(name string, text []byte, base *Book) (Book, []Problem) {
	if len(text) > MaxFile {
		return Book{}, []Problem{{File: name, Text: "is larger than 60 KiB. Shorten it: rules with one demand can share a list of words."}}
	}
	r := &reader{base: base != nil}
	r.book = Book{name: name, Bytes: text, file: newFile(base), Examples: map[policy.Class][]Line{}}
	r.Reader = strict.Reader{Name: name, Text: text, Into: &r.book.file, List: "; `countersign policy show` and docs/policy.md have every one"}
	r.book.read = &r.Reader
	if !r.Read() {
		return Book{}, r.Problems()
	}
	sum := sha256.Sum256(text)
	r.book.Rules = policy.Rules{Source: "sha256:" + hex.EncodeToString(sum[:]), Classes: map[policy.Class]policy.Demand{}}
	r.classes()
	r.rules()
	r.cases()
	return r.book, r.Problems()
}

// reader carries a file into a Book.
type reader struct {
	strict.Reader
	book Book
	base bool // what the file leaves out is as it is built in
}

// line is where a path stands, as policy.toml:31.
func (r *reader) line(path string) string { return r.book.line(r.Where(path)) }

func (b Book) line(offset int) string {
	if offset < 0 {
		return filepath.Base(b.name)
	}
	line, _ := b.read.Position(offset)
	return Problem{File: filepath.Base(b.name), Line: line}.Place()
}

// problem is one about what stands at path.
func (b Book) problem(path, key, text string) Problem {
	p := Problem{File: b.name, Key: key, Text: text}
	if at := b.read.Where(path); at >= 0 {
		p.Line, p.Col = b.read.Position(at)
	}
	return p
}
