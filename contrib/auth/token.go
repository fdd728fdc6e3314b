package auth

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/contrib/auth/tokens"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
)

// Scope is something that a program may do with a token.
type Scope struct {
	Name string // such as "orders:read": lower-case letters, digits, and the signs : . - _
	Help string // what it allows, for the page where users make tokens
}

// Token is one by which a program sends requests in the name of a user.
type Token struct {
	ID   int64
	User orm.Ref[User] `db:"on_delete=cascade"`
	// Name is what the user calls it.
	Name string `db:"size=100"`
	Hash string `db:"size=43,unique" json:"-"` // see tokens.Hash
	// Scopes are the names of what it allows, with spaces between them.
	Scopes  string    `db:"size=1000"`
	Stamp   string    `db:"size=22" json:"-"` // of the user when it was made
	Created time.Time `db:"auto_now_add"`
	Expires time.Time
	// LastUsed is when it was last used, to the minute.
	LastUsed *time.Time
}

// Internal says that only the program uses the rows; see module.Internal.
func (*Token) Internal() {}

// MaxTokenAge is how long a token is good for at most.
const MaxTokenAge = 366 * 24 * time.Hour

// usedEvery is how often it is noted that a token is in use.
const usedEvery = time.Minute

// CreateToken makes a token of a user for some of the scopes of the site, and returns what a
// program sends as "Authorization: Bearer ...". It cannot be found out later. It ends at a time,
// and with the password, the address and the second factor of the user.
func (a *Auth) CreateToken(ctx context.Context, h database.Handle, user *User, name string, expires time.Time, scopes ...string) (secret string, t *Token, err error) {
	now := a.Now()
	switch {
	case strings.TrimSpace(name) == "":
		return "", nil, fault.New(fault.Invalid, "Give the token a name.")
	case len(scopes) == 0:
		return "", nil, fault.New(fault.Invalid, "Choose what the token allows.")
	case !expires.After(now) || expires.After(now.Add(MaxTokenAge)):
		return "", nil, fault.New(fault.Invalid, "A token ends within a year.")
	}
	for _, s := range scopes {
		if !slices.ContainsFunc(a.cfg.Scopes, func(known Scope) bool { return known.Name == s }) {
			return "", nil, fmt.Errorf("auth: %q is not a scope of Config.Scopes", s)
		}
	}
	if secret, err = tokens.New(a.cfg.TokenPrefix, nil); err != nil {
		return "", nil, err
	}
	hash, _ := tokens.Hash(a.cfg.TokenPrefix, secret)
	t = &Token{User: orm.RefTo[User](user.ID), Name: strings.TrimSpace(name), Hash: hash, Scopes: strings.Join(scopes, " "), Stamp: user.Stamp, Expires: expires}
	err = h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := orm.Create(ctx, tx, t); err != nil {
			return fmt.Errorf("store the token: %w", err)
		}
		return a.note(ctx, tx, TokenMade, user, t.Name)
	})
	return secret, t, err
}

// byToken returns the user of the token that a request has in its header, and what it allows:
// nobody for a token that is not good.
func (a *Auth) byToken(ctx context.Context, header string) (*User, []string, error) {
	scheme, secret, _ := strings.Cut(header, " ")
	hash, ok := tokens.Hash(a.cfg.TokenPrefix, strings.TrimSpace(secret))
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return nil, nil, nil
	}
	now := a.Now()
	t, ok, err := orm.From[Token](a.DB).Where(Tokens.Hash.Eq(hash), Tokens.Expires.Gt(now)).With(Tokens.User).Lookup(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("find the token: %w", err)
	}
	if !ok {
		return nil, nil, nil
	}
	user := t.User.Row()
	if !user.Active || !same(user.Stamp, t.Stamp) {
		return nil, nil, nil
	}
	if t.LastUsed == nil || now.Sub(*t.LastUsed) >= usedEvery {
		used := orm.Or(Tokens.LastUsed.IsNull(), Tokens.LastUsed.Le(now.Add(-usedEvery)))
		if _, err := orm.From[Token](a.DB).Where(Tokens.ID.Eq(t.ID), used).Update(ctx, Tokens.LastUsed.Set(now)); err != nil {
			a.Log.Warn("it cannot be noted that a token is in use", "error", err)
		}
	}
	return user, strings.Fields(t.Scopes), nil
}

// TokenRequired lets requests pass that have a token of a user with a scope, in the header
// Authorization. Others get 401, or 403 if the token is good but does not have the scope. The
// session is not asked, so that no page of another site can send such requests; [Current] returns
// the user of the token. Requests with a token pass no other guard.
func TokenRequired(scope string) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", "Authorization")
			w.Header().Set("Cache-Control", "private, no-store")
			if err := useToken(r, scope); err != nil {
				if fault.KindOf(err) == fault.Unauthenticated {
					w.Header().Set("WWW-Authenticate", `Bearer realm="site"`)
				}
				web.Fail(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// useToken makes the user of the token the one who sent the request.
func useToken(r *http.Request, scope string) error {
	of := of(r.Context())
	if of == nil {
		return errNoModule
	}
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 {
		return fault.New(fault.Unauthenticated, "Send a token in the header Authorization.")
	}
	user, scopes, err := of.auth.byToken(r.Context(), headers[0])
	switch {
	case err != nil:
		return err
	case user == nil:
		return fault.New(fault.Unauthenticated, "This token is not valid, or no longer.")
	case !slices.Contains(scopes, scope):
		return fault.New(fault.Forbidden, "This token does not allow {scope}.", "scope", scope)
	}
	of.mu.Lock()
	defer of.mu.Unlock()
	// A token proves no more than itself, whoever the session of the request is.
	of.loaded, of.user, of.grants, of.since = true, user, nil, time.Time{}
	return nil
}
