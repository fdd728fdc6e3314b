package sessions

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/volaweb/vola/web"
)

// Config says how a site keeps sessions.
type Config struct {
	// Store keeps the sessions. It must be set for [Middleware]; on a site it defaults to that
	// of a module which has one, and else to a [Cookie] store.
	Store Store
	// Idle is how long a session may go unused. Defaults to 12 hours.
	Idle time.Duration
	// Absolute is how long a session lasts however much it is used. Defaults to 7 days.
	Absolute time.Duration
	// Keep names the values that a visitor keeps when they log in, such as a cart. All others
	// end then.
	Keep []string
	// Name is the name of the cookie, which gets "__Host-" in front over HTTPS. Defaults to
	// "session".
	Name string
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
	// Log takes what the operator should know. Defaults to dropping it.
	Log *slog.Logger
}

func (c Config) withDefaults() *Config {
	if c.Idle <= 0 {
		c.Idle = 12 * time.Hour
	}
	if c.Absolute <= 0 {
		c.Absolute = 7 * 24 * time.Hour
	}
	if c.Name == "" {
		c.Name = "session"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &c
}

// Middleware gives each request its session. It panics if the config has no store.
func Middleware(cfg Config) web.Middleware {
	if cfg.Store == nil {
		panic("sessions: Config.Store is nil")
	}
	c := cfg.withDefaults()
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s := &Session{cfg: c, w: web.Observe(w)}
			s.r = r.WithContext(context.WithValue(r.Context(), contextKey{}, s))
			s.w.BeforeHeader(s.save)
			next.ServeHTTP(s.w, s.r)
			s.end()
		})
	}
}

type contextKey struct{}

// From returns the session of a request, nil if it did not pass through [Middleware]. The
// methods of a nil session return an error that says so.
func From(ctx context.Context) *Session {
	s, _ := ctx.Value(contextKey{}).(*Session)
	return s
}

var (
	errNoMiddleware = errors.New("sessions: the request has no session; put sessions.Middleware around its handler, as a site of vola.New does")
	errBegun        = errors.New("sessions: the answer has begun, so the session cannot be changed any more; change it before the first byte is written")
)

// begin returns the session of a context.
func begin(ctx context.Context) (*Session, error) {
	s := From(ctx)
	if s == nil {
		return nil, errNoMiddleware
	}
	return s, nil
}
