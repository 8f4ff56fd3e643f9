package sender

import (
	"slices"
	"strings"
	"time"
)

// arrival is when the messages of the corpus arrive.
var arrival = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

const honest = "From: Ada Berg <ada@north.example>\r\n" +
	"To: Support <support@desk.example>\r\n" +
	"Subject: Re: [T-1042-7KQ3MX] Reset of a password\r\n" +
	"Date: Wed, 25 Nov 2026 11:59:00 +0000\r\n" +
	"Message-ID: <1@north.example>\r\n" +
	"In-Reply-To: <n1@desk.example>\r\n" +
	"MIME-Version: 1.0\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n" +
	"\r\n" +
	"YES\r\n\r\nAda  Berg\t \r\n> Is this you?\r\n\r\n"

// sample is a case being made: an honest message of a domain with p=reject and
// a good signature, of which each case spoils or changes one thing.
type sample struct {
	msg   string // before signing
	seals []seal // the last one stands on top
	after func(string) string
	zone  string
	want  want
}

type testCase struct {
	subject, name, why, raw, zone string
	want                          want
}

func (k *sample) sub(old, new string) {
	if !strings.Contains(k.msg, old) {
		panic("no " + old)
	}
	k.msg = strings.Replace(k.msg, old, new, 1)
}

// edit changes the signed message.
func (k *sample) edit(old, new string) {
	before := k.after
	k.after = func(s string) string {
		s = before(s)
		if !strings.Contains(s, old) {
			panic("no " + old)
		}
		return strings.Replace(s, old, new, 1)
	}
}

func (k *sample) prepend(fields string) {
	before := k.after
	k.after = func(s string) string { return fields + before(s) }
}

func (k *sample) key(value string) {
	k.zone = strings.Replace(k.zone, keyLine("north.example", "s1", "ed"), txtLine("s1._domainkey.north.example", value), 1)
}
func (k *sample) dmarc(value string) {
	k.zone = strings.Replace(k.zone, txtLine("_dmarc.north.example", "v=DMARC1; p=reject"), "", 1)
	if value != "" {
		k.zone += txtLine("_dmarc.north.example", value)
	}
}
func (k *sample) add(lines ...string) { k.zone += strings.Join(lines, "") }

func keyLine(domain, selector, key string) string {
	return txtLine(selector+"._domainkey."+domain, keyRecord(key, ""))
}

func (k *sample) ends(result, by, domain, dmarc, policy, reasons string) {
	k.want["result"], k.want["by"], k.want["domain"], k.want["dmarc"], k.want["policy"], k.want["reasons"] = result, by, domain, dmarc, policy, reasons
	if result != "pass" {
		delete(k.want, "covers")
	}
}
func (k *sample) fails(codes ...string) {
	k.ends("fail", "", "", "fail", "reject", strings.Join(append([]string{"dmarc_fail"}, codes...), " "))
}
func (k *sample) none(codes ...string) {
	k.ends("none", "", "", "none", "", strings.Join(append([]string{"not_aligned"}, codes...), " "))
}
func (k *sample) refused(code string) { k.ends("refused", "", "", "", "", code) }
func (k *sample) temp(dmarc, policy string) {
	k.ends("temperror", "", "", dmarc, policy, "dns_temperror")
}
func (k *sample) s() *seal { return &k.seals[0] }

// border puts the word of the border on top.
func (k *sample) border(results string) {
	k.want["authserv"] = "mx.desk.example"
	k.prepend("Authentication-Results: mx.desk.example; " + results + "\r\nReceived: from a by mx.desk.example; Wed, 25 Nov 2026 11:59:30 +0000\r\n")
}

var (
	list    []testCase
	subject string // of the cases that are being made
)

func add(name, why string, spoil func(k *sample)) {
	k := &sample{msg: honest, after: func(s string) string { return s },
		seals: []seal{{d: "north.example", t: arrival.Unix() - 60}},
		zone:  keyLine("north.example", "s1", "ed") + txtLine("_dmarc.north.example", "v=DMARC1; p=reject"),
		want: want{"at": arrival.Format(time.RFC3339), "result": "pass", "by": "dkim", "domain": "north.example", "dmarc": "pass",
			"policy": "reject", "covers": "from to subject date message-id"}}
	spoil(k)
	raw := k.msg
	for _, s := range k.seals {
		raw = sign(raw, s)
	}
	list = append(list, testCase{subject, name, why, k.after(raw), k.zone, k.want})
}

// cases makes all of them.
func cases() []testCase {
	list = nil
	for _, of := range []struct {
		subject string
		add     func()
	}{{"dkim", dkimCases}, {"key", keyCases}, {"change", changeCases}, {"dmarc", dmarcCases}, {"align", alignCases}, {"dns", dnsCases},
		{"border", borderCases}, {"from", fromCases}, {"arc", arcCases}, {"counted", countedCases}, {"arc", sealedCases}, {"key", domainKeyCases},
		{"arc", identityCases}, {"align", relatedCases}, {"border", identityResultCases}, {"border", borderFieldsCases}} {
		subject = of.subject
		of.add()
	}
	return slices.Clone(list)
}
