package ratelimit_test

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ratelimit"
	"github.com/volaweb/vola/web/ratelimit/ratelimittest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	ratelimittest.Run(t, ratelimit.NewMemory(0))
}

// TestMemoryIsBounded: a store of ten forgets the oldest, and first what is full.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	limit := ratelimit.Limit{Rate: 1, Per: time.Hour}
	now := time.Unix(1_800_000_000, 0)
	m := ratelimit.NewMemory(10)
	take := func(n int, now time.Time) bool {
		t.Helper()
		result, err := m.Take(t.Context(), ratelimit.Key{byte(n), byte(n >> 8)}, limit, now)
		if err != nil {
			t.Fatal(err)
		}
		return result.Allowed
	}
	for n := range 10 {
		if !take(n, now) {
			t.Errorf("%d is refused", n)
		}
	}
	if take(0, now) { // which makes it the youngest
		t.Error("0 is allowed twice")
	}
	if !take(10, now) || ratelimit.Len(m) != 10 {
		t.Errorf("%d buckets", ratelimit.Len(m))
	}
	if take(0, now) || take(2, now) || !take(1, now) {
		t.Error("another one than 1 was forgotten")
	}
	for n := range 100_000 {
		take(n, now)
	}
	if ratelimit.Len(m) != 10 {
		t.Errorf("%d buckets", ratelimit.Len(m))
	}
	for n := range 5 {
		take(n, now.Add(2*time.Hour)) // when all are full
	}
	if ratelimit.Len(m) != 5 {
		t.Errorf("%d buckets, full ones are kept", ratelimit.Len(m))
	}
}

// TestResult: what a store says of a bucket that has long been full.
func TestResult(t *testing.T) {
	t.Parallel()
	limit := ratelimit.Limit{Rate: 1, Per: time.Minute, Burst: 3}
	now := time.Unix(1_800_000_000, 0)
	if got, want := limit.Result(now.Add(-time.Hour), true, now), (ratelimit.Result{Allowed: true, Remaining: 3, Full: now.Add(-time.Hour)}); got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Unix(1_800_000_000, 0)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func limiter(c *clock, limit ratelimit.Limit) *ratelimit.Limiter {
	return ratelimit.New(ratelimit.Config{Name: "log-in", Limit: limit, Store: ratelimit.NewMemory(0), Secret: []byte("a secret"), Now: c.now})
}

// TestReservation is a log-in: failures count, a success gives back its own.
func TestReservation(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := limiter(c, ratelimit.Limit{Rate: 1, Per: time.Minute, Burst: 5})
	take := func() *ratelimit.Reservation {
		t.Helper()
		r, err := l.Take(t.Context(), "ann")
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	give := func(r *ratelimit.Reservation) {
		t.Helper()
		if err := r.Return(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for range 50 { // successes alone never use it up
		r := take()
		if err := r.Err(); err != nil {
			t.Fatal(err)
		}
		give(r)
		give(r) // which does nothing
	}
	for range 4 {
		take()
	}
	success := take()
	refused := take()
	if err := refused.Err(); refused.Allowed || fault.KindOf(err) != fault.RateLimited || fault.Message(err) == "" || web.Status(err) != 429 {
		t.Errorf("refused: %v", err)
	} else if after, ok := fault.RetryAfter(err); after != time.Minute || !ok {
		t.Errorf("again after %v, %v", after, ok)
	}
	give(refused)
	if r := take(); r.Allowed {
		t.Error("a refusal gave something back")
	}
	give(success)
	give(success)
	if r := take(); !r.Allowed || r.Remaining != 0 {
		t.Errorf("after a success: %+v", r.Result)
	}
	if r := take(); r.Allowed {
		t.Error("a success cleared what others took")
	}

	// What time gave back is not given back again.
	c.add(10 * time.Minute)
	old := take()
	for range 4 {
		take()
	}
	c.add(30 * time.Second)
	give(old) // of which half is back
	c.add(-time.Nanosecond)
	if r := take(); r.Allowed {
		t.Errorf("%+v", r.Result)
	}
	c.add(time.Nanosecond)
	if r := take(); !r.Allowed {
		t.Errorf("%+v", r.Result)
	}
	c.add(time.Hour)
	late := take()
	c.add(time.Hour)
	for range 5 {
		take()
	}
	give(late)
	if r := take(); r.Allowed {
		t.Error("one that came back long ago was given back again")
	}
}

// TestGuessesAtOnce: of many guesses at once only as many are tried as the limit says, although
// each would be given back on success.
func TestGuessesAtOnce(t *testing.T) {
	t.Parallel()
	l := limiter(newClock(), ratelimit.Limit{Rate: 1, Per: time.Minute, Burst: 5})
	var guesses sync.WaitGroup
	tried := make(chan bool, 64)
	for range 64 {
		guesses.Go(func() {
			r, err := l.Take(context.Background(), "ann")
			if err != nil {
				t.Error(err)
			} else if r.Allowed {
				tried <- true
			}
		})
	}
	guesses.Wait()
	if n := len(tried); n != 5 {
		t.Errorf("%d guesses, want 5", n)
	}
}

type brokenStore struct{ err error }

func (s brokenStore) Take(context.Context, ratelimit.Key, ratelimit.Limit, time.Time) (ratelimit.Result, error) {
	return ratelimit.Result{}, s.err
}
func (s brokenStore) Give(context.Context, ratelimit.Key, time.Duration) error { return s.err }

func TestErrors(t *testing.T) {
	t.Parallel()
	m := ratelimit.NewMemory(0)
	limit := ratelimit.Limit{Rate: 1, Per: time.Minute}
	l := ratelimit.New(ratelimit.Config{Name: "x", Limit: limit, Store: m})
	if r, err := l.Take(t.Context(), ""); r != nil || fault.KindOf(err) != fault.Internal || ratelimit.Len(m) != 0 {
		t.Errorf("empty: %v, %v, %d buckets", r, err, ratelimit.Len(m))
	}
	broken := errors.New("no disk")
	if r, err := ratelimit.New(ratelimit.Config{Name: "x", Limit: limit, Store: brokenStore{broken}}).Take(t.Context(), "ann"); r != nil || !errors.Is(err, broken) {
		t.Errorf("broken: %v, %v", r, err)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for want, cfg := range map[string]ratelimit.Config{
		`"" is not`:        {},
		`"Log-in" is not`:  {Name: "Log-in"},
		`a\"b" is not`:     {Name: `a"b`},
		"is not 1 to 40":   {Name: strings.Repeat("x", 41)},
		"rate of 0":        {Name: "x"},
		"rate of -1":       {Name: "x", Limit: ratelimit.Limit{Rate: -1, Per: 1}},
		"burst of -1":      {Name: "x", Limit: ratelimit.Limit{Rate: 1, Per: 1, Burst: -1}},
		"1 in 0s":          {Name: "x", Limit: ratelimit.Limit{Rate: 1}},
		"2 in 1ns":         {Name: "x", Limit: ratelimit.Limit{Rate: 2, Per: 1}},
		"1 in 8808h":       {Name: "x", Limit: ratelimit.Limit{Rate: 1, Per: 367 * day}},
		"takes longer":     {Name: "x", Limit: ratelimit.Limit{Rate: 1, Per: day, Burst: 367}},
		"burst of 9223372": {Name: "x", Limit: ratelimit.Limit{Rate: 1, Per: day, Burst: 1<<63 - 1}},
		"no store":         {Name: "x", Limit: ratelimit.Limit{Rate: 1, Per: day}},
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, want) {
					t.Errorf("%q, want %q", got, want)
				}
			}()
			ratelimit.New(cfg)
		}()
	}
	l := ratelimit.New(ratelimit.Config{Name: "x", Limit: ratelimit.Limit{Rate: 6, Per: time.Hour, Burst: 2}, Store: ratelimit.NewMemory(0)})
	if got := l.Limit().String(); got != "6 in 1h0m0s, 2 at once" || l.Name() != "x" || l.Limit().Interval() != 10*time.Minute || l.Limit().Window() != 20*time.Minute {
		t.Error(got)
	}
}

// TestKeys: a key is an HMAC of the kind and the name (RFC 2104), or without a secret their
// SHA-256.
func TestKeys(t *testing.T) {
	t.Parallel()
	secret := []byte("s")
	a := ratelimit.KeyOf(secret, "log-in", "ann")
	if a != ratelimit.KeyOf(secret, "log-in", "ann") {
		t.Error("not the same twice")
	}
	for _, other := range []ratelimit.Key{
		ratelimit.KeyOf(secret, "log-in", "Ann"), ratelimit.KeyOf(secret, "sign-up", "ann"),
		ratelimit.KeyOf([]byte("t"), "log-in", "ann"), ratelimit.KeyOf(nil, "log-in", "ann"), ratelimit.KeyOf(secret, "log-ina", "nn"),
	} {
		if a == other {
			t.Errorf("%x twice", a)
		}
	}
	plain := ratelimit.KeyOf(nil, "a", "b")
	if got := hex.EncodeToString(plain[:]); got != "59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138" {
		t.Error(got)
	}
}

// FuzzTake: no name breaks a limiter, and each has one bucket.
func FuzzTake(f *testing.F) {
	f.Add("ann", "ANN")
	f.Add("\x00", "\xff\xfe")
	f.Add(strings.Repeat("x", 10_000), "")
	f.Fuzz(func(t *testing.T, a, b string) {
		l := limiter(newClock(), ratelimit.Limit{Rate: 1, Per: time.Minute})
		for i, name := range []string{a, b, a} {
			r, err := l.Take(t.Context(), name)
			if name == "" {
				if r != nil || fault.KindOf(err) != fault.Internal {
					t.Errorf("empty: %v, %v", r, err)
				}
				continue
			}
			if err != nil || r.Allowed != (i == 0 || i == 1 && a != b) {
				t.Errorf("%q of %q, %q: %+v, %v", name, a, b, r, err)
			}
		}
	})
}
