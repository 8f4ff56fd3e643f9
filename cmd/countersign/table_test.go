package main

import (
	"strings"
	"testing"
)

// TestTable: columns stand in line whatever cells at the end of a row are empty.
func TestTable(t *testing.T) {
	var out strings.Builder
	must(t, table(&out, []string{"NAME", "ROLE", "TEAM", "USER"}, [][]string{{"lea", "lead", "", "lea"}, {"off", "agent", "", ""}, {"sam", "agent", "hosting", "sam"}}))
	want := "NAME  ROLE   TEAM     USER\nlea   lead            lea\noff   agent\nsam   agent  hosting  sam\n"
	if out.String() != want {
		t.Errorf("table:\n%swant:\n%s", out.String(), want)
	}
}
