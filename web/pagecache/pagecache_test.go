package pagecache_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/signing"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/pagecache"
	"github.com/volaweb/vola/web/sessions"
)

// site is a handler whose pages are kept, below the middleware of a site.
type site struct {
	http.Handler
	cache *cache.Cache
	made  atomic.Int64 // how often the handler was called
}

// newSite wraps a handler. The configuration needs no cache.
func newSite(t testing.TB, cfg pagecache.Config, h web.HandlerFunc) *site {
	t.Helper()
	s := &site{cache: cache.New(cache.Config{})}
	t.Cleanup(s.cache.Close)
	cfg.Cache = func() *cache.Cache { return s.cache }
	if cfg.For == 0 {
		cfg.For = time.Hour
	}
	router := web.NewRouter()
	answer := func(w http.ResponseWriter, r *http.Request) error {
		s.made.Add(1)
		return h(w, r)
	}
	kept := router.Wrap(pagecache.Middleware(cfg))
	kept.Get("/{any:path}", answer)
	kept.Get("/", answer)
	router.Get("/not-kept/", answer)
	mux, err := router.Build(web.BuildConfig{Middleware: []web.Middleware{
		sessions.Middleware(sessions.Config{Store: sessions.Cookie{Signer: signing.New([]byte("0123456789abcdef0123456789abcdef"))}}),
		func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Request-Id", r.Header.Get("X-Id"))
				w.Header().Set("Content-Security-Policy", "script-src 'self'")
				next.ServeHTTP(w, r)
			})
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.Handler = mux
	return s
}

// get asks for a page; the headers are names and values in turn.
func (s *site) get(target string, headers ...string) *httptest.ResponseRecorder {
	return s.do("GET", target, headers...)
}

func (s *site) do(method, target string, headers ...string) (w *httptest.ResponseRecorder) {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Add(headers[i], headers[i+1])
	}
	w = httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			panic(p)
		}
	}()
	s.ServeHTTP(w, r)
	return w
}

// wantMade checks how often the handler was called.
func (s *site) wantMade(t *testing.T, n int64) {
	t.Helper()
	if got := s.made.Load(); got != n {
		t.Errorf("made %d times, want %d", got, n)
	}
}

func text(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain")
	_, err := io.WriteString(w, "the page")
	return err
}

// TestKept: a page is made once, and what others set stays theirs.
func TestKept(t *testing.T) {
	t.Parallel()
	s := newSite(t, pagecache.Config{}, text)
	for i := range 3 {
		id := fmt.Sprint("id", i)
		got := s.get("/a", "X-Id", id, "Cookie", "session=x; theme="+id)
		h := got.Header()
		if got.Code != 200 || got.Body.String() != "the page" || h.Get("X-Request-Id") != id || h.Get("Content-Type") != "text/plain" || h.Get("Etag") == "" || h.Get("Content-Length") != "8" {
			t.Errorf("%d %v %q", got.Code, h, got.Body)
		}
		if (h.Get("Age") == "") != (i == 0) {
			t.Errorf("Age: %q", h.Get("Age"))
		}
	}
	head := s.do("HEAD", "/a")
	if head.Code != 200 || head.Header().Get("Content-Length") != "8" {
		t.Errorf("HEAD: %d %v", head.Code, head.Header())
	}
	s.wantMade(t, 1)
	if s.get("/b"); s.made.Load() != 2 {
		t.Error("another path is another page")
	}
	// By HEAD first.
	s.do("HEAD", "/c")
	if got := s.get("/c"); got.Body.String() != "the page" {
		t.Errorf("%q", got.Body)
	}
	s.wantMade(t, 3)
}

// TestTheHandlerSeesNothingElse: a page can depend on nothing that is not in its key.
func TestTheHandlerSeesNothingElse(t *testing.T) {
	t.Parallel()
	s := newSite(t, pagecache.Config{Query: []string{"page", "a"}, IgnoreOthers: true, Headers: []string{"x-country"}}, func(w http.ResponseWriter, r *http.Request) error {
		_, err := fmt.Fprint(w, r.Method, " ", r.Host, " ", r.URL, " ", r.RequestURI, " ", r.Header, " [", r.RemoteAddr, "] ", r.Proto, " ", r.PathValue("any"), " ", r.FormValue("page"), r.FormValue("utm"))
		return err
	})
	evil := []string{
		"Host", "Example.ORG", "Cookie", "a=b", "User-Agent", "x", "X-Forwarded-Host", "evil.example", "X-Forwarded-For", "1.2.3.4", "X-Original-Url", "/admin",
		"Forwarded", "host=evil.example", "X-Http-Method-Override", "DELETE", "Accept-Language", "xx", "Referer", "http://evil.example", "Origin", "http://evil.example",
		"X-Country", "de", "Accept", "image/png", "Range", "bytes=0-1", "If-None-Match", `"x"`,
	}
	const want = "GET example.org /x%20y?a=1&page=2&page=3 /x%20y?a=1&page=2&page=3 map[Accept:[text/html] X-Country:[de]] [] HTTP/1.1 x y 2"
	got := s.get("/x%20y?page=2&utm=evil&page=3&a=1", evil...)
	if got.Body.String() != want {
		t.Errorf("got  %s\nwant %s", got.Body, want)
	}
	if got.Header().Get("Vary") != "X-Country" {
		t.Errorf("%v", got.Header())
	}
	if again := s.get("/x%20y?a=1&page=2&page=3", "Host", "example.org", "X-Country", "de"); again.Body.String() != want {
		t.Errorf("%s", again.Body)
	}
	s.wantMade(t, 1)
}

// TestKeysAreNotConfused: requests for different pages have different ones, however they are put.
func TestKeysAreNotConfused(t *testing.T) {
	t.Parallel()
	s := newSite(t, pagecache.Config{Query: []string{"a", "b"}, Headers: []string{"X-A", "X-B"}}, text)
	seen := int64(0)
	for _, request := range [][]string{
		{"/a/b"}, {"/a%2Fb"}, {"/a%2fb/"}, {"/a/b/"}, {"//a/b"}, {"/A/b"}, {"/a/b?a=1"}, {"/a/b%3Fa=1"}, {"/a/b?a=1&a=2"}, {"/a/b?a=2&a=1"}, {"/a/b?a=1&b=2"}, {"/a/b?a=1%26b=2"},
		{"/a/b?a"}, {"/a/b?b="}, {"/a/b", "Host", "other.example"}, {"/a/b", "Host", "example.com:8080"}, {"https://example.com/a/b"},
		{"/a/b", "X-A", "1"}, {"/a/b", "X-B", "1"}, {"/a/b", "X-A", "1", "X-B", "2"}, {"/a/b", "X-A", "12"}, {"/a/b", "X-A", "1", "X-A", "2"}, {"/a/b", "X-A", "1, 2"}, {"/a/b", "X-A", ""},
		{"/a/b", "Vola-Target", "list"}, {"/a/b", "Vola-Target", "list pager"}, {"/a/b", "Accept", "application/json"},
	} {
		before := s.made.Load()
		if got := s.get(request[0], request[1:]...); got.Code != 200 {
			continue // such as a redirect to another path
		}
		if s.made.Load() == before {
			t.Errorf("%q has the page of another", request)
		}
		seen++
		if s.get(request[0], request[1:]...); s.made.Load() != before+1 {
			t.Errorf("%q is not kept", request)
		}
	}
	if seen < 20 {
		t.Errorf("%d requests", seen)
	}
	// Those are the same.
	s.get("/a/b?b=2&a=1")
	s.get("/a/b", "Host", "EXAMPLE.com")
	s.get("/a/b", "Accept", "text/html,*/*;q=0.1")
	s.wantMade(t, seen)
}

// TestRequestsThatPass are answered by the handler each time, with all that they say.
func TestRequestsThatPass(t *testing.T) {
	t.Parallel()
	for name, request := range map[string][]string{
		"Authorization": {"GET", "/", "Authorization", "Bearer x"}, "empty Authorization": {"GET", "/", "Authorization", ""},
		"another parameter": {"GET", "/?x=1"}, "one besides": {"GET", "/?page=1&x=1"}, "no query": {"GET", "/?page=%zz"}, "semicolons": {"GET", "/?page=1;x=2"},
		"much": {"GET", "/?page=" + strings.Repeat("x", 5000)}, "upgrade": {"GET", "/", "Upgrade", "websocket"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, pagecache.Config{Query: []string{"page"}}, func(w http.ResponseWriter, r *http.Request) error {
				_, err := fmt.Fprint(w, r.Header.Get("X-Id"))
				return err
			})
			for i := range int64(3) {
				id := fmt.Sprint(i)
				if got := s.do(request[0], request[1], append(request[2:], "X-Id", id)...); got.Body.String() != id {
					t.Errorf("%q", got.Body)
				}
				s.wantMade(t, i+1)
			}
		})
	}
}

// TestAnswersOfRFC9111: what a shared cache may keep.
func TestAnswersOfRFC9111(t *testing.T) {
	t.Parallel()
	past, future := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for _, test := range []struct {
		header []string
		kept   bool
	}{
		{nil, true},
		{[]string{"Cache-Control", "public"}, true},
		{[]string{"Cache-Control", "public, max-age=60"}, true},
		{[]string{"Cache-Control", "max-age=60, s-maxage=0"}, false},
		{[]string{"Cache-Control", "max-age=0, s-maxage=60"}, true},
		{[]string{"Cache-Control", "max-age=0"}, false},
		{[]string{"Cache-Control", `max-age="60"`}, true},
		{[]string{"Cache-Control", "max-age=-1"}, false},
		{[]string{"Cache-Control", "max-age=x"}, false},
		{[]string{"Cache-Control", "max-age"}, false},
		{[]string{"Cache-Control", "max-age=99999999999999999999"}, true}, // section 1.2.2
		{[]string{"Cache-Control", "max-age=60, max-age=0"}, false},
		{[]string{"Cache-Control", "private"}, false},
		{[]string{"Cache-Control", "PRIVATE"}, false},
		{[]string{"Cache-Control", "public, private"}, false},
		{[]string{"Cache-Control", `private="x-id"`}, false},
		{[]string{"Cache-Control", "public", "Cache-Control", "no-store"}, false},
		{[]string{"Cache-Control", "max-age=60 , No-Store"}, false},
		{[]string{"Cache-Control", "no-cache"}, false},
		{[]string{"Cache-Control", `x="a, no-store"`}, true}, // section 5.2.3: another directive with a value
		{[]string{"Cache-Control", `x="a, no-store`}, false}, // that nobody has closed
		{[]string{"Cache-Control", "must-revalidate"}, true},
		{[]string{"Expires", past}, false},
		{[]string{"Expires", "0"}, false},
		{[]string{"Expires", future}, true},
		{[]string{"Expires", past, "Cache-Control", "max-age=60"}, true},
		{[]string{"Expires", future, "Cache-Control", "max-age=0"}, false},
		{[]string{"Vary", "*"}, false},
		{[]string{"Vary", "Cookie"}, false},
		{[]string{"Vary", "accept-language, X-Country"}, true},
		{[]string{"Vary", "X-Other"}, false},
		{[]string{"Set-Cookie", "a=b"}, false},
		{[]string{"Content-Encoding", "gzip"}, false},
		{[]string{"Trailer", "X"}, false},
		{[]string{"Etag", `"x"`}, true},
	} {
		t.Run(fmt.Sprint(test.header), func(t *testing.T) {
			t.Parallel()
			s := newSite(t, pagecache.Config{Headers: []string{"X-Country"}}, func(w http.ResponseWriter, r *http.Request) error {
				for i := 0; i < len(test.header); i += 2 {
					w.Header().Add(test.header[i], test.header[i+1])
				}
				return text(w, r)
			})
			for range 2 {
				got := s.get("/")
				if got.Code != 200 || got.Body.String() != "the page" {
					t.Errorf("%d %q", got.Code, got.Body)
				}
				for i := 0; i < len(test.header); i += 2 {
					if !strings.Contains(fmt.Sprint(got.Header()[test.header[i]]), test.header[i+1]) {
						t.Errorf("%v", got.Header())
					}
				}
			}
			if want := int64(2); test.kept {
				s.wantMade(t, 1)
			} else {
				s.wantMade(t, want)
			}
		})
	}
	for _, status := range []int{201, 204, 206, 301, 302, 304, 404, 410, 500, 503} {
		s := newSite(t, pagecache.Config{}, func(w http.ResponseWriter, _ *http.Request) error {
			w.WriteHeader(status)
			return nil
		})
		for range 2 {
			if got := s.get("/"); got.Code != status {
				t.Errorf("%d, want %d", got.Code, status)
			}
		}
		s.wantMade(t, 2)
	}
}

// TestSessions: an answer for which somebody has looked at the session is never kept, whenever and
// wherever that was, and its visitor has their session.
func TestSessions(t *testing.T) {
	t.Parallel()
	const count = sessions.Key[int]("count")
	for name, look := range map[string]web.HandlerFunc{
		"before": func(w http.ResponseWriter, r *http.Request) error {
			n, err := count.Get(r.Context())
			return errors.Join(err, count.Set(r.Context(), n+1), write(w, n))
		},
		"after": func(w http.ResponseWriter, r *http.Request) error {
			err := write(w, "x")
			_, _ = count.Get(r.Context())
			return err
		},
		"only looks": func(w http.ResponseWriter, r *http.Request) error {
			_, _ = count.Get(r.Context())
			return write(w, "x")
		},
		"marks it": func(w http.ResponseWriter, r *http.Request) error {
			web.MarkPersonal(w)
			return write(w, "x")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, pagecache.Config{}, look)
			cookie := ""
			for i := range int64(3) {
				got := s.get("/", "Cookie", cookie)
				if c := got.Header().Get("Set-Cookie"); c != "" {
					cookie, _, _ = strings.Cut(c, ";")
				}
				if name == "before" && (got.Body.String() != fmt.Sprint(i) || !strings.Contains(got.Header().Get("Cache-Control"), "private")) {
					t.Errorf("%d: %q %v", i, got.Body, got.Header())
				}
				s.wantMade(t, i+1)
			}
		})
	}
}

func write(w http.ResponseWriter, v any) error {
	_, err := fmt.Fprint(w, v)
	return err
}

// TestNonces: a page with a script of its own has a new nonce each time.
func TestNonces(t *testing.T) {
	t.Parallel()
	page := templates.Page[string]("page.html")
	set, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.Memory(map[string]string{"page.html": "<script>x()</script><p>{{.}}"})}, Pages: []templates.Checked{page}})
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, pagecache.Config{}, func(w http.ResponseWriter, r *http.Request) error {
		return set.Render(r.Context(), &sender{w, r}, page.Data("hello"))
	})
	seen := map[string]bool{}
	tag := ""
	for range 3 {
		got := s.get("/")
		policy := got.Header().Get("Content-Security-Policy")
		_, after, _ := strings.Cut(policy, "'nonce-")
		nonce, _, _ := strings.Cut(after, "'")
		if nonce == "" || seen[nonce] || !strings.Contains(got.Body.String(), `<script nonce="`+nonce+`">`) || !strings.Contains(policy, "'self'") {
			t.Errorf("%s\n%s", policy, got.Body)
		}
		seen[nonce] = true
		if tag != "" && got.Header().Get("Etag") != tag || !strings.HasPrefix(got.Header().Get("Etag"), "W/") {
			t.Errorf("%q after %q", got.Header().Get("Etag"), tag)
		}
		tag = got.Header().Get("Etag")
	}
	if got := s.get("/", "If-None-Match", tag); got.Code != 304 || got.Header().Get("Content-Security-Policy") != "" || got.Body.Len() > 0 {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	s.wantMade(t, 1)
}

type sender struct {
	w http.ResponseWriter
	r *http.Request
}

func (s *sender) Write(p []byte) (int, error) { return len(p), s.WritePage(p, nil) }
func (s *sender) WritePage(page []byte, own []templates.Place) error {
	return web.SendPage(s.w, s.r, 200, page, own)
}

// TestConditions: whoever has the page gets 304, also the first who asks.
func TestConditions(t *testing.T) {
	t.Parallel()
	changed := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := newSite(t, pagecache.Config{}, func(w http.ResponseWriter, r *http.Request) error {
		if web.NotModified(w, r, web.Validators{ETag: `"v1"`, LastModified: changed}) {
			return nil
		}
		w.Header().Set("Cache-Control", "max-age=60")
		return text(w, r)
	})
	at, before := changed.Format(http.TimeFormat), changed.Add(-time.Second).Format(http.TimeFormat)
	for i, test := range []struct {
		headers []string
		status  int
	}{
		{[]string{"If-None-Match", `W/"v1"`}, 304},
		{[]string{"If-None-Match", `"v0"`}, 200},
		{[]string{"If-None-Match", `"v0"`, "If-Modified-Since", at}, 200},
		{[]string{"If-None-Match", "*"}, 304},
		{[]string{"If-Modified-Since", at}, 304},
		{[]string{"If-Modified-Since", before}, 200},
		{[]string{"Range", "bytes=0-1"}, 200},
	} {
		got := s.get("/", test.headers...)
		if h := got.Header(); got.Code != test.status || h.Get("Etag") != `"v1"` || h.Get("Cache-Control") != "max-age=60" {
			t.Errorf("%d: %d %v", i, got.Code, h)
		}
	}
	s.wantMade(t, 1)
}

// TestManyAtOnce: 1,000 ask for a page that is not there, and it is made once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	goOn, began := make(chan bool), make(chan bool, 1)
	s := newSite(t, pagecache.Config{}, func(w http.ResponseWriter, r *http.Request) error {
		began <- true
		<-goOn
		return text(w, r)
	})
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			if got := s.get("/"); got.Code != 200 || got.Body.String() != "the page" {
				t.Errorf("%d %q", got.Code, got.Body)
			}
		})
	}
	<-began
	close(goOn)
	all.Wait()
	s.wantMade(t, 1)
}

// TestThoseWhoWaitForAPrivatePage get their own.
func TestThoseWhoWaitForAPrivatePage(t *testing.T) {
	t.Parallel()
	goOn := make(chan bool)
	s := newSite(t, pagecache.Config{}, func(w http.ResponseWriter, r *http.Request) error {
		<-goOn
		w.Header().Set("Cache-Control", "private")
		return write(w, r.Header.Get("X-Id"))
	})
	var all sync.WaitGroup
	var empty atomic.Int64
	for i := range 20 {
		all.Go(func() {
			switch got := s.get("/", "X-Id", fmt.Sprint(i)).Body.String(); got {
			case "":
				empty.Add(1) // the first, whose handler saw no header
			case fmt.Sprint(i):
			default:
				t.Errorf("%d has the page of %s", i, got)
			}
		})
	}
	close(goOn)
	all.Wait()
	if empty.Load() == 0 || s.made.Load() != 20 {
		t.Errorf("%d without a header, made %d times", empty.Load(), s.made.Load())
	}
}

// TestTags: what the handler names is made again when that changes.
func TestTags(t *testing.T) {
	t.Parallel()
	s := newSite(t, pagecache.Config{Tags: []string{"all"}}, func(w http.ResponseWriter, r *http.Request) error {
		cache.Tag(r.Context(), "page:"+r.PathValue("any"))
		return text(w, r)
	})
	for i, step := range []struct {
		tag  string
		made int64
	}{{"", 2}, {"page:a", 3}, {"page:c", 3}, {"all", 5}} {
		_ = s.cache.Invalidate(t.Context(), step.tag)
		s.get("/a")
		s.get("/b")
		if got := s.made.Load(); got != step.made {
			t.Errorf("step %d: made %d times, want %d", i, got, step.made)
		}
	}
}

// TestLongAnswers are sent as they are made, and not kept.
func TestLongAnswers(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]web.HandlerFunc{
		"long": func(w http.ResponseWriter, _ *http.Request) error {
			for range 100 {
				_ = write(w, "0123456789")
			}
			return nil
		},
		"flushed": func(w http.ResponseWriter, _ *http.Request) error {
			for range 100 {
				_ = write(w, "0123456789")
				_ = http.NewResponseController(w).Flush()
			}
			return nil
		},
		"at once": func(w http.ResponseWriter, r *http.Request) error {
			return web.Send(w, r, 200, bytes.Repeat([]byte("0123456789"), 100))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, pagecache.Config{Max: 100}, func(w http.ResponseWriter, r *http.Request) error {
				w.Header().Set("X-From", "handler")
				return h(w, r)
			})
			for range 2 {
				got := s.get("/")
				if got.Code != 200 || got.Body.String() != strings.Repeat("0123456789", 100) || got.Header().Get("X-From") == "" {
					t.Errorf("%d %v %q", got.Code, got.Header(), got.Body)
				}
			}
			s.wantMade(t, 2)
		})
	}
}

// slowClient does not read what is sent to it before it is told.
type slowClient struct {
	*httptest.ResponseRecorder
	goOn chan bool
}

func (c slowClient) Write(p []byte) (int, error) {
	<-c.goOn
	return c.ResponseRecorder.Write(p)
}

// TestASlowClient of a long answer keeps nobody else waiting, however long it takes.
func TestASlowClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, pagecache.Config{Max: 100}, func(w http.ResponseWriter, _ *http.Request) error {
			return write(w, strings.Repeat("0123456789", 100))
		})
		slow := slowClient{httptest.NewRecorder(), make(chan bool)}
		go s.ServeHTTP(slow, httptest.NewRequest("GET", "/", nil))
		synctest.Wait()
		for range 3 {
			if got := s.get("/"); got.Body.Len() != 1000 {
				t.Errorf("%d bytes", got.Body.Len())
			}
			time.Sleep(time.Minute)
		}
		close(slow.goOn)
		synctest.Wait()
		if slow.Body.Len() != 1000 {
			t.Errorf("the slow one has %d bytes", slow.Body.Len())
		}
		s.cache.Close()
	})
}

// TestASlowClientOfTheFirst: those who wait for the first answer of a page go on when it is too long to be kept,
// and not when its client has taken it.
func TestASlowClientOfTheFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := make(chan bool)
		s := newSite(t, pagecache.Config{Max: 100}, func(w http.ResponseWriter, r *http.Request) error {
			<-begin
			return write(w, strings.Repeat("0123456789", 100))
		})
		slow := slowClient{httptest.NewRecorder(), make(chan bool)}
		go s.ServeHTTP(slow, httptest.NewRequest("GET", "/", nil))
		synctest.Wait()
		others := make(chan int, 5)
		for range 5 {
			go func() { others <- s.get("/").Body.Len() }()
		}
		synctest.Wait()
		close(begin)
		synctest.Wait()
		if len(others) != 5 {
			t.Errorf("%d of 5 are answered while the first client is slow", len(others))
		}
		close(slow.goOn)
		synctest.Wait()
		for range 5 {
			if n := <-others; n != 1000 {
				t.Errorf("%d bytes", n)
			}
		}
		if slow.Body.Len() != 1000 {
			t.Errorf("the slow one has %d bytes", slow.Body.Len())
		}
		s.cache.Close()
	})
}
