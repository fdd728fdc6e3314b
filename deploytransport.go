package vola

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// transportChecks are about how people reach the site.
func transportChecks() []deployCheck {
	return []deployCheck{
		{"T01", module.LevelError, "BASE_URL is missing or begins with http", (*deployment).baseURL},
		{"T02", module.LevelWarning, "the host of BASE_URL is an address or a local name", (*deployment).baseName},
		{"T03", module.LevelWarning, "HSTS is off or shorter than a year", (*deployment).hsts},
		{"T04", module.LevelWarning, "nobody says whether a visitor has HTTPS", (*deployment).noProxy},
		{"T05", module.LevelError, "TRUSTED_PROXIES has networks of the whole internet", (*deployment).wideProxies},
		{"T07", module.LevelWarning, "a request has no deadline", (*deployment).deadlines},
		{"T08", module.LevelWarning, "HSTS asks for preloading without what that needs", (*deployment).preload},
		{"T09", module.LevelWarning, "the site listens where people reach it around the proxy", (*deployment).aroundProxy},
		{"T10", module.LevelError, "ALLOWED_HOSTS has every host, or all of a top-level domain", (*deployment).wideHosts},
		{"T11", module.LevelNote, "BASE_URL has a port", (*deployment).basePort},
		{"T12", module.LevelWarning, "so many requests are at work at a time that they do not fit", (*deployment).manyRequests},
	}
}

const writeBaseURL = "BASE_URL=https://example.org"

func (d *deployment) baseURL() []module.Finding {
	switch {
	case d.site.needBaseURL() != nil:
		return one("serve does not start, as MAIL_URL says that mails are sent, and links in them begin with BASE_URL", "setting BASE_URL", writeBaseURL)
	case d.set.BaseURL == "":
		return one("links in mails and feeds begin with the address that the program listens on, and the site answers to no name", "setting BASE_URL", writeBaseURL)
	case !d.set.isHTTPS():
		return one("people reach the site without encryption: whoever is on the way reads and changes everything", "setting BASE_URL", "BASE_URL=https://"+strings.TrimPrefix(d.set.BaseURL, "http://"))
	}
	return nil
}

func (d *deployment) baseName() []module.Finding {
	name := d.set.baseHost()
	if name == "" {
		return nil
	}
	_, err := netip.ParseAddr(name)
	local := !strings.Contains(name, ".")
	for _, end := range []string{".localhost", ".local", ".internal", ".test", ".invalid", ".lan", ".home.arpa"} {
		local = local || strings.HasSuffix(name, end)
	}
	if err == nil || local {
		return one(fmt.Sprintf("people on other machines do not reach the site by %q, or get no certificate for it", name), "setting BASE_URL", writeBaseURL)
	}
	return nil
}

// withHeaders reports whether the site sends the headers that its configuration names.
func (d *deployment) withHeaders() bool { return !d.site.cfg.NoSecureHeaders }

const writeHSTS = "SecureHeaders: middleware.SecureHeadersConfig{HSTS: 365 * 24 * time.Hour},"

func (d *deployment) hsts() []module.Finding {
	age := d.site.cfg.SecureHeaders.HSTS
	if !d.withHeaders() || age == 0 || age >= middleware.DefaultHSTS {
		return nil
	}
	return one("the first request of a visit can be made by http, where somebody on the way answers in place of the site", "vola.Config, SecureHeaders.HSTS", writeHSTS)
}

func (d *deployment) preload() []module.Finding {
	h := d.site.cfg.SecureHeaders
	if !d.withHeaders() || !h.HSTSPreload || h.HSTSSubdomains && (h.HSTS == 0 || h.HSTS >= middleware.DefaultHSTS) {
		return nil
	}
	return one("browsers take only hosts whose subdomains have HTTPS too, for a year or more", "vola.Config, SecureHeaders.HSTSPreload",
		"SecureHeaders: middleware.SecureHeadersConfig{HSTSSubdomains: true, HSTSPreload: true},")
}

func (d *deployment) noProxy() []module.Finding {
	if !d.set.isHTTPS() || len(d.set.proxies) > 0 {
		return nil
	}
	return one("what handles HTTPS in front of the site is not believed: who comes by http is not redirected, and the log has the proxy's address for every visitor",
		"setting TRUSTED_PROXIES", "TRUSTED_PROXIES=127.0.0.1,::1")
}

func (d *deployment) wideProxies() (out []module.Finding) {
	for _, network := range d.set.proxies {
		if network.Bits() < 8 && (network.Addr().Is4() || network.Bits() < 7) {
			out = append(out, one(fmt.Sprintf("visitors out of %v can say that they are anybody, from anywhere", network), "setting TRUSTED_PROXIES", "TRUSTED_PROXIES=10.0.0.0/8")...)
		}
	}
	return out
}

func (d *deployment) deadlines() (out []module.Finding) {
	if d.set.Timeout == 0 || d.set.Timeout > 10*time.Minute {
		out = one("a request that hangs keeps its place, until all are taken", "setting REQUEST_TIMEOUT", "REQUEST_TIMEOUT=30s")
	}
	for _, r := range d.site.Routes() {
		if !r.Stream && (r.Deadline == web.NoDeadline || r.Deadline > 10*time.Minute) {
			out = append(out, one(fmt.Sprintf("a request of the route %s %s that hangs keeps its place", r.Method, r.Pattern), r.Source, ".Deadline(time.Minute), or .Stream(100)")...)
		}
	}
	return out
}

func (d *deployment) aroundProxy() []module.Finding {
	host, _, err := net.SplitHostPort(d.set.Addr)
	addr, addrErr := netip.ParseAddr(host)
	private := host == "localhost" || addrErr == nil && (addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast())
	if err != nil || private || !d.set.isHTTPS() {
		return nil
	}
	return one(fmt.Sprintf("the program listens on %s without HTTPS: people who know its address reach it around the proxy", d.set.Addr), "setting ADDR", "ADDR=127.0.0.1:8000")
}

func (d *deployment) wideHosts() (out []module.Finding) {
	if d.set.hosts.Any() {
		return one("a link in a page or a mail can be made to lead to any host that somebody sends", "setting ALLOWED_HOSTS", "ALLOWED_HOSTS=www.example.org")
	}
	for item := range strings.SplitSeq(d.set.AllowedHosts, ",") {
		if name, ok := strings.CutPrefix(strings.TrimSpace(item), "."); ok && !strings.Contains(strings.TrimSuffix(name, "."), ".") {
			out = append(out, one(fmt.Sprintf("everybody can have a host below .%s", name), "setting ALLOWED_HOSTS", "ALLOWED_HOSTS=.example.org")...)
		}
	}
	return out
}

func (d *deployment) basePort() []module.Finding {
	u, err := url.Parse(d.set.BaseURL)
	if err != nil || u.Port() == "" || u.Port() == "443" {
		return nil
	}
	return one("some networks let through port 443 only", "setting BASE_URL", "BASE_URL="+u.Scheme+"://"+u.Hostname())
}

func (d *deployment) manyRequests() []module.Finding {
	if d.set.MaxRequests <= 10000 {
		return nil
	}
	return one(fmt.Sprintf("%d requests with a body of 1 MB each take more memory than most machines have", d.set.MaxRequests), "setting MAX_REQUESTS", "MAX_REQUESTS=100")
}
