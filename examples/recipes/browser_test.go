package recipes_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"

	"github.com/volaweb/vola/examples/recipes"
)

// TestInABrowser adds a recipe and changes its ingredients in a browser, with scripts and
// without, by keyboard and mouse.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	c := volatest.New(t, site())
	if _, err := c.Command("import", "testdata/recipes.csv"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c.Site)
	t.Cleanup(server.Close)
	b := browser{c: c, url: server.URL}
	t.Run("pages", func(t *testing.T) { b.pages(ctx, t) })
	t.Run("add", func(t *testing.T) { b.add(ctx, t) })
	t.Run("rows with a script", func(t *testing.T) { b.rows(ctx, t) })
	t.Run("row removed", func(t *testing.T) { b.removed(ctx, t) })
	t.Run("rows without a script", func(t *testing.T) { b.rowsWithout(ctx, t) })
}

type browser struct {
	c   *volatest.Client
	url string
}

// send is the button that saves: the last of the form.
const send = `form.form > button:last-of-type`

// pages looks at the pages that have no form of package forms.
func (b browser) pages(ctx context.Context, t *testing.T) {
	for name, path := range map[string]string{"list": "/", "recipe": "/1/", "error": "/99/"} {
		chromium.Do(ctx, t, chromedp.Navigate(b.url+path))
		chromium.CheckPage(ctx, t, "recipes "+name)
		chromium.TabThrough(ctx, t)
	}
}

// snippet: browser

// add fills in a form by keyboard, with errors first.
func (b browser) add(ctx context.Context, t *testing.T) {
	chromium.Do(ctx, t, chromedp.Navigate(b.url+"/add/"))
	chromium.CheckPage(ctx, t, "recipes add")
	chromium.TabThrough(ctx, t)
	// Enter in a text sends the form.
	if status := chromium.Load(ctx, t, chromedp.SendKeys("#field-minutes", "0\r")); status != 422 {
		t.Fatalf("status %d", status)
	}
	chromium.CheckErrors(ctx, t, 3)
	chromium.CheckPage(ctx, t, "recipes add errors")
	chromium.TabThrough(ctx, t)
	chromium.Eval[any](ctx, t, `document.querySelector("#field-title").focus()`)
	status := chromium.Load(ctx, t, chromedp.KeyEvent("Toast\t"), chromedp.KeyEvent("3\t"), chromedp.KeyEvent("2\t"), chromedp.KeyEvent("Toast the bread."),
		chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"))
	if at := chromium.Eval[string](ctx, t, `location.pathname`); status != 200 || at != "/15/" {
		t.Errorf("status %d at %s", status, at)
	}
}

// end snippet

// rows adds and removes ingredients with the script.
func (b browser) rows(ctx context.Context, t *testing.T) {
	chromium.Do(ctx, t, chromedp.Navigate(b.url+"/1/edit/"))
	chromium.CheckPage(ctx, t, "recipes edit")
	chromium.TabThrough(ctx, t)
	want := func(what, script, want string) {
		t.Helper()
		if got := chromium.Eval[string](ctx, t, script); got != want {
			t.Errorf("%s: %s is %q, want %q", what, script, got, want)
		}
	}
	const legends = `[...document.querySelectorAll(".rows > .row > legend")].map((e) => e.textContent).join()`
	const focus = `document.activeElement.name ?? ""`
	status := func(what, want string) {
		t.Helper()
		said := `document.querySelector(".rows > [role=status]").textContent`
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](said+` !== ""`)); err != nil {
			t.Fatal(what, err)
		}
		if got := chromium.Eval[string](ctx, t, said); got != want {
			t.Errorf("%s: the status says %q, want %q", what, got, want)
		}
	}
	chromium.Do(ctx, t, chromedp.Click(`[name="amounts.add"]`))
	want("added", legends, "Ingredient 1,Ingredient 2,Ingredient 3,Ingredient 4,Ingredient 5,Ingredient 6,Ingredient 7")
	status("added", "Added: Ingredient 7")
	key := chromium.Eval[string](ctx, t, `document.querySelector(".rows > .row:last-of-type").dataset.key`)
	want("added", focus, "amounts."+key+".ingredient")
	want("added", `[...document.querySelectorAll(".rows > .row:last-of-type :is(input, select, button)")].map((e) => e.name + "=" + (e.localName === "select" ? "" : e.value)).join(" ")`,
		strings.ReplaceAll("amounts=KEY amounts.KEY.ingredient= amounts.KEY.quantity= amounts.KEY.unit= amounts.remove=KEY", "KEY", key))
	want("added", `[...document.querySelectorAll(".rows > .row:last-of-type label")].map((e) => e.control?.name).join()`,
		strings.ReplaceAll("amounts.KEY.ingredient,amounts.KEY.quantity,amounts.KEY.unit", "KEY", key))
	want("no key is left", `document.querySelector("form").cloneNode(true).outerHTML.replace(/<template.*?<\/template>/gs, "").includes("__KEY") ? "yes" : ""`, "")
	// Two blank rows stay blank. The new one is filled in by keyboard.
	chromium.Do(ctx, t, chromedp.KeyEvent("t"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("2"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("kg"))
	chromium.CheckPage(ctx, t, "recipes edit with a row added")

	chromium.Do(ctx, t, chromedp.Click(`[name="amounts.remove"][value="2"]`))
	want("removed", legends, "Ingredient 1,Ingredient 2,Ingredient 3,Ingredient 4,Ingredient 5,Ingredient 6")
	want("removed", `document.activeElement.id`, "row-amounts.3")
	want("removed", `document.activeElement.querySelector("button").textContent`, "Remove: Ingredient 2")
	status("removed", "Removed: Ingredient 2")

	// Enter in a text saves, and does not press the first button of the form.
	if status := chromium.Load(ctx, t, chromedp.SendKeys(`[id="field-amounts.1.unit"]`, "\r")); status != 200 {
		t.Errorf("status %d", status)
	}
	b.wantAmounts(t, "500 g flour, 10 g salt, 3 g yeast, 2 kg tomato")

	// All rows can be removed, and the button to add one is where the focus can go on.
	chromium.Do(ctx, t, chromedp.Navigate(b.url+"/1/edit/"))
	for chromium.Eval[int](ctx, t, `document.querySelectorAll(".rows > .row").length`) > 0 {
		chromium.Do(ctx, t, chromedp.Click(`[name="amounts.remove"]`))
	}
	want("all removed", `document.activeElement.id`, "field-amounts")
	if status := chromium.Load(ctx, t, chromedp.Click(send)); status != 422 {
		t.Errorf("status %d", status)
	}
	chromium.CheckErrors(ctx, t, 1)
	chromium.CheckPage(ctx, t, "recipes edit errors")
	chromium.TabThrough(ctx, t)
	b.wantAmounts(t, "500 g flour, 10 g salt, 3 g yeast, 2 kg tomato")
}

// removed sends a row that somebody else has removed meanwhile: the link in the summary leads
// to the row, which is a new one now.
func (b browser) removed(ctx context.Context, t *testing.T) {
	chromium.Do(ctx, t, chromedp.Navigate(b.url+"/2/edit/"))
	first, err := orm.From[recipes.Amount](b.c.DB).Where(recipes.Amounts.Recipe.Eq(2)).OrderBy(recipes.Amounts.ID.Asc()).First(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := orm.From[recipes.Amount](b.c.DB).Where(recipes.Amounts.ID.Eq(first.ID)).Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := chromium.Load(ctx, t, chromedp.Click(send)); status != 422 {
		t.Errorf("status %d", status)
	}
	chromium.CheckErrors(ctx, t, 1)
	chromium.CheckPage(ctx, t, "recipes edit row removed")
	chromium.TabThrough(ctx, t)
	if status := chromium.Load(ctx, t, chromedp.Click(send)); status != 200 {
		t.Errorf("status %d", status)
	}
}

// rowsWithout does the same without a script.
func (b browser) rowsWithout(ctx context.Context, t *testing.T) {
	scripts := func(off bool) {
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off}); err != nil {
			t.Fatal(err)
		}
	}
	scripts(true)
	defer scripts(false)
	chromium.Do(ctx, t, chromedp.Navigate(b.url+"/1/edit/"))
	chromium.Load(ctx, t, chromedp.Click(`[name="amounts.add"]`))
	chromium.Do(ctx, t, chromedp.SetValue(`[id="field-amounts.n3.ingredient"]`, "6"), chromedp.SendKeys(`[id="field-amounts.n3.quantity"]`, "1"))
	chromium.Load(ctx, t, chromedp.Click(`[name="amounts.remove"][value="1"]`))
	if chromium.Load(ctx, t, chromedp.SendKeys(`[id="field-amounts.n3.unit"]`, "\r")); chromium.Eval[string](ctx, t, `location.pathname`) != "/1/" {
		t.Errorf("errors: %s", chromium.Eval[string](ctx, t, `document.querySelector(".form-errors")?.textContent ?? ""`))
	}
	b.wantAmounts(t, "10 g salt, 3 g yeast, 2 kg tomato, 1 onion")
}

func (b browser) wantAmounts(t *testing.T, want string) {
	t.Helper()
	rows, err := orm.From[recipes.Amount](b.c.DB).Where(recipes.Amounts.Recipe.Eq(1)).OrderBy(recipes.Amounts.ID.Asc()).With(recipes.Amounts.Ingredient).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range rows {
		out = append(out, strings.TrimSpace(a.Short()+" "+a.Unit)+" "+a.Ingredient.Row().Name)
	}
	if got := strings.Join(out, ", "); got != want {
		t.Errorf("stored are %s, want %s", got, want)
	}
}
