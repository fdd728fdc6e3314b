package jsvendor_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola/internal/jslock"
	"github.com/volaweb/vola/internal/jsvendor"
	"github.com/volaweb/vola/web/assets"
)

// folderOf makes a folder that takes packages from a registry.
func folderOf(t *testing.T, n *npm) (*jsvendor.Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "static", "vendor")
	return open(n, dir), dir
}

// open opens a folder once more, as each command does.
func open(n *npm, dir string) *jsvendor.Folder {
	return jsvendor.New(jsvendor.Config{Dir: dir, Registry: n.url + "/"})
}

// stored lists the files in a folder.
func stored(t *testing.T, dir string) string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			out = append(out, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Join(out, " ")
}

func mustAdd(t *testing.T, n *npm, dir, spec string, subpaths ...string) jslock.Lock {
	t.Helper()
	f := open(n, dir)
	if _, err := f.Add(t.Context(), spec, subpaths); err != nil {
		t.Fatal(err)
	}
	lock, err := f.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if files, errs := f.Verify(); len(errs) > 0 || files == 0 {
		t.Errorf("after %s: %d files, %v", spec, files, errs)
	}
	return lock
}

// TestAdd: what is reached is stored, with the names by which it is found.
func TestAdd(t *testing.T) {
	t.Parallel()
	n := newNPM(t)
	n.publish("chart", "1.0.0", map[string]string{
		"package.json": `{"license":"MIT","exports":{".":{"types":"./x.d.ts","import":"./src/chart.js"},"./zoom":"./src/zoom.js","./style.css":"./chart.css"},"imports":{"#own":"./src/own.js","#dep":"dep/deep.js"},
			"dependencies":{"dep":"^1.1.0","@scope/ext":"~2.0.0"},"browser":{"./src/node.js":"./src/browser.js"}}`,
		"src/chart.js": `import {x} from "./part"; import "#own"; import "#dep"; import "dep"; import "@scope/ext/more"; import "./node.js"; import("./perhaps.js"); import "https://cdn.example/x.js"; import "chart/zoom"`,
		"src/part.js":  `export const x = 1`, "src/own.js": ``, "src/zoom.js": ``, "src/node.js": `require("fs")`, "src/browser.js": ``, "src/unused.js": ``,
		"chart.css": `a{b:url(dot.svg?x#y)url(none.png)}`, "dot.svg": `<svg/>`, "LICENSE": "do it", "x.d.ts": ``, "README.md": ``,
	})
	n.publish("dep", "1.0.0", map[string]string{"index.js": ``})
	n.publish("dep", "1.2.0", map[string]string{"index.js": `import "./deep.js"`, "deep.js": ``, "package.json": `{"license":{"type":"ISC"}}`})
	n.publish("dep", "2.0.0", map[string]string{"index.js": ``})
	n.publish("@scope/ext", "2.0.5", map[string]string{"more.js": `export default 1`})
	_, dir := folderOf(t, n)
	lock := mustAdd(t, n, dir, "chart@1.0.0", "style.css")
	if got, want := stored(t, dir), "@scope/ext@2.0.5/more.js chart@1.0.0/LICENSE chart@1.0.0/chart.css chart@1.0.0/dot.svg chart@1.0.0/src/browser.js chart@1.0.0/src/chart.js chart@1.0.0/src/own.js "+
		"chart@1.0.0/src/part.js chart@1.0.0/src/zoom.js dep@1.2.0/deep.js dep@1.2.0/index.js vola-js.json"; got != want {
		t.Errorf("stored: %s\nwant %s", got, want)
	}
	names := lock.Names()
	if want := map[string]string{"chart": "chart@1.0.0/src/chart.js", "chart/style.css": "chart@1.0.0/chart.css"}; !maps.Equal(names.All, want) {
		t.Errorf("names: %v", names.All)
	}
	if want := map[string]string{"#own": "chart@1.0.0/src/own.js", "#dep": "dep@1.2.0/deep.js", "dep": "dep@1.2.0/index.js", "@scope/ext/more": "@scope/ext@2.0.5/more.js", "chart/zoom": "chart@1.0.0/src/zoom.js"}; !maps.Equal(names.Folder["chart@1.0.0/"], want) {
		t.Errorf("names in chart: %v", names.Folder["chart@1.0.0/"])
	}
	i := slices.IndexFunc(lock.Packages, func(p jslock.Package) bool { return p.Name == "chart" })
	if p := lock.Packages[i]; p.Licence != "MIT" || !maps.Equal(p.Redirects, map[string]string{"chart@1.0.0/src/part": "chart@1.0.0/src/part.js", "chart@1.0.0/src/node.js": "chart@1.0.0/src/browser.js"}) {
		t.Errorf("package: %+v", p)
	}
}

// TestVersionsBesideEachOther: two packages can need two versions of a third, and an update takes the old one out.
func TestVersionsBesideEachOther(t *testing.T) {
	t.Parallel()
	n := newNPM(t)
	n.publish("dep", "1.0.0", map[string]string{"index.js": ``})
	n.publish("dep", "2.0.0", map[string]string{"index.js": ``})
	n.publish("a", "1.0.0", map[string]string{"index.js": `import "dep"`, "package.json": `{"dependencies":{"dep":"1"}}`})
	n.publish("b", "1.0.0", map[string]string{"index.js": `import "dep"`, "more.js": ``, "package.json": `{"dependencies":{"dep":"2"}}`})
	n.publish("b", "1.1.0", map[string]string{"index.js": `import "dep"`, "more.js": ``, "package.json": `{"dependencies":{"dep":">=1"}}`})
	_, dir := folderOf(t, n)
	mustAdd(t, n, dir, "a@1.0.0")
	names := mustAdd(t, n, dir, "b@1.0.0", "more.js").Names()
	if names.Folder["a@1.0.0/"]["dep"] != "dep@1.0.0/index.js" || names.Folder["b@1.0.0/"]["dep"] != "dep@2.0.0/index.js" {
		t.Errorf("names: %v", names)
	}
	names = mustAdd(t, n, dir, "b@1.1.0").Names()
	if want := map[string]string{"a": "a@1.0.0/index.js", "b": "b@1.1.0/index.js", "b/more.js": "b@1.1.0/more.js"}; !maps.Equal(names.All, want) {
		t.Errorf("after the update: %v", names.All)
	}
	if got := stored(t, dir); got != "a@1.0.0/index.js b@1.1.0/index.js b@1.1.0/more.js dep@1.0.0/index.js dep@2.0.0/index.js vola-js.json" {
		t.Errorf("stored: %s", got)
	}
	set, err := assets.New(assets.Config{Layers: []fs.FS{os.DirFS(filepath.Dir(dir))}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := set.ImportMap()
	if m = regexp.MustCompile(`\.[0-9a-f]{10}\.js|,"integrity".*`).ReplaceAllString(m, ""); m != `{"imports":{"a":"/static/vendor/a@1.0.0/index","b":"/static/vendor/b@1.1.0/index","b/more.js":"/static/vendor/b@1.1.0/more"},`+
		`"scopes":{"/static/vendor/a@1.0.0/":{"dep":"/static/vendor/dep@1.0.0/index"},"/static/vendor/b@1.1.0/":{"dep":"/static/vendor/dep@2.0.0/index"}}` || err != nil || len(set.Problems()) > 0 {
		t.Errorf("import map: %s, %v, %v", m, err, set.Problems())
	}
	if _, err := open(n, dir).Remove("dep"); err == nil || !strings.Contains(err.Error(), "another package needs it") {
		t.Errorf("remove dep: %v", err)
	}
	if removed, err := open(n, dir).Remove("b"); err != nil || len(removed) != 2 {
		t.Errorf("removed %v, %v", removed, err)
	}
	if got := stored(t, dir); got != "a@1.0.0/index.js dep@1.0.0/index.js vola-js.json" {
		t.Errorf("stored: %s", got)
	}
	if _, err := open(n, dir).Remove("aa"); err == nil || !strings.Contains(err.Error(), "did you mean a?") {
		t.Errorf("remove aa: %v", err)
	}
}

// TestRefused: what is refused leaves nothing behind.
func TestRefused(t *testing.T) {
	t.Parallel()
	n := newNPM(t)
	one := func(name string, files map[string]string) { n.publish(name, "1.0.0", files) }
	n.publish("newest", "1.0.0", map[string]string{"index.js": ``})
	n.publish("newest", "2.0.0", map[string]string{"index.js": ``})
	one("tampered", map[string]string{"index.js": `good`})
	n.archives["tampered/-/1.0.0.tgz"] = archive("tampered", map[string]string{"index.js": `evil`})
	one("weak", map[string]string{"index.js": ``})
	n.packages["weak"]["1.0.0"].(map[string]any)["dist"].(map[string]string)["integrity"] = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="
	for name, entry := range map[string]tar.Header{
		"up": {Name: "package/../../evil.js"}, "absolute": {Name: "/etc/evil.js"}, "windows": {Name: `package/..\evil.js`}, "drive": {Name: "package/c:evil.js"},
		"symlink": {Name: "package/link.js", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink}, "hardlink": {Name: "package/link.js", Linkname: "/etc/passwd", Typeflag: tar.TypeLink},
		"device": {Name: "package/dev.js", Typeflag: tar.TypeChar},
	} {
		n.publishArchive(name, "1.0.0", archiveOf(func(w *tar.Writer) {
			add(w, "package/package.json", `{"name":"`+name+`"}`)
			add(w, "package/index.js", ``)
			w.WriteHeader(&entry)
		}))
	}
	n.publishArchive("bomb", "1.0.0", archiveOf(func(w *tar.Writer) {
		add(w, "package/package.json", `{"name":"bomb"}`)
		w.WriteHeader(&tar.Header{Name: "package/index.js", Size: 100 << 20})
		zeros := make([]byte, 1<<20)
		for range 100 {
			w.Write(zeros)
		}
	}))
	n.publishArchive("sparse", "1.0.0", sparseArchive(`{"name":"sparse"}`, "", 100<<20))
	for i := range 5 {
		n.publishArchive(fmt.Sprintf("heavy%d", i), "1.0.0", sparseArchive(fmt.Sprintf(`{"name":"heavy%d","dependencies":{"heavy%d":"1"}}`, i, i+1), fmt.Sprintf(`import "heavy%d"`, i+1), 60<<20))
	}
	n.publishArchive("control", "1.0.0", archiveOf(func(w *tar.Writer) {
		add(w, "package/package.json", `{"name":"control"}`)
		add(w, "package/a\x1b[2J.js", "")
	}))
	one("build", map[string]string{"index.js": ``})
	n.publish("build", "1.0.1+/../../newest@1.0.0", map[string]string{"index.js": `evil`})
	one("builds", map[string]string{"index.js": `import "build"`, "package.json": `{"dependencies":{"build":">1.0.0"}}`})
	n.publishArchive("many", "1.0.0", archiveOf(func(w *tar.Writer) {
		for range 20_001 {
			add(w, "package/a.js", "")
		}
	}))
	n.publishArchive("garbage", "1.0.0", []byte("no archive"))
	n.publishArchive("other", "1.0.0", archive("another", map[string]string{"index.js": ``}))
	one("large", map[string]string{"index.js": strings.Repeat("x", 17<<20)})
	one("commonjs", map[string]string{"index.js": `const fs = require("fs"); module.exports = 1`})
	one("builtin", map[string]string{"index.js": `import fs from "node:fs"`})
	one("old-builtin", map[string]string{"index.js": `import fs from "fs"`})
	one("out", map[string]string{"index.js": `import "../other@1.0.0/index.js"`})
	one("root", map[string]string{"index.js": `import "/static/site.js"`})
	one("dot", map[string]string{"index.js": `import "./a/b.js"`, "a/b.js": `import ".."`})
	one("slash", map[string]string{"index.js": `import "./a/?x"`, "a/index.js": ``})
	one("lost", map[string]string{"index.js": `import "./gone.js"`})
	one("entry", map[string]string{"package.json": `{"exports":{"require":"./a.js"}}`})
	one("range", map[string]string{"index.js": `import "newest"`, "package.json": `{"dependencies":{"newest":"^3"}}`})
	one("git", map[string]string{"index.js": `import "newest"`, "package.json": `{"dependencies":{"newest":"git+https://example.org/x"}}`})
	one("unknown", map[string]string{"index.js": `import "nobody"`, "package.json": `{"dependencies":{"nobody":"1"}}`})
	one("list", map[string]string{"index.js": `import x from "./vola-js.json" with {type: "json"}`, "vola-js.json": `{}`})
	for spec, want := range map[string]string{
		"list@1.0.0":   "taken for the list of packages",
		"builds@1.0.0": "no version in that range", "build@1.0.1+/../../newest@1.0.0": "no name of a package", "build@1.0.1+/x": "no whole version", "build@2.0.0": "the newest is 1.0.0",
		"newest": "the newest of newest is 2.0.0, so write newest@2.0.0", "newest@latest": `"latest" is no whole version`, "newest@^1": "no whole version", "newest@3.0.0": "there is no version 3.0.0 of newest; the newest is 2.0.0",
		"nobody@1.0.0": "has no package nobody", "../up@1.0.0": "no name of a package", "@1.0.0": "no name of a package", "": "no name of a package", "a/b@1.0.0": "no name of a package",
		"tampered@1.0.0": "is not the one that was published", "weak@1.0.0": "no SHA-512",
		"up@1.0.0": "leads out of its folder", "absolute@1.0.0": "leads out of its folder", "windows@1.0.0": "leads out of its folder", "drive@1.0.0": "leads out of its folder",
		"symlink@1.0.0": "a link or device", "hardlink@1.0.0": "a link or device", "device@1.0.0": "a link or device",
		"bomb@1.0.0": "more than 64 MiB", "sparse@1.0.0": "more than 64 MiB", "heavy0@1.0.0": "more than 256 MiB", "control@1.0.0": "or is none", "many@1.0.0": "more than 20000 files", "garbage@1.0.0": "no gzip", "other@1.0.0": `that of a package "another"`, "large@1.0.0": "needs more than 16 MiB",
		"commonjs@1.0.0": "for Node.js (CommonJS, in index.js)", "builtin@1.0.0": `imports "node:fs" of Node.js`, "old-builtin@1.0.0": "does not say that it needs that",
		"out@1.0.0": "leads out of the package", "root@1.0.0": "not in the package", "dot@1.0.0": `imports "..", a folder`, "slash@1.0.0": `imports "./a/?x", a folder`, "lost@1.0.0": `imports "./gone.js", and there is no such file`, "entry@1.0.0": "for browsers",
		"range@1.0.0": "no version in that range", "git@1.0.0": "cannot be read", "unknown@1.0.0": "has no package nobody",
	} {
		f, dir := folderOf(t, n)
		if added, err := f.Add(t.Context(), spec, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want %q", spec, added, err, want)
		}
		if files := stored(t, filepath.Dir(filepath.Dir(dir))); files != "" {
			t.Errorf("%s left %s", spec, files)
		}
	}
	f, dir := folderOf(t, n)
	if _, err := f.Add(t.Context(), "newest@1.0.0", []string{"../../x.js"}); err == nil {
		t.Error("a subpath out of the package is added")
	}
	for _, path := range []string{"", "/%zz"} {
		secret := strings.Replace(n.url, "//", "//me:secret@", 1) + path
		_, err := jsvendor.New(jsvendor.Config{Dir: dir, Registry: secret}).Add(t.Context(), "nobody@1.0.0", nil)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("the error has the password: %v", err)
		}
	}
}

// TestLaterChanges: a tag that moves changes nothing; an archive that is published once more is refused; files
// that were changed are found, and not replaced.
func TestLaterChanges(t *testing.T) {
	t.Parallel()
	n := newNPM(t)
	n.publish("a", "0.0.1", map[string]string{"index.js": `export default 1`})
	_, dir := folderOf(t, n)
	mustAdd(t, n, dir, "a@0.0.1")
	before, err := os.ReadFile(filepath.Join(dir, jslock.Name))
	if err != nil {
		t.Fatal(err)
	}
	n.publish("a", "2.0.0", map[string]string{"index.js": `export default 2`})
	if _, errs := open(n, dir).Verify(); len(errs) > 0 {
		t.Errorf("the tag moved: %v", errs)
	}
	mustAdd(t, n, dir, "a@0.0.1")
	if after, err := os.ReadFile(filepath.Join(dir, jslock.Name)); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the tag moved, and the list is %s, %v", after, err)
	}
	list, err := open(n, dir).Outdated(t.Context())
	if want := []jsvendor.Outdated{{Name: "a", Have: "0.0.1", Compatible: "0.0.1", Newest: "2.0.0", Deprecated: "use 2\nplease"}}; err != nil || !slices.Equal(list, want) {
		t.Errorf("outdated: %v, %v", list, err)
	}
	n.publish("a", "0.0.1", map[string]string{"index.js": `evil`})
	if _, err := open(n, dir).Add(t.Context(), "a@0.0.1", nil); err == nil || !strings.Contains(err.Error(), "another archive") {
		t.Errorf("published once more: %v", err)
	}
	stray, file := filepath.Join(dir, "a@0.0.1", "stray.js"), filepath.Join(dir, "a@0.0.1", "index.js")
	for _, path := range []string{stray, file} {
		if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, errs := open(n, dir).Verify(); len(errs) != 2 || !strings.Contains(errs[0].Error(), "a@0.0.1/index.js is not what was stored") || !strings.Contains(errs[1].Error(), "stray.js is of no package") {
		t.Errorf("changed files: %v", errs)
	}
	if _, err := open(n, dir).Add(t.Context(), "a@2.0.0", nil); err == nil || !strings.Contains(err.Error(), "was changed by hand") {
		t.Errorf("add over changes: %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, errs := open(n, dir).Verify(); len(errs) != 2 || !strings.Contains(errs[0].Error(), "is missing") {
		t.Errorf("missing file: %v", errs)
	}
	mustAddOver(t, n, dir, "a@2.0.0")
}

// mustAddOver adds where a file is of no package.
func mustAddOver(t *testing.T, n *npm, dir, spec string) {
	t.Helper()
	if _, err := open(n, dir).Add(t.Context(), spec, nil); err != nil {
		t.Fatal(err)
	}
	if got := stored(t, dir); got != "a@0.0.1/stray.js a@2.0.0/index.js vola-js.json" {
		t.Errorf("stored: %s", got)
	}
}

// TestLinksInTheFolder: nothing is written where a link leads out.
func TestLinksInTheFolder(t *testing.T) {
	t.Parallel()
	n := newNPM(t)
	n.publish("a", "1.0.0", map[string]string{"index.js": `x`})
	f, dir := folderOf(t, n)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if err := os.Symlink(out, filepath.Join(dir, "a@1.0.0")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Add(t.Context(), "a@1.0.0", nil); err == nil {
		t.Error("a link that leads out is followed")
	}
	if files := stored(t, out); files != "" {
		t.Errorf("outside: %s", files)
	}
}

// TestLockFiles: a list that leads out of its folder, or that is none, is refused.
func TestLockFiles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{`: "cannot be read", `{"format":2}`: "the format 2", `{"format":1,"packages":[{"name":"a","version":"1","files":{"a@1/../../x":""}}]}`: "not in the folder",
		`{"format":1,"packages":[{"name":"a","version":"1","files":{"b@1/x":""}}]}`:              "not in the folder of the package",
		`{"format":1,"packages":[{"name":"../a","version":"1","files":{}}]}`:                     "the name or the version",
		`{"format":1,"packages":[{"name":"a","version":"1","imports":{"a":"../x"},"files":{}}]}`: "not in its folder",
		`{"format":1,"packages":[{"name":"a","version":"1","files":{},"uses":{"a":"/x"}}]}`:      "not in its folder",
		`{"format":1,"packages":[],"more":1}`:                                                    "cannot be read",
	} {
		if _, err := jslock.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestLongLockFiles: a list of any length that is allowed is read by a site, and a longer one is not written.
func TestLongLockFiles(t *testing.T) {
	t.Parallel()
	long := func(bytes int) jslock.Lock {
		files := map[string]string{"a@1.0.0/a.js": strings.Repeat("0", 64)}
		for i := range bytes / 1000 {
			files[fmt.Sprintf("a@1.0.0/%0900d", i)] = strings.Repeat("0", 64)
		}
		return jslock.Lock{Packages: []jslock.Package{{Name: "a", Version: "1.0.0", Imports: map[string]string{"a": "a@1.0.0/a.js"}, Files: files}}}
	}
	text, err := long(3 << 20).Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, dev := range []bool{false, true} {
		set, err := assets.New(assets.Config{Dev: dev, Layers: []fs.FS{fstest.MapFS{"vendor/vola-js.json": {Data: text}, "vendor/a@1.0.0/a.js": {}}}})
		if err != nil {
			t.Fatalf("dev %v: %v", dev, err)
		}
		if m, err := set.ImportMap(); err != nil || !strings.Contains(m, "vendor/a@1.0.0/a.") {
			t.Errorf("dev %v: %s, %v", dev, m, err)
		}
	}
	for _, dev := range []bool{false, true} {
		set, err := assets.New(assets.Config{Dev: dev, Layers: []fs.FS{fstest.MapFS{"vendor/vola-js.json": {Data: bytes.Repeat([]byte(" "), 9<<20)}}}})
		if err == nil {
			_, err = set.ImportMap()
		}
		if err == nil || !strings.Contains(err.Error(), "more than 4194304 bytes") {
			t.Errorf("dev %v: a list that is too long: %v", dev, err)
		}
	}
	if _, err := long(5 << 20).Text(); err == nil || !strings.Contains(err.Error(), "more than 4194304 bytes") {
		t.Errorf("a list that is too long is written: %v", err)
	}
}

// FuzzUnpack: no archive gives a path that leads out.
func FuzzUnpack(f *testing.F) {
	f.Add(archive("a", map[string]string{"index.js": "x", "b/c.js": "y"}))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, text []byte) {
		files, err := jsvendor.Unpack(text)
		if err != nil && files != nil {
			t.Errorf("%d files with %v", len(files), err)
		}
		for name := range files {
			if !fs.ValidPath(name) || !filepath.IsLocal(name) {
				t.Errorf("the path %q", name)
			}
		}
	})
}

// TestPartThatIsGone: a version without a part that was added before says whose part that is, and what to do.
func TestPartThatIsGone(t *testing.T) {
	t.Parallel()
	n := newNPM(t)
	n.publish("a", "1.0.0", map[string]string{"index.js": ``, "old.js": ``, "both.js": ``})
	n.publish("a", "2.0.0", map[string]string{"index.js": ``, "both.js": ``})
	_, dir := folderOf(t, n)
	mustAdd(t, n, dir, "a@1.0.0", "old.js", "both.js")
	_, err := open(n, dir).Add(t.Context(), "a@2.0.0", nil)
	if err == nil || !strings.Contains(err.Error(), `a@2.0.0 has no file "old.js"`) || !strings.Contains(err.Error(), "it was added with a@1.0.0") || !strings.Contains(err.Error(), "vola js remove a, and then add a@2.0.0") {
		t.Fatal(err)
	}
	_, err = open(n, dir).Add(t.Context(), "a@2.0.0", []string{"old.js"})
	if err == nil || strings.Contains(err.Error(), "remove") {
		t.Errorf("a part that is asked for now: %v", err)
	}
	if _, err := open(n, dir).Remove("a"); err != nil {
		t.Fatal(err)
	}
	lock := mustAdd(t, n, dir, "a@2.0.0", "both.js")
	if names := lock.Names().All; len(names) != 2 {
		t.Errorf("%v", names)
	}
}
