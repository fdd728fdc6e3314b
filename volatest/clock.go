package volatest

import (
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

// Clock is one that a test sets, for [Options].Now. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands still at a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock, back if d is less than zero.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// EachAt is [Each] with a clock, which stands at noon of 1 March 2030, UTC.
func EachAt(t *testing.T, site func() vola.Config, test func(t *testing.T, c *Client, clock *Clock)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		clock := NewClock(time.Date(2030, 3, 1, 12, 0, 0, 0, time.UTC))
		test(t, Start(t, site(), Options{DB: db, Now: clock.Now}), clock)
	})
}
