package ajax_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/memory"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/volatest/chromium"
)

// visit is how scripts ask for parts.
const visit = `const visit = (...a) => import(document.querySelector("script[type=module]").src).then((m) => m.visit(...a)); `

func (b caseTab) wantNothingBad() {
	b.t.Helper()
	if bad := chromium.Eval[string](b.ctx, b.t, `bad.join()`); bad != "" {
		b.t.Errorf("%s", bad)
	}
}

func (b caseTab) wantSeen(want ...string) {
	b.t.Helper()
	if got := b.take(); !slices.Equal(got, want) {
		b.t.Errorf("requests %q, want %q", got, want)
	}
}

// TestSubmits: a form is sent as the browser would send it.
func TestSubmits(t *testing.T) {
	t.Parallel()
	b := startCases(t)
	const form = `<form id=f method=post action="/action/?a=1" data-swap=part><input name=action value=x><input name=method value=get><input name=enctype value=y><input name=target value=z><input name=elements value=e><input name=dataset value=d>`
	const fields = "action=x&method=get&enctype=y&target=z&elements=e&dataset=d"
	for name, test := range map[string]struct{ html, want string }{
		"fields with the names of attributes":   {form + `<button>b</button></form>`, "POST /action/?a=1 " + fields},
		"the value of the button":               {form + `<button name=b value=1>b</button></form>`, "POST /action/?a=1 " + fields + "&b=1"},
		"the address of the button":             {form + `<button formaction="/?c=2">b</button></form>`, "POST /?c=2 " + fields},
		"the method of the button":              {form + `<button formmethod=get>b</button></form>`, "GET /action/?" + fields + " "},
		"a button outside":                      {form + `</form><button form=f name=b value=2>b</button>`, "POST /action/?a=1 " + fields + "&b=2"},
		"a GET form whose address has a query":  {`<form action="/?old=1" data-swap=part><input name=q value="a b"><button>b</button></form>`, "GET /?q=a+b "},
		"no address":                            {`<form data-swap=part><input name=q value=1><button>b</button></form>`, "GET /?q=1 "},
		"a picture as the button":               {`<form data-swap=part><input type=image name=i alt=i src="/none"></form>`, "GET /?i.x=0&i.y=0 "},
		"boxes, choices and what is not chosen": {`<form data-swap=part><input type=checkbox name=a value=1 checked><input type=checkbox name=a value=2><select name=s multiple><option selected>1<option selected>2</select><input name=d disabled><button>b</button></form>`, "GET /?a=1&s=1&s=2 "},
		"the parts of the button":               {`<form action="/?x"><button data-swap=part>b</button></form>`, "GET / "},
	} {
		b.set(test.html, "<p>new</p>", 0)
		b.open("/")
		b.swap(`(at("button") ?? at("[type=image]")).click()`)
		b.is(`mark === 1`, `at("p").textContent === "new"`)
		if got := b.take(); !slices.Equal(got, []string{test.want}) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
		b.wantNothingBad()
	}

	b.set(`<form method=post enctype="text/plain" data-swap=part><input name=a value=1><button formenctype="multipart/form-data">b</button></form>`, "<p>new</p>", 0)
	b.open("/")
	b.swap(`at("button").click()`)
	if got := b.take(); len(got) != 1 || !strings.Contains(got[0], `Content-Disposition: form-data; name="a"`) {
		t.Errorf("%q", got)
	}

	// What the browser does by itself: a dialog's form, one for another window, one for another site.
	b.set(`<dialog id=d><form method=dialog data-swap=part><button>b</button></form></dialog>`, "", 0)
	b.open("/")
	b.do(`at("dialog").showModal(); at("button").click()`)
	b.is(`!at("dialog").open`)
	b.do(`addEventListener("submit", (e) => { window.left = !e.defaultPrevented; e.preventDefault() })`)
	for _, attributes := range []string{`data-swap=part target=_blank`, `data-swap=part action="https://example.org/"`, `data-swap=elsewhere`, ``} {
		b.do(`left = 0; const f = document.createElement("form"), b = document.createElement("button"); f.append(b); document.body.append(f); for (const w of ` + "`" + attributes + "`" + `.split(" ").filter(Boolean)) f.setAttribute(w.split("=")[0], w.slice(w.indexOf("=") + 1).replaceAll('"', "")); b.click(); f.remove()`)
		if !chromium.Eval[bool](b.ctx, t, `left === true`) {
			t.Errorf("%s: it was taken from the browser", attributes)
		}
	}
	b.wantSeen()
}

// TestTwoButtons: of one form, a question does not keep an order from being sent, nor ends it.
func TestTwoButtons(t *testing.T) {
	t.Parallel()
	b := startCases(t)
	const form = `<form id=f method=post action="/" data-swap=part><button id=save formaction="/">s</button><button id=ask formmethod=get formaction="/">a</button></form>`
	for _, order := range [][2]string{{"ask", "save"}, {"save", "ask"}} {
		b.set(strings.Replace(form, `<button`, `<input name=hold><button`, 1), "<p>new</p>", 0)
		b.mu.Lock()
		hold := make(chan struct{})
		b.hold = hold
		b.mu.Unlock()
		b.open("/")
		b.do(`window.ended = []; addEventListener("vola:done", (e) => ended.push(e.detail.url)); const s = at("#save"); s.setAttribute("formaction", "/?hold=1"); at("#` + order[0] + `").click()`)
		b.do(`at("#` + order[1] + `").click()`)
		b.until(`log.filter((l) => l === "before").length === 2`)
		close(hold)
		b.until(`log.includes("done") && !document.querySelector("[aria-busy]")`)
		methods := map[string]int{}
		b.until(`!document.querySelector("[aria-busy]")`)
		for _, seen := range b.take() {
			method, _, _ := strings.Cut(seen, " ")
			methods[method]++
		}
		if methods["POST"] != 1 {
			t.Errorf("%v: %v", order, methods)
		}
		b.is(`!log.some((l) => l.startsWith("error"))`)
	}
}

// TestAnswersOfAllKinds: what the server answers to a link or form.
func TestAnswersOfAllKinds(t *testing.T) {
	t.Parallel()
	b := startCases(t)
	post := func(action string) string {
		return `<form method=post action="` + action + `" data-swap=part><input name=a value=typed><button>b</button></form>`
	}
	// The session is over: the page to log in is opened, of a link and of a form.
	for _, html := range []string{post("/guarded/"), `<a href="/guarded/" data-swap=part><button>b</button></a>`} {
		b.set(html, "", 0)
		b.open("/")
		b.do(`at("button").click()`)
		b.until(`window.mark === undefined && location.pathname === "/login/" && location.search === "?next=/guarded/"`)
		b.is(`document.title === "Log in"`)
	}
	// Nothing to show is no error.
	b.set(post("/empty/"), "", 0)
	b.open("/")
	b.do(`at("button").click()`)
	b.until(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("/empty/"))`)
	b.is(`!log.includes("error failed")`, `!document.querySelector("#vola-status")?.textContent`, `at("input").value === "typed"`, `!document.querySelector("[aria-busy]")`, `mark === 1`)
	// More than the server takes.
	b.set(strings.Replace(post("/small/"), "typed", strings.Repeat("x", 500), 1), "", 0)
	b.open("/")
	b.do(`at("button").click()`)
	b.until(`document.querySelector("#vola-status")?.textContent`)
	b.is(`log.at(-1).startsWith("error")`, `at("input").value.length === 500`, `mark === 1`)
	b.do(`document.querySelector("#part").replaceChildren(); document.querySelectorAll("main a").forEach((a) => a.remove())`) // the page itself is not the question
	chromium.Axe(b.ctx, t)
	// A script as an address does not run.
	for _, html := range []string{post("/script/"), `<a href="/script/" data-swap=part><button>b</button></a>`} {
		b.set(html, "", 0)
		b.open("/")
		b.do(`window.ran = 0; at("button").click()`)
		b.until(`log.at(-1) === "error failed"`)
		b.is(`ran === 0`, `mark === 1`)
		b.wantNothingBad()
	}
	// No answer in time.
	b.set(post("/action/?hold"), "", 0)
	hold := make(chan struct{})
	b.mu.Lock()
	b.hold = hold
	b.mu.Unlock()
	b.open("/")
	b.do(`const t = Object.getOwnPropertyDescriptor(XMLHttpRequest.prototype, "timeout"); Object.defineProperty(XMLHttpRequest.prototype, "timeout", {set(ms) { window.limit = ms; t.set.call(this, 1) }}); at("button").click()`)
	b.until(`log.at(-1) === "error late"`)
	b.is(`limit === 30000`, `document.querySelector("#vola-status").textContent.includes("does not answer")`, `at("input").value === "typed"`)
	close(hold)
	b.mu.Lock()
	b.hold = nil
	b.mu.Unlock()

	// Of the faults in a form its own come first, not those of another.
	b.set(`<input name=other aria-invalid=true><form method=post data-swap=form action="/"><button>b</button></form>`, `<p>new</p><input name=mine aria-invalid=true>`, 422)
	b.open("/")
	b.do(`const other = document.createElement("input"); other.setAttribute("aria-invalid", "true"); document.body.prepend(other); at("form").dataset.swap = "part"`)
	b.swap(`at("button").click()`)
	b.is(`document.activeElement === at("[name=mine]")`)

	// A part with an id of other letters.
	b.set(`x`, `y`, 0)
	b.open("/")
	b.swap(visit + `document.getElementById("größe-日").textContent = ""; visit("/?page=2", "größe-日")`)
	b.is(`document.getElementById("größe-日").textContent === "special"`, `location.search === "?page=2"`)
	// A fragment that is no percent encoding, and one that is.
	b.swap(visit + `visit("/?page=3#%", "part")`)
	b.swap(visit + `visit("/?page=4#gr%C3%B6%C3%9Fe-%E6%97%A5", "part")`)
	b.wantNothingBad()
	// A link whose part is not in this page is a link.
	b.do(`const a = document.getElementById("push"); a.dataset.swap = "part elsewhere"; a.click()`)
	b.until(`window.mark === undefined && location.search === "?page=2"`)
}

// TestLazyParts: a part that loads itself never leads away, and keeps what it has.
func TestLazyParts(t *testing.T) {
	t.Parallel()
	b := startCases(t)
	b.set(``, ``, 0)
	for _, path := range []string{"/fails/", "/guarded/", "/script/", "/none/"} {
		b.open("/?lazy=" + path)
		b.until(`document.querySelector("#vola-status")?.textContent`)
		b.is(`mark === 1`, `location.pathname === "/"`, `document.querySelector("#lazy").textContent === "waiting"`)
	}
	b.open("/?lazy=/empty/")
	b.until(`!document.querySelector("[data-load]") && !document.querySelector("[aria-busy]")`)
	b.is(`mark === 1`, `location.pathname === "/"`, `!document.querySelector("#vola-status")?.textContent`)
	// A redirect, which sites in several languages have, leaves the address alone.
	b.open("/?lazy=/moved/")
	b.until(`document.querySelector("#lazy input")`)
	b.is(`mark === 1`, `location.pathname === "/"`, `history.state === null`)

	// What was loaded stays until it comes again, with what was typed.
	b.set(`<p>1</p>`, `<p>2</p>`, 0)
	b.open("/?lazy=/lazy/")
	b.until(`document.querySelector("#lazy input")`)
	b.do(`window.i = document.querySelector("#lazy input"); i.focus(); i.value = "typed"; window.texts = []; new MutationObserver(() => texts.push(document.querySelector("#lazy").textContent)).observe(document.querySelector("#lazy"), {childList: true})`)
	b.take()
	b.swap(visit + `visit("/?lazy=/lazy/", "part", {history: "none"})`)
	b.until(`log.filter((l) => l === "done").length === 2`)
	b.is(`at("p").textContent === "2"`, `document.querySelector("#lazy input") === i`, `i.value === "typed"`, `document.activeElement === i`, `!texts.includes("waiting")`)
	b.wantSeen("GET /?lazy=/lazy/ ", "GET /lazy/ ")
	b.wantNothingBad()
}

// TestHistory: Back and Forward, over many pages, after a reload, after fragments.
func TestHistory(t *testing.T) {
	t.Parallel()
	b := startCases(t)
	long := `<p style="">` + strings.Repeat("line<br>", 200) + `</p>`
	b.set(long, long, 0)
	b.open("/")
	for i := range 45 { // Chromium keeps 50
		b.swap(visit + `visit("/?n=` + strconv.Itoa(i) + `", "part")`)
	}
	b.is(`history.length > 45`, `mark === 1`)
	b.take()
	b.swap(`history.go(-45)`)
	b.is(`location.search === ""`, `mark === 1`, `document.title === "Cases"`)
	b.wantSeen("GET / ")

	// Where each was scrolled to, with links within the page between.
	b.set(long, long, 0)
	b.open("/?history")
	b.do(`addEventListener("scroll", () => { window.scrolled = scrollY })`)
	b.do(`scrollTo(0, 300)`)
	b.swap(visit + `visit("/?page=2", "part")`)
	b.do(`scrollTo(0, 700)`)
	b.until(`scrolled === 700`)
	b.do(`location.hash = "end"`)
	b.do(`scrollTo(0, 900)`)
	b.until(`scrolled === 900`)
	b.swap(visit + `visit("/?page=3", "part")`)
	b.do(`scrollTo(0, 1200)`)
	b.until(`scrolled === 1200`)
	b.swap(`history.back()`)
	b.is(`location.hash === "#end"`, `location.search === "?page=2"`)
	b.until(`scrollY === 900`)
	b.do(`history.back()`)
	b.until(`location.hash === ""`)
	b.until(`scrollY === 700`)
	b.swap(`history.back()`)
	b.until(`location.search === "?history" && scrollY === 300`)
	b.swap(`history.go(3)`)
	b.is(`location.search === "?page=3"`, `mark === 1`)
	b.until(`scrollY === 1200`)

	// Another page begins at its top, at once.
	b.do(`document.documentElement.style.scrollBehavior = "smooth"; window.tops = []; addEventListener("vola:done", () => tops.push(scrollY))`)
	b.swap(visit + `visit("/action/", "part")`)
	b.is(`tops.join() === "0"`)
	b.do(`document.documentElement.style.scrollBehavior = ""`)
}

// TestReload: Back after a reload in the middle.
func TestReload(t *testing.T) {
	t.Parallel()
	b := startCases(t)
	b.set("<p>1</p>", "<p>2</p>", 0)
	b.open("/?first")
	b.swap(visit + `visit("/?page=2", "part")`)
	b.do(`location.reload()`)
	b.until(`window.mark === undefined && document.readyState === "complete"`)
	b.do(`history.back()`)
	b.until(`location.search === "?first" && document.title === "Cases first"`)
}

// TestMuch: many rows, and many swaps.
func TestMuch(t *testing.T) {
	t.Parallel()
	b := startCases(t)
	rows := func(from, to int, attribute string) string {
		var s strings.Builder
		s.WriteString("<table><tbody>")
		for i := from; i < to; i++ {
			id := strings.Replace(attribute, "N", strconv.Itoa(i), 1)
			s.WriteString("<tr" + id + "><td>" + strconv.Itoa(i) + "</td><td><input name=in" + strconv.Itoa(i) + "></td></tr>\n")
		}
		return s.String() + "</tbody></table>"
	}
	for name, test := range map[string]struct{ before, after string }{
		"a row before 10,000":                {rows(1, 10_000, ""), rows(0, 10_000, " id=rN")},
		"10,000 others":                      {rows(0, 10_000, " id=rN"), rows(10_000, 20_000, " id=rN")},
		"10,000 paragraphs after as many li": {strings.Repeat("<li id=x>1</li>", 10_000), strings.Repeat("<p>1</p>", 10_000)},
	} {
		b.set(test.before, test.after, 0)
		b.open("/")
		b.do(`addEventListener("vola:swap", () => { window.began = performance.now() }); addEventListener("vola:done", () => { window.took = performance.now() - began })`)
		b.swap(`document.getElementById("go").click()`)
		b.is(`!at("tr") || all("tr").length >= 9999`, `!at("p") || all("p").length === 10000 && !at("li")`)
		t.Logf("%s: %.0f ms", name, chromium.Eval[float64](b.ctx, t, `took`))
	}

	b.set(`<ul><li><input name=a><li id=b>b</ul>`, `<ul><li id=b>c<li><input name=a></ul><p>new</p>`, 0)
	b.open("/")
	nodes := func() int64 {
		t.Helper()
		if _, err := chromedp.Call(b.ctx, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
			t.Fatal(err)
		}
		counters, err := chromedp.Call(b.ctx, memory.GetDOMCounters, cdp.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return counters.Nodes
	}
	swaps := func(n string) {
		b.do(visit + `window.left = ` + n + `; const again = () => { if (left-- > 0) visit("/?n=" + left % 2, left % 3 ? "part" : "part:replace", {history: "none"}) }; window.ondone && removeEventListener("vola:done", ondone); window.ondone = again; addEventListener("vola:done", again); again()`)
		b.until(`left < 0`)
	}
	swaps("20")
	before := nodes()
	for range 5 {
		swaps("100")
	}
	if after := nodes(); after > before+250 {
		t.Errorf("%d nodes, and %d after 500 swaps", before, after)
	}
	b.wantNothingBad()
}

// TestWithoutModule: where the module does not load, links and forms are what they are.
func TestWithoutModule(t *testing.T) {
	t.Parallel()
	b := startCases(t)
	if _, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(b.ctx, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "*://*:*/*.js", Block: true}}}); err != nil {
		t.Fatal(err)
	}
	b.set(`<form action="/action/" data-swap=part><input name=a value=1><button>b</button></form>`, "", 0)
	b.open("/")
	b.do(`document.getElementById("push").click()`)
	b.until(`window.mark === undefined && location.search === "?page=2"`)
	b.open("/")
	b.do(`at("button").click()`)
	b.until(`window.mark === undefined && location.pathname === "/action/"`)
	b.wantSeen()
}

// TestHiddenPage: a page that nobody sees changes at once.
func TestHiddenPage(t *testing.T) {
	t.Parallel()
	b := startCases(t)
	b.set("<p>old</p>", "<p>new</p>", 0)
	b.open("/")
	b.do(`window.began = 0; document.startViewTransition = (f) => { began++; f() }; Object.defineProperty(document, "hidden", {value: true}); document.querySelector("main").dataset.transition = ""`)
	b.swap(`document.getElementById("go").click()`)
	b.is(`began === 0`, `at("p").textContent === "new"`)
}
