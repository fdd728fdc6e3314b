package web_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

func ExampleRouter() {
	// snippet: router
	r := web.NewRouter()
	r.Get("/{year:int}/{month:int}/{slug}/", func(w http.ResponseWriter, r *http.Request) error {
		if r.PathValue("slug") == "gone" {
			return fault.New(fault.NotFound, "There is no such post.")
		}
		_, err := fmt.Fprintf(w, "%s, in month %d of %d\n", r.PathValue("slug"), web.Int(r, "month"), web.Int(r, "year"))
		return err
	}).Name("post")
	// end snippet

	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	url, _ := mux.URL("post", 1937, 4, "minor-swing")
	fmt.Println(url)

	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest("GET", url, nil))
	fmt.Print(rec.Body)
	// Output:
	// /1937/4/minor-swing/
	// minor-swing, in month 4 of 1937
}

func ExampleRouter_Mount() {
	// snippet: mount
	blog := web.NewRouter()
	blog.Get("/", hello).Name("index")
	blog.Get("/{slug}/", hello).Name("post")

	site := web.NewRouter()
	site.Get("/", hello).Name("home")
	site.Mount("/{lang:slug}/blog", "blog", blog)
	// end snippet

	mux, err := site.Build(web.BuildConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, route := range mux.Routes() {
		fmt.Println(route.Method, route.Pattern, route.Name)
	}
	fmt.Println(mux.URL("blog:post", "en", "nuages"))
	_, err = mux.URL("blog:pots", "en", "nuages")
	fmt.Println(err)
	// Output:
	// GET / home
	// GET /{lang:slug}/blog/ blog:index
	// GET /{lang:slug}/blog/{slug}/ blog:post
	// /en/blog/nuages/ <nil>
	// no route is named "blog:pots"; did you mean "blog:post"?
}

func ExampleFail() {
	// snippet: middleware
	members := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				web.Fail(w, r, fault.New(fault.Unauthenticated, "Please log in."))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	r := web.NewRouter()
	r.Wrap(members).Get("/club", hello)
	// end snippet
	mux, _ := r.Build(web.BuildConfig{
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, "Sorry. "+fault.Message(err), web.Status(err))
		},
	})
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest("GET", "/club", nil))
	fmt.Print(rec.Code, " ", rec.Body)
	// Output: 401 Sorry. Please log in.
}

func ExampleWithStatus() {
	err := web.WithStatus(http.StatusGone, fault.New(fault.NotFound, "The shop has closed."))
	fmt.Println(web.Status(err), web.Status(errors.New("disk full")))
	// Output: 410 500
}

func ExampleJSON() {
	rec := httptest.NewRecorder()
	if err := web.JSON(rec, http.StatusCreated, map[string]int{"id": 7}); err != nil {
		fmt.Println(err)
	}
	_, _ = rec.Body.WriteTo(os.Stdout)
	// Output: {"id":7}
}

func ExampleSafeNext() {
	r := httptest.NewRequest("GET", "http://example.test/login", nil)
	fmt.Println(web.SafeNext(r, "/club?page=2", "/"))
	fmt.Println(web.SafeNext(r, "//evil.test/", "/"))
	fmt.Println(web.SafeNext(r, "http://example.test/club", "/"))
	// Output:
	// /club?page=2
	// /
	// /club
}

func hello(w http.ResponseWriter, _ *http.Request) error {
	_, err := fmt.Fprintln(w, "hello")
	return err
}
