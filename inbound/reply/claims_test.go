package reply

import (
	"testing"

	"countersign/policy"
)

// TestClaims: that its writer asked is a yes where the line says nothing else.
func TestClaims(t *testing.T) {
	for text, want := range map[string]policy.Intent{
		"We asked for it this morning.":                            policy.Yes,
		"Yes please, we asked for it this morning.":                policy.Yes,
		"Correct, this came from our office.":                      policy.Yes,
		"I did indeed ask for this, thank you.":                    policy.Yes,
		"sure, it was me who wrote to you":                         policy.Yes,
		"It was me":                                                policy.Yes,
		"We asked for it, but not now.":                            policy.Unclear,
		"We asked for it last year.":                               policy.Unclear,
		"We asked for the other server.":                           policy.Unclear,
		"I asked for this?":                                        policy.Unclear,
		"Maybe it was me.":                                         policy.Unclear,
		"If we asked for it, do it.":                               policy.Unclear,
		"We asked for it to be moved next week.":                   policy.Unclear,
		"It was me who told you not to do it.":                     policy.Unclear,
		"We asked for it and you have not answered.":               policy.Unclear,
		"Yes, we asked for it.\nBut please wait.":                  policy.Unclear,
		"Yes, we asked for it.\nWhich server do you mean, though?": policy.Unclear,
		"We never asked for it.":                                   policy.No,
	} {
		if got := intentOf(text).Intent; got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}
