package chromium

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
)

// Do does actions, one after another. An error ends the test.
func Do(ctx context.Context, t testing.TB, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// Eval returns the value of a JavaScript expression in the page that the tab shows, or what the
// promise that it is comes to. An error ends the test.
func Eval[T any](ctx context.Context, t testing.TB, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// Load does actions that lead to another page, such as a click on a button that sends a form,
// waits until the page is loaded, and returns its status. An error ends the test.
func Load(ctx context.Context, t testing.TB, actions ...chromedp.Action[chromedp.Void]) int {
	t.Helper()
	r, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		t.Fatal(err)
	}
	return int(r.Status)
}
