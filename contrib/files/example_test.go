package files_test

import (
	"bytes"
	"html"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/files"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

// snippet: model

// Product has a picture, and instructions for those who have bought it.
type Product struct {
	ID           int64
	Name         string       `db:"size=100"`
	Photo        storage.Name `db:"size=200"`
	Instructions storage.Name `db:"size=200"`
}

// end snippet

// shop is a module with products.
type shop struct{ module.Base }

func (*shop) Name() string               { return "shop" }
func (*shop) Models() []orm.Declaration  { return []orm.Declaration{orm.Model[Product]()} }
func (*shop) Pages() []templates.Checked { return []templates.Checked{productPage} }

var productPage = templates.Page[Product]("shop/product.html")

// snippet: template
const productTemplate = `<h1>{{.Name}}</h1>
{{if .Photo}}<img src="{{thumbnail .Photo 320 240}}" width="320" height="240" alt="">{{end}}
{{if .Photo}}<a href="{{picture .Photo 2000 0}}">larger</a>, <a href="{{file .Photo}}">as it was sent</a>{{end}}
`

// end snippet

// find is what a site would ask its database and the session for.
func (*shop) find(*http.Request) (p Product, bought bool, err error) {
	return Product{Name: "Teapot", Photo: "2026/11/30/abc/teapot.jpg", Instructions: "2026/11/30/abc/teapot.pdf"}, true, nil
}

func (s *shop) product(w http.ResponseWriter, r *http.Request) error {
	p, _, err := s.find(r)
	if err != nil {
		return err
	}
	return s.Render(w, r, productPage.Data(p))
}

// snippet: serve

// Routes has a route for instructions, which may be large: it is a stream.
func (s *shop) Routes(r *web.Router) {
	r.Get("/{id:int}/", s.product).Name("product")
	r.Get("/{id:int}/instructions.pdf", s.instructions).Name("instructions").Stream(0)
}

func (s *shop) instructions(w http.ResponseWriter, r *http.Request) error {
	p, bought, err := s.find(r)
	if err != nil {
		return err
	}
	if !bought {
		return web.Redirect(w, r, "../", http.StatusSeeOther)
	}
	return web.File(w, r, s.Storage, p.Instructions)
}

// end snippet

// snippet: config

// config is a site whose pictures of products everybody may see.
func config() vola.Config {
	return vola.Config{
		Modules: []module.Module{
			files.New(files.Config{
				Public: func(name storage.Name) bool { return strings.HasSuffix(string(name), ".jpg") },
			}),
			&shop{},
		},
		Templates: fstest.MapFS{"shop/product.html": {Data: []byte(productTemplate)}},
	}
}

// end snippet

// TestShop: the site of the documents works.
func TestShop(t *testing.T) {
	t.Parallel()
	c := volatest.New(t, config())
	store := c.Site.Host().Storage
	ctx, photo := t.Context(), bytes.NewReader(jpegOf(halves(40, 30)))
	// snippet: store
	name := storage.NewName(time.Now(), "Teapot.JPG", ".jpg") // 2026/11/30/4wxq3c6h7yfmzsm5kqnd3x2a5e/teapot.jpg
	info, err := store.Create(ctx, name, photo)
	// end snippet
	if err != nil || info.Size == 0 {
		t.Fatal(info, err)
	}
	for _, name := range []storage.Name{"2026/11/30/abc/teapot.jpg", "2026/11/30/abc/teapot.pdf"} {
		if _, err := store.Create(ctx, name, bytes.NewReader(jpegOf(halves(40, 30)))); err != nil {
			t.Fatal(err)
		}
	}
	page := c.Get("/shop/7/").WantStatus(200)
	page.Click("a:last-of-type").WantStatus(200)
	body := get(c, "/shop/7/").Body.String()
	if !strings.Contains(body, `href="/files/2026/11/30/abc/teapot.jpg"`) {
		t.Errorf("the page has no plain link:\n%s", body)
	}
	_, src, _ := strings.Cut(body, `src="`)
	src, _, _ = strings.Cut(src, `"`)
	wantPicture(t, c.Site, html.UnescapeString(src), 320, 240)
	if got := get(c, "/shop/7/instructions.pdf").Header().Get("Content-Disposition"); got != `inline; filename="teapot.pdf"` {
		t.Errorf("the instructions are %s", got)
	}
}
