package cssrefs_test

import (
	"slices"
	"testing"

	"github.com/volaweb/vola/internal/cssrefs"
)

func TestFind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sheet string
		urls  []string
	}{
		{`a { background: url(a.png) }`, []string{"a.png"}},
		{`a { background: url( "a b.png" ), URL('c.png'), \75rl(d.png) }`, []string{"a b.png", "c.png", "d.png"}},
		{"a { background: url(\n  a.png\t) }", []string{"a.png"}},
		{`a { background: url("a.png" foo) url(x y) url(z"z) url(q(q) }`, []string{"a.png"}},
		{`@import "a.css"; @import url(b.css) screen; @IMPORT/**/'c.css' layer(x) supports(display: grid);`, []string{"a.css", "b.css", "c.css"}},
		{`@import layer "a.css"; @charset "utf-8"; @font-feature-values "x" {} a { content: "b.png" }`, nil},
		{`@namespace svg url(http://www.w3.org/2000/svg); @namespace "x";`, nil},
		{`/* url(a.png) "*/ a::before { content: "url(b.png)" } /* @import "c"; */`, nil},
		{`a { content: "/*"; background: url(a.png) } /* */`, []string{"a.png"}},
		{`a { content: "it\"s url(x)" } b { background: url(a\).png) url("b\
c.png") }`, []string{"a).png", "bc.png"}},
		{"a { content: \"broken\n; background: url(a.png) }", []string{"a.png"}},
		{`a { background: url(\61 .png) url(\000062.png) url("\63\64 e") }`, []string{"a.png", "b.png", "cde"}},
		{`a { background: image-set("a.png" 1x, url(b.png) 2x, "c.avif" type("image/avif")) }`, []string{"a.png", "b.png", "c.avif"}},
		{`a { background: -webkit-image-set(url("a.png") 1x); mask: src("m.svg") }`, []string{"a.png", "m.svg"}},
		{`a { width: 1url(a.png) } b { --x: my-url(b.png); c: xurl("d") }`, nil},
		{`a { color: #url(a.png) } b { c: url() url("") }`, []string{"", ""}},
		{`a { b: url(data:image/png;base64,AA==) url(#id) }`, []string{"data:image/png;base64,AA==", "#id"}},
		{`a { b: url(ü.png) url("日.png") }`, []string{"ü.png", "日.png"}},
		{`@supports (background: url("a.png")) { b { c: d } } @media x { e { f: url(g) } }`, []string{"a.png", "g"}},
		{`url(`, nil}, {`url("`, nil}, {`@import "`, nil}, {`\`, nil}, {`url(a\`, nil}, {`"a\`, nil}, {`/*`, nil}, {`@`, nil}, {``, nil},
	} {
		var urls []string
		for _, r := range cssrefs.Find([]byte(tt.sheet)) {
			urls = append(urls, r.URL)
		}
		if !slices.Equal(urls, tt.urls) {
			t.Errorf("%s\n\tfound %q, want %q", tt.sheet, urls, tt.urls)
		}
	}
}

// TestReplaced: a string in the place of a reference is that reference.
func TestReplaced(t *testing.T) {
	t.Parallel()
	sheet := `@import url( a.css );b{c:url("d") url(e)}`
	for i, want := range []string{`@import url( "x\"\\\a y" );b{c:url("d") url(e)}`, `@import url( a.css );b{c:url("x\"\\\a y") url(e)}`, `@import url( a.css );b{c:url("d") url("x\"\\\a y")}`} {
		if got := replaced(sheet, i, "x\"\\\ny"); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
}

func replaced(sheet string, i int, url string) string {
	r := cssrefs.Find([]byte(sheet))[i]
	return sheet[:r.Start] + cssrefs.Quote(url) + sheet[r.End:]
}

// FuzzFind: each reference can be replaced, and then nothing else has changed.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{`a{b:url( a.png ) url("\61 'x'") image-set("a" 1x, type("b"))}`, `@import'a'supports(b);@namespace"c";`, "\"a\nurl(\\", `\75rl(a b)url(c/**/d)`} {
		f.Add(seed, "logo.12.svg")
	}
	f.Fuzz(func(t *testing.T, sheet, url string) {
		refs := cssrefs.Find([]byte(sheet))
		before := 0
		for i, r := range refs {
			if r.Start < before || r.End < r.Start || r.End > len(sheet) {
				t.Fatalf("%q: reference %+v", sheet, r)
			}
			before = r.End
			again := cssrefs.Find([]byte(replaced(sheet, i, "n-"+string([]rune(url)))))
			if len(again) != len(refs) {
				t.Fatalf("%q: %v, then %v", sheet, refs, again)
			}
			for k := range refs {
				if want := refs[k].URL; k != i && again[k].URL != want {
					t.Fatalf("%q: %q became %q", sheet, want, again[k].URL)
				}
			}
			if want := "n-" + string([]rune(url)); again[i].URL != want && !hasNUL(url) {
				t.Fatalf("%q: %q is read as %q", sheet, want, again[i].URL)
			}
		}
	})
}

func hasNUL(s string) bool { return slices.Contains([]byte(s), 0) }
