package survey_test

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

	"github.com/volaweb/vola/examples/survey"
)

// TestInABrowser writes questions, moves them with the script and without, and answers them.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	c := volatest.New(t, site())
	server := httptest.NewServer(c.Site)
	t.Cleanup(server.Close)
	for _, q := range []survey.Question{
		{Label: "How many eggs?", Type: "whole", Required: true, Place: 1},
		{Label: "Tea or coffee?", Type: "text", Choices: `tea, "><img src=x onerror=window.hit=1>`, Place: 2},
		{Label: `</textarea><script>window.hit=1</script>`, Type: "yes", Place: 3},
		{Label: "Since when?", Type: "date", Place: 4},
	} {
		if err := orm.Create(t.Context(), c.DB, &q); err != nil {
			t.Fatal(err)
		}
	}
	order := func() string {
		t.Helper()
		questions, err := orm.From[survey.Question](c.DB).OrderBy(survey.Questions.Place.Asc()).All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, q := range questions {
			out = append(out, strings.Fields(q.Label)[0])
		}
		return strings.Join(out, ", ")
	}
	t.Run("moves", func(t *testing.T) { moves(ctx, t, server.URL+"/questions/", order) })
	t.Run("moves without a script", func(t *testing.T) { movesWithout(ctx, t, server.URL+"/questions/", order) })
	t.Run("answers", func(t *testing.T) { answers(ctx, t, server.URL+"/") })
}

// moves moves questions by keyboard. The focus stays at the question.
func moves(ctx context.Context, t *testing.T, url string, order func() string) {
	chromium.Do(ctx, t, chromedp.Navigate(url))
	chromium.CheckPage(ctx, t, "survey questions")
	chromium.TabThrough(ctx, t)
	at := func(what, focus, status string) {
		t.Helper()
		if got := chromium.Eval[string](ctx, t, `document.activeElement.name + "=" + document.activeElement.value`); got != focus {
			t.Errorf("%s: the focus is at %s, want %s", what, got, focus)
		}
		said := `document.querySelector(".rows > [role=status]").textContent`
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](said+` !== ""`)); err != nil {
			t.Fatal(what, err)
		}
		if got := chromium.Eval[string](ctx, t, said); got != status {
			t.Errorf("%s: the status says %q, want %q", what, got, status)
		}
	}
	focus := func(name, value string) {
		chromium.Eval[any](ctx, t, `document.querySelector("[name='`+name+`'][value='`+value+`']").focus()`)
	}
	focus("questions.up", "3")
	chromium.Do(ctx, t, chromedp.KeyEvent(" "))
	at("up", "questions.up=3", "Moved: Question 2")
	chromium.Do(ctx, t, chromedp.KeyEvent("\r"))
	// The first cannot be moved up further: the focus goes to the button beside.
	at("to the top", "questions.down=3", "Moved: Question 1")
	focus("questions.down", "2")
	chromium.Do(ctx, t, chromedp.KeyEvent("\r"))
	at("down", "questions.down=2", "Moved: Question 4")
	chromium.Do(ctx, t, chromedp.KeyEvent("\r"))
	at("to the end", "questions.up=2", "Moved: Question 5")
	chromium.CheckPage(ctx, t, "survey questions moved")
	if got := chromium.Eval[string](ctx, t, `[...document.querySelectorAll(".row-buttons button")].filter((b) => b.disabled).map((b) => b.textContent).join()`); got != "Move up: Question 1,Move down: Question 5" {
		t.Errorf("these cannot be pressed: %s", got)
	}
	// Enter in a text saves. The blank question is none.
	if status := chromium.Load(ctx, t, chromedp.SendKeys(`[id="field-questions.1.label"]`, "\r")); status != 200 {
		t.Errorf("status %d", status)
	}
	if got := order(); got != "</textarea><script>window.hit=1</script>, How, Since, Tea" {
		t.Errorf("the order is %s", got)
	}
}

// movesWithout moves a question, adds one and removes one by buttons that send the form.
func movesWithout(ctx context.Context, t *testing.T, url string, order func() string) {
	scripts := func(off bool) {
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off}); err != nil {
			t.Fatal(err)
		}
	}
	scripts(true)
	defer scripts(false)
	chromium.Do(ctx, t, chromedp.Navigate(url))
	chromium.Load(ctx, t, chromedp.Click(`[name="questions.down"][value="3"]`))
	chromium.Load(ctx, t, chromedp.Click(`[name="questions.remove"][value="4"]`))
	chromium.Do(ctx, t, chromedp.SendKeys(`[id="field-questions.n1.label"]`, "Where?"))
	chromium.Load(ctx, t, chromedp.Click(`[name="questions.add"]`))
	chromium.Load(ctx, t, chromedp.Click(`[name="questions.up"][value="n1"]`))
	if chromium.Load(ctx, t, chromedp.SendKeys(`[id="field-questions.n1.label"]`, "\r")); chromium.Eval[string](ctx, t, `location.pathname`) != "/questions/" {
		t.Error("a question without a type is stored")
	}
	chromium.CheckErrors(ctx, t, 1)
	chromium.Load(ctx, t, chromedp.SendKeys(`[id="field-questions.n1.type"]`, "T"), chromedp.Click(`form.form > button:last-of-type`))
	if got := order(); got != "How, </textarea><script>window.hit=1</script>, Where?, Tea" {
		t.Errorf("the order is %s", got)
	}
}

// answers answers the questions, with an error first. Their texts are no markup.
func answers(ctx context.Context, t *testing.T, url string) {
	chromium.Do(ctx, t, chromedp.Navigate(url))
	chromium.CheckPage(ctx, t, "survey answers")
	chromium.TabThrough(ctx, t)
	if status := chromium.Load(ctx, t, chromedp.SendKeys("#field-q1", "two\r")); status != 422 {
		t.Errorf("status %d", status)
	}
	chromium.CheckErrors(ctx, t, 1)
	chromium.CheckPage(ctx, t, "survey answers errors")
	chromium.TabThrough(ctx, t)
	const choice = `"><img src=x onerror=window.hit=1>`
	chromium.Do(ctx, t, chromedp.SetValue("#field-q1", "2"), chromedp.SetValue("#field-q2", choice), chromedp.Click("#field-q3"))
	chromium.Load(ctx, t, chromedp.Click(`form.form > button:last-of-type`))
	chromium.CheckPage(ctx, t, "survey thanks")
	if got := chromium.Eval[string](ctx, t, `[...document.querySelectorAll("dt, dd")].map((e) => e.textContent).join("; ")`); got != "How many eggs?; 2; </textarea><script>window.hit=1</script>; true; Where?; –; Tea or coffee?; "+choice {
		t.Errorf("answered is %s", got)
	}
	if hit := chromium.Eval[string](ctx, t, `typeof window.hit`); hit != "undefined" {
		t.Error("a text of a question was run as a script")
	}
}
