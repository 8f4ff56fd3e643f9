package reply

import "testing"

// TestRefused: a no stays one before a question of its own or a farewell, and what
// asks whether it is one, or sets a condition, makes it none.
func TestRefused(t *testing.T) {
	for _, tt := range []struct{ language, text, want string }{
		{"en", "No!!! Who gave you my address?", "no"},
		{"en", "No, and where did you get my address?", "no"},
		{"en", "No. Best regards, Peter Lowe", "no"},
		{"en", "No? Who says that?", "unclear"},
		{"en", "No, or what?", "unclear"},
		{"en", "No problem, who does it?", "unclear"},
		{"de", "Nein!!! Wer macht sich da an meinem Konto zu schaffen??", "no"},
		{"de", "Nein, oder?", "unclear"},
		{"cs", "No, kdy to bude?", "unclear"}, // "well"
		{"en", "I asked for a quote but I did not ask for the work.", "unclear"},
		{"en", "I didn't want it deleted, only renamed.", "unclear"},
		{"en", "I'm not sure what this is but I did not order it.", "no"},
		{"sv", "Har ni fått det från oss så är det förfalskat, vi har inte skickat något.", "no"},
		{"ko", "저희는 요청한 적 없는데요?", "no"},
	} {
		if got := string(intentWith(tt.text, "", nil).For(tt.language)); got != tt.want {
			t.Errorf("%s: %q is %s, want %s", tt.language, tt.text, got, tt.want)
		}
	}
}
