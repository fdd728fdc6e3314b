package chromium

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axeRules are the rules that Axe asks for: all of WCAG 2.0, 2.1 and 2.2, levels A and AA,
// and what axe-core calls best practice. Target sizes are off unless named.
const axeRules = `{
	runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
	rules: {"target-size": {enabled: true}},
	resultTypes: ["violations"],
}`

// fault is something that axe-core found.
type fault struct {
	Rule     string `json:"rule"`
	Help     string `json:"help"`
	Selector string `json:"selector"`
	Detail   string `json:"detail"`
}

// Axe runs axe-core on the page that the tab shows, with the rules of WCAG 2.0, 2.1 and 2.2,
// levels A and AA, and those of good practice. Each fault that it finds is an error of the
// test, with the rule, the selector of the element and what the rule asks for. A page without
// faults may still not be accessible: axe-core finds only a part of what people find.
//
// The variable VOLA_TEST_AXE is the path of the file axe.min.js of axe-core, which
// scripts/axe.sh of this repository fetches. Without the variable the test is skipped. The
// page needs no script of its own and may have a content security policy.
func Axe(ctx context.Context, t testing.TB) {
	t.Helper()
	path := os.Getenv("VOLA_TEST_AXE")
	if path == "" {
		t.Skip("needs axe-core: set VOLA_TEST_AXE to the path of its axe.min.js")
	}
	faults, err := axe(ctx, path)
	if err != nil {
		t.Fatalf("axe-core: %v", err)
	}
	for _, f := range faults {
		t.Errorf("axe-core: %s: %s: %s\n%s", f.Rule, f.Selector, f.Help, f.Detail)
	}
}

// axe returns what the axe-core of a file finds in the page.
func axe(ctx context.Context, path string) ([]fault, error) {
	there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`typeof axe === "object"`))
	if err != nil {
		return nil, err
	}
	if !there {
		script, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if there, err = chromedp.Run(ctx, chromedp.Evaluate[bool](string(script)+"\n;typeof axe === \"object\"")); err != nil || !there {
			return nil, fmt.Errorf("%s is not axe.min.js of axe-core (%w)", path, err)
		}
	}
	return chromedp.Run(ctx, chromedp.Evaluate[[]fault](`axe.run(document, `+axeRules+`).then((found) => found.violations.flatMap((rule) =>
		rule.nodes.map((node) => ({rule: rule.id, help: rule.help, selector: node.target.flat().join(" "), detail: node.failureSummary}))))`,
		chromedp.EvalAwaitPromise))
}

// The widths that CheckPage looks at, in CSS pixels: what WCAG asks pages to fit into (1.4.10,
// Reflow), a small phone and a desk.
const (
	least  = 320
	narrow = 360
	wide   = 1280
)

// CheckPage looks at the page that the tab shows, in a subtest called name: in windows 320,
// 360 and 1280 pixels wide nothing sticks out at the side, and [Axe] finds nothing in the light
// and the dark colour scheme. The page is not loaded again, so what it shows, such as the errors of a
// form, is what is looked at. The window stays 1280 pixels wide, the scheme is that of the
// browser again.
//
// If the variable VOLA_SCREENSHOTS is the path of a folder, pictures of the page in each width
// and scheme are written there; their names begin with name.
func CheckPage(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Helper()
		defer func() {
			if err := emulate(ctx, wide, ""); err != nil {
				t.Error(err)
			}
		}()
		for _, width := range []int64{least, narrow, wide} {
			if err := checkWidth(ctx, t, name, width); err != nil {
				t.Fatal(err)
			}
		}
		// Colours do not depend on the width, and the sizes of targets not on the scheme.
		for _, look := range []struct {
			width  int64
			scheme string
		}{{narrow, "light"}, {wide, "dark"}} {
			if err := emulate(ctx, look.width, look.scheme); err != nil {
				t.Fatal(err)
			}
			Axe(ctx, t)
		}
	})
}

// checkWidth fails the test for what sticks out of the page in a window of a width.
func checkWidth(ctx context.Context, t *testing.T, name string, width int64) error {
	t.Helper()
	if err := pictures(ctx, strings.ReplaceAll(name, " ", "-"), width); err != nil {
		return err
	}
	if err := emulate(ctx, width, ""); err != nil {
		return err
	}
	over, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`(() => {
		const page = document.documentElement, over = page.scrollWidth - innerWidth;
		if (over <= 0) return [];
		const out = [...document.body.querySelectorAll("*")].filter((e) => {
			const box = e.getBoundingClientRect();
			return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
		}).map(`+nameOf+`);
		return [over + " px", ...out.slice(0, 5)];
	})()`))
	if err == nil && len(over) > 0 {
		t.Errorf("in a window %d px wide the page scrolls to the side, by %s", width, strings.Join(over, ", "))
	}
	return err
}

// pictures writes pictures of the whole page in both schemes to the folder VOLA_SCREENSHOTS, if
// there is one.
func pictures(ctx context.Context, name string, width int64) error {
	dir := os.Getenv("VOLA_SCREENSHOTS")
	if dir == "" {
		return nil
	}
	for _, scheme := range []string{"light", "dark"} {
		if err := emulate(ctx, width, scheme); err != nil {
			return err
		}
		content, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			return fmt.Errorf("a picture of the page: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), content, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// emulate sets the width of the window and the colour scheme, "" for that of the browser.
func emulate(ctx context.Context, width int64, scheme string) error {
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
		return err
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media)
	return err
}
