package fetch_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/volaweb/vola/fetch"
)

func ExampleEach() {
	urls := []string{"http://band.example/django", "http://band.example/nobody", "http://band.example/stephane"}
	client := fetch.Client{Timeout: 2 * time.Second, Transport: band()}

	for page, err := range fetch.Each(context.Background(), urls, 2, client.Get) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%s: %s\n", page.URL, page.Body)
	}
	// Output:
	// http://band.example/django: guitar
	// fetch http://band.example/nobody: status 404 Not Found
	// http://band.example/stephane: violin
}

// Anything can be fetched, not only URLs.
func ExampleAll() {
	areas, err := fetch.All(context.Background(), []float64{1, 2, 3}, 2,
		func(_ context.Context, side float64) (float64, error) { return side * side, nil })
	fmt.Println(areas, err)
	// Output: [1 4 9] <nil>
}

// band is a transport that answers itself.
func band() http.RoundTripper {
	mux := http.NewServeMux()
	for name, instrument := range map[string]string{"django": "guitar", "stephane": "violin", "louis": "double bass"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, instrument) })
	}
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		resp := w.Result()
		resp.Request = r
		return resp, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
