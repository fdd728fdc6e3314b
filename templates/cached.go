package templates

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"
)

// Cached is a [Loader] that remembers what another answered, also that it has
// no such file, for loaders that are slow: those that ask a server. Other
// errors are not remembered. If that loader is a [Versioned], or a [Chain] with
// one, its answers are forgotten when its version changes. Cached may be used by
// several goroutines, and must not be copied.
type Cached struct {
	// Loader is asked for what is not remembered, by one goroutine at a time.
	Loader Loader
	// MaxAge is how long an answer is good for. Defaults to until Forget is
	// called.
	MaxAge time.Duration
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time

	loading sync.Mutex // held while the loader works; taken before mu
	mu      sync.Mutex
	answers map[string]cachedAnswer
	forgets int     // how often answers were forgotten
	version *string // of the answers; nil if it was not asked for
}

type cachedAnswer struct {
	src Source
	err error
	at  time.Time
}

// Load returns the file, from memory if it is there.
func (c *Cached) Load(name string) (Source, error) {
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	c.loading.Lock()
	defer c.loading.Unlock()
	c.mu.Lock()
	a, ok := c.answers[name]
	forgets := c.forgets
	c.mu.Unlock()
	if ok && (c.MaxAge == 0 || now().Sub(a.at) < c.MaxAge) {
		return a.src, a.err
	}
	src, err := c.Loader.Load(name)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.answers == nil {
			c.answers = make(map[string]cachedAnswer)
		}
		if c.forgets == forgets { // it may be of before otherwise
			c.answers[name] = cachedAnswer{src, err, now()}
		}
	}
	return src, err
}

// Version returns that of the loader, "" if that is not a [Versioned].
func (c *Cached) Version(ctx context.Context) (string, error) {
	loaders := versionedIn(Chain{c.Loader})
	if len(loaders) == 0 {
		return "", nil
	}
	version, err := versionsOf(ctx, loaders)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version == nil || *c.version != version {
		c.forget()
		c.version = &version
	}
	return version, nil
}

// Names returns the names of the loader's files, none if that is not a [Lister].
// They are not remembered.
func (c *Cached) Names() ([]string, error) {
	if lister, ok := c.Loader.(Lister); ok {
		return lister.Names()
	}
	return nil, nil
}

// Forget makes the loader ask for every file again. It does not wait for a Load
// at work.
func (c *Cached) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget()
}

// forget is Forget for those that have the lock.
func (c *Cached) forget() {
	c.answers = nil
	c.forgets++
}
