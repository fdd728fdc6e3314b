// Package files is a module that answers with stored files: those that people have sent, and
// pictures in other sizes.
//
//	Modules: []module.Module{files.New(files.Config{}), shop.New()},
//
// In templates, file is the URL of a file, picture that of a version of a picture that fits
// into a width and a height, and thumbnail that of one which is cropped to exactly them:
//
//	<a href="{{file .Contract}}">the contract</a>
//	<img src="{{picture .Photo 800 600}}" alt="">
//	<img src="{{thumbnail .Photo 80 80}}" width="80" height="80" alt="">
//
// Files are private: their URLs are signed and expire. Who gets a page may follow its links, and
// nobody can make others. [Config] can say that some files are public, or check each request.
//
// A version is made at its first request, by a few goroutines at a time, and stored next to the
// original, as in sizes/2026/11/30/.../photo.jpg/80x80c.jpg: names that begin with sizes/ are
// the module's own. It is a JPEG, or a PNG if
// it is transparent somewhere, has no more than its pixels (no place, camera or date), and is
// turned as the camera said. The size is part of what is signed, so that only sizes which a
// template asks for are made. [Files.Delete] removes a file with its versions.
//
// The command "files orphans" finds stored files that no row refers to.
package files

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/web"
)

// Config configures a [Files]. The zero value is one whose files are all private.
type Config struct {
	// Expires is how long a link can be used at least. Ends are rounded up to whole days
	// of UTC, those of less than a day to whole hours, and of less than an hour to
	// minutes: so a page has the same links for a while, and browsers keep what they
	// lead to. Defaults to 24 hours.
	Expires time.Duration
	// Public says which files everybody may have. Their URLs are not signed and do not
	// change, and caches keep them for a year. Defaults to none.
	Public func(storage.Name) bool
	// Allow checks a request for a file that is not public, instead of a signature: nil
	// allows it. It gets the name of the original also where a version is asked for.
	Allow func(*http.Request, storage.Name) error
	// MaxPixels is how many pixels a picture may have of which versions are made.
	// Making one needs up to 16 bytes of memory for each. Defaults to 40 million.
	MaxPixels int
	// AtWork is how many versions are made at a time; of pictures with more than a
	// quarter of MaxPixels only one. Defaults to the number of CPUs.
	AtWork int
	// Kept returns which of some names are referred to in places that [Files.Orphans]
	// does not know: texts, JSON, other databases. It is called with up to 500 names.
	Kept func(ctx context.Context, names []storage.Name) ([]storage.Name, error)
}

// Files is the module. It is made by [New].
type Files struct {
	module.Base
	cfg    Config
	ctx    context.Context // lifetime: that of the site
	making singleflight.Group
	places chan struct{} // an element for each version that is being made
	large  chan struct{} // of a large picture
}

// New returns the module.
func New(cfg Config) *Files {
	if cfg.Expires <= 0 {
		cfg.Expires = 24 * time.Hour
	}
	if cfg.MaxPixels <= 0 {
		cfg.MaxPixels = 40_000_000
	}
	if cfg.AtWork <= 0 {
		cfg.AtWork = runtime.NumCPU()
	}
	return &Files{cfg: cfg, places: make(chan struct{}, cfg.AtWork), large: make(chan struct{}, 1)}
}

// Name returns "files".
func (f *Files) Name() string { return "files" }

// Start implements [module.Starter].
func (f *Files) Start(ctx context.Context, h *module.Host) error {
	f.ctx = ctx
	return f.Base.Start(ctx, h)
}

// Routes has files:file, the URL of a file or of a version.
func (f *Files) Routes(r *web.Router) {
	r.Get("/{name:path}", f.file).Name("file").Stream(0).AllLanguages()
}

// Funcs has file, picture and thumbnail.
func (f *Files) Funcs() map[string]any {
	return map[string]any{"file": f.URL, "picture": f.Picture, "thumbnail": f.Thumbnail}
}

// file answers with a file, or a version of one.
func (f *Files) file(w http.ResponseWriter, r *http.Request) error {
	path := r.PathValue("name")
	v, err := parse(path)
	if err != nil {
		return err
	}
	cache, err := f.permit(r, path, v)
	if err != nil {
		return err
	}
	name := v.original
	if v.sized() {
		if name, err = f.version(r.Context(), v); err != nil {
			return err
		}
	}
	if cache != "" {
		w.Header().Set("Cache-Control", cache)
	}
	return web.File(w, r, f.Storage, name)
}

// Delete removes files and their versions from the site's storage. Call it when the change of
// the rows that referred to them is committed.
func (f *Files) Delete(ctx context.Context, names ...storage.Name) error {
	if err := f.Storage.Delete(ctx, names...); err != nil {
		return err
	}
	for _, name := range names {
		var versions []storage.Name
		for info, err := range f.Storage.List(ctx, sizes+string(name)+"/") {
			if err != nil {
				return fmt.Errorf("files: delete the versions of %s: %w", name, err)
			}
			versions = append(versions, info.Name)
		}
		if err := f.Storage.Delete(ctx, versions...); err != nil {
			return err
		}
	}
	return nil
}
