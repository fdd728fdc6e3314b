package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/volaweb/vola/web"
)

// TestPathsOfLanguagesAreApart: no route of the first language answers a path of another
// one, whatever its parameters take.
func TestPathsOfLanguagesAreApart(t *testing.T) {
	t.Parallel()
	say := func(name string) func(http.ResponseWriter, *http.Request) error {
		return func(w http.ResponseWriter, r *http.Request) error {
			_, err := fmt.Fprint(w, name, " ", r.Pattern)
			return err
		}
	}
	r := web.NewRouter()
	r.Get("/{slug}/", say("page"))
	r.Get("/{slug}/{part}/", say("part"))
	r.Get("/{slug}/{part}/{below}/", say("below"))
	r.Post("/{any}/all/", say("all")).AllLanguages()
	r.Get("/doc/{rest:path}", say("doc"))
	mux, err := r.Build(web.BuildConfig{LanguagePaths: []string{"de", "pt-br"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		request string
		status  int
		want    string
	}{
		{"GET /x/", 200, "page /{slug}/"},
		{"GET /de/", 404, ""},
		{"GET /de", 404, ""},
		{"HEAD /de/", 404, ""},
		{"GET /de/x/", 200, "page /de/{slug}/"},
		{"GET /pt-br/x/", 200, "page /pt-br/{slug}/"},
		{"GET /pt-br/x/y/", 200, "part /pt-br/{slug}/{part}/"},
		{"GET /de/x/y/", 200, "part /de/{slug}/{part}/"},
		{"GET /de/de/", 200, "page /de/{slug}/"},
		{"GET /fr/x/", 200, "part /{slug}/{part}/"},
		{"GET /%64e/x/", 200, "page /de/{slug}/"},
		{"GET /de/x", 308, ""},
		{"POST /de/", 404, ""},
		{"POST /de/all/", 200, "all /{any}/all/"},
		{"OPTIONS /de/x/", 204, "GET, HEAD, OPTIONS"},
		{"OPTIONS /de/", 404, ""},
		{"GET /de/doc/a/b", 200, "doc /de/doc/{rest:path}"},
		{"GET /de/x/y/z/q/", 404, ""},
	} {
		method, path, _ := strings.Cut(tt.request, " ")
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, httptest.NewRequest(method, path, nil))
		if got := rec.Body.String() + rec.Header().Get("Allow"); rec.Code != tt.status || tt.want != "" && got != tt.want {
			t.Errorf("%s: %d %q, want %d %q", tt.request, rec.Code, got, tt.status, tt.want)
		}
	}
}

// TestLanguagePathsAreChecked at the start, and so are routes that stand among theirs.
func TestLanguagePathsAreChecked(t *testing.T) {
	t.Parallel()
	ok := func(http.ResponseWriter, *http.Request) error { return nil }
	for _, tt := range []struct {
		paths   []string
		pattern string
		want    string
	}{
		{[]string{""}, "/a/", `"" is not one segment`},
		{[]string{"{x}"}, "/a/", `"{x}" is not one segment`},
		{[]string{"{x:path}"}, "/a/", "is not one segment"},
		{[]string{"de/at"}, "/a/", "is not one segment"},
		{[]string{".."}, "/a/", "is not one segment"},
		{[]string{"ä"}, "/a/", "is not one segment"},
		{[]string{"a:b"}, "/a/", "is not one segment"},
		{[]string{"de", "fr", "de"}, "/a/", `"de" is given twice`},
		{[]string{"de"}, "/de/x/", `route GET "/de/x/": its path begins with /de/`},
		{[]string{"de"}, "/de/", "its path begins with /de/"},
		{[]string{"de"}, "/de", ""},
		{[]string{"de"}, "/den/x/", ""},
		{[]string{"de"}, "/a/de/", ""},
		{[]string{"pt-br"}, "/a/", ""},
	} {
		r := web.NewRouter()
		r.Get(tt.pattern, ok)
		_, err := r.Build(web.BuildConfig{LanguagePaths: tt.paths})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q, %s: %v, want %q", tt.paths, tt.pattern, err, tt.want)
		}
	}
	r := web.NewRouter()
	r.MountHandler("/de", http.NotFoundHandler())
	if _, err := r.Build(web.BuildConfig{LanguagePaths: []string{"de"}}); err == nil {
		t.Error("a handler is mounted where a language is")
	}
}
