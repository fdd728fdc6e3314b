package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
)

// steps runs actions and ends the test when one fails.
func steps(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// follow clicks a link and waits for the page that it leads to.
func follow(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(selector)); err != nil {
		t.Fatalf("click %s: %v", selector, err)
	}
}

func value[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestReadingInABrowser follows a reader from the list to a topic, a post and
// the next post, on a phone and on a desk, with scripts and without.
func TestReadingInABrowser(t *testing.T) {
	ctx := chromium.Start(t)
	site := volatest.Start(t, site(), volatest.Options{Seed: true, Log: new(bytes.Buffer)})
	server := httptest.NewServer(site.Site)
	defer server.Close()
	for _, width := range []int64{320, 390, 1280} {
		for _, scripts := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d px, scripts %v", width, scripts), func(t *testing.T) {
				steps(t, ctx, chromedp.EmulateViewport(width, 900))
				if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts}); err != nil {
					t.Fatal(err)
				}
				read(t, ctx, server.URL, width)
			})
		}
	}
}

func read(t *testing.T, ctx context.Context, base string, width int64) {
	look := func(what, path string) {
		t.Helper()
		at := value(t, ctx, chromedp.Location())
		if !strings.HasPrefix(strings.TrimPrefix(at, base), path) {
			t.Fatalf("%s: at %s, want %s", what, at, path)
		}
		if over := value(t, ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth - innerWidth")); over > 0 {
			t.Errorf("%s at %d px: %d px too wide", what, width, over)
		}
		if dir := os.Getenv("VOLA_SCREENSHOTS"); dir != "" {
			picture := value(t, ctx, chromedp.CaptureScreenshot())
			name := fmt.Sprintf("%s-%d.png", strings.ReplaceAll(what, " ", "-"), width)
			if err := os.WriteFile(filepath.Join(dir, name), picture, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	steps(t, ctx, chromedp.Navigate(base+"/"))
	look("front page", "/")
	follow(t, ctx, `.front a.more`)
	look("list", "/blog/")
	follow(t, ctx, `.topics a[rel=tag]`)
	look("topic", "/blog/tag/")
	follow(t, ctx, `.entry h2 a`)
	look("post", "/blog/20")
	if title := value(t, ctx, chromedp.Title()); !strings.HasSuffix(title, "· Vola") {
		t.Errorf("title %q", title)
	}
	follow(t, ctx, `nav.next a`)
	look("next post", "/blog/20")
	follow(t, ctx, `.masthead a[href*=search]`)
	look("search", "/blog/search/")
	steps(t, ctx, chromedp.SendKeys(`main input[type=search]`, "typed QUERY"))
	follow(t, ctx, `main form[role=search] button`)
	look("found", "/blog/search/?q=typed")
	follow(t, ctx, `main .entry h2 a`)
	look("found post", "/blog/20")
	steps(t, ctx, chromedp.Navigate(base+"/blog/nowhere/"))
	look("not found", "/blog/nowhere/")
	if h1 := value(t, ctx, chromedp.Evaluate[string]("document.querySelector('h1').textContent")); h1 != "There is no page here" {
		t.Errorf("404: %q", h1)
	}
	// The keyboard finds the skip link first, and can see that it did.
	steps(t, ctx, chromedp.Navigate(base+"/blog/"), chromedp.KeyEvent("\t"))
	if focus := value(t, ctx, chromedp.Evaluate[string]("document.activeElement.className")); focus != "skip" {
		t.Errorf("the first tab stop is %q", focus)
	}
}
