package tickets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
)

// ErrImporting says that one import runs already.
var ErrImporting = errors.New("another import is under way")

// Kinds of imports.
const (
	ImportClients  = "client"
	ImportContacts = "contact"
)

// dryRun is in the place of the id of what is only tried.
const dryRun = "dry run"

// Import is one import of a file. It counts as one step: until it has ended it is
// unfinished, and the same file under the same name goes on with it.
type Import struct {
	ID       string    `json:"import"`
	Kind     string    `json:"kind"`
	File     string    `json:"file"`
	Hash     string    `json:"sha256"` // of the file and of how it is imported
	Rows     int       `json:"rows"`
	By       By        `json:"by"` // who began it
	Begun    time.Time `json:"begun"`
	Ended    time.Time `json:"ended,omitzero"`
	Replaced string    `json:"replaced,omitempty"` // by another import of a file of that name
	Added    int       `json:"added"`
	Changed  int       `json:"changed"`
	Same     int       `json:"same"`
	Rejected int       `json:"rejected"`
}

// Unfinished reports whether part of the import is not written yet.
func (i Import) Unfinished() bool { return i.Ended.IsZero() && i.Replaced == "" }

// ImportFile is a file to import.
type ImportFile struct {
	Kind, Name string
	CSV        []byte
	DryRun     bool
	AllowMove  bool
	AllowAlike bool
	// AllowShared lets an address be of two contacts.
	AllowShared bool
}

// params is what makes an import the same as one that was cut off.
func (in ImportFile) params() []byte {
	p := fmt.Appendf(nil, "%s %v %v", in.Kind, in.AllowMove, in.AllowAlike)
	if in.AllowShared {
		p = append(p, " shared"...)
	}
	return append(append(p, '\n'), in.CSV...)
}

// Progress is how far an import is.
type Progress struct {
	Import string `json:"import,omitempty"`
	Row    int    `json:"row"`
	Rows   int    `json:"rows"`
}

// Import imports clients or contacts and tells step how far it is, first before
// anything is written. When ctx ends, when step fails or the store does, the
// import stays unfinished: what is written stays, and doing the same again
// brings the rest, as if it had not been interrupted.
func (d *Directory) Import(ctx context.Context, by By, in ImportFile, step func(Progress) error) (r clients.Report, err error) {
	read := clients.ReadContacts
	if in.Kind == ImportClients {
		read = clients.ReadClients
	}
	file, err := read(bytes.NewReader(in.CSV), in.Name)
	if err != nil {
		return r, err
	}
	if err := d.s.opt.Watch.check(); err != nil { //rule:6.5 no-import-by-a-wrong-clock TestClockHoldsNotices
		return r, err // what is dated years ago would not cool
	}
	if !d.importing.TryLock() {
		return r, ErrImporting
	}
	defer d.importing.Unlock()
	im := Import{Kind: in.Kind, File: oneLine(in.Name), Rows: file.Rows(), By: by, Begun: d.s.Now(), ID: dryRun,
		Hash: fmt.Sprintf("%x", sha256.Sum256(in.params()))}
	if !in.DryRun {
		if im, err = d.beginImport(by, im); err != nil {
			return r, err
		}
	}
	say := func(row int) error { return errors.Join(ctx.Err(), step(Progress{im.ID, row, im.Rows})) }
	if err := say(0); err != nil {
		return r, err
	}
	own, err := d.s.own()
	if err != nil {
		return r, err
	}
	r, err = file.Import(people{d, by, im.why()}, clients.ImportOptions{DryRun: in.DryRun, AllowMove: in.AllowMove, AllowAlike: in.AllowAlike, AllowShared: in.AllowShared,
		Import: im.ID, By: im.why(), Begun: im.Begun, Now: d.s.Now(), Step: say, Desk: d.s.desk(), Ticketed: ticketed, Stopped: bound,
		Speaks: d.s.opt.Speaks, Changed: d.s.importedBy(im),
		Warn: func(r kv.Reader, c clients.Contact) ([]clients.Warning, error) {
			return d.s.warningsOf(r, c, own, true)
		}})
	if err != nil || in.DryRun {
		return r, err
	}
	im.Added, im.Changed, im.Same, im.Rejected = r.Added, r.Changed, r.Same, len(r.Rejected)
	return r, d.endImport(by, im)
}

func (i Import) why() string { return fmt.Sprintf("%s import %s of %s", i.Kind, i.ID, i.File) }
func (i Import) key() string { return kv.Numbered(importPrefix, i.ID) }
func (i Import) mark() string {
	return fmt.Sprintf("%s%s/%x", importingPrefix, i.Kind, sha256.Sum256([]byte(i.File)))
}

// beginImport gives the unfinished import of that very file, or begins one, in
// the place of one of another file of that name.
func (d *Directory) beginImport(by By, next Import) (im Import, err error) {
	err = d.write(by, next.Kind+" import of "+next.File, func(tx kv.Tx) error {
		id, err := tx.Get(next.mark())
		if err != nil {
			return err
		}
		old, ok, err := kv.Load[Import](tx, Import{ID: string(id)}.key())
		if err != nil {
			return err
		}
		if im = old; ok && old.Hash == next.Hash { //rule:6.16 import-goes-on TestImportCutOff
			return nil
		}
		n, err := kv.Counter(tx, importCounter)
		if err != nil {
			return err
		}
		im = next
		im.ID = fmt.Sprintf("i-%d", n)
		if ok {
			old.Replaced = im.ID
			if err := kv.Save(tx, old.key(), old); err != nil {
				return err
			}
		}
		return errors.Join(kv.Save(tx, im.key(), im), tx.Put(im.mark(), []byte(im.ID)))
	})
	return im, err
}

func (d *Directory) endImport(by By, im Import) error {
	im.Ended = d.s.Now()
	return d.write(by, im.why(), func(tx kv.Tx) error {
		return errors.Join(kv.Save(tx, im.key(), im), tx.Delete(im.mark()))
	})
}

// Imports calls fn for every import, in their order.
func (d *Directory) Imports(fn func(Import) error) error { return kv.Pages(d.s.kv, importPrefix, fn) }

// people is the directory as an import sees it.
type people struct {
	directory *Directory
	by        By
	why       string
}

func (p people) View(fn func(kv.View) error) error { return p.directory.s.kv.View(fn) }
func (p people) UpdateAll(fns []func(kv.Tx) error) error {
	return p.directory.write(p.by, p.why, fns...)
}
