package middleware

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/volaweb/vola/web"
)

// LogArguments is a wrapper that logs what it wraps, once, and the arguments of each call:
// the method, the values of the path, and the names of the other parameters. It is for
// finding a mistake, not for a site at work.
//
//	log := middleware.LogArguments{Name: "report", Logger: logger}
//	r.Wrap(log.Wrap).Get("/report/{year:int}/", report)
//
// The values of the path are left out for a route that is declared with [web.Route.Secret], and those of
// other parameters always, as they may be passwords.
type LogArguments struct {
	Name   string
	Logger *slog.Logger // defaults to nobody
}

// Wrap is the middleware.
func (l LogArguments) Wrap(next http.Handler) http.Handler {
	logger := l.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	logger.Info("wraps a handler", "name", l.Name, "handler", web.FuncName(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		args := []any{"name", l.Name, "method", r.Method}
		if route := web.RouteOf(w); route != nil && !route.Secret {
			for _, p := range route.Params {
				args = append(args, p.Name, r.PathValue(p.Name))
			}
		}
		if query := r.URL.Query(); len(query) > 0 {
			args = append(args, "parameters", strings.Join(slices.Sorted(maps.Keys(query)), " "))
		}
		logger.Info("is called", args...)
		next.ServeHTTP(w, r)
	})
}
