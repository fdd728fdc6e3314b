package snake_test

import (
	"fmt"
	"testing"

	"github.com/volaweb/vola/internal/snake"
)

func ExampleCase() {
	fmt.Println(snake.Case("PublishedAt"), snake.Case("HTMLBody"), snake.Case("AuthorID"))
	// Output: published_at html_body author_id
}

func TestCase(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"": "", "ID": "id", "A1B": "a1_b", "Été": "été", "x": "x", "Already_Done": "already_done"} {
		if got := snake.Case(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
