package ajax_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/volatest/chromium"
)

// tab is a browser that shows the notes.
type tab struct {
	*notes
	t   *testing.T
	ctx context.Context
	url string
}

func (b *tab) open(path string) {
	b.t.Helper()
	chromium.Do(b.ctx, b.t, chromedp.Navigate(b.url+path))
	b.until(`document.readyState === "complete"`)
	b.do(`window.mark = 1; window.log = []; for (const n of ["before", "swap", "done", "error"]) addEventListener("vola:" + n, (e) => log.push(n + (e.detail.reason ? " " + e.detail.reason : "")))`)
	b.until(`document.getElementById("late").textContent === "here"`)
	b.took()
	b.do(`log.length = 0`)
}

func (b *tab) do(script string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[any]("{"+script+"; undefined}", chromedp.EvalAwaitPromise)); err != nil && !strings.Contains(err.Error(), "undefined") {
		b.t.Fatalf("%s: %v", script, err)
	}
}

// until waits until a condition holds in the page, or in the one that it leads to.
func (b *tab) until(condition string) {
	b.t.Helper()
	var err error
	for range 20 { // a page that is left ends the waiting
		var ok bool
		if ok, err = chromedp.Run(b.ctx, chromedp.Poll[bool]("!!("+condition+")", chromedp.WithPollingTimeout(10*time.Second))); ok || errors.Is(err, chromedp.ErrPollingTimeout) {
			break
		}
	}
	if err != nil {
		b.t.Fatalf("%s does not become true: %v\n%s", condition, err, b.state())
	}
}

// state is what the page looks like, for errors.
func (b *tab) state() string {
	return chromium.Eval[string](b.ctx, b.t, `location.href + " at " + scrollY + " " + JSON.stringify(window.log ?? "no log") + " " + document.activeElement?.outerHTML.slice(0, 200) + document.body.innerHTML.slice(0, 900)`)
}

// is checks conditions of the page.
func (b *tab) is(conditions ...string) {
	b.t.Helper()
	for _, c := range conditions {
		if !chromium.Eval[bool](b.ctx, b.t, "!!("+c+")") {
			b.t.Errorf("not so: %s\n%s", c, b.state())
		}
	}
}

// wantRequests checks what the server was asked for.
func (b *tab) wantRequests(want ...string) {
	b.t.Helper()
	got := b.took()
	for i := range got {
		got[i] = strings.TrimSuffix(got[i], " messages?")
	}
	if !slices.Equal(got, want) {
		b.t.Errorf("requests %q, want %q", got, want)
	}
}

const items = `[...document.querySelectorAll("#list > li")].map((e) => e.id).join()`

func browse(t *testing.T) *tab {
	m, c := start(t)
	server := httptest.NewServer(c.Site)
	t.Cleanup(server.Close)
	return &tab{m, t, chromium.Start(t), server.URL}
}

// TestLinks: a link changes parts, the address, the title and the history.
func TestLinks(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	b.do(`scrollTo(0, 50)`)
	b.do(`document.querySelector("#pager a").click()`)
	b.until(items + ` === "four,three,two"`)
	b.is(`location.search === "?page=2"`, `document.title === "Notes, page 2"`, `window.mark === 1`, `log.join() === "before,swap,done"`, `scrollY === 50`, // the path is the same
		`document.getElementById("vola-said").textContent === "Notes, page 2"`, `!document.querySelector("[aria-busy]")`,
		`document.querySelector("h1").textContent === "Notes"`) // it is no block, so it stays
	b.wantRequests("GET /?page=2 list pager heading?")

	b.do(`history.back()`)
	b.until(items + ` === "seven,six,five"`)
	b.is(`location.search === ""`, `document.title === "Notes"`, `window.mark === 1`)
	b.do(`history.forward()`)
	b.until(items + ` === "four,three,two"`)
	b.do(`document.querySelector("#pager a").click()`)
	b.until(items + ` === "one"`)
	b.do(`history.go(-2)`)
	b.until(items + ` === "seven,six,five"`)
	b.is(`location.search === ""`, `window.mark === 1`)

	// An address with a fragment leads there.
	b.do(`scrollTo(0, 60); const a = document.querySelector("#pager a"); a.href = "?page=2#list"; a.click()`)
	b.until(items + ` === "four,three,two"`)
	b.is(`location.hash === "#list"`, `Math.abs(document.getElementById("list").getBoundingClientRect().top) < 2`)
	b.do(`history.back()`)
	b.until(items + ` === "seven,six,five"`)
	b.is(`Math.abs(scrollY - 60) < 2`)

	// More of a list, without an entry in the history.
	b.do(`document.querySelector("#pager a.more").click()`)
	b.until(items + ` === "seven,six,five,four,three,two"`)
	b.is(`location.search === ""`, `document.querySelector("#pager").textContent.includes("Page 2")`)

	// A state of others in the history stays, and nothing is fetched for it.
	b.do(`history.pushState({other: 1}, "", "?other=1"); history.pushState({other: 2}, "", "?other=2")`)
	b.took()
	b.do(`history.back()`)
	b.until(`location.search === "?other=1"`)
	b.is(`history.state.other === 1`, `window.mark === 1`)
	b.wantRequests()
}

// TestLinksAsLinks: what is not for the module is left to the browser.
func TestLinksAsLinks(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	b.do(`addEventListener("click", (e) => { window.left = !e.defaultPrevented; e.preventDefault() })`)
	for _, event := range []string{`{ctrlKey: true}`, `{metaKey: true}`, `{shiftKey: true}`, `{altKey: true}`, `{button: 1}`} {
		b.do(`document.querySelector("#pager a").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, ...` + event + `}))`)
		b.is(`window.left`)
	}
	for _, change := range []string{`a.target = "_blank"`, `a.download = "x"`, `a.href = "https://example.org/"`, `a.href = "#list"`, `a.removeAttribute("data-swap")`} {
		b.do(`const a = document.querySelector("#pager a").cloneNode(); document.body.append(a); ` + change + `; a.click(); a.remove()`)
		b.is(`window.left`)
	}
	b.wantRequests()
	b.is(`log.join() === ""`)
}

// TestOtherPages: an answer that lacks a part is opened as a page, whatever it is.
func TestOtherPages(t *testing.T) {
	t.Parallel()
	b := browse(t)
	outside := httptest.NewServer(nil)
	t.Cleanup(outside.Close)
	b.away = outside.URL + "/there"
	for id, want := range map[string]string{
		"other": b.url + "/plain/#end", "fail": b.url + "/fail/", "gone": b.url + "/gone/", "denied": b.url + "/denied/", "away": b.away,
	} {
		b.open("/")
		b.do(`document.getElementById("` + id + `-link").click()`)
		b.until(`window.mark === undefined && location.href === "` + want + `"`)
	}
	// A form that leads to another page, and to another site.
	b.open("/")
	b.do(`document.querySelector("#other button").click()`)
	b.until(`window.mark === undefined && location.href === "` + b.url + `/plain/#end"`)
	b.open("/")
	b.do(`document.querySelector("#away button").click()`)
	b.until(`window.mark === undefined && location.href === "` + b.away + `"`)
}

// TestForms: errors stay in place with what was typed; what is stored changes the list; a second
// click sends nothing.
func TestForms(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	b.do(`document.querySelector("[name=mood]").value = "good"; document.querySelector("[name=sure]").click(); document.querySelector("#form button").click()`)
	b.until(`document.querySelector("[name=text][aria-invalid=true]")`)
	b.is(`location.pathname === "/"`, `window.mark === 1`, `document.querySelector("[name=mood]").value === "good"`, `document.querySelector("[name=sure]").checked`,
		`document.querySelector("#form").contains(document.activeElement) && document.activeElement !== document.querySelector("#form button")`, `history.length === 2`)
	b.wantRequests("POST / form list pager")

	hold := make(chan struct{})
	b.mu.Lock()
	b.hold = hold
	b.mu.Unlock()
	b.do(`document.querySelector("[name=text]").value = "eight"; for (let i = 0; i < 3; i++) document.querySelector("#form button").click()`)
	b.until(`document.querySelector("#form[aria-busy=true]") && document.querySelector("#list[aria-busy=true]")`)
	b.do(`document.querySelector("[name=mood]").value = "typed since"`)
	b.mu.Lock()
	b.hold = nil
	b.mu.Unlock()
	close(hold)
	b.until(items + ` === "eight,seven,six"`)
	b.is(`document.querySelector("[name=text]").value === ""`, `!document.querySelector("[name=sure]").checked`, `document.querySelector("[name=mood]").value === "typed since"`,
		`document.querySelector("#messages").textContent === "Saved eight"`, `!document.querySelector("[aria-invalid]")`, `!document.querySelector("[aria-busy]")`, `window.mark === 1`)
	b.wantRequests("POST / form list pager", "GET / form list pager")

	// A form that names what the page does not have is left to the browser, with its errors.
	b.do(`const f = document.querySelector("#form"); f.dataset.swap = "list nothing"; f.querySelector("button").click()`)
	b.until(`window.mark === undefined && document.querySelector("[name=text][aria-invalid=true]")`)
	// An answer with errors that lacks a part is shown as a page.
	b.open("/")
	b.do(`const f = document.querySelector("#form"); f.dataset.swap = "list nothing"; document.body.append(Object.assign(document.createElement("p"), {id: "nothing"})); f.querySelector("button").click()`)
	b.until(`document.querySelector("[name=text][aria-invalid=true]")`)
	b.is(`window.mark === 1`, `document.querySelector("#form").dataset.swap === "form list pager"`)

	// The button counts: this one leaves the page.
	b.do(`document.querySelector("[name=text]").value = "nine"; document.querySelector("#form button[value=home]").click()`)
	b.until(`location.pathname === "/plain/"`)

	// A form that asks, with an address of its own.
	b.open("/")
	b.do(`document.querySelector("#search input").value = "2"; document.querySelector("#search button").click()`)
	b.until(`location.search === "?page=2"`)
	b.until(`document.title === "Notes, page 2"`)
	b.is(items+` === "six,five,four"`, `document.querySelector("#search input").value === "2"`)
}

// TestWhatIsKept: a swap keeps what the visitor has done.
func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	b.do(`
		const list = document.querySelector("#list");
		window.six = document.getElementById("six");
		six.querySelector("details").open = true;
		const input = six.querySelector("input");
		input.value = "typed"; input.focus(); input.setSelectionRange(1, 3);
		document.getElementById("seven").querySelector("input").value = "dirty";
	`)
	b.mu.Lock()
	b.notes.notes = []string{"new", "six", "seven", "five"}
	b.mu.Unlock()
	b.do(`import(document.querySelector("script[type=module]").src).then((m) => m.visit("/", "list pager", {history: "none"}))`)
	b.until(items + ` === "new,six,seven"`)
	b.is(`document.getElementById("six") === window.six`, `six.querySelector("details").open`, `document.activeElement === six.querySelector("input")`,
		`document.activeElement.value === "typed"`, `document.activeElement.selectionStart === 1 && document.activeElement.selectionEnd === 3`,
		`document.getElementById("seven").querySelector("input").value === "dirty"`, `window.mark === 1`)
	// What is kept on request, and a script that arrives in a part.
	b.do(`document.getElementById("seven").dataset.keep = ""; document.getElementById("seven").append("mine")`)
	b.mu.Lock()
	b.notes.notes = []string{"seven", "six"}
	b.mu.Unlock()
	b.do(`import(document.querySelector("script[type=module]").src).then((m) => m.visit("/", "list", {history: "none"}))`)
	b.until(items + ` === "seven,six"`)
	b.is(`document.getElementById("seven").textContent.includes("mine")`, `document.getElementById("six") === window.six`)
}

// TestFailures: what does not work is said, what was typed stays, and it can be tried again.
func TestFailures(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	b.do(`document.querySelector("#denied button").click()`)
	b.until(`document.querySelector("#vola-status")?.textContent.startsWith("You may not.")`)
	b.is(`window.mark === 1`, `location.pathname === "/"`, `document.querySelector("#vola-status").getAttribute("role") === "alert"`, `log.at(-1) === "error failed"`)
	b.do(`document.querySelector("#fail button").click()`)
	b.until(`/Internal Server Error/.test(document.querySelector("#vola-status")?.textContent)`)

	// What a redirect after a POST leads to may fail too.
	b.do(`const f = document.querySelector("#fail"); f.setAttribute("action", "/broken/"); document.querySelector("[name=text]").value = "typed"; f.querySelector("button").click()`)
	b.until(`log.at(-1) === "error failed" && document.querySelector("#vola-status").innerText.includes("Internal Server Error")`)
	b.is(`window.mark === 1`, `location.pathname === "/"`, `document.querySelector("[name=text]").value === "typed"`)

	cut := func(off bool) {
		if _, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: -1, Offline: off}},
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := chromedp.Call(b.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{DownloadThroughput: -1, UploadThroughput: -1, Offline: off}); err != nil {
			t.Fatal(err)
		}
	}
	b.do(`document.querySelector("[name=text]").value = "typed"`)
	b.took()
	cut(true)
	b.do(`document.querySelector("#form button").click()`)
	b.until(`/There is no connection. Try again/.test(document.querySelector("#vola-status").textContent)`)
	b.is(`document.querySelector("[name=text]").value === "typed"`, `window.mark === 1`, `!document.querySelector("[aria-busy]")`)
	cut(false)
	b.do(`document.querySelector("#vola-status button").click()`)
	b.until(items + ` === "typed,seven,six"`)
	b.is(`document.querySelector("#vola-status").hidden`)
	b.wantRequests("POST / form list pager", "GET / form list pager")
}

// TestOrder: an answer that comes late does not overwrite a later one.
func TestOrder(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	hold := make(chan struct{})
	b.mu.Lock()
	b.hold = hold
	b.mu.Unlock()
	b.do(`document.getElementById("slow-link").dataset.history = "none"; document.getElementById("slow-link").click()`)
	b.until(`document.querySelector("#list[aria-busy=true]")`)
	b.do(`document.querySelector("#pager a").click()`)
	b.until(items + ` === "four,three,two"`)
	close(hold)
	b.until(`!document.querySelector("#slow-link[aria-busy]")`)
	b.is(items + ` === "four,three,two"`)

	// Of two links the one that was pressed last counts.
	b.open("/")
	hold2 := make(chan struct{})
	b.mu.Lock()
	b.hold = hold2
	b.mu.Unlock()
	b.do(`document.getElementById("slow-link").click(); document.querySelector("#pager a").click()`)
	b.until(items + ` === "four,three,two"`)
	close(hold2)
	b.is(`location.search === "?page=2"`, `!document.querySelector("[aria-busy]")`)
}

// TestUpload: a file is sent, with its progress.
func TestUpload(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	file := filepath.Join(t.TempDir(), "big.bin")
	if err := os.WriteFile(file, make([]byte, 5<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do(`const p = document.querySelector("progress"); window.values = []; new MutationObserver(() => values.push(p.value / p.max)).observe(p, {attributes: true, attributeFilter: ["value"]})`)
	chromium.Do(b.ctx, t, chromedp.SetUploadFiles(`#upload input`, []string{file}))
	b.do(`document.querySelector("#upload button").click()`)
	b.until(`document.querySelector("#upload input").files.length === 0`)
	b.mu.Lock()
	size := b.file
	b.mu.Unlock()
	if size != 5<<20 {
		t.Errorf("%d bytes came", size)
	}
	b.is(`values.includes(1)`, `document.querySelector("progress").hidden`, `window.mark === 1`)
}

// TestPrefetch: a link that somebody points at is fetched once, and shown at once.
func TestPrefetch(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	b.do(`const a = document.querySelector("#pager a"); a.focus(); a.blur(); a.focus(); a.dispatchEvent(new PointerEvent("pointerover", {bubbles: true}))`)
	b.until(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("?page=2") && e.responseStatus === 200)`)
	b.do(`document.querySelector("#pager a").click()`)
	b.until(items + ` === "four,three,two"`)
	b.wantRequests("GET /?page=2 list pager heading?")
	b.is(`location.search === "?page=2"`)

	// After a POST it is fetched again.
	b.open("/")
	b.do(`document.querySelector("#pager a").dispatchEvent(new PointerEvent("pointerover", {bubbles: true}))`)
	b.until(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("?page=2") && e.responseStatus === 200)`)
	b.do(`document.querySelector("#fail button").click()`)
	b.until(`/Internal/.test(document.querySelector("#vola-status")?.textContent)`)
	b.do(`document.querySelector("#pager a").click()`)
	b.until(items + ` === "four,three,two"`)
	b.wantRequests("GET /?page=2 list pager heading?", "POST /fail/ list", "GET /?page=2 list pager heading?")
}

// TestEvents: a script of the page can keep a request or a change from being made.
func TestEvents(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	b.do(`addEventListener("vola:before", (e) => { if (e.detail.url.endsWith("page=2")) e.preventDefault() }); document.querySelector("#pager a").click()`)
	b.is(`location.search === ""`, items+` === "seven,six,five"`)
	b.wantRequests()
	b.do(`addEventListener("vola:swap", (e) => { window.detail = e.detail; e.preventDefault() }); document.querySelector("#search input").value = "3"; document.querySelector("#search button").click()`)
	b.until(`window.detail`)
	b.is(`location.search === ""`, items+` === "seven,six,five"`, `detail.parts.join() === "list,pager,messages"`, `detail.status === 200`)
}

// TestTransition: parts that ask for it change with a transition, but for those who want no motion.
func TestTransition(t *testing.T) {
	t.Parallel()
	b := browse(t)
	for _, reduced := range []string{"no-preference", "reduce"} {
		if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: reduced}}}); err != nil {
			t.Fatal(err)
		}
		b.open("/")
		b.do(`window.began = 0; const start = document.startViewTransition.bind(document); document.startViewTransition = (f) => { began++; return start(f) }; document.querySelector("main").dataset.transition = ""; document.querySelector("#pager a").click()`)
		b.until(items + ` === "four,three,two"`)
		b.is(map[string]string{"no-preference": `began === 1`, "reduce": `began === 0`}[reduced])
	}
}

// TestWithoutJavaScript: the same page, with links and forms alone.
func TestWithoutJavaScript(t *testing.T) {
	t.Parallel()
	b := browse(t)
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	chromium.Do(b.ctx, t, chromedp.Navigate(b.url+"/"))
	chromium.Load(b.ctx, t, chromedp.Click("#pager a"))
	b.is(items+` === "four,three,two"`, `location.search === "?page=2"`)
	if got := chromium.Load(b.ctx, t, chromedp.Click("#form button")); got != 422 {
		t.Errorf("status %d", got)
	}
	chromium.Load(b.ctx, t, chromedp.SendKeys("[name=text]", "eight"), chromedp.Click("#form button"))
	b.is(items+` === "eight,seven,six"`, `document.querySelector("#messages").textContent === "Saved eight"`)
	for _, r := range b.took() {
		if strings.Contains(r, "list pager") {
			t.Errorf("asked for parts: %s", r)
		}
	}
}
