package passwords_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/fault"
)

// TestAtMostSoMany: of 100 calls at once, four compute at a time, and none fails if there is room
// to wait.
func TestAtMostSoMany(t *testing.T) {
	t.Parallel()
	h := passwords.New(passwords.Config{Memory: 1024, Time: 1, Slots: 4, Queue: 100, Patience: time.Hour})
	encoded, err := h.Hash(t.Context(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	for range 100 {
		calls.Go(func() {
			if ok, _, err := h.Check(t.Context(), encoded, "secret"); !ok || err != nil {
				t.Errorf("ok %v, %v", ok, err)
			}
		})
	}
	calls.Wait()
	if s := h.Stats(); s.Peak > 4 || s.Peak < 1 || s.Hashes != 101 || s.Refused != 0 || s.Running != 0 || s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
}

// TestLargeHashes: a hash that needs more memory takes more slots, at most all.
func TestLargeHashes(t *testing.T) {
	t.Parallel()
	const (
		large = "argon2$argon2id$v=19$m=102400,t=1,p=8$MWJWcGM4M3ZJV3lqZ2JqcGlRVEU5aw$iWA9kRTVvDk5ZDM4Fhejkw" // 5 slots
		small = "md5$2vWJliUwtKIBJ98yDQ5V3j$ce655176770c9fa53d0274ea01478cff"                                 // of which a wrong password costs 1
	)
	for _, slots := range []int{2, 9} {
		h := passwords.New(passwords.Config{Memory: 8, Time: 1, Slots: slots, Patience: time.Hour})
		var calls sync.WaitGroup
		for range 8 {
			calls.Go(func() {
				if _, _, err := h.Check(t.Context(), small, "wrong"); err != nil {
					t.Error(err)
				}
			})
		}
		for range 2 {
			calls.Go(func() {
				if _, _, err := h.Check(t.Context(), large, "wrong"); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		if s := h.Stats(); s.Peak < min(5, slots) || s.Peak > slots || s.Hashes != 10 || s.Running != 0 {
			t.Errorf("%d slots: %+v", slots, s)
		}
	}
}

// held is a Hasher whose only slot is in use until release is called.
type held struct {
	*passwords.Hasher
	release func()
}

func hold(t *testing.T, cfg passwords.Config) *held {
	t.Helper()
	cfg.Memory, cfg.Time, cfg.Slots = 8, 1, 1
	h := passwords.New(cfg)
	started, end := make(chan bool), make(chan bool)
	var done sync.WaitGroup
	done.Go(func() {
		if err := passwords.Occupy(h, t.Context(), func() { close(started); <-end }); err != nil {
			t.Error(err)
		}
	})
	<-started
	return &held{h, func() { close(end); done.Wait() }}
}

// TestQueue: so many may wait for so long. Who is refused is told when to try again.
func TestQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hold(t, passwords.Config{Queue: 3, Patience: 5 * time.Second})
		var refused atomic.Int64
		var calls sync.WaitGroup
		for range 5 {
			calls.Go(func() {
				err := h.Burn(t.Context(), "x")
				if after, ok := fault.RetryAfter(err); fault.KindOf(err) != fault.Unavailable || fault.Message(err) == "" || after != 5*time.Second || !ok {
					t.Errorf("kind %v, %v", fault.KindOf(err), err)
				}
				refused.Add(1)
			})
		}
		synctest.Wait()
		if s := h.Stats(); refused.Load() != 2 || s.Waiting != 3 || s.Running != 1 || s.Refused != 2 {
			t.Errorf("at once: %d refused, %+v", refused.Load(), s)
		}
		calls.Wait() // the clock goes on when all wait
		h.release()
		if s := h.Stats(); s.Waiting != 0 || s.Refused != 5 || s.Hashes != 0 {
			t.Errorf("at the end: %+v", s)
		}
		if err := h.Burn(t.Context(), "x"); err != nil {
			t.Error(err)
		}
	})
}

// TestNoQueue: below zero nobody waits.
func TestNoQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hold(t, passwords.Config{Queue: -1})
		if _, err := h.Hash(t.Context(), "x"); fault.KindOf(err) != fault.Unavailable {
			t.Error(err)
		}
		h.release()
		if _, err := h.Hash(t.Context(), "x"); err != nil {
			t.Error(err)
		}
	})
}

// TestCancelled: a client that goes away stops waiting, but frees no slot of a computation that
// runs.
func TestCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hold(t, passwords.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		var waits sync.WaitGroup
		waits.Go(func() {
			if err := h.Burn(ctx, "x"); !errors.Is(err, context.Canceled) || fault.KindOf(err) != fault.Canceled {
				t.Error(err)
			}
		})
		synctest.Wait()
		cancel()
		waits.Wait()
		if err := h.Burn(ctx, "x"); !errors.Is(err, context.Canceled) {
			t.Errorf("after its end: %v", err)
		}
		if s := h.Stats(); s.Running != 1 || s.Waiting != 0 || s.Hashes != 0 || s.Refused != 0 {
			t.Errorf("%+v", s)
		}
		h.release()

		// One that computes already goes on.
		ctx, cancel = context.WithCancel(t.Context())
		err := passwords.Occupy(h.Hasher, ctx, func() {
			cancel()
			if s := h.Stats(); s.Running != 1 {
				t.Errorf("cancelled: %+v", s)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
}
