package api_test

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/volatest/chromium"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/api"
)

// TestPagesInABrowser: the page for people fits into every window, in both colour schemes, its style is
// allowed by its policy, and its links lead to what it shows.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	r := web.NewRouter()
	routes(r)
	r.Mount("/docs/", "docs", api.Pages(api.Info{Title: "Books", Version: "1", Description: "Books and trees."}))
	m, err := r.Build(web.BuildConfig{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/docs/"))
	chromium.CheckPage(ctx, t, "api")
	if got := chromium.Eval[string](ctx, t, `getComputedStyle(document.querySelector("dd")).paddingInlineStart + getComputedStyle(document.body).marginTop`); got != "0px0px" {
		t.Error("the page has no style:", got)
	}
	if got := chromium.Eval[[]string](ctx, t, `[...document.querySelectorAll("a[href^='#']")].map((a) => a.hash).filter((hash) => !document.querySelector(hash))`); len(got) > 0 {
		t.Error("links that lead nowhere:", got)
	}
}
