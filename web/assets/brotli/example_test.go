package brotli_test

import (
	"fmt"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/web/assets"
	"github.com/volaweb/vola/web/assets/brotli"
)

// A site names the coding as it names its drivers.
func Example() {
	// snippet: config
	cfg := vola.Config{
		Name:          "shop",
		StaticCodings: []assets.Coding{brotli.Coding{}},
	}
	// end snippet
	fmt.Println(cfg.StaticCodings[0].Name())
	// Output: br
}
