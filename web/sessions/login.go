package sessions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/volaweb/vola/web"
)

// Options are the limits of one session.
type Options struct {
	// Remember keeps the session when the browser ends.
	Remember bool
	// Idle is how long the session may go unused. Defaults to that of the [Config], and to 30
	// days for one that is remembered.
	Idle time.Duration
	// Absolute is how long it lasts however much it is used. Defaults to that of the Config,
	// and to 90 days for one that is remembered.
	Absolute time.Duration
}

// The limits of sessions that are remembered.
const (
	rememberIdle     = 30 * 24 * time.Hour
	rememberAbsolute = 90 * 24 * time.Hour
)

func (o Options) limits(cfg *Config) (idle, absolute time.Duration) {
	idle, absolute = cfg.Idle, cfg.Absolute
	if o.Remember {
		idle, absolute = rememberIdle, rememberAbsolute
	}
	if o.Absolute > 0 {
		absolute = o.Absolute
	}
	if o.Idle > 0 {
		idle = o.Idle
	} else if o.Absolute > 0 && o.Remember {
		idle = min(idle, absolute)
	}
	return idle, absolute
}

// User returns the key of the user who is logged in, 0 for nobody.
func (s *Session) User(ctx context.Context) (int64, error) {
	if s == nil {
		return 0, errNoMiddleware
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(ctx); err != nil || s.now == nil {
		return 0, err
	}
	return s.now.User, nil
}

// Began returns when the session began, the zero time if there is none.
func (s *Session) Began(ctx context.Context) (time.Time, error) {
	if s == nil {
		return time.Time{}, errNoMiddleware
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(ctx); err != nil || s.now == nil {
		return time.Time{}, err
	}
	return s.now.Created, nil
}

// Remembered reports whether the session outlives the browser.
func (s *Session) Remembered(ctx context.Context) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load(ctx) == nil && s.now != nil && s.now.Remember
}

// LogIn begins a session of a user, with a new token, when the answer is sent. Of what the
// visitor had, the values that Config.Keep names stay, unless it was the session of another
// user. Values that are set afterwards are in the new session. The session before is ended.
func (s *Session) LogIn(ctx context.Context, user int64, o Options) error {
	if s == nil {
		return errNoMiddleware
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(ctx); err != nil {
		return err
	}
	if s.saved {
		return errBegun
	}
	before := s.now
	s.now = nil
	r := s.begin()
	r.User, r.Remember = user, o.Remember
	idle, absolute := o.limits(s.cfg)
	r.Idle, r.Ends = idle, r.Created.Add(absolute)
	if before != nil && (before.User == 0 || before.User == user) {
		for name, raw := range before.Data {
			if name == messagesName || slices.Contains(s.cfg.Keep, name) {
				r.Data[name] = raw
			}
		}
	}
	s.begun, s.now, s.replace, s.changes = r, r.Clone(), true, nil
	return nil
}

// messagesName is the value of package messages, which a visitor keeps.
const messagesName = "_messages"

// Renew gives the session a new token when the answer is sent, as is done where somebody gets
// more rights. What it holds stays. The old token opens nothing any more.
func (s *Session) Renew(ctx context.Context) error {
	if s == nil {
		return errNoMiddleware
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(ctx); err != nil {
		return err
	}
	if s.saved {
		return errBegun
	}
	if s.stored != nil {
		s.replace = true
	}
	return nil
}

// Expire sets the limits of this session, from now on for Idle and from its beginning for
// Absolute.
func (s *Session) Expire(ctx context.Context, o Options) error {
	if s == nil {
		return errNoMiddleware
	}
	err := s.change(ctx, func(r *Record) error {
		idle, absolute := o.limits(s.cfg)
		r.Idle, r.Ends, r.Remember = idle, r.Created.Add(absolute), o.Remember
		return nil
	})
	if err == nil {
		s.mu.Lock()
		s.resend = true
		s.mu.Unlock()
	}
	return err
}

// End ends the session at once: it is deleted from the store, and the cookie from the
// browser when the answer begins. Requests of it that are still at work store nothing any more. Values that are set
// afterwards begin a new session.
func (s *Session) End(ctx context.Context) error {
	if s == nil {
		return errNoMiddleware
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(ctx); err != nil {
		return err
	}
	if s.saved {
		return errBegun
	}
	if s.stored != nil {
		if err := s.cfg.Store.Delete(ctx, s.token); err != nil {
			return fmt.Errorf("end the session: %w", err)
		}
	}
	s.token, s.stored, s.now, s.begun = "", nil, nil, nil
	s.changes, s.replace, s.resend, s.late = nil, false, false, false
	_, s.ended = web.HostCookieValue(s.r, s.cfg.Name)
	return nil
}

// Device is a session of a user, as they see it.
type Device struct {
	ID string
	// Agent and Network are where the session was begun: "Firefox on Linux" and
	// "203.0.113.0/24".
	Agent, Network string
	// Began is when they logged in, Seen when the session was last used, to the minute, and
	// Until when it ends if it is not used any more.
	Began, Seen, Until time.Time
	// Remember says that it outlives the browser.
	Remember bool
	// Current says that it is that of the request.
	Current bool
}

// errNoDevices is the error of a store that cannot list sessions.
var errNoDevices = errors.New("sessions: this store cannot list the sessions of a user; keep them in the database")

// user returns who is logged in, and the store of their sessions.
func (s *Session) user(ctx context.Context) (int64, Devices, error) {
	user, err := s.User(ctx)
	if err != nil {
		return 0, nil, err
	}
	store, ok := s.cfg.Store.(Devices)
	if !ok {
		return 0, nil, errNoDevices
	}
	return user, store, nil
}

// Devices returns the sessions of the user who is logged in, the last used first.
func (s *Session) Devices(ctx context.Context) ([]Device, error) {
	user, store, err := s.user(ctx)
	if err != nil || user == 0 {
		return nil, err
	}
	records, err := store.List(ctx, user, s.cfg.Now())
	if err != nil {
		return nil, fmt.Errorf("list the sessions of user %d: %w", user, err)
	}
	id := s.id()
	out := make([]Device, len(records))
	for i, r := range records {
		out[i] = Device{ID: r.ID, Agent: r.Agent, Network: r.Network, Began: r.Created, Seen: r.Seen, Until: r.Until(), Remember: r.Remember, Current: r.ID == id}
	}
	return out, nil
}

// id returns the ID of the stored session.
func (s *Session) id() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stored == nil {
		return ""
	}
	return s.stored.ID
}

// EndDevice ends one session of the user who is logged in, by its ID.
func (s *Session) EndDevice(ctx context.Context, id string) error {
	user, store, err := s.user(ctx)
	if err != nil || user == 0 {
		return err
	}
	if id == s.id() {
		return s.End(ctx)
	}
	return store.EndOne(ctx, user, id)
}

// EndOthers ends all sessions of the user who is logged in but for this one, and returns how
// many they were.
func (s *Session) EndOthers(ctx context.Context) (int, error) {
	user, store, err := s.user(ctx)
	if err != nil || user == 0 {
		return 0, err
	}
	return store.EndAll(ctx, user, s.id())
}
