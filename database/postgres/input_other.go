//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package postgres

import "net"

// hasInput reports whether something can be read from an idle connection. That
// cannot be told on this system, so that it is asked.
func hasInput(net.Conn) bool { return true }
