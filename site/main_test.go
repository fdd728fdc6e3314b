package main

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/volatest"
)

// TestTheSite starts the site as it is, with its own articles.
func TestTheSite(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	c := volatest.Start(t, site(), volatest.Options{Seed: true, Now: func() time.Time { return now }})
	c.Follow(true)
	home := c.Get("/").WantStatus(200).WantContains("h1", "Vola is a web framework for Go")
	home.WantCount(".guides > li", 5).WantCount(".archive > li", 5)
	index := c.Get("/blog/").WantStatus(200).WantText("h1", "Notes on building web sites in Go")
	titles := index.Texts("article.entry h2")
	if len(titles) < 5 {
		t.Errorf("only %d articles: %q", len(titles), titles)
	}
	for _, address := range regexp.MustCompile(`href="(/[^"#]*)"`).FindAllStringSubmatch(home.Body, -1) {
		c.Get(address[1]).WantStatus(200)
	}
	for _, link := range regexp.MustCompile(`<loc>([^<]+)</loc>`).FindAllStringSubmatch(c.Get("/sitemap.xml").Body, -1) {
		page := c.Get(link[1]).WantStatus(200).WantCount("h1", 1).WantAttr("link[rel=canonical]", "href", link[1])
		if _, ok := page.Attr("meta[name=description]", "content"); !ok && !strings.HasSuffix(link[1], "/blog/") {
			t.Errorf("%s has no description", link[1])
		}
		for _, address := range regexp.MustCompile(`href="(/[^"#]*)"`).FindAllStringSubmatch(page.Body, -1) {
			if p := c.Get(address[1]); p.Status != 200 && !regexp.MustCompile(`no-such`).MatchString(address[1]) {
				t.Errorf("%s links to %s, which is %d", link[1], address[1], p.Status)
			}
		}
	}
}

// TestTextsOfModulesAreKnown: a module of the program without catalogues of its own has its
// texts in those of the project, and one that is not there is found at the start.
func TestTextsOfModulesAreKnown(t *testing.T) {
	t.Parallel()
	cfg := site()
	cfg.Templates = fstest.MapFS{"front/home.html": {Data: []byte(`{{t "Lates posts"}}`)}}
	_, err := vola.New(cfg, vola.Options{})
	if err == nil || !strings.Contains(err.Error(), `no catalogue has the text "Lates posts"; did you mean "Latest posts"?`) {
		t.Error(err)
	}
}
