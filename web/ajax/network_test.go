package ajax_test

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/volatest/chromium"
)

// slow makes the connection of the browser a bad one: each request takes 800 ms more, and 20 kB come and go in
// a second.
func (b *tab) slow() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: 800, DownloadThroughput: 20_000, UploadThroughput: 20_000}},
	}); err != nil {
		b.t.Fatal(err)
	}
}

// TestSlowConnection: on a bad connection the page says that it waits, can be used meanwhile, and sends nothing
// twice.
func TestSlowConnection(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	b.slow()

	// A link: what is there stays until the answer is.
	b.do(`document.querySelector("#pager a").click()`)
	b.until(`document.querySelector("#list[aria-busy=true]") && document.querySelector("#pager[aria-busy=true]")`)
	b.is(items+` === "seven,six,five"`, `location.search === ""`)
	b.do(`document.querySelector("[name=text]").value = "typed"; document.querySelector("#five details").open = true`)
	b.until(items + ` === "four,three,two"`)
	b.is(`location.search === "?page=2"`, `!document.querySelector("[aria-busy]")`, `document.querySelector("[name=text]").value === "typed"`)
	b.wantRequests("GET /?page=2 list pager heading?")

	// Somebody who sees nothing happen presses again.
	b.do(`for (let i = 0; i < 3; i++) document.querySelector("#form button").click()`)
	b.until(`document.querySelector("#form[aria-busy=true]")`)
	b.do(`document.querySelector("#form button").click(); document.querySelector("[name=text]").value = "more"`)
	b.until(items + ` === "typed,seven,six"`)
	b.is(`document.querySelector("[name=text]").value === "more"`, `!document.querySelector("[aria-busy]")`, `window.mark === 1`)
	b.wantRequests("POST / form list pager", "GET / form list pager")

	// The link that was pressed last counts, and the way back is that of the pages that were seen.
	b.do(`document.querySelector("#slow-link").click()`)
	b.until(`document.querySelector("#slow-link[aria-busy=true]")`)
	b.do(`document.querySelector("#pager a").click()`)
	b.until(items + ` === "five,four,three"`)
	b.is(`location.pathname + location.search === "/?page=2"`, `!document.querySelector("[aria-busy]")`)
	b.do(`history.back()`)
	b.until(items + ` === "typed,seven,six"`)
	b.is(`location.search === ""`)
}

// TestSlowUpload: the progress of a file is seen on the way, and the page is there meanwhile.
func TestSlowUpload(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	b.slow()
	b.do(`const p = document.querySelector("progress"), data = new DataTransfer(); window.values = []; new MutationObserver(() => values.push(p.value / p.max)).observe(p, {attributes: true, attributeFilter: ["value"]});
		data.items.add(new File([new Uint8Array(60_000)], "big.bin")); document.querySelector("#upload input").files = data.files; document.querySelector("#upload button").click()`)
	b.until(`values.some((v) => v > 0 && v < 1)`)
	b.is(`!document.querySelector("progress").hidden`, `document.querySelector("#upload input").files.length === 1`)
	b.do(`document.querySelector("[name=text]").value = "typed"`)
	b.until(`document.querySelector("#upload input").files.length === 0`)
	b.is(`document.querySelector("progress").hidden`, `values.includes(1)`, `document.querySelector("[name=text]").value === "typed"`, `window.mark === 1`)
}

// untilIn is until by the page itself: the driver finds no page to ask again and again in one that was kept.
func (b *tab) untilIn(condition string) {
	b.t.Helper()
	var err error
	for range 20 { // a page that is left ends the waiting
		var ok bool
		if ok, err = chromedp.Run(b.ctx, chromedp.Evaluate[bool](`new Promise((done) => {
			let left = 600;
			const look = () => `+condition+` ? done(true) : left-- ? setTimeout(look, 20) : done(false);
			look();
		})`, chromedp.EvalAwaitPromise)); err == nil {
			if !ok {
				b.t.Fatalf("%s does not become true\n%s", condition, b.state())
			}
			return
		}
	}
	b.t.Fatalf("%s does not become true: %v", condition, err)
}

// TestBackForwardCache: a page that the browser has kept whole, and shows when somebody comes back to it, is as it
// was left, and works on.
func TestBackForwardCache(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.open("/")
	b.do(`addEventListener("pageshow", (e) => { window.kept = e.persisted })`)
	b.do(`document.querySelector("#pager a").click()`)
	b.until(items + ` === "four,three,two"`)
	b.do(`document.querySelector("[name=text]").value = "typed"; document.querySelector("#four details").open = true; scrollTo(0, 60)`)
	// One that is fetched before it is asked for is old by the time that somebody comes back.
	b.do(`document.querySelector("#pager a").dispatchEvent(new PointerEvent("pointerover", {bubbles: true}))`)
	b.until(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("?page=3") && e.responseStatus === 200)`)
	b.wantRequests("GET /?page=2 list pager heading?", "GET /?page=3 list pager heading?")

	chromium.Load(b.ctx, t, chromedp.Navigate(b.url+"/plain/"))
	b.is(`document.title === "Plain"`)
	b.mu.Lock()
	b.notes.notes = append([]string{"new"}, b.notes.notes...)
	b.mu.Unlock()
	b.took()
	b.do(`history.back()`)
	b.untilIn(`window.kept`)
	b.is(`location.search === "?page=2"`, `document.title === "Notes, page 2"`, `window.mark === 1`, items+` === "four,three,two"`,
		`document.querySelector("[name=text]").value === "typed"`, `document.querySelector("#four details").open`, `scrollY === 60`, `!document.querySelector("[aria-busy]")`)
	b.wantRequests() // the server was not asked

	b.do(`document.querySelector("#pager a").click()`)
	b.untilIn(items + ` === "two,one"`) // as it is now
	b.wantRequests("GET /?page=3 list pager heading?")
	b.do(`history.back()`)
	b.untilIn(items + ` === "five,four,three"`)
	b.do(`history.back()`)
	b.untilIn(items + ` === "new,seven,six"`)
	b.is(`location.search === ""`, `window.mark === 1`, `document.querySelector("[name=text]").value === "typed"`)
}
