package templates

import (
	"errors"
	"io/fs"
	"sync"
	"time"
)

// Cached is a [Loader] that remembers what another answered, also that it has
// no such file, for loaders that are slow: those that ask a server. Other
// errors are not remembered. It may be used by several goroutines, and must
// not be copied.
type Cached struct {
	// Loader is asked for what is not remembered.
	Loader Loader
	// MaxAge is how long an answer is good for. Defaults to until Forget is
	// called.
	MaxAge time.Duration
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time

	mu      sync.Mutex
	answers map[string]cachedAnswer
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
	c.mu.Lock()
	defer c.mu.Unlock()
	if a, ok := c.answers[name]; ok && (c.MaxAge == 0 || now().Sub(a.at) < c.MaxAge) {
		return a.src, a.err
	}
	src, err := c.Loader.Load(name)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		if c.answers == nil {
			c.answers = make(map[string]cachedAnswer)
		}
		c.answers[name] = cachedAnswer{src, err, now()}
	}
	return src, err
}

// Forget makes the loader ask for every file again.
func (c *Cached) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = nil
}
