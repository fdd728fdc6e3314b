package fetch

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// PublicTransport returns a transport that connects to public addresses only:
// see [PublicOnly]. It uses no proxy, which would connect in its place. Make
// one and keep it; it holds the connections that can be used again.
func PublicTransport() *http.Transport {
	dialer := net.Dialer{Timeout: 10 * time.Second, Control: PublicOnly}
	return &http.Transport{
		DialContext:         dialer.DialContext,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        100,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
	}
}

// PublicOnly refuses connections to addresses that are not of the public
// internet: loopback, private and link-local networks (where clouds keep their
// metadata service), multicast, and what the IANA registries of
// special-purpose addresses (RFC 6890) reserve. It is meant for
// [net.Dialer.Control], where it sees each address after the name was
// resolved, so that no name and no redirect leads around it.
func PublicOnly(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return fmt.Errorf("connection to %s %q refused: it is no address of the internet", network, address)
	}
	if !public(ap.Addr().Unmap()) {
		return fmt.Errorf("connection to %s refused: it is not a public address", ap.Addr())
	}
	return nil
}

// public reports whether an address belongs to the public internet.
func public(a netip.Addr) bool {
	if a.Is6() && !publicIPv6.Contains(a) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// publicIPv6 holds all addresses of version 6 that are given out so far. It
// leaves out those that stand for an address of version 4 (NAT64).
var publicIPv6 = netip.MustParsePrefix("2000::/3")

// special are the parts of the two address spaces that are not public.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("10.0.0.0/8"),      // private
	netip.MustParsePrefix("100.64.0.0/10"),   // shared by the customers of a provider
	netip.MustParsePrefix("127.0.0.0/8"),     // loopback
	netip.MustParsePrefix("169.254.0.0/16"),  // link-local
	netip.MustParsePrefix("172.16.0.0/12"),   // private
	netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("192.88.99.0/24"),  // relays of 6to4
	netip.MustParsePrefix("192.168.0.0/16"),  // private
	netip.MustParsePrefix("198.18.0.0/15"),   // measuring networks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("224.0.0.0/3"),     // multicast, reserved, broadcast
	netip.MustParsePrefix("2001::/23"),       // protocol assignments, with Teredo
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("2002::/16"),       // 6to4: stands for an address of version 4
	netip.MustParsePrefix("3fff::/20"),       // documentation
}
