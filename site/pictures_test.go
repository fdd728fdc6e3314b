package main

import (
	"bytes"
	"encoding/base64"
	"flag"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
)

// TestPicturesOfOtherHostsAreShown opens, in a browser, a post with a picture of
// another host and one that is in the text: only there can one see whether what
// the cleaner lets through the page allows too.
func TestPicturesOfOtherHostsAreShown(t *testing.T) {
	ctx := chromium.Start(t)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(picture.Bytes())
	}))
	defer other.Close()

	dir := t.TempDir()
	text := "---\ntitle: Pictures\n---\n![x](" + other.URL + "/a.png) <img src=\"data:image/png;base64," +
		base64.StdEncoding.EncodeToString(picture.Bytes()) + "\">\n"
	if err := os.WriteFile(filepath.Join(dir, "2020-01-02-pictures.md"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	cfg := site()
	s := volatest.Start(t, cfg, volatest.Options{Log: new(bytes.Buffer), Environ: map[string]string{"BLOG_MEDIA": t.TempDir()}})
	importFolder(t, cfg.Modules, dir)
	server := httptest.NewServer(s.Site)
	defer server.Close()
	for _, path := range []string{"/blog/2020/01/pictures/", "/blog/"} {
		steps(t, ctx, chromedp.Navigate(server.URL+path))
		const widths = `[...document.querySelectorAll(".prose img")].map(i => i.complete && i.naturalWidth).join()`
		if got := value(t, ctx, chromedp.Evaluate[string](widths)); got != "3,3" {
			t.Errorf("%s: the pictures are %s px wide, want 3,3", path, got)
		}
	}
}

// importFolder runs "blog import" on a site that has been started.
func importFolder(t *testing.T, modules []module.Module, dir string) {
	t.Helper()
	for _, m := range modules {
		b, ok := m.(*blog.Blog)
		if !ok {
			continue
		}
		for _, c := range b.Commands() {
			if c.Name == "import" {
				flags := flag.NewFlagSet("import", flag.ContinueOnError)
				c.Flags(flags)
				var out bytes.Buffer
				if err := c.Run(t.Context(), module.Env{Stdout: &out, Stderr: &out}, []string{dir}); err != nil {
					t.Fatal(err, out.String())
				}
			}
		}
	}
}
