package oidc_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
)

// TestInABrowser makes an account by a provider, logs out and in again and looks at what is linked,
// in a real browser, whose policy lets no form lead to another site.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	server := httptest.NewUnstartedServer(nil)
	// The provider is at 127.0.0.1, which is another site for the browser and its cookies.
	at := strings.Replace("http://"+server.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	c := volatest.New(t, site(auth.Config{SignUp: true}, acme(realProvider(t, at+"/oidc/acme/callback/")))())
	server.Config.Handler = c.Site
	server.Start()
	t.Cleanup(server.Close)
	c.Site.Host().Site.BaseURL = at // as the command serve does

	want := func(expression, value string) {
		t.Helper()
		if got := chromium.Eval[string](ctx, t, expression); got != value {
			t.Fatalf("%s is %q, want %q; the page %s says %q", expression, got, value, chromium.Eval[string](ctx, t, `location.href`), chromium.Eval[string](ctx, t, `document.body.innerText`))
		}
	}
	// atProvider presses a button and logs in at the provider, where it leads to by itself.
	atProvider := func(button string) {
		t.Helper()
		chromium.Do(ctx, t, chromedp.Click(button), chromedp.WaitVisible(`#username`),
			chromedp.SendKeys(`#username`, "ann"))
		chromium.Load(ctx, t, chromedp.SendKeys(`#password`, "ann\r"))
	}
	chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/login/?next=/accounts/sessions/"))
	chromium.CheckPage(ctx, t, "log-in with a provider")
	chromium.TabThrough(ctx, t)
	atProvider(`button[name=provider]`)
	want(`location.pathname`, "/oidc/new/")
	chromium.CheckPage(ctx, t, "new account of a provider")
	chromium.Load(ctx, t, chromedp.Click(`main form button`))
	want(`location.pathname`, "/accounts/sessions/")
	chromium.Do(ctx, t, chromedp.Navigate(at+"/oidc/"))
	want(`document.querySelector(".devices strong")?.textContent`, "Acme")
	chromium.CheckPage(ctx, t, "linked accounts")

	chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/logout/"))
	chromium.Load(ctx, t, chromedp.Click(`main button`))
	chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/login/?next=/accounts/sessions/"))
	atProvider(`button[name=provider]`)
	want(`location.pathname`, "/accounts/sessions/")

	// The provider asks again for the account that is to be confirmed.
	chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/confirm/?next=/oidc/"))
	chromium.CheckPage(ctx, t, "confirm with a provider")
	atProvider(`button[name=provider]`)
	want(`location.pathname`, "/oidc/")

	chromium.Do(ctx, t, chromedp.Navigate(at+"/oidc/acme/callback/?state=x"))
	chromium.CheckPage(ctx, t, "a log-in that has failed")
}
