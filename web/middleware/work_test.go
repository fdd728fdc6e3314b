package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// workers builds a mux with Work around all routes.
func workers(t *testing.T, cfg middleware.WorkConfig, routes func(*web.Router)) *web.Mux {
	t.Helper()
	r := web.NewRouter()
	routes(r)
	mux, err := r.Build(web.BuildConfig{Middleware: []web.Middleware{middleware.Work(cfg)}})
	if err != nil {
		t.Fatal(err)
	}
	return mux
}

// ask makes one request and returns its status, Retry-After and body.
func ask(mux http.Handler, target string) string {
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest("GET", target, nil))
	out := fmt.Sprint(rec.Code)
	if after := rec.Header().Get("Retry-After"); after != "" {
		out += " after " + after
	}
	if rec.Code == http.StatusOK {
		out += " " + rec.Body.String()
	}
	return out
}

// gate is a handler that is at work until it is opened.
type gate struct {
	open chan struct{}
	mu   sync.Mutex
	now  int // requests at work
	most int
}

func newGate() *gate { return &gate{open: make(chan struct{})} }

func (g *gate) pass(w http.ResponseWriter, r *http.Request) error {
	g.mu.Lock()
	g.now++
	g.most = max(g.most, g.now)
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		g.now--
		g.mu.Unlock()
	}()
	select {
	case <-g.open:
	case <-r.Context().Done():
		return r.Context().Err()
	}
	_, err := fmt.Fprint(w, "done")
	return err
}

// TestWorkIsBounded: so many requests are at work, so many wait, the others
// are refused at once and told when to come again.
func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		mux := workers(t, middleware.WorkConfig{AtWork: 3, Queue: 2}, func(r *web.Router) {
			r.Get("/", g.pass)
			r.Get("/events", func(w http.ResponseWriter, _ *http.Request) error {
				_, err := fmt.Fprint(w, "event")
				return err
			}).Stream(0)
		})
		answers := make(chan string, 9)
		for range 9 {
			go func() { answers <- ask(mux, "/") }()
			synctest.Wait()
		}
		for range 4 {
			if got := <-answers; got != "503 after 2" {
				t.Errorf("one too many: %s", got)
			}
		}
		if got := ask(mux, "/events"); got != "200 event" {
			t.Errorf("a stream takes a place: %s", got)
		}
		close(g.open)
		for range 5 {
			if got := <-answers; got != "200 done" {
				t.Errorf("at work or waiting: %s", got)
			}
		}
		if g.most != 3 {
			t.Errorf("%d at work at a time", g.most)
		}
		if got := ask(mux, "/"); got != "200 done" {
			t.Errorf("afterwards: %s", got)
		}
	})
}

// TestWaitingEnds: who waits for a place is refused after a while, and one who
// leaves makes room.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		mux := workers(t, middleware.WorkConfig{AtWork: 1, Queue: 1, Wait: time.Second, Deadline: time.Hour}, func(r *web.Router) { r.Get("/", g.pass) })
		first := make(chan string, 1)
		go func() { first <- ask(mux, "/") }()
		synctest.Wait()
		if got := ask(mux, "/"); got != "503 after 2" {
			t.Errorf("waited too long: %s", got)
		}
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan int, 1)
		go func() {
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
			left <- rec.Code
		}()
		synctest.Wait()
		leave()
		if got := <-left; got != web.StatusClientClosedRequest {
			t.Errorf("left while waiting: %d", got)
		}
		close(g.open)
		if got := <-first; got != "200 done" {
			t.Errorf("the first: %s", got)
		}
		if got := ask(mux, "/"); got != "200 done" {
			t.Errorf("afterwards: %s", got)
		}
	})
}

// TestDeadlines: a handler that waits for its context ends at the deadline of
// its route, or of the site.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		took := func(w http.ResponseWriter, r *http.Request) error {
			start := time.Now()
			select {
			case <-r.Context().Done():
				if time.Since(start) > time.Hour-time.Second {
					_, err := fmt.Fprint(w, "an hour")
					return err
				}
				return errors.New("interrupted (9)") // as SQLite says it
			case <-time.After(2 * time.Hour):
				_, err := fmt.Fprint(w, "no deadline")
				return err
			}
		}
		mux := workers(t, middleware.WorkConfig{AtWork: 1, Deadline: time.Second}, func(r *web.Router) {
			r.Get("/site", g.pass)
			r.Get("/text", took)
			r.Get("/hour", took).Deadline(time.Hour)
			r.Get("/ever", took).Deadline(0)
			r.Get("/stream", took).Stream(1)
		})
		for target, want := range map[string]string{
			"/site": "504", "/text": "504", "/hour": "200 an hour", "/ever": "200 no deadline", "/stream": "200 no deadline",
		} {
			if got := ask(mux, target); got != want {
				t.Errorf("%s: %s, want %s", target, got, want)
			}
		}
	})
}

// TestLimitsOfRoutes: a route's own limit leaves the places of others alone.
func TestLimitsOfRoutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stop, stopStreams := context.WithCancel(t.Context())
		g, streams := newGate(), newGate()
		mux := workers(t, middleware.WorkConfig{AtWork: 5, Queue: 20, Stop: stop, Deadline: time.Hour, Wait: time.Minute}, func(r *web.Router) {
			r.Get("/heavy", g.pass).MaxAtWork(2)
			r.Get("/light", func(w http.ResponseWriter, _ *http.Request) error {
				_, err := fmt.Fprint(w, "light")
				return err
			})
			r.Get("/stream", streams.pass).Stream(2)
		})
		answers := make(chan string, 10)
		for range 4 {
			go func() { answers <- ask(mux, "/heavy") }()
		}
		opened := make(chan string, 10)
		for range 2 {
			go func() { opened <- ask(mux, "/stream") }()
		}
		synctest.Wait()
		if got := ask(mux, "/stream"); got != "503 after 2" {
			t.Errorf("a third stream: %s", got)
		}
		if got := ask(mux, "/light"); got != "200 light" {
			t.Errorf("another route: %s", got)
		}
		stopStreams()
		for range 2 {
			if got := <-opened; got != "499" {
				t.Errorf("a stream at the end of the server: %s", got)
			}
		}
		close(g.open)
		for range 4 {
			if got := <-answers; got != "200 done" {
				t.Errorf("heavy: %s", got)
			}
		}
		if g.most != 2 {
			t.Errorf("%d of the heavy route at a time", g.most)
		}
	})
}

// slowWriter takes an answer only when it is told to.
type slowWriter struct {
	*httptest.ResponseRecorder
	take chan struct{}
}

func (w slowWriter) Write(p []byte) (int, error) {
	<-w.take
	return w.ResponseRecorder.Write(p)
}

// TestSlowClientsTakeNoPlaces: an answer that is finished and slow to send
// keeps nobody else waiting; one that is still being made does.
func TestSlowClientsTakeNoPlaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mux := workers(t, middleware.WorkConfig{AtWork: 1, Queue: -1}, func(r *web.Router) {
			r.Get("/whole", func(w http.ResponseWriter, _ *http.Request) error { return web.JSON(w, 200, "x") })
			r.Get("/parts", func(w http.ResponseWriter, _ *http.Request) error {
				_, err := fmt.Fprint(w, "part")
				return err
			})
		})
		for target, want := range map[string]string{"/whole": "200", "/parts": "503"} {
			slow := slowWriter{httptest.NewRecorder(), make(chan struct{})}
			done := make(chan struct{})
			go func() {
				mux.ServeHTTP(slow, httptest.NewRequest("GET", target, nil))
				close(done)
			}()
			synctest.Wait()
			if got := ask(mux, "/whole"); !strings.HasPrefix(got, want) {
				t.Errorf("while %s is sent: %s, want %s", target, got, want)
			}
			close(slow.take)
			<-done
		}
	})
}

// TestPanicsFreeTheirPlace: a place is not lost with the handler that had it.
func TestPanicsFreeTheirPlace(t *testing.T) {
	t.Parallel()
	mux := workers(t, middleware.WorkConfig{AtWork: 1, Queue: -1}, func(r *web.Router) {
		r.Get("/", func(http.ResponseWriter, *http.Request) error { panic("broken") })
	})
	for range 3 {
		func() {
			defer func() {
				if recover() != "broken" {
					t.Error("the handler did not run")
				}
			}()
			ask(mux, "/")
		}()
	}
}
