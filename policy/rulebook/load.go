package rulebook

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"countersign/internal/strict"
	"countersign/policy"
)

// Load reads the file of rules at path; an empty path is what is built in.
func Load(path string) (Book, []Problem) {
	if path == "" {
		return Builtin(), nil
	}
	whole := func(text string) (Book, []Problem) {
		return Book{}, []Problem{{File: path, Key: "policy", Text: text}}
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() { // a pipe would be opened for as long as nobody writes
		return whole("is not a file. Name the file of rules.")
	}
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return whole("there is no such file. Name the file of rules, or remove policy from countersign.toml; the built-in policy stands then.")
	case errors.Is(err, fs.ErrPermission):
		return whole("may not be read by this user. It holds no secret. Run: sudo chmod 644 " + path)
	case err != nil:
		return whole("can't be read: " + cause(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return whole("can't be read: " + cause(err))
	}
	return Read(path, text)
}

func cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// Stored gives the book of which the store kept the bytes.
func Stored(source string, text []byte) (Book, error) {
	if source == "" {
		return Builtin(), nil
	}
	b, problems := Read("policy.toml", text)
	if len(problems) > 0 { // it was without, when it came in force: the rules for files are stricter now
		return Book{}, strict.Faults(problems)
	}
	return b, nil
}

// Title is a class in words, as the book has it.
func (b Book) Title(c policy.Class) string { return b.Rules.Demand(c, policy.Matter{}).Words }
