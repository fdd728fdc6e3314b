package module_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
)

// shop is a module with a page, a setting and a command.
type shop struct {
	module.Base
	settings shopSettings
}

func (s *shop) Name() string { return "shop" }

func (s *shop) Routes(r *web.Router) { r.Get("/{product:slug}/", s.product).Name("product") }

func (s *shop) product(w http.ResponseWriter, r *http.Request) error {
	_, err := fmt.Fprintf(w, "%s, %d in stock\n", r.PathValue("product"), s.settings.Stock)
	return err
}

// snippet: settings

type shopSettings struct {
	Stock int    `env:"STOCK" envDefault:"3" help:"how many of each product there are"`
	Key   string `env:"KEY" secret:"true" help:"the key of the payment service"`
}

// Settings are read from SHOP_STOCK and SHOP_KEY.
func (s *shop) Settings() any { return &s.settings }

// end snippet

// snippet: command

// Commands has "go run . shop stock [--csv] PRODUCT...".
func (s *shop) Commands() []module.Command {
	var csv bool
	return []module.Command{{
		Name: "stock", Args: "PRODUCT...", Help: "print how many of each product there are",
		Flags: func(flags *flag.FlagSet) { flags.BoolVar(&csv, "csv", false, "print CSV") },
		Run: func(_ context.Context, env module.Env, args []string) error {
			format := "%s: %d\n"
			if csv {
				format = "%s,%d\n"
			}
			for _, product := range args {
				if _, err := fmt.Fprintf(env.Stdout, format, product, s.settings.Stock); err != nil {
					return err
				}
			}
			return nil
		},
	}}
}

// end snippet

// A module is a value with methods of the interfaces of this package. A site
// lists it.
func Example() {
	site, err := vola.New(
		vola.Config{Modules: []module.Module{module.At("/products/", &shop{})}},
		vola.Options{BaseURL: "http://example.com", Environ: map[string]string{"SHOP_STOCK": "12"}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	url, err := site.URL("shop:product", "teapot")
	fmt.Println(url, err)

	rec := httptest.NewRecorder()
	site.ServeHTTP(rec, httptest.NewRequest("GET", url, nil))
	fmt.Print(rec.Body)
	// Output:
	// /products/teapot/ <nil>
	// teapot, 12 in stock
}
