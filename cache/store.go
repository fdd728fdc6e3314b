package cache

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Entry is a value as a [Store] has it.
type Entry struct {
	// Value must not be changed once it is given to a store, or comes from one.
	Value []byte
	// Tags name what the value was made of: sorted, each once.
	Tags []string
	// Fresh is until when the value is good, Expires until when it may be used at all.
	Fresh, Expires time.Time
	// Mark is the state of the store before the value was computed.
	Mark Mark
}

// Mark says which invalidations a store has seen: after one it is greater. Without one it stays as it
// is: who asks takes what another one computes only if that one's mark is not smaller. Zero is unknown.
type Mark int64

// Found is what a [Store] has of a key.
type Found struct {
	Entry
	// OK says that there is an entry: without it all else but Now and Busy is zero.
	OK bool
	// Now is the mark of the store when it was asked, also without an entry: what is computed from
	// then on has it.
	Now Mark
	// Busy says that somebody has the lease of the key (see [Leaser]).
	Busy bool
}

// Store keeps entries. It must be safe for concurrent use, and by several processes if it is for
// several. It may lose entries, but must not return one after an invalidation that came after its
// Mark. Package cachetest checks what is promised here.
type Store interface {
	// Get returns the entry of a key that has not expired and of whose tags none was invalidated
	// since its mark.
	Get(ctx context.Context, key string) (Found, error)
	// Set keeps an entry in place of the one that the key has, and ends the lease of the key.
	Set(ctx context.Context, key string, e Entry) error
	// Invalidate makes the entries with any of the tags go, also those that are set later with a
	// mark from before.
	Invalidate(ctx context.Context, tags ...string) error
}

// Leaser is a [Store] for several processes that can tell that one of them is computing a key.
//
// size: the lease of a key ends when the key is set, so one value must do both
type Leaser interface {
	Store
	// Lease gives the lease of a key to owner for so long, if nobody else has it.
	Lease(ctx context.Context, key, owner string, length time.Duration) (bool, error)
	// Release ends the lease of a key that owner has.
	Release(ctx context.Context, key, owner string) error
}

// Driver opens stores of one scheme of URLs, such as "redis".
type Driver interface {
	// Scheme returns what URLs begin with, before the colon.
	Scheme() string
	// Open opens the store that a URL names, without connecting to it. environ has the
	// environment, for secrets that do not belong in a URL. A store that is an io.Closer is
	// closed by who opened it.
	Open(ctx context.Context, url string, environ map[string]string) (Store, error)
}

// Open opens the store that a URL such as "memory:64MB" names, by the driver of its scheme.
// [MemoryDriver] is always among the drivers.
func Open(ctx context.Context, drivers []Driver, url string, environ map[string]string) (Store, error) {
	scheme, _, ok := strings.Cut(url, ":")
	if !ok {
		return nil, fmt.Errorf("cache: the URL does not begin with a scheme and a colon, such as memory:64MB")
	}
	known := []string{MemoryDriver.Scheme()}
	for _, d := range drivers {
		if d.Scheme() == scheme {
			return d.Open(ctx, url, environ)
		}
		known = append(known, d.Scheme())
	}
	if scheme == MemoryDriver.Scheme() {
		return MemoryDriver.Open(ctx, url, environ)
	}
	return nil, fmt.Errorf("cache: no driver for the scheme %q; there are: %s; add others to vola.Config.Caches", scheme, strings.Join(known, ", "))
}
