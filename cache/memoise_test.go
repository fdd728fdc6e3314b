package cache_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/cache"
)

// place is the argument of a function.
type place struct {
	Country string `json:"country"`
	City    string `json:"city"`
}

func TestMemoise(t *testing.T) {
	t.Parallel()
	kept := cache.New(cache.Config{})
	defer kept.Close()
	calls, fails := map[string]int{}, errors.New("no such place")
	climate := cache.Memoise(func() *cache.Cache { return kept }, cache.Of[report]("climate", cache.For(time.Hour)),
		func(ctx context.Context, at place) (report, error) {
			calls[at.City]++
			if at.Country == "" {
				return report{}, fails
			}
			cache.Tag(ctx, "city:"+at.City)
			return report{at.City, len(at.Country)}, nil
		}, "climate")
	long := strings.Repeat("x", 1000)
	ask := func(country, city string, want int, calledBefore int) {
		t.Helper()
		for range 2 {
			if got, err := climate(t.Context(), place{country, city}); err != nil || got != (report{city, want}) {
				t.Errorf("%s, %s: %v, %v", country, city, got, err)
			}
		}
		if calls[city] != calledBefore {
			t.Errorf("%s was computed %d times, want %d", city, calls[city], calledBefore)
		}
	}
	ask("it", "Rome", 2, 1)
	ask("usa", "Rome", 3, 2)
	ask("it", long, 2, 1)
	ask("it", long+"y", 2, 1)
	if _, err := climate(t.Context(), place{City: "Nowhere"}); err != fails {
		t.Error(err)
	}
	if _, err := climate(t.Context(), place{City: "Nowhere"}); err != fails || calls["Nowhere"] != 2 {
		t.Errorf("an error was kept: %v, %d calls", err, calls["Nowhere"])
	}
	if err := kept.Invalidate(t.Context(), "city:Rome"); err != nil {
		t.Fatal(err)
	}
	ask("it", "Rome", 2, 3)
	ask("it", long, 2, 1)
	if err := kept.Invalidate(t.Context(), "climate"); err != nil {
		t.Fatal(err)
	}
	ask("it", long, 2, 2)
}

func TestMemoiseWithoutCache(t *testing.T) {
	t.Parallel()
	calls := 0
	double := cache.Memoise(func() *cache.Cache { return nil }, cache.Of[int]("double", cache.For(time.Hour)),
		func(_ context.Context, n int) (int, error) { calls++; return 2 * n, nil })
	for range 2 {
		if n, err := double(t.Context(), 4); n != 8 || err != nil {
			t.Error(n, err)
		}
	}
	if calls != 2 {
		t.Errorf("%d calls", calls)
	}
}

// TestMemoiseRefuses: an argument that is not whole as JSON would make one key of two arguments.
func TestMemoiseRefuses(t *testing.T) {
	t.Parallel()
	type hidden struct{ city string }
	type left struct {
		City string `json:"-"`
	}
	none := func() *cache.Cache { return nil }
	values := cache.Of[int]("n", cache.For(time.Hour))
	for want, call := range map[string]func(){
		"field city": func() {
			cache.Memoise(none, values, func(_ context.Context, h hidden) (int, error) { return len(h.city), nil })
		},
		"field City":       func() { cache.Memoise(none, values, func(context.Context, left) (int, error) { return 0, nil }) },
		"type interface":   func() { cache.Memoise(none, values, func(context.Context, any) (int, error) { return 0, nil }) },
		"without a cache":  func() { cache.Memoise(nil, values, func(context.Context, int) (int, error) { return 0, nil }) },
		"without a functi": func() { cache.Memoise[int](none, values, nil) },
		"has not made": func() {
			cache.Memoise(none, cache.Values[int]{}, func(context.Context, int) (int, error) { return 0, nil })
		},
	} {
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), want) {
					t.Errorf("%v, want %s", p, want)
				}
			}()
			call()
		}()
	}
}

func ExampleMemoise() {
	kept := cache.New(cache.Config{}) // of a module: m.Cache
	defer kept.Close()
	// snippet: memoise
	degrees := cache.Memoise(func() *cache.Cache { return kept }, weather, measure, "weather")
	// end snippet
	for range 2 {
		r, err := degrees(context.Background(), "Oslo")
		fmt.Println(r.Degrees, err)
	}
	// Output:
	// measuring Oslo
	// 4 <nil>
	// 4 <nil>
}
