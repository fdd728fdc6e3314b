package postgres_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/database/postgres"
)

// TestGate: whoever waits gets in when another leaves, and when it is time to try
// more connections again; with its context done it gives up.
func TestGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := postgres.NewGate(3)
		entered := make(chan error, 10)
		enter := func(ctx context.Context) { go func() { entered <- g.Enter(ctx) }() }
		want := func(what string, n int) {
			t.Helper()
			synctest.Wait()
			if len(entered) != n {
				t.Fatalf("%s: %d are let in, want %d", what, len(entered), n)
			}
			for range n {
				if err := <-entered; err != nil {
					t.Errorf("%s: %v", what, err)
				}
			}
		}
		for range 4 {
			enter(t.Context())
		}
		want("at first", 3)
		g.Leave()
		want("one leaves", 1)
		g.Shrink(1)
		enter(t.Context())
		enter(t.Context())
		g.Leave()
		g.Leave()
		want("of one connection, which is in use", 0)
		time.Sleep(900 * time.Millisecond)
		g.Shrink(1) // which begins the second again
		time.Sleep(900 * time.Millisecond)
		want("soon after", 0)
		time.Sleep(200 * time.Millisecond)
		want("a second after", 2)

		late, cancel := context.WithCancel(t.Context())
		enter(late)
		enter(t.Context())
		want("all are in use", 0)
		cancel()
		synctest.Wait()
		if err := <-entered; !errors.Is(err, context.Canceled) {
			t.Errorf("given up with %v", err)
		}
		g.Leave()
		want("after one has given up", 1)
	})
}
