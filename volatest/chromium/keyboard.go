package chromium

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// nameOf is a function that names an element so that people find it in the page.
const nameOf = `((e) => {
	if (!e || e === document.body) return "the page";
	const say = (name) => e.getAttribute(name) ? "[" + name + "='" + e.getAttribute(name) + "']" : "";
	return e.localName + (e.id ? "#" + e.id : say("name") + say("value") + say("href") + (e.className ? "." + e.className : ""));
})`

// tabStops are the elements that the key Tab should reach, in the order of the page. Of radio
// buttons with one name it reaches one.
const tabStops = `[...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter((e) =>
	e.tabIndex >= 0 && !e.disabled && e.type !== "hidden" && e.checkVisibility({visibilityProperty: true}) && !e.closest("[inert]") &&
	(e.type !== "radio" || e === (document.querySelector("input[type=radio][name='" + CSS.escape(e.name) + "']:checked") ||
		document.querySelector("input[type=radio][name='" + CSS.escape(e.name) + "']"))))`

// TabThrough presses Tab from the beginning of the page that the tab shows to its end. It is an
// error of the test if a link or control that is shown is not reached, if one is reached before
// another that stands above it, or if nothing shows which one has the focus. What is in
// frames is left out.
func TabThrough(ctx context.Context, t testing.TB) {
	t.Helper()
	const start = `(() => {
		document.body.tabIndex = -1;
		document.body.focus();
		window.tabbed = null;
		document.body.removeAttribute("tabindex");
		return ` + tabStops + `.map(` + nameOf + `);
	})()`
	want, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](start))
	if err != nil {
		t.Fatal(err)
	}
	var reached []string
	// Dates and times have several places to stop at: day, month, year, hour, minute.
	for range 8*len(want) + 8 {
		if err := chromedp.Do(ctx, chromedp.KeyEvent("\t")); err != nil {
			t.Fatal(err)
		}
		at, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`(() => {
			const e = document.activeElement, style = getComputedStyle(e);
			if (e === document.body || e === document.documentElement) return [];
			const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 || style.boxShadow !== "none";
			const again = e === window.tabbed || e.localName === "iframe"; // the page in it has the focus
			window.tabbed = e;
			return [`+nameOf+`(e), shown ? "" : "hidden", again ? "again" : ""];
		})()`))
		if err != nil {
			t.Fatal(err)
		}
		if len(at) == 0 { // past the end
			break
		}
		if at[2] != "" {
			continue
		}
		if at[1] != "" {
			t.Errorf("nothing shows that %s has the focus", at[0])
		}
		reached = append(reached, at[0])
		if len(reached) >= len(want) && at[0] == want[len(want)-1] {
			break
		}
	}
	for i, name := range want {
		if i >= len(reached) || reached[i] != name {
			t.Errorf("the key Tab leads to\n%q, want\n%q", reached, want)
			return
		}
	}
}

// focusTime is how long CheckErrors waits for the focus. A page that gives it does so at once,
// but the machine may be busy.
const focusTime = 10 * time.Second

// CheckErrors looks at the summary of errors above a form of package forms, on a page that was
// loaded because something is wrong with what was sent: the summary has the focus, it has n
// links, the title of the page begins with what errors begin with in their text for screen
// readers, such as "Error:", and the key Enter on each of them leads to the control, or the rows, that it is about.
func CheckErrors(ctx context.Context, t testing.TB, n int) {
	t.Helper()
	// The browser gives the focus when it draws the page, which may be after it is loaded.
	_, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.activeElement.matches(".form-errors")`, chromedp.WithPollingTimeout(focusTime)))
	if err != nil {
		t.Errorf("%s has the focus, want the summary of errors (%v)", Eval[string](ctx, t, nameOf+`(document.activeElement)`), err)
	}
	if title, begin := Eval[string](ctx, t, `document.title`), Eval[string](ctx, t, `document.querySelector(".error .hidden")?.textContent ?? ""`); !strings.HasPrefix(title, begin) {
		t.Errorf("the title of the page is %q, want one that begins with %q", title, begin)
	}
	targets := Eval[[]string](ctx, t, `[...document.querySelectorAll(".form-errors a")].map((a) => a.getAttribute("href").slice(1))`)
	if len(targets) != n {
		t.Errorf("the summary has links to %q, want %d", targets, n)
	}
	for i, id := range targets {
		Eval[any](ctx, t, fmt.Sprintf(`document.querySelectorAll(".form-errors a")[%d].focus()`, i))
		if err := pressEnter(ctx); err != nil {
			t.Fatal(err)
		}
		if at := Eval[string](ctx, t, `document.activeElement.id`); at != id {
			t.Errorf("the link to %s in the summary of errors leads to %q", id, at)
		}
	}
}

// pressEnter presses the key as a keyboard does: the character does not come if something has
// taken the key before, such as a link. chromedp.KeyEvent sends it nevertheless, to where the
// link leads, which may be a control of a form.
func pressEnter(ctx context.Context) error {
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeChar, input.DispatchKeyEventTypeKeyUp} {
		key := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
		if kind == input.DispatchKeyEventTypeChar {
			key.Text, key.UnmodifiedText = "\r", "\r"
		}
		if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, key); err != nil {
			return err
		}
	}
	return nil
}
