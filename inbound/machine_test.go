package inbound

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/inbound/reply"
	"countersign/internal/rawmail"
)

// A returned notice, as a server's report holds it, and the secret of its return path.
const (
	returnPath = "k3jq7wzp2mxa5nbrtyc6ldfhg4"
	daemon     = "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.customer.example>\r\nTo: support+b-" + returnPath + "@desk.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
	reportType = "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n"
	status     = "--b\r\n\r\nIt was not delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\nFinal-Recipient: rfc822; ada@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
	returned   = "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: support@desk.example\r\n"
)

var machineDesk = Desk{Own: reply.Own{Address: "support@desk.example", ReplyAddress: "support+{token}@desk.example"}, Limits: rawmail.DefaultLimits()}

// TestMangledMachine: whatever is odd in a machine's mail, and in what it
// returns, it is a machine's. Of a bounce it is known whose notice came back.
func TestMangledMachine(t *testing.T) {
	away := "From: Ada <ada@customer.example>\r\nTo: support@desk.example\r\nSubject: Automatic reply: x\r\nAuto-Submitted: auto-replied\r\n"
	l := machineDesk.Limits
	for name, c := range map[string]struct{ raw, kind string }{
		"returned-type-twice":         {daemon + reportType + "\r\n" + status + returned + "Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nx\r\n--b--\r\n", "bounce"},
		"returned-without-boundary":   {daemon + reportType + "\r\n" + status + returned + "Content-Type: multipart/alternative\r\n\r\nx\r\n--b--\r\n", "bounce"},
		"returned-cut-in-a-type":      {daemon + reportType + "\r\n" + status + returned + "Content-Type: multipart/alternative;\r\n boundary=\"=_", "bounce"},
		"returned-charset-twice":      {daemon + reportType + "\r\n" + status + returned + "Content-Type: text/plain; charset=utf-8; charset=latin1\r\n\r\nx\r\n--b--\r\n", "bounce"},
		"returned-type-behind-blanks": {daemon + reportType + "\r\n" + status + returned + "Subject: x\r\n \r\nContent-Type: text/html\r\n\r\nx\r\n--b--\r\n", "bounce"},
		"returned-too-deep":           {daemon + reportType + "\r\n" + status + strings.Repeat("--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n", 1) + strings.Repeat("Content-Type: message/rfc822\r\n\r\n", l.Depth+1), "bounce"},
		"returned-many-parts":         {daemon + reportType + "\r\n" + status + strings.Repeat("--b\r\n\r\nx\r\n", l.Parts+1), "bounce"},
		"text-in-utf-7":               {daemon + reportType + "\r\n--b\r\nContent-Type: text/plain; charset=utf-7\r\n\r\nNo+AC0-\r\n" + status, "bounce"},
		"subject-twice":               {"Subject: again\r\n" + daemon + reportType + "\r\n" + status, "bounce"},
		"to-twice-and-no-from":        {"Return-Path: <>\r\nTo: a@desk.example\r\nTo: support+b-" + returnPath + "@desk.example\r\n" + reportType + "\r\n" + status, "bounce"},
		"header-line-too-long":        {daemon + reportType + "X-Trace: " + strings.Repeat("x", l.LineBytes) + "\r\n\r\n" + status, "bounce"},
		"header-line-broken":          {daemon + reportType + "no field\r\n\r\n" + status, "bounce"},
		"no-report-type":              {"From: Server <smtp@mx.customer.example>\r\nTo: support+b-" + returnPath + "@desk.example\r\nSubject: Your mail\r\nContent-Type: multipart/report; boundary=b; boundary=c\r\n\r\n" + status, "bounce"},
		"no-return-path":              {daemon[strings.Index(daemon, "From"):] + "Content-Type: multipart/mixed\r\n\r\nHi. This is the qmail-send program.\r\n", "bounce"},
		"qmail":                       {daemon + "Content-Type: multipart/mixed\r\n\r\nHi. This is the qmail-send program.\r\n", "bounce"},
		"receipt":                     {strings.Replace(daemon, "Undelivered Mail Returned to Sender", "Read: x", 1) + "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n" + returned + "Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nx\r\n--b--\r\n", "receipt"},
		"complaint":                   {"From: fbl@provider.example\r\nTo: support@desk.example\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n" + returned + "Content-Type: multipart/mixed\r\n\r\nx\r\n--b--\r\n", "auto-reply"},
		"vacation":                    {away + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nI am away.\r\n" + returned + "Content-Type: multipart/mixed\r\n\r\nx\r\n--b--\r\n", "auto-reply"},
		"vacation-in-utf-7":           {away + "Content-Type: text/plain; charset=utf-7\r\n\r\nI am away.\r\n", "auto-reply"},
		"vacation-with-two-dates":     {away + "Date: x\r\nDate: y\r\n\r\nI am away.\r\n", "auto-reply"},
		"null-path":                   {"Return-Path: <>\r\nFrom: app@customer.example\r\nSubject: x\r\nSubject: y\r\n\r\nDone.\r\n", "auto-reply"},
	} {
		e := Understand(context.Background(), nobody{}, machineDesk, []byte(c.raw), time.Now())
		if string(e.Kind) != c.kind || len(e.Refusals) > 0 || e.Carried != nil {
			t.Errorf("%s: %s, refused for %v, want %s", name, e.Kind, e.Refusals, c.kind)
		}
		if c.kind == "bounce" && !slices.Contains(e.Bounce.ReturnPaths, returnPath) {
			t.Errorf("%s: %+v names no return path", name, e.Bounce)
		}
		if strings.Contains(c.raw, "Status: 5.1.1") && e.Bounce.Status != "5.1.1" {
			t.Errorf("%s: %+v has no status", name, e.Bounce)
		}
	}
}

// TestMangledPerson: what may be a person's is refused as before, whatever lists
// and vendors' programs put into its header or it says of itself.
func TestMangledPerson(t *testing.T) {
	ada := "From: Ada <ada@customer.example>\r\nTo: support+" + returnPath + "@desk.example\r\nReturn-Path: <ada@customer.example>\r\n"
	const mangled = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nNo, I did not request this.\r\n" + returned + "Content-Type: multipart/mixed\r\n\r\nx\r\n--b--\r\n"
	for name, header := range map[string]string{
		"nothing": "", "a-list": "List-Id: <talk.list.example>\r\n", "precedence": "Precedence: bulk\r\n", "sent-on": "Resent-From: x@list.example\r\n", "vendor": "X-Autoreply: yes\r\n",
		"subject": "Subject: Automatic reply: x\r\n", "suppress": "X-Auto-Response-Suppress: All\r\n", "says-no": "Auto-Submitted: no\r\n", "our-address": "X-From: support@desk.example\r\nSender: support@desk.example\r\n",
	} {
		e := Understand(context.Background(), nobody{}, machineDesk, []byte(ada+header+mangled), time.Now())
		if len(e.Refusals) == 0 || !slices.Contains(e.Carried, returnPath) {
			t.Errorf("%s: %s, refused for %v, carries %v", name, e.Kind, e.Refusals, e.Carried)
		}
	}
	// The report is only a file of the person's mail.
	raw := ada + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nNo.\r\n--b\r\nContent-Type: message/delivery-status\r\nContent-Disposition: attachment\r\n\r\nAction: failed\r\n--b\r\nContent-Type: text/plain\r\nContent-Type: text/html\r\n\r\n--b--\r\n"
	if e := Understand(context.Background(), nobody{}, machineDesk, []byte(raw), time.Now()); len(e.Refusals) == 0 {
		t.Errorf("an attached report: %s", e.Kind)
	}
}

// TestMangledMachineBound: what is over a limit is not read further for the sake
// of its kind.
func TestMangledMachineBound(t *testing.T) {
	for name, body := range map[string]string{
		"parts": "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n", 3<<20),
		"depth": strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 400<<10),
	} {
		start := time.Now()
		e := Understand(context.Background(), nobody{}, machineDesk, []byte("From: app@customer.example\r\nAuto-Submitted: auto-generated\r\n"+body), time.Now())
		if took := time.Since(start); e.Kind != "auto-reply" || took > time.Minute {
			t.Errorf("%s: %s after %s", name, e.Kind, took)
		}
	}
}
