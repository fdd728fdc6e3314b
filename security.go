package vola

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"github.com/volaweb/vola/internal/hostname"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// healthPath is answered under every host and without HTTPS: what asks for it
// knows an address only.
const healthPath = "/healthz"

func isHealth(r *http.Request) bool { return r.Pattern == healthPath }

// parseProxies reads networks and addresses with commas between them.
func parseProxies(list string) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	var errs []error
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		network, err := netip.ParsePrefix(item)
		if err != nil {
			var addr netip.Addr
			if addr, err = netip.ParseAddr(item); err == nil {
				addr = addr.WithZone("").Unmap()
				network = netip.PrefixFrom(addr, addr.BitLen())
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("setting TRUSTED_PROXIES: %q is neither an address nor a network; write them as in 10.0.0.0/8 or 127.0.0.1", item))
			continue
		}
		if a := network.Addr(); a.Is4In6() && network.Bits() >= 96 {
			network = netip.PrefixFrom(a.Unmap(), network.Bits()-96)
		}
		networks = append(networks, network)
	}
	return networks, errors.Join(errs...)
}

// checkEdge reads the settings about proxies and hosts.
func (s *settings) checkEdge() error {
	var proxies, hosts error
	s.proxies, proxies = parseProxies(s.TrustedProxies)
	if s.hosts, hosts = middleware.ParseHosts(s.AllowedHosts); hosts != nil {
		hosts = fmt.Errorf("setting ALLOWED_HOSTS: %s", strings.ReplaceAll(hosts.Error(), "\n", "; "))
	}
	return errors.Join(proxies, hosts, checkContact(s.SecurityContact))
}

// checkContact returns what is wrong with the setting SECURITY_CONTACT.
func checkContact(contact string) error {
	if contact == "" {
		return nil
	}
	u, err := url.Parse(contact)
	if err != nil || u.Scheme != "mailto" && u.Scheme != "https" && u.Scheme != "tel" || u.Opaque+u.Host == "" || strings.ContainsFunc(contact, unicode.IsSpace) {
		return fmt.Errorf("setting SECURITY_CONTACT: the value %q is not an address; write mailto:security@example.org or https://example.org/security", contact)
	}
	return nil
}

// isHTTPS reports whether people reach the site by HTTPS.
func (s *settings) isHTTPS() bool { return strings.HasPrefix(s.BaseURL, "https://") }

// baseHost is the name in BASE_URL, "" if that is not set.
func (s *settings) baseHost() string {
	u, err := url.Parse(s.BaseURL)
	if err != nil {
		return ""
	}
	name, _ := hostname.Parse(u.Host) // checkBaseURL has tried it
	return name
}

// basePort is the port in BASE_URL, "" if that has none.
func (s *settings) basePort() string {
	u, err := url.Parse(s.BaseURL)
	if err != nil {
		return ""
	}
	return u.Port()
}

// proxyMiddleware finds out who makes a request, before anything looks at that.
func (s *Site) proxyMiddleware() web.Middleware {
	return middleware.Proxies(middleware.ProxiesConfig{Trusted: s.set.proxies, HTTPS: s.set.isHTTPS(), Logger: s.opts.Log})
}

// hostMiddleware lets through what is for a host of the site, by HTTPS if that can be
// told.
func (s *Site) hostMiddleware() []web.Middleware {
	all := []web.Middleware{middleware.Hosts(middleware.HostsConfig{Allowed: s.allowedHosts(), Exempt: isHealth, Logger: s.opts.Log})}
	if s.set.isHTTPS() && len(s.set.proxies) > 0 {
		all = append(all, middleware.RedirectHTTPS(middleware.RedirectHTTPSConfig{Port: s.set.basePort(), Exempt: isHealth}))
	}
	return all
}

// allowedHosts returns what tells whether the site answers to a name: the host of BASE_URL
// and those of ALLOWED_HOSTS, and in development, or while BASE_URL is not set, this
// machine. In development a list of every host does not count: another site, whose name was made to
// lead here, would see the sources.
func (s *Site) allowedHosts() func(name string) bool {
	base, local := s.set.baseHost(), s.opts.Dev || s.set.BaseURL == ""
	return func(name string) bool {
		switch {
		case base != "" && name == base, !(s.opts.Dev && s.set.hosts.Any()) && s.set.hosts.Has(name):
			return true
		case local:
			return hostname.IsLocal(name) || s.listensOn != "" && name == s.listensOn
		}
		return false
	}
}

// listening notes the address that the site has, which it answers to as long as
// BASE_URL says no other. It is called before the first request.
func (s *Site) listening(addr net.Addr) {
	if s.host.Site.BaseURL == "" {
		s.host.Site.BaseURL = baseURLOf(addr)
	}
	if tcp, ok := addr.(*net.TCPAddr); ok && !tcp.IP.IsUnspecified() {
		s.listensOn = tcp.AddrPort().Addr().WithZone("").Unmap().String()
	}
}

// secureHeaders returns the headers of the site's configuration. In development browsers are not
// told to keep to HTTPS, which they would do for every program on this machine.
func (s *Site) secureHeaders() middleware.SecureHeadersConfig {
	cfg := s.cfg.SecureHeaders
	if s.opts.Dev {
		cfg.HSTS = -1
	}
	return cfg
}
