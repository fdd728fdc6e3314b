package middleware

import (
	"iter"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/internal/hostname"
)

// visitor is who made a request, as proxies say.
type visitor struct {
	addr         netip.Addr // invalid where nobody tells
	port         uint16
	scheme, host string // "" where nobody tells
}

// hop is what one proxy says.
type hop struct{ from, scheme, host string }

// walk goes from the last proxy to the visitor: as long as a proxy is trusted,
// what it says of where the request came from is believed. It returns also the
// number of the hop that is the visitor's, from the end, -1 if nobody tells.
func (p *proxies) walk(fromRight iter.Seq[string], peer netip.Addr) (addr netip.Addr, port uint16, number int) {
	number = -1
	for from := range fromRight {
		number++
		a, at, ok := parseNode(from)
		if !ok {
			// It is known to nobody but this proxy.
			if !addr.IsValid() {
				addr = peer
			}
			return addr, port, number
		}
		addr, port = a, at
		if !p.trusts(a) {
			break
		}
	}
	return addr, port, number
}

// xForwarded reads X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host.
func (p *proxies) xForwarded(h http.Header, peer netip.Addr) (v visitor) {
	lines, number := h["X-Forwarded-For"], -1
	if len(lines) > 0 {
		v.addr, v.port, number = p.walk(fromRight(lines), peer)
	}
	v.scheme = schemeOf(sameHop(h["X-Forwarded-Proto"], lines, number))
	v.host = hostOf(sameHop(h["X-Forwarded-Host"], lines, number))
	return v
}

// sameHop returns the element of one list that belongs to an element of another: that
// with its number, if the lists are of one length, or else the only one.
func sameHop(lines, others []string, number int) string {
	if len(lines) == 0 {
		return ""
	}
	count, found := 0, ""
	for element := range fromRight(lines) {
		if count == 0 || count == number {
			found = element
		}
		count++
	}
	if count <= 1 {
		return found
	}
	total := 0
	for range fromRight(others) {
		total++
	}
	if total != count {
		return ""
	}
	return found
}

// fromRight goes through a list that may be in several lines, from its end. Empty
// elements are none (RFC 9110, section 5.6.1).
func fromRight(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range slices.Backward(lines) {
			for more := true; more; {
				element, comma := line, strings.LastIndexByte(line, ',')
				if more = comma >= 0; more {
					line, element = line[:comma], line[comma+1:]
				}
				if element = strings.Trim(element, " \t"); element != "" && !yield(element) {
					return
				}
			}
		}
	}
}

// forwarded reads the header Forwarded. What is not formed as RFC 7239 says tells
// nothing.
func (p *proxies) forwarded(lines []string, peer netip.Addr) (v visitor) {
	hops, ok := parseForwarded(strings.Join(lines, ","))
	if !ok || len(hops) == 0 {
		return v
	}
	var number int
	v.addr, v.port, number = p.walk(func(yield func(string) bool) {
		for _, h := range slices.Backward(hops) {
			if !yield(h.from) {
				return
			}
		}
	}, peer)
	at := hops[len(hops)-1-number]
	v.scheme, v.host = schemeOf(at.scheme), hostOf(at.host)
	return v
}

// parseForwarded parses a list of RFC 7239, section 4: elements with commas between them,
// of pairs with semicolons between them.
func parseForwarded(s string) (hops []hop, ok bool) {
	var h hop
	pairs := 0
	for s = strings.TrimLeft(s, " \t"); s != ""; s = strings.TrimLeft(s, " \t") {
		switch s[0] {
		case ',':
			if pairs > 0 {
				hops = append(hops, h)
			}
			h, pairs, s = hop{}, 0, s[1:]
			continue
		case ';':
			s = s[1:]
			continue
		}
		name, rest, found := strings.Cut(s, "=")
		if !found || strings.Trim(name, tokenLetters) != "" || name == "" {
			return nil, false
		}
		value, rest, valid := cutValue(rest)
		if !valid {
			return nil, false
		}
		pairs++
		if !h.set(strings.ToLower(name), value) {
			return nil, false
		}
		s = strings.TrimLeft(rest, " \t")
		if s != "" && s[0] != ',' && s[0] != ';' {
			return nil, false
		}
	}
	if pairs > 0 {
		hops = append(hops, h)
	}
	return hops, true
}

// tokenLetters are those of the names that there are, and of extensions.
const tokenLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// set keeps a value; false if the element has one of the name already.
func (h *hop) set(name, value string) bool {
	var field *string
	switch name {
	case "for":
		field = &h.from
	case "proto":
		field = &h.scheme
	case "host":
		field = &h.host
	default:
		return true
	}
	if *field != "" || value == "" {
		return false
	}
	*field = value
	return true
}

// cutValue takes a token or a quoted text off the front.
func cutValue(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, " \t,;\"")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; c {
		case '"':
			return b.String(), s[i+1:], true
		case '\\':
			if i++; i == len(s) {
				return "", "", false
			}
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}

// parseNode reads an address, with or without a port: 192.0.2.1, 192.0.2.1:80,
// 2001:db8::1, [2001:db8::1] or [2001:db8::1]:80; an IPv6 address also with a zone,
// which means something to the proxy only.
func parseNode(s string) (addr netip.Addr, port uint16, ok bool) {
	host, number := s, ""
	switch {
	case strings.HasPrefix(s, "["):
		inside, after, found := strings.Cut(s[1:], "]")
		if !found || after != "" && after[0] != ':' {
			return addr, 0, false
		}
		if host = inside; after != "" {
			number = after[1:]
		}
	case strings.Count(s, ":") == 1:
		host, number, _ = strings.Cut(s, ":")
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.IsUnspecified() {
		return addr, 0, false
	}
	if n, err := strconv.ParseUint(number, 10, 16); err == nil {
		port = uint16(n)
	}
	return plainAddr(addr), port, true
}

// schemeOf returns "http" or "https"; "" for anything else.
func schemeOf(s string) string {
	switch {
	case strings.EqualFold(s, "https"), strings.EqualFold(s, "wss"):
		return "https"
	case strings.EqualFold(s, "http"), strings.EqualFold(s, "ws"):
		return "http"
	}
	return ""
}

// hostOf returns a host that a request could be made to; "" for anything else.
func hostOf(s string) string {
	if _, ok := hostname.Parse(s); !ok {
		return ""
	}
	return s
}
