// Package ratelimittest has the tests that every store of package ratelimit must pass.
package ratelimittest

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volaweb/vola/web/ratelimit"
)

// Run tests stores with the same buckets: what several processes would have, or one alone.
func Run(t *testing.T, stores ...ratelimit.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, []ratelimit.Store){
		"burst and rate": burstAndRate, "at once": atOnce, "keys": keys, "give": give,
		"clock set back": clockSetBack, "another limit": anotherLimit, "as computed": asComputed,
	} {
		t.Run(name, func(t *testing.T) { test(t, stores) })
	}
}

// start is when tests begin, with more digits than databases keep of times.
func start() time.Time { return time.Unix(1_800_000_000, 123_456_789) }

// keyOf returns the key of a bucket of the test's own.
func keyOf(t *testing.T, name string) ratelimit.Key {
	return sha256.Sum256([]byte(t.Name() + "\x00" + name))
}

func take(t *testing.T, store ratelimit.Store, key string, limit ratelimit.Limit, now time.Time) ratelimit.Result {
	t.Helper()
	result, err := store.Take(t.Context(), keyOf(t, key), limit, now)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// burstAndRate: five at once, then one a minute.
func burstAndRate(t *testing.T, stores []ratelimit.Store) {
	limit := ratelimit.Limit{Rate: 1, Per: time.Minute, Burst: 5}
	now := start()
	for i := range 5 {
		want := ratelimit.Result{Allowed: true, Remaining: 4 - i, Reset: time.Duration(i+1) * time.Minute}
		check(t, fmt.Sprint("number ", i), take(t, stores[i%len(stores)], "", limit, now), want, now)
	}
	refused := ratelimit.Result{RetryAfter: time.Minute, Reset: 5 * time.Minute}
	for range 10 {
		check(t, "empty", take(t, stores[0], "", limit, now), refused, now)
	}
	for range 3 { // one a minute from now on, and not a nanosecond before
		now = now.Add(time.Minute - 1)
		check(t, "too early", take(t, stores[0], "", limit, now), ratelimit.Result{RetryAfter: 1, Reset: 4*time.Minute + 1}, now)
		now = now.Add(1)
		check(t, "in time", take(t, stores[len(stores)-1], "", limit, now), ratelimit.Result{Allowed: true, Reset: 5 * time.Minute}, now)
	}
	now = now.Add(2*time.Minute + 30*time.Second)
	check(t, "later", take(t, stores[0], "", limit, now), ratelimit.Result{Allowed: true, Remaining: 1, Reset: 3*time.Minute + 30*time.Second}, now)
	now = now.Add(time.Hour)
	check(t, "much later", take(t, stores[0], "", limit, now), ratelimit.Result{Allowed: true, Remaining: 4, Reset: time.Minute}, now)
}

func check(t *testing.T, what string, got, want ratelimit.Result, now time.Time) {
	t.Helper()
	if !got.Full.Equal(now.Add(got.Reset)) {
		t.Errorf("%s: full at %v, and in %v", what, got.Full, got.Reset)
	}
	got.Full = time.Time{}
	if got != want {
		t.Errorf("%s: %+v\nwant %+v", what, got, want)
	}
}

// atOnce: of 64 at once five are allowed, whichever store they use.
func atOnce(t *testing.T, stores []ratelimit.Store) {
	limit := ratelimit.Limit{Rate: 5, Per: time.Hour}
	var allowed atomic.Int64
	var calls sync.WaitGroup
	begin := make(chan bool)
	for i := range 64 {
		calls.Go(func() {
			<-begin
			result, err := stores[i%len(stores)].Take(t.Context(), keyOf(t, "x"), limit, start())
			if err != nil {
				t.Error(err)
			}
			if result.Allowed {
				allowed.Add(1)
			}
		})
	}
	close(begin)
	calls.Wait()
	if n := allowed.Load(); n != 5 {
		t.Errorf("%d of 64 are allowed, want 5", n)
	}
}

// keys: each has a bucket of its own.
func keys(t *testing.T, stores []ratelimit.Store) {
	limit := ratelimit.Limit{Rate: 1, Per: time.Minute}
	for _, key := range []string{"a", "b", "", "a\x00", "\xff"} {
		if !take(t, stores[0], key, limit, start()).Allowed || take(t, stores[len(stores)-1], key, limit, start()).Allowed {
			t.Errorf("%q: not once", key)
		}
	}
}

// give: what is given back can be taken again, and never more than the bucket holds.
func give(t *testing.T, stores []ratelimit.Store) {
	limit := ratelimit.Limit{Rate: 3, Per: 3 * time.Minute}
	key, now := keyOf(t, "x"), start()
	back := func(d time.Duration) {
		t.Helper()
		if err := stores[len(stores)-1].Give(t.Context(), key, d); err != nil {
			t.Fatal(err)
		}
	}
	passes := func() (n int) {
		for take(t, stores[0], "x", limit, now).Allowed {
			n++
		}
		return n
	}
	back(time.Minute) // of a bucket that does not exist
	if n := passes(); n != 3 {
		t.Errorf("a full bucket has %d", n)
	}
	back(time.Minute)
	if n := passes(); n != 1 {
		t.Errorf("after one came back: %d", n)
	}
	for range 50 {
		back(time.Minute)
	}
	if n := passes(); n != 3 {
		t.Errorf("after 50 came back: %d", n)
	}
}

// clockSetBack: whatever time it was before, nobody waits longer than the window of the limit.
func clockSetBack(t *testing.T, stores []ratelimit.Store) {
	limit := ratelimit.Limit{Rate: 2, Per: time.Minute, Burst: 4}
	now := start()
	for _, by := range []time.Duration{time.Second, time.Hour, 100 * 365 * 24 * time.Hour} {
		key := by.String()
		for take(t, stores[0], key, limit, now.Add(by)).Allowed {
			continue // until it is empty
		}
		at, waited := now, time.Duration(0)
		for {
			result := take(t, stores[len(stores)-1], key, limit, at)
			if result.Allowed {
				break
			}
			if result.RetryAfter > limit.Window() || result.RetryAfter <= 0 || result.Reset > limit.Window() {
				t.Fatalf("set back by %v: %+v", by, result)
			}
			if waited += result.RetryAfter; waited > limit.Window() {
				t.Fatalf("set back by %v: still refused after %v", by, waited)
			}
			at = at.Add(result.RetryAfter)
		}
	}
	// And forward: it is full.
	if result := take(t, stores[0], time.Second.String(), limit, now.Add(24*time.Hour)); !result.Allowed || result.Remaining != 3 {
		t.Errorf("set forward: %+v", result)
	}
}

// anotherLimit: a limit that is changed holds at once.
func anotherLimit(t *testing.T, stores []ratelimit.Store) {
	now := start()
	long, short := ratelimit.Limit{Rate: 1, Per: 24 * time.Hour}, ratelimit.Limit{Rate: 1, Per: time.Minute, Burst: 2}
	take(t, stores[0], "x", long, now)
	result := take(t, stores[0], "x", short, now)
	if result.Allowed || result.RetryAfter != time.Minute || result.Reset != 2*time.Minute {
		t.Errorf("a shorter limit: %+v", result)
	}
	if result := take(t, stores[0], "x", short, now.Add(time.Minute)); !result.Allowed {
		t.Errorf("a minute later: %+v", result)
	}
}

// asComputed takes at random times, and compares with [ratelimit.Limit].
func asComputed(t *testing.T, stores []ratelimit.Store) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 4 {
		limit := ratelimit.Limit{Rate: 1 + random.IntN(20), Per: time.Duration(1 + random.Int64N(int64(time.Hour))), Burst: random.IntN(10)}
		if limit.Interval() < 1 {
			continue
		}
		now := start()
		full := time.Time{} // long ago
		for range 50 {
			now = now.Add(time.Duration(random.Int64N(int64(3*limit.Interval())) - int64(limit.Interval())/2))
			var allowed bool
			full, allowed = limit.Take(full, now)
			got := take(t, stores[random.IntN(len(stores))], fmt.Sprint(round), limit, now)
			if want := limit.Result(full, allowed, now); got.Allowed != want.Allowed || got.Remaining != want.Remaining || got.RetryAfter != want.RetryAfter || !got.Full.Equal(want.Full) {
				t.Fatalf("%v: %+v\nwant %+v", limit, got, want)
			}
		}
	}
}
