package templates_test

import (
	"errors"
	"fmt"
	"html/template"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/templates"
)

type author struct {
	Name  string
	Posts []*post
}

func (author) Greeting(word string) string           { return word }
func (*author) Rename(name string) string            { return name }
func (author) Sum(first int, rest ...int) int        { return first }
func (author) Pair() (int, int)                      { return 1, 2 }
func (author) Topics(limit int) ([]string, error)    { return nil, nil }
func (author) Nothing()                              {}
func (author) All() iter.Seq2[string, *post]         { return nil }
func (author) Numbers() iter.Seq[int]                { return nil }
func (author) Whole(n uint8, f float32, b bool) bool { return b }

type stringer interface{ String() string }

type meta struct{ Slug string }

type post struct {
	meta
	ID        int64
	Title     string
	Author    author
	Editor    *author
	Published *time.Time
	Tags      map[string][]string
	Extra     map[string]any
	ByYear    map[int]string
	Any       any
	Stringer  stringer
	Fn        func(int) string
	Events    chan int
	Sends     chan<- int
	Replies   []post
	Grid      [2][2]author
	hidden    int //lint:ignore U1000 templates are told that they cannot see it
}

// TestCheckFinds is every kind of error that is found before anything is
// rendered. The page's data is a post.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"a\n  {{.Titel}}", `2:5: no field or method Titel in templates_test.post; did you mean "Title"?`},
		{"{{.Author.Nme}}", `1:10: no field or method Nme in templates_test.author; did you mean "Name"?`},
		{"{{.Editor.Posts.Title}}", `1:16: no field or method Title in []*templates_test.post`},
		{"{{.Author.Name.First.X}}", `1:15: no field or method First in string`},
		{"{{.hidden}}", `1:3: no field or method hidden in templates_test.post, whose field hidden is not exported: templates see only names with a capital`},
		{"{{.meta}}", `1:3: no field or method meta in templates_test.post, whose field meta is not exported: templates see only names with a capital`},
		{"{{range .Replies}}{{range .Author.Posts}}{{.X}}{{end}}{{end}}", `1:44: no field or method X in templates_test.post`},
		{"{{range $i, $p := .Replies}}{{$p.Author.X}}{{$i.Y}}{{end}}", "1:40: no field or method X in templates_test.author\n1:48: no field or method Y in int"},
		{"{{range $k, $v := .Tags}}{{range $v}}{{.X}}{{end}}{{$k.Y}}{{end}}", "1:40: no field or method X in string\n1:55: no field or method Y in string"},
		{"{{with .Editor}}{{.X}}{{else}}{{.Y}}{{end}}", "1:19: no field or method X in templates_test.author\n1:33: no field or method Y in templates_test.post"},
		{"{{with $x := .Title}}{{$x.X}}{{end}}", "1:26: no field or method X in string"},
		{"{{$x := .Author}}{{$x.X.Y}}", "1:22: no field or method X in templates_test.author"},
		{"{{(index .Replies 0).X}}", "1:21: no field or method X in templates_test.post"},
		{"{{(.Author.Greeting `a`).X}}", "1:25: no field or method X in string"},
		{"{{.Tags.go.X}}", "1:11: no field or method X in []string"},
		{"{{.ByYear.x}}", "1:10: no field or method x in map[int]string"},
		{"{{.Author.Greeting}}", "1:10: method Greeting takes 1 argument, 0 given"},
		{"{{.Author.Greeting `a` `b`}}", "1:10: method Greeting takes 1 argument, 2 given"},
		{"{{.Author.Greeting 1}}", "1:20: method Greeting: argument 1 is 1, not string"},
		{"{{.ID | .Author.Greeting}}", "1:16: method Greeting: the value from the pipeline is int64, not string"},
		{"{{.Author.Rename `x`}}", "1:10: method Rename of templates_test.author has a pointer receiver, and this is a copy: pass a *templates_test.author"},
		{"{{.Author.Sum}}", "1:10: method Sum takes at least 1 argument, 0 given"},
		{"{{.Author.Sum 1 `2`}}", "1:17: method Sum: argument 2 is string, not int"},
		{"{{.Author.Pair}}", "1:10: method Pair cannot be called in a template: it must return one value, or one and an error"},
		{"{{.Author.Nothing}}", "1:10: method Nothing cannot be called in a template: it must return one value, or one and an error"},
		{"{{.Author.Whole -1 1.5 `x`}}", "1:17: method Whole: argument 1 is -1, not uint8\n1:24: method Whole: argument 3 is string, not bool"},
		{"{{.Title 1}}", "1:3: Title is a field of templates_test.post, not a method, so it takes no argument"},
		{"{{.Fn 1}}", "1:3: Fn is a field of templates_test.post, not a method, so it takes no argument; a func in a field is called by call"},
		{"{{.Fn}}", "1:3: .Fn is a func(int) string, which cannot be shown; call it: {{call .Fn}}"},
		{"{{call .Fn}}{{call .Title}}{{call nil}}", "1:3: call: a func(int) string takes 1 argument, 0 given\n1:15: call: string is not a func\n1:30: call: nothing is not a func"},
		{"{{.Tags.go 1}}", "1:8: go is a key of a map, not a method, so it takes no argument"},
		{"{{range .Title}}{{end}}", "1:9: range cannot go over .Title, which is string"},
		{"{{range .Author}}{{end}}", "1:9: range cannot go over .Author, which is templates_test.author"},
		{"{{range .Sends}}{{end}}", "1:9: range cannot go over .Sends, which is chan<- int"},
		{"{{range .Fn}}{{end}}", "1:9: range cannot go over .Fn, which is func(int) string"},
		{"{{range $a, $b := .ID}}{{end}}", "1:9: range over int64 gives one variable, not two"},
		{"{{range $k, $p := .Author.All}}{{$k.X}}{{$p.Y}}{{end}}", "1:36: no field or method X in string\n1:44: no field or method Y in templates_test.post"},
		{"{{range .Author.Numbers}}{{.X}}{{end}}", "1:28: no field or method X in int"},
		{"{{range .Events}}{{.X}}{{end}}", "1:20: no field or method X in int"},
		{"{{len .ID}}{{len .Editor}}", "1:3: len: int64 has no length\n1:14: len: *templates_test.author has no length"},
		{"{{index .Title `a`}}", "1:3: index: string is not a whole number, as the index of a string must be"},
		{"{{index .Tags 1}}", "1:3: index: int is not a key of map[string][]string"},
		{"{{index .ID 1}}", "1:3: index: int64 has no elements"},
		{"{{(index .Grid 0 1).X}}", "1:20: no field or method X in templates_test.author"},
		{"{{slice .ID 1}}", "1:3: slice: int64 cannot be sliced"},
		{"{{eq .ID .Title}}", "1:3: eq: int64 cannot be compared with string"},
		{"{{eq .ID 1.5}}", "1:3: eq: int64 cannot be compared with float64"},
		{"{{lt .Author .Author}}", "1:3: lt: templates_test.author has no order"},
		{"{{eq .Author .Author}}", "1:3: eq: templates_test.author cannot be compared with templates_test.author"},
		{"{{not}}{{not 1 2}}{{eq 1}}{{lt 1}}", "1:3: not takes 1 argument, 0 given\n1:10: not takes 1 argument, 2 given\n1:21: eq takes at least 2 arguments, 1 given\n1:29: lt takes 2 arguments, 1 given"},
		{"{{1 2}}{{.Title | .Author.Name}}{{.Title | $.ID}}", "1:3: 1 is not a function, so it takes no argument\n1:26: Name is a field of templates_test.author, not a method, so it takes no argument\n1:45: ID is a field of templates_test.post, not a method, so it takes no argument"},
		{"{{slugify .ID}}{{.ID | slugify}}", "1:11: slugify: argument 1 is int64, not string\n1:24: slugify: the value from the pipeline is int64, not string"},
		{"{{slugify nil}}", "1:11: slugify: argument 1 is nil, not string"},
		{"{{date `2006` .Title}}", "1:3: date: string is not a time"},
		{"{{template `t`}}{{define `t`}}{{.X}}{{end}}", "1:33: there is no data here to take .X of: the template is called without any"},
		{"{{template `t` .Author}}{{define `t`}}{{.X}}{{end}}", "1:41: no field or method X in templates_test.author"},
		{"{{block `t` .Author}}{{$.X}}{{end}}", "1:25: no field or method X in templates_test.author"},
		{"{{define `t`}}{{.Titel}}{{range .Replies}}{{template `t` .}}{{end}}{{end}}{{template `t` .}}",
			`1:17: no field or method Titel in templates_test.post; did you mean "Title"?`},
		{"é{{.X}}\n\n{{.Y}}", "1:4: no field or method X in templates_test.post\n3:3: no field or method Y in templates_test.post"},
		{"{{.Published.Frmat `2006`}}", `1:13: no field or method Frmat in time.Time; did you mean "Format"?`},
		{"{{(default .Title .Slug).X}}", "1:25: no field or method X in string"},
		{"{{(or .Title .Slug).X}}{{(not 1).Y}}{{(print 1).Z}}", "1:20: no field or method X in string\n1:33: no field or method Y in bool\n1:48: no field or method Z in string"},
	}
	for _, tt := range tests {
		_, err := renderString(t, post{}, templates.Memory{"page.html": tt.text})
		want := "page.html:" + strings.ReplaceAll(tt.want, "\n", "\npage.html:")
		if err == nil {
			t.Errorf("%s\n no error, want %s", tt.text, want)
		} else if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, diff)
		}
	}
}

// TestCheckAccepts is what must not be refused: each of these can be executed.
func TestCheckAccepts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"{{.Title}}{{.Slug}}{{.Author.Name}}{{len .Editor.Posts}}{{.Published.Year}}",
		"{{.Editor.Rename `x`}}{{range .Replies}}{{.Author.Rename `x`}}{{end}}{{(index .Replies 0).Author.Rename `x`}}",
		"{{range .Replies}}{{template `row` .}}{{end}}{{define `row`}}{{.Author.Rename .Title}}{{range .Replies}}{{template `row` .}}{{end}}{{end}}",
		"{{.Any.X.Y}}{{.Extra.x.Y}}{{.Stringer.String}}{{.Stringer.Other}}{{range .Any}}{{.X}}{{end}}{{index .Any 1}}{{len .Any}}{{call .Any 1 2}}{{slice .Any 1}}",
		"{{call .Fn 1}}{{.Author.Sum 1 2 3}}{{1 | .Author.Sum}}{{.Author.Whole 1 2 true}}{{range .Author.Topics 3}}{{.}}{{end}}",
		"{{$x := .Title}}{{$x = .ID}}{{$x.Anything}}",
		"{{$x := .Title}}{{if .ID}}{{$x = .Author}}{{end}}{{$x.Name}}",
		"{{$x := .Title}}{{range $x = .Replies}}{{end}}{{$x.Name}}",
		"{{range $i, $x := .Title | slice .Replies}}{{$i}}{{$x}}{{end}}{{slice .Title 1}}{{range 3}}{{.}}{{end}}",
		"{{template `t`}}{{define `t`}}{{if .}}{{.X}}{{end}}{{with .}}{{.Y}}{{end}}{{range .}}{{.Z}}{{end}}{{end}}",
		"{{eq .ID 1}}{{eq .Editor nil}}{{eq .Title `a` `b`}}{{lt .ID 5}}{{eq .Any 1}}{{lt .Any 1}}{{eq 1 nil}}{{ne .Editor .Editor}}",
		"{{printf `%d` .ID | print}}{{.Title | html}}{{js .Title | len}}{{and .Title .ID}}",
		"{{index .ByYear 1}}{{index .Tags `go` 0}}{{index .Title 0}}{{index .Extra `x` 1 2}}{{index .Grid 1 .ID}}",
		"{{.Published | date `2006`}}{{date `2006` nil}}{{date `2006` .Any}}",
		"{{with $y := .Editor}}{{$y.Name}}{{end}}{{range $k, $v := .Extra}}{{$v.X}}{{end}}{{range .Author.All}}{{.}}{{end}}",
		"{{.Tags.go}}{{.Extra.x.y.z}}{{$.Title}}{{range .Author.Posts}}{{$.Title}}{{.Title}}{{end}}",
	} {
		page := templates.Page[post]("page.html")
		if _, err := templates.New(templates.Config{
			Loaders: []templates.Loader{templates.Memory{"page.html": text}}, Pages: []templates.Checked{page},
		}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestCheckOfTwoTypes(t *testing.T) {
	t.Parallel()
	_, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"base.html": "{{.Name}}{{block `x` .}}{{end}}", "a.html": "{{extends `base.html`}}", "b.html": "{{extends `base.html`}}{{block `x` .}}{{.Z}}{{end}}"}},
		Pages:   []templates.Checked{templates.Page[author]("a.html"), templates.Page[post]("a.html"), templates.Page[*post]("b.html")},
	})
	want := "b.html:1:41: no field or method Z in templates_test.post\nbase.html:1:3: no field or method Name in templates_test.post"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestUnchecked(t *testing.T) {
	t.Parallel()
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": "{{.Title}}\n{{.Any.X.Y}} {{.Stringer.Other}} {{.Stringer.String}}{{range .Extra}}{{.Z}}{{end}}"}},
		Pages:   []templates.Checked{templates.Page[post]("page.html")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `page.html:2:7: not checked: .X, as the type of what it belongs to is known only when the page is rendered
page.html:2:25: not checked: .Other is not a method of templates_test.stringer; whether what it holds has it is known only when the page is rendered
page.html:2:72: not checked: .Z, as the type of what it belongs to is known only when the page is rendered`
	if diff := cmp.Diff(want, set.Unchecked().Error()); diff != "" {
		t.Errorf("unchecked (-want +got):\n%s", diff)
	}
	if new(templates.Set).Unchecked() != nil {
		t.Error("the zero Set has unchecked places")
	}
}

// TestChecksOfCalls is how a program has the names in its templates checked.
func TestChecksOfCalls(t *testing.T) {
	t.Parallel()
	config := templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": "{{url `blog:post` .ID}}\n{{url `blog:pst` .ID}} {{.ID | url `blog:post`}}{{$n := `blog:tag`}}{{url $n}}{{url .Title}}{{static `a.css`}}"}},
		Pages:   []templates.Checked{templates.Page[post]("page.html")},
		Funcs: map[string]any{
			"url":    func(name string, args ...any) string { return name },
			"static": func(name string) template.URL { return template.URL(name) },
		},
		Checks: map[string]func(templates.Call) error{
			"url": func(c templates.Call) error {
				if name := c.Args[0]; name.Literal && name.Text != "blog:post" {
					return fmt.Errorf("url: no route %q", name.Text)
				} else if !name.Literal && name.Type.String() != "string" {
					return errors.New("not a string")
				}
				return nil
			},
			"static": func(c templates.Call) error { return errors.New("static: no file " + c.Args[0].Text) },
		},
	}
	_, err := templates.New(config)
	want := `page.html:2:3: url: no route "blog:pst"
page.html:2:71: url: no route "blog:tag"
page.html:2:95: static: no file a.css`
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
