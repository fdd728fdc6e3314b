package templates_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"

	"github.com/volaweb/vola/templates"
)

type greeting struct{ Name string }

// A page is declared once, with the type of its data.
var greetingPage = templates.Page[greeting]("hello.html")

func Example() {
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{
			"base.html":  "<title>{{block `title` .}}Site{{end}}</title>\n{{block `content` .}}{{end}}\n",
			"hello.html": "{{extends `base.html`}} {{block `title` .}}{{super}}: hello{{end}} {{block `content` .}}<p>Hello, {{.Name}}!</p>{{end}}",
		}},
		Pages: []templates.Checked{greetingPage},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := set.Render(context.Background(), os.Stdout, greetingPage.With(greeting{Name: "<Ann>"})); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <title>Site: hello</title>
	// <p>Hello, &lt;Ann&gt;!</p>
}

// absolute is a loader of one's own: it opens files by their absolute paths,
// which the loaders of the package refuse.
func absolute(name string) (templates.Source, error) {
	if name[0] != '/' {
		return templates.Source{}, fmt.Errorf("absolute paths: %w", fs.ErrNotExist)
	}
	text, err := os.ReadFile(name)
	return templates.Source{Name: name, Text: string(text), Origin: name}, err
}

func ExampleLoaderFunc() {
	chain := templates.Chain{templates.Dir("templates"), templates.LoaderFunc(absolute)}
	_, err := chain.Load("blog/post.html")
	fmt.Println(err)
	// Output:
	// template "blog/post.html" not found; tried templates/blog/post.html on disk, absolute paths
}

func ExampleErrorList() {
	page := templates.Page[greeting]("hello.html")
	_, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"hello.html": "<p>\n  {{.Name | slugfy}}\n  {{template `row.html` .}}\n</p>"}},
		Pages:   []templates.Checked{page},
	})
	fmt.Println(err)
	// Output:
	// hello.html:2:13: no function "slugfy"; did you mean "slugify"?
	// hello.html:3:14: template "row.html" not found; tried row.html in memory
}
