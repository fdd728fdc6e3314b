package middleware

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/hostname"
	"github.com/volaweb/vola/web"
)

// HostsConfig configures [Hosts]. The zero value refuses every request.
type HostsConfig struct {
	// Allowed reports whether the site answers to a name: in lower case, without a
	// port, a dot at its end or the brackets of an IPv6 address. [HostList.Has] is such
	// a function. It must be safe for concurrent use.
	Allowed func(name string) bool

	// Exempt reports whether a request is answered whatever its host is, such as one of a
	// monitor. Defaults to none.
	Exempt func(r *http.Request) bool

	// Logger is told of the first request that is refused. Defaults to nobody.
	Logger *slog.Logger
}

// Hosts refuses requests for other hosts than those of the site with 421, before a handler
// could make links of the name: a Host that nobody checks may be anybody's. A request without a
// host is refused too, and so is one whose host cannot be the name of one: a name in another
// script is sent as xn--.... It looks at r.Host, which [Proxies] sets before.
func Hosts(cfg HostsConfig) web.Middleware {
	var once sync.Once
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name, ok := hostname.Parse(r.Host)
			if ok && cfg.Allowed != nil && cfg.Allowed(name) || cfg.Exempt != nil && cfg.Exempt(r) {
				next.ServeHTTP(w, r)
				return
			}
			if cfg.Logger != nil {
				once.Do(func() {
					cfg.Logger.Warn("a request for a host that the site does not answer to was refused, as all such will be; "+
						"if the host is the site's, set BASE_URL, or add it to ALLOWED_HOSTS", "host", shortened(r.Host))
				})
			}
			web.Fail(w, r, web.WithStatus(http.StatusMisdirectedRequest, fault.Wrap(fault.Invalid, fmt.Errorf("host %q is not one of the site", shortened(r.Host)),
				"This site does not answer under this host name. If the name is the site's, BASE_URL or ALLOWED_HOSTS must say so.")))
		})
	}
}

// shortened keeps what a client sent from filling the log.
func shortened(host string) string { return host[:min(len(host), 100)] }

// HostList is the names that a site answers to. The zero value has none.
type HostList struct {
	any     bool
	names   []string
	domains []string // each with a dot in front
}

// ParseHosts reads names with commas between them. A name or an address stands for
// itself, one with a dot in front for itself and all names below it, "*" for every host.
// The error names each that is wrong.
func ParseHosts(list string) (HostList, error) {
	var l HostList
	var errs []error
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		domain := strings.HasPrefix(item, ".")
		name, ok := hostname.Parse(strings.TrimPrefix(item, "."))
		_, notAddress := netip.ParseAddr(name)
		switch {
		case item == "":
		case item == "*":
			l.any = true
		case strings.Contains(item, "/"):
			errs = append(errs, fmt.Errorf("%q is not a host; write its name alone, such as example.org", item))
		case !ok || domain && notAddress == nil:
			errs = append(errs, fmt.Errorf("%q is not a name of letters, digits and hyphens or an address (a name in another script is written in its form xn--...)", item))
		case hasPort(item):
			errs = append(errs, fmt.Errorf("%q has a port; leave it out, as a name stands for all ports", item))
		case domain:
			l.domains = append(l.domains, "."+name)
		default:
			l.names = append(l.names, name)
		}
	}
	return l, errors.Join(errs...)
}

// Any reports whether the list stands for every host.
func (l HostList) Any() bool { return l.any }

// Has reports whether a name is in the list, in the form that [HostsConfig] has them.
func (l HostList) Has(name string) bool {
	if l.any || slices.Contains(l.names, name) {
		return true
	}
	for _, domain := range l.domains {
		if name == domain[1:] || strings.HasSuffix(name, domain) {
			return true
		}
	}
	return false
}

// hasPort reports whether a host that can be one has a port, even an empty one.
func hasPort(host string) bool {
	if strings.HasPrefix(host, "[") {
		return !strings.HasSuffix(host, "]")
	}
	return strings.Count(host, ":") == 1
}
