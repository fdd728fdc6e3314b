package fault

import (
	"errors"
	"time"
)

// retry is an error that says when it is worth trying again.
type retry struct {
	cause error
	after time.Duration
}

func (e *retry) Error() string { return e.cause.Error() }
func (e *retry) Unwrap() error { return e.cause }

// WithRetry says after which time it is worth trying again, for errors of kind [RateLimited]
// and [Unavailable]. Its kind, message and text stay. A time below zero counts as zero.
// WithRetry of nil is nil. Package web answers such an error with the header Retry-After.
func WithRetry(err error, after time.Duration) error {
	if err == nil {
		return nil
	}
	return &retry{err, max(0, after)}
}

// RetryAfter returns the time of the outermost [WithRetry] in err's tree. Without one, ok is
// false.
func RetryAfter(err error) (after time.Duration, ok bool) {
	if e, ok := errors.AsType[*retry](err); ok {
		return e.after, true
	}
	return 0, false
}
