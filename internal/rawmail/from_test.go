package rawmail

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFrom(t *testing.T) {
	tests := []struct{ name, from, want string }{
		{"plain", "ada@north.example", "ada@north.example"},
		{"name", "Ada Berg <ada@north.example>", "ada@north.example"},
		{"case", "ADA@North.Example", "ada@north.example"},
		{"plus-is-kept", "ada+x@north.example", "ada+x@north.example"},
		{"quoted-name", `"Berg, Ada @ home" <ada@north.example>`, "ada@north.example"},
		{"quoted-address-as-name", `"victim@good.example" <ada@north.example>`, "ada@north.example"},
		{"name-is-the-address", "ada@north.example <ada@north.example>", "ada@north.example"},
		{"name-is-the-address-in-quotes", "'ada@north.example' <ada@north.example>", "ada@north.example"},
		{"comment", "ada@north.example (Ada Berg)", "ada@north.example"},
		{"unquoted-comma-in-name", "Berg, Ada <ada@north.example>", "ada@north.example"},
		{"comma-in-encoded-word", "=?utf-8?Q?Berg,_Ada?= <ada@north.example>", "ada@north.example"},
		{"escaped-quote", `"Ada \"B\" Berg" <ada@north.example>`, "ada@north.example"},
		{"u-label", "ada@n\u00f6rd.example", "ada@xn--nrd-sna.example"},
		{"encoded-word", "=?utf-8?q?Ada_=3Ceve=40evil=2Eexample=3E?= <ada@north.example>", "ada@north.example"},

		{"two", "ada@north.example, eve@evil.example", ""},
		{"two-in-one", "victim@good.example <eve@evil.example>", ""},
		{"two-brackets", "<ada@north.example> <eve@evil.example>", ""},
		{"behind-the-bracket", "<eve@evil.example> ada@north.example", ""},
		{"group", "x: victim@good.example;", ""},
		{"group-with-brackets", "x: <victim@good.example>;", ""},
		{"group-end-only", "victim@good.example;", ""},
		{"bracket-closes-nothing", "ada@north.example>", ""},
		{"quotation-glued-to-the-address", `"eve"ada@north.example`, ""},
		{"quotation-before-the-address", `"Ada Berg" ada@north.example`, ""},
		{"quotation-within-brackets", `<"ada"@north.example>`, ""},
		{"open-comment-before", "(x <ada@north.example>", ""},
		{"open-quotation-before", `"x <ada@north.example>`, ""},
		{"kelvin-name-is-not-the-address", "mi\u212Ae@north.example <mike@north.example>", ""},
		{"two-ats", "ada@evil@north.example", ""},
		{"escaped-quote-hides-an-address", `"Ada \" <x@evil.example>" <ada@north.example>`, "ada@north.example"},
		{"nested-comment-hides-an-address", "(a (b) <x@evil.example>) ada@north.example", "ada@north.example"},
		{"at-the-bound", strings.Repeat("x", DefaultLimits().FromBytes-len(" <ada@north.example>")) + " <ada@north.example>", "ada@north.example"},
		{"over-the-bound", strings.Repeat("x", DefaultLimits().FromBytes-len(" <ada@north.example>")+1) + " <ada@north.example>", ""},
		{"route", "<@evil.example:ada@north.example>", ""},
		{"quoted-local", `"ada"@north.example`, ""},
		{"quoted-local-trick", `"victim@good.example>"@bad.example`, ""},
		{"literal", "ada@[192.0.2.1]", ""},
		{"comment-inside", "ada(x)@north.example", ""},
		{"open-quote", `"ada@north.example`, ""},
		{"open-comment", "ada@north.example (x", ""},
		{"kelvin", "mi\u212Ae@north.example", ""},
		{"long-s", "\u017Fteve@north.example", ""},
		{"full-width-at", "ada\uFF20north.example", ""},
		{"double-dot", "ada..b@north.example", ""},
		{"dot-first", ".ada@north.example", ""},
		{"no-dot-domain", "ada@north", ""},
		{"trailing-dot", "ada@north.example.", ""},
		{"bad-a-label", "ada@xn--\u00f6.example", ""},
		{"nothing", "", ""},
		{"name-only", "Ada Berg", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, reasons := Scan([]byte("From: "+tt.from+"\r\n\r\n"), DefaultLimits())
			if len(reasons) > 0 {
				t.Fatal(reasons)
			}
			got, r := m.From()
			if got != tt.want || (r != nil) != (tt.want == "") {
				t.Errorf("From(%q) = %q, %v, want %q", tt.from, got, r, tt.want)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	got, err := Addresses(`"Desk, Support" <Support@desk.example>, x@[192.0.2.1], bob@south.example (Bob)`, 10)
	if want := []string{"support@desk.example", "bob@south.example"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("Addresses() = %v, %v, want %v", got, err, want)
	}
	got, err = Addresses(`"a b"@x.example, <c,d@x.example>, support@desk.example`, 10)
	if want := []string{"support@desk.example"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("Addresses() behind some that have no canonical form = %v, %v, want %v", got, err, want)
	}
	if got, _ := Addresses(strings.Repeat("a@b.example,", 1000), 7); len(got) != 7 {
		t.Errorf("%d addresses, want 7", len(got))
	}
}

// TestScanSingle: each field that must stand once does.
// A header of 256 KiB may be one list, and it is read once from left to right.
func TestAddressesInLinearTime(t *testing.T) {
	for _, piece := range []string{",", "(),", " ,", "\"\",", "x,", "<", "a@b,", "\\", "=", "@ "} {
		start := time.Now()
		for range 10 {
			_, _ = Addresses("x"+strings.Repeat(piece, 250_000/len(piece)), 100)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("ten lists of %q take %v", piece, took)
		}
	}
}
