package vola_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
)

// greeting is a module with one page.
type greeting struct{ module.Base }

func (g *greeting) Name() string { return "greeting" }

func (g *greeting) Routes(r *web.Router) { r.Get("/hello/{name}/", g.hello).Name("hello") }

func (g *greeting) hello(w http.ResponseWriter, r *http.Request) error {
	_, err := fmt.Fprintf(w, "Hello, %s.\n", r.PathValue("name"))
	return err
}

// A site is one value. A program passes it to Main; New makes an http.Handler
// of it.
func Example() {
	config := vola.Config{
		Name:    "mysite",
		Drivers: []database.Driver{sqlite.Driver},
		Modules: []module.Module{module.At("/", &greeting{})},
	}
	// func main() { vola.Main(config) }

	site, err := vola.New(config, vola.Options{BaseURL: "http://example.com"})
	if err != nil {
		fmt.Println(err)
		return
	}
	rec := httptest.NewRecorder()
	site.ServeHTTP(rec, httptest.NewRequest("GET", "/hello/Ann/", nil))
	fmt.Print(rec.Body)
	// Output: Hello, Ann.
}

// Run is Main without the process: a test runs any command with an environment
// of its own.
func ExampleRun() {
	status := vola.Run(context.Background(), vola.Config{Name: "mysite"},
		[]string{"check"}, []string{"BASE_URL=example.org"}, os.Stdin, os.Stdout, os.Stdout)
	fmt.Println("exit status", status)
	// Output:
	// setting BASE_URL: the value "example.org" does not begin with http:// or https://; write the scheme and host under which people reach the site, such as https://example.org
	// exit status 1
}
