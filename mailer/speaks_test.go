package mailer

import (
	"testing"
	"text/template"
)

// TestSpeaks: a language is spoken where a letter would be written in it.
func TestSpeaks(t *testing.T) {
	c := composer(t)
	c.texts["pt-br"] = map[string]*template.Template{"confirm": c.texts["en"]["confirm"]}
	for language, want := range map[string]bool{"en": true, "EN": true, "en-GB": true, "pt-BR": true, "pt": false, "pt-PT": false, "de": false, "enm": false} {
		if got := c.Speaks(language); got != want {
			t.Errorf("Speaks(%q) = %v", language, got)
		}
	}
}
