package middleware

import (
	"net/http"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

// CrossOrigin refuses requests that change something and were made by another
// site's page: those that a browser marks as cross-origin, with a method other
// than GET, HEAD and OPTIONS. This replaces tokens in forms. The rules are
// those of p, where trusted origins and exceptions are added; nil means no
// exceptions. Refusals are [fault.Forbidden].
func CrossOrigin(p *http.CrossOriginProtection) web.Middleware {
	if p == nil {
		p = http.NewCrossOriginProtection()
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := p.Check(r); err != nil {
				web.Fail(w, r, fault.Wrap(fault.Forbidden, err, "This request came from another site and was refused."))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
