package pagecache_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"testing"

	"github.com/volaweb/vola/web/pagecache"
)

// discard is a writer without a client.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

// BenchmarkHit compares a page that is kept with a handler that writes the same bytes with the same
// header, below the same middleware: without a client, and over a connection, as a visitor has it.
func BenchmarkHit(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		body := bytes.Repeat([]byte("0123456789"), size/10)
		s := newSite(b, pagecache.Config{}, func(w http.ResponseWriter, _ *http.Request) error {
			h := w.Header()
			h.Set("Content-Type", "text/html; charset=utf-8")
			h.Set("Content-Length", strconv.Itoa(len(body)))
			h.Set("Etag", `"0123456789"`)
			_, err := w.Write(body)
			return err
		})
		for _, c := range []struct{ name, path string }{{"kept", "/"}, {"bytes", "/not-kept/"}} {
			b.Run(fmt.Sprintf("%s/%dkB/alone", c.name, size/1000), func(b *testing.B) {
				r, err := http.NewRequest("GET", "http://example.com"+c.path, nil)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					s.ServeHTTP(&discard{http.Header{}}, r)
				}
			})
			b.Run(fmt.Sprintf("%s/%dkB/connection", c.name, size/1000), func(b *testing.B) { overConnection(b, s, c.path) })
		}
	}
}

func overConnection(b *testing.B, h http.Handler, path string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	url := "http://" + listener.Addr().String() + path
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
