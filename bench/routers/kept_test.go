package routers_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/volaweb/vola/bench/routers"
)

// TestKept: what a handler keeps of a request stays as it is when the next one comes over the same
// connection, and the context of a request ends with it, also if the handler panics.
func TestKept(t *testing.T) {
	t.Parallel()
	for _, router := range routers.All() {
		t.Run(router.Name, func(t *testing.T) {
			t.Parallel()
			type text struct{ method, path, query, value, host, uri, remote, proto string }
			type kept struct {
				text
				ended <-chan struct{}
			}
			seen := make(chan kept, 4)
			addr := serve(t, router, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				seen <- kept{text{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Vola-Target"), r.Host, r.RequestURI, r.RemoteAddr, r.Proto}, r.Context().Done()}
				if r.URL.Path == "/panic" {
					panic(http.ErrAbortHandler)
				}
			}))
			transport := &http.Transport{}
			t.Cleanup(transport.CloseIdleConnections)
			get := func(path, value string) {
				r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+addr+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Vola-Target", value)
				resp, err := transport.RoundTrip(r)
				if err != nil {
					if path != "/panic" {
						t.Error(err)
					}
					return
				}
				defer resp.Body.Close()
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					t.Error(err)
				}
			}
			get("/first?a=1", "list")
			first := <-seen
			<-first.ended
			get("/other?b=2", "more")
			second := <-seen
			want := text{"GET", "/first", "a=1", "list", addr, "/first?a=1", second.remote, "HTTP/1.1"}
			if first.text != want || second.path != "/other" {
				t.Errorf("of the first request was kept\n%q, not\n%q; of the second\n%q", first.text, want, second.text)
			}
			transport.CloseIdleConnections() // over a used connection the client would ask again
			get("/panic", "")
			<-(<-seen).ended
			get("/after", "")
			if after := <-seen; after.path != "/after" {
				t.Errorf("after a panic: %q", after.text)
			}
		})
	}
}
