package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
)

// TestApprovalStory: what Ada asks for takes Nils and Eva. Eva agrees, a machine
// answers for Nils, and Ada hears of each step; a lead has him asked once more, and his
// own YES is what was missing.
func TestApprovalStory(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	o.write("contacts.csv", `client,client_name,email,name,role,permissions,language
north,Northwind,ada@north.example,Ada Berg,authorised,all,en
north,Northwind,nils@north.example,Nils Holm,primary,approve,en
north,Northwind,eva@north.example,Eva Lund,authorised,approve,en
`)
	o.write("policy.toml", `[class.cancellation]
proofs = ["reply"]
approvals = 2
approvers = "contacts"
`)
	config, err := os.ReadFile(filepath.Join(o.dir, "countersign.toml"))
	must(t, err)
	o.write("countersign.toml", "policy = \"policy.toml\"\n"+string(config))
	o.ok("contact", "import", filepath.Join(o.dir, "contacts.csv"))
	o.ok("agent", "add", "sam", "--email", "sam@desk.example", "--authority", "all")
	o.ok("agent", "add", "lea", "--email", "lea@desk.example", "--role", "lead", "--authority", "all")
	o.ok("ticket", "open", "--contact", "ada@north.example", "--channel", "phone", "--class", "cancellation", "--subject", "End web-3", "--agent", "sam")
	o.ok("run", "--once")
	latest := func(to, words string) []byte {
		t.Helper()
		all := o.smtp.Mails()
		for i := len(all) - 1; i >= 0; i-- {
			if all[i].To[0] == to && strings.Contains(strings.ReplaceAll(string(all[i].Data), "\r\n", " "), words) {
				return all[i].Data
			}
		}
		t.Fatalf("%s was not told %q", to, words)
		return nil
	}
	says := func(who, address, words, says string) {
		t.Helper()
		answer, err := mailtest.Reply(latest(address, words), who+" <"+address+">", says, time.Now())
		must(t, err)
		must(t, o.dovecot.Deliver(o.signed(answer)))
		o.ok("run", "--once")
		o.ok("run", "--once") // what Tick leaves for the next
	}
	asked := "Your approval is needed"
	says("Ada Berg", "ada@north.example", "Please confirm", "Yes\n")
	latest("ada@north.example", "For this, Nils Holm and Eva Lund must agree as well.")
	latest("nils@north.example", "You get this mail of ours because you may approve for Northwind.")
	o.denied(75, "Needs 2 of 2 approvers (Nils Holm by mail, Eva Lund by mail); asked ", "authorize", "T-1", "cancellation", "--agent", "sam")

	says("Eva Lund", "eva@north.example", asked, "Yes\n")
	latest("ada@north.example", "Eva Lund agreed to this request of yours:")
	o.denied(77, "another contact of the client may, and is asked", "approval", "approve", "A-1", "--agent", "lea", "--reason", "called Nils")

	away, err := mailtest.Reply(latest("nils@north.example", asked), "Nils Holm <nils@north.example>", "I am away until Monday.\n", time.Now())
	must(t, err)
	must(t, o.dovecot.Deliver(mailtest.With(away, "Auto-Submitted: auto-replied")))
	o.ok("run", "--once")
	o.ok("run", "--once")
	latest("ada@north.example", "Nils Holm seems to be away")
	latest("lea@desk.example", "I am away until Monday.")
	o.denied(75, "Answered by a machine: Nils Holm (“I am away until Monday.”", "authorize", "T-1", "cancellation", "--agent", "sam")

	o.denied(77, "asks for it, or shares their mailbox", "approval", "reassign", "A-1", "--to", "ada@north.example", "--agent", "lea", "--reason", "Nils is away")
	out := o.ok("approval", "reassign", "A-1", "--to", "nils@north.example", "--agent", "lea", "--reason", "he reads mail at six")
	if !strings.Contains(out, "by lea at") || !strings.Contains(out, "away    a machine answered for them") {
		t.Errorf("approval reassign says\n%s", out)
	}
	o.ok("run", "--once")
	latest("ada@north.example", "we asked Nils Holm to agree to it.")
	says("Nils Holm", "nils@north.example", asked, "Yes\n")
	o.ok("authorize", "T-1", "cancellation", "--agent", "sam")

	var a struct {
		State string
		Given []struct{ Contact string }
	}
	must(t, json.Unmarshal([]byte(o.ok("approval", "show", "A-1", "--json")), &a))
	if a.State != "approved" || len(a.Given) != 2 {
		t.Errorf("%+v", a)
	}
	o.ok("audit", "verify")
}
