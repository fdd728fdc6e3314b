package harm_test

import (
	"testing"

	"github.com/volaweb/vola/site/htmltree/harm"
)

func TestHarmIsFound(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"<script>x</script>", "<p onclick=x>", "<a href='javascript:x'>", "<p><b style=x>", "<svg>", "<img src='data:text/html,x'>", "<a href='data:image/png;base64,x'>"} {
		if harm.In(text) == "" {
			t.Errorf("harm finds nothing in %q", text)
		}
	}
}
