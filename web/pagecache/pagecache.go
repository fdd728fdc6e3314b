package pagecache

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/web"
)

// Config says which pages are kept, and for how long. Cache and For are needed.
type Config struct {
	// Cache returns what keeps the pages; nil for none. A module returns that of its host, which
	// there is when the site has started.
	Cache func() *cache.Cache
	// For is how long a page is good.
	For time.Duration
	// Stale is how long it is served after that while one makes it again, and when that fails.
	// Defaults to 30 seconds; less than zero is not at all.
	Stale time.Duration
	// Query names the parameters of the query that the page depends on. A request that has others
	// is answered without the cache.
	Query []string
	// IgnoreOthers answers requests that have other parameters as if they had not: those that
	// others add to links to the page, such as utm_source.
	IgnoreOthers bool
	// Headers names the fields of requests that the page depends on, which come to Vary. A field
	// that is another for each visitor fills the cache with pages that nobody asks for again.
	Headers []string
	// Tags are those of all pages, beside what the handlers give to [cache.Tag].
	Tags []string
	// Max is how large a page may be, in bytes. Defaults to 1 MB.
	Max int
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
}

// Middleware keeps the pages of the handlers that it wraps. It is for routes, not for a whole site:
// it belongs inside what gives requests their sessions and headers. A Config that cannot be used
// is a mistake of the program and panics.
func Middleware(cfg Config) web.Middleware {
	if cfg.Cache == nil {
		panic("pagecache: Config.Cache is nil")
	}
	switch {
	case cfg.Stale == 0:
		cfg.Stale = 30 * time.Second
	case cfg.Stale < 0:
		cfg.Stale = 0
	}
	if cfg.Max <= 0 {
		cfg.Max = 1 << 20
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	headers := []string{targetHeader}
	for _, name := range cfg.Headers {
		switch name = http.CanonicalHeaderKey(name); name {
		case "Cookie", "Authorization":
			panic("pagecache: a page that depends on " + name + " is of one visitor")
		}
		headers = append(headers, name)
	}
	cfg.Headers = headers
	cfg.Query = slices.Sorted(slices.Values(cfg.Query))
	kept := cache.Of[[]byte]("page", cache.For(cfg.For), cache.Stale(cfg.Stale))
	return func(next http.Handler) http.Handler {
		return &keeper{cfg: &cfg, values: kept, next: next, passes: map[string]time.Time{}}
	}
}

// targetHeader names the parts of a page that a request wants.
const targetHeader = "Vola-Target"

// keeper answers requests with pages that it keeps.
type keeper struct {
	cfg    *Config
	values cache.Values[[]byte]
	next   http.Handler

	mu     sync.Mutex
	passes map[string]time.Time // keys whose pages are not kept, and until when that is believed
}

// errNotKept is why a page is not in the cache: it is not for all, or no page.
var errNotKept = errors.New("pagecache: the answer cannot be kept")

// ServeHTTP answers with the page that is kept, or has it made.
func (k *keeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := k.cfg.Cache()
	id, ok := k.cfg.identify(w, r)
	if c == nil || !ok || k.passing(id.key) {
		k.next.ServeHTTP(w, r)
		return
	}
	policies := policiesOf(w.Header())
	var made *recorder // by this request
	aborted := false
	raw, err := k.values.Get(r.Context(), c, id.key, func(ctx context.Context) ([]byte, error) {
		rec := newRecorder(w, policies, k.cfg.Max, !cache.InBackground(ctx), func() {
			k.pass(id.key, passLong)
			cache.GiveUp(ctx, errNotKept) // who waits need not wait for this client too
		})
		defer func() {
			if rec.foreground && rec.passed {
				k.pass(id.key, passTime)
			}
		}()
		d := web.Detach(w, rec)
		if !answered(k.next, d, id.request(ctx, r)) {
			if rec.foreground {
				aborted = true
			}
			return nil, errNotKept
		}
		p, life := rec.page(k.cfg, web.Personal(d) || web.Personal(w))
		switch {
		case rec.foreground:
			made = rec
			if p == nil {
				return nil, errNotKept
			}
		case p == nil && rec.status >= http.StatusInternalServerError:
			return nil, errNotKept // the stale one is better
		case p == nil:
			cache.Shorten(ctx, 0)
			return nil, nil
		}
		cache.Shorten(ctx, life)
		return p.encode(), nil
	}, k.cfg.Tags...)
	if aborted {
		panic(http.ErrAbortHandler) // of an answer that has begun, as without the cache
	}
	if made != nil && err != nil {
		if made.status < http.StatusInternalServerError {
			k.pass(id.key, passTime)
		}
		made.send(w, r)
		return
	}
	if err != nil && !errors.Is(err, errNotKept) {
		web.Fail(w, r, err)
		return
	}
	p, ok := decode(raw)
	now := k.cfg.Now()
	if err != nil || !ok || p.exact && !now.Before(p.fresh) {
		k.next.ServeHTTP(w, r)
		return
	}
	if err := p.send(w, r, now, made == nil); err != nil {
		web.Fail(w, r, err)
	}
}

// answered has a handler answer; false if it gives up an answer that has begun.
func answered(h http.Handler, w *web.Response, r *http.Request) (ok bool) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			ok = false
		} else if p != nil {
			panic(p)
		}
	}()
	h.ServeHTTP(w, r)
	if !w.Written() {
		w.WriteHeader(http.StatusOK)
	}
	return true
}

// How long it is believed that a page is not kept, so that those who ask for it do not wait for each
// other, the same while the answer goes to a client, which may be slow, and of how many pages that is
// known.
const (
	passTime  = 10 * time.Second
	passLong  = time.Hour
	maxPasses = 10_000
)

func (k *keeper) passing(key string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	until, ok := k.passes[key]
	return ok && k.cfg.Now().Before(until)
}

func (k *keeper) pass(key string, d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.passes) >= maxPasses {
		clear(k.passes)
	}
	k.passes[key] = k.cfg.Now().Add(d)
}
