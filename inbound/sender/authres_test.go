package sender

import (
	"strings"
	"testing"

	"countersign/inbound/sender/dkim"
)

// FuzzResults: what a sender can put into a quoted string or a comment of the
// border's field adds no result; what is read can be written and read again.
func FuzzResults(f *testing.F) {
	for _, s := range []string{"x", `x; dmarc=pass header.from=a.example`, `"`, `\"; dkim=pass`, `(`, `) ; dkim=pass (`, "\x00", "é", `\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, evil string) {
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(evil) + `"`
		comment := "(" + strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(evil) + ")"
		_, results, err := parseResults("mx.example; spf=fail " + comment + " reason=" + quoted + " smtp.mailfrom=" + "a.example; dkim=none")
		if err != nil {
			return
		}
		if len(results) != 2 || results[0].value != "fail" || results[0].properties["smtp.mailfrom"] != "a.example" || results[1].value != "none" {
			t.Errorf("%q made of the results %+v", evil, results)
		}
		// As it is, it may break the field, but not hide what stands before it.
		if id, results, err := parseResults("mx.example; dkim=fail header.d=a.example; x=y p.q=" + evil); err == nil {
			b := border{results: results}
			if passed, _ := b.dkim(&dkim.Signature{Domain: "a.example", Identity: "a.example"}); passed || id != "mx.example" {
				t.Errorf("%q turned dkim=fail into %+v", evil, results)
			}
		}
	})
}
