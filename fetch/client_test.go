package fetch_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/fetch"
)

func site(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Agent", r.Header.Get("User-Agent"))
		fmt.Fprint(w, "0123456789")
	})
	mux.HandleFunc("/teapot", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, "short and stout")
	})
	mux.HandleFunc("/zip", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		z.Write(make([]byte, 1<<20)) // about a kilobyte on the wire
		z.Close()
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "only this")
	})
	mux.HandleFunc("/hop/{n}", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.PathValue("n"), &n)
		to := "/ok"
		if n > 1 {
			to = fmt.Sprint("/hop/", n-1)
		}
		http.Redirect(w, r, to, http.StatusFound)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestGet(t *testing.T) {
	t.Parallel()
	s := site(t)
	closed := httptest.NewServer(nil)
	closed.Close()
	tests := []struct {
		name, url string
		client    fetch.Client
		body      string
		final     string
		err       string // part of the error; SITE is the server
		cause     error
		status    int
	}{
		{name: "a page", url: "/ok", body: "0123456789", status: 200},
		{name: "just as long as may be", url: "/ok", client: fetch.Client{MaxBody: 10}, body: "0123456789", status: 200},
		{name: "longer than may be", url: "/ok", client: fetch.Client{MaxBody: 9}, err: "fetch SITE/ok: the answer is too large: it has more than 9 bytes", cause: fetch.ErrTooLarge, status: 200},
		{name: "longer after decompression", url: "/zip", client: fetch.Client{MaxBody: 10000}, err: "too large", cause: fetch.ErrTooLarge, status: 200},
		{name: "cut short", url: "/cut", err: "fetch SITE/cut: read the answer: unexpected EOF", status: 200},
		{name: "a status", url: "/teapot", body: "short and stout", err: "fetch SITE/teapot: status 418 I'm a teapot", status: 418},
		{name: "a status and too long", url: "/teapot", client: fetch.Client{MaxBody: 3}, err: "status 418", status: 418},
		{name: "as many redirects as may be", url: "/hop/5", body: "0123456789", final: "/ok", status: 200},
		{name: "one redirect more", url: "/hop/6", err: "fetch SITE/hop/6: more than 5 redirects"},
		{name: "fewer redirects", url: "/hop/2", client: fetch.Client{MaxRedirects: 1}, err: "more than 1 redirects"},
		{name: "no redirects", url: "/hop/2", client: fetch.Client{MaxRedirects: -1}, body: "<a href=\"/hop/1\">Found</a>.\n\n", err: "fetch SITE/hop/2: status 302 Found", status: 302},
		{name: "nobody there", url: closed.URL, err: "fetch " + closed.URL + ": dial tcp"},
		{name: "not a URL", url: "http://[", err: `fetch "http://[": missing ']' in host`},
		{name: "no scheme", url: "ok", err: `fetch "": unsupported protocol scheme ""`},
		{name: "a file", url: "file:///etc/hosts", err: `unsupported protocol scheme "file"`},
		{name: "a password", url: strings.Replace(closed.URL, "http://", "http://ann:secret@", 1), err: "http://ann:xxxxx@"},
		{name: "the guard", url: "/ok", client: fetch.Client{Transport: fetch.PublicTransport()}, err: "connection to 127.0.0.1 refused: it is not a public address"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address := test.url
			if strings.HasPrefix(address, "/") {
				address = s.URL + address
			}
			page, err := test.client.Get(t.Context(), address)
			if test.err == "" && err != nil {
				t.Fatal(err)
			}
			if test.err != "" {
				want := strings.ReplaceAll(test.err, "SITE", s.URL)
				want = strings.Replace(want, `fetch "": `, "fetch ok: ", 1)
				e, ok := errors.AsType[*fetch.Error](err)
				if !ok || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") || e.Status != test.status {
					t.Errorf("error %v, want %s", err, want)
				}
			}
			if test.cause != nil && !errors.Is(err, test.cause) {
				t.Errorf("%v is not %v", err, test.cause)
			}
			final := address
			if test.final != "" {
				final = s.URL + test.final
			}
			if page.URL != address || page.Final != final || page.Status != test.status || string(page.Body) != test.body {
				t.Errorf("page %q %q %d %q", page.URL, page.Final, page.Status, page.Body)
			}
		})
	}
}

func TestHeaderIsSent(t *testing.T) {
	t.Parallel()
	client := fetch.Client{Header: http.Header{"User-Agent": {"Vola"}}}
	page, err := client.Get(t.Context(), site(t).URL+"/hop/1")
	if err != nil || page.Header.Get("X-Agent") != "Vola" || len(client.Header) != 1 {
		t.Errorf("%v, %v, %v", page.Header, err, client.Header)
	}
}

// hang is a transport that answers a URL after as many seconds as its path
// says, if it is not given up.
var hang = roundTripper(func(r *http.Request) (*http.Response, error) {
	d, err := time.ParseDuration(strings.TrimPrefix(r.URL.Path, "/"))
	if err != nil {
		panic("no duration: " + r.URL.Path)
	}
	select {
	case <-time.After(d):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return &http.Response{StatusCode: 200, Body: http.NoBody, Request: r}, nil
})

func TestEachURLHasItsTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var urls []string
		for _, d := range []string{"600ms", "600ms", "1h", "panic", "600ms", "600ms"} {
			urls = append(urls, "http://slow.example/"+d)
		}
		client := fetch.Client{Transport: hang, Timeout: time.Second}
		start := time.Now()
		var got []string
		for page, err := range fetch.Each(t.Context(), urls, 6, client.Get) {
			if err != nil {
				got = append(got, err.Error())
				continue
			}
			got = append(got, page.URL)
		}
		want := []string{
			urls[0], urls[1],
			"fetch http://slow.example/1h: no complete answer within 1s: context deadline exceeded",
			"fetch: the call for item 3 panicked: no duration: /panic",
			urls[4], urls[5],
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") || time.Since(start) != time.Second {
			t.Errorf("after %v:\n%s", time.Since(start), strings.Join(got, "\n"))
		}
	})
}

func TestTheCallersContextIsNotATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := fetch.Client{Transport: hang}.Get(ctx, "http://slow.example/1h")
		if err == nil || err.Error() != "fetch http://slow.example/1h: context deadline exceeded" || !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		start := time.Now()
		if _, err := (fetch.Client{Transport: hang}).Get(t.Context(), "http://slow.example/1h"); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// The requests that a server sees at a time, over real connections.
func TestServersSeeNoMoreThanTheLimit(t *testing.T) {
	t.Parallel()
	var running, most atomic.Int64
	step := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n := running.Add(1); n > most.Load() {
			most.Store(n)
		}
		<-step
		running.Add(-1)
	}))
	defer s.Close()
	go func() {
		for range 20 {
			step <- struct{}{}
		}
	}()
	urls := make([]string, 20)
	for i := range urls {
		urls[i] = s.URL
	}
	if _, err := fetch.All(t.Context(), urls, 2, fetch.Client{}.Get); err != nil {
		t.Error(err)
	}
	if most.Load() > 2 {
		t.Errorf("%d requests at a time", most.Load())
	}
}
