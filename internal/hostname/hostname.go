// Package hostname reads the names of hosts, as requests and settings have them.
package hostname

import (
	"net/netip"
	"strings"
)

// IsLocal reports whether a host is this machine: localhost, a name below that, or a loopback
// address. It has no port.
func IsLocal(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().IsLoopback()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// Parse returns the name or address in a Host header or a URL, which may have a port, in the form in
// which names are compared: in lower case, without a dot at its end, brackets or a port, an IPv4 address
// within an IPv6 one as itself. It is false if that cannot be a host.
func Parse(host string) (string, bool) {
	name, port := host, ""
	switch {
	case strings.HasPrefix(host, "["):
		inside, after, ok := strings.Cut(host[1:], "]")
		if !ok || after != "" && after[0] != ':' {
			return "", false
		}
		name, port = inside, strings.TrimPrefix(after, ":")
		if a, err := netip.ParseAddr(name); err != nil || !a.Is6() || a.Zone() != "" {
			return "", false
		}
	case strings.Count(host, ":") == 1:
		name, port, _ = strings.Cut(host, ":")
	}
	if len(port) > 5 || strings.Trim(port, "0123456789") != "" {
		return "", false
	}
	if c := name; c != "" && (c[len(c)-1] >= '0' && c[len(c)-1] <= '9' || strings.Contains(c, ":")) {
		// Only an address ends with a digit, but for names that end so in other words.
		if a, err := netip.ParseAddr(c); err == nil {
			return a.WithZone("").Unmap().String(), a.Zone() == ""
		}
	}
	name = strings.TrimSuffix(name, ".")
	if !isDNSName(name) {
		return "", false
	}
	return strings.ToLower(name), true
}

// isDNSName reports whether a name has the form of one that hosts have: labels of
// letters, digits, hyphens and underscores, and not digits alone.
func isDNSName(name string) bool {
	if name == "" || len(name) > 253 {
		return false
	}
	label, digits := 0, true
	for i := range len(name) {
		switch c := name[i]; {
		case c == '.':
			if label == 0 {
				return false
			}
			label = -1
		case c >= '0' && c <= '9':
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_':
			digits = false
		default:
			return false
		}
		if label++; label > 63 {
			return false
		}
	}
	return label > 0 && !digits
}
