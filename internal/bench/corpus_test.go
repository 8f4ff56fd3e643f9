package bench

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"countersign/policy"
)

// person is a contact who will answer. All about them follows from the seed and
// their number, but for the tokens of our notices, the signatures and the time.
type person struct {
	n                int
	name, domain     string
	tongue           tongue
	subject, request string // that we ask about
	own              string // the first line of the answer
	says             policy.Intent
	size             int // of the answer without its attachment, about
	attach           int // bytes of the attachment as it is sent, 0: none
	random           *rand.Rand
}

func (p *person) address() string {
	return fmt.Sprintf("%s%d@%s", strings.ToLower(strings.NewReplacer("ö", "o", "ë", "e").Replace(strings.Fields(p.name)[0])), p.n, p.domain)
}

// newPerson makes the nth person, of one of so many domains: of a hundred 90 say
// yes, 4 no and 6 something else, and 10 attach something.
func newPerson(seed uint64, n, of int) *person {
	random := rand.New(rand.NewPCG(seed, uint64(n)))
	p := &person{n: n, random: random, name: pick(random, firsts) + " " + pick(random, lasts), domain: domains[n%of] + ".example", tongue: pick(random, tongues),
		size: 14<<10 + random.IntN(24<<10), subject: fmt.Sprintf("Reset SFTP password for web-%d", 1+random.IntN(90))}
	p.request = p.sentences(2+random.IntN(6), "\n")
	switch n % 50 {
	case 7, 31:
		p.says, p.own = policy.No, pick(random, p.tongue.no)
	case 3, 19, 42:
		p.says, p.own = policy.Unclear, pick(random, p.tongue.unclear)
	default:
		p.says, p.own = policy.Yes, pick(random, p.tongue.yes)
	}
	if n%10 == 5 {
		p.attach = 50_000 + random.IntN(2_000_000-50_000)
	}
	return p
}

// outlook reports whether the person's program is Outlook; the others have Gmail.
func (p *person) outlook() bool { return p.n%5 < 3 }

// sentences are so many of those in which people write of such things, a line each.
func (p *person) sentences(n int, end string) string {
	var b strings.Builder
	for range n {
		b.WriteString(pick(p.random, asked) + end)
	}
	return b.String()
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

// answer is the person's reply to a notice of ours, unsigned: by Outlook or by
// Gmail, as text and as HTML, with a logo, and maybe with a document.
func (p *person) answer(notice []byte, at time.Time) ([]byte, error) {
	m, err := readNotice(notice)
	if err != nil {
		return nil, err
	}
	outlook := p.outlook()
	from := mail.Address{Name: p.name, Address: p.address()}
	m.text += p.earlier()
	text, html := p.byGmail(m)
	re, charset := "Re: ", "utf-8"
	if outlook {
		text, html = p.byOutlook(m)
		re = p.tongue.re
		if p.n%2 == 0 {
			charset = p.tongue.charset
		}
	}
	var head strings.Builder
	fmt.Fprintf(&head, "From: %s\r\nTo: %s\r\nSubject: %s%s\r\nDate: %s\r\nMessage-ID: <%016x.%d@mail.%s>\r\nIn-Reply-To: %s\r\nReferences: %[9]s\r\nMIME-Version: 1.0\r\n",
		&from, m.replyTo, re, m.subject, at.Format(time.RFC1123Z), p.random.Uint64(), p.n, p.domain, m.id)
	p.furniture(&head, outlook)

	alternative := multi{kind: "alternative", boundary: p.boundary()}
	if err := alternative.text("text/plain", charset, outlook, text); err != nil {
		return nil, err
	}
	if err := alternative.text("text/html", charset, outlook, html); err != nil {
		return nil, err
	}
	whole := &multi{kind: "related", boundary: p.boundary()}
	whole.nest(&alternative)
	logo := max(800, p.size-head.Len()-whole.body.Len())
	whole.bytes("image/png", `inline; filename="logo.png"`, p.noise(logo*57/78)) // 57 bytes make a line of 78, with CR and LF
	if p.attach > 0 {
		mixed := &multi{kind: "mixed", boundary: p.boundary()}
		mixed.nest(whole)
		mixed.bytes("application/pdf", `attachment; filename="document.pdf"`, p.noise(p.attach*57/78))
		whole = mixed
	}
	return append([]byte(head.String()+"Content-Type: "+whole.contentType()+"\r\n\r\n"), whole.end()...), nil
}

// furniture is what servers of the sender's add to the header, unsigned.
func (p *person) furniture(head *strings.Builder, outlook bool) {
	blob := func(name string, size int) {
		head.WriteString(name + ":")
		for range size / 54 {
			head.WriteString("\r\n " + base64Of(p.noise(54)))
		}
		head.WriteString("\r\n")
	}
	if !outlook {
		blob("X-Google-DKIM-Signature", 400)
		blob("X-Gm-Message-State", 220)
		blob("X-Google-Smtp-Source", 60)
		return
	}
	fmt.Fprintf(head, "Thread-Topic: %s\r\nThread-Index: %s\r\nAccept-Language: %s, en-US\r\nContent-Language: %[3]s\r\n", p.subject, base64Of(p.noise(27)), p.tongue.code)
	head.WriteString("X-MS-Has-Attach: yes\r\nX-MS-TNEF-Correlator:\r\nX-MS-Exchange-MessageSentRepresentingType: 1\r\nX-MS-PublicTrafficType: Email\r\n")
	blob("X-MS-TrafficTypeDiagnostic", 110)
	blob("X-Microsoft-Antispam", 220)
	blob("X-Microsoft-Antispam-Message-Info", 1400)
	blob("X-MS-Exchange-AntiSpam-MessageData-0", 900)
}

// received are the fields of the way, which stand above the signature.
func (p *person) received(at time.Time) string {
	var b strings.Builder
	for i, hop := range []string{"mx.desk.example", "out." + p.domain, "relay." + p.domain} {
		fmt.Fprintf(&b, "Received: from hop%d.%s (hop%[1]d.%[2]s [192.0.2.%d])\r\n\tby %s with ESMTPS id %08x\r\n\tfor <support@desk.example>; %s\r\n",
			i, p.domain, 10+i, hop, p.random.Uint32(), at.Format(time.RFC1123Z))
	}
	return b.String()
}

func (p *person) noise(n int) []byte {
	b := make([]byte, n+8)
	for i := 0; i < n; i += 8 {
		for k, v := 0, p.random.Uint64(); k < 8; k, v = k+1, v>>8 {
			b[i+k] = byte(v)
		}
	}
	return b[:n]
}

func (p *person) boundary() string { return fmt.Sprintf("_%03d_%032x_", p.n%1000, p.noise(16)) }

// multi is a multipart that grows.
type multi struct {
	kind, boundary string
	body           bytes.Buffer
	w              *multipart.Writer
}

func (m *multi) contentType() string {
	return "multipart/" + m.kind + ";\r\n\tboundary=\"" + m.boundary + `"`
}

func (m *multi) part(kind, encoding, disposition string, body []byte) {
	if m.w == nil {
		m.w = multipart.NewWriter(&m.body)
		_ = m.w.SetBoundary(m.boundary) // which we made
	}
	h := textproto.MIMEHeader{"Content-Type": {kind}}
	if encoding != "" {
		h.Set("Content-Transfer-Encoding", encoding)
	}
	if disposition != "" {
		h.Set("Content-Disposition", disposition)
	}
	part, _ := m.w.CreatePart(h) // into memory
	_, _ = part.Write(body)
}

func (m *multi) nest(in *multi) { m.part(in.contentType(), "", "", in.end()) }

func (m *multi) bytes(kind, disposition string, b []byte) {
	m.part(kind, "base64", disposition, lines64(b))
}

func (m *multi) end() []byte {
	_ = m.w.Close()
	return m.body.Bytes()
}

// text adds text as mail programs encode it: Outlook in base64 where it is
// UTF-8 or a charset of seven bits, all else quoted-printable.
func (m *multi) text(kind, charset string, outlook bool, text string) error {
	encoded, charset, err := inCharset(charset, text)
	if err != nil {
		return err
	}
	kind += `; charset="` + charset + `"`
	if outlook && !strings.HasPrefix(charset, "iso-8859") {
		m.part(kind, "base64", "", lines64(encoded))
		return nil
	}
	m.part(kind, "quoted-printable", "", quotedPrintable(encoded))
	return nil
}
