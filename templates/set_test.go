package templates_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/templates"
)

func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	listed := templates.Page[int]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": "{{.}}", "other.html": "{{.}}"}},
		Pages:   []templates.Checked{listed, templates.Page[uint]("page.html")},
	})
	if err != nil {
		t.Fatal(err)
	}
	canceled, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("client went away")
	cancel(gone)
	tests := []struct {
		name      string
		ctx       context.Context
		set       *templates.Set
		rendering templates.Rendering
		want      string
	}{
		{"unlisted", t.Context(), set, templates.Page[int]("other.html").Data(1), `page "other.html" is not listed: add it to the Pages`},
		{"other type", t.Context(), set, templates.Page[string]("page.html").Data("x"), `listed with data of type int, not string`},
		{"zero rendering", t.Context(), set, templates.Rendering{}, "never declared"},
		{"zero set", t.Context(), new(templates.Set), listed.Data(1), "templates.New has not made"},
		{"canceled", canceled, set, listed.Data(1), "render page.html: client went away"},
		{"listed", t.Context(), set, listed.Data(1), ""},
		{"listed with a second type", t.Context(), set, templates.Page[uint]("page.html").Data(1), ""},
	}
	for _, tt := range tests {
		var out strings.Builder
		err := tt.set.Render(tt.ctx, &out, tt.rendering)
		if tt.want == "" {
			if err != nil || out.String() != "1" {
				t.Errorf("%s: %q, %v", tt.name, &out, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) || out.Len() > 0 {
			t.Errorf("%s: wrote %q, error %v", tt.name, &out, err)
		}
	}
	if err := set.Render(canceled, nil, listed.Data(1)); !errors.Is(err, gone) {
		t.Errorf("the cause is lost: %v", err)
	}
}

var errBroken = errors.New("broken")

// trouble has methods that fail in every way.
type trouble struct{ Next *trouble }

func (trouble) Fails() (string, error) { return "", errBroken }
func (trouble) Any() any               { return 1 }
func (trouble) Panics() string         { panic("boom") }
func (trouble) Mute() failingText      { return failingText{} }
func (t *trouble) Name() string        { return fmt.Sprint(*t.Next.Next) }
func (trouble) Iterates() iter.Seq[int] {
	return func(yield func(int) bool) {
		yield(1)
		panic(errBroken)
	}
}

func TestExecutionErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"a\nb {{.Fails}}", "page.html:2:5: {{.Fails}}: error calling Fails: broken"},
		{"a\n<a title=\"é{{.Panics}}\">", `page.html:2:14: {{.Panics}}: error calling Panics: boom`},
		{"{{.Next.Next}}", "page.html:1:8: {{.Next.Next}}: nil pointer evaluating *templates_test.trouble.Next"},
		{"{{range .Iterates}}{{.}}{{end}}", "page.html:1:22: {{.}}: panic: broken"},
		{"<title>{{block `x` .}}{{.Fails}}{{end}}</title>", "page.html:1:25: {{.Fails}}: error calling Fails: broken"},
		{"{{date `2006` .Any}}", "page.html:1:3: {{date `2006` .Any}}: error calling date: date: int is not a time"},
		{"<script>x = {{.Mute}}</script>", "page.html:1:15: {{.Mute}}: cannot be escaped for this place: no & text"},
	}
	for _, tt := range tests {
		got, err := renderString(t, trouble{}, templates.Memory{"page.html": tt.text})
		if err == nil || err.Error() != tt.want || got != "" {
			t.Errorf("%s\n wrote %q\n got  %v\n want %s", tt.text, got, err, tt.want)
		}
		if strings.HasSuffix(tt.want, "broken") && !errors.Is(err, errBroken) {
			t.Errorf("%s: the method's own error is lost in %#v", tt.text, err)
		}
	}
}

func TestErrorExcerpt(t *testing.T) {
	t.Parallel()
	_, err := renderString(t, trouble{}, templates.Memory{"page.html": "1\r\n2\n3\n4\n5 {{.Fails}}\n6"})
	var e *templates.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	want := []templates.SourceLine{{2, "2"}, {3, "3"}, {4, "4"}, {5, "5 {{.Fails}}"}, {6, "6"}}
	if diff := cmp.Diff(want, e.Excerpt); diff != "" || e.Origin != "page.html in memory" {
		t.Errorf("origin %q, excerpt (-want +got):\n%s", e.Origin, diff)
	}
}

func TestRecursionKeepsDataAddressable(t *testing.T) {
	t.Parallel()
	type node struct {
		trouble
		Children []node
	}
	// Name has a pointer receiver: it can be called on elements of a slice only
	// as long as they are passed on as they are.
	text := `{{define "n"}}{{range .Children}}{{template "n" .}}{{else}}{{.Name}}{{end}}{{end}}{{template "n" .}}`
	leaf := node{trouble: trouble{Next: &trouble{}}}
	_, err := renderString(t, &node{Children: []node{leaf}}, templates.Memory{"page.html": text})
	if err == nil || !strings.Contains(err.Error(), "error calling Name: runtime error") {
		t.Errorf("got %v, want the method to be called", err)
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	page := templates.Page[string]("page.html")
	files := templates.Memory{"page.html": "one {{.}}"}
	set, err := templates.New(templates.Config{Loaders: []templates.Loader{files}, Pages: []templates.Checked{page}})
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct{ text, want, wantErr string }{
		{"two {{.}}", "two x", ""},
		{"{{if}}", "two x", "page.html:1:3: missing value for if"},
		{"<a {{.}", "two x", "page.html:1:6: "},
		{"three {{.}}", "three x", ""},
	}
	for _, step := range steps {
		files["page.html"] = step.text
		err := set.Reload()
		if (err == nil) != (step.wantErr == "") || err != nil && !strings.HasPrefix(err.Error(), step.wantErr) {
			t.Errorf("Reload of %q: %v", step.text, err)
		}
		if fmt.Sprint(set.Err()) != fmt.Sprint(err) {
			t.Errorf("Err of %q: %v, want %v", step.text, set.Err(), err)
		}
		var out strings.Builder
		if err := set.Render(t.Context(), &out, page.Data("x")); err != nil || out.String() != step.want {
			t.Errorf("after %q: %q, %v", step.text, &out, err)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	page := templates.Page[[]string]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{
			"page.html": `{{define "n"}}{{if .}}<p title="{{index . 0}}">{{template "n" slice . 1}}{{end}}{{end}}{{template "n" .}}`,
		}},
		Pages: []templates.Checked{page},
	})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 50 {
				var out strings.Builder
				want := fmt.Sprintf(`<p title="%d"><p title="&lt;">`, i)
				if err := set.Render(t.Context(), &out, page.Data([]string{fmt.Sprint(i), "<"})); err != nil || out.String() != want {
					t.Errorf("got %q, %v; want %q", &out, err, want)
				}
			}
			if i == 0 {
				if err := set.Reload(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func TestRenderStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	page := templates.Page[func() int]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": "{{range 1000000000}}{{call $}} {{end}}"}},
		Pages:   []templates.Checked{page},
	})
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	err = set.Render(ctx, nil, page.Data(func() int {
		if calls++; calls == 1000 {
			cancel()
		}
		return calls
	}))
	if !errors.Is(err, context.Canceled) || calls > 2000 {
		t.Errorf("after %d calls: %v", calls, err)
	}
}

func TestNewRunsNothing(t *testing.T) {
	t.Parallel()
	called := 0
	config := templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": "{{url}}{{block `x` .}}<b title='{{url}}'>{{end}}"}},
		Pages:   []templates.Checked{templates.Page[any]("page.html")},
		Funcs:   map[string]any{"url": func() string { called++; return "/<" }},
	}
	set, err := templates.New(config)
	if err != nil || called != 0 {
		t.Fatalf("%d calls, %v", called, err)
	}
	var out strings.Builder
	err = set.Render(t.Context(), &out, templates.Page[any]("page.html").Data(nil))
	if want := "/&lt;<b title='/&lt;'>"; err != nil || out.String() != want {
		t.Errorf("got %q, %v; want %q", &out, err, want)
	}
}

func TestWriterThatFails(t *testing.T) {
	t.Parallel()
	page := templates.Page[any]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": "x"}}, Pages: []templates.Checked{page},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Render(t.Context(), brokenWriter{}, page.Data(nil)); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestBadSources(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("{{if .}}", 101) + strings.Repeat("{{end}}", 101)
	ranges := strings.Repeat("{{range .}}", 13) + strings.Repeat("{{end}}", 13)
	for _, tt := range []struct{ text, want string }{
		{"ok\nna\xffo", "page.html:2:3: the text is not valid UTF-8"},
		{strings.Repeat("x", 1<<20+1), "page.html: larger than 1 MiB, the limit for a template"},
		{deep, "page.html:1:806: nested too deep: at most 100 actions and 12 ranges in one another"},
		{ranges, "page.html:1:141: nested too deep: at most 100 actions and 12 ranges in one another"},
		{"{{define `a#b`}}{{end}}", "page.html:1:17: block \"a#b\": a block name cannot contain #, which joins a file and a block"},
		{"{{define `page.html`}}x{{end}}", "page.html:1:1: a block cannot have the name of its own file"},
		{"{{html . | print}}", `page.html:1:3: predefined escaper "html" disallowed in template`},
	} {
		if _, err := renderString(t, 1, templates.Memory{"page.html": tt.text}); err == nil || err.Error() != tt.want {
			t.Errorf("%.40q: got %v, want %s", tt.text, err, tt.want)
		}
	}
	if got, err := renderString(t, 1, templates.Memory{"page.html": "\ufeff{{extends `b`}}", "b": "{{.}}"}); err != nil || got != "1" {
		t.Errorf("byte order mark: %q, %v", got, err)
	}
}

func TestRenderingTellsWhatItIs(t *testing.T) {
	t.Parallel()
	page := templates.Page[int]("page.html")
	r := page.Data(7)
	if r.TemplateName() != page.TemplateName() || r.DataType() != page.DataType() || r.Data() != 7 {
		t.Errorf("%q, %v, %v", r.TemplateName(), r.DataType(), r.Data())
	}
	if (templates.Rendering{}).DataType() != nil {
		t.Error("the zero value has a type")
	}
}

// TestLoaderThatFails: whichever file cannot be had, it is said which one and
// why, another loader's is not taken instead, and a running set goes on.
func TestLoaderThatFails(t *testing.T) {
	t.Parallel()
	files := templates.Memory{
		"page.html": "{{extends `base.html`}}{{block `x` .}}{{template `part.html` .}}{{component `card.html`}}{{end}}",
		"base.html": "<p>{{block `x` .}}{{end}}</p>", "part.html": "{{.}}", "card.html": "!",
	}
	failing := ""
	loader := templates.LoaderFunc(func(name string) (templates.Source, error) {
		if name == failing {
			return templates.Source{}, errBroken
		}
		return files.Load(name)
	})
	page := templates.Page[int]("page.html")
	config := templates.Config{Loaders: []templates.Loader{loader, files}, Pages: []templates.Checked{page}}
	set, err := templates.New(config)
	if err != nil {
		t.Fatal(err)
	}
	for name, place := range map[string]string{"page.html": "page.html", "base.html": "page.html:1:11", "part.html": "page.html:1:50", "card.html": "page.html:1:77"} {
		failing = name
		want := fmt.Sprintf("%s: load template %q: broken", place, name)
		if _, err := templates.New(config); !errors.Is(err, errBroken) || err.Error() != want {
			t.Errorf("New: got %v, want %s", err, want)
		}
		if err := set.Reload(); !errors.Is(err, errBroken) || err.Error() != want {
			t.Errorf("Reload: got %v, want %s", err, want)
		}
		var out strings.Builder
		if err := set.Render(t.Context(), &out, page.Data(1)); err != nil || out.String() != "<p>1!</p>" {
			t.Errorf("while %s cannot be loaded: %s, %v", name, &out, err)
		}
	}
}
