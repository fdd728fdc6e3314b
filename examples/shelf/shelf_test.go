package shelf_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
	"github.com/volaweb/vola/web/sessions"

	"github.com/volaweb/vola/examples/shelf"
)

func start(t *testing.T, books int) *volatest.Client {
	t.Helper()
	c := volatest.New(t, vola.Config{Name: "Shelf", Modules: []module.Module{module.At("/", shelf.New())}, Sessions: sessions.Config{Store: &sessions.Memory{}}})
	for i := range books {
		if err := orm.Create(t.Context(), c.DB, &shelf.Book{Title: fmt.Sprintf("Book %d", i+1)}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// TestBooks: with links and forms alone.
func TestBooks(t *testing.T) {
	t.Parallel()
	c := start(t, 7)
	page := c.Get("/").WantStatus(200).WantCount("#books li", 5).WantText("#books li:first-child span", "Book 7")
	page.Click("a[rel=next]").WantStatus(200).WantCount("#books li", 2)
	page.Form("Add").Press("Add").WantStatus(422).WantCount("#books li", 5)
	page.Form("Add").Fill("Title", "Book 7").Press("Add").WantStatus(422)
	page.Form("Add").Fill("Title", "Book 8").Press("Add").WantStatus(303)
	c.Get("/").WantText(".message", "The book was added.").WantText("#books li:first-child span", "Book 8")
	page.Form("♥ 0, like Book 7").Press("♥ 0, like Book 7").WantStatus(303)
	c.Get("/?q=book+7").WantCount("#books li", 1).WantText("#books button", "♥ 1")
	c.Post("/99/like/", nil).WantStatus(404)
}

// TestInABrowser: nothing is loaded again, and what was typed stays.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	server := httptest.NewServer(start(t, 7).Site)
	t.Cleanup(server.Close)
	chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/"))
	chromium.CheckPage(ctx, t, "shelf")
	chromium.TabThrough(ctx, t)
	until := func(condition string) {
		t.Helper()
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+condition+")")); err != nil {
			t.Fatalf("%s: %v %s", condition, err, chromium.Eval[string](ctx, t, `document.querySelector("main").innerText`))
		}
	}
	chromium.Eval[int](ctx, t, `window.mark = 1`)
	chromium.Do(ctx, t, chromedp.SendKeys("[name=title]", "half a ti"), chromedp.Click("#book-7 button"))
	until(`document.querySelector("#book-7 button").textContent === "♥ 1"`)
	until(`document.querySelector("[name=title]").value === "half a ti"`)
	chromium.Do(ctx, t, chromedp.SendKeys("#q", "book 3\r"))
	until(`document.querySelector("#books").innerText.includes("Book 3") && document.querySelectorAll("#books li").length === 1 && location.search === "?q=book+3"`)
	chromium.Eval[any](ctx, t, `(history.back(), null)`)
	until(`document.querySelectorAll("#books li").length === 5`)
	chromium.Do(ctx, t, chromedp.SendKeys("[name=title]", "tle\r"))
	until(`document.querySelector("#messages").innerText === "The book was added."`)
	until(`document.querySelector("#books li span").textContent === "half a title" && document.querySelector("[name=title]").value === ""`)
	chromium.Do(ctx, t, chromedp.Click("#add button"))
	until(`document.querySelector("#add [aria-invalid=true]") && document.title.startsWith("Error: ")`)
	chromium.CheckPage(ctx, t, "shelf error")
	if chromium.Eval[any](ctx, t, `window.mark ?? null`) == nil {
		t.Error("the page was loaded again")
	}

	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/"))
	chromium.Load(ctx, t, chromedp.Click("#book-7 button"))
	if got := chromium.Eval[string](ctx, t, `document.querySelector("#book-7 button").textContent`); got != "♥ 2" {
		t.Errorf("without JavaScript: %s", got)
	}
}
