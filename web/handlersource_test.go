package web_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/volaweb/vola/web"
)

type notes struct{ n int }

// line returns the number of the line that it is called in.
func line() int { _, _, n, _ := runtime.Caller(1); return n }

var listLine = line() + 2

func (n *notes) list(w http.ResponseWriter, r *http.Request) error { return errors.New(r.URL.Path) }

var longLine = line() + 2

func (n *notes) long(w http.ResponseWriter, r *http.Request) error {
	for i := range r.Header {
		if _, err := w.Write([]byte(i)); err != nil {
			return err
		}
		n.n++
	}
	if n.n > 7 {
		return errors.New("more than seven")
	}
	_, err := w.Write([]byte(strconv.Itoa(n.n)))
	return err
}

var serveLine = line() + 2

func (n *notes) ServeHTTP(http.ResponseWriter, *http.Request) { n.n++ }

// TestHandlerSource: the line of a handler is the handler's, not that of its
// registration.
func TestHandlerSource(t *testing.T) {
	t.Parallel()
	n := &notes{}
	closure := func(w http.ResponseWriter, _ *http.Request) error { n.n++; return nil }
	closureLine := line() - 1
	r := web.NewRouter()
	r.Get("/list", n.list)
	r.Get("/long", n.long)
	r.Get("/closure", closure)
	r.Handle("/handler", n)
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{listLine, longLine, closureLine, serveLine} {
		info := mux.Routes()[i]
		file, at, _ := strings.Cut(filepath.Base(mux.HandlerSource(info)), ":")
		if file != "handlersource_test.go" || at != strconv.Itoa(want) {
			t.Errorf("%s: %s:%s, want line %d", info.Pattern, file, at, want)
		}
	}
	if got := mux.HandlerSource(web.RouteInfo{}); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}
