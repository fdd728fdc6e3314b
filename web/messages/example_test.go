package messages_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
	"github.com/volaweb/vola/web/sessions"
)

// snippet: add

// comment stores a comment, and tells so on the page that it leads to.
func comment(w http.ResponseWriter, r *http.Request) error {
	if err := messages.Success(r.Context(), i18n.From(r.Context()).T("Your comment was saved.")); err != nil {
		return err
	}
	return web.Redirect(w, r, "/", http.StatusSeeOther)
}

// end snippet

func Example() {
	router := web.NewRouter()
	router.Post("/comment/", comment)
	router.Get("/", func(w http.ResponseWriter, r *http.Request) error {
		all, err := messages.Take(r.Context())
		if err != nil {
			return err
		}
		for _, m := range all {
			fmt.Fprintln(w, m.Role(), m.Level, m.Text)
		}
		fmt.Fprintln(w, "end of the page")
		return nil
	})
	mux, err := router.Build(web.BuildConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	site := sessions.Middleware(sessions.Config{Store: &sessions.Memory{}})(mux)
	w := httptest.NewRecorder()
	site.ServeHTTP(w, httptest.NewRequest("POST", "/comment/", nil))
	cookie := w.Result().Cookies()[0]
	for range 2 { // a message is shown once
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(cookie)
		w = httptest.NewRecorder()
		site.ServeHTTP(w, r)
		fmt.Print(w.Body)
	}
	// Output:
	// status success Your comment was saved.
	// end of the page
	// end of the page
}
