package webtest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/webtest"
)

// guestbook is a site in one handler.
func guestbook() http.Handler {
	var names []string
	r := web.NewRouter()
	r.Get("/", func(w http.ResponseWriter, _ *http.Request) error {
		_, err := fmt.Fprintf(w, `<h1>Guests</h1><p id="count">%d so far</p><a class="sign" href="sign">Sign</a>`, len(names))
		return err
	})
	r.Get("/sign", func(w http.ResponseWriter, _ *http.Request) error {
		_, err := fmt.Fprint(w, `<form method="post"><input name="name"><button>Sign</button></form>`)
		return err
	})
	r.Post("/sign", func(w http.ResponseWriter, r *http.Request) error {
		names = append(names, r.PostFormValue("name"))
		return web.Redirect(w, r, "/", http.StatusSeeOther)
	})
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		panic(err)
	}
	return mux
}

func Example() {
	test := func(t webtest.TB) {
		c := webtest.New(t, guestbook()).Follow(true)
		page := c.Get("/").WantStatus(200).WantText("#count", "0 so far")
		page = page.Click("a.sign")
		page = page.Submit("form", webtest.Values{"name": "Ann"})
		page.WantText("h1", "Guests").WantText("#count", "1 so far")
		fmt.Println(page, page.Status, page.Texts("#count"))
	}
	test(&testing.T{}) // in a test of your own this is the t that it gets
	// Output: GET / 200 [1 so far]
}
