package pagecache_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/pagecache"
)

// host stands for that of a module.
type host struct{ Cache *cache.Cache }

type shop struct{ *host }

// snippet: routes

func (s *shop) Routes(r *web.Router) {
	kept := r.Wrap(pagecache.Middleware(pagecache.Config{
		Cache:        func() *cache.Cache { return s.Cache },
		For:          10 * time.Minute,
		Query:        []string{"page"},
		IgnoreOthers: true, // such as utm_source
		Tags:         []string{"products"},
	}))
	kept.Get("/products/{slug}/", s.product)
}

func (s *shop) product(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	cache.Tag(r.Context(), "product:"+slug)
	fmt.Println("making the page of", slug)
	_, err := fmt.Fprintf(w, "page %s of %s", r.FormValue("page"), slug)
	return err
}

// end snippet

func ExampleMiddleware() {
	s := &shop{&host{cache.New(cache.Config{})}}
	defer s.Cache.Close()
	router := web.NewRouter()
	s.Routes(router)
	mux, err := router.Build(web.BuildConfig{})
	if err != nil {
		panic(err)
	}
	for _, path := range []string{"/products/chair/?page=2", "/products/chair/?utm_source=x&page=2"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Println(w.Body)
	}
	// Output:
	// making the page of chair
	// page 2 of chair
	// page 2 of chair
}
