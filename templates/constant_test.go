package templates_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

// TestConstantFunctions: a function that is constant is called once for constants,
// and for each rendering for anything else, or if it fails.
func TestConstantFunctions(t *testing.T) {
	t.Parallel()
	calls, broken := map[string]int{}, true
	link := func(name string, args ...any) (string, error) {
		calls[name]++
		if name == "late" && broken {
			return "", errors.New("not yet")
		}
		return "/" + name + "/" + strings.Repeat("x", len(args)), nil
	}
	page := templates.Page[string]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": `<a href="{{link "fixed"}}">{{link "two" 1 "a&b"}}</a>{{link "given" .}} {{"piped" | link}} {{link "late"}}`}},
		Pages:   []templates.Checked{page}, Funcs: map[string]any{"link": link}, Constant: []string{"link"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := set.Render(t.Context(), &out, page.Data("v")); err == nil || !strings.Contains(err.Error(), "error calling link: not yet") {
		t.Errorf("%v", err)
	}
	broken = false
	for range 3 {
		out.Reset()
		if err := set.Render(t.Context(), &out, page.Data("v")); err != nil {
			t.Fatal(err)
		}
	}
	if want := `<a href="/fixed/">/two/xx</a>/given/x /piped/ /late/`; out.String() != want {
		t.Errorf("got %s, want %s", &out, want)
	}
	if calls["fixed"] != 1 || calls["two"] != 1 || calls["given"] != 4 || calls["piped"] != 4 || calls["late"] < 4 {
		t.Errorf("calls: %v", calls)
	}
}

// TestDirectCalls: functions of the types that are called without reflection
// behave as all others do.
func TestDirectCalls(t *testing.T) {
	t.Parallel()
	type name string
	funcs := map[string]any{
		"shout": strings.ToUpper,
		"try":   func(s string) (string, error) { return s, map[bool]error{true: errBroken}[s == "bad"] },
		"many":  func(s string, more ...any) (string, error) { return s + strings.Repeat("+", len(more)), nil },
		"panic": func(s string) string { panic("panic of " + s) },
	}
	for text, want := range map[string]string{
		`{{shout "a"}}{{shout .}}{{.|shout}}`: "ADATADATA",
		`{{try .}}`:                           "data",
		`{{try "bad"}}`:                       "broken",
		`{{many . 1 nil true .}}`:             "data++++",
		`{{many .}}`:                          "data",
		`{{shout 1}}`:                         "argument 1 is 1, not string",
		`{{shout . .}}`:                       "shout takes 1 argument, 2 given",
		`{{panic .}}`:                         "panic of data",
	} {
		var out strings.Builder
		page := templates.Page[any]("page.html")
		set, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.Memory{"page.html": text}}, Pages: []templates.Checked{page}, Funcs: funcs})
		if err == nil {
			err = set.Render(t.Context(), &out, page.Data("data"))
		}
		if err != nil {
			out.WriteString(err.Error())
		}
		if got := strings.ReplaceAll(out.String(), "&#43;", "+"); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	page := templates.Page[name]("page.html")
	set, err := templates.New(templates.Config{Loaders: []templates.Loader{templates.Memory{"page.html": "{{shout .}}"}}, Pages: []templates.Checked{page}, Funcs: funcs})
	if err == nil {
		err = set.Render(t.Context(), new(strings.Builder), page.Data("data"))
	}
	if err == nil || !strings.Contains(err.Error(), "name") {
		t.Errorf("a string of another type: %v", err)
	}
}
