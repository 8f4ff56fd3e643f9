package config

import "path/filepath"

// Spool is the folder for bytes of messages, beside the store.
func (c Config) Spool() string { return filepath.Join(filepath.Dir(c.State), "spool") }

// Head is the file of the signed head of the audit log: beside the key file, so
// not in a backup of the state.
func (c Config) Head() string { return c.KeyFile + ".head" }
