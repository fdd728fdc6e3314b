package contact_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
)

// TestInABrowser writes a message in a browser, and looks at the mail in the pages of
// development.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	c := volatest.Start(t, site(), volatest.Options{Dev: true})
	server := httptest.NewServer(c.Site)
	t.Cleanup(server.Close)
	chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/_dev/mail/"))
	chromium.CheckPage(ctx, t, "mails none")
	chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/"))
	chromium.CheckPage(ctx, t, "contact")
	if status := chromium.Load(ctx, t, chromedp.SendKeys("#field-name", "\r")); status != 422 {
		t.Errorf("status %d", status)
	}
	chromium.CheckErrors(ctx, t, 3)
	long := strings.Repeat("supercalifragilistic", 8)
	status := chromium.Load(ctx, t, chromedp.SendKeys("#field-text", "<script>window.hit=1</script>\n"+long), chromedp.SendKeys("#field-email", "ann@example.org"),
		chromedp.SendKeys("#field-name", "Ann <img src=x onerror=window.hit=1>\r"))
	if status != 200 {
		t.Errorf("status %d", status)
	}
	chromium.CheckPage(ctx, t, "contact thanks")
	if n := len(c.Mails()); n != 1 {
		t.Fatalf("%d mails were sent", n)
	}
	chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/_dev/mail/"))
	chromium.CheckPage(ctx, t, "mails")
	chromium.TabThrough(ctx, t)
	at := chromium.Eval[string](ctx, t, `(() => { const link = document.querySelector(".mails a"), box = link.getBoundingClientRect();
		link.focus(); return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).localName })()`)
	if at != "a" {
		t.Errorf("at the place of the link is the element %s", at)
	}
	if status := chromium.Load(ctx, t, chromedp.KeyEvent("\r")); status != 200 {
		t.Errorf("status %d", status)
	}
	chromium.CheckPage(ctx, t, "mails sent")
	chromium.TabThrough(ctx, t)
	inside := chromium.Eval[string](ctx, t, `document.querySelector("iframe").contentDocument.body.innerText`)
	if !strings.Contains(inside, "has written to Contact") || !strings.Contains(inside, "<script>") {
		t.Errorf("the HTML of the mail shows %q", inside)
	}
	if hit := chromium.Eval[string](ctx, t, `typeof window.hit + typeof document.querySelector("iframe").contentWindow.hit`); hit != "undefinedundefined" {
		t.Error("a script in a mail was run")
	}
	chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/_dev/mail/preview/contact/message/"))
	chromium.CheckPage(ctx, t, "mails preview")
	// What looks for faults is a script, and the pages of development run none in a mail.
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, c.WantMail("office@example.org").HTML)
	}))
	t.Cleanup(html.Close)
	chromium.Do(ctx, t, chromedp.Navigate(html.URL))
	chromium.CheckPage(ctx, t, "mails html")
}
