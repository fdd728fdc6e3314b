package web

import (
	"net"
	"net/http"
	"net/netip"
)

// ClientAddr returns the address of the visitor: that of r.RemoteAddr, without a zone, and never IPv4
// inside IPv6. Behind a proxy it is the proxy's, unless middleware.Proxies
// trusts it and is around the handler that asks. It is invalid for a request that did not
// come over a network.
func ClientAddr(r *http.Request) netip.Addr {
	if a, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return a.Addr().WithZone("").Unmap()
	}
	a, err := netip.ParseAddr(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return a.WithZone("").Unmap()
}

// ClientHost returns r.RemoteAddr without its port, for logs: the visitor's address as in
// [ClientAddr], or what else is there.
func ClientHost(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
