package assets_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/web/assets"
	"github.com/volaweb/vola/web/assets/brotli"
)

// setOf makes a Set of files by their names and contents.
func setOf(t *testing.T, files map[string]string) *assets.Set {
	t.Helper()
	layer := fstest.MapFS{}
	for name, text := range files {
		layer[name] = file(text)
	}
	set, err := assets.New(assets.Config{Layers: []fs.FS{layer}, Codings: []assets.Coding{brotli.Coding{}}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// hashed returns the path of a file as the Set serves it.
func hashed(t *testing.T, set *assets.Set, name string) string {
	t.Helper()
	url, err := set.URL(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(url, "/static")
}

// hashes matches the hash in a name.
func hashes() *regexp.Regexp { return regexp.MustCompile(`\.[0-9a-f]{10}\.`) }

func TestSheetsHaveHashedNames(t *testing.T) {
	t.Parallel()
	set := setOf(t, map[string]string{
		"site.css":         `@import "parts/a.css"; b{c:url(img/x.png)url("/static/img/x.png?v=1#y")url(../other.png)url(data:,)url(//cdn/x.png)url(#f)url("img/a%20b.png")url(img/)url(img/none.png)}`,
		"parts/a.css":      `/* url(no.png) */ b{c:url('../img/x.png')}`,
		"img/x.png":        "x",
		"img/a b.png":      "ab",
		"plain.css":        `a{b:c}`,
		"OLD.CSS":          `a{b:url(plain.css)}`,
		"fonts/f.woff2":    "f",
		"fonts/fonts.css":  `@font-face{src:url(f.woff2?#iefix) format("woff2")}`,
		"not/a/sheet.html": `<p style="background: url(x.png)">`,
	})
	for name, want := range map[string]string{
		"site.css": `@import "parts/a.#.css"; b{c:url("img/x.#.png")url("/static/img/x.#.png?v=1#y")url(../other.png)url(data:,)url(//cdn/x.png)url(#f)` +
			`url("img/a%20b.#.png")url(img/)url(img/none.png)}`,
		"parts/a.css":     `/* url(no.png) */ b{c:url("../img/x.#.png")}`,
		"plain.css":       `a{b:c}`,
		"OLD.CSS":         `a{b:url("plain.#.css")}`,
		"fonts/fonts.css": `@font-face{src:url("f.#.woff2?#iefix") format("woff2")}`,
	} {
		body := get(set, hashed(t, set, name)).Body.String()
		if got := hashes().ReplaceAllString(body, ".#."); got != want {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
		for _, m := range regexp.MustCompile(`"/static(/img/[^"?]+)`).FindAllStringSubmatch(body, -1) {
			if w := get(set, m[1]); w.Code != 200 {
				t.Errorf("%s names %s: %d", name, m[1], w.Code)
			}
		}
	}
	if problems := set.Problems(); len(problems) != 1 || problems[0].String() != `site.css:1:156: "img/none.png": there is no static file "img/none.png"; did you mean img/a b.png?` {
		t.Errorf("problems: %v", problems)
	}
}

// TestHashesCoverReferences: a sheet has another name when a file that it leads to has changed,
// also over other sheets, and those that import each other.
func TestHashesCoverReferences(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"a.css": `@import "b.css";`, "b.css": `@import "c.css"; @import "a.css";`, "c.css": `@import "b.css"; d{e:url(x.png)}`,
		"self.css": `@import "self.css";`, "alone.css": `d{e:f}`, "top.css": `@import "a.css";`, "x.png": "1",
	}
	names := func(files map[string]string) map[string]string {
		set := setOf(t, files)
		out := map[string]string{}
		for name := range files {
			out[name] = hashed(t, set, name)
			body := get(set, out[name]).Body.String()
			for _, m := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(body, -1) {
				if w := get(set, "/"+m[1]); w.Code != 200 {
					t.Errorf("%s names %s: %d", name, m[1], w.Code)
				}
			}
		}
		return out
	}
	before := names(files)
	if again := names(files); !maps.Equal(before, again) {
		t.Errorf("the same files have the names %v, then %v", before, again)
	}
	changes := map[string]string{"x.png": "a.css b.css c.css top.css x.png", "a.css": "a.css b.css c.css top.css", "self.css": "self.css", "alone.css": "alone.css", "top.css": "top.css"}
	for change, want := range changes {
		edited := maps.Clone(files)
		edited[change] += "/**/"
		var got []string
		for name, now := range names(edited) {
			if now != before[name] {
				got = append(got, name)
			}
		}
		if slices.Sort(got); strings.Join(got, " ") != want {
			t.Errorf("%s changed: other names for %v, want %s", change, got, want)
		}
	}
}

// TestImportMapOfModules: what other modules import is in the map.
func TestImportMapOfModules(t *testing.T) {
	t.Parallel()
	set := setOf(t, map[string]string{
		"app/main.js":  `import {u} from "./util.js"; import "/static/other.mjs"; import("../lazy.js"); import "https://cdn.example/x.js"; import "./gone.js"; import "htmx.org"; import "hyper"`,
		"app/util.js":  `export const u = 1`,
		"other.mjs":    `import "./app/util.js?v=1"`,
		"lazy.js":      ``,
		"alone.js":     `document.title = "x"`,
		"other.css":    ``,
		"vendor/a.txt": ``,
		"vendor/vola-js.json": `{"format":1,"packages":[
			{"name":"htmx.org","version":"2.0.7","direct":true,"integrity":"","imports":{"htmx.org":"htmx.org@2.0.7/htmx.js"},"uses":{"dep":"dep@1.0.0/d.js"},"redirects":{"htmx.org@2.0.7/x":"htmx.org@2.0.7/x.js"},"files":{}},
			{"name":"dep","version":"1.0.0","integrity":"","uses":{"gone":"dep@1.0.0/gone.js"},"files":{}}]}`,
		"vendor/htmx.org@2.0.7/htmx.js": `import "dep"; import "./x"`,
		"vendor/htmx.org@2.0.7/x.js":    ``,
		"vendor/dep@1.0.0/d.js":         ``,
	})
	text, err := set.ImportMap()
	if err != nil {
		t.Fatal(err)
	}
	var m modules
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	if got, want := plain(t, set, m.Imports), map[string]string{
		"/static/app/util.js": "/static/app/util.#.js", "/static/other.mjs": "/static/other.#.mjs", "/static/lazy.js": "/static/lazy.#.js",
		"htmx.org": "/static/vendor/htmx.org@2.0.7/htmx.#.js", "/static/vendor/htmx.org@2.0.7/x": "/static/vendor/htmx.org@2.0.7/x.#.js",
	}; !maps.Equal(got, want) {
		t.Errorf("imports: %v\nwant %v", got, want)
	}
	if got := plain(t, set, m.Scopes["/static/vendor/htmx.org@2.0.7/"]); got["dep"] != "/static/vendor/dep@1.0.0/d.#.js" || len(m.Scopes) != 2 {
		t.Errorf("scopes: %v", m.Scopes)
	}
	if len(m.Integrity) != 6 || m.Integrity["/static"+hashed(t, set, "lazy.js")] != "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" {
		t.Errorf("integrity: %v", m.Integrity)
	}
	var problems []string
	for _, p := range set.Problems() {
		problems = append(problems, p.String())
	}
	if got, want := strings.Join(problems, "\n"), `app/main.js:1:122: import "./gone.js": there is no static file "app/gone.js"; did you mean alone.js?
app/main.js:1:161: import "hyper": no package in vola-js.json has that name; run: vola js add hyper@VERSION
vendor/vola-js.json:1:1: there is no static file "vendor/dep@1.0.0/gone.js"; run: vola js verify`; got != want {
		t.Errorf("problems:\n%s\nwant\n%s", got, want)
	}
	if w := get(set, "/vendor/vola-js.json"); w.Code != 404 {
		t.Errorf("the lock file is served: %d", w.Code)
	}
}

// TestNamesThatURLsEscape: a file with a mark of URLs in its name is found everywhere.
func TestNamesThatURLsEscape(t *testing.T) {
	t.Parallel()
	files := map[string]string{"main.js": `import "./a%23b.js"; import "./50%25.js"; import "./who%3F.js"`, "a#b.js": "", "50%.js": "", "who?.js": ""}
	set := setOf(t, files)
	text, err := set.ImportMap()
	if err != nil || len(set.Problems()) > 0 {
		t.Fatal(err, set.Problems())
	}
	var m modules
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"/static/a%23b.js": "/static/a%23b.#.js", "/static/50%25.js": "/static/50%25.#.js", "/static/who%3F.js": "/static/who%3F.#.js"}; !maps.Equal(plain(t, set, m.Imports), want) {
		t.Errorf("imports: %v", m.Imports)
	}
	for name := range files {
		if w := get(set, hashed(t, set, name)); w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	for to := range m.Integrity {
		if w := get(set, strings.TrimPrefix(to, "/static")); w.Code != 200 {
			t.Errorf("integrity of %s: %d", to, w.Code)
		}
	}
	dev, err := assets.New(assets.Config{Layers: []fs.FS{fstest.MapFS{"a#b.js": file("")}}, Dev: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := dev.URL("a#b.js"); got != "/static/a%23b.js" || err != nil {
		t.Errorf("in development: %s, %v", got, err)
	}
}

// modules is an import map.
type modules struct {
	Imports   map[string]string
	Scopes    map[string]map[string]string
	Integrity map[string]string
}

// plain has "#" in place of hashes, after it has asked for the files.
func plain(t *testing.T, set *assets.Set, m map[string]string) map[string]string {
	t.Helper()
	for name, to := range m {
		if get(set, strings.TrimPrefix(to, "/static")).Code != 200 && !strings.Contains(to, "gone") {
			t.Errorf("%s leads to %s, which is not there", name, to)
		}
		m[name] = hashes().ReplaceAllString(to, ".#.")
	}
	return m
}

// TestImportMapInDevelopment: it has the packages, as the lock file is at this moment.
func TestImportMapInDevelopment(t *testing.T) {
	t.Parallel()
	layer := fstest.MapFS{"a.js": file(`import "./b.js"`), "b.js": file("")}
	set, err := assets.New(assets.Config{Layers: []fs.FS{layer}, Dev: true})
	if err != nil {
		t.Fatal(err)
	}
	layer[".old/vola-js.json"] = file(`{`)
	if m, err := set.ImportMap(); m != "" || err != nil {
		t.Errorf("without packages: %q, %v", m, err)
	}
	layer["vendor/vola-js.json"] = file(`{"format":1,"packages":[{"name":"x","version":"1","integrity":"","imports":{"x":"x@1/x.js"},"files":{}}]}`)
	if m, err := set.ImportMap(); m != `{"imports":{"x":"/static/vendor/x@1/x.js"}}` || err != nil {
		t.Errorf("with one: %q, %v", m, err)
	}
	layer["vendor/vola-js.json"] = file(`{`)
	if m, err := set.ImportMap(); err == nil || !strings.Contains(err.Error(), "vendor/vola-js.json") {
		t.Errorf("with a broken one: %q, %v", m, err)
	}
	if _, err := assets.New(assets.Config{Layers: []fs.FS{layer}}); err == nil {
		t.Error("a broken lock file is no error at the start")
	}
}
