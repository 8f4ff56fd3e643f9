package strict

import (
	"strconv"
	"strings"
)

// Problem is one fault of a file.
type Problem struct {
	File      string
	Line, Col int // from 1; 0: the whole file
	Key       string
	Text      string // what is wrong and what to do
}

// String is file:line:col: key: text, without what isn't known.
func (p Problem) String() string {
	s := p.At()
	if p.Key != "" {
		s += ": " + p.Key
	}
	return s + ": " + p.Text
}

// Faults are the problems of a file, as an error.
type Faults []Problem

func (f Faults) Error() string {
	var lines []string
	for _, p := range f {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// At is file:line:col, without what isn't known.
func (p Problem) At() string {
	if p.Line == 0 {
		return p.File
	}
	return p.Place() + ":" + strconv.Itoa(p.Col)
}

// Place is file:line, without what isn't known.
func (p Problem) Place() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}
