package mailbox

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

// TestHiddenNesting: text that ends like a literal must not let a megabyte of
// parentheses pass unseen; the library's cost for them is quadratic.
func TestHiddenNesting(t *testing.T) {
	for _, before := range []string{"* OK look", "* BYE look", "+ look", "x1 OK look"} {
		t.Run(before, func(t *testing.T) {
			var s scanner
			in := fmt.Sprintf("%s {1048576}\r\n* 1 FETCH (UID 7 BODYSTRUCTURE %s", before, strings.Repeat("(", 100))
			if _, err := s.take([]byte(in), slice); err == nil {
				t.Errorf("take(%.40q...) passed 100 open parentheses", in)
			}
		})
	}
	h := newHostile(t, "* OK hi", func(_, command string, w net.Conn) bool {
		if !strings.Contains(command, "BODY") {
			return false
		}
		io.WriteString(w, "* OK look {1048576}\r\n* 1 FETCH (UID 7 BODYSTRUCTURE ")
		flood(w, "(", 2<<20)
		return true
	})
	defer h.close()
	l := &ledger{}
	if err := h.read(l); err != nil || len(l.got) != 1 || !l.got[0].Poison {
		t.Errorf("Once() = %v, got %+v; want the message set aside", err, l.got)
	}
}
