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

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
)

// TestWhatIsWideScrollsInItsBox opens the front page and a post in which
// everything is too wide, and checks that the page stays as wide as the window,
// and that each box that scrolls shows it, takes the focus, shows that too, and
// is moved by the keyboard.
func TestWhatIsWideScrollsInItsBox(t *testing.T) {
	ctx := chromium.Start(t)
	dir, word := t.TempDir(), strings.Repeat("word", 200)
	text := "---\ntitle: " + strings.Repeat("Title", 30) + "\nauthor: " + strings.Repeat("Name", 20) + "\nsummary: <" + word + "\ntags: [" + strings.Repeat("topic", 15) + "]\n---\n" +
		word + " `" + word + "` <https://example.org/" + word + ">\n\n## " + word + "\n\n> " + word + "\n\n- " + word + "\n\n" +
		"```go\n// " + strings.Repeat("code ", 100) + "\n```\n\n    " + word + "\n\n" +
		"| a | " + strings.Repeat("head ", 60) + "|\n|---|---|\n| " + strings.Repeat("`cell` ", 60) + " | `" + strings.Repeat("c", 300) + "` |\n\n" +
		"- in a list:\n\n  ```\n  " + word + "\n  ```\n"
	if err := os.WriteFile(filepath.Join(dir, "2020-01-02-wide.md"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	cfg := site()
	s := volatest.Start(t, cfg, volatest.Options{Seed: true, Log: new(bytes.Buffer), Environ: map[string]string{"BLOG_MEDIA": t.TempDir()}})
	importFolder(t, cfg.Modules, dir)
	server := httptest.NewServer(s.Site)
	defer server.Close()
	for _, width := range []int64{320, 820, 1280} {
		for path, least := range map[string]int{"/": 1, "/blog/2020/01/wide/": 4, "/blog/archive/2020/jan/": 0} {
			t.Run(fmt.Sprintf("%s, %d px", path, width), func(t *testing.T) {
				if path == "/" && width > 1000 {
					least = 0 // all of the code fits
				}
				steps(t, ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(server.URL+path))
				const wide = `document.documentElement.scrollWidth <= innerWidth ? "" : [...document.querySelectorAll("body *")].filter(e =>
					e.getBoundingClientRect().right > innerWidth && !e.closest("pre, .scroll")).map(e => e.outerHTML.slice(0, 80)).join("\\n")`
				if over := value(t, ctx, chromedp.Evaluate[string](wide)); over != "" {
					t.Errorf("the page is wider than the window, because of one of these:\n%s", over)
				}
				const mark = `{
					const boxes = [...document.querySelectorAll("body *")].filter(e =>
						e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX));
					boxes.forEach((e, i) => e.id = "box" + i);
					boxes.length
				}`
				boxes := value(t, ctx, chromedp.Evaluate[int](mark))
				if boxes < least {
					t.Errorf("%d boxes scroll, want at least %d", boxes, least)
				}
				for i := range boxes {
					scrolls(t, ctx, fmt.Sprintf("box%d", i))
				}
			})
		}
	}
}

// scrolls checks the box with that id, which has more in it than is shown.
func scrolls(t *testing.T, ctx context.Context, id string) {
	t.Helper()
	steps(t, ctx, chromedp.KeyEvent(kb.Shift)) // focus is shown to who uses the keyboard
	const look = `(() => {
		const e = document.getElementById(%q), style = getComputedStyle(e);
		e.scrollLeft = 0;
		e.addEventListener("scroll", () => e.classList.add("moved"));
		e.focus();
		const faults = [];
		if (document.activeElement !== e) faults.push("does not take the focus");
		if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) faults.push("does not show the focus");
		if (!style.backgroundAttachment.includes("local")) faults.push("does not show that there is more");
		return faults.length ? faults.join(", ") + ": " + e.outerHTML.slice(0, 100) : "";
	})()`
	if faults := value(t, ctx, chromedp.Evaluate[string](fmt.Sprintf(look, id))); faults != "" {
		t.Error(faults)
		return
	}
	steps(t, ctx, chromedp.KeyEvent(kb.ArrowRight), chromedp.WaitReady("#"+id+".moved"))
}
