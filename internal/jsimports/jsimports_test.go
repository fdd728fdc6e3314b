package jsimports_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/jsimports"
)

func TestFind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source string
		want   string // specifiers, dynamic ones with a "?"
	}{
		{`import "a.js"; import'b.js'`, "a.js b.js"},
		{`import a from "a"; import * as b from 'b'; import {c, d as e, "f g" as h} from "c"; import i, {j} from "d"; import k, * as l from "e"`, "a b c d e"},
		{`import from from "a"; import {from} from "b"; import {default as x} from "c"`, "a b c"},
		{`import data from "./a.json" with {type: "json"}; import defer * as x from "b"; import source y from "c"`, "./a.json b c"},
		{`export * from "a"; export * as b from "b"; export {c, d as default} from "c"; export {}; export {x}; import "d"`, "a b c d"},
		{`export {x} /* from "no" */; "text"; export default "from"; export const from = "no"`, ""},
		{"import(\"a\"); await import('b', {with: {}}); import(`c`); import(`d${x}`); import(y); import(\"e\" + x)", "a? b? c?"},
		{`const x = import.meta.url; import.defer("a"); new URL("b", import.meta.url)`, "a?"},
		{`x.import("a"); x.export; ({import: "b"}); class A { import() {} static import() { return "c" } }`, ""},
		{`// import "a"
/* import "b" */ import /* c */ "d" // e`, "d"},
		{`#!/usr/bin/env node
import "a"`, "a"},
		{"`import \"a\"`; `${import('b')} import('c') ${`${import('d')}`}`; import 'e'", "b? d? e"},
		{`x = /import "a"/; y = /[/"]/g; z = a / import("b") / c; import "d"`, "b? d"},
		{`if (x) /"/.test(y); import "a"`, "a"},
		{`f(x) / 2; "/"; import "a"`, "a"},
		{`{} /"/.test(y); import "a"`, "a"},
		{`x = {} / 2; "/"; import "a"`, "a"},
		{`x = a => { return 1 }
/"/.test(y); import "a"`, "a"},
		{`x++ / 2; "/"; return /"/; typeof /"/; import "a"`, "a"},
		{`x.return / 2; "/"; x[0] / 3; "/" ; import "a"`, "a"},
		{`import "\u0061\x62\u{63}\n\d"; import "\ud83d\ude00"`, "abc\nd \U0001f600"},
		{"\ufeffimport\u00a0\"a\"\u2028import\u2029 x\u3000from'b'", "a b"},
		{"exports\nimport 'a'", "a"},
		{"if (require) /\"/.test(x); import 'a'", "a"}, {"if (exports)\n(/\"/.test(x)); import 'a'", "a"},
		{"f(exports)(x); if (module) (1) / 2; '/'; import 'a'", "a"},
		{`import {a
} from "b"
import"c"
export*from"d"`, "b c d"},
		{`import { a, } from "x`, ""}, {`import`, ""}, {`import {`, ""}, {`export {a} from`, ""}, {"`${", ""}, {`/`, ""}, {`"\`, ""}, {`)`, ""}, {`"\u{`, ""},
		{`import {a} = b; import "c"`, "c"},
		{`let imports = 1, $import = 2; imported("a")`, ""},
		{`var e={import:function(){},a:b/c,d:/"/};import("x")`, "x?"},
		{`export import "a"`, "a"},
		{`all = [...import("a"), ...await import("b")]; f(...typeof /"/); import "c"`, "a? b? c"},
		{`class A { #import = 1; get import() { return this.#import } } import "a"`, "a"},
		{`for (const x of /"/.exec(y)) {} import "a"`, "a"},
	} {
		var got []string
		for _, i := range jsimports.Find([]byte(tt.source)).Imports {
			specifier := i.Specifier
			if i.Dynamic {
				specifier += "?"
			}
			got = append(got, specifier)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s\n\tfound %q, want %q", tt.source, got, tt.want)
		}
	}
}

// TestKinds: what works as a module is told from what is for Node.js.
func TestKinds(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`import "a"`: "m", `export const a = 1`: "m", `import.meta.url`: "m", `export {a}`: "m", `export * from "a"`: "m", `export default function () {}`: "m",
		`import("a")`: "", `window.x = 1`: "", `x.require("a")`: "", `require`: "", `x = {module: 1}`: "",
		`const a = require("a")`: "c", `module.exports = 1`: "c", `exports.a = 1`: "c", `Object.defineProperty(exports, "__esModule", {value: true}); exports["a"] = 1`: "c",
		`all = [...require("a")]`: "c", `import "a"; require("b")`: "mc", `// require("a")`: "",
	} {
		r := jsimports.Find([]byte(source))
		got := ""
		if r.Module {
			got += "m"
		}
		if r.CommonJS {
			got += "c"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}

// TestMuchNesting: however deep a source is nested, it takes no stack.
func TestMuchNesting(t *testing.T) {
	t.Parallel()
	for _, open := range []string{"(", "{", "[", "`${"} {
		jsimports.Find([]byte(strings.Repeat(open, 1<<20)))
	}
}

// FuzzFind: specifiers stand where they are said to, in order, and a module that
// imports something more in front has that as its first.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{`import a, {b as c} from "d";export*from'e'`, "import(`a`)/`${import('b')}/`/c", `x=/["]/;{}/"/;if(x)/"/`, `export{a}from"b";import.meta`, `"\u{1f600}\x41`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		imports := jsimports.Find([]byte(source)).Imports
		at := -1
		for _, i := range imports {
			if i.At <= at || i.At >= len(source) || !strings.ContainsRune("\"'`", rune(source[i.At])) {
				t.Fatalf("%q: %+v", source, i)
			}
			at = i.At
		}
		if strings.HasPrefix(source, "#!") {
			return
		}
		more := jsimports.Find([]byte("import 'first';\n" + source)).Imports
		if len(more) != len(imports)+1 || more[0].Specifier != "first" || !slices.EqualFunc(more[1:], imports, func(a, b jsimports.Import) bool { return a.Specifier == b.Specifier }) {
			t.Fatalf("%q: %+v, then %+v", source, imports, more)
		}
	})
}
