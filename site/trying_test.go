package main

import (
	"bytes"
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

// TestTryingInABrowser uses the demonstration of each article that has one, on
// a phone and on a desk, with scripts and without.
func TestTryingInABrowser(t *testing.T) {
	ctx := chromium.Start(t)
	site := volatest.Start(t, site(), volatest.Options{Seed: true, Log: new(bytes.Buffer)})
	server := httptest.NewServer(site.Site)
	defer server.Close()
	const nasty = `"><script>document.title = 'broken'</script>`
	tries := []struct {
		name, path string
		fill       map[string]string // fields and what is put into them
		found      string            // a selector, and what must be in it
		text       string
	}{
		{"escaping", "/blog/2026/11/the-same-word-in-eight-places/", map[string]string{"#demo-word": nasty}, "#demo dd:first-of-type", "&lt;script&gt;"},
		{"queries", "/blog/2026/11/what-a-typed-query-buys-you/", map[string]string{"#demo-words": "TYPED", "#demo-topic": "queries"}, "#demo tbody", "What a typed query buys you"},
		{"queries-none", "/blog/2026/11/what-a-typed-query-buys-you/", map[string]string{"#demo-words": nasty}, "#demo", "No article is like that."},
		{"migrations", "/blog/2026/11/a-change-you-can-take-back/", map[string]string{"#demo-database": "postgres", "#demo-migration": "0001_initial"}, "#demo pre", "bigint"},
		{"errors", "/blog/2026/11/where-the-errors-go/", map[string]string{"#demo-kind": "none", "#demo-cause": nasty}, "#demo dd", "500 Internal Server Error"},
	}
	for _, width := range []int64{320, 390, 1280} {
		for _, scripts := range []bool{true, false} {
			for _, try := range tries {
				t.Run(fmt.Sprintf("%s, %d px, scripts %v", try.name, width, scripts), func(t *testing.T) {
					steps(t, ctx, chromedp.EmulateViewport(width, 900))
					if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts}); err != nil {
						t.Fatal(err)
					}
					steps(t, ctx, chromedp.Navigate(server.URL+try.path))
					for field, text := range try.fill {
						steps(t, ctx, chromedp.SetValue(field, text))
					}
					follow(t, ctx, "#demo form button")
					if at := value(t, ctx, chromedp.Location()); !strings.Contains(at, try.path+"?") || !strings.HasSuffix(at, "#demo") {
						t.Errorf("the form leads to %s", at)
					}
					if got := value(t, ctx, chromedp.Text(try.found)); !strings.Contains(got, try.text) {
						t.Errorf("there is no %q in %q", try.text, got)
					}
					if title := value(t, ctx, chromedp.Title()); title == "broken" {
						t.Error("what was typed was run")
					}
					if over := value(t, ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth - innerWidth")); over > 0 {
						t.Errorf("%d px too wide", over)
					}
					if dir := os.Getenv("VOLA_SCREENSHOTS"); dir != "" && scripts {
						picture := value(t, ctx, chromedp.Screenshot("#demo"))
						if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("demo-%s-%d.png", try.name, width)), picture, 0o666); err != nil {
							t.Fatal(err)
						}
					}
				})
			}
		}
	}
}
