package policy

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// caller is Ada on the phone: she may ask for everything, has a code, and sam may
// carry out what she asks for.
func caller() Caller {
	c := Caller{Now: noon, Channel: Phone, Agent: "sam", Authority: map[Class]bool{}, Contact: map[Class]Giver{}, CodeSet: true, Code: HeldCode{Stands: true, SetBy: "lea"}}
	for _, class := range Classes {
		c.Authority[class] = true
		c.Contact[class] = Giver{Active: true, Client: "north", May: true}
	}
	return c
}

// each changes what every class sees of the caller.
func (c *Caller) each(change func(Class, *Giver)) {
	for class, g := range c.Contact {
		change(class, &g)
		c.Contact[class] = g
	}
}

// TestCheckChannel spoils one fact at a time, and shows in which list that puts
// the classes.
func TestCheckChannel(t *testing.T) {
	privileged := Classes[2:]
	none := []Class{}
	for _, tt := range []struct {
		name                  string
		spoil                 func(*Caller)
		now, withCode, byMail []Class
		why                   Code // of those that may not
		says                  string
	}{
		{"phone", func(*Caller) {}, Classes[:1], Classes[1:2], privileged, "", "Here I can answer questions, and make small changes once you have told me your code. For everything else we send a mail"},
		{"chat", func(c *Caller) { c.Channel = Chat }, Classes[:1], Classes[1:2], privileged, "", "once you have told me your code"},
		{"email", func(c *Caller) { c.Channel = Email }, Classes[:1], none, Classes[1:], "", "We answer questions at once. For everything else we send a mail"},
		{"portal", func(c *Caller) { c.Channel = Portal }, Classes[:1], none, Classes[1:], "", "We answer questions"},
		{"api", func(c *Caller) { c.Channel = API }, Classes[:1], none, Classes[1:], "", "We answer questions"},
		{"no-code", func(c *Caller) { c.CodeSet = false }, Classes[:1], none, Classes[1:], "", "Here I can answer questions. For everything else we send a mail"},
		{"own-code", func(c *Caller) { c.Code.SetBy = "sam" }, Classes[:1], none, Classes[1:], "", "Here I can answer questions. For"},
		{"stopped", func(c *Caller) { c.Stopped = true }, Classes[:1], Classes[1:2], none, CodeClientStopped, "Nothing else can be done at present"},
		{"removed", func(c *Caller) { c.each(func(_ Class, g *Giver) { g.Active = false }) }, none, none, none, CodeContactRemoved, "Nothing else"},
		{"only-questions", func(c *Caller) { c.each(func(k Class, g *Giver) { g.May = k == Question }) }, Classes[:1], none, none, CodeNoPermission, "Nothing else"},
		{"only-small", func(c *Caller) { c.each(func(k Class, g *Giver) { g.May = !k.Privileged() }) }, Classes[:1], Classes[1:2], none, CodeNoPermission, "Nothing else"},
		{"one-class", func(c *Caller) {
			c.each(func(k Class, g *Giver) { g.May = k == Question || k == DNSChange })
		}, Classes[:1], none, []Class{DNSChange}, CodeNoPermission, "For everything else we send a mail"},
		{"cools", func(c *Caller) {
			c.each(func(_ Class, g *Giver) { g.Cools = []Cooling{{What: "a***@north.example", Until: noon.Add(time.Hour)}} })
		}, Classes[:1], Classes[1:2], none, CodeCooling, "Nothing else"},
		{"cools-no-longer", func(c *Caller) {
			c.each(func(_ Class, g *Giver) { g.Cools = []Cooling{{What: "a***@north.example", Until: noon}} })
		}, Classes[:1], Classes[1:2], privileged, "", "For everything else"},
		{"came-lately", func(c *Caller) { c.each(func(_ Class, g *Giver) { g.Since = noon.Add(-73 * time.Hour) }) }, Classes[:1], Classes[1:2], privileged, "", "For"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := caller()
			tt.spoil(&c)
			got := CheckChannel(c)
			if !slices.Equal(got.Now, tt.now) || !slices.Equal(got.WithCode, tt.withCode) || !slices.Equal(got.ByMail, tt.byMail) || !strings.Contains(got.Say, tt.says) {
				t.Errorf("%+v", got)
			}
			if n := len(got.Now) + len(got.WithCode) + len(got.ByMail) + len(got.Not); n != len(Classes) || tt.why == "" && len(got.Not) > 0 {
				t.Errorf("%d classes in %+v", n, got)
			}
			for _, b := range got.Not {
				if !slices.ContainsFunc(b.Reasons, func(r Reason) bool { return r.Code == tt.why }) {
					t.Errorf("%s: %v, want %s", b.Class, b.Reasons, tt.why)
				}
			}
			for _, class := range got.ByMail {
				if slices.Contains(got.Approval, class) != class.Demands().Approval() {
					t.Errorf("%s: approval %v", class, got.Approval)
				}
			}
			if strings.Contains(got.Say, "north") {
				t.Errorf("it tells who is on file: %s", got.Say)
			}
		})
	}
	c := caller()
	c.Authority[DNSChange] = false
	got := CheckChannel(c)
	if how, _ := got.How(DNSChange); how != "by_mail" || !reflect.DeepEqual(got.Others, []Class{DNSChange}) {
		t.Errorf("a class that the agent may not carry out: %s %+v", how, got)
	}
	if how, why := got.How("rm-rf"); how != "not" || why != nil {
		t.Errorf("a class that isn't: %s %v", how, why)
	}
}

// TestPromisesAreKept: over all classes, channels and proofs, and callers of every
// kind, Authorize allows on a ticket what was promised of it, to the same agent and
// at the same time, as soon as it has the proofs that were named; and it allows
// nothing with fewer.
func TestPromisesAreKept(t *testing.T) {
	kinds := []ProofKind{ProofSender, ProofReply, ProofToken, ProofCode, ProofApproval}
	random := rand.New(rand.NewPCG(14, 5))
	odd := func() bool { return random.IntN(5) == 0 }
	for range 200 {
		c := caller()
		c.Channel, c.Stopped, c.CodeSet = Channels[random.IntN(len(Channels))], odd(), !odd()
		if odd() {
			c.Code.SetBy = c.Agent
		}
		c.each(func(_ Class, g *Giver) {
			g.Active, g.May, g.Staff = !odd(), !odd(), odd()
			if odd() {
				g.Cools = []Cooling{{What: "x", Until: noon.Add(time.Duration(random.IntN(3)-1) * time.Hour)}}
			}
		})
		k := CheckChannel(c)
		for _, class := range Classes {
			how, _ := k.How(class)
			for _, by := range []Channel{c.Channel, Email} {
				for set := range 1 << len(kinds) {
					a := c.action(class, by, set, kinds)
					allowed := Authorize(a).Decision == Allow
					has := func(want ...ProofKind) bool {
						return !slices.ContainsFunc(want, func(p ProofKind) bool { return set&(1<<slices.Index(kinds, p)) == 0 })
					}
					promised := how == "now" || how == "with_code" && by == c.Channel && has(ProofCode) ||
						how == "by_mail" && by == Email && has(ProofSender, ProofReply) && (!class.Demands().Approval() || has(ProofApproval))
					if promised && !allowed {
						t.Fatalf("%s by %s with %b is promised (%s) and not allowed: %+v\n%+v", class, by, set, how, Authorize(a), c)
					}
					if allowed && (how == "not" || how != "now" && set == 0 || how == "by_mail" && by.live()) && !(class == MinorChange && has(ProofCode)) {
						t.Fatalf("%s by %s with %b is allowed, and was not promised (%s)\n%+v", class, by, set, how, c)
					}
				}
			}
		}
	}
}

// action is what an agent asks on a ticket of the caller that has a set of proofs,
// given long enough ago.
func (c Caller) action(class Class, by Channel, set int, kinds []ProofKind) Action {
	a := confirmed()
	a.Class, a.Ticket.Class, a.Channel, a.Agent, a.OpenedBy, a.ClientStopped, a.Proofs = class, class, by, c.Agent, c.Agent, c.Stopped, nil
	a.Contact, a.Epoch, a.UsedIn = c.Contact[class], 1, 1
	for i, kind := range kinds {
		if set&(1<<i) == 0 {
			continue
		}
		p := given(kind, noon.Add(-class.Demands().Wait))
		if kind != ProofApproval {
			p.Giver = c.Contact[class]
			p.Giver.OnFile = true
		}
		if kind == ProofCode {
			p.Giver.Code, p.Giver.Staff, p.Agent = c.Code, false, c.Agent
		}
		a.Proofs = append(a.Proofs, p)
	}
	return a
}
