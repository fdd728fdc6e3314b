package vola

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// languages are the languages of a site, with the texts as they are now.
type languages struct {
	now atomic.Pointer[i18n.Texts]
}

func (l *languages) texts() *i18n.Texts { return l.now.Load() }

// readTexts reads the languages of the site. With an error it has one, so that its
// other parts can be checked as well.
func (s *Site) readTexts() error {
	texts, err := s.sources().texts()
	if err != nil {
		fallback, _ := sources{}.texts() // without languages there is nothing to go wrong
		s.languages.now.Store(fallback)
		return err
	}
	s.languages.now.Store(texts)
	return nil
}

// texts reads the languages of the site: the project's catalogues, then those of the
// modules, then our own. In development the folders that embedded files were made from
// go before those.
func (s sources) texts() (*i18n.Texts, error) {
	cfg, err := s.catalogues()
	texts, err2 := i18n.Load(cfg)
	return texts, errors.Join(err, err2)
}

// catalogues says where the texts are. Of folders that were embedded without a catalogue
// it says so.
func (s sources) catalogues() (i18n.Config, error) {
	cfg := i18n.Config{Languages: s.cfg.Languages}
	if len(cfg.Languages) == 0 {
		cfg.Languages = []string{"en"}
	}
	var errs []error
	add := func(name string, files fs.FS) {
		cfg.Catalogues = append(cfg.Catalogues, i18n.Catalogue{Name: name, Files: files})
	}
	embedded := func(name string, files fs.FS) {
		files = folder(files, "messages")
		if found, err := fs.Glob(files, "*.po"); err == nil && len(found) == 0 && len(cfg.Languages) > 1 {
			errs = append(errs, fmt.Errorf("%s: there is no file messages/TAG.po, such as messages/de.po; is the folder messages in its go:embed?", name))
		}
		add(name, files)
	}
	for _, dir := range s.projectDirs() {
		if s.dev {
			add("the project's messages", os.DirFS(filepath.Join(dir, "messages")))
		}
	}
	if s.cfg.Messages != nil {
		embedded("the project's messages", s.cfg.Messages)
	}
	for _, m := range s.cfg.Modules {
		has, ok := module.As[module.HasMessages](m)
		if !ok {
			continue
		}
		if dir := s.sourceDir(m); dir != "" {
			add("module "+m.Name(), os.DirFS(filepath.Join(dir, "messages")))
		}
		add("module "+m.Name(), folder(has.Messages(), "messages"))
	}
	add("Vola's messages", Messages())
	return cfg, errors.Join(errs...)
}

// ownMessages are the translations of the texts of this Go module.
//
//go:embed messages
var ownMessages embed.FS

// Messages returns the catalogues of Vola's own texts, which go after those of the
// project and its modules: a file for each language that it has, and messages.pot.
func Messages() fs.FS { return folder(ownMessages, "messages") }

// languageMiddleware chooses the language of each request; nil on a site that names
// none. In development it reads the catalogues again for each request.
func (s *Site) languageMiddleware() []web.Middleware {
	if len(s.cfg.Languages) == 0 {
		return nil
	}
	choose := middleware.Language
	if s.cfg.LanguagePaths {
		choose = middleware.LanguagePaths
	}
	if !s.opts.Dev {
		return []web.Middleware{choose(s.languages.texts())}
	}
	files, _ := s.sources().catalogues() // now: the program's own folder is found from main
	return []web.Middleware{func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			texts, err := i18n.Load(files)
			if err != nil {
				s.opts.Log.Error("the catalogues have errors", "error", err)
				texts = s.languages.texts()
			}
			s.languages.now.Store(texts)
			choose(texts)(next).ServeHTTP(w, r)
		})
	}}
}

// baseContext returns the context that those of requests come from. It has the zone of the
// site, and the language of a site of one.
func (s *Site) baseContext(ctx context.Context) context.Context {
	ctx = i18n.WithZone(context.WithoutCancel(ctx), s.set.zone)
	if texts := s.languages.texts(); len(texts.Languages()) == 1 {
		ctx = i18n.With(ctx, texts.Default())
	}
	return ctx
}

// urlIn returns the path of the route of that name in the language of a context.
func (s *Site) urlIn(ctx context.Context, name string, args ...any) (string, error) {
	return s.mux.URLIn(s.languages.texts().PathTag(i18n.From(ctx)), name, args...)
}
