package files_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/files"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

type photos []photo

var photosPage = templates.Page[photos]("wall/photos.html")

// wall is a module with a page of photos.
type wall struct {
	module.Base
	photos photos
}

func (*wall) Name() string               { return "wall" }
func (*wall) Pages() []templates.Checked { return []templates.Checked{photosPage} }

func (m *wall) Routes(r *web.Router) {
	r.Get("/", func(w http.ResponseWriter, r *http.Request) error { return m.Render(w, r, photosPage.Data(m.photos)) })
}

func wallSite(template string, of photos) vola.Config {
	return vola.Config{
		Modules:   []module.Module{files.New(files.Config{}), &wall{photos: of}},
		Templates: fstest.MapFS{"wall/photos.html": {Data: []byte(template)}},
	}
}

// TestTemplates: the functions take names and pointers to names, and a name that is empty is an
// error with its place.
func TestTemplates(t *testing.T) {
	t.Parallel()
	small := storage.Name("a/small.png")
	const template = `{{range .}}<p>{{file .File}}</p>{{if .Small}}<p>{{picture .Small 10 0}}</p>{{end}}{{end}}`
	c := volatest.New(t, wallSite(template, photos{{File: "a/b.pdf"}, {File: "a/c.jpg", Small: &small}}))
	body := get(c, "/wall/").Body.String()
	for _, want := range []string{"<p>/files/a/b.pdf?s=", "<p>/files/a/c.jpg?s=", "<p>/files/sizes/a/small.png/10x0?s="} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	var log strings.Builder
	c = volatest.Start(t, wallSite(template, photos{{}}), volatest.Options{Log: &log})
	c.Get("/wall/").WantStatus(500)
	if !strings.Contains(log.String(), "the name is empty") || !strings.Contains(log.String(), "photos.html:1") {
		t.Errorf("logged %s", &log)
	}
	for template, want := range map[string]string{
		`{{range .}}{{file .ID}}{{end}}`:              "file",
		`{{range .}}{{picture .File 10}}{{end}}`:      "picture",
		`{{range .}}{{thumbnail .File "a" 1}}{{end}}`: "thumbnail",
	} {
		if _, err := vola.New(wallSite(template, nil), vola.Options{Storage: storage.NewMemory()}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", template, err)
		}
	}
}

// TestFilesAreStreams: a slow client may take long for a large file.
func TestFilesAreStreams(t *testing.T) {
	t.Parallel()
	c, _ := start(t, files.Config{})
	for _, r := range c.Site.Routes() {
		if r.Name == "files:file" && !r.Stream {
			t.Errorf("%+v", r)
		}
	}
}
