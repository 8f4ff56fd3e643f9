package tickets

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// wish draws what a contact shall be: some of their addresses in some order, and some
// of the grants; one of both is as it was, now and then.
func (f *folk) wish(t *rapid.T, id string) (addresses, may []string) {
	h := f.people[id]
	addresses, may = h.addresses, h.may
	if rapid.Bool().Draw(t, "addresses") {
		addresses = rapid.SliceOfNDistinct(rapid.SampledFrom(mailboxes[id]), 1, len(mailboxes[id]), rapid.ID[string]).Draw(t, "to")
	} else {
		may = rapid.SliceOfNDistinct(rapid.SampledFrom(grants), 1, len(grants), rapid.ID[string]).Draw(t, "may")
		if slices.Contains(h.may, "primary") {
			may = append(may, "primary")
		}
	}
	return addresses, may
}

// change is the command that makes a contact so.
func (f *folk) change(id string, addresses, may []string) (ch clients.Change) {
	h := f.people[id]
	for _, a := range addresses {
		if !slices.Contains(h.addresses, a) {
			ch.AddAddresses = append(ch.AddAddresses, a)
		}
	}
	for _, a := range h.addresses {
		if !slices.Contains(addresses, a) {
			ch.RemoveAddresses = append(ch.RemoveAddresses, a)
		}
	}
	ch.First = addresses[0]
	if !slices.Equal(may, h.may) {
		ch.Permissions = new(permissions(may))
	}
	return ch
}

// became is what a change does: letters to what left the file are dead.
func (f *folk) became(id string, addresses, may []string) {
	h := f.people[id]
	left := func(a string) bool { return slices.Contains(h.addresses, a) && !slices.Contains(addresses, a) }
	f.kill(func(m *mail) bool { return m.who == id && left(m.To) })
	h.become(addresses, may, f.oracle.now)
}

// widens changes a contact by command, with a ticket or without.
func (f *folk) widens(t *rapid.T) {
	agent := f.agent(t)
	var k *matter1
	for _, ticket := range slices.Sorted(maps.Keys(f.matters)) {
		if one := f.matters[ticket]; one.class == policy.AccountChange && one.usedBy != "" && rapid.Bool().Draw(t, "its ticket") {
			k = one
		}
	}
	f.widen(t, f.somebody(t), agent, k)
}

func (f *folk) widen(t *rapid.T, id, agent string, k *matter1) {
	h := f.people[id]
	if h.gone {
		return
	}
	addresses, may := f.wish(t, id)
	f.now1()
	in := ContactChange{Contact: id, Change: f.change(id, addresses, may), Agent: agent}
	if k != nil {
		in.Ticket = k.id
	}
	widens := h.widens(addresses, may, f.oracle.now)
	if _, err := f.Directory.SetContact(as(agent), in); err != nil {
		return
	}
	narrows := !slices.Equal(addresses, h.addresses) || !slices.Equal(may, h.may)
	switch {
	case k == nil && widens:
		t.Fatalf("%s was widened without a ticket: %+v", id, in)
	case k == nil && narrows && !f.leads[agent]:
		t.Fatalf("%s narrowed %s: %+v", agent, id, in)
	case k != nil && widens && (!f.lets(k, agent, false) || k.usedBy != agent || k.changed || k.client != h.client || !f.named(k, h, addresses, may)):
		t.Fatalf("%s was widened by %+v: %+v", id, k, in)
	case narrows && f.off[agent]:
		t.Fatalf("%s is disabled", agent)
	}
	if k != nil && narrows {
		k.changed = true
	}
	if widens {
		f.allowedOf["widened"]++
	}
	f.reorder(id, &addresses)
	f.became(id, addresses, may)
	f.tick(t)
}

// reorder gives the addresses in the order that the command leaves them in.
func (f *folk) reorder(id string, addresses *[]string) {
	f.peopleOf(func(v kv.View) error {
		c, _, err := clients.Get(v, id)
		*addresses = c.Addresses
		return err
	})
}

func (f *folk) peopleOf(fn func(kv.View) error) {
	if err := f.kv.View(fn); err != nil {
		panic(err)
	}
}

// named reports whether the request names all that is new.
func (f *folk) named(k *matter1, h *human, addresses, may []string) bool {
	for _, what := range slices.Concat(addresses, may) {
		if !slices.Contains(h.addresses, what) && !slices.Contains(h.may, what) && !strings.Contains(k.request, what) {
			return false
		}
	}
	return true
}

// narrows takes something away, as a lead.
func (f *folk) narrows(t *rapid.T) {
	id, lead := f.somebody(t), rapid.SampledFrom([]string{"max", "lea"}).Draw(t, "lead")
	h := f.people[id]
	if h.gone || !f.leads[lead] || f.off[lead] {
		t.Skip("not now")
	}
	addresses, may := slices.Clone(h.addresses), slices.Clone(h.may)
	if rapid.Bool().Draw(t, "a right") && len(permissions(may)) > 1 { // with none listed they had those of their role
		which := rapid.SampledFrom(grants).Draw(t, "which")
		may = slices.DeleteFunc(may, func(m string) bool { return m == which })
	} else if len(addresses) > 1 {
		addresses = addresses[:1]
	}
	f.now1()
	_, err := f.Directory.SetContact(as(lead), ContactChange{Contact: id, Change: f.change(id, addresses, may)})
	check(t, err)
	f.became(id, addresses, may)
	f.tick(t)
}

// imported is an administrator's file about one contact.
func (f *folk) imported(t *rapid.T) {
	id := f.somebody(t)
	h := f.people[id]
	if h.gone {
		t.Skip("gone")
	}
	addresses, may := f.wish(t, id)
	if !slices.ContainsFunc(addresses, func(a string) bool { return slices.Contains(h.addresses, a) }) {
		t.Skip("that would be somebody new")
	}
	role := "authorised"
	if slices.Contains(may, "primary") {
		role = "primary"
	}
	var names []string
	for _, p := range permissions(may) {
		names = append(names, string(p))
	}
	f.now1()
	line := fmt.Sprintf("%s,,%s,%s,%s,%s,\n", h.client, strings.Join(addresses, ";"), id, role, strings.Join(names, ";"))
	r, err := f.Directory.Import(context.Background(), root, ImportFile{Kind: ImportContacts, Name: fmt.Sprint("people", len(f.mails), ".csv"), AllowAlike: true,
		CSV: []byte("client,client_name,email,name,role,permissions,language\n" + line)}, func(Progress) error { return nil })
	check(t, err)
	if len(r.Problems) > 0 {
		t.Fatalf("%s%v", line, r.Problems)
	}
	f.became(id, addresses, may)
	f.tick(t)
}

func (f *folk) removes(t *rapid.T) {
	id, agent := f.somebody(t), f.agent(t)
	h := f.people[id]
	if h.gone || rapid.IntRange(0, 2).Draw(t, "rarely") > 0 {
		t.Skip("stays")
	}
	f.now1()
	if _, err := f.Directory.RemoveContact(as(agent), id, "", false); err != nil {
		if f.leads[agent] && !f.off[agent] {
			t.Fatalf("%s could not remove %s: %v", agent, id, err)
		}
		return
	}
	if !f.leads[agent] || f.off[agent] {
		t.Fatalf("%s removed %s", agent, id)
	}
	if h.gone = true; slices.Contains(h.may, "approve") {
		h.lostSay = f.oracle.now
	}
	f.kill(func(m *mail) bool { return m.who == id })
	f.tick(t)
}

// adds brings somebody back on file who was removed, by a ticket.
func (f *folk) adds(t *rapid.T) {
	var away []string
	for id := range mailboxes {
		if f.people[id].gone {
			away = append(away, id)
		}
	}
	slices.Sort(away)
	k := f.pick(t, func(k *matter1) bool { return k.class == policy.AccountChange && k.usedBy != "" })
	if len(away) == 0 {
		t.Skip("all are there")
	}
	id := rapid.SampledFrom(away).Draw(t, "who")
	h := f.people[id]
	client, box := h.client, h.addresses[0]
	f.now1()
	may := []string{"minor-change", "password-change", "approve"}
	_, err := f.Directory.AddContact(as(k.usedBy), NewContact{Client: client, Addresses: []string{box}, Name: id, Role: clients.Authorised, Permissions: permissions(may), Ticket: k.id})
	if err != nil {
		return
	}
	if !f.lets(k, k.usedBy, false) || k.client != client || k.changed || !strings.Contains(k.request, box) {
		t.Fatalf("%s was added by %+v", id, k)
	}
	k.changed = true
	f.allowedOf["widened"]++
	lost := h.lostSay
	*h = human{client: client, addresses: []string{box}, may: may, since: map[string]time.Time{box: f.oracle.now}, lostSay: lost}
	for _, m := range may {
		h.since[m] = f.oracle.now
	}
	f.tick(t)
}
