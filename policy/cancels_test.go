package policy

import "testing"

// An order to cancel is a no, but for whoever is asked whether to cancel something:
// that may as well be their yes, and is asked again. What an edit has made of a
// question takes nobody's no to it away.
func TestCancels(t *testing.T) {
	for _, tt := range []struct {
		name    string
		class   Class
		was     Class // for which the question asked
		answer  Answer
		reason  Code
		dispute bool
	}{
		{"order-to-cancel", PasswordChange, PasswordChange, Answer{Intent: No, Cancels: true}, CodeDenied, true},
		{"order-to-cancel-a-cancellation", Cancellation, Cancellation, Answer{Intent: No, Cancels: true}, CodeUnclearAnswer, false},
		{"of-which-nobody-knows-what-it-asked", Cancellation, "", Answer{Intent: No, Cancels: true}, CodeUnclearAnswer, false},
		{"no-to-a-cancellation", Cancellation, Cancellation, Answer{Intent: No}, CodeDenied, true},
		{"edited-to-a-cancellation", Cancellation, PasswordChange, Answer{Intent: No, Cancels: true}, CodeDenied, true},
		{"edited-to-something-else", PasswordChange, Cancellation, Answer{Intent: No, Cancels: true}, CodeDenied, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Ticket.Class, f.Answer = tt.class, tt.answer
			for i := range f.Binding.Heard {
				f.Binding.Heard[i].Class = tt.was
			}
			if d := Decide(f); d.Reason() != tt.reason || d.Denies() != tt.dispute {
				t.Errorf("Decide() = %s, denies %v; want %s, %v", d.Reason(), d.Denies(), tt.reason, tt.dispute)
			}
			n := question()
			if waits := MayBeNo(f.Evidence, f.Person, f.Ticket, n); !waits {
				t.Errorf("a message that waits and may be no plain yes holds nothing")
			}
		})
	}
}
