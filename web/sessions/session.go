package sessions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/volaweb/vola/internal/directives"
	"github.com/volaweb/vola/web"
)

// Session is the session of one request. The zero value is not ready to use; see [From].
type Session struct {
	cfg *Config
	w   *web.Response
	r   *http.Request

	mu     sync.Mutex
	asked  bool    // something depends on the session
	loaded bool    // token and stored are known
	saved  bool    // the answer has begun
	err    error   // of saving
	token  string  // of the stored session, "" if there is none
	stored *Record // nil if there is none
	now    *Record // what handlers see; nil as long as nothing is stored or set
	late   bool    // the cookie has an old token of a session that has a new one

	changes []func(*Record) error // of stored, since it was loaded
	replace bool                  // the session gets a new token
	begun   *Record               // by LogIn: what the session begins with instead of stored
	resend  bool                  // the cookie is set again
	ended   bool                  // the cookie is deleted, unless another is set
}

// What a session forgets and when it writes.
const (
	// seenEvery is how often it is noted that a session is in use.
	seenEvery = time.Minute
	// lateFor is how long an old token is known as one.
	lateFor = 10 * time.Minute
	// saveTimeout bounds the saving of a session whose client may be gone.
	saveTimeout = 5 * time.Second
)

// load reads the session once. The caller has the lock.
func (s *Session) load(ctx context.Context) error {
	if !s.asked {
		s.asked = true
		web.MarkPersonal(s.w) // before anybody knows anything
	}
	if s.loaded {
		return nil
	}
	token, ok := web.HostCookieValue(s.r, s.cfg.Name)
	if ok {
		r, err := s.cfg.Store.Load(ctx, token, s.cfg.Now())
		switch {
		case errors.Is(err, ErrNone):
		case err != nil:
			return fmt.Errorf("load the session: %w", err)
		case r.Moved:
			s.late = true
		default:
			s.token, s.stored, s.now = token, r, r.Clone()
		}
	}
	s.loaded = true
	return nil
}

// private makes the header say that the answer is of one visitor.
func (s *Session) private(setsCookie bool) {
	h := s.w.Header()
	if !directives.Has(h["Vary"], "cookie") {
		h.Add("Vary", "Cookie")
	}
	switch cc := h["Cache-Control"]; {
	case setsCookie:
		h.Set("Cache-Control", "private, no-store")
	case directives.Has(cc, "no-store"),
		directives.Has(cc, "private") && !directives.Has(cc, "public") && !directives.Has(cc, "s-maxage") && !hasFields(cc):
	default:
		h.Set("Cache-Control", "private, no-cache")
	}
	for name := range h {
		if isForCDN(name) {
			delete(h, name)
		}
	}
}

// isForCDN reports whether a field is one that caches of others obey in place of Cache-Control:
// CDN-Cache-Control (RFC 9213), the same with the name of a company in front, and
// Surrogate-Control.
func isForCDN(name string) bool {
	return strings.HasSuffix(name, "Cdn-Cache-Control") || name == "Surrogate-Control"
}

// hasFields reports whether private has the names of fields after it, as in private="x": then all
// but these fields may be stored (RFC 9111, section 5.2.2.7).
func hasFields(lines []string) bool {
	for d := range directives.All(lines) {
		if d.HasValue && strings.EqualFold(d.Name, "private") {
			return true
		}
	}
	return false
}

// value returns a value as JSON, nil if it is not set.
func (s *Session) value(ctx context.Context, name string) (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(ctx); err != nil || s.now == nil {
		return nil, err
	}
	return s.now.Data[name], nil
}

// change applies a change, and notes it for the moment when the session is saved.
func (s *Session) change(ctx context.Context, change func(*Record) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(ctx); err != nil {
		return err
	}
	if s.saved {
		return errBegun
	}
	next := s.begin()
	if err := change(next); err != nil {
		return err
	}
	s.now = next
	s.changes = append(s.changes, change)
	return nil
}

// begin returns a copy of what handlers see, or a new session.
func (s *Session) begin() *Record {
	if s.now != nil {
		return s.now.Clone()
	}
	now := s.cfg.Now()
	r := (&Record{Created: now, Seen: now, Idle: s.cfg.Idle, Ends: now.Add(s.cfg.Absolute)}).Clone()
	r.Agent, r.Network = agentOf(s.r.UserAgent()), networkOf(web.ClientAddr(s.r))
	return r
}

// take returns a value and deletes it at once.
func (s *Session) take(ctx context.Context, name string) (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(ctx); err != nil || s.now == nil || s.now.Data[name] == nil || s.nobodyLooks() {
		return nil, err
	}
	raw := s.now.Data[name]
	remove := func(r *Record) error {
		delete(r.Data, name)
		return nil
	}
	if s.stored != nil && s.stored.Data[name] != nil && s.begun == nil {
		var took json.RawMessage
		token, after, err := s.cfg.Store.Change(ctx, s.token, s.stored, func(r *Record) error {
			took = r.Data[name]
			return remove(r)
		})
		switch {
		case errors.Is(err, ErrNone):
			return nil, nil // ended meanwhile
		case err != nil:
			return nil, fmt.Errorf("take %q from the session: %w", name, err)
		case token != s.token:
			s.resend = true
		}
		s.token, s.stored = token, after
		if took == nil { // by another request
			_ = remove(s.now)
			return nil, nil
		}
	}
	_ = remove(s.now)
	s.changes = append(s.changes, remove)
	return raw, nil
}

// nobodyLooks reports whether the answer to this request may be seen by nobody.
func (s *Session) nobodyLooks() bool {
	return s.r.Method == http.MethodHead || strings.Contains(s.r.Header.Get("Sec-Purpose"), "prefetch")
}

// save stores the session when the answer begins, if anybody has asked for it. It alone writes the
// header, as other goroutines than the one that answers may ask.
func (s *Session) save(status int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saved = true
	if !s.asked {
		return nil
	}
	s.private(false) // whatever the handler has said
	if !s.loaded || status >= http.StatusInternalServerError {
		return nil
	}
	// The client may be gone, and the session is stored all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.r.Context()), saveTimeout)
	defer cancel()
	if err := s.store(ctx); err != nil {
		s.err = fmt.Errorf("store the session: %w", err)
		return s.err
	}
	return nil
}

// store writes what was changed, in as few statements as it takes.
func (s *Session) store(ctx context.Context) error {
	switch {
	case s.replace:
		return s.move(ctx)
	case len(s.changes) > 0 && s.stored == nil:
		if s.late {
			s.cfg.Log.Debug("a change of a session is dropped: its token was changed by another request")
			return nil
		}
		return s.create(ctx, s.now)
	case len(s.changes) > 0:
		return s.update(ctx, s.apply)
	case s.stored != nil && s.cfg.Now().Sub(s.stored.Seen) >= seenEvery:
		if err := s.update(ctx, s.see); err != nil {
			s.cfg.Log.Warn("it cannot be noted that a session is in use", "error", err)
		}
	}
	return s.setCookie()
}

// apply makes the changes of this request.
func (s *Session) apply(r *Record) error {
	for _, change := range s.changes {
		if err := change(r); err != nil {
			return err
		}
	}
	return s.see(r)
}

// see notes that the session is in use, but for a clock that was moved back.
func (s *Session) see(r *Record) error {
	if now := s.cfg.Now(); now.After(r.Seen) {
		r.Seen = now
	}
	return nil
}

// update stores changes of a session that is stored already. One that was ended meanwhile
// stays ended.
func (s *Session) update(ctx context.Context, change func(*Record) error) error {
	token, after, err := s.cfg.Store.Change(ctx, s.token, s.stored, func(r *Record) error {
		if r.Moved {
			return ErrNone
		}
		return change(r)
	})
	switch {
	case errors.Is(err, ErrNone):
		s.cfg.Log.Debug("a change of a session is dropped: the session was ended by another request")
		s.resend = false
		return nil
	case err != nil:
		return err
	case token != s.token:
		s.resend = true
	}
	s.token, s.stored = token, after
	return s.setCookie()
}

// create stores a new session.
func (s *Session) create(ctx context.Context, r *Record) error {
	token, err := s.cfg.Store.Create(ctx, r)
	if err != nil {
		return err
	}
	s.token, s.stored, s.resend = token, r, true
	return s.setCookie()
}

// move gives the session a new token. The old one is kept for a while as one that opens
// nothing; if the session cannot be stored under the new one, it stays as it was.
func (s *Session) move(ctx context.Context) error {
	if s.stored == nil { // only LogIn comes here without one
		next := s.begun.Clone()
		if err := s.apply(next); err != nil {
			return err
		}
		return s.create(ctx, next)
	}
	var latest, next *Record
	token, moved, err := s.cfg.Store.Change(ctx, s.token, s.stored, func(r *Record) error {
		if r.Moved {
			return ErrNone
		}
		latest, next = r.Clone(), r.Clone()
		if s.begun != nil {
			next = s.begun.Clone()
		}
		now := s.cfg.Now()
		*r = Record{ID: r.ID, Version: r.Version, Moved: true, Created: r.Created, Seen: now, Idle: lateFor, Ends: now.Add(lateFor)}
		return s.apply(next)
	})
	switch {
	case errors.Is(err, ErrNone) && s.begun == nil:
		return nil // ended, or moved, by another request, which counts
	case errors.Is(err, ErrNone):
		s.stored = nil
		return s.move(ctx)
	case err != nil:
		return err
	}
	if err := s.create(ctx, next); err != nil {
		_, _, undo := s.cfg.Store.Change(ctx, token, moved, func(r *Record) error {
			id, version := r.ID, r.Version
			*r = *latest.Clone()
			r.ID, r.Version = id, version
			return nil
		})
		return errors.Join(err, undo)
	}
	return nil
}

// setCookie sends the token, if it is new.
func (s *Session) setCookie() error {
	if !s.resend {
		if s.ended {
			s.private(true)
			return s.sendCookie("", -1)
		}
		return nil
	}
	var age time.Duration
	if s.stored.Remember {
		age = s.stored.Ends.Sub(s.cfg.Now())
	}
	s.private(true)
	return s.sendCookie(s.token, age)
}

// sendCookie puts a token into the header, in place of what this request has put there.
func (s *Session) sendCookie(token string, age time.Duration) error {
	h, name := s.w.Header(), web.HostCookieName(s.r, s.cfg.Name)+"="
	kept := h["Set-Cookie"][:0:0]
	for _, line := range h["Set-Cookie"] {
		if !strings.HasPrefix(line, name) {
			kept = append(kept, line)
		}
	}
	h["Set-Cookie"] = kept
	if len(kept) == 0 {
		delete(h, "Set-Cookie")
	}
	return web.SetCookie(s.w, web.HostCookie(s.r, s.cfg.Name, token, age))
}

// end is called when the handler is done.
func (s *Session) end() {
	s.mu.Lock() // others may go on with the session, such as what makes a page again that is kept
	open := s.asked && !s.saved
	s.mu.Unlock()
	if open && !s.w.Written() {
		s.w.WriteHeader(http.StatusOK) // as a handler that writes nothing answers
	}
	s.mu.Lock()
	err := s.err
	s.mu.Unlock()
	if err != nil && !s.w.Written() {
		web.Fail(s.w, s.r, err) // the handler did not look at the error of its write
	}
}
