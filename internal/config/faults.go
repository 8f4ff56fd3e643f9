package config

import (
	"countersign/internal/exit"
	"countersign/internal/strict"
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
type Faults = strict.Faults
