package staff_test

import (
	"errors"
	"testing"

	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/staff"
)

func sam() staff.Agent {
	return staff.Agent{ID: "sam", Email: "Sam@Desk.example", UnixUser: "sam", Authorities: []string{"password-change"}}
}

func TestAdd(t *testing.T) {
	s := kv.Memory()
	if err := s.Update(func(tx kv.Tx) error { _, err := staff.Add(tx, sam()); return err }); err != nil {
		t.Fatal(err)
	}
	_ = s.View(func(v kv.View) error {
		a, ok, err := staff.ByUnixUser(v, "sam")
		if !ok || err != nil || a.ID != "sam" || a.Role != staff.RoleAgent {
			t.Errorf("ByUnixUser = %+v, %v, %v", a, ok, err)
		}
		if _, ok, err := staff.ByUnixUser(v, ""); ok || err != nil {
			t.Errorf("ByUnixUser of nobody = %v, %v", ok, err)
		}
		if all, err := staff.List(v); len(all) != 1 || err != nil {
			t.Errorf("List = %v, %v", all, err)
		}
		return nil
	})
}

// Each row spoils one fact of an agent who could be added.
func TestAddRefuses(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*staff.Agent)
		ok    bool
	}{
		{"fine", func(a *staff.Agent) {}, true},
		{"no-id", func(a *staff.Agent) { a.ID = "" }, false},
		{"id-taken", func(a *staff.Agent) { a.ID = "sam" }, false},
		{"id-form", func(a *staff.Agent) { a.ID = "a/b" }, false},
		{"email-taken", func(a *staff.Agent) { a.Email = "sam@DESK.example" }, false},
		{"email-same-mailbox", func(a *staff.Agent) { a.Email = "sam+sue@desk.example" }, false},
		{"email-form", func(a *staff.Agent) { a.Email = "sue" }, false},
		{"email-contact", func(a *staff.Agent) { a.Email = "ada@north.example" }, false},
		{"email-mailbox-of-contact", func(a *staff.Agent) { a.Email = "ada+desk@north.example" }, false},
		{"user-taken", func(a *staff.Agent) { a.UnixUser = "sam" }, false},
		{"user-form", func(a *staff.Agent) { a.UnixUser = "a b" }, false},
		{"role", func(a *staff.Agent) { a.Role = "root" }, false},
		{"class", func(a *staff.Agent) { a.Authorities = []string{"password-changes"} }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			err := s.Update(func(tx kv.Tx) error {
				if err := onfile.TakeForContact(tx, "ada@north.example", "c-1"); err != nil {
					return err
				}
				_, err := staff.Add(tx, sam())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			a := staff.Agent{ID: "sue", Email: "sue@desk.example", UnixUser: "sue", Role: staff.RoleLead, Authorities: []string{"all"}, Teams: []string{"hosting"}}
			tt.spoil(&a)
			err = s.Update(func(tx kv.Tx) error { _, err := staff.Add(tx, a); return err })
			if (err == nil) != tt.ok || err != nil && !errors.Is(err, staff.ErrInvalid) {
				t.Errorf("Add(%+v) = %v", a, err)
			}
		})
	}
}
