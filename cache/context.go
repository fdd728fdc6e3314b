package cache

import (
	"context"
	"slices"
	"sync"
	"time"
)

// notes are what a computation says of its value.
type notes struct {
	key        string
	background bool
	outer      *notes // of the computation around it
	flight     *flight

	mu   sync.Mutex
	tags []string
	max  time.Duration // 0 is none
}

type notesKey struct{}

// withNotes returns a context in which a computation runs.
func withNotes(ctx context.Context, req request) (context.Context, *notes) {
	outer, _ := ctx.Value(notesKey{}).(*notes)
	n := &notes{key: req.key, flight: req.flight, background: req.background || outer != nil && outer.background, outer: outer}
	return context.WithValue(ctx, notesKey{}, n), n
}

// computes reports whether the value of a key is being computed in a context.
func computes(ctx context.Context, key string) bool {
	n, _ := ctx.Value(notesKey{}).(*notes)
	for ; n != nil; n = n.outer {
		if n.key == key {
			return true
		}
	}
	return false
}

// InBackground reports whether the value that is computed in a context is to replace one that is
// stale, so that nobody waits for it.
func InBackground(ctx context.Context) bool {
	n, _ := ctx.Value(notesKey{}).(*notes)
	return n != nil && n.background
}

// Tag gives tags to the value that is being computed in a context, for what is known only then:
// which post a page shows. Values around it get them too. Outside of a computation it does
// nothing.
func Tag(ctx context.Context, tags ...string) {
	if n, ok := ctx.Value(notesKey{}).(*notes); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.tags = append(n.tags, tags...)
	}
}

// Shorten makes the value that is being computed in a context be fresh for at most d, such as until
// a scheduled post appears. Zero or less keeps it for nobody, nor one of before. Values around it are not shortened.
// Outside of a computation it does nothing.
func Shorten(ctx context.Context, d time.Duration) {
	if n, ok := ctx.Value(notesKey{}).(*notes); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		if d <= 0 {
			d = -1
		}
		if n.max == 0 || d < n.max {
			n.max = d
		}
	}
}

// GiveUp says that the value that is being computed in a context will be kept for nobody: those who wait
// for it get err now, and not when load returns, which may go on. What load returns does not count, and
// who asks from now on computes. Values around it are not given up. Outside of a computation it does
// nothing.
func GiveUp(ctx context.Context, err error) {
	if n, ok := ctx.Value(notesKey{}).(*notes); ok && n.flight != nil && err != nil {
		n.flight.land(nil, nil, err)
	}
}

// close returns what was noted, the tags sorted and each once.
func (n *notes) close(tags []string) ([]string, time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := slices.Concat(tags, n.tags)
	slices.Sort(all)
	return slices.Compact(all), n.max
}
