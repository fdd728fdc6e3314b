package middleware

import (
	"net/http"
	"slices"
	"strings"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

// Methods lets requests with one of the methods pass, and answers others with 405 and the
// header Allow. HEAD passes where GET does. It is for handlers of all methods, such as
// those of [web.Router.Handle]; other routes name their method.
func Methods(methods ...string) web.Middleware {
	allowed := slices.Clone(methods)
	if slices.Contains(allowed, http.MethodGet) && !slices.Contains(allowed, http.MethodHead) {
		allowed = append(allowed, http.MethodHead)
	}
	list := strings.Join(allowed, ", ")
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !slices.Contains(allowed, r.Method) {
				w.Header().Set("Allow", list)
				web.Fail(w, r, fault.New(fault.MethodNotAllowed, "This page cannot be used in this way."))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
