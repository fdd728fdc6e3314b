package club_test

import (
	"context"
	"fmt"
	"net/http"
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

	"github.com/volaweb/vola/examples/club"
)

const another = "copper-lantern-meadow-17"

// journeys are what people do with an account, each from its beginning to its end.
var journeys = []struct {
	name string
	walk func(b, scanner browser)
}{
	{"sign-up", signUp}, {"reset", reset}, {"address", address}, {"second factor", secondFactor}, {"close", closeAndOpen},
}

// TestJourneys goes all of them in a browser, with scripts and without. Another browser opens
// each link that is mailed, with scripts, as some do that look for harmful mails.
func TestJourneys(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprint("scripts ", scripts), func(t *testing.T) {
			t.Parallel()
			b := start(chromium.Start(t), t)
			chromium.Do(b.ctx, t, chromedp.Navigate("about:blank"))
			scanner := b
			scanner.ctx = freshTab(b.ctx, t)
			off := emulation.SetScriptExecutionDisabledParams{Value: !scripts}
			if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, off); err != nil {
				t.Fatal(err)
			}
			for _, j := range journeys {
				t.Run(j.name, func(t *testing.T) {
					b, scanner := b, scanner
					b.t, scanner.t = t, t
					j.walk(b, scanner)
				})
			}
		})
	}
}

// freshTab returns a tab with cookies of its own.
func freshTab(ctx context.Context, t *testing.T) context.Context {
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	return ctx
}

// scanned lets another browser open the link of the last mail to an address, and returns the link.
func scanned(b, scanner browser, to, prefix string) string {
	b.t.Helper()
	link := volatest.Link(b.t, b.c.WantMail(to), prefix)
	scanner.open(link)
	if text := scanner.text(); strings.Contains(text, "no longer works") {
		b.t.Fatal("a link that was only opened is spent")
	}
	return link
}

func signUp(b, scanner browser) {
	b.open("/accounts/signup/")
	b.fill("email", "new@example.org")
	b.press("Send the mail")
	b.want("/accounts/sent/", "The link works for a day.")
	b.open(scanned(b, scanner, "new@example.org", "/accounts/open/signup/"))
	if n, err := orm.From[auth.User](b.c.DB).Count(b.t.Context()); err != nil || n != 0 {
		b.t.Fatalf("%d users before a name was chosen, %v", n, err)
	}
	b.fill("username", "new", "name", "New Member", "password", "short")
	if status := b.press("Make the account"); status != 422 {
		b.t.Errorf("status %d", status)
	}
	b.want("/accounts/signup/finish/", "The password is too short.")
	b.fill("password", another)
	b.press("Make the account")
	b.want("/", "Welcome, New Member! You are logged in.")
	b.open("/accounts/logout/")
	b.press("Log out")
	b.want("/", "You are logged out.")
	b.open("/accounts/")
	b.want("/accounts/login/", "Log in")
}

func reset(b, scanner browser) {
	authtest.User(b.t, b.c, "rae")
	before := b.user("rae").Password
	b.open("/accounts/reset/")
	b.fill("email", "rae@example.org")
	b.press("Send the mail")
	b.want("/accounts/sent/", "The link works for an hour.")
	b.open(scanned(b, scanner, "rae@example.org", "/accounts/open/reset/"))
	if b.user("rae").Password != before {
		b.t.Fatal("an opened link changes the password")
	}
	b.fill("password", another)
	b.press("Set the password")
	b.want("/accounts/login/", "Your password is set.")
	b.logIn("rae", authtest.Password)
	b.want("/accounts/login/", "is not right")
	b.logIn("rae", another)
	b.want("/", "rae")
	b.logOut()
}

// logOut ends the session of the tab.
func (b browser) logOut() {
	b.t.Helper()
	b.open("/accounts/logout/")
	b.press("Log out")
}

func address(b, scanner browser) {
	authtest.User(b.t, b.c, "eve")
	b.logIn("eve", authtest.Password)
	b.open("/accounts/email/")
	b.fill("email", "thief@example.org")
	b.press("Send the mail")
	link := scanned(b, scanner, "thief@example.org", "/accounts/open/email/")
	if got := b.user("eve").Email; got != "eve@example.org" {
		b.t.Fatalf("the address is %s", got)
	}
	b.open(link)
	b.press("Confirm")
	b.want("/accounts/login/", "Your address is now thief@example.org.")
	// The owner takes it back, and chooses another password.
	link = scanned(b, scanner, "eve@example.org", "/accounts/open/revert/")
	if got := b.user("eve").Email; got != "thief@example.org" {
		b.t.Fatalf("the address is %s", got)
	}
	b.open(link)
	b.press("This was not me: take it back")
	b.want("/accounts/sent/", "Check your mail")
	b.logIn("eve", authtest.Password)
	b.want("/accounts/login/", "is not right")
	b.open(scanned(b, scanner, "eve@example.org", "/accounts/open/reset/"))
	b.fill("password", another)
	b.press("Set the password")
	b.logIn("eve@example.org", another)
	b.want("/", "eve")
	b.logOut()
}

func secondFactor(b, _ browser) {
	authtest.User(b.t, b.c, "ida")
	b.logIn("ida", authtest.Password)
	b.open("/accounts/factor/")
	b.press("Turn it on")
	if width := chromium.Eval[int](b.ctx, b.t, `document.querySelector("img.qr").naturalWidth`); width == 0 {
		b.t.Error("the QR code is not shown")
	}
	secret, step := b.secret(), totp.At(time.Now())
	b.fill("code", totp.Code(secret, step))
	b.press("Turn it on")
	b.want("/accounts/factor/new/", "Your recovery codes")
	recovery := chromium.Eval[string](b.ctx, b.t, `document.querySelector("ol.codes code").textContent`)
	b.logOut()
	b.logIn("ida", authtest.Password)
	b.want("/accounts/code/", "Six digits")
	b.fill("code", totp.Code(secret, step))
	b.press("Log in")
	b.want("/accounts/code/", "was used already")
	b.fill("code", totp.Code(secret, step+1))
	b.press("Log in")
	b.want("/", "ida")
	b.logOut()
	b.logIn("ida", authtest.Password)
	b.fill("code", recovery)
	b.press("Log in")
	b.want("/", "ida")
	b.open("/accounts/factor/")
	b.want("/accounts/factor/", "You have 9 recovery codes left.")
	b.press("Turn it off")
	b.want("/accounts/factor/", "The second factor is off.")
	b.logOut()
	b.logIn("ida", authtest.Password)
	b.want("/", "ida")
	b.logOut()
}

func closeAndOpen(b, scanner browser) {
	zoe := authtest.User(b.t, b.c, "zoe")
	volatest.Make(b.t, b.c.DB, func(n *club.Notice) { n.Title, n.Text, n.Author = "Boat", "Leaks.", orm.RefTo[auth.User](zoe.ID) })
	b.logIn("zoe", authtest.Password)
	b.open("/accounts/close/")
	b.want("/accounts/close/", "deleted after 7 days")
	b.want("/accounts/close/", "notice: 1")
	b.press("Close my account")
	b.want("/", "Your account is closed.")
	b.logIn("zoe", authtest.Password)
	b.want("/accounts/login/", "This account is closed.")
	link := scanned(b, scanner, "zoe@example.org", "/accounts/open/keep/")
	if b.user("zoe").Active {
		b.t.Fatal("an opened link opens the account")
	}
	b.open(link)
	b.press("Open it again")
	b.want("/accounts/login/", "Your account is open again.")
	b.logIn("zoe", authtest.Password)
	b.want("/", "zoe")
	b.logOut()
}

// TestForeignPages sends forms from pages of other origins to a site where the browser is
// logged in: from another host, and from another port of the same, to which browsers send the
// cookie too.
func TestForeignPages(t *testing.T) {
	t.Parallel()
	b := start(chromium.Start(t), t)
	authtest.User(t, b.c, "ann")
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for i, form := range []struct{ path, fields string }{
			{"/accounts/logout/", ""},
			{"/accounts/password/", `<input name="old" value="` + authtest.Password + `"><input name="new" value="` + another + `">`},
			{"/accounts/email/", `<input name="email" value="thief@example.org">`},
			{"/accounts/close/", ""},
			{"/accounts/sessions/", ""},
			{"/accounts/factor/begin/", ""},
		} {
			fmt.Fprintf(w, `<form id="f%d" method="post" action="%s">%s<button>send</button></form>`, i, b.base+form.path, form.fields)
		}
	}))
	t.Cleanup(foreign.Close)
	b.logIn("ann", authtest.Password)
	before := *b.user("ann")
	b.c.Mails()
	for _, host := range []string{"localhost", "127.0.0.1"} {
		from := strings.Replace(foreign.URL, "127.0.0.1", host, 1)
		for i := range 6 {
			chromium.Do(b.ctx, t, chromedp.Navigate(from))
			if status := chromium.Load(b.ctx, t, chromedp.Click(fmt.Sprintf("#f%d button", i))); status != 403 {
				t.Errorf("form %d of %s: status %d", i, host, status)
			}
		}
	}
	b.open("/accounts/")
	b.want("/accounts/", "ann@example.org")
	if after := b.user("ann"); after.Password != before.Password || after.Email != before.Email || after.Stamp != before.Stamp || !after.Active {
		t.Errorf("the user is %+v, was %+v", after, before)
	}
	if n := len(b.c.Mails()); n != 0 {
		t.Errorf("%d mails were sent", n)
	}
}
