package sessions_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/sessions"
)

// snippet: key

// basket is what a visitor wants to buy: numbers of products, and how many of each.
type basket map[int64]int

const inBasket = sessions.Key[basket]("shop.basket")

// put adds a product to the basket.
func put(w http.ResponseWriter, r *http.Request) error {
	err := inBasket.Update(r.Context(), func(c *basket) error {
		if *c == nil {
			*c = basket{}
		}
		(*c)[7]++
		return nil
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/basket/", http.StatusSeeOther)
}

// list tells what is in the basket.
func list(w http.ResponseWriter, r *http.Request) error {
	c, err := inBasket.Get(r.Context())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%d of number 7", c[7])
	return err
}

// end snippet

func ExampleKey() {
	router := web.NewRouter()
	router.Post("/add/", put)
	router.Get("/basket/", list)
	mux, err := router.Build(web.BuildConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	site := sessions.Middleware(sessions.Config{Store: &sessions.Memory{}})(mux)
	cookie := ""
	send := func(method, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		if set := w.Result().Cookies(); len(set) > 0 {
			cookie = set[0].Name + "=" + set[0].Value
		}
		return w
	}
	send("POST", "/add/")
	send("POST", "/add/")
	w := send("GET", "/basket/")
	fmt.Println(w.Body)
	fmt.Println(w.Header().Get("Vary"), w.Header().Get("Cache-Control"))
	// Output:
	// 2 of number 7
	// Cookie private, no-cache
}

// snippet: config

// long are the sessions of a site whose visitors keep their basket when they log in.
func long() sessions.Config {
	return sessions.Config{
		Idle:     24 * time.Hour,
		Absolute: 14 * 24 * time.Hour,
		Keep:     []string{string(inBasket)},
	}
}

// end snippet

func ExampleConfig() {
	fmt.Println(long().Keep)
	// Output: [shop.basket]
}
