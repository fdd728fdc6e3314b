package vola

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/hostname"
	"github.com/volaweb/vola/web"
)

// checkBaseURL returns the setting BASE_URL in the form in which paths are put
// after it, or what is wrong with it.
func checkBaseURL(raw string) (string, error) {
	const want = "write the scheme and host under which people reach the site, such as https://example.org"
	if raw == "" {
		return "", nil
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "", fmt.Errorf("setting BASE_URL: the value is not a URL; %s", want) // it may hold a password
	case u.User != nil:
		return "", fmt.Errorf("setting BASE_URL: the value has a user name or password; %s", want)
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	problem := ""
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		problem = "does not begin with http:// or https://"
	case u.Opaque != "" || u.Hostname() == "":
		problem = "has no host"
	case u.Path != "" && u.Path != "/":
		problem = "has a path"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(raw, "#"):
		problem = "has something after the host"
	case !isHost(u.Hostname()):
		problem = "has a host that is not a name of letters, digits and hyphens or an address (a name in another script is written in its form xn--...)"
	case !isPort(u.Host):
		problem = "has a port that is not a number from 1 to 65535"
	}
	if problem != "" {
		return "", fmt.Errorf("setting BASE_URL: the value %q %s; %s", raw, problem, want)
	}
	return u.Scheme + "://" + u.Host, nil
}

// isHost reports whether a name, without a port, can be that of a host that
// people reach.
func isHost(host string) bool {
	name, ok := hostname.Parse(host)
	addr, err := netip.ParseAddr(name)
	return ok && (err != nil || !addr.IsUnspecified())
}

// isPort reports whether the host of a URL has no port, or one that exists.
func isPort(host string) bool {
	if host[len(host)-1] == ':' {
		return false
	}
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		return true // it has none
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// baseURLOf is the base URL of a site that was told none: its own address, by
// a name that can be reached from this machine.
func baseURLOf(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// isLoopback reports whether only this machine reaches the address.
func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return !ok || tcp.IP.IsLoopback()
}

// ServeHTTP answers a request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) > 0 {
		// A request that has a Content-Length too, of which net/http does not
		// tell, must be the last of its connection (RFC 9112, section 6.1): what
		// follows could be part of its body for a proxy.
		w.Header().Set("Connection", "close")
	}
	s.mux.ServeHTTP(w, r)
}

// securityTxt is the path of the file of RFC 9116.
const securityTxt = "/.well-known/security.txt"

// wellKnown adds the addresses that browsers and robots ask every site for,
// unless a module has them: the files of that name among the static ones, or
// else robots.txt that allows all, and no picture.
func (s *Site) wellKnown(r *web.Router) {
	s.wellKnownFile(r, "robots.txt", func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		return web.Send(w, r, http.StatusOK, []byte("User-agent: *\nDisallow:\n"))
	})
	if contact := s.set.SecurityContact; contact != "" && !r.Has(securityTxt) {
		r.Get(securityTxt, func(w http.ResponseWriter, r *http.Request) error {
			// The time that RFC 9116 asks for stays the same for a month, and so does the ETag.
			now := s.opts.Now().UTC()
			expires := time.Date(now.Year(), now.Month()+7, 1, 0, 0, 0, 0, time.UTC)
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			return web.Send(w, r, http.StatusOK, []byte("Contact: "+contact+"\nExpires: "+expires.Format(time.RFC3339)+"\n"))
		}).AllLanguages()
	}
	s.wellKnownFile(r, "favicon.ico", func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.NotFound, "This site has no favicon.ico.")
	})
}

func (s *Site) wellKnownFile(r *web.Router, name string, without web.HandlerFunc) {
	if r.Has("/" + name) {
		return
	}
	r.Get("/"+name, func(w http.ResponseWriter, r *http.Request) error {
		if _, err := s.static.URL(name); err != nil {
			return without(w, r)
		}
		s.static.ServeHTTP(w, r) // by its plain name
		return nil
	}).AllLanguages()
}
