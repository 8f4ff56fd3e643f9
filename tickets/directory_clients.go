package tickets

import (
	"errors"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
)

// ErrNoClient reports a client that is not on file.
var ErrNoClient = clients.ErrNoClient

// ClientChange is what somebody wants to change of a client, or how a new one is.
type ClientChange struct {
	Client string `json:"client"` // its reference
	clients.ClientChange
	AllowAlike bool `json:"allow_alike,omitempty"` // it may look like another one
	DryRun     bool `json:"dry_run,omitempty"`
}

// ClientChanged is what became of it.
type ClientChanged struct {
	Client  clients.Client
	Warning string
}

// AddClient brings a client on file, which has no contacts yet.
func (d *Directory) AddClient(by By, in ClientChange) (ClientChanged, error) {
	return d.changeClient(by, "client add", in, clients.AddClient)
}

// SetClient changes a client. Its reference stays: tickets and contacts hold it.
func (d *Directory) SetClient(by By, in ClientChange) (ClientChanged, error) {
	return d.changeClient(by, "client set", in, clients.SetClient)
}

type clientWrite func(tx kv.Tx, id string, ch clients.ClientChange, allowAlike bool, now time.Time) (clients.Client, string, error)

func (d *Directory) changeClient(by By, why string, in ClientChange, write clientWrite) (out ClientChanged, err error) {
	fn := func(tx kv.Tx) (err error) {
		out.Client, out.Warning, err = write(tx, in.Client, in.ClientChange, in.AllowAlike, d.s.Now())
		return err
	}
	if in.DryRun {
		err = kv.DryRun(d.s.kv, fn)
	} else {
		err = d.write(by, why, fn)
	}
	if errors.Is(err, clients.ErrInvalid) {
		err = &InvalidError{err}
	}
	return out, err
}
