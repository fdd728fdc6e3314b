//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package postgres

import (
	"crypto/tls"
	"net"
	"syscall"
)

// hasInput reports whether something can be read from an idle connection, its
// end too, without reading it. Where that cannot be told it reports true.
func hasInput(c net.Conn) bool {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	sc, ok := c.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return true
	}
	input := true
	// Not raw.Read, which waits for a read that is going on.
	err = raw.Control(func(fd uintptr) {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		input = err != syscall.EAGAIN && err != syscall.EWOULDBLOCK
	})
	return input || err != nil
}
