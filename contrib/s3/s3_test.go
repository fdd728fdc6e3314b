package s3_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/s3"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/storage/storagetest"
)

const id, secret = "ID-OF-THE-TEST", "secret-of-the-test"

// server starts a server on the loopback and returns its URL. It ends with the test.
func server(t *testing.T) string {
	t.Helper()
	program := os.Getenv("VOLA_TEST_S3")
	if program == "" {
		t.Skip("needs an S3 server: set VOLA_TEST_S3 to the path of versitygw")
	}
	dir := t.TempDir()
	for _, name := range []string{"data/bucket", "meta"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 { // another program may take the port before the server does
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := listener.Addr().String()
		listener.Close()
		ctx, cancel := context.WithCancel(context.Background())
		cmd := exec.CommandContext(ctx, program, "--quiet", "--keep-alive", "--port", addr, "--access", id, "--secret", secret,
			"posix", "--sidecar", filepath.Join(dir, "meta"), filepath.Join(dir, "data"))
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { defer close(ended); _ = cmd.Wait() }()
		if answers(addr, ended) {
			t.Cleanup(func() { cancel(); <-ended })
			return "http://" + addr
		}
		cancel()
		<-ended
		t.Log(out.String())
	}
	t.Fatal("the server does not start")
	return ""
}

// answers waits until a server takes connections, and returns false if it has ended.
func answers(addr string, ended <-chan struct{}) bool {
	for {
		if conn, err := net.Dial("tcp", addr); err == nil {
			conn.Close()
			return true
		}
		select {
		case <-ended:
			return false
		default:
			runtime.Gosched()
		}
	}
}

func environ() map[string]string {
	return map[string]string{"AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret}
}

func open(t *testing.T, url string) storage.Storage {
	t.Helper()
	s, err := storage.Open(t.Context(), []storage.Driver{s3.Driver}, url, environ())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestS3Conforms: each check has a prefix of its own in one bucket.
func TestS3Conforms(t *testing.T) {
	t.Parallel()
	endpoint := server(t)
	var n atomic.Int64
	// versitygw keeps objects in folders, S3 itself has none.
	opts := storagetest.Options{NotAfterDelete: true, FragileFolders: true, Size: 20 << 20}
	storagetest.Run(t, func(t *testing.T) storage.Storage {
		return open(t, fmt.Sprintf("s3://bucket/test/%d?endpoint=%s", n.Add(1), endpoint))
	}, opts)
}

// TestS3FlatMemorySoak: a large file passes through little memory. It runs alone, as memory is
// counted for the whole process.
func TestS3FlatMemorySoak(t *testing.T) {
	size := int64(64 << 20)
	if os.Getenv("VOLA_SOAK") != "" {
		size = 1 << 30
	}
	s := open(t, "s3://bucket?endpoint="+server(t))
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() { peak <- watch(stop) }()
	start := time.Now()
	if info, err := s.Create(t.Context(), "large", storagetest.Content(size)); err != nil || info.Size != size {
		t.Fatal(info, err)
	}
	sent := time.Since(start)
	f, err := s.Open(t.Context(), "large")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := io.Copy(io.Discard, f); n != size || err != nil {
		t.Fatal(n, err)
	}
	close(stop)
	most := <-peak
	t.Logf("%d MB: sent in %v, read in %v, with at most %d MB of memory in use", size>>20, sent, time.Since(start)-sent, most>>20)
	if most > 64<<20 {
		t.Errorf("%d MB of memory were in use for a file of %d MB", most>>20, size>>20)
	}
}

// watch returns the most memory that was in use until stop is closed.
func watch(stop <-chan struct{}) (most uint64) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return most
		case <-tick.C:
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
		}
	}
}

// TestS3OfASite: the setting names the bucket, and secrets are in no error.
func TestS3OfASite(t *testing.T) {
	t.Parallel()
	endpoint := server(t)
	cfg := vola.Config{Storages: []storage.Driver{s3.Driver}}
	site := func(key string) storage.Storage {
		env := environ()
		env["STORAGE_URL"], env["AWS_SECRET_ACCESS_KEY"] = "s3://bucket/site?region=us-east-1&endpoint="+endpoint, key
		s, err := vola.New(cfg, vola.Options{Environ: env})
		if err != nil {
			t.Fatal(err)
		}
		return s.Host().Storage
	}
	if _, err := site(secret).Create(t.Context(), "a.txt", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	wrong := site("another-secret-of-the-test")
	_, err := wrong.Open(t.Context(), "a.txt")
	_, err2 := wrong.Create(t.Context(), "b.txt", strings.NewReader("x"))
	err3 := wrong.Delete(t.Context(), "a.txt")
	var err4 error
	for _, err := range wrong.List(t.Context(), "") {
		err4 = err
	}
	for i, err := range []error{err, err2, err3, err4} {
		if err == nil || strings.Contains(err.Error(), "secret-of") || strings.Contains(err.Error(), id) {
			t.Errorf("call %d with a wrong key: %v", i, err)
		}
	}
}

// TestS3Unreachable: a server that is not there is a service that is not available.
func TestS3Unreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	// It takes connections and closes them.
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() { listener.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = open(t, "s3://bucket?endpoint=http://"+listener.Addr().String()).Open(ctx, "a.txt")
	if kind := fault.KindOf(err); kind != fault.Unavailable && kind != fault.Timeout {
		t.Errorf("%v, of kind %v", err, kind)
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"s3://bucket", "s3://bucket/", "s3://bucket/a/b/", "s3://bucket?region=eu-central-1", "s3://bucket?endpoint=s3.example.org",
		"s3://bucket?endpoint=https://s3.example.org/", "s3://bucket?endpoint=http://127.0.0.1:9000",
	} {
		if _, err := s3.Driver.Open(t.Context(), url, environ()); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for url, want := range map[string]string{
		"s3:": "form", "s3:///a": "form", "s3://bucket:1/": "form", "s3://hunter2:hunter2@bucket": "keys belong",
		"s3://bucket?key=hunter2": "parameter", "s3://bucket/../a": "prefix", "s3://bucket/A": "prefix",
		"s3://bucket?endpoint=ftp://hunter2": "endpoint", "s3://bucket?endpoint=https://a:hunter2@b": "endpoint",
		"s3://bucket?endpoint=https://host/hunter2": "endpoint", "s3://bucket?region=%zz": "parameters",
	} {
		_, err := s3.Driver.Open(t.Context(), url, environ())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, env := range []map[string]string{nil, {"AWS_ACCESS_KEY_ID": "hunter2"}, {"AWS_SECRET_ACCESS_KEY": "hunter2"}} {
		_, err := s3.Driver.Open(t.Context(), "s3://bucket", env)
		if err == nil || !strings.Contains(err.Error(), "AWS_SECRET_ACCESS_KEY") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v: %v", env, err)
		}
	}
}

// TestS3WithoutConditions: a server that does not know them is asked first.
func TestS3WithoutConditions(t *testing.T) {
	t.Parallel()
	front := old(t, server(t))
	s := open(t, "s3://bucket?endpoint="+front)
	for _, size := range []int64{10, 9 << 20} {
		name := storage.Name(fmt.Sprint("a/", size))
		if _, err := s.Create(t.Context(), name, storagetest.Content(size)); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if _, err := s.Create(t.Context(), name, strings.NewReader("x")); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%d bytes, again: %v", size, err)
		}
	}
}

// old starts a server in front of another that refuses conditions for what is written.
func old(t *testing.T, behind string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(http.StatusNotImplemented)
			fmt.Fprint(w, "<Error><Code>NotImplemented</Code><Message>A header is not implemented.</Message></Error>")
			return
		}
		out, err := http.NewRequestWithContext(r.Context(), r.Method, behind+r.URL.RequestURI(), r.Body)
		if err != nil {
			panic(err)
		}
		out.Host, out.Header, out.ContentLength = r.Host, r.Header.Clone(), r.ContentLength
		if r.ContentLength == 0 {
			out.Body = http.NoBody
		}
		resp, err := http.DefaultTransport.RoundTrip(out)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		for k, v := range resp.Header {
			w.Header()[k] = v
		}
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	})}
	go func() { _ = srv.Serve(listener) }()
	t.Cleanup(func() { srv.Close() })
	return "http://" + listener.Addr().String()
}
