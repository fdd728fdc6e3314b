package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/web"
)

// mistakes builds r and returns the messages, with the path before the file
// name taken out.
func mistakes(t *testing.T, r *web.Router, cfg web.BuildConfig) []string {
	t.Helper()
	mux, err := r.Build(cfg)
	if err == nil {
		return nil
	}
	if mux != nil {
		t.Error("a mux with errors")
	}
	text := regexp.MustCompile(`\S*/build_test\.go:\d+`).ReplaceAllString(err.Error(), "HERE")
	return strings.Split(text, "\n")
}

func TestPatternMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct{ pattern, want string }{
		{"x", "a pattern must begin with a slash"},
		{"", "a pattern must begin with a slash"},
		{"//x", "two slashes in a row never match"},
		{"/x//", "two slashes in a row never match"},
		{"/a?b", `"?b": a pattern is only the path of a URL`},
		{"/a/../b", "a pattern must not have control characters, invalid UTF-8 or dot segments"},
		{"/a\x00", "a pattern must not have control characters, invalid UTF-8 or dot segments"},
		{"/{}", `segment "{}": the name "" is not made of letters, digits and _`},
		{"/{1a}", `segment "{1a}": the name "1a" is not made of letters, digits and _`},
		{"/{a", `segment "{a": { without }`},
		{"/a}", `segment "a}": } without {`},
		{"/a}{b}", `segment "a}{b}": } without {`},
		{"/{a}{b}", `segment "{a}{b}": only one parameter fits between two slashes`},
		{"/{a:integer}", `segment "{a:integer}": unknown converter "integer"; use str, int, slug, uuid or path`},
		{"/{a:}", `segment "{a:}": unknown converter ""; use str, int, slug, uuid or path`},
		{"/{a}/{a}", "the parameter a is used twice"},
		{"/{a:path}/x", "the path parameter a must be the whole last segment"},
		{"/x{a:path}", "the path parameter a must be the whole last segment"},
		{strings.Repeat("/{a}", 1) + "/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}/{k}/{l}/{m}/{n}/{o}/{p}/{q}", "more than 16 parameters"},
	}
	for _, tt := range tests {
		r := web.NewRouter()
		r.Get(tt.pattern, hello)
		got := mistakes(t, r, web.BuildConfig{})
		if len(got) != 1 || !strings.HasPrefix(got[0], "HERE: route GET ") || !strings.HasSuffix(got[0], ": "+tt.want) {
			t.Errorf("pattern %q: %q, want %q", tt.pattern, got, tt.want)
		}
	}
}

func TestConflicts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		register func(*web.Router)
		want     int
	}{
		{"same", func(r *web.Router) { r.Get("/a", hello); r.Get("/a", hello) }, 1},
		{"three", func(r *web.Router) { r.Get("/a", hello); r.Get("/a", hello); r.Get("/a", hello) }, 2},
		{"other name of a parameter", func(r *web.Router) { r.Get("/{a}/x", hello); r.Get("/{b}/x", hello) }, 1},
		{"str by name", func(r *web.Router) { r.Get("/{a}", hello); r.Get("/{b:str}", hello) }, 1},
		{"affixes", func(r *web.Router) { r.Get("/p-{a}.x", hello); r.Get("/p-{b}.x", hello) }, 1},
		{"path", func(r *web.Router) { r.Get("/{a:path}", hello); r.Get("/{b:path}", hello) }, 1},
		{"every method", func(r *web.Router) { r.Get("/a", hello); r.Handle("/a", http.NotFoundHandler()) }, 1},
		{"through a mount", func(r *web.Router) {
			sub := web.NewRouter()
			sub.Get("/b", hello)
			r.Get("/a/b", hello)
			r.Mount("/a", "sub", sub)
		}, 1},
		{"mounted handlers", func(r *web.Router) {
			r.MountHandler("/a", http.NotFoundHandler())
			r.MountHandler("/a/", http.NotFoundHandler())
		}, 1},
		{"methods", func(r *web.Router) { r.Get("/a", hello); r.Post("/a", hello); r.Method("HEAD", "/a", hello) }, 0},
		{"types", func(r *web.Router) { r.Get("/{a:int}", hello); r.Get("/{a:slug}", hello); r.Get("/{a}", hello) }, 0},
		{"literals", func(r *web.Router) { r.Get("/a/{b}", hello); r.Get("/{a}/b", hello) }, 0},
		{"same shape of affixes", func(r *web.Router) { r.Get("/a{x}b", hello); r.Get("/c{x}d", hello); r.Get("/a{x}d", hello) }, 0},
		{"slash", func(r *web.Router) { r.Get("/a", hello); r.Get("/a/", hello) }, 0},
		{"handler and bare prefix", func(r *web.Router) {
			r.MountHandler("/a", http.NotFoundHandler())
			r.Get("/a", hello)
			r.Get("/a/", hello)
		}, 0},
	}
	for _, tt := range tests {
		r := web.NewRouter()
		tt.register(r)
		got := mistakes(t, r, web.BuildConfig{})
		if len(got) != tt.want {
			t.Errorf("%s: %d errors, want %d: %q", tt.name, len(got), tt.want, got)
		}
		for _, m := range got {
			if strings.Count(m, "HERE") != 2 || !strings.HasSuffix(m, ": both match the same requests") {
				t.Errorf("%s: %s", tt.name, m)
			}
		}
	}
}

func TestBuildReportsEveryMistake(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/a", hello).Name("a")
	r.Get("/a", hello)
	r.Get("/b", hello).Name("a")
	r.Post("/a", hello).Name("a") // the same URL may share the name
	r.Get("/c", nil)
	r.Handle("/d", nil)
	r.Handle("/e", http.HandlerFunc(nil))
	r.Method("get", "/f", hello)
	r.Method("", "/g", hello)
	r.Get("/h", hello).Name("")
	r.Get("/i", hello).Name("a b")
	r.Wrap(nil).Get("/j", hello)
	r.Wrap(func(http.Handler) http.Handler { return nil }).Get("/k", hello)
	r.Mount("/l", "l", nil)
	r.Mount("/m", "m", r)
	r.Get("/{n:ints}", hello)
	want := []string{
		`HERE: route GET "/c": the handler is nil`,
		`HERE: route ANY "/d": the handler is nil`,
		`HERE: route ANY "/e": the handler is nil`,
		`HERE: route get "/f": the method must be upper-case letters`,
		`HERE: route (none) "/g": the method must be upper-case letters`,
		`HERE: route GET "/h": the name "" must be letters, digits and any of _-.:`,
		`HERE: route GET "/i": the name "a b" must be letters, digits and any of _-.:`,
		`HERE: route GET "/j": a middleware is nil`,
		`HERE: mount "/l": the router is nil`,
		`HERE: mount "/m": the router is mounted in itself`,
		`HERE: route GET "/{n:ints}": segment "{n:ints}": unknown converter "ints"; use str, int, slug, uuid or path`,
		`HERE: route GET "/a" conflicts with route GET "/a" at HERE: both match the same requests`,
		`HERE: route GET "/b" is named "a" like route GET "/a" at HERE: two URLs cannot share a name`,
		`HERE: a middleware of this route returned nil`,
		`a middleware in BuildConfig is nil`,
	}
	got := mistakes(t, r, web.BuildConfig{Middleware: []web.Middleware{nil}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBuildAgain(t *testing.T) {
	t.Parallel()
	r := web.NewRouter()
	r.Get("/a", say())
	first := build(t, r)
	r.Get("/b", say())
	second := build(t, r)
	if a, b := answer(first, "GET", "/b"), answer(second, "GET", "/b"); a != "404" || b != "/b" {
		t.Errorf("first %s, second %s", a, b)
	}
}
