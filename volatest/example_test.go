package volatest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

// pages is a module with one page.
type pages struct{ module.Base }

func (*pages) Name() string { return "pages" }

func (p *pages) Routes(r *web.Router) {
	r.Get("/", func(w http.ResponseWriter, _ *http.Request) error {
		_, err := fmt.Fprint(w, `<h1>Hello</h1><ul><li>one</li><li>two</li></ul>`)
		return err
	})
}

// A test starts the site with a database of its own and visits its pages.
func TestPages(t *testing.T) {
	t.Parallel()
	c := volatest.New(t, vola.Config{Modules: []module.Module{&pages{}}})
	c.Get("/pages/").WantStatus(200).WantText("h1", "Hello").WantCount("li", 2)
	c.WantStatements(0)
}

// A test function starts the site of the project, or that of one module.
func Example() {
	var t *testing.T // of the test function
	c := volatest.New(t, vola.Config{Modules: []module.Module{&pages{}}})
	c.Get("/pages/").WantStatus(200).WantText("h1", "Hello").WantCount("li", 2)
	c.WantStatements(0)
}
