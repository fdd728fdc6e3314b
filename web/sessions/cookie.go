package sessions

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/signing"
)

// maxInCookie is how much of a cookie the session may take, in bytes. Browsers keep 4,096 of
// name, value and, some of them, attributes.
const maxInCookie = 3800

// Cookie keeps each session in its visitor's cookie, encrypted with the key of the site: for
// sites without a database table for sessions. It holds what fits, about 2,700 bytes as JSON.
//
// It cannot do what needs a place of its own. A session that was ended opens again for who
// kept a copy of the cookie, until it expires; of two requests at the same time the last one
// counts; and nobody can list or end the sessions of a user. So it is for preferences and
// messages of visitors, not for log-in.
type Cookie struct {
	Signer *signing.Signer
}

var _ Store = Cookie{}

const cookiePurpose = "sessions"

// Load is that of [Store].
func (c Cookie) Load(_ context.Context, token string, now time.Time) (*Record, error) {
	raw, err := c.Signer.Open(cookiePurpose, "", token)
	if err != nil {
		return nil, ErrNone
	}
	r, err := ReadRecord(string(raw))
	if err != nil || !now.Before(r.Until()) {
		return nil, ErrNone
	}
	return r, nil
}

// Create is that of [Store].
func (c Cookie) Create(_ context.Context, r *Record) (string, error) {
	r.ID, r.Version = IDOf(NewToken()), 1
	return c.seal(r)
}

func (c Cookie) seal(r *Record) (string, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("write the session: %w", err)
	}
	token := c.Signer.Seal(cookiePurpose, "", raw)
	if len(token) > maxInCookie {
		err := fmt.Errorf("the session takes %d bytes of a cookie, at most %d fit; keep sessions in the database", len(token), maxInCookie)
		return "", fault.Wrap(fault.TooLarge, err, "This is more than the site can remember of you.")
	}
	return token, nil
}

// Change is that of [Store]. It starts from last.
func (c Cookie) Change(_ context.Context, _ string, last *Record, change func(*Record) error) (string, *Record, error) {
	next := last.Clone()
	if err := change(next); err != nil {
		return "", nil, err
	}
	next.ID, next.Version = last.ID, last.Version+1
	token, err := c.seal(next)
	return token, next, err
}

// Delete does nothing: the browser is told to forget the cookie.
func (Cookie) Delete(context.Context, string) error { return nil }
