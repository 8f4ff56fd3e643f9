package archtest

import (
	"os/exec"
	"strings"
	"testing"
)

// TestRelease: what is installed (built with the tag nodemo) has no mail servers
// and no signer of mail in it.
func TestRelease(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-tags", "nodemo", "./cmd/countersign")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if len(deps) < 100 {
		t.Fatalf("only %d packages", len(deps))
	}
	for _, p := range deps {
		for _, not := range []string{"mailtest", "go-smtp", "imapserver", "go-msgauth", "internal/demo", "testing"} {
			if strings.Contains(p, not) {
				t.Errorf("%s is linked", p)
			}
		}
	}
}
