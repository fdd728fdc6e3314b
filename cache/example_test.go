package cache_test

import (
	"context"
	"fmt"
	"time"

	"github.com/volaweb/vola/cache"
)

// snippet: values

// report is what is kept: as JSON, so with exported fields.
type report struct {
	City    string
	Degrees int
}

var weather = cache.Of[report]("weather", cache.For(10*time.Minute), cache.Stale(time.Hour))

func reportOf(ctx context.Context, kept *cache.Cache, city string) (report, error) {
	return weather.Get(ctx, kept, city, func(ctx context.Context) (report, error) {
		return measure(ctx, city) // takes a second
	}, "city:"+city)
}

// end snippet

var measured = func(city string) int { return len(city) }

func measure(_ context.Context, city string) (report, error) {
	fmt.Println("measuring", city)
	return report{city, measured(city)}, nil
}

func Example() {
	ctx := context.Background()
	kept := cache.New(cache.Config{})
	defer kept.Close()
	for range 2 {
		r, err := reportOf(ctx, kept, "Rome")
		fmt.Println(r.Degrees, err)
	}
	// Somebody has moved the thermometer.
	fmt.Println(kept.Invalidate(ctx, "city:Rome"))
	r, err := reportOf(ctx, kept, "Rome")
	fmt.Println(r.Degrees, err)
	// Output:
	// measuring Rome
	// 4 <nil>
	// 4 <nil>
	// <nil>
	// measuring Rome
	// 4 <nil>
}
