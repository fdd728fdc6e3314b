package blog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/volatest"
)

// TestEditions: posts of each language are in the lists, feeds, search, months and topics
// of that language alone, and a post in a language that the site has not in the first.
func TestEditions(t *testing.T) {
	t.Parallel()
	test := func(t *testing.T, s *site) {
		s.post("2013-10-01-one.md", "title: One; author: Ann; tags: [go, web]", "common english")
		s.post("2013-10-02-eins.md", "title: Eins; author: Ann; tags: [go]; lang: de; translation_of: one", "common deutsch")
		s.post("2013-09-03-zwei.md", "title: Zwei; author: Bo; tags: [netz]; lang: de-AT", "common deutsch")
		s.post("2013-10-04-aleph.md", "title: Aleph; author: Ann; lang: he", "common")
		s.write("_pages/about.md", "---\ntitle: About\n---\ncommon\n")
		s.write("_pages/ueber.md", "---\ntitle: Ueber\nlang: de\ntranslation_of: about\n---\ncommon\n")
		s.imports()
		for path, want := range map[string]string{
			"/blog/":                       "Aleph, One",
			"/de/blog/":                    "Eins, Zwei",
			"/blog/tag/go/":                "One",
			"/de/blog/tag/go/":             "Eins",
			"/blog/author/ann/":            "Aleph, One",
			"/de/blog/author/ann/":         "Eins",
			"/blog/archive/2013/oct/":      "Aleph, One",
			"/de/blog/archive/2013/oct/":   "Eins",
			"/blog/search/?q=common":       "About, Aleph, One",
			"/de/blog/search/?q=common":    "Ueber, Eins, Zwei",
			"/de/blog/search/?q=english":   "",
			"/de/blog/archive/2013/sep/":   "Zwei",
			"/blog/tag/web/":               "One",
			"/de/blog/author/bo/":          "Zwei",
			"/de/blog/2013/10/eins/":       "",
			"/blog/2013/10/one/":           "",
			"/blog/search/?q=zwei deutsch": "",
		} {
			got := s.Get(strings.ReplaceAll(path, " ", "+")).WantStatus(200).Texts("article.entry h2")
			if strings.Join(got, ", ") != want {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
		for _, path := range []string{"/blog/tag/netz/", "/de/blog/tag/web/", "/blog/author/bo/", "/blog/archive/2013/sep/", "/de/blog/tag/netz/2/", "/de/sitemap.xml"} {
			s.Get(path).WantStatus(404)
		}
		for _, path := range []string{"/blog/atom/", "/blog/rss/latest/", "/blog/tag/go/rss/"} {
			en, de := s.Get(path).WantStatus(200).Body, s.Get("/de"+path).WantStatus(200).Body
			if strings.Contains(en, "Eins") || !strings.Contains(en, "One") || strings.Contains(de, "One") || !strings.Contains(de, "Eins") || !strings.Contains(de, "/de"+path) {
				t.Errorf("%s:\n%s\n%s", path, en, de)
			}
		}
		// An address of the other edition leads to the post in its own.
		s.Get("/blog/2013/10/eins/").WantRedirect("/de/blog/2013/10/eins/")
		s.Get("/de/blog/2013/10/one/").WantRedirect("/blog/2013/10/one/")
		s.Get("/de/about/").WantRedirect("/about/")
		s.Get("/ueber/").WantRedirect("/de/ueber/")

		// What says the same is linked for programs, in both directions; readers get to
		// the other edition from everywhere.
		link := func(page, tag, path string) {
			t.Helper()
			p := s.Get(page).WantStatus(200)
			if path == "" {
				p.WantCount("link[hreflang]", 0)
				return
			}
			p.WantAttr("link[hreflang="+tag+"]", "href", "http://example.test"+path).WantCount("link[hreflang]", 2)
		}
		for _, page := range []string{"/blog/2013/10/one/", "/de/blog/2013/10/eins/"} {
			link(page, "en-GB", "/blog/2013/10/one/")
			link(page, "de", "/de/blog/2013/10/eins/")
		}
		link("/about/", "de", "/de/ueber/")
		link("/de/ueber/", "en-GB", "/about/")
		link("/de/blog/", "en-GB", "/blog/")
		link("/blog/archive/", "de", "/de/blog/archive/")
		link("/de/blog/2013/09/zwei/", "", "")
		link("/blog/tag/web/", "", "")
		s.Get("/de/blog/2013/09/zwei/").WantAttr("nav.languages a[lang=en-GB]", "href", "/blog/").
			WantAttr("nav.languages a[lang=de]", "href", "/de/blog/2013/09/zwei/").WantAttr("html", "lang", "de").
			WantText(".post .meta", "3. September 2013 Von: Bo")

		sitemap := s.Get("/sitemap.xml").WantStatus(200).Body
		for _, path := range []string{"/blog/", "/de/blog/", "/blog/2013/10/one/", "/de/blog/2013/10/eins/", "/de/ueber/"} {
			if !strings.Contains(sitemap, "<loc>http://example.test"+path+"</loc>") {
				t.Errorf("the sitemap lacks %s:\n%s", path, sitemap)
			}
		}

		// A post that changes its language moves, and its old address leads on.
		s.post("2013-09-03-zwei.md", "title: Two; author: Bo; tags: [netz]; lang: en", "common english")
		s.imports()
		if got := fmt.Sprint(s.Get("/blog/").Texts("article.entry h2"), s.Get("/de/blog/").Texts("article.entry h2")); got != "[Aleph One Two] [Eins]" {
			t.Error(got)
		}
		s.Get("/de/blog/2013/09/zwei/").WantRedirect("/blog/2013/09/zwei/")
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, startIn(t, databasetest.SQLite(t), "de"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, startIn(t, databasetest.Postgres(t), "de"))
	})
}

// TestEditionsInDevelopment, where the catalogues are read again for each request.
func TestEditionsInDevelopment(t *testing.T) {
	t.Parallel()
	s := startWith(t, volatest.Options{DB: databasetest.SQLite(t), Dev: true}, "de")
	s.post("2013-10-01-one.md", "title: One", "common english")
	s.post("2013-10-02-eins.md", "title: Eins; lang: de; translation_of: one", "common deutsch")
	s.imports()
	for _, page := range []string{"/blog/2013/10/one/", "/de/blog/2013/10/eins/"} {
		s.Get(page).WantStatus(200).WantCount("link[hreflang]", 2).
			WantAttr("nav.languages a[lang=en-GB]", "href", "/blog/2013/10/one/").
			WantAttr("nav.languages a[lang=de]", "href", "/de/blog/2013/10/eins/")
	}
}
