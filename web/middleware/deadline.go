package middleware

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// deadline is a context that ends at a time, as that of [context.WithDeadline] does. Most
// requests are done before anybody waits for their end: they ask, if at all, whether it has
// come. So a channel and a timer are made only for who asks for the channel.
type deadline struct {
	parent context.Context // lifetime: that of the request, as of any context made from another
	ends   time.Time

	waited atomic.Pointer[waited] // nil as long as nobody waits, and nothing has ended
	over   atomic.Bool            // cancel was called
	mu     sync.Mutex             // of who sets one of them
}

// waited is a context of the standard library that stands for a deadline.
type waited struct {
	context.Context // lifetime: that of the request
	cancel          context.CancelFunc
}

// wait returns what stands for the deadline from now on.
func (d *deadline) wait() *waited {
	if w := d.waited.Load(); w != nil {
		return w
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if w := d.waited.Load(); w != nil {
		return w
	}
	w := new(waited)
	if d.over.Load() { // by now the parent may have ended, which is not the reason
		w.Context, w.cancel = context.WithCancel(context.WithoutCancel(d.parent))
		w.cancel()
	} else {
		w.Context, w.cancel = context.WithDeadline(d.parent, d.ends)
	}
	d.waited.Store(w)
	return w
}

// cancel ends the context, if it has not ended.
func (d *deadline) cancel() {
	if !d.over.Load() && d.hasEnded() {
		d.wait() // for another reason, which stays
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over.Store(true)
	if w := d.waited.Load(); w != nil {
		w.cancel()
	}
}

// Deadline returns the earlier one of its own and that of the context it was made from.
func (d *deadline) Deadline() (time.Time, bool) {
	if t, ok := d.parent.Deadline(); ok && t.Before(d.ends) {
		return t, true
	}
	return d.ends, true
}

func (d *deadline) Done() <-chan struct{} { return d.wait().Done() }

func (d *deadline) Err() error {
	w := d.waited.Load()
	if w == nil && !d.hasEnded() {
		return nil
	}
	return d.wait().Err()
}

// hasEnded reports whether the context has ended. Nobody waits for it.
func (d *deadline) hasEnded() bool {
	return d.over.Load() || d.parent.Err() != nil || !time.Now().Before(d.ends)
}

// Value also leads package context to what stands for the deadline, so that contexts made
// from this one need no goroutine to learn of its end.
func (d *deadline) Value(key any) any {
	if w := d.waited.Load(); w != nil {
		return w.Value(key)
	}
	return d.parent.Value(key)
}
