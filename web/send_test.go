package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/volaweb/vola/web"
)

func ExampleSend() {
	handler := web.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		return web.Send(w, r, http.StatusOK, []byte("the same as before\n"))
	})
	first := httptest.NewRecorder()
	handler.ServeHTTP(first, httptest.NewRequest("GET", "/", nil))
	fmt.Print(first.Code, " ", first.Body)

	again := httptest.NewRequest("GET", "/", nil)
	again.Header.Set("If-None-Match", first.Header().Get("ETag"))
	second := httptest.NewRecorder()
	handler.ServeHTTP(second, again)
	fmt.Println(second.Code, second.Body.Len(), "bytes")
	// Output:
	// 200 the same as before
	// 304 0 bytes
}

// sent is an answer of Send for a request with these header fields.
func sent(status int, body string, set map[string]string, method string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	for name, value := range set {
		w.Header().Set(name, value)
	}
	if err := web.Send(w, r, status, []byte(body)); err != nil {
		panic(err)
	}
	return w
}

// TestConditionalGet: the tag is that of the bytes, and who has them gets none.
func TestConditionalGet(t *testing.T) {
	t.Parallel()
	tag := sent(200, "one", nil, "GET").Header().Get("Etag")
	for _, tt := range []struct {
		name   string
		status int
		body   string
		set    map[string]string
		method string
		header []string
		want   int
		tagged bool
	}{
		{"the same", 200, "one", nil, "GET", []string{"If-None-Match", tag}, 304, true},
		{"the same, weak", 200, "one", nil, "GET", []string{"If-None-Match", "W/" + tag}, 304, true},
		{"in a list", 200, "one", nil, "GET", []string{"If-None-Match", `"a,b", W/"c" , ` + tag}, 304, true},
		{"in a second line", 200, "one", nil, "GET", []string{"If-None-Match", `"a"`, "If-None-Match", tag}, 304, true},
		{"anything", 200, "one", nil, "GET", []string{"If-None-Match", "*"}, 304, true},
		{"HEAD", 200, "one", nil, "HEAD", []string{"If-None-Match", tag}, 304, true},
		{"others", 200, "two", nil, "GET", []string{"If-None-Match", tag}, 200, true},
		{"part of a tag", 200, "one", nil, "GET", []string{"If-None-Match", tag[:8] + `"`}, 200, true},
		{"nonsense", 200, "one", nil, "GET", []string{"If-None-Match", strings.Trim(tag, `"`) + `, W/, "` + tag}, 200, true},
		{"not changed for long, but others", 200, "two", map[string]string{"Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}, "GET",
			[]string{"If-Modified-Since", "Thu, 01 Oct 2026 00:00:00 GMT"}, 200, true},
		{"POST", 200, "one", nil, "POST", []string{"If-None-Match", tag}, 200, false},
		{"an error", 404, "one", nil, "GET", []string{"If-None-Match", tag}, 404, false},
		{"not to be stored", 200, "one", map[string]string{"Cache-Control": "private, No-Store"}, "GET", []string{"If-None-Match", "*"}, 200, false},
		{"a tag of its own", 200, "two", map[string]string{"Etag": tag}, "GET", []string{"If-None-Match", tag}, 304, true},
	} {
		w := sent(tt.status, tt.body, tt.set, tt.method, tt.header...)
		if w.Code != tt.want || (w.Header().Get("Etag") != "") != tt.tagged || w.Code == 304 && w.Body.Len() > 0 || w.Code != 304 && w.Body.String() != tt.body {
			t.Errorf("%s: %d %v %q", tt.name, w.Code, w.Header(), w.Body)
		}
	}
}

func FuzzIfNoneMatch(f *testing.F) {
	f.Add(`"a", W/"b", *`)
	f.Add(`W/`)
	f.Add(`"`)
	f.Fuzz(func(t *testing.T, header string) {
		if w := sent(200, "one", nil, "GET", "If-None-Match", header); w.Code == 304 && !strings.ContainsAny(header, `*"`) {
			t.Errorf("%q has the tag", header)
		}
	})
}
