package snippets_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/internal/snippets"
)

func ExampleGenerated() {
	document := "Settings:\n\n<!-- generated: settings -->\nold\n<!-- end generated -->\n\nThat is all.\n"
	table := snippets.Table([][]string{{"setting", "default"}, {"`ADDR`", "127.0.0.1:8000"}})
	text, err := snippets.Generated([]byte(document), "settings", table)
	fmt.Print(string(text), err)
	// Output:
	// Settings:
	//
	// <!-- generated: settings -->
	//
	// | setting | default |
	// |---|---|
	// | `ADDR` | 127.0.0.1:8000 |
	//
	// <!-- end generated -->
	//
	// That is all.
	// <nil>
}

// TestGeneratedKeepsTheRest: what is outside of the part stays as it is, other
// generated parts too, and what was generated once is not changed again.
func TestGeneratedKeepsTheRest(t *testing.T) {
	t.Parallel()
	const document = "<!-- generated: a -->\nkept\n<!-- end generated -->\n<!-- generated: b -->\n<!-- end generated -->\nno end of line"
	once, err := snippets.Generated([]byte(document), "b", "new")
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(document, "b -->\n", "b -->\n\nnew\n\n", 1); string(once) != want {
		t.Errorf("%q, want %q", once, want)
	}
	twice, err := snippets.Generated(once, "b", "new\n")
	if err != nil || string(twice) != string(once) {
		t.Errorf("the second time: %q, %v", twice, err)
	}
}

func TestGeneratedFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- generated: a -->\n", "<!-- end generated -->\n"
	for document, want := range map[string]string{
		"":                        "there is no line",
		begin:                     "has no end",
		end:                       "was not begun",
		begin + begin + end:       "begins inside of",
		begin + end + begin + end: "there are 2 lines",
	} {
		if _, err := snippets.Generated([]byte(document), "a", "x"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", document, err, want)
		}
	}
}

// TestBlocksOfATutorial: a block that makes a file is allowed where a test does
// what the document says, and nowhere else.
func TestBlocksOfATutorial(t *testing.T) {
	t.Parallel()
	const document = "Write:\n\n```go site shop/shop.go#routes\nvar x = 1\n```\n\n```sh\nvola gen\n```\n"
	blocks := snippets.Blocks([]byte(document))
	want := []snippets.Block{
		{Line: 3, Language: "go", File: "shop/shop.go", Part: "routes", Site: true, Body: "var x = 1\n"},
		{Line: 7, Language: "sh", Body: "vola gen\n"},
	}
	if diff := cmp.Diff(want, blocks); diff != "" {
		t.Errorf("the blocks (-want +got):\n%s", diff)
	}
	if r := snippets.Quote(nil, "docs/tutorial/1.md", []byte(document)); len(r.Wrong) > 0 || len(r.Stale) > 0 || string(r.Text) != document {
		t.Errorf("in a tutorial: %v %v", r.Wrong, r.Stale)
	}
	if r := snippets.Quote(nil, "docs/routes.md", []byte(document)); len(r.Wrong) != 1 {
		t.Errorf("elsewhere: %v", r.Wrong)
	}
}
