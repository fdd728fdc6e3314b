// Package chromium starts a browser for tests of pages, to be driven with chromedp
// (github.com/chromedp/chromedp), and looks for accessibility faults in what it shows.
package chromium

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Timeout is how long a browser of a test runs at most.
const Timeout = 3 * time.Minute

// Start starts the Chromium that the variable VOLA_TEST_CHROMIUM names, without a window
// and with a profile of its own, and returns the context of its first tab. It ends with the
// test. Without the variable the test is skipped.
func Start(t testing.TB) context.Context {
	t.Helper()
	path := os.Getenv("VOLA_TEST_CHROMIUM")
	if path == "" {
		t.Skip("needs Chromium: set VOLA_TEST_CHROMIUM to its path")
	}
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoFirstRun, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "hide-scrollbars", "disable-dev-shm-usage"} {
		opts = append(opts, chromedp.Flag(flag, true))
	}
	if os.Geteuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(context.Background(), Timeout)
	t.Cleanup(cancel)
	ctx, cancelAlloc := chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancelAlloc)
	ctx, cancelTab := chromedp.NewContext(ctx)
	t.Cleanup(cancelTab)
	return ctx
}
