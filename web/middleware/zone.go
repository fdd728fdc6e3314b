package middleware

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/web"
)

// ZoneCookie is the name of the cookie that holds the name of the time zone that a
// visitor has chosen, such as "Europe/Rome".
const ZoneCookie = "zone"

// ZoneConfig says in which time zones a site shows times.
type ZoneConfig struct {
	// Site is the zone of the site. Defaults to UTC.
	Site *time.Location
	// Visitors lets visitors choose a zone by the cookie [ZoneCookie], which a
	// script of the site may set to what the browser says:
	//
	//	document.cookie = "zone=" + Intl.DateTimeFormat().resolvedOptions().timeZone + "; path=/; max-age=31536000; samesite=lax"
	Visitors bool
	// Load returns the zone of a name. Defaults to time.LoadLocation, which reads a
	// file each time.
	Load func(name string) (*time.Location, error)
}

// Zone chooses the time zone of each request, for [i18n.Zone]. It reads the cookie when
// the zone is first asked for; then the answer says in Vary that it depends on cookies.
// The first call for a request is therefore made before the answer begins, and by the
// goroutine that writes its header.
func Zone(cfg ZoneConfig) web.Middleware {
	if cfg.Site == nil {
		cfg.Site = time.UTC
	}
	if cfg.Load == nil {
		cfg.Load = time.LoadLocation
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			switch {
			case cfg.Visitors:
				r = r.WithContext(i18n.WithZoneFunc(ctx, sync.OnceValue(func() *time.Location {
					w.Header().Add("Vary", "Cookie")
					return cfg.choose(r)
				})))
			case i18n.Zone(ctx) != cfg.Site:
				r = r.WithContext(i18n.WithZone(ctx, cfg.Site))
			}
			next.ServeHTTP(w, r)
		})
	}
}

// choose returns the zone of the cookie, if it is one of the IANA database.
func (cfg ZoneConfig) choose(r *http.Request) *time.Location {
	c, err := r.Cookie(ZoneCookie)
	if err != nil || !isZone(c.Value) {
		return cfg.Site
	}
	if loc, err := cfg.Load(c.Value); err == nil {
		return loc
	}
	return cfg.Site
}

// isZone reports whether a text has the form of the name of a zone. The zone of the machine
// is not for visitors, nor are the folders of the database that have all zones once more, of
// which right counts leap seconds. Each zone has one name: slashes that are more would make
// others, for all of which Load may keep something.
func isZone(name string) bool {
	const longest = 64 // bytes; the longest name of the database has 32
	if len(name) > longest {
		return false
	}
	switch name {
	case "Local", "localtime", "posixrules", "Factory":
		return false
	}
	for i, part := range strings.Split(name, "/") {
		if part == "" || i == 0 && (part == "posix" || part == "right") {
			return false
		}
		for _, c := range []byte(part) {
			switch {
			case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-', c == '+':
			default:
				return false
			}
		}
	}
	return true
}

// SetZone sets the cookie [ZoneCookie], for a year: for what answers a menu of zones. A
// name that is not one of the IANA database is an error.
func SetZone(w http.ResponseWriter, r *http.Request, name string) error {
	ok := isZone(name)
	if ok {
		_, err := time.LoadLocation(name)
		ok = err == nil
	}
	if !ok {
		return fault.Wrap(fault.Invalid, fmt.Errorf("%.40q is not the name of a time zone", name), "There is no such time zone.")
	}
	http.SetCookie(w, cookieForAYear(r, ZoneCookie, name))
	return nil
}
