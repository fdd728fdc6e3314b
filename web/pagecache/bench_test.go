package pagecache_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"testing"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/pagecache"
)

// discard is a writer without a client.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

// BenchmarkHit compares a page that is kept with a handler that writes the same bytes: without a
// client, and over a connection, as a visitor has it.
func BenchmarkHit(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		body := bytes.Repeat([]byte("0123456789"), size/10)
		kept := newSite(b, pagecache.Config{}, func(w http.ResponseWriter, r *http.Request) error { return web.Send(w, r, 200, body) })
		sites := map[string]http.Handler{"kept": kept}
		router := web.NewRouter()
		router.Get("/", func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, err := w.Write(body)
			return err
		})
		router.Get("/sent/", func(w http.ResponseWriter, r *http.Request) error { return web.Send(w, r, 200, body) })
		mux, err := router.Build(web.BuildConfig{})
		if err != nil {
			b.Fatal(err)
		}
		sites["bytes"] = mux
		for _, name := range []string{"kept", "bytes"} {
			b.Run(fmt.Sprintf("%s/%dkB", name, size/1000), func(b *testing.B) {
				r, err := http.NewRequest("GET", "http://example.com/", nil)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					sites[name].ServeHTTP(&discard{http.Header{}}, r)
				}
			})
			b.Run(fmt.Sprintf("%s/%dkB/connection", name, size/1000), func(b *testing.B) { overConnection(b, sites[name]) })
		}
	}
}

func overConnection(b *testing.B, h http.Handler) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	url := "http://" + listener.Addr().String() + "/"
	buffer := make([]byte, 64<<10)
	for b.Loop() {
		got, err := client.Get(url)
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = got.Body.Read(buffer)
		}
		_ = got.Body.Close()
	}
}
