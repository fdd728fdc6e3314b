package directives_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/internal/directives"
)

func TestAll(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		lines []string
		want  []directives.Directive
	}{
		{nil, nil},
		{[]string{"", " , ,"}, nil},
		{[]string{"private, No-Store", "max-age=60"}, []directives.Directive{{Name: "private"}, {Name: "No-Store"}, {"max-age", "60", true}}},
		{[]string{`private="a, b" , x="\",", y`}, []directives.Directive{{"private", "a, b", true}, {"x", `\",`, true}, {Name: "y"}}},
		{[]string{`x="a, no-store, "b`}, []directives.Directive{{"x", "a, no-store, \"b", true}}},
		{[]string{`x="a, no-store`, "y"}, []directives.Directive{{"x", "a", true}, {Name: "no-store"}, {Name: "y"}}},
		{[]string{`private= , z = 1`}, []directives.Directive{{"private", "", true}, {"z", "1", true}}},
		{[]string{`x="\`}, []directives.Directive{{"x", `\`, true}}},
	} {
		if got := slices.Collect(directives.All(test.lines)); !cmp.Equal(got, test.want) {
			t.Errorf("%q: %s", test.lines, cmp.Diff(test.want, got))
		}
	}
	if lines := []string{`a="no-store"`, "Private=\"x\""}; directives.Has(lines, "no-store") || !directives.Has(lines, "private") {
		t.Errorf("%q", lines)
	}
}

// FuzzAll: no element is lost where there are no quotes, and nothing panics.
func FuzzAll(f *testing.F) {
	for _, seed := range []string{"", "a,b", `a="b,c",d`, `a="b,c`, `"\`, ",=,"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for d := range directives.All([]string{line}) {
			if d.Name == "" && !d.HasValue {
				t.Errorf("%q: an empty element", line)
			}
		}
		if directives.Has([]string{line + ",no-store"}, "No-Store") != directives.Has([]string{line + ", no-store"}, "no-store") {
			t.Errorf("%q: a space counts", line)
		}
	})
}
