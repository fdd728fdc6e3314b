package ratelimit

import (
	"fmt"
	"time"
)

// Limit says how often something may be done. Burst times are allowed at once; after that, Rate
// times in each Per, evenly spaced.
type Limit struct {
	Rate  int           // at least 1
	Per   time.Duration // at least Rate nanoseconds, at most 366 days
	Burst int           // how many at once; defaults to Rate
}

// maxWindow is how long it takes at most until an empty bucket is full.
const maxWindow = 366 * 24 * time.Hour

// check returns what is wrong with a limit.
func (l Limit) check() error {
	switch {
	case l.Rate < 1:
		return fmt.Errorf("a rate of %d is below 1", l.Rate)
	case l.Burst < 0:
		return fmt.Errorf("a burst of %d is below 1", l.Burst)
	case l.Per > maxWindow || l.Per/time.Duration(l.Rate) < 1:
		return fmt.Errorf("%d in %v is not a rate; Per is at least Rate nanoseconds and at most %v", l.Rate, l.Per, maxWindow)
	case time.Duration(l.burst()) > maxWindow/l.Interval():
		return fmt.Errorf("a burst of %d at %d in %v takes longer than %v to come back", l.burst(), l.Rate, l.Per, maxWindow)
	}
	return nil
}

func (l Limit) burst() int {
	if l.Burst == 0 {
		return l.Rate
	}
	return l.Burst
}

// Interval returns the time in which the bucket gets back one.
func (l Limit) Interval() time.Duration { return l.Per / time.Duration(l.Rate) }

// Window returns the time in which an empty bucket becomes full, which is the longest that anyone
// is refused.
func (l Limit) Window() time.Duration { return l.Interval() * time.Duration(l.burst()) }

// String returns the limit in words, such as "1 in 1m0s, 5 at once".
func (l Limit) String() string { return fmt.Sprintf("%d in %v, %d at once", l.Rate, l.Per, l.burst()) }

// Take takes one from a bucket that would be full again at a time, and returns when it would be
// full after that. For a [Store]. If the bucket is empty, nothing is taken. A full time that is
// more than a window ahead comes from a clock that was set back, and counts as a window ahead: the
// caller stores what is returned in any case.
func (l Limit) Take(full, now time.Time) (after time.Time, allowed bool) {
	empty := now.Add(l.Window()) // when an empty bucket would be full
	switch {
	case full.After(empty):
		return empty, false
	case full.Add(l.Interval()).After(empty):
		return full, false
	case full.Before(now):
		return now.Add(l.Interval()), true
	}
	return full.Add(l.Interval()), true
}

// Result returns what a [Store] answers when a bucket is full again at a time. For a [Store].
func (l Limit) Result(full time.Time, allowed bool, now time.Time) Result {
	missing := max(0, full.Sub(now))
	r := Result{Allowed: allowed, Reset: missing, Full: full}
	r.Remaining = max(0, int((l.Window()-missing)/l.Interval()))
	if !allowed {
		r.Remaining = 0
		r.RetryAfter = max(1, missing+l.Interval()-l.Window())
	}
	return r
}

// Result is the answer to a request for one from a bucket.
type Result struct {
	Allowed    bool
	Remaining  int           // how many may follow at once
	RetryAfter time.Duration // when to ask again, if it is not allowed
	Reset      time.Duration // when the bucket is full, if no more is taken
	Full       time.Time     // the same as a time
}
