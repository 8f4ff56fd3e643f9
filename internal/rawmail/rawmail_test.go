package rawmail

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"
	"testing"

	"github.com/emersion/go-message"
)

// plain is a message that deserves to be read.
const plain = "Received: from a by b; Wed, 25 Nov 2026 12:00:00 +0000\r\nFrom: Ada Berg <ada@north.example>\r\nTo: support@desk.example\r\n" +
	"Subject: Re: hello\r\n\tfolded\r\nMessage-ID: <1@north.example>\r\n\r\nYES\r\n"

func swap(old, new string) string { return strings.Replace(plain, old, new, 1) }

func nested(depth int) string {
	var b strings.Builder
	b.WriteString("From: ada@north.example\r\n")
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	return b.String() + "\r\nYES\r\n"
}

func parts(n int) string {
	return "From: ada@north.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", n) + "--b--\r\n"
}

// part is a message with one part, which begins with that header.
func part(header string) string {
	return "From: ada@north.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + header + "\r\n\r\nx\r\n--b--\r\n"
}

// headerOf is a message with a header of so many bytes, its empty line apart.
func headerOf(size int) string {
	header := "From: ada@north.example\r\n"
	for size-len(header) > 2000 {
		header += "X: " + strings.Repeat("y", 995) + "\r\n"
	}
	return header + "X: " + strings.Repeat("y", size-len(header)-5) + "\r\n\r\nYES\r\n"
}

// Each row spoils one thing of a message that deserves to be read.
func TestScan(t *testing.T) {
	l := DefaultLimits()
	tests := []struct{ name, raw, want string }{
		{"good", plain, ""},
		{"no-body", strings.TrimSuffix(plain, "\r\nYES\r\n"), ""},
		{"eight-bit-name", swap("Ada Berg", "Ad\xc3\xa4 B\xe9rg"), ""},
		{"empty", "", "bad_from"},
		{"two-from", swap("To: ", "From: eve@evil.example\r\nTo: "), "duplicate_from"},
		{"two-from-other-case", swap("To: ", "FROM: eve@evil.example\r\nTo: "), "duplicate_from"},
		{"no-from", swap("From: Ada Berg <ada@north.example>\r\n", ""), "bad_from"},
		{"two-subjects", swap("To: ", "Subject: x\r\nTo: "), "duplicate_field"},
		{"two-to", swap("To: ", "To: x@desk.example\r\nTo: "), "duplicate_field"},
		{"mime-version-twice-the-same", swap("To: ", "MIME-Version: 1.0\r\nMIME-Version: 1.0\r\nTo: "), ""},
		{"mime-version-twice-another", swap("To: ", "MIME-Version: 1.0\r\nMIME-Version: 2.0\r\nTo: "), "duplicate_field"},
		{"two-references", swap("To: ", "References: <a@b>\r\nReferences: <c@d>\r\nTo: "), "duplicate_field"},
		{"two-content-types", swap("To: ", "Content-Type: text/plain\r\nContent-Type: text/html\r\nTo: "), "duplicate_field"},
		{"blank-before-colon", swap("From: ", "From : "), "ambiguous_header"},
		{"blank-first", " " + plain, "ambiguous_header"},
		{"line-without-colon", swap("To: ", "nonsense\r\nTo: "), "ambiguous_header"},
		{"mbox-from-line", "From ada@north.example Wed Nov 25\r\n" + plain, "ambiguous_header"},
		{"empty-name", swap("To: ", ": x\r\nTo: "), "ambiguous_header"},
		{"bare-lf", swap("\r\nTo: ", "\nTo: "), "ambiguous_header"},
		{"bare-cr", swap("Subject: Re", "Subject: \rRe"), "ambiguous_header"},
		{"nul", swap("hello", "hel\x00lo"), "ambiguous_header"},
		{"eight-bit-field-name", swap("Subject", "Subj\xe9ct"), "ambiguous_header"},
		{"fold-of-blanks", swap("\r\n\tfolded", "\r\n \r\n\tfolded"), "ambiguous_header"},
		{"header-does-not-end", "From: ada@north.example", "ambiguous_header"},

		{"line-at-limit", swap("hello", strings.Repeat("x", l.LineBytes-len("Subject: Re: \r"))), ""},
		{"line-over-limit", swap("hello", strings.Repeat("x", l.LineBytes-len("Subject: Re: \r")+1)), "line_too_long"},
		{"fields-at-limit", strings.Repeat("X: y\r\n", l.Fields-5) + plain, ""},
		{"fields-over-limit", strings.Repeat("X: y\r\n", l.Fields-4) + plain, "too_many_fields"},
		{"header-over-limit", strings.Repeat("X: "+strings.Repeat("y", 9000)+"\r\n", 30) + plain, "header_too_large"},
		{"fold-over-limit", swap("folded", "x"+strings.Repeat("\r\n "+strings.Repeat("y", 9000), 30)), "header_too_large"},
		{"depth-at-limit", nested(l.Depth), ""},
		{"depth-over-limit", nested(l.Depth + 1), "too_deep"},
		{"rfc822-over-limit", "From: ada@north.example\r\n" + strings.Repeat("Content-Type: message/rfc822\r\n\r\n", l.Depth+1), "too_deep"},
		{"parts-at-limit", parts(l.Parts), ""},
		{"parts-over-limit", parts(l.Parts + 1), "too_many_parts"},
		{"two-boundaries", swap("To: ", "Content-Type: multipart/mixed; boundary=a; boundary=b\r\nTo: "), "ambiguous_mime"},
		{"boundary-in-two-forms", swap("To: ", "Content-Type: multipart/mixed; boundary=a; boundary*=us-ascii''b\r\nTo: "), "ambiguous_mime"},
		{"two-charsets", swap("To: ", "Content-Type: text/plain; charset=utf-8; charset=utf-7\r\nTo: "), "ambiguous_mime"},
		{"charset-in-two-forms", swap("To: ", "Content-Type: text/plain; charset=utf-8; charset*=us-ascii''utf-7\r\nTo: "), "ambiguous_mime"},
		{"one-charset-twice", swap("To: ", "Content-Type: text/plain; charset=utf-8; format=flowed; charset=UTF-8\r\nTo: "), ""},
		{"boundary-in-another-form", swap("To: ", "Content-Type: multipart/mixed; boundary*=us-ascii''b\r\nTo: "), "ambiguous_mime"},
		{"boundary-ends-with-blank", swap("To: ", "Content-Type: multipart/mixed; boundary=\"b \"\r\nTo: "), "ambiguous_mime"},
		{"boundary-with-backslash", swap("To: ", "Content-Type: multipart/mixed; boundary=\"a\\b\"\r\nTo: "), "ambiguous_mime"},
		{"boundary-with-tab", swap("To: ", "Content-Type: multipart/mixed; boundary=\vb\r\nTo: "), "ambiguous_mime"},
		{"boundary-of-odd-characters", swap("To: ", "Content-Type: multipart/mixed; boundary=\"=_{1}?a b:'()+,./\"\r\nTo: "), ""},
		{"part-blank-line-before-type", part("Subject: x\r\n \t\r\nContent-Type: multipart/mixed; boundary=c"), "ambiguous_mime"},
		{"part-blank-line-within-type", part("Content-Type:\r\n \r\n multipart/mixed; boundary=c"), "ambiguous_mime"},
		{"part-blank-line-behind-type", part("Content-Type: text/plain\r\n \r\nSubject: x"), ""},
		{"part-two-blank-lines", part("Content-Type: text/plain\r\n \r\n \r\n\r\nContent-Type: multipart/mixed"), ""},
		{"part-two-types", part("Content-Type: text/plain\r\ncontent-type : text/html"), "ambiguous_mime"},
		{"part-folded-type", part("Content-Type: multipart/mixed;\r\n\tboundary=c; boundary=d"), "ambiguous_mime"},
		{"part-folded-other-field", part("Content-Type: text/plain\r\nSubject: a\r\n\t; charset=a; charset=b"), ""},
		{"part-type-at-limit", part("Content-Type: " + strings.Repeat("x", l.LineBytes-1)), ""},
		{"part-type-over-limit", part("Content-Type: " + strings.Repeat("x", l.LineBytes)), "ambiguous_mime"},
		{"part-type-over-limit-by-folds", part("Content-Type: x" + strings.Repeat("\r\n yz", l.LineBytes/3)), "ambiguous_mime"},
		{"part-behind-the-end", "From: a@b.example\r\n" + strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--b--\r\n--b\r\n", 1) + strings.Repeat("--b\r\n", l.Parts), ""},
		{"inner-parts-behind-an-outer-boundary", nested(3) + "--b0\r\n" + strings.Repeat("--b2\r\n\r\n", l.Parts), ""},
		{"quoted-boundary", "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=\"b;c\"\r\n\r\n" + strings.Repeat("--b;c\r\n\r\n", l.Parts+1), "too_many_parts"},
		{"types-in-capitals", strings.ToUpper(nested(l.Depth + 1)), "too_deep"},
		{"header-at-limit", headerOf(l.HeaderBytes), ""},
		{"header-one-byte-over-limit", headerOf(l.HeaderBytes + 1), "header_too_large"},
		{"no-boundary", swap("To: ", "Content-Type: multipart/mixed\r\nTo: "), "ambiguous_mime"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, reasons := Scan([]byte(tt.raw), l)
			got := ""
			if len(reasons) > 0 {
				got = string(reasons[0].Code)
			}
			if got != tt.want {
				t.Errorf("Scan() refuses with %v, want %q", reasons, tt.want)
			}
		})
	}
	l.Size = int64(len(plain))
	if _, r := Scan([]byte(plain), l); len(r) > 0 {
		t.Errorf("at the size limit: %v", r)
	}
	if _, r := Scan([]byte(plain+"x"), l); len(r) != 1 || r[0].Code != "too_large" {
		t.Errorf("over the size limit: %v", r)
	}
}

func TestScanSingle(t *testing.T) {
	for _, key := range []string{"from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
		"content-type", "content-transfer-encoding", "mime-version"} {
		want := "duplicate_field"
		if key == "from" {
			want = "duplicate_from"
		}
		raw := fmt.Sprintf("From: ada@north.example\r\nX: y\r\n%s: a\r\n%s: b\r\n\r\n", key, strings.ToUpper(key))
		if _, reasons := Scan([]byte(raw), DefaultLimits()); len(reasons) == 0 || string(reasons[0].Code) != want {
			t.Errorf("two %s: %v, want %s", key, reasons, want)
		}
	}
	two := &Message{Fields: []Field{{Key: "from", Value: "ada@north.example"}, {Key: "from", Value: "ada@north.example"}}}
	if from, bad := two.From(); bad == nil {
		t.Errorf("From() of two fields, not scanned = %q", from)
	}
}

// TestScanStops: of a field that is over the bound nothing is read.
func TestScanStops(t *testing.T) {
	m, reasons := Scan([]byte("From: ada@north.example\r\nX: a"+strings.Repeat("\r\n "+strings.Repeat("b", 998), 1000)+"\r\n\r\n"), DefaultLimits())
	if len(reasons) != 1 || len(m.Fields) != 1 {
		t.Errorf("%d fields, %v, want From alone", len(m.Fields), reasons)
	}
}

func TestCanonical(t *testing.T) {
	label := strings.Repeat("x", 63)
	long := label + "." + label + "." + label
	tests := []struct{ name, addr, want string }{
		{"plain", "Ada.Berg+x@North.example", "ada.berg+x@north.example"},
		{"all-characters", "!#$%&'*+-/=?^_`{|}~@a.example", "!#$%&'*+-/=?^_`{|}~@a.example"},
		{"local-part-of-64", label + "x@a.example", label + "x@a.example"},
		{"local-part-of-65", label + "xx@a.example", ""},
		{"address-of-254", strings.Repeat("x", 254-len(long)-1) + "@" + long, strings.Repeat("x", 254-len(long)-1) + "@" + long},
		{"address-of-255", strings.Repeat("x", 61) + "@" + long + ".y", ""},
		{"address-of-255-as-a-labels", label + "@" + strings.Repeat("\u00f6.", 24) + "example", ""},
		{"address-of-255-as-written", label + "@" + strings.Repeat("\uff58", 61) + ".example", ""},
		{"label-of-63", "a@" + label + ".example", "a@" + label + ".example"},
		{"label-of-64", "a@x" + label + ".example", ""},
		{"hyphen-first", "a@-x.example", ""},
		{"hyphen-last", "a@x-.example", ""},
		{"hyphens-within", "a@x--y.example", "a@x--y.example"},
		{"underscore", "a@x_y.example", ""},
		{"empty-label", "a@x..example", ""},
		{"one-label", "a@example", ""},
		{"two-ats", "a@b@c.example", ""},
		{"empty-local-part", "@c.example", ""},
		{"two-dots", "a..b@c.example", ""},
		{"bad-a-label", "a@xn--a.example", ""},
		{"a-label-of-ascii", "a@xn--abc-.example", ""},
		{"u-label", "a@N\u00d6RD.example", "a@xn--nrd-sna.example"},
		{"kelvin-in-domain", "a@\u212A.example", "a@k.example"},
		{"eight-bit-local-part", "\u00e5da@c.example", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Canonical(tt.addr)
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("Canonical(%q) = %q, %v, want %q", tt.addr, got, err, tt.want)
			}
		})
	}
}

// TestNormalize: only a file without any carriage return was saved on Unix; in
// all others a line feed alone is what the sender wrote.
func TestNormalize(t *testing.T) {
	for raw, want := range map[string]string{"a\nb\n": "a\r\nb\r\n", "a\r\nb\n": "a\r\nb\n", "a\rb\n": "a\rb\n", "": ""} {
		if got := string(Normalize([]byte(raw))); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", raw, got, want)
		}
	}
}

// TestHash: a copy that took another way has the same hash, another message
// has another.
func TestHash(t *testing.T) {
	scan := func(s string) string { m, _ := Scan([]byte(s), DefaultLimits()); return m.Hash() }
	if scan(plain) != scan("Return-Path: <x@y.example>\r\nDelivered-To: b@desk.example\r\nARC-Seal: x\r\n"+plain) {
		t.Error("a copy with other trace fields has another hash")
	}
	if scan(plain) == scan(swap("YES", "NO")) || scan(plain) == scan(swap("To: ", "X: y\r\nTo: ")) {
		t.Error("another message has the same hash")
	}
}

// FuzzScan: the fields and the body of what is let through put together are the
// message, and net/mail finds the same From.
func FuzzScan(f *testing.F) {
	for _, s := range []string{plain, nested(3), parts(3), "From : a@b.example\r\n\r\n", swap("From: ", "From: x:"), swap("Ada Berg", `"a\"b,@"`)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, reasons := Scan(raw, DefaultLimits())
		if len(reasons) > 0 {
			return
		}
		n := 0
		for _, field := range m.Fields {
			n += len(field.Raw)
		}
		if rest := len(raw) - n; rest != 0 && rest != len(m.Body)+2 {
			t.Errorf("fields of %d and a body of %d bytes are not the %d bytes of the message", n, len(m.Body), len(raw))
		}
		from, bad := m.From()
		if bad != nil {
			return
		}
		if again, err := Canonical(from); err != nil || again != from {
			t.Errorf("From() = %q is not canonical: %q, %v", from, again, err)
		}
		other, err := mail.ReadMessage(strings.NewReader(string(raw)))
		if err != nil {
			return // refused by the other reader is no other sender
		}
		if list, err := other.Header.AddressList("From"); err == nil {
			if len(list) != 1 {
				t.Errorf("we see %q, net/mail sees %d addresses", from, len(list))
			} else if theirs, err := Canonical(list[0].Address); err == nil && theirs != from {
				t.Errorf("we see %q, net/mail sees %q", from, theirs)
			}
		}
	})
}

// FuzzCanonical: what is canonical stays as it is, and is plain ASCII.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"Ada@North.example", `"ann@example.org"@evil.example`, "mi\u212Ae@x.example", "a@n\u00f6rd.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, addr string) {
		once, err := Canonical(addr)
		if err != nil {
			return
		}
		if twice, err := Canonical(once); err != nil || twice != once {
			t.Errorf("Canonical(%q) = %q, but again = %q, %v", addr, once, twice, err)
		}
		if strings.ContainsFunc(once, func(r rune) bool { return r <= ' ' || r > '~' }) || strings.Count(once, "@") != 1 {
			t.Errorf("Canonical(%q) = %q is not plain", addr, once)
		}
	})
}

// FuzzMIME: go-message walks what is let through within the bounds, so no
// message makes a library work beyond them; and a part more than the bound is
// refused wherever it stands.
func FuzzMIME(f *testing.F) {
	for _, s := range []string{nested(3), parts(3), nested(2) + parts(2), strings.ReplaceAll(nested(9), "\r\nContent", "\r\nA: b\r\n \r\nContent"),
		strings.ReplaceAll(nested(9), "; boundary=", "; boundary*=us-ascii''"), strings.ReplaceAll(nested(9), "boundary=", "boundary=\v"),
		strings.ReplaceAll(nested(9), "multipart", "\r\n \r\n multipart"), part("Content-Type: multipart/mixed;\r\n boundary=\"c\\d \"\r\n\r\n--c\\d \r\n")} {
		f.Add(s)
	}
	l := DefaultLimits()
	l.Parts, l.Depth = 8, 4
	f.Fuzz(func(t *testing.T, s string) {
		raw := []byte("From: ada@north.example\r\n" + s)
		if _, reasons := Scan(raw, l); len(reasons) > 0 {
			return
		}
		e, err := message.Read(bytes.NewReader(raw))
		if err != nil {
			return
		}
		n, deepest := 0, 0
		e.Walk(func(path []int, _ *message.Entity, err error) error {
			n, deepest = n+1, max(deepest, len(path))
			return err
		})
		if n > l.Parts+l.Depth+1 || deepest > l.Depth+1 {
			t.Errorf("go-message sees %d parts, %d deep, in %q", n, deepest, raw)
		}
	})
}

func BenchmarkScan(b *testing.B) {
	raw := []byte(swap("YES", strings.Repeat("text of a line\r\n", 1000)))
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		Scan(raw, DefaultLimits())
	}
}
