package forms_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
	"github.com/volaweb/vola/web"
)

// widgets has a field of each widget. Its texts are markup.
type widgets struct {
	Text   string       `form:"" label:"\"><img src=x onerror=window.hit=1>" help:"<script>window.hit=1</script>"`
	Area   string       `form:"textarea" label:"'-alert(1)-'"`
	Mail   string       `form:"optional,email" label:"Mail"`
	Link   string       `form:"optional,url" label:"Link"`
	Phone  string       `form:"tel" label:"Telefonnummerneingabefeldbeschriftungszeile"`
	Secret string       `form:"optional,password" label:"Secret"`
	Number int          `form:"min=1" label:"Number"`
	Day    civil.Date   `form:"" label:"Day"`
	Opens  civil.Clock  `form:"" label:"Opens"`
	At     time.Time    `form:"" label:"At"`
	Agree  bool         `form:"required" label:"</label><script>window.hit=1</script>"`
	Pick   string       `form:"" label:"Pick"`
	Size   attack       `form:"radio" label:"Size"`
	Many   []string     `form:"" label:"Many"`
	Hidden string       `form:"hidden"`
	Paper  storage.Name `form:"optional,types=pdf,size=1MB" label:"Paper"`
	Parts  []piece      `form:"ordered,extra=0,max=4" label:"Parts <b>" row:"\"><img src=x onerror=window.hit=1>"`
}

// piece is a row that has rows.
type piece struct {
	ID    int64   `form:"key"`
	Name  string  `form:"" label:"Name"`
	Kind  string  `form:"" label:"Kind"`
	Steps []stage `form:"ordered,extra=0,max=3" label:"Steps" row:"</legend><script>window.hit=1</script>"`
}

type stage struct {
	ID   int64  `form:"key"`
	Text string `form:"" label:"What to do"`
}

// attacks are values that would do something if they were not escaped.
func attacks() []string {
	return []string{`"><img src=x onerror=window.hit=1>`, `'-alert(window.hit=1)-'`, `</textarea></template></select><script>window.hit=1</script>`,
		`javascript:window.hit=1//__KEY0__`, `{{.}} &amp; &#34; __KEY1__ \u0022`}
}

// attack is a type whose choices are attacks.
type attack string

func (attack) Choices() (out []forms.Choice) {
	for _, a := range attacks() {
		out = append(out, forms.Choice{Value: attack(a), Label: a})
	}
	return out
}

var (
	widgetsForm = forms.New[widgets]()
	widgetsPage = templates.Page[*forms.Bound[widgets]]("widgets.html")
)

// widgetsModule shows the form with what was stored last.
type widgetsModule struct {
	module.Base
	mu     sync.Mutex
	stored widgets
}

func (m *widgetsModule) Name() string               { return "widgets" }
func (m *widgetsModule) Pages() []templates.Checked { return []templates.Checked{widgetsPage} }
func (m *widgetsModule) Forms() []forms.Checked     { return []forms.Checked{widgetsForm} }
func (m *widgetsModule) Templates() fs.FS {
	return fstest.MapFS{"templates/widgets.html": {Data: []byte(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{if not .Valid}}Error: {{end}}Widgets</title><link rel="stylesheet" href="{{static "forms/forms.css"}}"><link rel="stylesheet" href="{{static "widgets.css"}}">
<main><h1>Widgets</h1>{{component "forms/form.html" "form" . "submit" "Save"}}</main>`)}}
}

func (m *widgetsModule) Static() fs.FS {
	return fstest.MapFS{"static/widgets.css": {Data: []byte(`:root { color-scheme: light dark; } body { background: Canvas; color: CanvasText; }`)}}
}

func (m *widgetsModule) Routes(r *web.Router) {
	r.Get("/", m.show).Name("show")
	r.Post("/", m.show)
	r.Get("/raw/", func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, err := fmt.Fprintf(w, "<!doctype html><title>Not escaped</title><p>%s</p>", attacks()[0])
		return err
	})
}

func (m *widgetsModule) show(w http.ResponseWriter, r *http.Request) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	form := widgetsForm.Bind(r.Context(), m.stored)
	form.Accept(m.Uploads())
	var choices []forms.Choice
	for _, a := range attacks() {
		choices = append(choices, forms.Choice{Value: a, Label: a})
	}
	if err := form.Choose(&form.Value.Pick, choices...); err != nil {
		return err
	}
	if err := form.Choose(&form.Value.Many, choices...); err != nil {
		return err
	}
	if err := forms.ChooseEach(form.Values, func(p *piece) any { return &p.Kind }, choices...); err != nil {
		return err
	}
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if !ok {
		return m.RenderStatus(w, r, form.Status(), widgetsPage.Data(form))
	}
	m.stored = *form.Value
	next := int64(100)
	number := func(id *int64) {
		if *id == 0 {
			*id, next = next, next+1
		}
	}
	for i := range m.stored.Parts {
		number(&m.stored.Parts[i].ID)
		for j := range m.stored.Parts[i].Steps {
			number(&m.stored.Parts[i].Steps[j].ID)
		}
	}
	return web.Redirect(w, r, "/", http.StatusSeeOther)
}

// begin returns values that keep all rules, with an attack wherever a text can be.
func begin(a string) widgets {
	return widgets{
		Text: a, Area: "\n" + a + "\n", Phone: a, Number: 7, Day: civil.NewDate(2026, 11, 30), Opens: civil.NewClock(8, 15, 0, 0),
		At: time.Date(2026, 11, 30, 8, 15, 0, 0, time.UTC), Agree: true, Pick: a, Size: attack(a), Many: []string{a}, Hidden: a,
		Parts: []piece{
			{ID: 1, Name: a, Kind: a, Steps: []stage{{ID: 11, Text: a}, {ID: 12, Text: "two"}}},
			{ID: 2, Name: "other", Kind: a},
		},
	}
}

// TestWidgetsInABrowser shows each widget with values that are markup, without the policy that
// would keep scripts from running, and changes rows in rows with the script and without.
func TestWidgetsInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	m := &widgetsModule{}
	c := volatest.New(t, vola.Config{Name: "Widgets", Modules: []module.Module{module.At("/", m)}})
	server := httptest.NewServer(c.Site)
	t.Cleanup(server.Close)
	b := &widgetsBrowser{m, server.URL}
	t.Run("attacks", func(t *testing.T) { b.attacks(ctx, t) })
	t.Run("rows in rows", func(t *testing.T) { b.rows(ctx, t) })
	t.Run("rows in rows without a script", func(t *testing.T) { b.rowsWithout(ctx, t) })
}

type widgetsBrowser struct {
	*widgetsModule
	url string
}

func (b *widgetsBrowser) set(w widgets) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stored = w
}

func (b *widgetsBrowser) want(t *testing.T, want widgets) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if diff := cmp.Diff(want, b.stored, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

// save presses the last button of the form.
const save = "form.form > button:last-of-type"

func (b *widgetsBrowser) attacks(ctx context.Context, t *testing.T) {
	bypass := func(on bool) {
		if _, err := chromedp.Call(ctx, cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: on}); err != nil {
			t.Fatal(err)
		}
	}
	bypass(true)
	defer bypass(false)
	chromium.Do(ctx, t, chromedp.Navigate(b.url+"/raw/"))
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`window.hit === 1`)); err != nil {
		t.Fatal("an attack that is not escaped does nothing:", err)
	}
	file := filepath.Join(t.TempDir(), `'-alert(1)-'<script>window.hit=1<&#47;script>.pdf`)
	if err := os.WriteFile(file, []byte("%PDF-1.7 paper"), 0o600); err != nil {
		t.Fatal(err)
	}
	// What the controls have, as it will be sent.
	const sent = `JSON.stringify([...new FormData(document.querySelector("form.form"))].filter(([name, value]) => typeof value === "string" && !name.endsWith(".kept")))`
	for i, a := range attacks() {
		w := begin(a)
		b.set(w)
		check := func(what string) {
			t.Helper()
			var pairs [][2]string
			if err := json.Unmarshal([]byte(chromium.Eval[string](ctx, t, sent)), &pairs); err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, p := range pairs {
				got[p[0]] = strings.ReplaceAll(p[1], "\r\n", "\n")
			}
			for name, want := range map[string]string{"text": a, "area": w.Area, "phone": a, "pick": a, "size": a, "many": a, "hidden": a, "parts.1.name": a, "parts.1.kind": a, "parts.1.steps.11.text": a} {
				if got[name] != want {
					t.Errorf("%s: %s is %q, want %q", what, name, got[name], want)
				}
			}
			state := chromium.Eval[string](ctx, t, `[typeof window.hit, document.images.length, [...document.scripts].filter((s) => !s.src).length].join()`)
			if state != "undefined,0,0" {
				t.Errorf("%s: hit, pictures and scripts are %s", what, state)
			}
		}
		chromium.Do(ctx, t, chromedp.Navigate(b.url+"/"))
		check("at first")
		if i == 0 {
			chromium.CheckPage(ctx, t, "widgets")
			chromium.TabThrough(ctx, t)
		}
		// With the script, a row with the same choices.
		chromium.Do(ctx, t, chromedp.Click(`[name="parts.add"]`))
		check("after a row was added")
		labels := chromium.Eval[[]string](ctx, t, `[...document.querySelectorAll("[id='field-parts'] > .row > legend")].map((e) => e.textContent)`)
		one := attacks()[0]
		if diff := cmp.Diff([]string{one + " 1", one + " 2", one + " 3"}, labels); diff != "" {
			t.Errorf("labels of rows (-want +got):\n%s", diff)
		}
		options := chromium.Eval[[]string](ctx, t, `[...document.querySelectorAll("[id='field-parts'] > .row:last-of-type option")].flatMap((o) => [o.value, o.label])`)
		want := []string{"", "–"}
		for _, a := range attacks() {
			want = append(want, a, a)
		}
		if diff := cmp.Diff(want, options); diff != "" {
			t.Errorf("options of the row added (-want +got):\n%s", diff)
		}
		chromium.Do(ctx, t, chromedp.Click(`[id="field-parts"] > .row:last-of-type > .row-buttons > [name="parts.remove"]`))
		// With an error, and a file.
		if i == 0 {
			chromium.Do(ctx, t, chromedp.SetUploadFiles("#field-paper", []string{file}))
		}
		// Browsers keep such values from some controls; what is sent need not come from them.
		fill := func(texts map[string]string) {
			for id, text := range texts {
				chromium.Eval[any](ctx, t, fmt.Sprintf(`(() => { const e = document.querySelector("#field-%s"); e.type = "text"; e.value = %q; })()`, id, text))
			}
		}
		fill(map[string]string{"number": a, "mail": a, "link": a, "day": a, "opens": a, "at": a})
		if status := chromium.Load(ctx, t, chromedp.Click(save)); status != 422 {
			t.Errorf("status %d", status)
		}
		check("with an error")
		for _, id := range []string{"number", "mail", "link", "day", "opens", "at"} {
			if got := chromium.Eval[string](ctx, t, `document.querySelector("#field-`+id+`").value`); got != a {
				t.Errorf("%s is %q", id, got)
			}
		}
		if i == 0 {
			if got := chromium.Eval[string](ctx, t, `document.querySelector(".kept").firstChild.textContent`); !strings.HasPrefix(got, filepath.Base(file)) {
				t.Errorf("the name of the file is %q", got)
			}
			chromium.CheckErrors(ctx, t, 6)
			chromium.CheckPage(ctx, t, "widgets errors")
			chromium.TabThrough(ctx, t)
		}
		fill(map[string]string{"number": "8", "mail": "", "link": "", "day": "2026-11-30", "opens": "08:15", "at": "2026-11-30T08:15"})
		if status := chromium.Load(ctx, t, chromedp.Click(save)); status != 200 {
			t.Errorf("status %d: %s", status, chromium.Eval[string](ctx, t, `document.querySelector(".form-errors")?.textContent ?? ""`))
		}
		w.Number = 8
		if i == 0 {
			b.mu.Lock()
			w.Paper = b.stored.Paper
			b.mu.Unlock()
			if w.Paper == "" {
				t.Error("the file is not stored")
			}
		}
		b.want(t, w)
	}
}

// rows adds, removes and moves rows in rows that were there and in new ones.
func (b *widgetsBrowser) rows(ctx context.Context, t *testing.T) {
	a := attacks()[1]
	b.set(begin(a))
	chromium.Do(ctx, t, chromedp.Navigate(b.url+"/"))
	part := func(i int) string { return fmt.Sprintf(`[id="field-parts"] > .row:nth-of-type(%d)`, i) }
	steps := func(i int) string { return part(i) + " > .rows" }
	step := func(i, j int) string { return fmt.Sprintf("%s > .row:nth-of-type(%d)", steps(i), j) }
	const addStep = " > .row-add > button"
	// In a part that was there.
	chromium.Do(ctx, t, chromedp.Click(steps(1)+addStep), chromedp.KeyEvent("three"), chromedp.Click(step(1, 3)+` > .row-buttons > [name$=".up"]`),
		chromedp.Click(step(1, 1)+` > .row-buttons > [name$=".remove"]`))
	// In one that had none, to the most that there may be.
	chromium.Do(ctx, t, chromedp.Click(steps(2)+addStep), chromedp.KeyEvent("a"), chromedp.Click(steps(2)+addStep), chromedp.KeyEvent("b"),
		chromedp.Click(steps(2)+addStep), chromedp.KeyEvent("c"))
	if full := chromium.Eval[bool](ctx, t, `document.querySelector('`+steps(2)+addStep+`').disabled`); !full {
		t.Error("a fourth step can be added")
	}
	// In a new one.
	chromium.Do(ctx, t, chromedp.Click(`[name="parts.add"]`), chromedp.KeyEvent("new"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("'"),
		chromedp.Click(steps(3)+addStep), chromedp.KeyEvent("x"), chromedp.Click(steps(3)+addStep), chromedp.KeyEvent("y"),
		chromedp.Click(steps(3)+addStep), chromedp.KeyEvent("z"), chromedp.Click(step(3, 2)+` > .row-buttons > [name$=".remove"]`),
		chromedp.Click(step(3, 2)+` > .row-buttons > [name$=".up"]`))
	// And the part with all its steps goes up.
	chromium.Do(ctx, t, chromedp.Click(part(3)+` > .row-buttons > [name="parts.up"]`))
	left := chromium.Eval[[]string](ctx, t, `(() => {
		const ids = [...document.querySelectorAll("[id]")].map((e) => e.id), out = ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => "twice: " + id);
		for (const e of document.querySelectorAll("form *")) {
			if (!e.matches("option")) for (const at of e.attributes) if (at.name !== "value" && at.value.includes("__KEY")) out.push(at.name + "=" + at.value);
			if (e.matches("label:not(.option)") && !e.control) out.push("no control: " + e.outerHTML);
		}
		return out;
	})()`)
	if len(left) > 0 {
		t.Errorf("left in the page: %q", left)
	}
	chromium.CheckPage(ctx, t, "widgets rows in rows")
	chromium.TabThrough(ctx, t)
	if status := chromium.Load(ctx, t, chromedp.Click(save)); status != 200 {
		t.Errorf("status %d: %s", status, chromium.Eval[string](ctx, t, `document.querySelector(".form-errors")?.textContent ?? ""`))
	}
	w := begin(a)
	w.Parts = []piece{
		{ID: 1, Name: a, Kind: a, Steps: []stage{{100, "three"}, {12, "two"}}},
		{ID: 101, Name: "new", Kind: a, Steps: []stage{{102, "z"}, {103, "x"}}},
		{ID: 2, Name: "other", Kind: a, Steps: []stage{{104, "a"}, {105, "b"}, {106, "c"}}},
	}
	b.want(t, w)
}

// rowsWithout does the like by buttons that send the form.
func (b *widgetsBrowser) rowsWithout(ctx context.Context, t *testing.T) {
	a := attacks()[1]
	b.set(begin(a))
	scripts := func(off bool) {
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off}); err != nil {
			t.Fatal(err)
		}
	}
	scripts(true)
	defer scripts(false)
	press := func(name, value string) {
		t.Helper()
		if status := chromium.Load(ctx, t, chromedp.Click(fmt.Sprintf(`[name="%s"][value="%s"]`, name, value))); status != 200 {
			t.Errorf("%s: status %d", name, status)
		}
	}
	write := func(name, text string) {
		t.Helper()
		chromium.Do(ctx, t, chromedp.SendKeys(`[id="field-`+name+`"]`, text))
	}
	chromium.Do(ctx, t, chromedp.Navigate(b.url+"/"))
	press("parts.1.steps.add", "1")
	write("parts.1.steps.n1.text", "three")
	press("parts.1.steps.up", "n1")
	press("parts.1.steps.remove", "11")
	press("parts.add", "1")
	write("parts.n1.name", "new")
	write("parts.n1.kind", "'")
	press("parts.n1.steps.add", "1")
	write("parts.n1.steps.n1.text", "x")
	press("parts.up", "n1")
	// Enter in a text saves.
	if status := chromium.Load(ctx, t, chromedp.SendKeys(`[id="field-parts.1.name"]`, "\r")); status != 200 {
		t.Errorf("status %d: %s", status, chromium.Eval[string](ctx, t, `document.querySelector(".form-errors")?.textContent ?? ""`))
	}
	w := begin(a)
	w.Parts = []piece{
		{ID: 1, Name: a, Kind: a, Steps: []stage{{100, "three"}, {12, "two"}}},
		{ID: 101, Name: "new", Kind: a, Steps: []stage{{102, "x"}}},
		{ID: 2, Name: "other", Kind: a},
	}
	b.want(t, w)
}
