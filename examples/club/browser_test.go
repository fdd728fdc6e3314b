package club_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/auth/totp"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
)

// browser is a tab that shows pages of a site.
type browser struct {
	ctx  context.Context
	t    *testing.T
	c    *volatest.Client
	base string
}

// start serves a site to a browser.
func start(ctx context.Context, t *testing.T) browser {
	t.Helper()
	c := volatest.New(t, site())
	server := httptest.NewServer(c.Site)
	t.Cleanup(server.Close)
	return browser{ctx, t, c, server.URL}
}

// open shows a page.
func (b browser) open(path string) {
	b.t.Helper()
	chromium.Do(b.ctx, b.t, chromedp.Navigate(b.base+path))
}

// fill replaces what is in fields, by name.
func (b browser) fill(values ...string) {
	b.t.Helper()
	for i := 0; i < len(values); i += 2 {
		chromium.Do(b.ctx, b.t, chromedp.SetValue(`form [name="`+values[i]+`"]`, values[i+1]))
	}
}

// press presses the button with a text, and returns the status of the page that comes.
func (b browser) press(text string) int {
	b.t.Helper()
	return chromium.Load(b.ctx, b.t, chromedp.Click(`//button[normalize-space()="`+text+`"]`))
}

// want fails the test if the page is another one, or lacks a text.
func (b browser) want(path, text string) {
	b.t.Helper()
	if got := chromium.Eval[string](b.ctx, b.t, `location.pathname`); got != path {
		b.t.Fatalf("the page is %s, want %s: %s", got, path, b.text())
	}
	if got := b.text(); !strings.Contains(got, text) {
		b.t.Fatalf("%s does not say %q: %s", path, text, got)
	}
}

func (b browser) text() string {
	b.t.Helper()
	return chromium.Eval[string](b.ctx, b.t, `document.body.innerText`)
}

// logIn logs in on the page.
func (b browser) logIn(name, password string) {
	b.t.Helper()
	b.open("/accounts/login/")
	b.fill("login", name, "password", password)
	b.press("Log in")
}

// speak sets the language that the browser asks for.
func (b browser) speak(lang string) {
	b.t.Helper()
	agent := emulation.SetUserAgentOverrideParams{UserAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0", AcceptLanguage: lang}
	if _, err := chromedp.Call(b.ctx, emulation.SetUserAgentOverride, agent); err != nil {
		b.t.Fatal(err)
	}
}

// check looks at the page that is shown, whose first heading is as expected: nothing sticks out
// at the side, axe-core finds nothing, and a finger hits all controls. Of the main pages it is tried
// that the keyboard reaches all controls too.
func (b browser) check(name, heading string) {
	b.t.Helper()
	if got := chromium.Eval[string](b.ctx, b.t, `document.querySelector("h1").textContent`); got != heading && heading != "" {
		b.t.Fatalf("%s: the heading is %q, want %q", name, got, heading)
	}
	chromium.CheckPage(b.ctx, b.t, "club "+name)
	if strings.HasPrefix(heading, "Log in") || strings.Contains(name, "account") {
		chromium.TabThrough(b.ctx, b.t)
	}
	for _, width := range []int64{768, 360} {
		chromium.Do(b.ctx, b.t, chromedp.EmulateViewport(width, 900))
		if over := chromium.Eval[int](b.ctx, b.t, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			b.t.Errorf("%s: in a window %d px wide the page scrolls to the side by %d px", name, width, over)
		}
	}
	// Links within a sentence may be as low as the sentence is.
	for _, small := range chromium.Eval[[]string](b.ctx, b.t, `[...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea")]
		.map((e) => [e, (e.matches("[type=checkbox], [type=radio]") ? e.closest("label") ?? e : e).getBoundingClientRect()])
		.filter(([e, box]) => (box.height < 44 || box.width < 44) && !e.closest(".form-errors"))
		.map(([e, box]) => e.outerHTML.slice(0, 90) + " " + box.width + "x" + box.height)`) {
		b.t.Errorf("%s: smaller than 44 px: %s", name, small)
	}
	chromium.Do(b.ctx, b.t, chromedp.EmulateViewport(1280, 900))
}

// mailed opens the link of the last mail to an address.
func (b browser) mailed(to, prefix string) {
	b.t.Helper()
	b.open(volatest.Link(b.t, b.c.WantMail(to), prefix))
}

// long is an address of 254 characters.
var long = strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 61)+".", 3) + "org"

// TestPages looks at all pages of accounts, and those of the club.
func TestPages(t *testing.T) {
	t.Parallel()
	for name, visit := range map[string]func(b browser){
		"visitors": browser.visitors,
		"members":  browser.member,
		"factor":   func(b browser) { b.address(); b.factor(); b.closed() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(chromium.Start(t), t)
			authtest.User(t, b.c, "ann", func(u *auth.User) { u.Name, u.Email = strings.Repeat("W", 150), long })
			visit(b)
		})
	}
}

// visitors looks at pages of people who are not logged in.
func (b browser) visitors() {
	b.open("/accounts/login/")
	b.check("login", "Log in")
	const kind = `document.querySelector("[name=password]").type + ": " + document.querySelector(".reveal").textContent`
	for _, want := range []string{"text: Hide password", "password: Show password"} {
		chromium.Do(b.ctx, b.t, chromedp.Click(".reveal"))
		if got := chromium.Eval[string](b.ctx, b.t, kind); got != want {
			b.t.Errorf("the field is %q, want %q", got, want)
		}
	}
	if status := b.press("Log in"); status != 422 {
		b.t.Errorf("status %d", status)
	}
	chromium.CheckErrors(b.ctx, b.t, 2)
	b.check("login errors", "Log in")
	b.fill("login", "ann", "password", "wrong")
	b.press("Log in")
	b.want("/accounts/login/", "is not right.")

	b.open("/accounts/signup/")
	b.check("signup", "Make an account")
	b.fill("email", "no address")
	b.press("Send the mail")
	chromium.CheckErrors(b.ctx, b.t, 1)
	b.check("signup errors", "Make an account")
	other := "new" + long[3:]
	b.fill("email", other)
	b.press("Send the mail")
	b.check("sent", "Check your mail")
	b.mailed(other, "/accounts/open/signup/")
	b.check("signup finish", "Make an account")
	b.fill("username", "a b", "password", "short")
	b.press("Make the account")
	b.check("signup finish errors", "Make an account")

	b.open("/accounts/open/reset/nonsense/")
	b.check("bad link", "This link no longer works")
	b.open("/accounts/reset/")
	b.check("reset", "Forgotten your password?")
	b.fill("email", long)
	b.press("Send the mail")
	b.mailed(long, "/accounts/open/reset/")
	b.check("reset finish", "Choose a password")
	b.open("/accounts/magic/")
	b.check("magic", "Log in by a link")
	b.fill("email", long)
	b.press("Send the mail")
	b.mailed(long, "/accounts/open/login/")
	b.check("magic finish", "Log in")
	b.open("/accounts/logout/")
	b.check("logout nobody", "Log out")
	b.open("/")
	b.check("board empty", "Notice board")
}

// member looks at pages of somebody who is logged in.
func (b browser) member() {
	b.logIn("ann", authtest.Password)
	b.open("/pin/")
	b.check("pin", "Pin a notice")
	b.press("Pin it")
	b.check("pin errors", "Pin a notice")
	b.fill("title", strings.Repeat("Boathouse", 11), "text", "Come to the boathouse at nine.\n\nBring gloves.")
	chromium.Do(b.ctx, b.t, chromedp.Click(`[name=inner]`))
	b.press("Pin it")
	b.check("board", "Notice board")
	b.open("/1/")
	b.check("change", "Change a notice")
	b.open("/profile/")
	b.check("profile", "Your profile")
	for _, p := range [][2]string{
		{"", "Your account"}, {"logout/", "Log out"}, {"password/", "Change your password"}, {"email/", "Change your email address"},
		{"sessions/", "Where you are logged in"}, {"factor/", "Second factor"}, {"tokens/", "Tokens for programs"}, {"close/", "Close your account"},
		{"confirm/", "Confirm that it is you"},
	} {
		b.open("/accounts/" + p[0])
		b.check("account "+strings.Trim(p[0], "/"), p[1])
	}
	if _, err := auth.NewSession(b.t.Context(), authtest.Of(b.t, b.c), b.user("ann")); err != nil {
		b.t.Fatal(err)
	}
	b.open("/accounts/sessions/")
	b.check("sessions two", "Where you are logged in")
	b.open("/accounts/tokens/")
	b.press("Make the token")
	chromium.CheckErrors(b.ctx, b.t, 2)
	b.check("tokens errors", "Tokens for programs")
	b.fill("name", strings.Repeat("x", 100))
	chromium.Do(b.ctx, b.t, chromedp.Click(`[value="board:read"]`), chromedp.Click(`[value="board:write"]`))
	b.press("Make the token")
	b.check("token", "Your token")
	b.open("/accounts/tokens/")
	b.check("tokens one", "Tokens for programs")
}

func (b browser) user(name string) *auth.User {
	b.t.Helper()
	u, err := orm.From[auth.User](b.c.DB).Where(auth.Users.UsernameKey.Eq(name)).Get(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return &u
}

// moved is the address that ann changes to.
var moved = "m" + long[1:]

// address looks at the pages of a change of the address, and of taking it back.
func (b browser) address() {
	b.logIn("ann", authtest.Password)
	b.open("/accounts/email/")
	b.fill("email", moved)
	b.press("Send the mail")
	b.mailed(moved, "/accounts/open/email/")
	b.check("email finish", "Confirm your email address")
	b.press("Confirm")
	b.want("/accounts/login/", "Log in again.")
	b.mailed(long, "/accounts/open/revert/")
	b.check("email revert", "Take back the change")
}

// factor looks at the pages of the second factor.
func (b browser) factor() {
	b.logIn("ann", authtest.Password)
	b.open("/accounts/factor/")
	b.press("Turn it on")
	b.check("factor setup", "Turn the second factor on")
	b.fill("code", "000000")
	b.press("Turn it on")
	b.check("factor setup wrong", "Turn the second factor on")
	secret := b.secret()
	b.fill("code", totp.Code(secret, totp.At(time.Now())))
	b.press("Turn it on")
	b.check("factor codes", "Your recovery codes")
	b.open("/accounts/factor/")
	b.check("factor on", "Second factor")
	b.open("/accounts/confirm/")
	b.check("confirm factor", "Confirm that it is you")
	if strings.Contains(b.text(), "(optional)") {
		b.t.Error("the page says that the code is optional")
	}
	b.open("/accounts/logout/")
	b.press("Log out")
	b.logIn("ann", authtest.Password)
	b.check("code", "Second factor")
	b.fill("code", "000000")
	b.press("Log in")
	b.want("/accounts/code/", "This code is not right")
	b.fill("code", totp.Code(secret, totp.At(time.Now())+1))
	b.press("Log in")
	b.want("/", "Log out")
}

// secret reads the secret of the app from the page.
func (b browser) secret() []byte {
	b.t.Helper()
	secret, err := totp.Decode(chromium.Eval[string](b.ctx, b.t, `document.querySelector("code").textContent`))
	if err != nil {
		b.t.Fatal(err)
	}
	return secret
}

// closed looks at the pages around the end of an account.
func (b browser) closed() {
	b.open("/accounts/close/")
	b.press("Close my account")
	b.check("closed", "Notice board")
	b.mailed(moved, "/accounts/open/keep/")
	b.check("keep", "Open your account again")
}

// TestPagesInArabic looks at pages that are written from right to left.
func TestPagesInArabic(t *testing.T) {
	t.Parallel()
	b := start(chromium.Start(t), t)
	b.speak("ar")
	authtest.User(t, b.c, "ann", func(u *auth.User) { u.Name = "آن" })
	b.open("/accounts/login/")
	b.check("login ar", "")
	if dir := chromium.Eval[string](b.ctx, t, `document.documentElement.dir`); dir != "rtl" {
		t.Errorf("the direction is %q", dir)
	}
	b.fill("login", "ann")
	chromium.Load(b.ctx, t, chromedp.SendKeys(`[name=password]`, "\r"))
	b.check("login errors ar", "")
	b.fill("password", authtest.Password)
	chromium.Load(b.ctx, t, chromedp.SendKeys(`[name=password]`, "\r"))
	for _, p := range []string{"", "sessions/", "tokens/", "close/"} {
		b.open("/accounts/" + p)
		b.check("account ar "+strings.Trim(p, "/"), "")
	}
	b.open("/accounts/factor/")
	chromium.Load(b.ctx, t, chromedp.Click(`main form button`))
	b.check("factor setup ar", "")
}
