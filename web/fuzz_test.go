package web_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	neturl "net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/volaweb/vola/web"
)

// FuzzPattern builds any pattern and, where that is possible, checks that the
// URLs of the route lead back to it with the same values.
func FuzzPattern(f *testing.F) {
	for _, pattern := range []string{
		"/", "/a/", "/{x}", "/{x:int}/{y:slug}/", "/feed/{x}.xml", "/{x:path}", "/{x:uuid}", "/page-{n:int}",
		"/{", "/}{", "/{x:}", "//", "/.{x}", "/{x}.", "/%2F/{x}", "/é {x}ü", "/...", "/{a}/{b}/{c}", "/{x}/..", "/\\{x}",
	} {
		f.Add(pattern, "a", "12")
		f.Add(pattern, "..", "a/b c%2F")
	}
	f.Add("/{x:uuid}", "123e4567-e89b-12d3-a456-426614174000", "\x00")
	f.Add("/{x:path}", "a//b", "/")
	f.Fuzz(func(t *testing.T, pattern, first, second string) {
		r := web.NewRouter()
		reached := false
		var got []string
		var info web.RouteInfo
		r.Get(pattern, func(_ http.ResponseWriter, r *http.Request) error {
			reached = true
			for _, p := range info.Params {
				got = append(got, r.PathValue(p.Name))
			}
			return nil
		}).Name("x")
		mux, err := r.Build(web.BuildConfig{MaxURL: -1})
		if err != nil {
			return
		}
		info = mux.Routes()[0]
		var args []any
		var want []string
		for i := range info.Params {
			value := []string{first, second}[i%2]
			args, want = append(args, value), append(want, value)
		}
		url, err := mux.URL("x", args...)
		if err != nil {
			return
		}
		req, err := http.NewRequest("GET", "http://example.test"+url, nil)
		if err != nil {
			t.Fatalf("pattern %q: URL(%q) = %q: %v", pattern, args, url, err)
		}
		mux.ServeHTTP(httptest.NewRecorder(), req)
		if !reached || !slices.Equal(got, want) || req.Pattern != pattern {
			t.Errorf("pattern %q: URL(%q) = %q leads to %v, %q", pattern, args, url, reached, got)
		}
	})
}

// FuzzMatch compares the tree with an oracle that tries every route on its own
// with a regular expression, for random sets of routes and random paths.
func FuzzMatch(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 1))
		routes := randomRoutes(rng)
		forward, backward := web.NewRouter(), web.NewRouter()
		for _, o := range routes {
			o.register(forward)
		}
		for _, o := range slices.Backward(routes) {
			o.register(backward)
		}
		a, b := build(t, forward), build(t, backward)
		for range 50 {
			path := randomPath(rng)
			method := []string{"GET", "POST", "HEAD"}[rng.IntN(3)]
			want := oracle(routes, method, path)
			if got := winner(a, method, path); got != want {
				t.Errorf("%s %s = %s, want %s of %v", method, path, got, want, routes)
			}
			if got := winner(b, method, path); got != want {
				t.Errorf("%s %s = %s in the other order, want %s of %v", method, path, got, want, routes)
			}
		}
	})
}

// FuzzTarget sends any request target and checks what no target may do: reach a
// handler with a value that is not one of its converter, or be sent elsewhere.
func FuzzTarget(f *testing.F) {
	for _, target := range []string{
		"/a/1/b", "/%2e%2e/", "//evil.test", `/\evil.test`, "/%5cevil.test", "/a%2F1/b", "/%00", "/a/./b", "/files/..%2f..%2fx",
		"/static/%2e%2e%2fx", "http://evil.test//x", "*", "/%ff", "/a?b=//evil", "/;//x", "/%09/x", "/a/9999999999999999999/x", "/..",
	} {
		f.Add(target)
	}
	f.Fuzz(func(t *testing.T, target string) {
		u, err := neturl.ParseRequestURI(target)
		if err != nil {
			return
		}
		check := func(r *http.Request, names ...string) {
			for _, name := range names {
				v := r.PathValue(name)
				bad := v == "" || v == "." || v == ".." || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl)
				if bad || name != "rest" && strings.Contains(v, "/") || name == "rest" && ("/"+v+"/" != path.Clean("/"+v)+"/" && !strings.HasSuffix(v, "/")) {
					t.Errorf("%q: %s has the value %q", target, name, v)
				}
			}
		}
		r := web.NewRouter()
		r.Get("/{a}/{n:int}/b", func(_ http.ResponseWriter, r *http.Request) error { check(r, "a", "n"); return nil })
		r.Get("/{a}/", func(_ http.ResponseWriter, r *http.Request) error { check(r, "a"); return nil })
		r.Get("/{a}/x", func(_ http.ResponseWriter, r *http.Request) error { check(r, "a"); return nil })
		r.Get("/files/{rest:path}", func(_ http.ResponseWriter, r *http.Request) error { check(r, "rest"); return nil })
		r.MountHandler("/static", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if p := r.URL.Path; !strings.HasPrefix(p, "/") || strings.Contains(p+"/", "/../") || strings.Contains(p, "\x00") {
				t.Errorf("%q: the mounted handler gets %q", target, p)
			}
		}))
		mux := build(t, r)
		req := httptest.NewRequest("GET", "http://example.test/", nil)
		req.URL, req.RequestURI = u, target
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, req)
		if to := rec.Header().Get("Location"); to != "" && (to[0] != '/' || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
			t.Errorf("%q is redirected to %q", target, to)
		}
	})
}

// winner is the pattern and the values that a request was given, or the
// status.
func winner(mux *web.Mux, method, path string) string {
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest(method, "http://example.test"+path, nil))
	if w := rec.Header().Get("Winner"); w != "" {
		return w
	}
	return fmt.Sprint(rec.Code)
}

// oroute is a route as the oracle sees it.
type oroute struct {
	method, pattern string
	re              *regexp.Regexp
	rank            []string // one key a segment; the smallest wins
}

func (o oroute) String() string { return o.method + " " + o.pattern }

func (o oroute) register(r *web.Router) {
	r.Method(o.method, o.pattern, func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Winner", o.describe(func(name string) string { return r.PathValue(name) }))
		return nil
	})
}

func (o oroute) describe(value func(string) string) string {
	s := o.String()
	for _, name := range o.re.SubexpNames()[1:] {
		s += " " + name + "=" + value(name)
	}
	return s
}

func newORoute(method, pattern string) oroute {
	o := oroute{method: method, pattern: pattern}
	expr := "^"
	for _, seg := range strings.Split(pattern[1:], "/") {
		prefix, rest, isParam := strings.Cut(seg, "{")
		if !isParam {
			expr += "/" + regexp.QuoteMeta(seg)
			o.rank = append(o.rank, "0"+seg)
			continue
		}
		inner, suffix, _ := strings.Cut(rest, "}")
		name, conv, _ := strings.Cut(inner, ":")
		class, order := `[^/]+`, 3
		switch conv {
		case "int":
			class, order = `[0-9]{1,18}`, 0
		case "slug":
			class, order = `[-a-zA-Z0-9_]+`, 2
		case "path":
			class, order = `[^/]+(?:/[^/]+)*/?`, 9
		}
		expr += "/" + regexp.QuoteMeta(prefix) + "(?P<" + name + ">" + class + ")" + regexp.QuoteMeta(suffix)
		kind := "1"
		if conv == "path" {
			kind = "2"
		}
		o.rank = append(o.rank, fmt.Sprintf("%s %02d %02d %d", kind, 50-len(prefix)-len(suffix), 50-len(prefix), order))
	}
	o.re = regexp.MustCompile(expr + "$")
	return o
}

func oracle(routes []oroute, method, path string) string {
	decoded := strings.ReplaceAll(path, "%61", "a")
	var best *oroute
	pathKnown := false
	for i := range routes {
		o := &routes[i]
		if strings.Contains(path, "%2F") || !o.re.MatchString(decoded) {
			continue
		}
		pathKnown = true
		if o.method != method && (o.method != "GET" || method != "HEAD") {
			continue
		}
		if best == nil || slices.Compare(o.rank, best.rank) < 0 {
			best = o
		}
	}
	switch {
	case best != nil:
		found := best.re.FindStringSubmatch(decoded)
		return best.describe(func(name string) string { return found[best.re.SubexpIndex(name)] })
	case pathKnown:
		return "405"
	case method == "POST" || path == "/" || strings.HasSuffix(path, "//"):
		return "404"
	}
	other := path + "/"
	if strings.HasSuffix(path, "/") {
		other = path[:len(path)-1]
	}
	for _, o := range routes {
		if !strings.Contains(path, "%2F") && o.method == "GET" && o.re.MatchString(strings.ReplaceAll(other, "%61", "a")) {
			return "308"
		}
	}
	return "404"
}

func randomRoutes(rng *rand.Rand) []oroute {
	choices := []string{"a", "b", "1", "a1", "{%c}", "{%c}", "{%c:int}", "{%c:slug}", "a{%c}", "{%c}1", "a{%c:int}", "a{%c:slug}1", "{%c}.b"}
	seen := map[string]bool{}
	var routes []oroute
	for range 1 + rng.IntN(12) {
		pattern := ""
		depth := 1 + rng.IntN(4)
		for i := range depth {
			seg := choices[rng.IntN(len(choices))]
			if i == depth-1 {
				seg = append(choices, "", "", "{%c:path}")[rng.IntN(len(choices)+3)]
			}
			if strings.Contains(seg, "%c") {
				seg = fmt.Sprintf(seg, 'p'+rune(i))
			}
			pattern += "/" + seg
		}
		method := []string{"GET", "POST"}[rng.IntN(2)]
		if key := method + pattern; !seen[key] {
			seen[key] = true
			routes = append(routes, newORoute(method, pattern))
		}
	}
	return routes
}

func randomPath(rng *rand.Rand) string {
	choices := []string{"a", "b", "1", "a1", "a11", "11", "a1.b", "b.b", ".b", "%61", "-", "a%2F1"}
	path := ""
	for range 1 + rng.IntN(4) {
		path += "/" + choices[rng.IntN(len(choices))]
	}
	if rng.IntN(3) == 0 {
		path += "/"
	}
	if rng.IntN(20) == 0 {
		path += "/"
	}
	return path
}
