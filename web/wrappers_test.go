package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/volaweb/vola/web"
)

// noting is a wrapper with settings: it notes when it wraps, and each call.
type noting struct {
	name  string
	notes *[]string
}

func (n noting) Wrap(next http.Handler) http.Handler {
	*n.notes = append(*n.notes, n.name+" wraps")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*n.notes = append(*n.notes, n.name+" in")
		next.ServeHTTP(w, r)
		*n.notes = append(*n.notes, n.name+" out")
	})
}

func plainWrapper(next http.Handler) http.Handler { return next }

// Wrappers are applied once, when the router is built; a request goes through them in
// the order in which they are written.
func ExampleChain() {
	var notes []string
	a, b, c := noting{"A", &notes}, noting{"B", &notes}, noting{"C", &notes}
	r := web.NewRouter()
	// snippet: chain
	wrapped := web.Chain(a.Wrap, b.Wrap, c.Wrap)
	r.Wrap(wrapped).Get("/", hello).Name("home")
	// end snippet
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(notes)
	notes = nil
	for range 2 {
		mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}
	fmt.Println(notes)
	// Output:
	// [C wraps B wraps A wraps]
	// [A in B in C in C out B out A out A in B in C in C out B out A out]
}

func TestWrappersAreListed(t *testing.T) {
	t.Parallel()
	var notes []string
	r := web.NewRouter()
	inner := web.NewRouter()
	inner.Wrap(plainWrapper).Get("/", hello)
	r.Wrap(web.Chain(noting{"A", &notes}.Wrap, web.Chain(plainWrapper)), func(next http.Handler) http.Handler { return next }).Mount("/x/", "", inner)
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"web_test.noting.Wrap", "web_test.plainWrapper", "web_test.TestWrappersAreListed", "web_test.plainWrapper"}
	if got := mux.Routes()[0].Wrappers; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(notes) != 1 {
		t.Error("listing wraps:", notes)
	}
}

func TestChainOfNil(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Wrap(web.Chain(plainWrapper, nil)).Get("/", hello)
	if _, err := r.Build(web.BuildConfig{}); err == nil {
		t.Error("a nil middleware was taken")
	}
}
