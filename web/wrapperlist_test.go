package web_test

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/api"
	"github.com/volaweb/vola/web/middleware"
	"github.com/volaweb/vola/web/pagecache"
	"github.com/volaweb/vola/web/ratelimit"
)

// forecast is what takes long to find out.
type forecast struct{ Degrees int }

type ofCity struct {
	City string `path:"city"`
}

func measure(context.Context, ofCity) (forecast, error) { return forecast{20}, nil }

// Each wrapper is called once for each route, when the router is built. What they are called is in
// the list that the command "routes -v" prints.
func ExampleWrapperNames() {
	none := func() *cache.Cache { return nil } // of a module: m.Cache
	limiter := ratelimit.New(ratelimit.Config{Name: "all", Limit: ratelimit.Limit{Rate: 60, Per: time.Minute}, Store: ratelimit.NewMemory(0)})
	r := web.NewRouter()
	// snippet: all
	all := web.Chain(
		middleware.Methods("GET", "POST"),
		middleware.Timeout(5*time.Second),
		middleware.Retry(middleware.RetryConfig{Times: 2}),
		ratelimit.Middleware(limiter, ratelimit.Address),
		middleware.Compress(middleware.CompressConfig{}),
		middleware.LogArguments{Name: "hello", Logger: slog.New(slog.DiscardHandler)}.Wrap,
		pagecache.Middleware(pagecache.Config{Cache: none, For: time.Minute}),
	)
	r.Wrap(all).Get("/hello/", hello)
	degrees := cache.Of[forecast]("degrees", cache.For(10*time.Minute))
	api.Get(r, "/weather/{city}/", cache.Memoise(none, degrees, measure))
	// end snippet
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, route := range mux.Routes() {
		fmt.Println(route.Pattern, route.Handler)
		for _, name := range route.Wrappers {
			fmt.Println("  ", name)
		}
	}
	// Output:
	// /hello/ web_test.hello
	//    middleware.Methods
	//    middleware.Timeout
	//    middleware.Retry
	//    ratelimit.Middleware
	//    middleware.Compress
	//    middleware.LogArguments.Wrap
	//    pagecache.Middleware
	// /weather/{city}/ cache.Memoise
}
