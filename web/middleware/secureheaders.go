package middleware

import (
	"net/http"
	"strconv"
	"time"

	"github.com/volaweb/vola/web"
)

// DefaultContentSecurityPolicy lets pages use what the site itself serves and
// nothing else: no inline scripts or styles, no plug-ins, no framing.
const DefaultContentSecurityPolicy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// DefaultPermissionsPolicy takes devices and sensors from pages and from what is framed
// in them. Nothing that a plain page uses is in it.
const DefaultPermissionsPolicy = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), " +
	"magnetometer=(), microphone=(), midi=(), payment=(), usb=()"

// DefaultHSTS is how long browsers use HTTPS only, unless told otherwise: a year.
const DefaultHSTS = 365 * 24 * time.Hour

// Omit as the value of a field of [SecureHeadersConfig] leaves the header out.
const Omit = "-"

// SecureHeadersConfig configures [SecureHeaders]. An empty field has its
// default, [Omit] sends no such header.
type SecureHeadersConfig struct {
	// ContentSecurityPolicy defaults to [DefaultContentSecurityPolicy]. A page with
	// scripts of its own gets a nonce in it (see [web.SendPage]).
	ContentSecurityPolicy string
	// ReportOnly is Content-Security-Policy-Report-Only: browsers report what it
	// would refuse, to its report-to or report-uri, and refuse nothing. Defaults to none.
	ReportOnly string
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
	// PermissionsPolicy defaults to [DefaultPermissionsPolicy].
	PermissionsPolicy string

	// HSTS is how long browsers use nothing but HTTPS for the host, as
	// Strict-Transport-Security says. Defaults to [DefaultHSTS]; negative sends no
	// such header. It is sent over HTTPS only (see [web.IsHTTPS]). Less than a
	// second is sent as 0, by which browsers forget what they were told before.
	HSTS time.Duration
	// HSTSSubdomains says that all hosts below that of the site have HTTPS too.
	HSTSSubdomains bool
	// HSTSPreload allows browsers to ship with the host in their lists, which takes
	// months to undo. It needs HSTSSubdomains and a year.
	HSTSPreload bool
}

// hsts returns the value of Strict-Transport-Security, "" for none.
func (cfg SecureHeadersConfig) hsts() string {
	age := cfg.HSTS
	switch {
	case age < 0:
		return ""
	case age == 0:
		age = DefaultHSTS
	}
	value := "max-age=" + strconv.FormatInt(int64(age/time.Second), 10)
	if cfg.HSTSSubdomains {
		value += "; includeSubDomains"
	}
	if cfg.HSTSPreload {
		value += "; preload"
	}
	return value
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
	set("Permissions-Policy", cfg.PermissionsPolicy, DefaultPermissionsPolicy)
	if cfg.ReportOnly != "" {
		set("Content-Security-Policy-Report-Only", cfg.ReportOnly, "")
	}
	hsts := []string{cfg.hsts()}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			for _, header := range headers {
				// The full slice expression keeps Header.Add from writing into
				// an array that all requests share.
				h[header.name] = header.value[:1:1]
			}
			if hsts[0] != "" && web.IsHTTPS(r) {
				h["Strict-Transport-Security"] = hsts[:1:1]
			}
			next.ServeHTTP(w, r)
		})
	}
}
