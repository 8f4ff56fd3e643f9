package clients_test

import (
	"slices"
	"testing"

	"countersign/clients"
	"countersign/internal/kv"
)

// TestLanguages: a language in which we have no texts is warned of once, at the
// first line that is taken with it.
func TestLanguages(t *testing.T) {
	csv := header + "north,,a@north.example,,,,en\nnorth,,b@north.example,,boss,,de\nnorth,,c@north.example,,,,de\n" +
		"north,,d@north.example,,,,DE\nnorth,,e@north.example,,,,\nnorth,,f@north.example,,,,pt-BR\n"
	english := func(o *clients.ImportOptions) { o.Speaks = func(l string) bool { return l == "en" } }
	s := kv.Memory()
	want := []clients.Problem{{Line: 4, Column: "language", Text: `there are no texts in "de" yet: mail goes out in English`},
		{Line: 7, Column: "language", Text: `there are no texts in "pt-BR" yet: mail goes out in English`}}
	for _, how := range []func(*clients.ImportOptions){dryRun, later, later} {
		if r := contacts(t, s, csv, english, how); !slices.Equal(r.Warnings, want) || len(r.Rejected) != 1 {
			t.Errorf("%+v, rejected %v", r.Warnings, r.Rejected)
		}
	}
	if r := contacts(t, s, csv, later); len(r.Warnings) > 0 {
		t.Errorf("where every language is known: %+v", r.Warnings)
	}
}
