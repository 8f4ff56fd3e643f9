package exit

import (
	"errors"
	"fmt"
	"testing"
)

func TestCode(t *testing.T) {
	denied := &Error{Code: NoPerm, Message: "sam may not do that", Try: "ask a lead"}
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"no-error", nil, OK},
		{"typed", denied, NoPerm},
		{"wrapped", fmt.Errorf("open ticket: %w", denied), NoPerm},
		{"untyped", errors.New("index out of range"), Software},
		{"typed-without-code", &Error{Message: "no code"}, Software},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Code(tt.err); got != tt.want {
				t.Errorf("Code(%v) = %d, want %d", tt.err, got, tt.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	cause := errors.New("permission denied")
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"message-and-try", &Error{Code: NoPerm, Message: "You may not.", Try: "ask a lead"}, "countersign: You may not.\nTry: ask a lead\n"},
		{"message-hides-cause", &Error{Message: "Can't read the file.", Err: cause}, "countersign: Can't read the file.\n"},
		{"cause-alone", &Error{Err: cause}, "countersign: permission denied\n"},
		{"plain", cause, "countersign: permission denied\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Text(tt.err); got != tt.want {
				t.Errorf("Text() = %q, want %q", got, tt.want)
			}
		})
	}
	if !errors.Is(&Error{Message: "m", Err: cause}, cause) {
		t.Error("an Error hides what lies beneath from errors.Is")
	}
}
