package shelf_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
	"github.com/volaweb/vola/web/sessions"
	"github.com/volaweb/vola/web/webtest"

	"github.com/volaweb/vola/examples/shelf"
)

func start(t *testing.T, books int) *volatest.Client {
	t.Helper()
	c := volatest.New(t, vola.Config{Name: "Shelf", Modules: []module.Module{jobs.New(jobs.Config{}), module.At("/", shelf.New())}, Sessions: sessions.Config{Store: &sessions.Memory{}}})
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

// TestImport: a file of titles is read by a job, whose page says how far it is; a file again adds nothing.
func TestImport(t *testing.T) {
	t.Parallel()
	c := start(t, 2)
	var titles strings.Builder
	for i := range 1200 {
		fmt.Fprintf(&titles, "Title %d\n", i)
	}
	titles.WriteString("\nBook 1\nTitle 5\n" + strings.Repeat("x", 121) + "\n")
	c.Get("/").WantStatus(200).Click("a.import").WantStatus(200)
	for i, want := range []string{"1200 books were added, 2 were there, 1 lines are too long.", "0 books were added, 1202 were there, 1 lines are too long."} {
		path := fmt.Sprintf("/import/%d/", i+1)
		c.Get("/import/").Form("Import").Attach("File", webtest.File{Name: "books.txt", Content: titles.String()}).Submit().WantStatus(303).WantRedirect(path)
		c.Get(path).WantStatus(200).WantContains("#progress", "It waits.")
		c.RunJobs()
		c.Get(path).WantStatus(200).WantContains("#progress", want)
		for info, err := range c.Site.Host().Storage.List(t.Context(), "") {
			t.Errorf("%v is left, %v", info, err)
		}
	}
	c.Get("/import/").Form("Import").Attach("File", webtest.File{Name: "books.txt", Content: "\xff\xfe\x00"}).Submit().WantStatus(422)
	c.Get("/import/999/").WantStatus(404)
	if n, err := orm.From[shelf.Book](c.DB).Count(t.Context()); n != 1202 || err != nil {
		t.Errorf("%d books, %v", n, err)
	}
}
