package jobs

import (
	"context"
	"time"

	"github.com/volaweb/vola/database"
)

// On PostgreSQL processes tell each other of new jobs at once, and of those that somebody has cancelled. A message that is
// lost costs time, and nothing else: workers also look by themselves. It is sent after the commit and
// not in the transaction, as PostgreSQL commits transactions with messages one after the other.

const (
	channel    = "vola_jobs"
	cancelText = "cancelled"
	notifyLate = 5 * time.Millisecond // so that many jobs are one message
)

// tellOthers sends a message, soon.
func (r *Runner) tellOthers(payload string) {
	l, ok := r.db.Backend().(database.Listener)
	if !ok || !r.telling.CompareAndSwap(false, true) && payload == "" {
		return
	}
	time.AfterFunc(notifyLate, func() {
		if payload == "" {
			r.telling.Store(false)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if err := l.Notify(ctx, channel, payload); err != nil {
			r.host.Log.Debug("other processes find new jobs by themselves, as they could not be told", "error", err)
		}
	})
}

// listens hears what other processes tell, until ctx is done.
func (w *worker) listens(ctx context.Context) {
	l, ok := w.r.db.Backend().(database.Listener)
	if !ok {
		return
	}
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := l.Listen(ctx, channel, func() {
			wait = time.Second
			w.poke(w.r.host.Now())
		}, func(payload string) {
			if payload == cancelText {
				w.tell(ctx, "jobs that were cancelled are stopped in some seconds", w.stopCancelled(ctx))
				return
			}
			w.poke(w.r.host.Now())
		})
		if ctx.Err() != nil {
			return
		}
		w.r.host.Log.Warn("new jobs of other processes are found a second later, as nothing can be heard of them", "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// busy reports whether no more attempts can begin here.
func (w *worker) busy() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.lines {
		if l.at >= l.most {
			return true
		}
	}
	return false
}
