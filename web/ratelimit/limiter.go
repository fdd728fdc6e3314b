package ratelimit

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/volaweb/vola/fault"
)

// Config is what a [Limiter] is made of. Name, Limit and Store are needed.
type Config struct {
	// Name tells the limit from others in the same store, and in headers and errors: 1 to 40 small
	// letters, digits, hyphens and dots.
	Name string
	// Limit is how often each name may pass.
	Limit Limit
	// Store has the buckets. Limiters may share it.
	Store Store
	// Secret is the key of the hashes of names (HMAC-SHA-256). Without one they are plain SHA-256,
	// from which whoever has the store can find out addresses and names by trying all.
	Secret []byte
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
}

// Limiter counts for names. It is safe for concurrent use.
type Limiter struct{ cfg Config }

// New returns a Limiter. A Config that cannot be used is a mistake of the program and panics.
func New(cfg Config) *Limiter {
	if cfg.Name == "" || len(cfg.Name) > 40 || strings.Trim(cfg.Name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		panic(fmt.Sprintf("ratelimit: the name %q is not 1 to 40 small letters, digits, hyphens and dots", cfg.Name))
	}
	if err := cfg.Limit.check(); err != nil {
		panic(fmt.Sprintf("ratelimit: %s: %v", cfg.Name, err))
	}
	if cfg.Store == nil {
		panic("ratelimit: " + cfg.Name + ": no store")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Limiter{cfg}
}

// Name returns the name of the limit.
func (l *Limiter) Name() string { return l.cfg.Name }

// Limit returns how often each name may pass.
func (l *Limiter) Limit() Limit { return l.cfg.Limit }

// Take takes one for a name. An empty name is a mistake of the program, and an error that counts nothing:
// all who have none would share a bucket. Other errors are those of the store. A store in a
// database must not be used in a transaction of the caller, which would undo what was counted.
//
// A name is compared as it is: one that people type is first brought to the form in which it is
// looked up, without spaces around it, in small letters.
func (l *Limiter) Take(ctx context.Context, name string) (*Reservation, error) {
	if name == "" {
		return nil, fmt.Errorf("ratelimit: %s: the name to count for is empty; give all who have none a name of their own, or do not count them", l.cfg.Name)
	}
	key := keyOf(l.cfg.Secret, l.cfg.Name, name)
	result, err := l.cfg.Store.Take(ctx, key, l.cfg.Limit, l.cfg.Now())
	if err != nil {
		return nil, fmt.Errorf("ratelimit: %s: %w", l.cfg.Name, err)
	}
	return &Reservation{Result: result, limiter: l, key: key}, nil
}

// Reservation is one that was taken, or the refusal.
type Reservation struct {
	Result
	limiter  *Limiter
	key      Key
	returned atomic.Bool
}

// Err returns nil if it is allowed, and otherwise an error of kind [fault.RateLimited] with a text
// for the visitor, which package web answers with status 429 and Retry-After.
func (r *Reservation) Err() error {
	if r.Allowed {
		return nil
	}
	err := fault.New(fault.RateLimited, "There were too many requests; try again later.")
	return fault.WithRetry(err, r.RetryAfter)
}

// Return gives back what was taken, as for a log-in that succeeded: only that, not what others
// took, and only once, and not what came back already as time went by. One that was refused has
// nothing to give back.
func (r *Reservation) Return(ctx context.Context) error {
	if !r.Allowed || r.returned.Swap(true) {
		return nil
	}
	l := r.limiter.cfg
	back := min(r.Full.Sub(l.Now()), l.Limit.Interval())
	if back <= 0 {
		return nil
	}
	if err := l.Store.Give(ctx, r.key, back); err != nil {
		return fmt.Errorf("ratelimit: %s: %w", l.Name, err)
	}
	return nil
}
