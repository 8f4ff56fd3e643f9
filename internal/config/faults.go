package config

import (
	"strings"

	"countersign/internal/exit"
)

// Refusal gives the problems of a configuration as an error with an exit code,
// Faults beneath it; nil if there are none.
func Refusal(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	all := Faults(problems)
	return &exit.Error{Code: exit.Config, Reason: "config", Message: all.Error(), Try: "countersign check-config", Err: all}
}

// Faults are the problems of a configuration, as an error.
type Faults []Problem

func (f Faults) Error() string {
	var lines []string
	for _, p := range f {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}
