package routers_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/bench/routers"
)

const posts = `{"statuses":[{"content":"<p>so <b>starving</b></p>"},{"content":"&lt;img src=x&gt;"}]}`

// newApp returns the handler, with a source of posts.
func newApp(t *testing.T) http.Handler {
	t.Helper()
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, posts) }))
	t.Cleanup(source.Close)
	app, err := routers.NewApp(source.URL, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// serve returns the address of the handler in a router.
func serve(t *testing.T, router routers.Router, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := router.Mount(h)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.Serve(l); err != nil {
			t.Errorf("%s: %v", router.Name, err)
		}
	})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("%s: %v", router.Name, err)
		}
		wg.Wait()
	})
	return l.Addr().String()
}

// answer is what a server sends: the lines of the header as they are, sorted, and the body.
type answer struct {
	status string
	header []string
	body   string
}

// without returns the lines of the header but those of some names.
func (a answer) without(names ...string) []string {
	return slices.DeleteFunc(slices.Clone(a.header), func(line string) bool {
		name, _, _ := strings.Cut(line, ":")
		return slices.Contains(names, name)
	})
}

// send sends a request, with lines of a header, over a connection of its own and reads all that comes.
func send(t *testing.T, addr, method, path string, lines ...string) answer {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	lines = append([]string{method + " " + path + " HTTP/1.1", "Host: starving.example", "Connection: close"}, lines...)
	if method == "POST" {
		lines = append(lines, "Content-Length: 0")
	}
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	head, body, found := strings.Cut(string(all), "\r\n\r\n")
	if !found {
		t.Fatalf("%s %s: no header ends in %q", method, path, all)
	}
	header := strings.Split(head, "\r\n")
	slices.Sort(header[1:])
	return answer{header[0], header[1:], body}
}

// TestSameBytes: one handler, in six routers at the same time, answers with the same bytes.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	app := newApp(t)
	all := routers.All()
	addrs := make([]string, len(all))
	for i, router := range all {
		addrs[i] = serve(t, router, app)
	}
	etag := ""
	for _, line := range send(t, addrs[0], "GET", "/").header {
		if strings.HasPrefix(line, "Etag: ") {
			etag = strings.TrimPrefix(line, "Etag: ")
		}
	}
	likes := 0
	for _, ask := range []struct {
		method, path string
		lines        []string
		status       string
		has          string // of the header or the body
	}{
		{"GET", "/", nil, "200", "<li>so starving\n</li>"},
		{"HEAD", "/", nil, "200", "Content-Length: "},
		{"GET", "/", []string{"If-None-Match: " + etag}, "304", "Etag: " + etag},
		{"HEAD", "/", []string{"If-None-Match: " + etag}, "304", "Etag: " + etag},
		{"GET", "/", []string{"Vola-Target: likes"}, "200", "Vola-Parts: likes"},
		{"GET", "/", []string{"Vola-Target: none"}, "204", "Vola-Visit: page"},
		{"GET", "/", []string{"HX-Target: likes"}, "200", "Vola-Parts: likes"},
		{"POST", "/like", nil, "303", "Location: /?likes="},
		{"POST", "/like", []string{"Vola-Target: likes"}, "200", "Vola-Location: /?likes="},
		{"POST", "/like", []string{"Sec-Fetch-Site: cross-site"}, "403", ""},
		{"GET", "/?likes=1", nil, "200", "<p>12 people"},
		{"GET", "/static/vola/ajax.js", nil, "200", "Content-Type: text/javascript"},
		{"HEAD", "/static/vola/ajax.js", nil, "200", "Content-Type: text/javascript"},
		{"GET", "/static/vola/ajax.js", []string{"Range: bytes=2-9"}, "206", "Content-Range: bytes 2-9/"},
		{"GET", "/static/none.js", nil, "404", ""},
		{"GET", "/nothing", nil, "404", ""},
		{"GET", "/a%2Fb%00", nil, "404", ""},
		{"GET", "/like", nil, "405", "Allow: "},
		{"PUT", "/like", []string{"Content-Length: 0"}, "405", "Allow: "},
		{"OPTIONS", "/like", nil, "204", "Allow: "},
	} {
		var first answer
		for i, router := range all {
			got := send(t, addrs[i], ask.method, ask.path, ask.lines...)
			got.header = got.without("Date")
			if n := fmt.Sprintf("likes=%d", likes+1); slices.ContainsFunc(got.header, func(line string) bool { return strings.HasSuffix(line, n) }) {
				// The handler counts on, in whichever router it is asked.
				likes++
				for i := range got.header {
					got.header[i] = strings.Replace(got.header[i], n, "likes=n", 1)
				}
			}
			if i == 0 {
				first = got
				text := strings.Join(got.header, "\n") + "\n\n" + got.body
				if !strings.HasPrefix(got.status, "HTTP/1.1 "+ask.status) || !strings.Contains(text, ask.has) {
					t.Errorf("%s %s %v: %s\n%s", ask.method, ask.path, ask.lines, got.status, text)
				}
				continue
			}
			if got.status != first.status || !slices.Equal(got.header, first.header) || got.body != first.body {
				t.Errorf("%s %s %v: %s has\n%q, not\n%q", ask.method, ask.path, ask.lines, router.Name, got, first)
			}
		}
	}
	if likes != 2*len(all) {
		t.Errorf("%d likes", likes)
	}
}

// TestDifferences: what a router answers itself, or keeps from the handler.
func TestDifferences(t *testing.T) {
	t.Parallel()
	app := newApp(t)
	got := make(map[string][]string)
	tests := map[string][]string{ // ServeMux, chi, gin, echo, gorilla/mux, fiber
		// ServeMux and gorilla/mux clean the path, and gorilla/mux does it after decoding.
		"GET //":                    {"307", "404", "404", "404", "301", "404"},
		"GET /a/../":                {"307", "404", "404", "404", "301", "404"},
		"GET /static//vola/ajax.js": {"307", "200", "200", "200", "301", "200"},
		"GET /%2e%2e/":              {"404", "404", "404", "404", "301", "404"},
		// Methods that the router has not heard of.
		"BREW /": {"405", "405", "404", "405", "405", "501"},
		// fiber has a server of its own, and of two lines with one name its adaptor passes on the last.
		"OPTIONS *":         {"200", "200", "200", "200", "200", "404"},
		"GET /%zz":          {"400", "400", "400", "400", "400", "500"},
		"GET / none, likes": {"204", "204", "204", "204", "204", "200"},
	}
	for _, router := range routers.All() {
		addr := serve(t, router, app)
		for test := range tests {
			words := strings.Split(test, " ")
			var lines []string
			for _, part := range words[2:] {
				lines = append(lines, "Vola-Target: "+strings.Trim(part, ","))
			}
			answer := send(t, addr, words[0], words[1], lines...)
			got[test] = append(got[test], strings.Fields(answer.status)[1])
		}
	}
	for test, want := range tests {
		if !slices.Equal(got[test], want) {
			t.Errorf("%s: %v, not %v", test, got[test], want)
		}
	}
}
