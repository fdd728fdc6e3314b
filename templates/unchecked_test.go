package templates_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/templates"
)

// TestUncheckedParts: what no listed page shows is said, with its place, but
// text alone is not worth a word.
func TestUncheckedParts(t *testing.T) {
	t.Parallel()
	files := templates.Memory{
		"base.html":         "{{block `title` .}}{{.SiteNme}}{{end}}{{block `body` .}}nothing{{end}}{{block `foot` .}}{{.Title}}{{end}}",
		"page.html":         "{{extends `base.html`}}{{block `title` .}}{{.Title}}{{end}}\n{{block `body` .}}{{template `rows.html#row` .}}{{component `card.html` `x` 1}}{{end}}\n{{define `own`}}\n  {{if .Nothing}}x{{end}}{{end}}",
		"rows.html":         "{{.Wrong}}{{define `row`}}{{.Title}}{{end}}{{define `head`}}{{template `none.html`}}{{end}}{{define `text`}}<hr>{{/* no action */}}{{end}}",
		"card.html":         "{{$x := arg `x`}}{{$x}}",
		"old/forgotten.htm": "{{.Wrong",
		"old/.gitkeep":      "",
	}
	override := templates.Memory{"page.html": "{{extends `page.html`}}{{block `foot` .}}{{super}}!{{end}}"}
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{override, templates.Chain{files}, templates.LoaderFunc(override.Load)},
		Pages:   []templates.Checked{templates.Page[post]("page.html")},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `base.html:1:22: no listed page shows block "title", so it is not checked
old/forgotten.htm: no listed page is made of this file, so nothing in it is checked
page.html (overridden):4:8: no listed page shows block "own", so it is not checked
rows.html:1:3: no listed page shows what stands outside of the blocks, so it is not checked
rows.html:1:72: no listed page shows block "head", so it is not checked`
	if diff := cmp.Diff(want, set.Unchecked().Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// unlisted is a loader that cannot name its files today.
type unlisted struct{ templates.Memory }

func (unlisted) Names() ([]string, error) { return nil, errBroken }

func TestUncheckedFilesCannotBeListed(t *testing.T) {
	t.Parallel()
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{unlisted{templates.Memory{"page.html": "x"}}, templates.Memory{"lost.html": "x"}},
		Pages:   []templates.Checked{templates.Page[any]("page.html")},
	})
	if err != nil {
		t.Fatal(err)
	}
	notes := set.Unchecked()
	const want = "lost.html: no listed page is made of this file, so nothing in it is checked\ntemplates: not all files can be listed: broken"
	if notes.Error() != want || !errors.Is(notes, errBroken) {
		t.Errorf("%v", notes)
	}
}
