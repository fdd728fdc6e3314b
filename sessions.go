package vola

import (
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/sessions"
)

// sessionMiddleware gives requests their sessions. What keeps them may need the database, so
// it is asked for when the first request comes.
func (s *Site) sessionMiddleware() web.Middleware {
	return func(next http.Handler) http.Handler {
		handler := sync.OnceValue(func() http.Handler {
			return sessions.Middleware(s.sessionConfig())(next)
		})
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if s.host.DB == nil { // the site is not open
				next.ServeHTTP(w, r)
				return
			}
			handler().ServeHTTP(w, r)
		})
	}
}

// sessionConfig is that of the site, with what it does not say.
func (s *Site) sessionConfig() sessions.Config {
	cfg := s.cfg.Sessions
	cfg.Now, cfg.Log = s.opts.Now, s.opts.Log
	if cfg.Store == nil {
		cfg.Store = sessions.Cookie{Signer: s.host.Signer}
		for _, m := range s.cfg.Modules {
			if has, ok := module.As[module.HasSessions](m); ok {
				cfg.Store = has.SessionStore(s.host)
			}
		}
	}
	return cfg
}

// checkSessions returns what is wrong with the modules that keep sessions.
func (s *Site) checkSessions() error {
	var errs []error
	first := ""
	for _, m := range s.cfg.Modules {
		if _, ok := module.As[module.HasSessions](m); !ok || s.cfg.Sessions.Store != nil {
			continue
		}
		if first != "" {
			errs = append(errs, fmt.Errorf("the modules %s and %s both keep the sessions of the site; say which does by Config.Sessions.Store", first, m.Name()))
		}
		first = m.Name()
	}
	return errors.Join(errs...)
}

// moduleMiddleware is that of the modules, in their order.
func (s *Site) moduleMiddleware() (all []web.Middleware) {
	for _, m := range s.cfg.Modules {
		if has, ok := module.As[module.HasMiddleware](m); ok {
			all = append(all, has.Middleware()...)
		}
	}
	return all
}
