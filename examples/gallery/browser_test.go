package gallery_test

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"

	"github.com/volaweb/vola/examples/gallery"
)

// The name of a file that is markup, as far as a file system takes it.
const markup = `"><img src=x onerror=window.hit=1>'-alert(1)-'.jpg`

// TestInABrowser sends a picture without a title first, in a browser. The picture is not sent
// again.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	c := volatest.New(t, site())
	server := httptest.NewServer(c.Site)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	path := filepath.Join(dir, markup)
	if err := os.WriteFile(path, []byte(sky(t, 640, 480).Content), 0o600); err != nil {
		t.Fatal(err)
	}
	add(ctx, t, server.URL, path)
	photo, err := orm.Find[gallery.Photo](t.Context(), c.DB, 1)
	if err != nil || photo.Title != "Sky" || photo.Picture == "" {
		t.Errorf("stored is %+v, %v", photo, err)
	}

	// Another file of the wrong kind, then the box "Remove" of a file that may be missing.
	paper := filepath.Join(dir, "release.pdf")
	if err := os.WriteFile(paper, []byte("%PDF-1.7 release"), 0o600); err != nil {
		t.Fatal(err)
	}
	change := func(actions ...chromedp.Action[chromedp.Void]) int {
		t.Helper()
		chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/1/change/"))
		chromium.Do(ctx, t, actions...)
		return chromium.Load(ctx, t, chromedp.SendKeys("#field-title", "\r"))
	}
	if status := change(chromedp.SetUploadFiles("#field-picture", []string{paper})); status != 422 {
		t.Errorf("status %d", status)
	}
	chromium.CheckErrors(ctx, t, 1)
	chromium.CheckPage(ctx, t, "gallery change errors")
	if status := change(chromedp.SetUploadFiles("#field-release", []string{paper})); status != 200 {
		t.Errorf("status %d", status)
	}
	chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/1/change/"))
	chromium.CheckPage(ctx, t, "gallery change")
	chromium.TabThrough(ctx, t)
	chromium.Eval[any](ctx, t, `document.querySelector("[name='release.drop']").focus()`)
	if status := chromium.Load(ctx, t, chromedp.KeyEvent(" "), chromedp.KeyEvent("\r")); status != 200 {
		t.Errorf("status %d", status)
	}
	if photo, err = orm.Find[gallery.Photo](t.Context(), c.DB, 1); err != nil || photo.Release != "" || photo.Picture == "" {
		t.Errorf("stored is %+v, %v", photo, err)
	}
	if hit := chromium.Eval[string](ctx, t, `typeof window.hit`); hit != "undefined" {
		t.Error("the name of a file was run as a script")
	}
}

// add sends a picture.
func add(ctx context.Context, t *testing.T, url, path string) {
	chromium.Do(ctx, t, chromedp.Navigate(url+"/"))
	chromium.CheckPage(ctx, t, "gallery empty")
	chromium.Do(ctx, t, chromedp.Navigate(url+"/add/"))
	chromium.CheckPage(ctx, t, "gallery add")
	chromium.TabThrough(ctx, t)
	if status := chromium.Load(ctx, t, chromedp.SetUploadFiles("#field-picture", []string{path}), chromedp.Click("form.form > button")); status != 422 {
		t.Errorf("status %d", status)
	}
	chromium.CheckErrors(ctx, t, 1)
	chromium.CheckPage(ctx, t, "gallery add errors")
	chromium.TabThrough(ctx, t)
	got := chromium.Eval[[]string](ctx, t, `[document.querySelector(".kept").firstChild.textContent, document.querySelectorAll("main img").length + " pictures, hit is " + typeof window.hit,
		document.querySelector("#field-picture").required ? "required" : ""]`)
	// Browsers send the quotation mark in the name of a file as %22.
	if want := []string{strings.ReplaceAll(markup, `"`, "%22") + " (9 kB)", "0 pictures, hit is undefined", ""}; len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("the page shows %q, want %q", got, want)
	}
	if status := chromium.Load(ctx, t, chromedp.SendKeys("#field-title", "Sky\r")); status != 200 {
		t.Errorf("status %d", status)
	}
	chromium.CheckPage(ctx, t, "gallery photo")
	chromium.TabThrough(ctx, t)
	chromium.Do(ctx, t, chromedp.Navigate(url+"/"))
	chromium.CheckPage(ctx, t, "gallery list")
	chromium.TabThrough(ctx, t)
	if width := chromium.Eval[int](ctx, t, `(async () => { await document.images[0].decode(); return document.images[0].naturalWidth; })()`); width != 320 {
		t.Errorf("the small picture is %d px wide", width)
	}
}
