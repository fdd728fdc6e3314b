package routers_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/volaweb/vola/bench/routers"
)

// varnish starts a Varnish in front of a server and returns its URL. It ends with the test.
func varnish(t *testing.T, origin string) string {
	t.Helper()
	program := os.Getenv("VOLA_TEST_VARNISH")
	if program == "" {
		t.Skip("needs Varnish: set VOLA_TEST_VARNISH to the path of varnishd")
	}
	to, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	vcl := strings.Replace(read(t, "testdata/vola.vcl"), `"8000"`, `"`+to.Port()+`"`, 1)
	dir := t.TempDir()
	file := filepath.Join(dir, "vola.vcl")
	if err := os.WriteFile(file, []byte(vcl), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 5 { // another program may take the port before Varnish does
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		l.Close()
		cmd := exec.Command(program, "-F", "-j", "none", "-n", filepath.Join(dir, "work"), "-a", addr, "-T", "none", "-s", "malloc,16m", "-f", file)
		out, w := io.Pipe()
		cmd.Stdout, cmd.Stderr = w, w
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { defer close(ended); _ = cmd.Wait(); w.Close() }()
		if log, ok := starts(out); !ok {
			<-ended
			t.Log(log)
			continue
		}
		t.Cleanup(func() {
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil { // it ends its child too
				t.Error(err)
			}
			<-ended
		})
		return "http://" + addr
	}
	t.Fatal("varnishd does not start")
	return ""
}

// starts reads what varnishd prints until it takes requests; if it ends before, ok is false. What it prints after that is dropped.
func starts(out io.Reader) (log string, ok bool) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		log += lines.Text() + "\n"
		if strings.HasSuffix(lines.Text(), "said Child starts") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return log, true
		}
	}
	return log, false
}

// counted counts the requests that reach a handler.
type counted struct {
	http.Handler
	n atomic.Int64
}

// ServeHTTP counts and passes the request on.
func (c *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.n.Add(1)
	c.Handler.ServeHTTP(w, r)
}

// ask sends a request with one line of a header, none if it is empty, and returns the answer and its body.
func ask(t *testing.T, method, address, line string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if name, value, ok := strings.Cut(line, ": "); ok {
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Error(err)
		return &http.Response{}, ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp, string(body)
}

// TestVarnish: of 100 requests at once one reaches the handler, a POST always does, and parts and pages are kept apart.
func TestVarnish(t *testing.T) {
	t.Parallel()
	origin := &counted{Handler: newApp(t)}
	server := httptest.NewServer(origin)
	t.Cleanup(server.Close)
	front := varnish(t, server.URL)

	direct, page := ask(t, "GET", server.URL+"/", "")
	etag := direct.Header.Get("Etag")
	origin.n.Store(0)
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			resp, body := ask(t, "GET", front+"/", "")
			if resp.StatusCode != 200 || resp.Header.Get("Age") == "" || resp.Header.Get("Etag") != etag || body != page {
				t.Errorf("%d %v\n%s", resp.StatusCode, resp.Header, body)
			}
		})
	}
	wg.Wait()
	if n := origin.n.Load(); n != 1 {
		t.Errorf("%d requests at the origin", n)
	}

	const part = `<form id="likes"`
	for i, step := range []struct {
		method, path, line string
		status             int
		header             string // a line that the answer has
		part               bool   // whether the body is the part, and no page
		origin             int64  // how many requests have reached the origin then
	}{
		{"GET", "/", "", 200, "Cache-Control: public, max-age=1800", false, 1},
		{"HEAD", "/", "", 200, "Etag: " + etag, false, 1},
		{"GET", "/", "If-None-Match: " + etag, 304, "Etag: " + etag, false, 1},
		{"POST", "/like", "", 303, "Location: /?likes=1", false, 2},
		{"POST", "/like", "", 303, "Location: /?likes=2", false, 3},
		{"POST", "/like", "Vola-Target: likes", 200, "Vola-Location: /?likes=3", false, 4},
		// The page first, then its part, then the page.
		{"GET", "/", "Vola-Target: likes", 200, "Vola-Parts: likes", true, 5},
		{"GET", "/", "", 200, "Etag: " + etag, false, 5},
		{"GET", "/", "Vola-Target: likes", 200, "Vola-Parts: likes", true, 5},
		// The part first.
		{"GET", "/?likes=3", "Vola-Target: likes", 200, "Vola-Parts: likes", true, 6},
		{"GET", "/?likes=3", "", 200, "Cache-Control: public, max-age=1800", false, 7},
		{"GET", "/?likes=3", "Vola-Target: likes", 200, "Vola-Parts: likes", true, 7},
		{"GET", "/?likes=3", "HX-Target: likes", 200, "Vola-Parts: likes", true, 8},
		{"GET", "/?likes=3", "", 200, "Cache-Control: public, max-age=1800", false, 8},
		// That the page lacks a part is not kept.
		{"GET", "/", "Vola-Target: none", 204, "Vola-Visit: page", false, 9},
		{"GET", "/", "Vola-Target: none", 204, "Vola-Visit: page", false, 10},
		{"GET", "/", "", 200, "Etag: " + etag, false, 10},
	} {
		resp, body := ask(t, step.method, front+step.path, step.line)
		name, value, _ := strings.Cut(step.header, ": ")
		if resp.StatusCode != step.status || resp.Header.Get(name) != value {
			t.Errorf("step %d: %d %v", i, resp.StatusCode, resp.Header)
		}
		whole := step.method == "GET" && step.status == 200 && !step.part
		if strings.Contains(body, "<!doctype html>") != whole || strings.Contains(body, part) != (whole || step.part) {
			t.Errorf("step %d: the body is\n%s", i, body)
		}
		if n := origin.n.Load(); n != step.origin {
			t.Fatalf("step %d: %d requests at the origin", i, n)
		}
	}
}

// TestVarnishFailure: that the page cannot be made is not kept.
func TestVarnishFailure(t *testing.T) {
	t.Parallel()
	var up atomic.Bool
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !up.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		fmt.Fprint(w, posts)
	}))
	t.Cleanup(source.Close)
	app, err := routers.NewApp(source.URL, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(app)
	t.Cleanup(server.Close)
	front := varnish(t, server.URL)
	if resp, body := ask(t, "GET", front+"/", ""); resp.StatusCode != 503 || !strings.Contains(body, "Please try again later.") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	up.Store(true)
	if resp, body := ask(t, "GET", front+"/", ""); resp.StatusCode != 200 || !strings.Contains(body, "so starving") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}
