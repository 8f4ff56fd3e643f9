//go:build !linux

package inbound

import (
	"net"
	"time"
)

// limitUnacknowledged leaves it to the kernel's own limit, where TCP_USER_TIMEOUT
// (tcp(7)) is not to be had.
func limitUnacknowledged(net.Conn, time.Duration) {}
