package devpage_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/devpage"
)

// The error handler of a site in development shows what went wrong.
func ExampleWrite() {
	var mux *web.Mux
	r := web.NewRouter()
	r.Get("/soup/", func(http.ResponseWriter, *http.Request) error { return errors.New("the pot is empty") })
	mux, err := r.Build(web.BuildConfig{
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			devpage.Write(w, r, web.Status(err), err, mux)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest("GET", "/soup/", nil))
	fmt.Println(rec.Code, strings.Contains(rec.Body.String(), "the pot is empty"))
	// Output: 500 true
}
