package blog

import (
	"net/http"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
)

// Root returns the module with what of the blog stands at the root of the
// site, to be mounted by module.At("/", ...): pages outside of the stream of
// posts at /slug/, and the sitemap.
func (b *Blog) Root() module.Module { return root{b} }

type root struct{ blog *Blog }

func (root) Name() string { return "pages" }

func (m root) Routes(r *web.Router) {
	sitemaps, articles := sitemaps{m.blog}, articles{m.blog}
	kept := r.Wrap(m.blog.kept())
	kept.Get("/sitemap.xml", sitemaps.all).Name("sitemap").AllLanguages()
	kept.Get("/sitemap/{n:int}.xml", sitemaps.part).Name("sitemap-part").AllLanguages()
	r.Get("/{slug}/", articles.page).Name("page")
}

// OldPaths is middleware that leads readers from the addresses that posts had
// on another site, or before they got another name, to those they have now. It
// looks at requests that no route answers.
func (b *Blog) OldPaths(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Pattern != "" || r.Method != http.MethodGet && r.Method != http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		to, err := articles{b}.newPath(r)
		if err == nil && to != "" {
			err = web.Redirect(w, r, to, http.StatusMovedPermanently)
		} else if err == nil {
			next.ServeHTTP(w, r)
		}
		if err != nil {
			web.Fail(w, r, err)
		}
	})
}

// moved answers a request for a post that is not at the address.
func (b articles) moved(w http.ResponseWriter, r *http.Request) error {
	to, err := b.newPath(r)
	if err != nil {
		return err
	}
	if to == "" {
		return fault.New(fault.NotFound, "There is no such post.")
	}
	return web.Redirect(w, r, to, http.StatusMovedPermanently)
}

// newPath returns where what was at the path of the request is now, "" when
// nothing is known of it.
func (b articles) newPath(r *http.Request) (string, error) {
	key := oldPathKey(r.URL.Path)
	if key == "" {
		return "", nil
	}
	p, err := b.store.movedFrom(r.Context(), key)
	if err != nil {
		return "", err
	}
	if p == nil {
		// The media folder keeps the paths of the folder that was imported.
		if name := strings.TrimPrefix(path.Clean(r.URL.Path), "/"); b.media.has(name) {
			return b.URL("blog:media", name)
		}
		return "", nil
	}
	to, err := b.links.post(*p)
	if err != nil || oldPathKey(to) == key {
		return "", err
	}
	return to, nil
}

// oldPathKey returns a path as it is stored: with or without a slash at the
// end it is one; "" when it cannot be one.
func oldPathKey(path string) string {
	path = strings.TrimRight(path, "/")
	if len(path) > 500 || !strings.HasPrefix(path, "/") || !utf8.ValidString(path) || strings.ContainsRune(path, 0) {
		return ""
	}
	return path
}
