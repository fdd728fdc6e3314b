package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
)

// server is a source of posts.
type server struct {
	*httptest.Server
	asked atomic.Int64
	body  atomic.Value
	down  atomic.Bool
	hold  chan struct{} // answers wait until it is closed; nil for not at all
}

const (
	mastodon = `{"accounts":[],"statuses":[{"content":"<p>so <b>starving</b></p><script>window.hit=1</script>","account":{"acct":"ann"}},{"content":"&lt;img src=x onerror=window.hit=1&gt;"}]}`
	bluesky  = `{"posts":[{"author":{"handle":"bob.example"},"record":{"text":"<script>window.hit=1</script> starving"}}]}`
)

func source(t *testing.T, body string) *server {
	t.Helper()
	s := &server{}
	s.body.Store(body)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		if s.hold != nil {
			<-s.hold
		}
		if s.down.Load() {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		fmt.Fprint(w, s.body.Load())
	}))
	t.Cleanup(s.Close)
	return s
}

func start(t *testing.T, from string, now func() time.Time) http.Handler {
	t.Helper()
	app, err := newApp(from, now)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

func get(app http.Handler) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	app.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	return w
}

// TestPosts: posts of both kinds of server are shown as text, and may be kept for half an hour.
func TestPosts(t *testing.T) {
	t.Parallel()
	for body, wants := range map[string][]string{
		mastodon: {"<li>so starving\n</li>", "<li>&lt;img src=x onerror=window.hit=1&gt;\n</li>"},
		bluesky:  {"<li>&lt;script&gt;window.hit=1&lt;/script&gt; starving</li>"},
		`{}`:     {"Nobody is hungry."},
	} {
		w := get(start(t, source(t, body).URL, time.Now))
		for _, want := range wants {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s is not in %s", want, w.Body)
			}
		}
		if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=1800" || w.Header().Get("Etag") == "" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	}
}

// TestOneFetch: of 1,000 at once one asks the source, and again after half an hour.
func TestOneFetch(t *testing.T) {
	t.Parallel()
	s := source(t, bluesky)
	s.hold = make(chan struct{})
	clock := volatest.NewClock(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
	app := start(t, s.URL, clock.Now)
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			if w := get(app); w.Code != 200 || !strings.Contains(w.Body.String(), "starving") {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	close(s.hold)
	wg.Wait()
	if n := s.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	clock.Add(26 * time.Minute)
	get(app)
	if n := s.asked.Load(); n != 1 {
		t.Errorf("after 26 minutes asked %d times", n)
	}
	// Stale: the old posts are shown, also while the source is down, until new ones are there.
	s.down.Store(true)
	clock.Add(10 * time.Minute)
	until(t, func() bool { return strings.Contains(get(app).Body.String(), "starving") && s.asked.Load() >= 2 })
	s.down.Store(false)
	s.body.Store(`{}`)
	clock.Add(time.Hour)
	until(t, func() bool {
		clock.Add(11 * time.Second) // what has failed is tried again after ten
		return strings.Contains(get(app).Body.String(), "Nobody is hungry.")
	})
}

// until tries until it is so, or the test is out of time.
func until(t *testing.T, so func() bool) {
	t.Helper()
	for range 100_000 {
		if so() {
			return
		}
		runtime.Gosched()
	}
	t.Fatal("it does not become so")
}

// TestNoSource: without anything to show, the page says so.
func TestNoSource(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"<html>", `{"posts":7}`, ""} {
		if w := get(start(t, source(t, body).URL, time.Now)); w.Code != 503 || !strings.Contains(w.Body.String(), "Please try again later.") {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	}
	s := source(t, bluesky)
	s.down.Store(true)
	if w := get(start(t, s.URL, time.Now)); w.Code != 503 || w.Header().Get("Cache-Control") == "public, max-age=1800" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// TestLike: the button counts, in place and without JavaScript.
func TestLike(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	site := httptest.NewServer(start(t, source(t, mastodon).URL, time.Now))
	t.Cleanup(site.Close)
	chromium.Do(ctx, t, chromedp.Navigate(site.URL))
	chromium.CheckPage(ctx, t, "starving")
	chromium.Eval[int](ctx, t, `window.mark = 1`)
	for i := 1; i <= 2; i++ {
		chromium.Do(ctx, t, chromedp.Click("#likes button"))
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](fmt.Sprintf(`document.querySelector("#likes").innerText.startsWith("%d people")`, i))); err != nil {
			t.Fatal(err)
		}
	}
	if state := chromium.Eval[string](ctx, t, `[window.mark, typeof window.hit, location.pathname + location.search].join()`); state != "1,undefined,/" {
		t.Errorf("the page is %s", state)
	}
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	chromium.Do(ctx, t, chromedp.Navigate(site.URL+"/?fresh"))
	chromium.Load(ctx, t, chromedp.Click("#likes button"))
	if got := chromium.Eval[string](ctx, t, `document.querySelector("#likes").innerText`); !strings.HasPrefix(got, "3 people") {
		t.Errorf("without JavaScript: %s", got)
	}
	// From another site it does not count.
	r := httptest.NewRequest("POST", "/like", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	start(t, site.URL, time.Now).ServeHTTP(w, r)
	if w.Code != 403 {
		t.Errorf("from another site: %d", w.Code)
	}
}

// TestSmall: the program is one file of at most 80 lines.
func TestSmall(t *testing.T) {
	t.Parallel()
	f, err := os.Open("main.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if n := strings.Count(string(text), "\n"); err != nil || n > 80 {
		t.Errorf("%d lines, %v", n, err)
	}
}

// TestModule: the page finds the module of JavaScript.
func TestModule(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	start(t, "http://127.0.0.1:1/", time.Now).ServeHTTP(w, httptest.NewRequest("GET", "/static/vola/ajax.js", nil))
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
