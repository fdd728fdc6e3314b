// Package front is the module with the addresses that belong to no other
// module: the site's front door.
package front

import (
	"context"
	"net/http"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
)

// Front is the module. New makes one.
type Front struct{ host *module.Host }

// New returns the module.
func New() *Front { return &Front{} }

// Name returns "front".
func (f *Front) Name() string { return "front" }

// Start keeps the host for the handlers.
func (f *Front) Start(_ context.Context, h *module.Host) error {
	f.host = h
	return nil
}

// Routes declares the front door, which leads to the blog.
func (f *Front) Routes(r *web.Router) {
	r.Get("/", f.home).Name("home")
}

func (f *Front) home(w http.ResponseWriter, r *http.Request) error {
	blog, err := f.host.URL("blog:index")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, blog, http.StatusFound)
}
