package middleware_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/web/middleware"
)

func languages(t testing.TB, tags string) *i18n.Texts {
	t.Helper()
	texts, err := i18n.Load(i18n.Config{Languages: strings.Fields(tags)})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// FuzzAcceptLanguage sends headers as any client may.
func FuzzAcceptLanguage(f *testing.F) {
	texts := languages(f, "en de pt-BR")
	for _, header := range []string{"", "de", "de-CH, fr;q=0.9, *;q=0.1", "pt;q=1.000,de;q=0.", ";q=,,;", "de;q=2", "de;q=0.5;q=1", "*;q=0", strings.Repeat("a,", 600) + "de"} {
		f.Add(header, "de")
	}
	f.Fuzz(func(t *testing.T, header, cookie string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header = http.Header{"Accept-Language": {header}, "Cookie": {middleware.LanguageCookie + "=" + cookie}}
		w := httptest.NewRecorder()
		middleware.Language(texts)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			l := i18n.From(r.Context()).Tag()
			if l != i18n.From(r.Context()).Tag() || l != w.Header().Get("Content-Language") {
				t.Errorf("%q, %q give %q and %v", header, cookie, l, w.Header())
			}
			if sent := strings.ToLower(header + cookie); l != "en" && !strings.Contains(sent, l[:2]) {
				t.Errorf("%q, %q give %s", header, cookie, l)
			}
		})).ServeHTTP(w, r)
	})
}

// TestNoTextsNoVary: an answer that does not ask for the language does not depend on it,
// and one of a site of one language never does.
func TestNoTextsNoVary(t *testing.T) {
	t.Parallel()
	for tags, want := range map[string]string{"en de": "Accept-Language, Cookie", "en": ""} {
		for _, asks := range []bool{true, false} {
			w := httptest.NewRecorder()
			middleware.Language(languages(t, tags))(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if asks {
					i18n.From(r.Context())
				}
			})).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
			if got := w.Header().Get("Vary"); asks && got != want || !asks && got != "" {
				t.Errorf("%s, asked %v: Vary is %q", tags, asks, got)
			}
		}
	}
}

// TestAcceptLanguageInSeveralLines: a list may be sent so (RFC 9110, section 5.2).
func TestAcceptLanguageInSeveralLines(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header = http.Header{"Accept-Language": {"fr;q=0.9", "en;q=0.1, de;q=0.2"}}
	middleware.Language(languages(t, "en de"))(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if l := i18n.From(r.Context()).Tag(); l != "de" {
			t.Errorf("the language is %s", l)
		}
	})).ServeHTTP(httptest.NewRecorder(), r)
}
