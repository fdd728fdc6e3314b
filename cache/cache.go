package cache

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what a [Cache] is made of. The zero value is one in memory.
type Config struct {
	// Store keeps the values. Defaults to a [Memory] of [DefaultSize].
	Store Store
	// Timeout is how long computing a value may take. Defaults to 30 seconds.
	Timeout time.Duration
	// Lease is for how long other processes wait for a value that one computes, on a store
	// that is a [Leaser]; after that the next one computes it too. Defaults to 10 seconds.
	Lease time.Duration
	// Direct reports contexts in which nothing is taken from the cache or put into it, such as
	// those of a transaction, which sees rows that nobody else may ever see. Defaults to none.
	Direct func(ctx context.Context) bool
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
	// Log takes what the operator should know. Defaults to dropping it.
	Log *slog.Logger
}

// Cache computes values, each once, and keeps them in a store. It is safe for concurrent use.
type Cache struct {
	cfg    Config
	leaser Leaser // nil if the store is for one process
	owner  string // of leases, followed by a number
	leases atomic.Int64
	warned atomic.Int64 // when the store was complained of last, in nanoseconds

	background context.Context // lifetime: values are refreshed until Close
	cancel     context.CancelFunc

	mu        sync.Mutex
	flights   map[string]*flight
	refreshes sync.WaitGroup
	closed    bool
}

// New returns a Cache.
func New(cfg Config) *Cache {
	if cfg.Store == nil {
		cfg.Store = NewMemory(0)
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Lease <= 0 {
		cfg.Lease = 10 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	c := &Cache{cfg: cfg, owner: rand.Text(), flights: map[string]*flight{}}
	c.leaser, _ = cfg.Store.(Leaser)
	c.background, c.cancel = context.WithCancel(context.Background())
	return c
}

// Invalidate makes all values with any of the tags go, in all processes with the same store. What
// was changed must be there for all to see: after the transaction, not in it. If it fails, the values
// stay until they are too old. A nil Cache has nothing to lose.
func (c *Cache) Invalidate(ctx context.Context, tags ...string) error {
	if c == nil || len(tags) == 0 {
		return nil
	}
	return c.cfg.Store.Invalidate(ctx, tags...)
}

// Close ends what refreshes values in the background, and waits for it. The store is not closed.
func (c *Cache) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.refreshes.Wait()
}

// complain logs an error of the store, at most once in a minute.
func (c *Cache) complain(ctx context.Context, what string, err error) {
	if ctx.Err() != nil {
		return
	}
	now, last := c.cfg.Now().UnixNano(), c.warned.Load()
	if last != 0 && now-last < int64(time.Minute) || !c.warned.CompareAndSwap(last, now) {
		return
	}
	c.cfg.Log.Warn("the cache does not work, so values are computed each time", "failed", what, "error", err)
}
