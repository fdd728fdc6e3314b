package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/web"
)

// say answers with the pattern and the path values.
func say(params ...string) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		parts := []string{r.Pattern}
		for _, p := range params {
			parts = append(parts, p+"="+r.PathValue(p))
		}
		_, err := fmt.Fprint(w, strings.Join(parts, " "))
		return err
	}
}

func build(t *testing.T, r *web.Router) *web.Mux {
	t.Helper()
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return mux
}

func do(h http.Handler, method, target string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(method, target, nil))
	return rec
}

// answer is "200 body" or "404", with the redirect's target or Allow after.
func answer(h http.Handler, method, target string) string {
	rec := do(h, method, target)
	switch {
	case rec.Code == 200:
		return rec.Body.String()
	case rec.Header().Get("Location") != "":
		return fmt.Sprint(rec.Code, " ", rec.Header().Get("Location"))
	case rec.Header().Get("Allow") != "":
		return fmt.Sprint(rec.Code, " ", rec.Header().Get("Allow"))
	}
	return fmt.Sprint(rec.Code)
}

func TestMatching(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/", say())
	r.Get("/about", say())
	r.Get("/blog/", say())
	r.Get("/blog/{slug}/", say("slug"))
	r.Get("/blog/new/", say())
	r.Post("/blog/new/", say())
	r.Get("/{year:int}/", say("year"))
	r.Get("/{id:uuid}/", say("id"))
	r.Get("/{word:slug}/", say("word"))
	r.Get("/{any}/", say("any"))
	r.Get("/feed/{slug}.xml", say("slug"))
	r.Get("/feed/{slug}", say("slug"))
	r.Get("/feed/page-{n:int}.xml", say("n"))
	r.Get("/files/{rest:path}", say("rest"))
	r.Get("/files/{dir}/index", say("dir"))
	r.Get("/über/{name}", say("name"))
	r.Get("/{a}/{b}/deep/", say("a", "b"))
	r.Delete("/thing/{id:int}", say("id"))
	r.Put("/thing/{key}", say("key"))
	r.Patch("/thing/{key}", say("key"))
	r.Method("PURGE", "/thing/{key}", say("key"))
	r.Handle("/any", say())
	mux := build(t, r)

	const id = "123e4567-e89b-12d3-a456-426614174000"
	tests := []struct{ method, target, want string }{
		{"GET", "/", "/"},
		{"GET", "/?q=1", "/"},
		{"GET", "/about", "/about"},
		{"GET", "/%61bout", "/about"},
		{"GET", "/about/", "/{word:slug}/ word=about"},
		{"GET", "/thing/7/", "404"},
		{"DELETE", "/thing/7/", "404"},
		{"GET", "/any/", "/{word:slug}/ word=any"},
		{"GET", "/feed/x/", "308 /feed/x"},
		{"GET", "/feed/x%20y/?a=b", "308 /feed/x%20y?a=b"},
		{"GET", "/blog?q=%20&r", "308 /blog/?q=%20&r"},
		{"HEAD", "/blog", "308 /blog/"},
		{"POST", "/blog", "404"},
		{"GET", "/blog/", "/blog/"},
		{"GET", "/blog/new/", "/blog/new/"},
		{"GET", "/blog/old/", "/blog/{slug}/ slug=old"},
		{"GET", "/blog/a%20b%3F/", "/blog/{slug}/ slug=a b?"},
		{"GET", "/blog/%2541/", "/blog/{slug}/ slug=%41"},
		{"GET", "/blog/new", "308 /blog/new/"},
		{"PUT", "/blog/new/", "405 GET, HEAD, OPTIONS, POST"},
		{"OPTIONS", "/blog/new/", "204 GET, HEAD, OPTIONS, POST"},
		{"OPTIONS", "/nowhere", "404"},
		{"GET", "/1937/", "/{year:int}/ year=1937"},
		{"GET", "/9223372036854775807/", "/{year:int}/ year=9223372036854775807"},
		{"GET", "/9223372036854775808/", "/{word:slug}/ word=9223372036854775808"},
		{"GET", "/-1/", "/{word:slug}/ word=-1"},
		{"GET", "/" + id + "/", "/{id:uuid}/ id=" + id},
		{"GET", "/" + id[1:] + "0/", "/{word:slug}/ word=" + id[1:] + "0"},
		{"GET", "/a.b/", "/{any}/ any=a.b"},
		{"GET", "/feed/jazz.xml", "/feed/{slug}.xml slug=jazz"},
		{"GET", "/feed/.xml", "/feed/{slug} slug=.xml"},
		{"GET", "/feed/jazz.atom", "/feed/{slug} slug=jazz.atom"},
		{"GET", "/feed/page-2.xml", "/feed/page-{n:int}.xml n=2"},
		{"GET", "/feed/page-x.xml", "/feed/{slug}.xml slug=page-x"},
		{"GET", "/files/a/b/c.txt", "/files/{rest:path} rest=a/b/c.txt"},
		{"GET", "/files/a/index", "/files/{dir}/index dir=a"},
		{"GET", "/files/a/index/", "/files/{rest:path} rest=a/index/"},
		{"GET", "/files/", "/{word:slug}/ word=files"},
		{"GET", "/files//etc", "404"},
		{"GET", "/files/a//b", "404"},
		{"GET", "/files/a%2Fb", "404"},
		{"GET", "/%C3%BCber/x", "/über/{name} name=x"},
		{"GET", "/blog/x/deep/", "/{a}/{b}/deep/ a=blog b=x"},
		{"DELETE", "/thing/7", "/thing/{id:int} id=7"},
		{"PUT", "/thing/7", "/thing/{key} key=7"},
		{"PURGE", "/thing/7", "/thing/{key} key=7"},
		{"GET", "/thing/7", "405 DELETE, OPTIONS, PATCH, PURGE, PUT"},
		{"GET", "/thing/x", "405 OPTIONS, PATCH, PURGE, PUT"},
		{"OPTIONS", "/any", "/any"},
		{"BREW", "/any", "/any"},
	}
	for _, tt := range tests {
		if got := answer(mux, tt.method, tt.target); got != tt.want {
			t.Errorf("%s %s = %s, want %s", tt.method, tt.target, got, tt.want)
		}
	}
}

// TestManyLiterals has more literals in one place than are compared one by one.
func TestManyLiterals(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/{x}/{other}", say("other"))
	for i := range 40 {
		r.Get(fmt.Sprintf("/{x}/page%d", i*7%40), say("x"))
	}
	mux := build(t, r)
	for i := range 40 {
		if got, want := answer(mux, "GET", fmt.Sprintf("/a/page%d", i)), fmt.Sprintf("/{x}/page%d x=a", i); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for _, other := range []string{"page", "page40", "aaa", "zzz"} {
		if got, want := answer(mux, "GET", "/a/"+other), "/{x}/{other} other="+other; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestHostilePaths(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/{a}/", say("a"))
	r.Get("/{a}/{b}", say("a", "b"))
	r.Get("/x/{rest:path}", say("rest"))
	mux := build(t, r)
	for _, target := range []string{
		"/a%00/", "/%00", "/a/%0a", "/a/%7f", "/a/%c2%85", "/a/%ff", "/%e2%28%a1/b",
		"/../x", "/./x", "/%2e/x", "/%2e%2e/x", "/a/%2E%2e", "/x/a/../b", "/x/a/%2e%2e/b", "/x/..",
		"/a%2fb", "/a%2Fb/", "/%2f%2fevil.test", "/a/b%2Fc", "/x/..%2f..%2fetc",
		"//", "//evil.test", "//evil.test/", "///", "/a//", "//a/b",
	} {
		if got := answer(mux, "GET", "http://example.test"+target); got != "404" {
			t.Errorf("%s = %s, want 404", target, got)
		}
	}
	for target, want := range map[string]string{
		"/%5cevil.test":   "308 /%5cevil.test/",
		`/\evil.test`:     "308 /%5Cevil.test/",
		"/%09evil.test":   "404",
		"/%252f%252fevil": "308 /%252f%252fevil/",
		"/;//evil":        "404",
	} {
		if got := answer(mux, "GET", "http://example.test"+target); got != want {
			t.Errorf("%s = %s, want %s", target, got, want)
		}
	}
	if got := answer(mux, "GET", "/"+strings.Repeat("a", web.DefaultMaxURL)); got != "414" {
		t.Errorf("long path = %s, want 414", got)
	}
	if got := answer(mux, "GET", "/a/?"+strings.Repeat("k&", 100_000)); got != "414" {
		t.Errorf("long query = %s, want 414", got)
	}
	deep := "/" + strings.Repeat("a/", 4000)
	if got := answer(mux, "GET", deep); got != "404" {
		t.Errorf("deep path = %s, want 404", got)
	}
	for _, path := range []string{"", "*", "no-slash"} {
		req := httptest.NewRequest("GET", "/", nil)
		req.URL.Path, req.RequestURI = path, path
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, req)
		if rec.Code != 404 {
			t.Errorf("path %q = %d, want 404", path, rec.Code)
		}
	}
}

func TestMaxURLIsConfigurable(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/{rest:path}", say())
	for limit, want := range map[int]int{10: 414, -1: 200, 0: 200} {
		mux, err := r.Build(web.BuildConfig{MaxURL: limit})
		if err != nil {
			t.Fatal(err)
		}
		if got := do(mux, "GET", "/elevenlong").Code; got != want {
			t.Errorf("MaxURL %d: status %d, want %d", limit, got, want)
		}
	}
}

func TestHeadMayHaveItsOwnRoute(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/a", func(w http.ResponseWriter, _ *http.Request) error { w.Header().Set("By", "get"); return nil })
	r.Method("HEAD", "/a", func(w http.ResponseWriter, _ *http.Request) error { w.Header().Set("By", "head"); return nil })
	r.Get("/b", func(w http.ResponseWriter, _ *http.Request) error { w.Header().Set("By", "get"); return nil })
	mux := build(t, r)
	if a, b := do(mux, "HEAD", "/a").Header().Get("By"), do(mux, "HEAD", "/b").Header().Get("By"); a != "head" || b != "get" {
		t.Errorf("HEAD /a by %s, /b by %s", a, b)
	}
}

// mark returns middleware that adds name to a header on the way in.
func mark(name string) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Trace", name)
			next.ServeHTTP(w, r)
		})
	}
}

func TestMiddlewareGroupsAndMounts(t *testing.T) {
	t.Parallel()
	inner := web.NewRouter()
	inner.Wrap(mark("sub")).Get("/{id:int}", say("lang", "id")).Name("item")

	r := web.NewRouter()
	r.Get("/plain", say())
	guarded := r.Wrap(mark("a"), mark("b"))
	guarded.Wrap(mark("c")).Get("/three", say())
	guarded.Get("/two", say())
	guarded.Group("/{lang}/g/", func(g *web.Router) {
		g.Get("", say("lang"))
		g.Get("/x", say("lang"))
		g.Mount("/m", "shop", inner)
	})
	inner.Get("/late", say()).Name("late")
	r.Mount("", "", inner)
	var seen []string
	outer := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen = append(seen, r.Pattern+" "+r.PathValue("lang"))
			next.ServeHTTP(w, r)
		})
	}
	mux, err := r.Build(web.BuildConfig{Middleware: []web.Middleware{outer, mark("all")}})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ target, trace, body string }{
		{"/plain", "all", "/plain"},
		{"/two", "all a b", "/two"},
		{"/three", "all a b c", "/three"},
		{"/fr/g", "all a b", "/{lang}/g lang=fr"},
		{"/fr/g/x", "all a b", "/{lang}/g/x lang=fr"},
		{"/fr/g/m/7", "all a b sub", "/{lang}/g/m/{id:int} lang=fr id=7"},
		{"/late", "all", "/late"},
		{"/8", "all sub", "/{id:int} lang= id=8"},
	}
	for _, tt := range tests {
		rec := do(mux, "GET", tt.target)
		if got := strings.Join(rec.Header()["Trace"], " "); got != tt.trace || rec.Body.String() != tt.body {
			t.Errorf("%s: %q by %q, want %q by %q", tt.target, rec.Body, got, tt.body, tt.trace)
		}
	}
	if got := seen[3]; got != "/{lang}/g fr" {
		t.Errorf("the outermost middleware saw %q", got)
	}
	for _, target := range []string{"/nothing/here/at/all", "/late/"} {
		if rec := do(mux, "GET", target); rec.Header().Get("Trace") != "all" {
			t.Errorf("%s did not pass the middleware of the whole", target)
		}
	}
	want := []string{"/fr/g/m/7 <nil>", "/8 <nil>", "/fr/g/m/late <nil>"}
	got := []string{url(mux, "shop:item", "fr", 7), url(mux, "item", 8), url(mux, "shop:late", "fr")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func url(m *web.Mux, name string, args ...any) string {
	u, err := m.URL(name, args...)
	return fmt.Sprint(u, " ", err)
}

func TestMountHandler(t *testing.T) {
	t.Parallel()
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s|%s|%s|%s", r.Pattern, r.URL.Path, r.URL.EscapedPath(), r.PathValue("lang"))
	})
	r := web.NewRouter()
	r.Get("/static/special", say())
	r.MountHandler("/static/", show).Name("static")
	r.MountHandler("/{lang:slug}/wiki", show)
	mux := build(t, r)
	tests := []struct{ target, want string }{
		{"/static", "308 /static/"},
		{"/static/", "/static/...|/|/|"},
		{"/static/a/b.css", "/static/...|/a/b.css|/a/b.css|"},
		{"/static/a%2Fb", "/static/...|/a/b|/a%2Fb|"},
		{"/static/a//b", "/static/...|/a//b|/a//b|"},
		{"/static/a%2f..%2fb", "404"},
		{"/static/special", "/static/special"},
		{"/st%2Fatic/x", "404"},
		{"/en/wiki/P%C3%A9", "/{lang:slug}/wiki/...|/Pé|/P%C3%A9|en"},
		{"/en/wiki", "308 /en/wiki/"},
		{"/e.n/wiki/x", "404"},
	}
	for _, tt := range tests {
		if got := answer(mux, "GET", tt.target); got != tt.want {
			t.Errorf("%s = %s, want %s", tt.target, got, tt.want)
		}
	}
	if got := url(mux, "static"); got != "/static/ <nil>" {
		t.Errorf("URL = %s", got)
	}

	whole := web.NewRouter()
	whole.Get("/own", say())
	whole.MountHandler("/", show)
	mux = build(t, whole)
	for target, want := range map[string]string{"/own": "/own", "/": "/...|/|/|", "/x/y": "/...|/x/y|/x/y|"} {
		if got := answer(mux, "POST", target); target != "/own" && got != want {
			t.Errorf("%s = %s, want %s", target, got, want)
		}
	}
	if got := answer(mux, "POST", "/own"); got != "/...|/own|/own|" {
		t.Errorf("POST /own = %s, want the mounted handler", got)
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/{year:int}/{slug}", hello).Name("post")
	r.Handle("/x", http.NotFoundHandler())
	r.MountHandler("/files", http.FileServer(http.Dir(".")))
	routes := build(t, r).Routes()
	for i := range routes {
		if !strings.Contains(routes[i].Source, "router_test.go:") {
			t.Errorf("source %s", routes[i].Source)
		}
		routes[i].Source = ""
	}
	want := []web.RouteInfo{
		{Method: "GET", Pattern: "/{year:int}/{slug}", Name: "post", Handler: "web_test.hello",
			Params: []web.ParamInfo{{Name: "year", Converter: "int"}, {Name: "slug", Converter: "str"}}},
		{Method: "ANY", Pattern: "/x", Handler: "http.NotFound"},
		{Method: "ANY", Pattern: "/files/...", Handler: "*http.fileHandler"},
	}
	if diff := cmp.Diff(want, routes); diff != "" {
		t.Error(diff)
	}
	info, ok := build(t, r).Lookup("post")
	if !ok || info.Pattern != "/{year:int}/{slug}" {
		t.Errorf("Lookup = %v, %v", info, ok)
	}
	if _, ok := build(t, r).Lookup("nothing"); ok {
		t.Error("Lookup finds what is not there")
	}
}

func TestHas(t *testing.T) {
	t.Parallel()
	inner, r := web.NewRouter(), web.NewRouter()
	inner.Get("/robots.txt", hello)
	inner.Mount("/self", "", inner)
	r.Group("/g", func(r *web.Router) { r.Post("/x", hello) })
	r.Mount("/", "inner", inner)
	r.Mount("/nil", "", nil)
	for pattern, want := range map[string]bool{"/robots.txt": true, "/g/x": true, "/x": false, "/g": false, "/self/robots.txt": false, "": false} {
		if got := r.Has(pattern); got != want {
			t.Errorf("Has(%q) = %v", pattern, got)
		}
	}
}

func TestIntOfOtherParameters(t *testing.T) {
	t.Parallel()
	req := httptest.NewRequest("GET", "/", nil)
	for value, want := range map[string]int64{"": 0, "x": 0, "-1": 0, "12": 12, "99999999999999999999": 0, "9223372036854775807": 9223372036854775807} {
		req.SetPathValue("n", value)
		if got := web.Int(req, "n"); got != want {
			t.Errorf("Int(%q) = %d, want %d", value, got, want)
		}
	}
}

// Not parallel: AllocsPerRun counts the allocations of all goroutines.
func TestRoutingHardlyAllocates(t *testing.T) {
	r := web.NewRouter()
	r.Get("/about/", func(http.ResponseWriter, *http.Request) error { return nil })
	r.Get("/{a}/{b:int}/", func(http.ResponseWriter, *http.Request) error { return nil })
	mux := build(t, r)
	for target, most := range map[string]float64{"/about/": 1, "/x/7/": 4} {
		req, rec := httptest.NewRequest("GET", target, nil), httptest.NewRecorder()
		if got := testing.AllocsPerRun(100, func() { mux.ServeHTTP(rec, req) }); got > most {
			t.Errorf("%s: %v allocations, want at most %v", target, got, most)
		}
	}
}
