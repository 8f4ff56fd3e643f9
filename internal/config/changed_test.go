package config

import (
	"slices"
	"testing"
	"time"
)

func TestChanged(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
		want   []string
	}{
		{"nothing", func(*Config) {}, nil},
		{"top", func(c *Config) { c.Policy = "/p.toml" }, []string{"policy"}},
		{"in-a-section", func(c *Config) { c.SMTP.Server = "x:1"; c.SMTP.From.Name = "X" }, []string{"smtp.server", "smtp.from"}},
		{"list", func(c *Config) { c.Mailbox = append(c.Mailbox, Mailbox{}) }, []string{"mailbox"}},
		{"two", func(c *Config) { c.Limits.Keep = time.Hour; c.Proof.TokenClasses = nil }, []string{"proof.token_classes", "limits.keep"}},
	}
	for _, tt := range tests {
		c := Default("/etc/cs")
		tt.change(&c)
		if got := Changed(Default("/etc/cs"), c); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
