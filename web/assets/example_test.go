package assets_test

import (
	"fmt"
	"io/fs"
	"net/http/httptest"
	"testing/fstest"

	"github.com/volaweb/vola/web/assets"
)

// A style sheet has the hashed names of the files that it refers to, and modules find each other by the import map.
func ExampleSet_ImportMap() {
	// snippet: names
	set, err := assets.New(assets.Config{Layers: []fs.FS{fstest.MapFS{
		"site.css":      {Data: []byte(`body { background: url(img/paper.svg) }`)},
		"img/paper.svg": {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
		"app/main.js":   {Data: []byte(`import { total } from "./sum.js"`)},
		"app/sum.js":    {Data: []byte(`export const total = 1`)},
	}}})
	// end snippet
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	set.ServeHTTP(w, httptest.NewRequest("GET", "/site.css", nil))
	fmt.Println(w.Body)
	fmt.Println(set.ImportMap())
	// Output:
	// body { background: url("img/paper.900fbe9342.svg") }
	// {"imports":{"/static/app/sum.js":"/static/app/sum.9d0660314a.js"},"integrity":{"/static/app/sum.9d0660314a.js":"sha256-nQZgMUo+zQ+yLeRdLuGGfZmc0FXpel6WqkCvdQmZ4XY="}} <nil>
}
