package tickets

import (
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// TestNoInTheirLanguage: who gives a contact another language makes no yes of what
// is none in the one they had, and no no goes unheard by it, until that has cooled.
func TestNoInTheirLanguage(t *testing.T) {
	speak := func(d *desk, languages ...string) {
		for _, l := range languages {
			check(t, d.kv.Update(func(tx kv.Tx) error {
				_, err := clients.Set(tx, "ada", clients.Change{Language: &l}, d.Now(), d.desk())
				return err
			}))
		}
	}
	unclear := policy.Answer{Intent: policy.Unclear}
	for _, tt := range []struct {
		name   string
		to     []string
		answer policy.Answer // of one who spoke cs before
		after  time.Duration
		want   string
	}{
		{"no-becomes-yes", []string{"el"}, unclear.But(policy.No, "cs").But(policy.Yes, "el"), 0, "denied"},
		{"no-becomes-yes-by-a-third", []string{"da", "el"}, unclear.But(policy.No, "cs").But(policy.Yes, "el"), 0, "denied"},
		{"no-becomes-unclear", []string{"pl"}, policy.Answer{Intent: policy.No}.But(policy.Unclear, "pl"), 0, "denied"},
		{"unclear-becomes-yes", []string{"pl"}, unclear.But(policy.Yes, "pl"), 0, "unclear_answer"},
		{"unclear-becomes-no", []string{"de"}, unclear.But(policy.No, "de"), 0, "denied"},
		{"yes-in-both", []string{"pl"}, policy.Answer{Intent: policy.Yes}, 0, "confirmed"},
		{"cooled", []string{"pl"}, unclear.But(policy.Yes, "pl"), 72 * time.Hour, "confirmed"},
		{"put-back", []string{"el", "cs"}, unclear.But(policy.No, "cs").But(policy.Yes, "el"), 0, "denied"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			d.contact(t, "ada", func(c *clients.Contact) { c.Language = "cs" })
			_, l := d.ask(t, ada, policy.PasswordChange)
			speak(d, tt.to...)
			d.turn(tt.after)
			e := d.reply(l, "")
			e.Answer = tt.answer
			wants(t, d.receive(t, e), tt.want)
		})
	}
}
