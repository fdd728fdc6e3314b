package cache_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/cache"
)

var numbers = cache.Of[int64]("numbers", cache.For(10*time.Minute), cache.Stale(time.Hour))

// TestManyMissesOneComputation: 1,000 ask at once, one computes.
func TestManyMissesOneComputation(t *testing.T) {
	t.Parallel()
	c := cache.New(cache.Config{})
	defer c.Close()
	var computed atomic.Int64
	begin, asked := make(chan bool), make(chan bool, 1000)
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			asked <- true
			got, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) {
				<-begin
				return computed.Add(1), nil
			})
			if got != 1 || err != nil {
				t.Errorf("%d, %v", got, err)
			}
		})
	}
	for range 1000 {
		<-asked
	}
	close(begin)
	all.Wait()
	if n := computed.Load(); n != 1 {
		t.Errorf("computed %d times", n)
	}
}

// TestTheFirstLeaves: the one who computes is not those who wait; its client going away ends nothing.
func TestTheFirstLeaves(t *testing.T) {
	t.Parallel()
	c := cache.New(cache.Config{})
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	began, goOn := make(chan bool), make(chan bool)
	go func() {
		_, _ = numbers.Get(ctx, c, "a", func(ctx context.Context) (int64, error) {
			close(began)
			<-goOn
			return 7, ctx.Err()
		})
	}()
	<-began
	cancel()
	second := make(chan int64)
	go func() {
		n, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) { return 0, errors.New("computed again") })
		if err != nil {
			t.Error(err)
		}
		second <- n
	}()
	close(goOn)
	if n := <-second; n != 7 {
		t.Errorf("%d", n)
	}
	if _, err := numbers.Get(ctx, c, "b", func(context.Context) (int64, error) { return 1, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("with a cancelled context: %v", err)
	}
}

// TestWhoWaitsMayLeave before the value is there.
func TestWhoWaitsMayLeave(t *testing.T) {
	t.Parallel()
	c := cache.New(cache.Config{})
	defer c.Close()
	began, goOn, done := make(chan bool), make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		_, _ = numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) {
			close(began)
			<-goOn
			return 7, nil
		})
	}()
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := numbers.Get(ctx, c, "a", nil)
		left <- err
	}()
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(goOn)
	<-done
}

// TestErrorsAndPanicsAreNotKept, and all who wait get them.
func TestErrorsAndPanicsAreNotKept(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	for name, fail := range map[string]func() error{
		"error": func() error { return wrong },
		"panic": func() error { panic("wrong") },
		"ended": func() error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := cache.New(cache.Config{})
			defer c.Close()
			began, goOn := make(chan bool), make(chan bool)
			errs := make(chan error, 2)
			go func() {
				ended := true
				defer func() {
					if ended {
						errs <- errors.New("ended")
					}
				}()
				_, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) {
					close(began)
					<-goOn
					return 1, fail()
				})
				ended = false
				errs <- err
			}()
			<-began
			asks := make(chan bool)
			go func() {
				close(asks)
				_, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) { return 0, wrong })
				errs <- err
			}()
			<-asks
			close(goOn)
			for range 2 {
				if err := <-errs; err == nil {
					t.Error("no error")
				}
			}
			got, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) { return 3, nil })
			if got != 3 || err != nil {
				t.Errorf("then %d, %v", got, err)
			}
		})
	}
}

// TestAPanicNamesItsPlace, as nothing else tells where it was.
func TestAPanicNamesItsPlace(t *testing.T) {
	t.Parallel()
	c := cache.New(cache.Config{})
	defer c.Close()
	_, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) { panic("oh no") })
	if err == nil || !strings.Contains(err.Error(), "oh no") || !strings.Contains(err.Error(), "cache_test.go") {
		t.Error(err)
	}
}

// TestInvalidatedWhileComputing: the value is returned to those who asked before, and not kept; who
// asks after it gets another.
func TestInvalidatedWhileComputing(t *testing.T) {
	t.Parallel()
	c := cache.New(cache.Config{})
	defer c.Close()
	began, goOn := make(chan bool), make(chan bool)
	var computed atomic.Int64
	load := func(context.Context) (int64, error) {
		n := computed.Add(1)
		if n == 1 {
			close(began)
			<-goOn
		}
		return n, nil
	}
	first, later := make(chan int64), make(chan int64)
	ask := func(to chan int64) {
		n, err := numbers.Get(t.Context(), c, "a", load, "x")
		if err != nil {
			t.Error(err)
		}
		to <- n
	}
	go ask(first)
	<-began
	if err := c.Invalidate(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	go ask(later)
	close(goOn)
	if a, b := <-first, <-later; a != 1 || b != 2 {
		t.Errorf("first %d, later %d", a, b)
	}
	if n, err := numbers.Get(t.Context(), c, "a", load, "x"); n != 2 || err != nil {
		t.Errorf("then %d, %v", n, err)
	}
}

// TestStale: what is too old is served while one computes it, and when that fails, which is logged.
func TestStale(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		c := cache.New(cache.Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
		var computed int64
		var fail error
		get := func(want int64) {
			t.Helper()
			got, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) {
				computed++
				return computed, fail
			})
			if got != want || err != nil {
				t.Errorf("got %d, %v, want %d", got, err, want)
			}
			synctest.Wait() // for what goes on in the background
		}
		get(1)
		time.Sleep(8 * time.Minute) // a tenth of ten minutes may be taken off
		get(1)
		time.Sleep(2*time.Minute + 1)
		get(1) // stale
		get(2)
		time.Sleep(10*time.Minute + 1)
		fail = errors.New("out of order")
		get(2)
		if !strings.Contains(log.String(), "out of order") {
			t.Errorf("the log: %s", &log)
		}
		if get(2); computed != 3 {
			t.Errorf("tried %d times, and not again after a while", computed)
		}
		time.Sleep(11 * time.Second)
		if get(2); computed != 4 {
			t.Errorf("tried %d times", computed)
		}
		time.Sleep(2 * time.Hour)
		if _, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) { return 0, fail }); !errors.Is(err, fail) {
			t.Errorf("older than that: %v", err)
		}
		c.Close()
	})
}

// TestCloseWaits for what is computed in the background, which it ends.
func TestCloseWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := cache.New(cache.Config{})
		one := func(context.Context) (int64, error) { return 1, nil }
		_, _ = numbers.Get(t.Context(), c, "a", one)
		time.Sleep(11 * time.Minute)
		ended := false
		_, _ = numbers.Get(t.Context(), c, "a", func(ctx context.Context) (int64, error) {
			<-ctx.Done()
			ended = true
			return 0, ctx.Err()
		})
		c.Close()
		if !ended {
			t.Error("it goes on")
		}
		if n, err := numbers.Get(t.Context(), c, "a", one); n != 1 || err != nil { // it still serves what is there
			t.Errorf("%d, %v", n, err)
		}
	})
}

// TestTagsOfWhatIsInside: a value has the tags of those that it was made of, also of those that
// were kept already.
func TestTagsOfWhatIsInside(t *testing.T) {
	t.Parallel()
	c := cache.New(cache.Config{})
	defer c.Close()
	page := cache.Of[string]("page", cache.For(time.Hour))
	var computed int
	get := func(key string) string {
		t.Helper()
		text, err := page.Get(t.Context(), c, key, func(ctx context.Context) (string, error) {
			n, err := numbers.Get(ctx, c, "inner", func(ctx context.Context) (int64, error) {
				cache.Tag(ctx, "x")
				computed++
				return int64(computed), nil
			}, "y")
			return fmt.Sprint(key, n), err
		})
		if err != nil {
			t.Error(err)
		}
		return text
	}
	for i, tag := range []string{"", "x", "y"} {
		if tag != "" {
			_ = c.Invalidate(t.Context(), tag)
		}
		for _, key := range []string{"a", "b", "a"} { // b finds the inner one
			if got, want := get(key), fmt.Sprint(key, i+1); got != want {
				t.Errorf("after %q: %s, want %s", tag, got, want)
			}
		}
	}
	cache.Tag(t.Context(), "outside") // does nothing
}

func TestShorten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := cache.New(cache.Config{})
		defer c.Close()
		short := cache.Of[string]("short", cache.For(time.Hour))
		computed := 0
		get := func(key string, d time.Duration) int {
			_, _ = short.Get(t.Context(), c, key, func(ctx context.Context) (string, error) {
				computed++
				cache.Shorten(ctx, time.Hour)
				cache.Shorten(ctx, d)
				cache.Shorten(ctx, time.Hour)
				return "", nil
			})
			return computed
		}
		get("a", time.Minute)
		if n := get("a", time.Minute); n != 1 {
			t.Errorf("computed %d times", n)
		}
		time.Sleep(time.Minute)
		if n := get("a", time.Minute); n != 2 {
			t.Errorf("computed %d times", n)
		}
		get("b", 0)
		if n := get("b", 0); n != 4 {
			t.Errorf("computed %d times, though it is for nobody else", n)
		}
	})
}

// TestValuesThatAskForThemselves would wait for ever.
func TestValuesThatAskForThemselves(t *testing.T) {
	t.Parallel()
	c := cache.New(cache.Config{})
	defer c.Close()
	var load func(ctx context.Context) (int64, error)
	load = func(ctx context.Context) (int64, error) { return numbers.Get(ctx, c, "a", load) }
	if _, err := numbers.Get(t.Context(), c, "a", load); err == nil || !strings.Contains(err.Error(), "itself") {
		t.Error(err)
	}
}

type directKey struct{}

// TestDirect: a context that must not use the cache neither reads nor writes it.
func TestDirect(t *testing.T) {
	t.Parallel()
	c := cache.New(cache.Config{Direct: func(ctx context.Context) bool { return ctx.Value(directKey{}) != nil }})
	defer c.Close()
	direct := context.WithValue(t.Context(), directKey{}, true)
	for _, step := range []struct {
		ctx         context.Context
		value, want int64
	}{{direct, 1, 1}, {t.Context(), 2, 2}, {direct, 3, 3}, {t.Context(), 4, 2}} {
		got, err := numbers.Get(step.ctx, c, "a", func(context.Context) (int64, error) { return step.value, nil })
		if got != step.want || err != nil {
			t.Errorf("%d, %v, want %d", got, err, step.want)
		}
	}
	for range 2 {
		if got, err := numbers.Get(t.Context(), nil, "a", func(context.Context) (int64, error) { return 5, nil }); got != 5 || err != nil {
			t.Errorf("no cache: %d, %v", got, err)
		}
	}
	var none *cache.Cache
	if err := none.Invalidate(t.Context(), "x"); err != nil {
		t.Error(err)
	}
}

// TestDirectInside: also what passes the cache by gives its tags to the value around it.
func TestDirectInside(t *testing.T) {
	t.Parallel()
	c := cache.New(cache.Config{Direct: func(ctx context.Context) bool { return ctx.Value(directKey{}) != nil }})
	defer c.Close()
	computed := int64(0)
	for want := range int64(3) {
		got, err := numbers.Get(t.Context(), c, "outer", func(ctx context.Context) (int64, error) {
			return numbers.Get(context.WithValue(ctx, directKey{}, true), c, "inner", func(context.Context) (int64, error) {
				computed++
				return computed, nil
			}, "x")
		})
		if got != want+1 || err != nil {
			t.Errorf("%d, %v, want %d", got, err, want+1)
		}
		if err := c.Invalidate(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
	}
}

// broken is a store that does not work.
type broken struct{ cache.Store }

func (broken) Get(context.Context, string) (cache.Found, error) {
	return cache.Found{}, errors.New("the store is away")
}

// TestAStoreThatFails is no failure of what is asked, and one of what is invalidated.
func TestAStoreThatFails(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := cache.New(cache.Config{Store: broken{}, Log: slog.New(slog.NewTextHandler(&log, nil))})
	defer c.Close()
	for i := range int64(10) {
		got, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) { return i, nil })
		if got != i || err != nil {
			t.Errorf("%d, %v", got, err)
		}
	}
	if n := strings.Count(log.String(), "the store is away"); n != 1 {
		t.Errorf("logged %d times", n)
	}
}

// stuck is a store that does not answer to what is set, once it is told.
type stuck struct {
	cache.Store
	hangs atomic.Bool
}

func (s *stuck) Set(ctx context.Context, key string, e cache.Entry) error {
	if s.hangs.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.Store.Set(ctx, key, e)
}

// TestCloseDoesNotWaitForTheStore: what goes on in the background has an end, also where the store
// has none.
func TestCloseDoesNotWaitForTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &stuck{Store: cache.NewMemory(0)}
		c := cache.New(cache.Config{Store: store})
		_, _ = numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) { return 1, nil })
		time.Sleep(11 * time.Minute)
		store.hangs.Store(true)
		_, _ = numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) { return 0, errors.New("out of order") })
		synctest.Wait()
		c.Close()
	})
}

type point struct {
	X, Y  int
	At    time.Time
	Names map[string][]string
	Next  *point
}

// TestValuesComeBack as they were.
func TestValuesComeBack(t *testing.T) {
	t.Parallel()
	c := cache.New(cache.Config{})
	defer c.Close()
	points := cache.Of[point]("points", cache.For(time.Hour))
	want := point{X: 1, At: time.Now().UTC().Round(0), Names: map[string][]string{"a": {"b"}}, Next: &point{Y: 2}}
	for range 2 {
		got, err := points.Get(t.Context(), c, "a", func(context.Context) (point, error) { return want, nil })
		if err != nil || got.X != 1 || !got.At.Equal(want.At) || got.Names["a"][0] != "b" || got.Next.Y != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		got.Names["a"][0] = "changed" // is not what others get
	}
	raw := cache.Of[[]byte]("raw", cache.For(time.Hour))
	for range 2 {
		if got, err := raw.Get(t.Context(), c, "a", func(context.Context) ([]byte, error) { return []byte("\xff\x00"), nil }); string(got) != "\xff\x00" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// TestPointersThatWriteThemselves: also types whose pointers alone say how they are written come back.
func TestPointersThatWriteThemselves(t *testing.T) {
	t.Parallel()
	c := cache.New(cache.Config{})
	defer c.Close()
	sums := cache.Of[sum]("sums", cache.For(time.Hour))
	for range 2 {
		got, err := sums.Get(t.Context(), c, "a", func(context.Context) (sum, error) { return sum{N: *big.NewInt(7)}, nil })
		if err != nil || got.N.Int64() != 7 {
			t.Errorf("%v, %v", &got.N, err)
		}
	}
}

type sum struct{ N big.Int }

// text is a string by another name, as template.HTML is one.
type text string

// TestTextsAreKeptAsTheyAre, whatever their type is called: JSON would make HTML longer, and lose
// what is not UTF-8.
func TestTextsAreKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	store := &last{Store: cache.NewMemory(0)}
	c := cache.New(cache.Config{Store: store})
	defer c.Close()
	const want = "<b>\xff</b>"
	texts, days := cache.Of[text]("texts", cache.For(time.Hour)), cache.Of[civilDay]("days", cache.For(time.Hour))
	for range 2 {
		got, err := texts.Get(t.Context(), c, "a", func(context.Context) (text, error) { return want, nil })
		if got != want || err != nil || string(store.value) != want {
			t.Errorf("%q, %v, kept as %q", got, err, store.value)
		}
	}
	for range 2 { // one that says itself how it is written
		if got, err := days.Get(t.Context(), c, "a", func(context.Context) (civilDay, error) { return "2", nil }); got != "2" || err != nil || string(store.value) != `"day 2"` {
			t.Errorf("%q, %v, kept as %q", got, err, store.value)
		}
	}
}

type civilDay string

func (d civilDay) MarshalText() ([]byte, error) { return []byte("day " + d), nil }
func (d *civilDay) UnmarshalText(b []byte) error {
	*d = civilDay(bytes.TrimPrefix(b, []byte("day ")))
	return nil
}

// last is a store that knows the last value that was set.
type last struct {
	cache.Store
	value []byte
}

func (l *last) Set(ctx context.Context, key string, e cache.Entry) error {
	l.value = e.Value
	return l.Store.Set(ctx, key, e)
}

// TestKeysAreOfATypeAndAName: values of other types are others, also where the names are the same.
func TestKeysAreOfATypeAndAName(t *testing.T) {
	t.Parallel()
	type one struct{ A int }
	type other struct{ A, B int }
	c := cache.New(cache.Config{})
	defer c.Close()
	first, second := cache.Of[one]("same", cache.For(time.Hour)), cache.Of[other]("same", cache.For(time.Hour))
	_, _ = first.Get(t.Context(), c, "a", func(context.Context) (one, error) { return one{1}, nil })
	if got, _ := second.Get(t.Context(), c, "a", func(context.Context) (other, error) { return other{2, 3}, nil }); got != (other{2, 3}) {
		t.Errorf("%+v", got)
	}
}

// TestDeclarationsThatCannotBe panic, as mistakes of the program.
func TestDeclarationsThatCannotBe(t *testing.T) {
	t.Parallel()
	type hidden struct{ a int }
	_ = hidden{}.a
	for name, declare := range map[string]func(){
		"no name": func() { cache.Of[int]("", cache.For(1)) },
		"a slash": func() { cache.Of[int]("a/b", cache.For(1)) },
		"no time": func() { cache.Of[int]("a") },
		"less":    func() { cache.Of[int]("a", cache.For(1), cache.Stale(-1)) },
		"hidden":  func() { cache.Of[[]*hidden]("a", cache.For(1)) },
		"not in it": func() {
			cache.Of[struct {
				A int `json:"-"`
			}]("a", cache.For(1))
		},
		"interface":                 func() { cache.Of[map[string]any]("a", cache.For(1)) },
		"function":                  func() { cache.Of[func()]("a", cache.For(1)) },
		"bool keys":                 func() { cache.Of[map[bool]int]("a", cache.For(1)) },
		"keys that only write JSON": func() { cache.Of[map[struct{ A int }]int]("a", cache.For(1)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			declare()
		}()
	}
	var none cache.Values[int]
	if _, err := none.Get(t.Context(), cache.New(cache.Config{}), "a", nil); err == nil {
		t.Error("the zero value: no error")
	}
}

func BenchmarkHit(b *testing.B) {
	c := cache.New(cache.Config{})
	defer c.Close()
	raw := cache.Of[[]byte]("raw", cache.For(time.Hour))
	load := func(context.Context) ([]byte, error) { return make([]byte, 1000), nil }
	b.ReportAllocs()
	for b.Loop() {
		if _, err := raw.Get(b.Context(), c, "key", load, "tag"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewMemory(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		cache.NewMemory(0)
	}
}

// slow is a store whose first answer reaches who asked only when told.
type slow struct {
	cache.Store
	asked, goOn chan bool
	once        sync.Once
}

func (s *slow) Get(ctx context.Context, key string) (cache.Found, error) {
	found, err := s.Store.Get(ctx, key)
	s.once.Do(func() {
		close(s.asked)
		<-s.goOn
	})
	return found, err
}

// TestAskedBeforeAndComputesAfter: who has found nothing, and is late to compute it, finds what
// another one has computed meanwhile.
func TestAskedBeforeAndComputesAfter(t *testing.T) {
	t.Parallel()
	store := &slow{Store: cache.NewMemory(0), asked: make(chan bool), goOn: make(chan bool)}
	c, other := cache.New(cache.Config{Store: store}), cache.New(cache.Config{Store: store.Store})
	defer c.Close()
	defer other.Close()
	late := make(chan int64)
	go func() {
		n, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) { return 2, nil })
		if err != nil {
			t.Error(err)
		}
		late <- n
	}()
	<-store.asked
	if _, err := numbers.Get(t.Context(), other, "a", func(context.Context) (int64, error) { return 1, nil }); err != nil {
		t.Error(err)
	}
	close(store.goOn)
	if n := <-late; n != 1 {
		t.Errorf("number %d, which was computed once more", n)
	}
}

// TestGiveUp: those who wait for a value that will not be kept go on, while its computing does too.
func TestGiveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := cache.New(cache.Config{})
		defer c.Close()
		large := errors.New("too large to be kept")
		goOn, end := make(chan bool), make(chan bool)
		ended := make(chan error, 4)
		ask := func(load func(context.Context) (int64, error)) {
			_, err := numbers.Get(t.Context(), c, "a", load, "tag")
			ended <- err
		}
		go ask(func(ctx context.Context) (int64, error) {
			<-goOn
			cache.GiveUp(ctx, large)
			cache.GiveUp(ctx, errors.New("another one"))
			<-end
			return 1, nil
		})
		synctest.Wait()
		for range 3 {
			go ask(nil)
		}
		synctest.Wait()
		if len(ended) != 0 {
			t.Errorf("%d did not wait", len(ended))
		}
		close(goOn)
		synctest.Wait()
		if len(ended) != 3 {
			t.Fatalf("%d of 3 wait no more", len(ended))
		}
		if n, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) { return 7, nil }); n != 7 || err != nil {
			t.Errorf("who asks then: %d, %v", n, err)
		}
		close(end)
		synctest.Wait()
		for range 4 {
			if err := <-ended; err != large {
				t.Error(err)
			}
		}
		if n, err := numbers.Get(t.Context(), c, "a", nil); n != 7 || err != nil {
			t.Errorf("what was given up is kept: %d, %v", n, err)
		}
		cache.GiveUp(t.Context(), large) // outside of a computation
	})
}
