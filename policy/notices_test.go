package policy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// constants gives the values of the constants of a type that a file declares.
func constants(t *testing.T, file, typ string) (values []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == typ {
			for _, v := range spec.Values {
				if lit, ok := v.(*ast.BasicLit); ok {
					s, _ := strconv.Unquote(lit.Value)
					values = append(values, s)
				}
			}
		}
		return true
	})
	if len(values) < 5 {
		t.Fatalf("only the constants %q of type %s in %s", values, typ, file)
	}
	return values
}

// TestNoticeTable: every kind of notice is in the list and has a row, and what
// the columns of a row say agrees.
func TestNoticeTable(t *testing.T) {
	var listed []string
	for _, k := range NoticeKinds {
		listed = append(listed, string(k))
	}
	if declared := constants(t, "notices.go", "NoticeKind"); !slices.Equal(declared, listed) || len(notices) != len(listed) {
		t.Fatalf("declared are %v, listed %v, and there are %d rows", declared, listed, len(notices))
	}
	for _, k := range NoticeKinds {
		n, ok := notices[k]
		toContact := slices.Contains([]Recipient{ToContact, ToPrimary, ToApprover}, n.To)
		for what, holds := range map[string]bool{
			"a row":                                          ok,
			"a recipient":                                    n.To != "",
			"a text":                                         n.Text != "",
			"a class":                                        n.Delivery == AtLeastOnce || n.Delivery == AtMostOnce,
			"class A if it asks":                             !n.Asks || n.Delivery == AtLeastOnce,
			"one to answer if it asks":                       !n.Asks || toContact,
			"nothing to answer if staff get it":              !n.To.Staff() || !n.Asks && !n.Replies && !n.Once,
			"limits where it goes to a contact":              toContact == (len(n.Limits) > 0),
			"the ticket's limit, or is for security":         !toContact || n.Security != slices.Contains(n.Limits, PerTicketDay),
			"the contact's limit":                            !toContact || slices.Contains(n.Limits, PerContactHour),
			"none who could keep a word from anybody":        n.Kept == (n.Security || n.To.Staff()),
			"once a revision if for security":                !n.Security || n.Once && !n.Asks,
			"no place of others if for security":             n.Security == (n.Account == OfSecurity),
			"an account of staff if staff get it":            n.To.Staff() == (n.Account == OfStaff),
			"security, and asks nothing, if one may object":  !n.Objects || (n.Security && n.Delivery == AtLeastOnce || n.Aside) && !n.Asks,
			"an objection if it goes to who left the file":   !n.Left || n.Objects && n.Security,
			"no question of its ticket aside":                !n.Aside || !n.Asks && n.Replies,
			"nothing to ask or object if it names no ticket": !n.Bare || n.Aside && !n.Objects,
			"no drop if it asks or is kept":                  !n.Dropped || !n.Asks && !n.Kept,
			"urgency, if more than one of staff is told":     n.Urgent == (n.To == ToLeads || n.To == ToDeciders),
			"class A if it is urgent":                        !n.Urgent || n.Delivery == AtLeastOnce,
			"a line if it is one of several":                 (n.Line != "") == (n.To.Staff() && k != NoticeSeveral),
		} {
			if !holds {
				t.Errorf("%s has not %s: %+v", k, what, n)
			}
		}
	}
	if n := NoticeKind("of a later day").Terms(); n.Asks || n.Text != "" || n.Dropped || len(n.Limits) != 2 {
		t.Errorf("terms of an unknown kind: %+v", n)
	}
}
