package vola_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
)

// loaded is a module whose pages take as long as the test wants.
type loaded struct {
	open chan struct{} // closed to let the requests of /wait go
	done chan error    // what the writer of /endless got
	fail chan struct{} // closed when the client of /fail has left
	left chan struct{} // told when a request of /fail has begun
}

func (*loaded) Name() string { return "loaded" }
func (l *loaded) Routes(r *web.Router) {
	r.Get("/wait", func(w http.ResponseWriter, r *http.Request) error {
		select {
		case <-l.open:
		case <-r.Context().Done():
			return r.Context().Err()
		}
		return web.JSON(w, 200, "done")
	})
	r.Get("/endless", func(w http.ResponseWriter, r *http.Request) error {
		part := make([]byte, 64<<10)
		for {
			if _, err := w.Write(part); err != nil {
				l.done <- err
				return err
			}
		}
	})
	r.Get("/fail", func(_ http.ResponseWriter, r *http.Request) error {
		close(l.left)
		<-r.Context().Done()
		defer close(l.fail)
		return errors.New("interrupted (9)")
	})
	r.Get("/secret/{key}/", func(_ http.ResponseWriter, r *http.Request) error {
		if r.PathValue("key") == "panic" {
			panic("in the key's page")
		}
		return errors.New("broken")
	}).Secret()
}

func startLoaded(t *testing.T, env ...string) (l *loaded, base string, stop func() result, file string) {
	t.Helper()
	l = &loaded{make(chan struct{}), make(chan error, 9), make(chan struct{}), make(chan struct{})}
	dir := t.TempDir()
	file = filepath.Join(dir, "loaded.db")
	cfg := vola.Config{Name: "L", Drivers: databasetest.Drivers(), Modules: []module.Module{l}, Dir: dir}
	base, stop = serving(t, cfg, env, "--create", "--database", "sqlite:"+file)
	return l, base, stop, file
}

// TestBusySite: beyond the requests at work and those that wait there is 503,
// and the site is healthy all the same.
func TestBusySite(t *testing.T) {
	t.Parallel()
	l, base, stop, file := startLoaded(t, "MAX_REQUESTS=2")
	statuses := make(chan *http.Response, 10)
	for range 10 {
		go func() {
			resp, err := http.Get(base + "/loaded/wait")
			if err != nil {
				t.Error(err)
				resp = &http.Response{}
			} else {
				resp.Body.Close()
			}
			statuses <- resp
		}()
	}
	for range 6 {
		if r := <-statuses; r.StatusCode != 503 || r.Header.Get("Retry-After") == "" {
			t.Errorf("one too many: %d %v", r.StatusCode, r.Header)
		}
	}
	if status, body := get(t, base+"/healthz"); status != 200 || body != "ok\n" {
		t.Errorf("/healthz of a busy site: %d %q", status, body)
	}
	if status, _ := get(t, base+"/static/none.css"); status != 404 {
		t.Errorf("a static file of a busy site: %d", status)
	}
	close(l.open)
	for range 4 {
		if r := <-statuses; r.StatusCode != 200 {
			t.Errorf("at work or waiting: %d", r.StatusCode)
		}
	}
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, base+"/healthz"); status != 503 {
		t.Errorf("/healthz without its database: %d", status)
	}
	if log := stop().out; !strings.Contains(log, "was removed while it was in use") {
		t.Errorf("the log does not say why:\n%s", log)
	}
}

// TestClientsWhoLeaveMakeNoErrors: neither in the middle of an answer nor
// before it.
func TestClientsWhoLeaveMakeNoErrors(t *testing.T) {
	t.Parallel()
	l, base, stop, _ := startLoaded(t)
	ask := func(path string) net.Conn {
		conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		return conn
	}
	for range 3 {
		conn := ask("/loaded/endless")
		if _, err := io.CopyN(io.Discard, conn, 100<<10); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		if err := <-l.done; err == nil {
			t.Error("the writer did not notice")
		}
	}
	conn := ask("/loaded/fail")
	<-l.left
	conn.Close()
	<-l.fail
	if log := stop().out; strings.Contains(log, "level=ERROR") || strings.Contains(log, "level=WARN") || !strings.Contains(log, "/loaded/fail") {
		t.Errorf("the log has errors, or lacks the request:\n%s", log)
	}
}

// TestSecretsOfPathsAreNotLogged: whatever becomes of the request.
func TestSecretsOfPathsAreNotLogged(t *testing.T) {
	t.Parallel()
	_, base, stop, _ := startLoaded(t, "LOG_LEVEL=DEBUG")
	for _, path := range []string{"/loaded/secret/KEY42/", "/loaded/secret/KEY42", "/loaded/secret/KEY42/x", "/loaded/secret/KEY42%2f/", "/loaded/secret//KEY42/"} {
		if status, _ := get(t, base+path); status < 400 {
			t.Errorf("%s: %d", path, status)
		}
	}
	get(t, base+"/loaded/secret/panic/")
	if log := stop().out; strings.Contains(log, "KEY42") || strings.Contains(log, "path=/loaded/secret/panic/") || !strings.Contains(log, "path=/loaded/secret/{key}/") {
		t.Errorf("the key is in the log, or the route is not:\n%s", log)
	}
}
