package templates_test

import (
	"context"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

type visitorKey struct{}

func visitor(ctx context.Context) string {
	name, _ := ctx.Value(visitorKey{}).(string)
	return name
}

// TestFunctionsGetTheContext: one that takes a context first gets that of the
// rendering, whatever its other parameters.
func TestFunctionsGetTheContext(t *testing.T) {
	t.Parallel()
	page := templates.Page[[]int]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": `{{visitor}} {{greet "Hello" 1 "x"}} {{"Bye" | greet}} {{range .}}{{add_to . 2}}{{visitor | upper}} {{end}}{{greet (visitor)}}`}},
		Pages:   []templates.Checked{page}, Constant: []string{"visitor", "greet"},
		Funcs: map[string]any{
			"visitor": visitor,
			"greet": func(ctx context.Context, text string, more ...any) (string, error) {
				return text + " " + visitor(ctx) + strings.Repeat("!", len(more)), ctx.Err()
			},
			"add_to": func(ctx context.Context, a, b int) int { return a + b + len(visitor(ctx)) },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Ann", "<Bob>", ""} {
		ctx := context.WithValue(t.Context(), visitorKey{}, name)
		escaped := strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace
		want := escaped(name + " Hello " + name + "!! Bye " + name + " " + string(rune('3'+len(name))) + strings.ToUpper(name) + " " + name + " " + name)
		var out strings.Builder
		if err := set.Render(ctx, &out, page.Data([]int{1})); err != nil || out.String() != want {
			t.Errorf("for %q: %q, %v, want %q", name, out.String(), err, want)
		}
	}
}

// TestContextIsNoArgument: calls are checked without the context, and a page that only
// html/template could execute has none to give.
func TestContextIsNoArgument(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{{visitor .}}`: "visitor takes 0 arguments, 1 given",
		`{{greet}}`:     "greet takes at least 1 argument, 0 given",
		`{{greet 1}}`:   "greet: argument 1 is",
		`{{visitor}}{{eq . "1" "2" "3" "4" "5" "6" "7" "8" "9"}}`: "html/template would execute the page, which does not give visitor the context that it takes",
	} {
		page := templates.Page[string]("page.html")
		_, err := templates.New(templates.Config{
			Loaders: []templates.Loader{templates.Memory{"page.html": text}}, Pages: []templates.Checked{page},
			Funcs: map[string]any{"visitor": visitor, "greet": func(_ context.Context, text string, _ ...any) (string, error) { return text, nil }},
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
