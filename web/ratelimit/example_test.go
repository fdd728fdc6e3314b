package ratelimit_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ratelimit"
)

// Searches are few for each visitor.
func ExampleMiddleware() {
	search := func(w http.ResponseWriter, _ *http.Request) error {
		_, err := fmt.Fprintln(w, "found")
		return err
	}
	router := web.NewRouter()
	// snippet: pages
	limiter := ratelimit.New(ratelimit.Config{
		Name:  "search",
		Limit: ratelimit.Limit{Rate: 30, Per: time.Minute, Burst: 2}, // one every two seconds, two at once
		Store: ratelimit.NewMemory(0),
	})
	router.Wrap(ratelimit.Middleware(limiter, ratelimit.Address)).Get("/search/", search)
	// end snippet
	mux, err := router.Build(web.BuildConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, httptest.NewRequest("GET", "/search/", nil))
		fmt.Println(rec.Code)
	}
	// Output:
	// 200
	// 200
	// 429
}

var errWrong = errors.New("wrong name or password")

// snippet: login
// check tries a password. The try is counted before it is made, so that of many at once no more
// are made than the limit says; one that succeeds is given back.
func check(ctx context.Context, failures *ratelimit.Limiter, r *http.Request, name string, right func() bool) error {
	try, err := failures.Take(ctx, name+" "+ratelimit.Address(r))
	if err != nil {
		return err
	}
	if err := try.Err(); err != nil {
		return err // 429, also for names that do not exist
	}
	if !right() {
		return errWrong
	}
	return try.Return(ctx)
}

// end snippet

func ExampleLimiter_Take() {
	failures := ratelimit.New(ratelimit.Config{
		Name:   "log-in",
		Limit:  ratelimit.Limit{Rate: 1, Per: time.Minute, Burst: 2},
		Store:  ratelimit.NewMemory(0),
		Secret: []byte("of the site"),
	})
	r := httptest.NewRequest("POST", "/log-in/", nil)
	for _, right := range []bool{true, true, true, false, false, true} {
		fmt.Println(check(context.Background(), failures, r, "ann", func() bool { return right }))
	}
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// wrong name or password
	// wrong name or password
	// There were too many requests; try again later.
}
