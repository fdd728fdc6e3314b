package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Redirect answers with a redirect to target. The status must be 301, 302,
// 303, 307 or 308; after a form was posted it is 303, [http.StatusSeeOther].
// A target with control characters is refused with an error and nothing is
// written. Redirect does not check where the target leads: pass one that came
// with the request through [SafeNext].
func Redirect(w http.ResponseWriter, r *http.Request, target string, status int) error {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return fmt.Errorf("redirect to %q: %d is not a status for a redirect", target, status)
	}
	if target == "" {
		return errors.New("redirect: the target is empty")
	}
	if strings.ContainsFunc(target, unicode.IsControl) {
		return fmt.Errorf("redirect to %q: the target has control characters", target)
	}
	http.Redirect(w, r, target, status)
	return nil
}

// maxNext is the longest target that SafeNext passes on, in bytes. Where a
// visitor was is never longer than a URL that is answered.
const maxNext = DefaultMaxURL

// SafeNext returns next if a browser that is redirected to it stays on this
// site, otherwise fallback. What is safe: a path with its query and fragment,
// and the URL of a page on the host of the request, which is returned without
// scheme and host. So the "next" of a log-in page or a Referer can be followed.
func SafeNext(r *http.Request, next, fallback string) string {
	// Browsers drop control characters and take a backslash for a slash, so
	// that what they make of either is not what Go's parser sees.
	if len(next) > maxNext || !utf8.ValidString(next) ||
		strings.ContainsFunc(next, func(c rune) bool { return c == '\\' || unicode.IsControl(c) }) {
		return fallback
	}
	u, err := url.Parse(next)
	if err != nil || u.User != nil || u.Opaque != "" {
		return fallback
	}
	if u.Host != "" {
		if u.Scheme != "http" && u.Scheme != "https" || !strings.EqualFold(u.Host, r.Host) {
			return fallback
		}
		u.Scheme, u.Host = "", ""
		if u.Path == "" {
			u.Path = "/"
		}
		next = u.String()
	}
	if u.Scheme != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return fallback
	}
	return next
}
