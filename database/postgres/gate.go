package postgres

import (
	"context"
	"slices"
	"sync"
	"time"
)

// regrow is after which time it is tried again to use more connections than the
// server had for us.
const regrow = time.Second

// gate bounds how many connections of the pool are in use. Usually these are
// as many as the pool may have; where the server has no more, as many as there
// are. Who comes first gets the next that is free.
type gate struct {
	mu      sync.Mutex
	max     int
	size    int
	used    int
	grows   *time.Timer // while size is less than max
	waiting []chan struct{}
}

func newGate(size int) *gate { return &gate{max: size, size: size} }

// enter waits for the use of a connection, which leave ends.
func (g *gate) enter(ctx context.Context) error {
	free := g.queue()
	if free == nil {
		return nil
	}
	select {
	case <-free:
		return nil
	case <-ctx.Done():
		if !g.giveUp(free) {
			g.leave()
		}
		return ctx.Err()
	}
}

// queue enters and returns nil, or returns what is closed when it has entered.
func (g *gate) queue() chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.used < g.size {
		g.used++
		return nil
	}
	free := make(chan struct{})
	g.waiting = append(g.waiting, free)
	return free
}

// giveUp leaves the queue; false if it was admitted meanwhile.
func (g *gate) giveUp(free chan struct{}) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, free)
	if i < 0 {
		return false
	}
	g.waiting = slices.Delete(g.waiting, i, i+1)
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.used--
	g.admit()
}

// admit lets in whom there is room for.
func (g *gate) admit() {
	for len(g.waiting) > 0 && g.used < g.size {
		g.used++
		close(g.waiting[0])
		g.waiting = g.waiting[1:]
	}
}

// shrink makes do with n connections for a while.
func (g *gate) shrink(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.size = min(max(n, 1), g.max)
	if g.grows != nil {
		g.grows.Stop()
	}
	g.grows = time.AfterFunc(regrow, g.grow)
}

// grow lets as many in as there may be connections.
func (g *gate) grow() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.size = g.max
	g.admit()
}
