package middleware

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"github.com/volaweb/vola/web"
)

// ProxiesConfig configures [Proxies]. The zero value trusts nobody.
type ProxiesConfig struct {
	// Trusted are the networks of the site's own proxies.
	Trusted []netip.Prefix

	// HTTPS says that visitors reach the site by HTTPS where nobody tells: the
	// site's address is https://..., and what handles that is no trusted proxy.
	HTTPS bool

	// Logger is told once if a proxy seems to be there that is not trusted.
	// Defaults to nobody.
	Logger *slog.Logger
}

// forwardingHeaders are what a proxy, or anybody who pretends to be one, says of a
// request.
var forwardingHeaders = [...]string{
	"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host",
	"X-Forwarded-Port", "X-Forwarded-Ssl", "X-Forwarded-Scheme", "X-Real-Ip",
}

// Proxies makes r.RemoteAddr, r.Host and r.TLS of a request those of the visitor,
// also where proxies are in between: for all that comes after it, the access log,
// [web.ClientAddr], [web.IsHTTPS] and handlers of other packages. It is the only place that
// reads what proxies say, and belongs before all that looks at these.
//
// Only what comes from a trusted address is believed: X-Forwarded-For,
// X-Forwarded-Proto and X-Forwarded-Host, or Forwarded (RFC 7239). Each proxy appends to
// lists, so the visitor is the last address that is not a trusted one; what stands
// before it anybody can write. Where that is not an address, as in "unknown" or
// "_hidden", it is the proxy that said so. Scheme and host are of the same
// hop, or the only ones given. A request with both kinds of headers may
// have one from the visitor: of what they disagree on, neither is believed.
//
// From all other addresses these headers are removed, and also X-Real-Ip,
// X-Forwarded-Port, X-Forwarded-Ssl and X-Forwarded-Scheme, which are never read here.
//
// For a visitor with HTTPS r.TLS is an empty state if the connection has none;
// its fields say nothing. If a trusted proxy says http, r.TLS is nil.
func Proxies(cfg ProxiesConfig) web.Middleware {
	p := &proxies{ProxiesConfig: cfg, secure: new(tls.ConnectionState)}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p.resolve(r)
			next.ServeHTTP(w, r)
		})
	}
}

// proxies is the state of one Proxies.
type proxies struct {
	ProxiesConfig
	secure *tls.ConnectionState
	told   sync.Once
}

// resolve makes the request that of the visitor.
func (p *proxies) resolve(r *http.Request) {
	var v visitor
	if peer, ok := peerOf(r); ok && p.trusts(peer) {
		v = p.visitor(r.Header, peer)
		if v.addr.IsValid() && v.addr != peer {
			r.RemoteAddr = netip.AddrPortFrom(v.addr, v.port).String()
		}
		if v.host != "" {
			r.Host = v.host
		}
	} else {
		p.strip(r, peer)
	}
	switch {
	case v.scheme == "http":
		r.TLS = nil
	case r.TLS == nil && (v.scheme == "https" || p.HTTPS):
		r.TLS = p.secure
	}
}

// peerOf returns the address of the other end of the connection.
func peerOf(r *http.Request) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	return plainAddr(peer.Addr()), true
}

// plainAddr is the form in which addresses are compared: without a zone, and IPv4
// never inside IPv6.
func plainAddr(a netip.Addr) netip.Addr { return a.WithZone("").Unmap() }

func (p *proxies) trusts(a netip.Addr) bool {
	for _, network := range p.Trusted {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// strip removes what somebody who is not trusted says of the way of a request.
func (p *proxies) strip(r *http.Request, peer netip.Addr) {
	found := ""
	for _, name := range forwardingHeaders {
		if _, ok := r.Header[name]; ok {
			delete(r.Header, name)
			found = name
		}
	}
	// A proxy is near. From elsewhere anybody could have sent the header.
	if found != "" && p.Logger != nil && (peer.IsLoopback() || peer.IsPrivate()) {
		p.told.Do(func() {
			p.Logger.Warn("what a proxy says of visitors is not believed; if it is yours, trust its address, as in TRUSTED_PROXIES="+peer.String(), "header", found)
		})
	}
}

// visitor finds out who made a request that came from a trusted address.
func (p *proxies) visitor(h http.Header, peer netip.Addr) visitor {
	v := p.xForwarded(h, peer)
	lines := h["Forwarded"]
	if len(lines) == 0 {
		return v
	}
	f := p.forwarded(lines, peer)
	switch {
	case !v.addr.IsValid():
		v.addr, v.port = f.addr, f.port
	case f.addr.IsValid() && f.addr != v.addr:
		v.addr = peer
	}
	v.scheme, v.host = agreed(v.scheme, f.scheme), agreed(v.host, f.host)
	return v
}

// agreed returns what one of two says and the other does not deny.
func agreed(a, b string) string {
	switch {
	case a == "" || strings.EqualFold(a, b):
		return b
	case b == "":
		return a
	}
	return ""
}
