package config

import (
	"path/filepath"
	"reflect"

	"countersign/internal/strict"
)

// parse reads a configuration from text. name is what problems call it; its
// folder is the one that relative paths are relative to. The Config may be used
// only if there are no problems.
func parse(name string, text []byte) (Config, []Problem) {
	r := &reader{config: defaults()}
	r.Reader = strict.Reader{Name: name, Text: text, Into: &r.config, New: newSection, List: "; `countersign config example` lists every setting"}
	if !r.Read() {
		return Config{}, r.Problems()
	}
	r.check()
	problems := r.Problems()
	dir, err := filepath.Abs(filepath.Dir(name))
	if err != nil {
		r.Report(-1, "", "the current folder is not known: %v", err)
	}
	r.config.fill(dir)
	return r.config, problems
}

// reader carries a file into a Config.
type reader struct {
	strict.Reader
	config Config
}

// newSection is what a new element of a list of sections begins with.
func newSection(t reflect.Type) reflect.Value {
	switch t {
	case reflect.TypeFor[Mailbox]():
		return reflect.ValueOf(defaultMailbox())
	case reflect.TypeFor[External]():
		return reflect.ValueOf(defaultExternal())
	}
	return reflect.Zero(t)
}

// shown makes a part of the file fit to be shown.
func shown(s string) string { return strict.Shown(s) }
