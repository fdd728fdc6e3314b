package middleware

import (
	"net/http"

	"github.com/volaweb/vola/web"
)

// DefaultContentSecurityPolicy lets pages use what the site itself serves and
// nothing else: no inline scripts or styles, no plug-ins, no framing.
const DefaultContentSecurityPolicy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Omit as the value of a field of [SecureHeadersConfig] leaves the header out.
const Omit = "-"

// SecureHeadersConfig configures [SecureHeaders]. An empty field has its
// default, [Omit] sends no such header.
type SecureHeadersConfig struct {
	// ContentSecurityPolicy defaults to [DefaultContentSecurityPolicy].
	ContentSecurityPolicy string
	// ReferrerPolicy defaults to "strict-origin-when-cross-origin".
	ReferrerPolicy string
	// FrameOptions is X-Frame-Options. Defaults to "DENY".
	FrameOptions string
	// OpenerPolicy is Cross-Origin-Opener-Policy. Defaults to "same-origin".
	OpenerPolicy string
	// ResourcePolicy is Cross-Origin-Resource-Policy. Defaults to "same-origin".
	ResourcePolicy string
	// ContentTypeOptions is X-Content-Type-Options. Defaults to "nosniff".
	ContentTypeOptions string
}

// SecureHeaders sets the headers that tell browsers to be careful with the
// site. They are set before the handler runs, which may replace or delete them
// for its own response.
func SecureHeaders(cfg SecureHeadersConfig) web.Middleware {
	type header struct {
		name  string
		value []string
	}
	var headers []header
	set := func(name, value, byDefault string) {
		switch value {
		case Omit:
			return
		case "":
			value = byDefault
		}
		headers = append(headers, header{http.CanonicalHeaderKey(name), []string{value}})
	}
	set("Content-Security-Policy", cfg.ContentSecurityPolicy, DefaultContentSecurityPolicy)
	set("Referrer-Policy", cfg.ReferrerPolicy, "strict-origin-when-cross-origin")
	set("X-Frame-Options", cfg.FrameOptions, "DENY")
	set("Cross-Origin-Opener-Policy", cfg.OpenerPolicy, "same-origin")
	set("Cross-Origin-Resource-Policy", cfg.ResourcePolicy, "same-origin")
	set("X-Content-Type-Options", cfg.ContentTypeOptions, "nosniff")
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			for _, header := range headers {
				// The full slice expression keeps Header.Add from writing into
				// an array that all requests share.
				h[header.name] = header.value[:1:1]
			}
			next.ServeHTTP(w, r)
		})
	}
}
