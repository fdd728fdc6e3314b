package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/sessions"
)

// loggedIn is what the session of a user has beside their key.
type loggedIn struct {
	Stamp string    `json:"s"`
	At    time.Time `json:"t"` // when they last proved who they are
	// Factor says that they proved it by a second factor too.
	Factor bool `json:"f,omitempty"`
	// Staff says that the session has the limits of staff.
	Staff bool `json:"l,omitempty"`
}

const inSession = sessions.Key[loggedIn]("_auth")

// request is what is known of who sends a request.
type request struct {
	auth *Auth
	http *http.Request

	mu     sync.Mutex
	loaded bool
	user   *User
	since  time.Time
	grants []string // nil as long as nobody has asked
}

type contextKey struct{}

func of(ctx context.Context) *request {
	r, _ := ctx.Value(contextKey{}).(*request)
	return r
}

var errNoModule = errors.New("auth: the request has not passed through the module; put auth.New among the modules of the site")

// middleware lets [Current] find the module.
func (a *Auth) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), contextKey{}, &request{auth: a, http: r})
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Current returns the user who sent the request, nil if nobody is logged in. It is the
// function user of templates. The session and the user are read from the database when it is
// first called for a request, so that what was changed there counts with the next request:
// somebody who is not active, or whose password was changed elsewhere, is nobody.
func Current(ctx context.Context) (*User, error) {
	r := of(ctx)
	if r == nil {
		return nil, errNoModule
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.load(ctx)
	return r.user, err
}

// load finds the user once. The caller has the lock.
func (r *request) load(ctx context.Context) error {
	if r.loaded {
		return nil
	}
	id, err := sessions.From(ctx).User(ctx)
	if err != nil {
		return err
	}
	if id != 0 {
		in, err := inSession.Get(ctx)
		if err != nil {
			return err
		}
		user, err := orm.Find[User](ctx, r.auth.DB, id)
		switch {
		case errors.Is(err, orm.ErrNotFound):
		case err != nil:
			return fmt.Errorf("find the user of the session: %w", err)
		case user.Active && same(user.Stamp, in.Stamp):
			r.user, r.since = &user, in.At
			if err := r.limit(ctx, in); err != nil {
				return err
			}
		}
	}
	r.loaded = true
	return nil
}

// limit gives a session the limits of staff that its user had before they became staff. One that
// is older than sessions of staff may be is nobody's.
func (r *request) limit(ctx context.Context, in loggedIn) error {
	if in.Staff || !r.user.Staff && !r.user.Superuser {
		return nil
	}
	s := sessions.From(ctx)
	began, err := s.Began(ctx)
	if err != nil {
		return err
	}
	if r.auth.Now().Sub(began) >= r.auth.cfg.Staff.Absolute {
		r.user = nil
		return nil
	}
	in.Staff = true
	err = s.Expire(ctx, r.auth.cfg.Staff)
	if err == nil {
		err = inSession.Set(ctx, in)
	}
	if err != nil { // such as that the answer has begun; the next request tries again
		r.auth.Log.Debug("auth: a session of staff keeps its limits for this request", "error", err)
	}
	return nil
}

// forget makes the request ask again who sent it, after a log-in or a change of the user.
func forget(ctx context.Context) {
	if r := of(ctx); r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.loaded, r.user, r.grants, r.since = false, nil, nil, time.Time{}
	}
}

// Can reports whether the user who sent the request has a permission, such as
// "shop.change_product": of their own, by a group, or as a superuser. It is the function can of
// templates. The permissions are read when it is first called for a request.
func Can(ctx context.Context, permission string) (bool, error) {
	r := of(ctx)
	if r == nil {
		return false, errNoModule
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(ctx); err != nil || r.user == nil {
		return false, err
	}
	if r.user.Superuser {
		return true, nil
	}
	if r.grants == nil {
		var err error
		if r.grants, err = r.auth.Permissions(ctx, r.auth.DB, r.user); err != nil {
			return false, err
		}
	}
	return slices.Contains(r.grants, permission), nil
}

// LoginRequired lets requests of users pass. Others are sent to the log-in page, which leads
// back, or get 401 where JSON is asked for. The answer of the handler stays as it is.
func LoginRequired(next http.Handler) http.Handler {
	return guard(next, func(context.Context, *User) (bool, error) { return true, nil })
}

// PermissionRequired lets requests of users pass who have all of the permissions. Other users
// get 403; people who are not logged in are treated as by [LoginRequired].
func PermissionRequired(permissions ...string) web.Middleware {
	return func(next http.Handler) http.Handler {
		return guard(next, func(ctx context.Context, _ *User) (bool, error) {
			for _, p := range permissions {
				if ok, err := Can(ctx, p); !ok || err != nil {
					return false, err
				}
			}
			return true, nil
		})
	}
}

// StaffRequired lets requests of staff pass, as [PermissionRequired] does.
func StaffRequired(next http.Handler) http.Handler {
	return guard(next, func(_ context.Context, u *User) (bool, error) { return u.Staff || u.Superuser, nil })
}

// guard asks before each request.
func guard(next http.Handler, may func(ctx context.Context, u *User) (bool, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, err := Current(r.Context())
		if err != nil {
			web.Fail(w, r, err)
			return
		}
		if user == nil {
			of(r.Context()).auth.sendToLogin(w, r)
			return
		}
		ok, err := may(r.Context(), user)
		if err == nil && !ok {
			err = errForbidden()
		}
		if err != nil {
			web.Fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}
