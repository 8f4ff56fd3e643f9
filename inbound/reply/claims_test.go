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

// TestHowAsked: beside a yes, how, when and why its writer asked takes nothing away.
func TestHowAsked(t *testing.T) {
	for text, want := range map[string]policy.Intent{
		"Yes, I filled in the form on your site last night.\n\nJoan":  policy.Yes,
		"Yes, on Wednesday in the chat":                               policy.Yes,
		"yep, yesterday by phone, because I lost my phone. Thank you": policy.Yes,
		"Yes, on Wednesday":                             policy.Unclear, // which may be when it is wanted
		"Yes, on Wednesday please. I called yesterday.": policy.Unclear,
		"Yesterday by phone.":                           policy.Unclear, // says nothing alone
		"No, yesterday by phone.":                       policy.Unclear, // corrects something
		"Yes, I called about my invoice.":               policy.Unclear,
		"Yes, my boss called you yesterday.":            policy.Unclear,
	} {
		if got := intentOf(text).Intent; got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// TestOneAndAnother: a yes about one thing leaves open what is denied of another.
func TestOneAndAnother(t *testing.T) {
	for text, want := range map[string]policy.Intent{
		"The first one yes, but the second one I did not ask for.": policy.Unclear,
		"Yes, I got your mail, but I did not ask for this.":        policy.No,
		"Well yes, I saw it, but we did not ask for this.":         policy.No,
	} {
		if got := intentOf(text).Intent; got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}
