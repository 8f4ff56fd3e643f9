package tickets

import (
	"fmt"
)

// checkRequest demands of what an agent wrote that every notice can quote it
// whole: what the notice quoted is what is authorised.
func checkRequest(text string, fits func(string) error) error {
	err := checkText("request", text, MaxRequest)
	if err != nil || fits == nil {
		return err
	}
	if err := fits(text); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return nil
}

// firstWords gives as much of what a contact wrote as every notice can quote,
// and says so where that isn't all.
func (s *Store) firstWords(text string) string {
	words := excerpt(text, MaxRequest)
	for n := MaxRequest; n > 100 && s.opt.Fits != nil && s.opt.Fits(words) != nil; n -= n / 8 {
		words = excerpt(text, n)
	}
	return words
}
