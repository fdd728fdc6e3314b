package cache

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

// retry is how long a stale value is served after computing it again has failed, before that is
// tried once more.
const retry = 10 * time.Second

// afterwards is how long the store may take for what is told to it after a computation has failed.
const afterwards = time.Second

// flight is a computation for which others wait.
type flight struct {
	mark Mark // of the store before it began
	once sync.Once
	end  func() // lets others compute; nil for nothing
	done chan struct{}

	// Set when it is done:
	value []byte
	tags  []string
	err   error
}

// land tells all who wait how it ended, once.
func (f *flight) land(value []byte, tags []string, err error) {
	f.once.Do(func() {
		f.value, f.tags, f.err = value, tags, err
		if f.end != nil {
			f.end()
		}
		close(f.done)
	})
}

// landed reports whether all know how it ended.
func (f *flight) landed() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// request is what is asked of a cache.
type request struct {
	key  string
	life life
	tags []string
	load func(ctx context.Context) ([]byte, error)
	// background is for one that nobody waits for.
	background bool
	flight     *flight
}

// get returns the value of a key, which it computes if it is not there.
func (c *Cache) get(ctx context.Context, key string, l life, tags []string, load func(context.Context) ([]byte, error)) ([]byte, error) {
	req := request{key: key, life: l, tags: tags, load: load}
	for {
		found := c.find(ctx, key)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if found.OK {
			if !c.cfg.Now().Before(found.Fresh) && !found.Busy {
				c.refresh(ctx, req, found)
			}
			Tag(ctx, found.Tags...)
			return found.Value, nil
		}
		f, leads := c.join(key, found.Now)
		if leads {
			c.fly(ctx, f, req)
		} else if computes(ctx, key) {
			return nil, fmt.Errorf("cache: computing the value of %q asks for this value itself", key)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if found.Now <= f.mark {
			Tag(ctx, f.tags...)
			return f.value, f.err
		}
		// Something was invalidated after the flight had begun and before this was asked: the store
		// knows whether the value may be used.
	}
}

// find asks the store. An error is that there is nothing.
func (c *Cache) find(ctx context.Context, key string) Found {
	found, err := c.cfg.Store.Get(ctx, key)
	if err != nil {
		c.complain(ctx, "get", err)
		return Found{}
	}
	return found
}

// join returns the flight of a key, and whether the caller must fly it.
func (c *Cache) join(key string, now Mark) (f *flight, leads bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.flights[key]; f != nil {
		return f, false
	}
	f = &flight{mark: now, done: make(chan struct{})}
	c.flights[key] = f
	return f, true
}

var errEnded = errors.New("cache: the goroutine that computed the value ended")

// fly computes the value of a flight and tells all who wait. The caller may leave meanwhile.
func (c *Cache) fly(ctx context.Context, f *flight, req request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.Timeout)
	defer cancel()
	stop := context.AfterFunc(c.background, cancel)
	defer stop()
	req.flight = f
	f.end = func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.flights, req.key)
	}
	var value []byte
	var tags []string
	err := errEnded // of runtime.Goexit
	defer func() { f.land(value, tags, err) }()
	switch {
	case f.mark == 0:
		value, tags, _, err = c.compute(ctx, 0, req)
	case c.leaser != nil:
		value, tags, err = c.leased(ctx, f, req)
	default:
		value, tags, _, err = c.look(ctx, f.mark, req)
	}
}

// leased computes a value, or takes it from another process that does.
func (c *Cache) leased(ctx context.Context, f *flight, req request) ([]byte, []string, error) {
	mark := f.mark
	owner := c.owner + strconv.FormatInt(c.leases.Add(1), 36)
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		got, err := c.leaser.Lease(ctx, req.key, owner, c.cfg.Lease)
		if err != nil {
			c.complain(ctx, "lease", err)
			value, tags, _, err := c.compute(ctx, mark, req)
			return value, tags, err
		}
		if got {
			break
		}
		if err := wait(ctx, pause); err != nil {
			return nil, nil, err
		}
		if found := c.find(ctx, req.key); found.OK {
			return found.Value, found.Tags, nil
		}
	}
	kept := false
	release := sync.OnceFunc(func() { c.release(ctx, req.key, owner) })
	defer func() {
		if !kept {
			release()
		}
	}()
	end := f.end
	f.end = func() {
		if !kept {
			release() // also of one that was given up, so that other processes need not wait either
		}
		end()
	}
	value, tags, stored, err := c.look(ctx, mark, req)
	kept = stored
	return value, tags, err
}

// look computes a value unless it is there now: it may have come between the look at the store
// and the flight, or the lease.
func (c *Cache) look(ctx context.Context, mark Mark, req request) (value []byte, tags []string, stored bool, err error) {
	found := c.find(ctx, req.key)
	if found.OK && c.cfg.Now().Before(found.Fresh) {
		return found.Value, found.Tags, false, nil
	}
	return c.compute(ctx, max(mark, found.Now), req)
}

// wait waits for about d, so that many who wait do not ask at once.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d - rand.N(d/4))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (c *Cache) release(ctx context.Context, key, owner string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer cancel()
	if err := c.leaser.Release(ctx, key, owner); err != nil {
		c.complain(ctx, "release", err)
	}
}

// compute computes a value and keeps it, if it can be.
func (c *Cache) compute(ctx context.Context, mark Mark, req request) (value []byte, tags []string, stored bool, err error) {
	noting, n := withNotes(ctx, req)
	value, err = recovered(noting, req)
	if err == nil && req.flight != nil && req.flight.landed() {
		err = req.flight.err // it was given up
	}
	if err != nil {
		return nil, nil, false, err
	}
	tags, limit := n.close(req.tags)
	fresh := req.life.fresh - rand.N(req.life.fresh/10+1)
	if limit != 0 {
		fresh = min(fresh, limit)
	}
	if mark == 0 {
		return value, tags, false, nil
	}
	if fresh < 0 {
		return value, tags, c.set(ctx, req.key, Entry{Mark: mark}), nil // in place of an old one
	}
	fresh, now := max(fresh, 1), c.cfg.Now()
	return value, tags, c.set(ctx, req.key, Entry{
		Value: value, Tags: tags, Fresh: now.Add(fresh), Expires: now.Add(fresh + req.life.stale), Mark: mark,
	}), nil
}

// set keeps an entry, and reports whether the store has taken it.
func (c *Cache) set(ctx context.Context, key string, e Entry) bool {
	err := c.cfg.Store.Set(ctx, key, e)
	if err != nil {
		c.complain(ctx, "set", err)
	}
	return err == nil
}

// recovered calls load, and makes a panic of it an error.
func recovered(ctx context.Context, req request) (value []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("cache: computing the value of %q panicked: %v\n%s", req.key, p, debug.Stack())
		}
	}()
	return req.load(ctx)
}

// refresh computes the value of a stale entry in the background, unless that is being done.
func (c *Cache) refresh(ctx context.Context, req request, old Found) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.flights[req.key] != nil {
		return
	}
	f := &flight{mark: old.Now, done: make(chan struct{})}
	c.flights[req.key] = f
	ctx, req.background = context.WithoutCancel(ctx), true
	c.refreshes.Go(func() {
		c.fly(ctx, f, req)
		if f.err == nil || c.background.Err() != nil {
			return
		}
		c.cfg.Log.Warn("a stale value is served, as it cannot be computed again", "value", req.key, "error", f.err)
		old.Fresh = c.cfg.Now().Add(min(retry, req.life.stale))
		ctx, cancel := context.WithTimeout(ctx, afterwards)
		defer cancel()
		c.set(ctx, req.key, old.Entry)
	})
}
