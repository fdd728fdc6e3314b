package middleware

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

// WorkConfig configures [Work]. The zero value is ready to use.
type WorkConfig struct {
	// AtWork is how many requests are at work at a time. Defaults to
	// [DefaultAtWork].
	AtWork int

	// Queue is how many more may wait for a place; others are refused at once.
	// Defaults to AtWork; negative means none.
	Queue int

	// Wait is the longest that a request waits. Defaults to 5 seconds.
	Wait time.Duration

	// Deadline is how long a request may be at work, unless its route has
	// another one. Defaults to [DefaultDeadline]; negative means for ever.
	Deadline time.Duration

	// Stop ends the streams when it is done, usually when the server stops.
	// Nil means never.
	Stop context.Context // lifetime: that of the site
}

// Defaults of [WorkConfig].
const (
	DefaultAtWork   = 100
	DefaultDeadline = 30 * time.Second
)

// retryAfter is what a client that was refused is told to wait, in seconds.
const retryAfter = 2

// sendTime is how long a client may take, in addition to the time for the work, to send
// its request and as long again to take the answer.
const sendTime = 30 * time.Second

// Work bounds the work for requests. So many are at work at a time, some more
// wait for a moment, and the others are refused with [fault.Unavailable], 503,
// and a Retry-After. A request that is at work has a deadline, by its context, with
// which reading its body ends too.
// Routes may have limits of their own: see [web.Route.Deadline],
// [web.Route.MaxAtWork] and [web.Route.Stream].
//
// The place of a request is free again when its answer is finished and only
// has to be sent, which is when a status with a Content-Length is sent, so
// that slow clients take no places. One Work is for one site: all that it
// wraps share its places.
func Work(cfg WorkConfig) web.Middleware {
	if cfg.AtWork <= 0 {
		cfg.AtWork = DefaultAtWork
	}
	switch {
	case cfg.Queue == 0:
		cfg.Queue = cfg.AtWork
	case cfg.Queue < 0:
		cfg.Queue = 0
	}
	if cfg.Wait == 0 {
		cfg.Wait = 5 * time.Second
	}
	if cfg.Deadline == 0 {
		cfg.Deadline = DefaultDeadline
	}
	k := &works{cfg: cfg, all: make(places, cfg.AtWork)}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rw := web.Observe(w)
			route := web.RouteOf(rw)
			if route != nil && route.Stream {
				k.stream(next, rw, r, route)
				return
			}
			k.work(next, rw, r, route)
		})
	}
}

// places has an element for each request at work.
type places chan struct{}

// works is the state of one Work.
type works struct {
	cfg     WorkConfig
	all     places
	waiting atomic.Int64
	routes  sync.Map // *web.RouteInfo to places, for routes with MaxAtWork
}

// of returns the places of a route, nil for one without a limit.
func (k *works) of(route *web.RouteInfo) places {
	if route == nil || route.MaxAtWork <= 0 {
		return nil
	}
	p, ok := k.routes.Load(route)
	if !ok {
		p, _ = k.routes.LoadOrStore(route, make(places, route.MaxAtWork))
	}
	return p.(places)
}

func (k *works) work(next http.Handler, rw *web.Response, r *http.Request, route *web.RouteInfo) {
	own := k.of(route)
	if err := k.enter(r.Context(), own); err != nil {
		refuse(rw, r, err)
		return
	}
	t := &atWork{taken: taken{all: k.all, own: own}}
	release := t.taken.release
	defer release()
	rw.OnSend(release)
	limit := k.cfg.Deadline
	if route != nil && route.Deadline != 0 {
		limit = route.Deadline
	}
	control := http.NewResponseController(rw)
	if limit < 0 {
		// Writers that have no deadlines return an error, and need none.
		_ = control.SetReadDeadline(time.Time{})
		_ = control.SetWriteDeadline(time.Time{})
		next.ServeHTTP(rw, r)
		return
	}
	// A server whose own limit is shorter would take the request for given up.
	ends := time.Now().Add(limit)
	_ = control.SetReadDeadline(ends.Add(sendTime))
	_ = control.SetWriteDeadline(ends.Add(2 * sendTime))
	t.deadline.parent, t.deadline.ends = r.Context(), ends
	defer t.deadline.cancel()
	t.request = *r.WithContext(&t.deadline)
	if r.Body != nil && r.Body != http.NoBody {
		t.request.Body = &timedBody{r.Body, &t.deadline}
	}
	next.ServeHTTP(rw, &t.request)
}

// atWork is a request with its places and its context: together they are one allocation.
type atWork struct {
	taken    taken
	request  http.Request
	deadline deadline
}

// timedBody ends the reading of a body with its request: a client that sends a byte now and
// then does not keep it at work. What sends nothing at all has the server's read deadline.
type timedBody struct {
	io.ReadCloser
	ctx context.Context // lifetime: that of the request
}

func (b *timedBody) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.ReadCloser.Read(p)
}

// enter takes a place among those of the route, if it has any, and then one
// among all. It waits for both no longer than cfg.Wait.
func (k *works) enter(ctx context.Context, own places) error {
	if own.tryEnter() {
		if k.all.tryEnter() {
			return nil
		}
		own.leave()
	}
	if k.waiting.Add(1) > int64(k.cfg.Queue) {
		k.waiting.Add(-1)
		return fmt.Errorf("%d requests are at work and %d wait", cap(k.all), k.cfg.Queue)
	}
	defer k.waiting.Add(-1)
	timer := time.NewTimer(k.cfg.Wait)
	defer timer.Stop()
	if own != nil {
		if err := own.enter(ctx, timer, k.cfg.Wait); err != nil {
			return err
		}
	}
	if err := k.all.enter(ctx, timer, k.cfg.Wait); err != nil {
		own.leave()
		return err
	}
	return nil
}

// taken are the places of one request.
type taken struct {
	all, own places
	released atomic.Bool
}

// release gives both places back, once.
func (t *taken) release() {
	if !t.released.Swap(true) {
		t.all.leave()
		t.own.leave()
	}
}

// tryEnter takes a place if one is free; nil has places for all.
func (p places) tryEnter() bool {
	if p == nil {
		return true
	}
	select {
	case p <- struct{}{}:
		return true
	default:
		return false
	}
}

// enter waits for a place until the timer ends.
func (p places) enter(ctx context.Context, timer *time.Timer, wait time.Duration) error {
	select {
	case p <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return fmt.Errorf("no place among the %d requests at work became free in %v", cap(p), wait)
	}
}

func (p places) leave() {
	if p != nil {
		<-p
	}
}

// stream runs a handler that may go on for ever.
func (k *works) stream(next http.Handler, rw *web.Response, r *http.Request, route *web.RouteInfo) {
	own := k.of(route)
	if !own.tryEnter() {
		refuse(rw, r, fmt.Errorf("%d streams of %s are open", cap(own), route.Pattern))
		return
	}
	defer own.leave()
	// What the client takes has deadlines of its own, one for each write.
	_ = http.NewResponseController(rw).SetReadDeadline(time.Time{})
	if k.cfg.Stop != nil {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(k.cfg.Stop, cancel)()
		r = r.WithContext(ctx)
	}
	next.ServeHTTP(rw, r)
}

// refuse answers a request for which there is no place.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		err = fault.Wrap(fault.Unavailable, err, "The site is busy. Please try again in a moment.")
	}
	web.Fail(w, r, err)
}
