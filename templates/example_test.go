package templates_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"testing/fstest"

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
	if err := set.Render(context.Background(), os.Stdout, greetingPage.Data(greeting{Name: "<Ann>"})); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <title>Site: hello</title>
	// <p>Hello, &lt;Ann&gt;!</p>
}

// absolute is a loader of its own kind: it opens files by their absolute paths,
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

func Example_component() {
	page := templates.Page[greeting]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{
			"note.html": "{{$title := arg `title`}}{{$kind := arg `kind` `info`}}<aside class=\"{{$kind}}\"><h2>{{$title}}</h2>{{slot}}</aside>\n",
			"page.html": "{{with component `note.html` `title` .Name}}<p>Welcome, {{.Name}}.</p>{{end}}{{component `note.html` `title` `Bye` `kind` `end`}}",
		}},
		Pages: []templates.Checked{page},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := set.Render(context.Background(), os.Stdout, page.Data(greeting{Name: "<Ann>"})); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <aside class="info"><h2>&lt;Ann&gt;</h2><p>Welcome, &lt;Ann&gt;.</p></aside>
	// <aside class="end"><h2>Bye</h2></aside>
}

func ExampleNew_check() {
	page := templates.Page[greeting]("hello.html")
	_, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"hello.html": "<p>\n  {{.Nam}} {{static \"site.cs\"}}\n</p>"}},
		Pages:   []templates.Checked{page},
		Funcs:   map[string]any{"static": func(name string) string { return "/static/" + name }},
		Checks: map[string]func(templates.Call) error{
			"static": func(c templates.Call) error {
				if file := c.Args[0]; file.Literal && file.Text != "site.css" {
					return fmt.Errorf("no static file %q", file.Text)
				}
				return nil
			},
		},
	})
	fmt.Println(err)
	// Output:
	// hello.html:2:5: no field or method Nam in templates_test.greeting; did you mean "Name"?
	// hello.html:2:14: no static file "site.cs"
}

func ExampleChain_Files() {
	project := templates.Memory{"blog/post.html": "ours"}
	module := fstest.MapFS{"blog/post.html": {}, "blog/index.html": {}}
	files, err := templates.Chain{project, templates.FS("module blog (embedded)", module)}.Files()
	for _, f := range files {
		fmt.Println(f.Name, "is", f.Origins[0], "and overrides", f.Origins[1:])
	}
	fmt.Println(err)
	// Output:
	// blog/index.html is blog/index.html in module blog (embedded) and overrides []
	// blog/post.html is blog/post.html in memory and overrides [blog/post.html in module blog (embedded)]
	// <nil>
}
