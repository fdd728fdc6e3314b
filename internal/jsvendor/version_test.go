package jsvendor_test

import (
	"testing"

	"github.com/volaweb/vola/internal/jsvendor"
)

func TestRanges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, in, out string }{
		{"1.2.3", "1.2.3", "1.2.4"}, {"=1.2.3", "1.2.3", "1.2.2"}, {"v1.2.3", "1.2.3", "1.2.3-rc.1"},
		{"^1.2.3", "1.9.0", "2.0.0"}, {"^1.2.3", "1.2.3", "1.2.2"}, {"^1.2.3", "1.9.9", "2.0.0-alpha"}, {"^0.2.3", "0.2.9", "0.3.0"}, {"^0.0.3", "0.0.3", "0.0.4"},
		{"^0.0", "0.0.9", "0.1.0"}, {"^0", "0.9.0", "1.0.0"}, {"^1.x", "1.0.0", "2.0.0"}, {"^1.2.3-beta.2", "1.2.3-beta.4", "1.2.4-beta.2"}, {"^1.2.3-beta.2", "1.5.0", "1.2.3-beta.1"},
		{"~1.2.3", "1.2.9", "1.3.0"}, {"~1.2", "1.2.0", "1.3.0"}, {"~1", "1.9.0", "2.0.0"}, {"~>1.2", "1.2.5", "1.3.0"},
		{"1.2", "1.2.9", "1.3.0"}, {"1", "1.9.9", "2.0.0"}, {"1.x", "1.1.1", "0.9.0"}, {"1.2.*", "1.2.3", "1.3.0"}, {"*", "9.9.9", "1.0.0-rc.1"}, {"", "0.0.1", "1.0.0-a"}, {"x", "1.0.0", ""},
		{">=1.2.3 <2.0.0", "1.9.0", "2.0.0"}, {">= 1.2.3", "3.0.0", "1.2.2"}, {">1.2", "1.3.0", "1.2.9"}, {"<=1.2", "1.2.9", "1.3.0"}, {">1", "2.0.0", "1.9.0"}, {"<1.2.3", "1.2.2", "1.2.3"}, {">*", "", "1.0.0"},
		{"1.0.0 - 2.0.0", "2.0.0", "2.0.1"}, {"1.2 - 2", "2.9.0", "3.0.0"}, {"^1.0.0 || ^3", "3.1.0", "2.0.0"}, {"^16 || ^17 || ^18.0.0-rc || 19", "18.0.0-rc.1", "17.0.0-rc.1"},
	} {
		for v, want := range map[string]bool{tt.in: true, tt.out: false} {
			if got, err := jsvendor.InRange(tt.text, v); v != "" && (got != want || err != nil) {
				t.Errorf("%s in %q: %v, %v", v, tt.text, got, err)
			}
		}
	}
	for _, text := range []string{"latest", "1.2.3.4", "^", "!1", "01.2.3", "git+https://example.org/x", "file:../x", "workspace:*", "npm:other@1"} {
		if _, err := jsvendor.InRange(text, "1.0.0"); err == nil {
			t.Errorf("%q is a range", text)
		}
	}
}

// TestPrecedence has the example of Semantic Versioning, section 11.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	order := []string{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1", "10.0.0"}
	for i := range order[1:] {
		if got := jsvendor.Newest(order[i+1], order[i], "not one", "1.2"); got != order[i+1] {
			t.Errorf("%s is newer than %s", got, order[i+1])
		}
	}
}

// FuzzRange: reading a range ends, and one of a version alone has just that.
func FuzzRange(f *testing.F) {
	for _, seed := range []string{"^1.2.3 || >=3 <5", "1.0 - 2.x", "~>1.2.3-beta.4+x", ">= *"} {
		f.Add(seed, "1.2.3")
	}
	f.Fuzz(func(t *testing.T, text, v string) {
		jsvendor.InRange(text, v)
		if v == "" || jsvendor.Newest(v) != v {
			return
		}
		if ok, err := jsvendor.InRange(v, v); !ok || err != nil {
			t.Errorf("%q is not in its own range: %v", v, err)
		}
		if ok, err := jsvendor.InRange("^"+v, v); !ok || err != nil {
			t.Errorf("%q is not in ^%s: %v", v, v, err)
		}
	})
}

// TestEntries: which file browsers get of a package.
func TestEntries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ manifest, subpath, want string }{
		{`{}`, ".", "index.js"}, {`{"main":"./a.js"}`, ".", "a.js"}, {`{"main":"a.js","module":"b.js"}`, ".", "b.js"}, {`{"main":"a.js","browser":"c.js"}`, ".", "c.js"}, {`{}`, "./x/y.js", "x/y.js"},
		{`{"exports":"./a.js"}`, ".", "a.js"}, {`{"exports":"./a.js"}`, "./b", ""}, {`{"exports":{"import":"./a.js","default":"./b.js"}}`, ".", "a.js"}, {`{"exports":{"default":"./b.js","import":"./a.js"}}`, ".", "b.js"},
		{`{"exports":{".":{"node":"./n.js","types":"./t.d.ts","browser":{"import":"./a.js"},"default":"./b.js"}}}`, ".", "a.js"}, {`{"exports":{".":{"require":"./a.cjs"}}}`, ".", ""},
		{`{"exports":{".":{"browser":{"require":"./r.js"},"default":"./b.js"}}}`, ".", "b.js"}, {`{"exports":{".":[{"node":"./n.js"},"./a.js"]}}`, ".", "a.js"},
		{`{"exports":{"./x/*":"./lib/*.js","./x/in/*":"./in/*.js","./x/private/*":null}}`, "./x/a/b", "lib/a/b.js"}, {`{"exports":{"./x/*":"./lib/*.js","./x/in/*":"./in/*.js"}}`, "./x/in/b", "in/b.js"},
		{`{"exports":{"./x/*":"./lib/*.js","./x/private/*":null}}`, "./x/private/b", ""}, {`{"exports":{"./x/*.js":"./lib/*.mjs"}}`, "./x/a.js", "lib/a.mjs"},
		{`{"exports":{"./x/*":"./lib/*"}}`, "./x/../../../y", ""}, {`{"exports":"../../x.js"}`, ".", ""}, {`{"module":"/etc/passwd"}`, ".", ""}, {`{"exports":false}`, ".", ""},
	} {
		if got, err := jsvendor.Entry(tt.manifest, tt.subpath); got != tt.want || err != nil {
			t.Errorf("%s %s: %q, %v, want %q", tt.manifest, tt.subpath, got, err, tt.want)
		}
	}
}
