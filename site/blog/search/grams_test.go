package search_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/site/blog/search"
)

func TestGrams(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"a - b", ""},
		{"go", "go"},
		{"two two", "tw wo two"},
		{"x1_23é", "x1 23 3é 23é"},
		{"日本語 é", "日本 本語 日本語"},
	} {
		if diff := cmp.Diff(strings.Fields(test.want), search.Grams(test.in)); diff != "" && test.want != "" {
			t.Errorf("%q: %s", test.in, diff)
		}
	}
}

func TestNeeded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		terms []string
		want  []string
	}{
		{nil, nil},
		{[]string{"c++", "%", "x"}, nil},
		{[]string{"go", "web server"}, []string{"go", "web", "ser", "erv", "rve", "ver"}},
		{[]string{"__init__", "init"}, []string{"ini", "nit"}},
	} {
		if diff := cmp.Diff(test.want, search.Needed(test.terms...)); diff != "" {
			t.Errorf("%q: %s", test.terms, diff)
		}
	}
}

func TestIndexOfALongText(t *testing.T) {
	t.Parallel()
	if got := search.Index("two words"); got != "tw wo two or rd ds wor ord rds" {
		t.Errorf("%q", got)
	}
	var long strings.Builder
	for i := range 50_000 {
		long.WriteRune(rune(0x4e00 + i%20_000))
		long.WriteRune(rune(0x4e00 + i*7%19_997))
	}
	if got := search.Index(long.String()); got != search.Anything {
		t.Errorf("%d bytes", len(got))
	}
}

// An index must not hide what is there.
func FuzzNeeded(f *testing.F) {
	f.Add("In the Café there is a Web  server.", "web server")
	f.Add("x1_23é日本語", "23é")
	f.Add("a\u0301\u200bẞ ﬁx İ", "fi i̇")
	f.Fuzz(func(t *testing.T, text, query string) {
		folded := search.Fold(text)
		grams := search.Grams(folded)
		for _, term := range search.Terms(query) {
			if !strings.Contains(folded, term) {
				continue
			}
			for _, gram := range search.Needed(term) {
				if !slices.Contains(grams, gram) {
					t.Errorf("%q is in %q, but its gram %q is not", term, folded, gram)
				}
			}
		}
		for _, gram := range grams {
			if strings.ContainsAny(gram, " \t\n\x00\"") || !strings.Contains(folded, gram) {
				t.Errorf("gram %q of %q", gram, folded)
			}
		}
	})
}
