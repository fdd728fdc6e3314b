package templates_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

// FuzzTruncateWords compares truncatewords with what package strings takes for
// words.
func FuzzTruncateWords(f *testing.F) {
	for _, text := range []string{"", " ", "a", " a  b\tc\n", "é ü\u00a0x", "\u2003日本\u3000語 ", "a\x80b \xc2", "\xe2\x80", "\u0085a\u1680b\v"} {
		for _, count := range []int{0, 1, 2, 1 << 60, -1} {
			f.Add(text, count)
		}
	}
	f.Fuzz(func(t *testing.T, text string, count int) {
		got, err := templates.TruncateWords(count, text)
		if (err != nil) != (count < 0) {
			t.Fatalf("error %v", err)
		}
		if err != nil {
			return
		}
		words := slices.Collect(strings.FieldsSeq(text))
		want := strings.Join(words, " ")
		if len(words) > count {
			want = strings.Join(words[:count], " ") + "…"
		}
		if got != want {
			t.Errorf("%d words of %q are %q, want %q", count, text, got, want)
		}
	})
}
