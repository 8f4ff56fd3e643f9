package inbound

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/inbound/sender"
	"countersign/policy"
	"countersign/policy/classify"
)

// judged says of every message the same.
type judged policy.Sender

func (j judged) Check(context.Context, sender.Request) policy.Sender { return policy.Sender(j) }

// reads puts a reader of classes that counts in the place of the real one.
func reads(t *testing.T, r classify.Result) *[]classify.Text {
	t.Helper()
	var texts []classify.Text
	was := read
	read = func(text classify.Text) classify.Result { texts = append(texts, text); return r }
	t.Cleanup(func() { read = was })
	return &texts
}

// TestClassRead: the class is read once, of mail of which the desk wants to know it, and of no other.
func TestClassRead(t *testing.T) {
	const mail = "From: Ada <ada@north.example>\r\nTo: support@desk.example\r\nSubject: My login\r\n\r\nPlease reset it.\r\n\r\n> Shall we?\r\n\r\n-- \r\nCancellation Ltd\r\n"
	proved := policy.Sender{Result: policy.ResultPass, By: policy.ByDKIM}
	for _, tt := range []struct {
		name   string
		raw    string
		sender policy.Sender
		wanted bool
		want   int
	}{
		{"opens", mail, proved, true, 1},
		{"answers", mail, proved, false, 0},
		{"forged", mail, policy.Sender{Result: policy.ResultFail}, true, 0},
		{"weak", mail, policy.Sender{Result: policy.ResultPass, By: policy.BySPF}, true, 0},
		{"no-answer-of-dns", mail, policy.Sender{Result: policy.ResultTempError}, true, 0},
		{"machine", "Auto-Submitted: auto-replied\r\n" + mail, proved, true, 0},
		{"refused", "From: eve@evil.example\r\n" + mail, proved, true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			texts := reads(t, classify.Result{Class: policy.PasswordChange, Score: 0.9, Matches: []classify.Match{{Rule: "request: reset", Text: "Please reset it"}}})
			desk := machineDesk
			desk.Standing = func(policy.Evidence) (policy.Standing, bool) { return policy.Known, tt.wanted }
			e := Understand(context.Background(), judged(tt.sender), desk, []byte(tt.raw), time.Now())
			if len(*texts) != tt.want {
				t.Fatalf("read %d times, want %d", len(*texts), tt.want)
			}
			if tt.want == 0 {
				if e.Asks.Class != "" {
					t.Errorf("not read, and is %+v", e.Asks)
				}
				return
			}
			if got, want := (*texts)[0], (classify.Text{Subject: "My login", Own: "Please reset it.", Quoted: "Shall we?"}); got != want {
				t.Errorf("read of %+v, want %+v", got, want)
			}
			if a := e.Asks; a.Class != policy.PasswordChange || a.Score != 0.9 || len(a.Matches) != 1 || a.Matches[0].Text != "Please reset it" {
				t.Errorf("read %+v", a)
			}
		})
	}
}

// TestClassifyBounds: what is kept of what a class rests on is little, and no secret.
func TestClassifyBounds(t *testing.T) {
	const secret = "k3jq7wzp2mxa5nbrtyc6ldfhg4"
	r := classify.Result{Class: policy.DNSChange, Score: 7, Why: strings.Repeat("é", maxWhy)}
	for i := range 100 {
		r.Matches = append(r.Matches, classify.Match{Rule: fmt.Sprint("rule", i), Text: secret + strings.Repeat("é", 200)})
	}
	reads(t, r)
	a := Classify("Re: it", "text")
	if a.Score != 1 || len(a.Matches) != maxMatches || len(a.Matches[0].Text) > maxMatch || len(a.Why) > maxWhy {
		t.Errorf("kept %d matches, %d bytes in the first, score %v", len(a.Matches), len(a.Matches[0].Text), a.Score)
	}
	if strings.Contains(fmt.Sprint(a), secret) {
		t.Error("a secret of ours is kept")
	}
}

// TestClassBeside: whatever a mail shows to some of its readers and not to others, a
// request in it is no question that nobody is told to look at.
func TestClassBeside(t *testing.T) {
	const request, question, head = "Please reset the password of my mailbox.", "When is the office open?", "From: Ada <ada@north.example>\r\nTo: support@desk.example\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n"
	both := func(plain, html string) string {
		return head + "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + plain +
			"\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html + "\r\n--b--\r\n"
	}
	html := func(s string) string { return head + "Content-Type: text/html; charset=utf-8\r\n\r\n" + s + "\r\n" }
	for _, tt := range []struct {
		name, raw string
		class     policy.Class
		look      bool
	}{
		{"the-same", both(question, "<p>"+question+"</p>"), policy.Question, false},
		{"the-same-with-history", both(question+"\r\n\r\n> "+request, "<p>"+question+"</p><p>"+request+"</p>"), policy.Question, false},
		{"in-html-alone", both(question, "<p>"+request+"</p>"), policy.PasswordChange, true},
		{"in-text-alone", both(request, "<p>"+question+"</p>"), policy.PasswordChange, false},
		{"below-a-phone", head + "\r\n" + question + "\r\n\r\nSent from my iPhone\r\n\r\n" + request + "\r\n", policy.PasswordChange, true},
		{"behind-what-is-read", html("<p>" + question + "</p>" + strings.Repeat("<span style=\"color:#112233\"></span>\r\n", 9000) + "<p>" + request + "</p>"), policy.Question, true},
		{"hidden", html("<p>" + question + "</p><div style=\"display:none\">" + request + "</div>"), policy.Question, false},
		{"nothing-but-a-quote", head + "\r\n> " + request + "\r\n", policy.Question, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Understand(context.Background(), judged(policy.Sender{Result: policy.ResultPass, By: policy.ByDKIM}), machineDesk, []byte(tt.raw), time.Now())
			if a := e.Asks; a.Class != tt.class || a.Look != tt.look || a.Look && a.Sure() {
				t.Errorf("read %+v, want %s, look %v", a, tt.class, tt.look)
			}
		})
	}
}
