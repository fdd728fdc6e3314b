package split_test

import (
	"testing"

	"github.com/volaweb/vola/internal/split"
)

func TestLast(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		s, sep, before, after string
		found                 bool
	}{
		{"a:b:c", ":", "a:b", "c", true}, {"a", ":", "a", "", false}, {"", ":", "", "", false},
		{":", ":", "", "", true}, {"a::b", "::", "a", "b", true}, {"a@", "@", "a", "", true},
	} {
		if before, after, found := split.Last(tt.s, tt.sep); before != tt.before || after != tt.after || found != tt.found {
			t.Errorf("%q at %q: %q, %q, %v", tt.s, tt.sep, before, after, found)
		}
	}
}
