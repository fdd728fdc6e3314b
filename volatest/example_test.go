package volatest_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/examples/recipes"
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

// A test stores rows of which it says only what matters to it.
func ExampleMake() {
	var t *testing.T // of the test function
	c := volatest.New(t, vola.Config{Modules: []module.Module{module.At("/", recipes.New())}})
	soup := volatest.Make(t, c.DB, func(r *recipes.Recipe) { r.Title = "Soup" })
	volatest.MakeN(t, c.DB, 3, func(_ int, a *recipes.Amount) { a.Recipe.ID = soup.ID }) // each with an ingredient of its own
	c.Get("/1/").WantText("h1", "Soup").WantCount(".amounts li", 3)
}

// A test file says once what rows of a model are like.
func ExampleDefaults() {
	var t *testing.T // of the test function
	c := volatest.New(t, vola.Config{Modules: []module.Module{module.At("/", recipes.New())}})
	// snippet: defaults
	volatest.Defaults(c.DB, func(n int, r *recipes.Recipe) {
		r.Title = fmt.Sprintf("Dish %d", n)
		r.Minutes = 30
	})
	volatest.MakeN[recipes.Recipe](t, c.DB, 9)
	volatest.Make[recipes.Amount](t, c.DB) // of a recipe "Dish 10"
	// end snippet
	c.Get("/?minutes=30").WantText(".total", "10 recipes")
}

// TestDefaults is the example with rows to count.
func TestDefaults(t *testing.T) {
	t.Parallel()
	site := func() vola.Config { return vola.Config{Modules: []module.Module{module.At("/", recipes.New())}} }
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		volatest.Defaults(c.DB, func(n int, r *recipes.Recipe) { r.Title, r.Minutes = fmt.Sprintf("Dish %d", n), 30 })
		volatest.MakeN[recipes.Recipe](t, c.DB, 9)
		volatest.Make[recipes.Amount](t, c.DB)
		c.Get("/?minutes=30").WantText(".total", "10 recipes")
		c.Get("/10/").WantText("h1", "Dish 10").WantText(".amounts li", "1 unit-1 name-1")
	})
}
