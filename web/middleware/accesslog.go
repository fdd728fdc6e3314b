package middleware

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/volaweb/vola/internal/linelog"
	"github.com/volaweb/vola/web"
)

// AccessLogConfig configures [AccessLog]. The zero value is ready to use.
type AccessLogConfig struct {
	// Logger gets the entries. Defaults to [slog.Default].
	Logger *slog.Logger

	// Now tells the time. Defaults to [time.Now].
	Now func() time.Time
}

// AccessLog logs every request when it is answered: method, path, route (the
// pattern), status, bytes, duration, id and remote (see [web.ClientHost]); also "aborted" when a
// panic ended it. Statuses from 500 are logged as errors, others as
// information. What the client sent goes into attributes only, never into
// the message, and the path stays escaped, so that no request can forge an
// entry. The query is left out, as it may hold secrets, and so is the path of a
// route that is declared with [web.Route.Secret].
func AccessLog(cfg AccessLogConfig) web.Middleware {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rw, start, aborted := web.Observe(w), cfg.Now(), true
			defer func() {
				now := cfg.Now()
				logAccess(cfg.Logger, r, rw, now, now.Sub(start), aborted)
			}()
			next.ServeHTTP(rw, r)
			aborted = false
		})
	}
}

func logAccess(logger *slog.Logger, r *http.Request, rw *web.Response, now time.Time, took time.Duration, aborted bool) {
	status := rw.Status()
	if status == 0 && !aborted {
		status = http.StatusOK // what net/http sends for a handler that wrote nothing
	}
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	if !logger.Enabled(r.Context(), level) {
		return
	}
	remote := web.ClientHost(r)
	entry := linelog.Request{
		Time: now, Method: r.Method, Path: web.LogPath(rw, r), Route: r.Pattern, Status: status, Bytes: rw.Bytes(), Took: took,
		Remote: remote, ID: RequestIDFrom(r.Context()), Aborted: aborted,
	}
	if site, ok := logger.Handler().(*linelog.Handler); ok {
		site.Log(r.Context(), entry)
		return
	}
	// Without the place in the source, which is always this one and costs most to
	// find. What cannot be written to the log has nowhere to be said.
	record := slog.NewRecord(now, level, "request", 0)
	record.AddAttrs(attributes(entry)...)
	_ = logger.Handler().Handle(r.Context(), record)
}

// attributes returns what linelog writes of a request, for other handlers.
func attributes(r linelog.Request) []slog.Attr {
	attrs := append(make([]slog.Attr, 0, 9),
		slog.String("method", r.Method),
		slog.String("path", r.Path),
		slog.String("route", r.Route),
		slog.Int("status", r.Status),
		slog.Int64("bytes", r.Bytes),
		slog.Duration("duration", r.Took),
		slog.String("remote", r.Remote),
	)
	if r.ID != "" {
		attrs = append(attrs, slog.String("id", r.ID))
	}
	if r.Aborted {
		attrs = append(attrs, slog.Bool("aborted", true))
	}
	return attrs
}
