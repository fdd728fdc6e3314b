package passkeys_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/passkeys"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
)

// serve starts a site that a browser can reach, at a port of localhost, and returns where.
func serve(t *testing.T) (c *volatest.Client, at string) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	at = "http://" + strings.Replace(server.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	c = volatest.Start(t, site(), volatest.Options{Environ: map[string]string{"BASE_URL": at}})
	server.Config.Handler = c.Site
	server.Start()
	t.Cleanup(server.Close)
	return c, at
}

// withDevice gives the browser a device that has passkeys.
func withDevice(ctx context.Context, t *testing.T) webauthn.AuthenticatorID {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	made, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Ctap2version: "ctap2_1", Transport: "internal", HasResidentKey: true, HasUserVerification: true,
		IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: holds}); err != nil {
		t.Fatal(err)
	}
	return made.AuthenticatorID
}

// want ends the test unless an expression has a value in the page.
func want(ctx context.Context, t *testing.T, expression, value string) {
	t.Helper()
	if got := chromium.Eval[string](ctx, t, expression); got != value {
		t.Fatalf("%s is %q, want %q; the page says %q", expression, got, value, chromium.Eval[string](ctx, t, `document.body.innerText`))
	}
}

// until waits for a condition in the page.
func until(ctx context.Context, t *testing.T, what, condition string) {
	t.Helper()
	if !chromium.Eval[bool](ctx, t, `new Promise((resolve) => {
		const end = Date.now() + 20_000;
		const look = () => `+condition+` ? resolve(true) : Date.now() > end ? resolve(false) : setTimeout(look, 10);
		look();
	})`) {
		t.Fatalf("%s: it does not come; the page %s says %q", what, chromium.Eval[string](ctx, t, `location.href`), chromium.Eval[string](ctx, t, `document.body.innerText`))
	}
}

// wantSaid fails the test unless the page says something about what went wrong.
func wantSaid(ctx context.Context, t *testing.T, part string) {
	t.Helper()
	until(ctx, t, "wait for "+part, `document.querySelector("[role=alert] .message")?.textContent.includes("`+part+`") === true`)
}

// holds keeps the browser from offering passkeys in the field of the user name until the test
// says so, as the device answers at once. It notes what the field is for then.
const holds = `
	PublicKeyCredential.isConditionalMediationAvailable = () => new Promise((resolve) => { window.offerPasskeys = resolve; });
	const get = navigator.credentials.get.bind(navigator.credentials);
	navigator.credentials.get = (options) => {
		if (options.mediation === "conditional") sessionStorage.autocomplete = document.querySelector("[name=login]").autocomplete;
		return get(options);
	};`

// asked is true as soon as the script has asked whether passkeys can be offered there.
const asked = `typeof offerPasskeys === "function"`

const (
	addButton   = `[data-passkeys="add"] button`
	loginButton = `[data-passkeys="login"] button`
)

// verifies says whether the person in front of the device is the right one.
func verifies(ctx context.Context, t *testing.T, id webauthn.AuthenticatorID, yes bool) {
	t.Helper()
	if _, err := chromedp.Call(ctx, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: id, IsUserVerified: yes}); err != nil {
		t.Fatal(err)
	}
}

// logInByPassword logs in on the page.
func logInByPassword(ctx context.Context, t *testing.T, at string) {
	t.Helper()
	chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/login/?next=/passkeys/"))
	chromium.Load(ctx, t, chromedp.SendKeys(`[name=login]`, "ann"), chromedp.SendKeys(`[name=password]`, authtest.Password+"\r"))
	want(ctx, t, `location.pathname`, "/passkeys/")
}

// logOut logs out, and leads to the log-in page.
func logOut(ctx context.Context, t *testing.T, at string) {
	t.Helper()
	chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/logout/"))
	chromium.Load(ctx, t, chromedp.Click(`main button`))
}

// TestInABrowser adds a passkey, logs in with it and removes it, in a real browser with a device
// that is simulated.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	c, at := serve(t)
	authtest.User(t, c, "ann")
	device := withDevice(ctx, t)
	logInByPassword(ctx, t, at)
	chromium.CheckPage(ctx, t, "no passkeys")

	chromium.Do(ctx, t, chromedp.Click(addButton))
	wantSaid(ctx, t, "Fill in this field.")
	verifies(ctx, t, device, false)
	chromium.Do(ctx, t, chromedp.SendKeys(`[name=name]`, "My phone"), chromedp.Click(addButton))
	wantSaid(ctx, t, "It was stopped, or took too long.")
	chromium.CheckPage(ctx, t, "passkeys with an error")
	verifies(ctx, t, device, true)
	chromium.Load(ctx, t, chromedp.Click(addButton))
	want(ctx, t, `document.querySelector(".devices strong")?.textContent`, "My phone")
	chromium.CheckPage(ctx, t, "passkeys")
	chromium.TabThrough(ctx, t)
	chromium.Do(ctx, t, chromedp.SendKeys(`[name=name]`, "Again\r"))
	wantSaid(ctx, t, "This device has a passkey of yours already.")

	// It proves who it is, and logs in.
	chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/confirm/?next=/passkeys/1/"))
	chromium.CheckPage(ctx, t, "confirm with a passkey")
	chromium.Load(ctx, t, chromedp.Click(`[data-passkeys="confirm"] button`))
	want(ctx, t, `location.pathname`, "/passkeys/1/")
	chromium.CheckPage(ctx, t, "rename a passkey")
	logOut(ctx, t, at)
	chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/login/?next=/accounts/sessions/"))
	until(ctx, t, "the log-in page", asked)
	chromium.CheckPage(ctx, t, "log in with a passkey")
	verifies(ctx, t, device, false)
	chromium.Do(ctx, t, chromedp.Click(loginButton))
	wantSaid(ctx, t, "It was stopped, or took too long.")
	verifies(ctx, t, device, true)
	chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/login/?next=/accounts/sessions/"))
	chromium.Load(ctx, t, chromedp.Click(loginButton))
	want(ctx, t, `location.pathname`, "/accounts/sessions/")

	// The browser offers it in the field of the user name too.
	logOut(ctx, t, at)
	chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/login/?next=/accounts/sessions/"))
	until(ctx, t, "the log-in page", asked)
	before, err := orm.From[passkeys.Ceremony](c.DB).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	chromium.Do(ctx, t, chromedp.Evaluate[chromedp.Void](`void offerPasskeys(true)`))
	until(ctx, t, "the field of the user name", `document.querySelector("[name=login]").autocomplete === "username webauthn"`)
	if after, err := orm.From[passkeys.Ceremony](c.DB).Count(t.Context()); after != before || err != nil {
		t.Errorf("a page that is merely open has begun a log-in: %d, %d before, %v", after, before, err)
	}
	chromium.Load(ctx, t, chromedp.Focus(`[name=login]`))
	want(ctx, t, `sessionStorage.autocomplete`, "username webauthn")
	want(ctx, t, `location.pathname`, "/accounts/sessions/")

	t.Run("another site", func(t *testing.T) { anotherSite(ctx, t, at) })

	chromium.Do(ctx, t, chromedp.Navigate(at+"/passkeys/"))
	chromium.Load(ctx, t, chromedp.Click(`[aria-label="Remove: My phone"]`))
	if n, err := orm.From[passkeys.Credential](c.DB).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d passkeys, %v", n, err)
	}
	logOut(ctx, t, at)
	chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/login/"))
	chromium.Do(ctx, t, chromedp.Click(loginButton))
	wantSaid(ctx, t, "This passkey does not log you in here.")

	without(ctx, t, at)
}

// anotherSite signs on another port of the same host what the site has asked for, which the site
// does not take. At another host the browser does not sign at all.
func anotherSite(ctx context.Context, t *testing.T, at string) {
	_, evil := serve(t)
	const fetches = `(async (path, body) => {
		const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
		return answer.status + " " + await answer.text();
	})`
	ask := func(path, body string) (status int, answer string) {
		t.Helper()
		text := chromium.Eval[string](ctx, t, fetches+`("`+path+`", `+body+`)`)
		if _, err := fmt.Sscan(text, &status); err != nil {
			t.Fatal(err)
		}
		_, answer, _ = strings.Cut(text, " ")
		return status, answer
	}
	sign := func(options json.RawMessage) string {
		t.Helper()
		return chromium.Eval[string](ctx, t, `(async () => {
			try {
				const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(`+string(options)+`);
				return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
			} catch (error) { return error.name; }
		})()`)
	}
	for name, test := range map[string]struct {
		from   string
		status int
	}{"this site": {at, 200}, "another port": {evil, 400}} {
		chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/sessions/"))
		_, answer := ask("/passkeys/login/begin/", "{}")
		var b begun
		if err := json.Unmarshal([]byte(answer), &b); err != nil {
			t.Fatal(err)
		}
		chromium.Do(ctx, t, chromedp.Navigate(test.from+"/accounts/reset/"))
		signed := sign(b.Options)
		if !strings.HasPrefix(signed, "{") {
			t.Fatalf("%s: the browser signs nothing: %s", name, signed)
		}
		chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/sessions/"))
		if status, answer := ask("/passkeys/login/finish/", fmt.Sprintf(`{"ceremony": %q, "response": %s}`, b.Ceremony, signed)); status != test.status {
			t.Errorf("%s: status %d, want %d: %s", name, status, test.status, answer)
		}
		chromium.Do(ctx, t, chromedp.Navigate(strings.Replace(evil, "localhost", "127.0.0.1", 1)+"/accounts/reset/"))
		if got := sign(b.Options); got != "SecurityError" {
			t.Errorf("at another host the browser signs: %s", got)
		}
	}
}

// without looks at the pages without scripts, and in a browser without passkeys.
func without(ctx context.Context, t *testing.T, at string) {
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `delete window.PublicKeyCredential`}); err != nil {
		t.Fatal(err)
	}
	shown := func(selector string) bool {
		t.Helper()
		return chromium.Eval[bool](ctx, t, `document.querySelector('`+selector+`').checkVisibility()`)
	}
	for what, off := range map[string]bool{"without passkeys": false, "without scripts": true} {
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off}); err != nil {
			t.Fatal(err)
		}
		logInByPassword(ctx, t, at)
		if shown(addButton) || !shown("[data-passkeys-without]") {
			t.Error(what + " a passkey can be added")
		}
		if !off { // axe-core is a script
			chromium.CheckPage(ctx, t, "passkeys "+what)
		}
		logOut(ctx, t, at)
		chromium.Do(ctx, t, chromedp.Navigate(at+"/accounts/login/"))
		if shown(loginButton) {
			t.Error(what + " passkeys are offered")
		}
	}
}
