package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/fetch"
)

func upTo(n int) []int {
	items := make([]int, n)
	for i := range items {
		items[i] = i
	}
	return items
}

// The later an item stands, the sooner it is done.
func TestResultsComeInOrderAndWithinTheLimit(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{-1, 0, 1, 3, 50, 1000} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var running, most atomic.Int64
				slow := func(_ context.Context, i int) (string, error) {
					if n := running.Add(1); n > most.Load() {
						most.Store(n)
					}
					time.Sleep(time.Duration(100-i) * time.Second)
					running.Add(-1)
					if i%10 == 9 {
						return "", fmt.Errorf("bad %d", i)
					}
					return fmt.Sprint(i), nil
				}
				i := 0
				for s, err := range fetch.Each(t.Context(), upTo(50), limit, slow) {
					if i%10 == 9 {
						if err == nil || err.Error() != fmt.Sprint("bad ", i) {
							t.Errorf("item %d: error %v", i, err)
						}
					} else if s != fmt.Sprint(i) || err != nil {
						t.Errorf("item %d: %q, %v", i, s, err)
					}
					i++
				}
				want := int64(min(limit, 50))
				if limit < 1 {
					want = 8
				}
				if i != 50 || most.Load() != want {
					t.Errorf("%d results, at most %d at a time, want %d", i, most.Load(), want)
				}
			})
		})
	}
}

func TestFiveThatTakeASecondTakeASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got, err := fetch.All(t.Context(), upTo(5), 5, func(_ context.Context, i int) (int, error) {
			time.Sleep(time.Second)
			return i * i, nil
		})
		if !slices.Equal(got, []int{0, 1, 4, 9, 16}) || err != nil || time.Since(start) != time.Second {
			t.Errorf("%v, %v after %v", got, err, time.Since(start))
		}
	})
}

func TestCallsGoOnWhileTheLoopWorks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for range fetch.Each(t.Context(), upTo(4), 1, func(context.Context, int) (int, error) {
			time.Sleep(time.Second)
			return 0, nil
		}) {
			time.Sleep(time.Second)
		}
		if d := time.Since(start); d != 5*time.Second {
			t.Errorf("4 calls and 4 rounds of a second each, overlapping, took %v", d)
		}
	})
}

// synctest fails when a goroutine is left at the end.
func TestLeavingTheLoopCancelsTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var begun, cancelled atomic.Int64
		start := time.Now()
		for i, err := range fetch.Each(t.Context(), upTo(1000), 4, func(ctx context.Context, i int) (int, error) {
			if begun.Add(1); i < 2 {
				return i, nil
			}
			<-ctx.Done()
			cancelled.Add(1)
			return 0, ctx.Err()
		}) {
			if err != nil {
				t.Error(i, err)
			}
			if i == 1 {
				break
			}
		}
		if begun.Load() > 6 || cancelled.Load() != begun.Load()-2 || time.Since(start) != 0 {
			t.Errorf("%d begun, %d cancelled, after %v", begun.Load(), cancelled.Load(), time.Since(start))
		}
	})
}

func TestEndOfTheContextEndsAllAtOnce(t *testing.T) {
	t.Parallel()
	gone := errors.New("the visitor went away")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(gone) })
		start := time.Now()
		values, err := fetch.All(ctx, upTo(1000), 2, func(ctx context.Context, i int) (int, error) {
			if i == 0 {
				return 7, nil
			}
			<-ctx.Done()
			return 0, fmt.Errorf("item %d: %w", i, ctx.Err())
		})
		if time.Since(start) != time.Second || len(values) != 1000 || values[0] != 7 {
			t.Errorf("%d values after %v", len(values), time.Since(start))
		}
		want := "item 1: context canceled\nitem 2: context canceled\nfetch: 997 of 1000 were not begun: the visitor went away"
		if err == nil || err.Error() != want || !errors.Is(err, gone) || !errors.Is(err, context.Canceled) {
			t.Errorf("error\n%v\nwant\n%s", err, want)
		}
		n := 0
		for _, err := range fetch.Each(ctx, upTo(10), 2, func(context.Context, int) (int, error) { panic("begun") }) {
			if n++; !errors.Is(err, gone) {
				t.Error(err)
			}
		}
		if n != 10 {
			t.Errorf("%d elements for 10 items", n)
		}
	})
}

func TestPanicsAreErrorsOfTheirItem(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	values, err := fetch.All(t.Context(), upTo(5), 2, func(_ context.Context, i int) (int, error) {
		switch i {
		case 1:
			panic(boom)
		case 2:
			runtime.Goexit()
		case 3:
			var nothing []int
			return nothing[i], nil
		}
		return i, nil
	})
	if !slices.Equal(values, []int{0, 0, 0, 0, 4}) {
		t.Errorf("values = %v", values)
	}
	p, ok := errors.AsType[*fetch.PanicError](err)
	if !ok || p.Index != 1 || p.Value != boom || !errors.Is(err, boom) || !strings.Contains(string(p.Stack), "each_test.go") {
		t.Errorf("the panic of item 1: %+v", p)
	}
	want := "fetch: the call for item 1 panicked: boom\nfetch: the call ended with runtime.Goexit\n" +
		"fetch: the call for item 3 panicked: runtime error: index out of range [3] with length 0"
	if err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

func TestAPanicOfTheLoopLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if v := recover(); v != "loop" {
				t.Errorf("recovered %v", v)
			}
		}()
		for range fetch.Each(t.Context(), upTo(9), 3, func(ctx context.Context, i int) (int, error) {
			if i > 0 {
				<-ctx.Done()
			}
			return 0, nil
		}) {
			panic("loop")
		}
	})
}

func TestNothingIsDoneBeforeTheLoopAndAllOfItEachTime(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	seq := fetch.Each(t.Context(), upTo(3), 0, func(context.Context, int) (int, error) { return int(calls.Add(1)), nil })
	if calls.Load() != 0 {
		t.Error("called before the loop")
	}
	for range 2 {
		for range seq {
		}
	}
	if calls.Load() != 6 {
		t.Errorf("%d calls in two loops over 3 items", calls.Load())
	}
	for range fetch.Each(t.Context(), nil, 3, func(context.Context, int) (int, error) { return 0, nil }) {
		t.Error("an element of no items")
	}
	if v, err := fetch.All(t.Context(), []int{}, 3, func(context.Context, int) (int, error) { return 0, nil }); len(v) != 0 || err != nil {
		t.Error(v, err)
	}
}
