package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) approvalCommand() *cobra.Command {
	return group("approval", "List and show approvals by a second person; approve, deny or reassign as a lead",
		a.approvalList(), a.approvalShow(), a.approvalApprove(), a.approvalDeny(), a.approvalReassign())
}

func (a *app) approvalList() *cobra.Command {
	var in api.ApprovalFilter
	c := &cobra.Command{Use: "list", Short: "List approvals, the oldest first", Args: cobra.NoArgs}
	c.Flags().StringVar((*string)(&in.State), "state", "", "only in that state: open, approved, refused, void")
	c.Flags().StringVar((*string)(&in.Class), "class", "", "only of that class")
	c.Flags().StringVar(&in.Client, "client", "", "only of that client, by its reference")
	c.Flags().BoolVar(&in.Lead, "lead", false, "only what a lead has to give, or may")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return list(cmd.Context(), a, "approval/list", in, []string{"ID", "TICKET", "CLASS", "CLIENT", "ASKED BY", "WHO AGREES", "STATE", "UNTIL"}, func(x tickets.ShownApproval) []string {
			return []string{x.ID, x.Ticket, string(x.Class), organisation(x.Client, x.ClientName), contact(x.Contact, x.ContactName), whoAgrees(x), string(x.State), when(x.Until)}
		})
	}
	return c
}

// whoAgrees says who did agree, and of whom how many have to yet.
func whoAgrees(x tickets.ShownApproval) string {
	var did, may []string
	leads := x.Leads
	for _, g := range x.Given {
		did = append(did, givenBy(x, g))
		if g.Agent != "" {
			leads--
		}
	}
	left := max(x.Needs.Contacts+x.Needs.Leads, x.Needs.Either, x.Leads, 1) - len(did)
	if x.State != "open" || left <= 0 {
		return strings.Join(did, ", ")
	}
	switch contacts := x.Needs.Contacts - max(0, x.Leads-x.Needs.Leads); {
	case x.Blocked != "":
		may = append(may, "nobody yet")
	case contacts > 0 || x.Needs.Either > 0 || x.Needs.Contacts+x.Needs.Leads == 0:
		for _, p := range x.Approvers {
			if !slices.ContainsFunc(x.Given, func(g tickets.Agreed) bool { return g.Contact == p.Contact }) {
				may = append(may, approverName(p)+away(p))
			}
		}
	}
	switch {
	case leads > 1:
		may = append(may, fmt.Sprintf("%d leads", leads))
	case leads == 1 || x.LeadMay:
		may = append(may, "a lead")
	}
	rest := strings.Join(may, ", ")
	if len(may) > 1 {
		rest = fmt.Sprintf("%d of %s", left, rest)
	}
	if len(did) > 0 {
		return strings.Join(did, ", ") + ", then " + rest
	}
	return rest
}

// away marks an approver who seems to be.
func away(p tickets.Approver) string {
	if p.Away.IsZero() {
		return ""
	}
	return " (away)"
}

func givenBy(x tickets.ShownApproval, g tickets.Agreed) string {
	if g.Agent != "" {
		of := g.For
		for _, p := range x.Approvers {
			if p.Contact == g.For {
				of = cmp.Or(p.Name, p.Contact)
			}
		}
		return g.Agent + after(" for ", of)
	}
	for _, p := range x.Approvers {
		if p.Contact == g.Contact {
			return approverName(p)
		}
	}
	return g.Contact
}

func (a *app) approvalShow() *cobra.Command {
	c, _ := idCommand(a, "show APPROVAL", "approval/show", "Show an approval: the request, who asked and wrote it, what was proved", a.sayApproval)
	return c
}

func (a *app) approvalApprove() *cobra.Command {
	c, in := idCommand(a, "approve APPROVAL", "approval/approve", "Approve as a lead: where the rules ask for one, or too few contacts may or are there", a.sayApproval)
	c.Flags().StringVar(&in.Text, "reason", "", "why, and what you saw or whom you called")
	c.Example = "  countersign approval approve A-17 --agent lea --reason \"called the managing director on the number of the contract\""
	return c
}

func (a *app) approvalDeny() *cobra.Command {
	c, in := idCommand(a, "deny APPROVAL", "approval/deny", "Refuse as a lead, where a lead may approve", a.sayApproval)
	c.Flags().StringVar(&in.Text, "reason", "", "why not")
	return c
}

func (a *app) approvalReassign() *cobra.Command {
	in := tickets.Reassignment{}
	c := &cobra.Command{Use: "reassign APPROVAL", Short: "Ask another contact who may approve, or give it to a lead where a lead may", Args: cobra.ExactArgs(1),
		Example: "  countersign approval reassign A-17 --to eva@north.example --agent lea --reason \"Nils is away until Monday\""}
	c.Flags().StringVar(&in.To, "to", "", "an address on file of the contact, or the agent")
	c.Flags().StringVar(&in.Agent, "agent", "", "who you are")
	c.Flags().StringVar(&in.Reason, "reason", "", "why somebody else is asked")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		in.Approval = args[0]
		return one(cmd.Context(), a, "approval/reassign", in, a.sayApproval)
	}
	return c
}

func (a *app) sayApproval(x tickets.ApprovalShown) error {
	fmt.Fprintf(a.stdout, "%s  %s  %s    %s    %s\n", x.ID, x.Ticket, x.Class, person(x.Client, x.ClientName, x.Contact, x.ContactName), strings.ToUpper(string(x.State)))
	fmt.Fprintf(a.stdout, "proof   %s\n", x.Proof)
	if x.Lost {
		fmt.Fprintln(a.stdout, "lost    somebody says that the contact lost their mailbox: two leads have to see what shows who asks")
	}
	fmt.Fprintf(a.stdout, "asked   %s, open until %s\n", when(x.Asked), when(x.Until))
	for _, p := range x.Approvers {
		fmt.Fprintf(a.stdout, "asked   %s at %s%s%s\n", clean.Terminal(approverName(p)), when(p.At), reminded(p), clean.Terminal(after(", but: ", p.Unsent)))
		if !p.Away.IsZero() {
			fmt.Fprintf(a.stdout, "away    a machine answered for them at %s: %s\n", when(p.Away), clean.Terminal(p.Said))
		}
	}
	for _, m := range x.Moved {
		fmt.Fprintf(a.stdout, "moved   to %s by %s at %s: %s\n", clean.Terminal(m.Agent+m.Contact), m.By, when(m.At), clean.Terminal(m.Reason))
	}
	if x.Blocked != "" {
		fmt.Fprintf(a.stdout, "but     %s\n", clean.Terminal(x.Blocked))
	}
	for _, r := range x.Waits {
		fmt.Fprintf(a.stdout, "waits   %s: %s\n", r.Code, clean.Terminal(r.Text))
	}
	for _, g := range x.Given {
		fmt.Fprintf(a.stdout, "%-7s %s at %s%s\n", map[bool]string{true: "yes", false: "no"}[g.Yes], clean.Terminal(givenBy(x.ShownApproval, g)), when(g.At), clean.Terminal(after(": ", g.Reason)))
	}
	if x.Why != "" {
		fmt.Fprintf(a.stdout, "because %s: %s\n", x.Why, policy.Because(x.Why).Text)
	}
	if !x.Stands {
		fmt.Fprintln(a.stdout, "STALE   it is not of the request as it is now; what follows is that")
	}
	fmt.Fprintf(a.stdout, "wrote   %s by %s%s\n", cmp.Or(x.OpenedBy, "the contact"), x.Channel, after(", edited by ", strings.Join(x.Edited, ", ")))
	for _, p := range x.Proofs {
		fmt.Fprintf(a.stdout, "proof   %s%s at %s, until %s\n", p.Kind, inPlaceOf(p), when(p.At), when(p.Expires))
	}
	for line := range strings.SplitSeq(x.Request, "\n") {
		fmt.Fprintf(a.stdout, "request %s\n", clean.Terminal(line))
	}
	if x.You != "" {
		fmt.Fprintf(a.stdout, "You may not approve it: %s.\n", clean.Terminal(x.You))
	}
	return nil
}

func reminded(p tickets.Approver) string {
	if p.Reminded.IsZero() {
		return ""
	}
	return ", reminded " + when(p.Reminded)
}

// after gives words with what stands before them, nothing without.
func after(before, words string) string {
	if words == "" {
		return ""
	}
	return before + words
}
