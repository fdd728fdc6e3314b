// Package middleware holds what nearly every site puts around its routes:
// request ids, an access log, recovery from panics, security headers and
// limits, of sizes and of the work at a time. Each constructor returns a func(http.Handler) http.Handler that works
// with any handler; refusals are answered through [web.Fail], and so by the
// site's own error page.
//
// For a whole site they belong into [web.BuildConfig], in this order, so that
// the log has the request's id and the status of a panic:
//
//	mux, err := r.Build(web.BuildConfig{Middleware: []web.Middleware{
//		middleware.Proxies(middleware.ProxiesConfig{}),
//		middleware.RequestID(middleware.RequestIDConfig{}),
//		middleware.AccessLog(middleware.AccessLogConfig{Logger: logger}),
//		middleware.Recover(middleware.RecoverConfig{Logger: logger}),
//		middleware.SecureHeaders(middleware.SecureHeadersConfig{}),
//		middleware.Hosts(middleware.HostsConfig{Allowed: hosts.Has}),
//		middleware.Limits(middleware.LimitsConfig{}),
//		middleware.MaxBody(0),
//		middleware.CrossOrigin(nil),
//		middleware.Work(middleware.WorkConfig{}),
//	}})
package middleware
