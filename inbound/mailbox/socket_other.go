//go:build !linux

package mailbox

import (
	"net"
	"time"
)

// limitUnacknowledged leaves it at the kernel's own limit.
func limitUnacknowledged(net.Conn, time.Duration) {}
