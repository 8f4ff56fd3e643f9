package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countersign/desk/api"
	"countersign/internal/clean"
	"countersign/policy"
	"countersign/tickets"
)

func (a *app) approvalCommand() *cobra.Command {
	return group("approval", "List and show approvals by a second person; approve or deny where a lead has to",
		a.approvalList(), a.approvalShow(), a.approvalApprove(), a.approvalDeny())
}

func (a *app) approvalList() *cobra.Command {
	var in api.ApprovalFilter
	c := &cobra.Command{Use: "list", Short: "List approvals, the oldest first", Args: cobra.NoArgs}
	c.Flags().StringVar((*string)(&in.State), "state", "", "only in that state: open, approved, refused, void")
	c.Flags().StringVar((*string)(&in.Class), "class", "", "only of that class")
	c.Flags().StringVar(&in.Client, "client", "", "only of that client, by its reference")
	c.Flags().BoolVar(&in.Lead, "lead", false, "only what a lead has to give")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return list(cmd.Context(), a, "approval/list", in, []string{"ID", "TICKET", "CLASS", "CLIENT", "ASKED BY", "WHO AGREES", "STATE", "UNTIL"}, func(x tickets.ShownApproval) []string {
			return []string{x.ID, x.Ticket, string(x.Class), organisation(x.Client, x.ClientName), contact(x.Contact, x.ContactName), whoAgrees(x), string(x.State), when(x.Until)}
		})
	}
	return c
}

// whoAgrees says who has to agree, or who did.
func whoAgrees(x tickets.ShownApproval) string {
	var names []string
	for _, g := range x.Given {
		names = append(names, givenBy(x, g))
	}
	if len(names) == 0 {
		switch {
		case x.Leads > 1:
			return fmt.Sprintf("%d leads", x.Leads)
		case x.Leads == 1:
			return "a lead"
		case x.Blocked != "":
			return "nobody yet"
		}
		for _, p := range x.Approvers {
			names = append(names, cmp.Or(p.Name, p.Contact))
		}
	}
	return strings.Join(names, ", ")
}

func givenBy(x tickets.ShownApproval, g tickets.Agreed) string {
	if g.Agent != "" {
		return g.Agent
	}
	for _, p := range x.Approvers {
		if p.Contact == g.Contact {
			return cmp.Or(p.Name, p.Contact)
		}
	}
	return g.Contact
}

func (a *app) approvalShow() *cobra.Command {
	c, _ := idCommand(a, "show APPROVAL", "approval/show", "Show an approval: the request, who asked and wrote it, what was proved", a.sayApproval)
	return c
}

func (a *app) approvalApprove() *cobra.Command {
	c, in := idCommand(a, "approve APPROVAL", "approval/approve", "Approve as a lead, where no other contact of the client may", a.sayApproval)
	c.Flags().StringVar(&in.Text, "reason", "", "why, and what you saw or whom you called")
	c.Example = "  countersign approval approve A-17 --agent lea --reason \"called the managing director on the number of the contract\""
	return c
}

func (a *app) approvalDeny() *cobra.Command {
	c, in := idCommand(a, "deny APPROVAL", "approval/deny", "Refuse as a lead, where no other contact of the client may approve", a.sayApproval)
	c.Flags().StringVar(&in.Text, "reason", "", "why not")
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
		fmt.Fprintf(a.stdout, "asked   %s at %s%s\n", clean.Terminal(cmp.Or(p.Name, p.Contact)), when(p.At), clean.Terminal(after(", but: ", p.Unsent)))
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
		fmt.Fprintf(a.stdout, "proof   %s at %s, until %s\n", p.Kind, when(p.At), when(p.Expires))
	}
	for line := range strings.SplitSeq(x.Request, "\n") {
		fmt.Fprintf(a.stdout, "request %s\n", clean.Terminal(line))
	}
	if x.You != "" {
		fmt.Fprintf(a.stdout, "You may not approve it: %s.\n", clean.Terminal(x.You))
	}
	return nil
}

// after gives words with what stands before them, nothing without.
func after(before, words string) string {
	if words == "" {
		return ""
	}
	return before + words
}
