package main

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"github.com/volaweb/vola/volatest"
)

// A search for anything that fits a form is answered, ten thousand characters
// of any script included.
func TestLongSearches(t *testing.T) {
	t.Parallel()
	c := volatest.Start(t, site(), volatest.Options{Seed: true, Log: new(bytes.Buffer)})
	for name, q := range map[string]string{
		"10 kB":                strings.Repeat("struct ", 1450),
		"10 kB of quotes":      strings.Repeat(`"`, 10_000),
		"10 kB, two bytes":     strings.Repeat("é", 5_000),
		"operators":            `" OR 1=1 -- * NEAR( AND NOT ^ : %`,
		"script":               "<script>alert(1)</script>",
		"only punctuation":     "?!.,;",
		"words that are there": "typed query",
	} {
		page := c.Get("/blog/search/?q=" + url.QueryEscape(q))
		page.WantStatus(200)
		if strings.Contains(page.Body, "<script>alert") {
			t.Errorf("%s: the query is not escaped", name)
		}
	}
}
