package tickets

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// TestFirstTicket: once something was asked for a client, whoever comes on file
// there cools, though the client is new.
func TestFirstTicket(t *testing.T) {
	for _, ticket := range []bool{false, true} {
		d := memoryDesk(t, nil)
		d.importFile(t, ImportFile{Kind: ImportClients, CSV: []byte("client,client_name\nwest,West Ltd\n")})
		d.turn(time.Hour)
		if ticket {
			check(t, d.group.Update(func(tx kv.Tx) error {
				_, err := d.create(tx, Ticket{Client: "west", Contact: "nobody", Class: policy.Question}, "")
				return err
			}))
			d.turn(time.Second)
		}
		d.imports(t, "west,,zoe@west.example,Zoe,primary,,\n")
		_, l := d.ask(t, "zoe@west.example", policy.PasswordChange)
		want := "confirmed"
		if ticket {
			want = "cooling"
		}
		answer := d.reply(l, policy.Yes)
		answer.Sender.Domain = "west.example"
		wants(t, d.receive(t, answer), want)
	}
}

// TestAlikeCools: what a client's people confirm counts only after the cooling
// time, once the client may be taken for another, also at the act.
func TestAlikeCools(t *testing.T) {
	d := memoryDesk(t, nil)
	rename := func() {
		r := d.importFile(t, ImportFile{Kind: ImportClients, CSV: []byte("client,client_name\nc1,Other\n"), AllowAlike: true})
		if r.Changed != 1 || len(r.Warnings) != 1 {
			t.Fatalf("%+v", r)
		}
	}
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	_, later := d.ask(t, bob, policy.DNSChange)
	rename()
	wants(t, d.receive(t, d.reply(later, policy.Yes)), "cooling")
	z, err := d.Authorize(AuthorizeRequest{Ticket: ticket.ID, Class: policy.PasswordChange, Agent: "kim"})
	check(t, err)
	if z.Decision == policy.Allow || !has(z, "cooling") {
		t.Errorf("authorize: %+v", z)
	}
	d.turn(d.opt.Cooling)
	if z, err = d.Authorize(AuthorizeRequest{Ticket: ticket.ID, Class: policy.PasswordChange, Agent: "kim"}); err != nil || z.Decision != policy.Allow {
		t.Errorf("after the cooling time: %+v, %v", z, err)
	}
}

// TestNobodyIsMovedOutOfAStop: an import with --allow-move, too, leaves who is
// stopped where they are.
func TestNobodyIsMovedOutOfAStop(t *testing.T) {
	d := memoryDesk(t, nil)
	check(t, d.kv.Update(func(tx kv.Tx) error { return d.stopClient(tx, &Ticket{ID: "T-1", Client: "c1"}) }))
	if r := d.imports(t, "c2,,bob@client.example,,,all,\n"); len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Text, "stopped") {
		t.Errorf("%+v", r)
	}
}
