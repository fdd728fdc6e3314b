package templates_test

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/templates"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	silent := templates.LoaderFunc(func(string) (templates.Source, error) { return templates.Source{}, fs.ErrNotExist })
	chain := templates.Chain{
		templates.Memory{"blog/post.html": "project", "../bad": "x"}, silent,
		templates.Chain{templates.Dir(directory(t)), templates.Memory{"base.html": "", "theme/only.html": ""}},
		templates.FS("module blog", fstest.MapFS{"blog/post.html": {Data: []byte("module")}, "base.html": {}}),
		templates.Dir("none"),
	}
	files, err := chain.Files()
	if err != nil {
		t.Fatal(err)
	}
	root := ""
	for i, f := range files {
		for k, origin := range f.Origins {
			if dir, ok := strings.CutSuffix(origin, "/blog/post.html on disk"); ok {
				root = dir
				files[i].Origins[k] = strings.TrimPrefix(origin, root+"/")
			}
		}
	}
	want := []templates.File{
		{Name: "base.html", Origins: []string{"base.html in memory", "base.html in module blog"}},
		{Name: "blog/post.html", Origins: []string{"blog/post.html in memory", "blog/post.html on disk", "blog/post.html in module blog"}},
		{Name: "theme/only.html", Origins: []string{"theme/only.html in memory"}},
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if names, err := chain.Names(); err != nil || strings.Join(names, " ") != "base.html blog/post.html theme/only.html" {
		t.Errorf("Names: %q, %v", names, err)
	}
}

// TestOverrideThatExtends is a project that changes one block of a module's
// template by a file of the same name.
func TestOverrideThatExtends(t *testing.T) {
	t.Parallel()
	theme := templates.Memory{"blog/post.html": "{{extends `blog/post.html`}}{{block `title` .}}theme {{super}}{{end}}"}
	project := templates.Memory{"blog/post.html": "{{extends `blog/post.html`}}{{block `title` .}}mine {{super}}{{end}}"}
	module := templates.Memory{"blog/post.html": "{{extends `base.html`}}{{block `title` .}}module {{super}}{{end}}", "base.html": "<{{block `title` .}}base{{end}}>"}
	page := templates.Page[any]("blog/post.html")
	for _, tt := range []struct {
		loaders []templates.Loader
		want    string
	}{
		{[]templates.Loader{project, module}, "&lt;mine module base>"},
		{[]templates.Loader{theme, project, module}, "&lt;theme mine module base>"},
		{[]templates.Loader{templates.Chain{theme, templates.Chain{project}}, module}, "&lt;theme mine module base>"},
		{[]templates.Loader{module, project}, "&lt;module base>"},
		{[]templates.Loader{project}, `blog/post.html:1:11: template "blog/post.html" extends itself, and there is no loader after its own to have another one`},
		{[]templates.Loader{project, templates.Memory{}}, `blog/post.html:1:11: template "blog/post.html" not found; tried blog/post.html in memory`},
		{[]templates.Loader{project, templates.Memory{"blog/post.html": "\n{{.X"}}, "blog/post.html (overridden):2:3: unclosed action"},
	} {
		set, err := templates.New(templates.Config{Loaders: tt.loaders, Pages: []templates.Checked{page}})
		var out strings.Builder
		if err == nil {
			err = set.Render(t.Context(), &out, page.Data(nil))
		}
		if got := out.String() + fmt.Sprint(err); got != tt.want+"<nil>" && got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

// versioned is a loader that says when it has changed.
type versioned struct {
	templates.Memory
	version string
	err     error
	loads   int
}

func (v *versioned) Version(context.Context) (string, error) { return v.version, v.err }

func (v *versioned) Load(name string) (templates.Source, error) {
	v.loads++
	return v.Memory.Load(name)
}

func TestVersioned(t *testing.T) {
	t.Parallel()
	loader := &versioned{Memory: templates.Memory{"page.html": "one {{.}}"}, version: "1"}
	page := templates.Page[string]("page.html")
	set, err := templates.New(templates.Config{Loaders: []templates.Loader{loader}, Pages: []templates.Checked{page}})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		text, version string
		err           error
		want, failure string
		loads         int
	}{
		{"one {{.}}", "1", nil, "one x", "<nil>", 1},
		{"two {{.}}", "1", nil, "one x", "<nil>", 1},
		{"two {{.}}", "2", nil, "two x", "<nil>", 2},
		{"{{.Nope}}", "3", nil, "two x", "page.html:1:3: no field or method Nope in string", 3},
		{"{{.Nope}}", "3", nil, "two x", "page.html:1:3: no field or method Nope in string", 3},
		{"four {{.}}", "4", errBroken, "two x", "page.html:1:3: no field or method Nope in string", 3},
		{"five {{.}}", "5", nil, "five x", "<nil>", 4},
	} {
		loader.Memory["page.html"], loader.version, loader.err = step.text, step.version, step.err
		var out strings.Builder
		if err := set.Render(t.Context(), &out, page.Data("x")); err != nil || out.String() != step.want || loader.loads != step.loads {
			t.Errorf("%s: %q, %v after %d loads; want %q after %d", step.text, &out, err, loader.loads, step.want, step.loads)
		}
		if fmt.Sprint(set.Err()) != step.failure {
			t.Errorf("%s: Err is %v, want %s", step.text, set.Err(), step.failure)
		}
	}
}
