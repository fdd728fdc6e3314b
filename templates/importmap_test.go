package templates_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

// withMap renders a page of some files, with an import map.
func withMap(t *testing.T, importMap string, files map[string]string) (string, error) {
	t.Helper()
	page := templates.Page[string]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory(files)}, Pages: []templates.Checked{page},
		Funcs: map[string]any{"static": func(name string) string { return "/static/" + name }}, Constant: []string{"static", "importmap"},
		ImportMap: func() (string, error) { return importMap, nil },
	})
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := set.Render(t.Context(), &b, page.Data("x")); err != nil {
		t.Fatal(err)
	}
	return b.String(), nil
}

func TestImportMap(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"base.html": `<head>{{importmap}}{{block "head" .}}{{end}}</head>`,
		"page.html": `{{extends "base.html"}}{{block "head" .}}<script type="module" src="{{static "a.js"}}"></script>{{end}}`,
	}
	for importMap, want := range map[string]string{
		`{"imports":{"a":"b"}}`:         `<head><script type="importmap">{"imports":{"a":"b"}}</script><script type="module" src="/static/a.js"></script></head>`,
		`{"imports":{"</script>":"b"}}`: `<head><script type="importmap">{"imports":{"\u003c/script>":"b"}}</script><script type="module" src="/static/a.js"></script></head>`,
		"":                              `<head><script type="module" src="/static/a.js"></script></head>`,
	} {
		if got, err := withMap(t, importMap, files); got != want || err != nil {
			t.Errorf("%s: %s, %v", importMap, got, err)
		}
	}
}

// TestImportMapIsAPlace: a policy names the map, as one that is written by hand.
func TestImportMapIsAPlace(t *testing.T) {
	t.Parallel()
	page := templates.Page[string]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory(map[string]string{"page.html": `{{if .}}{{importmap}}{{end}}<script type=module>x</script>`})},
		Pages:   []templates.Checked{page}, ImportMap: func() (string, error) { return "{}", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	var w places
	if err := set.Render(t.Context(), &w, page.Data("x")); err != nil {
		t.Fatal(err)
	}
	if len(w.places) != 2 || w.places[0] != (templates.Place{At: len("<script"), Kind: templates.ImportMap}) || w.places[1].Kind != templates.InlineScript {
		t.Errorf("places: %v", w.places)
	}
}

// places keeps where a page has scripts.
type places struct {
	bytes.Buffer
	places []templates.Place
}

// WritePage keeps the places.
func (p *places) WritePage(page []byte, own []templates.Place) error {
	p.places = append(p.places, own...)
	_, err := p.Write(page)
	return err
}

// TestModuleBeforeImportMap: what loads a module must come after the map.
func TestModuleBeforeImportMap(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]string{
		"<p>\n<script type=module src=x></script>{{importmap}}":                                           "page.html:2:1: ",
		`<script src="{{static "a.js"}}" type = "Module"></script>{{importmap}}`:                          "page.html:1:1: ",
		`<link rel="modulepreload" href="x">{{importmap}}`:                                                "page.html:1:1: ",
		"{{define \"a\"}}\n  <script\n type='module'>x</script>{{end}}{{template \"a\"}}{{importmap}}":    "page.html:2:3: ",
		`{{if .}}<script type=module></script>{{else}}{{importmap}}{{end}}`:                               "page.html:1:9: ",
		`<!-- <script type=module></script> -->{{importmap}}`:                                             "",
		`<script>x = "<script type=module>"</script>{{importmap}}`:                                        "",
		`<script>x = "` + strings.Repeat("İ", 99) + `<script type=module>"</script>{{importmap}}`:         "",
		`<script>x = "` + strings.Repeat("Ⱥ", 99) + `"</script>{{importmap}}`:                             "",
		`<script>x = "` + strings.Repeat("Ⱥ", 9) + `"</script><script type=module></script>{{importmap}}`: "page.html:1:33: ",
		`<script data-x="type=module"></script><link title='x rel=modulepreload'>{{importmap}}`:           "",
		`<link rel="x modulepreload" href="x">{{importmap}}`:                                              "page.html:1:1: ",
		`<script src="{{static "a.js"}}"></script>{{importmap}}`:                                          "",
		`{{importmap}}<script type=module></script>{{importmap}}`:                                         "",
		`<script type=module></script><p title="{{.}}">`:                                                  "",
		`<script type=module></script><script type="importmap">{}</script>`:                               "page.html:1:1: ",
	} {
		_, err := withMap(t, `{"imports":{"a":"b"}}`, map[string]string{"page.html": page})
		switch {
		case want == "" && err != nil, want != "" && err == nil:
			t.Errorf("%s: %v", page, err)
		case want != "" && (!strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "before the import map")):
			t.Errorf("%s: %v, want it at %s", page, err, want)
		}
	}
}
