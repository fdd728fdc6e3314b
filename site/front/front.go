// Package front is the module with the addresses that belong to no other
// module: the site's front door.
package front

import (
	"net/http"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
)

// Front is the module. New makes one.
type Front struct{ module.Base }

// New returns the module.
func New() *Front { return &Front{} }

// Name returns "front".
func (f *Front) Name() string { return "front" }

// Routes declares the front door, which leads to the blog.
func (f *Front) Routes(r *web.Router) {
	r.Get("/", f.home).Name("home")
}

func (f *Front) home(w http.ResponseWriter, r *http.Request) error {
	blog, err := f.URL("blog:index")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, blog, http.StatusFound)
}
