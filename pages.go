package vola

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime/debug"
	"strings"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web/messages"
)

// pages are the site's templates: made once in production, again for every
// rendering in development.
type pages struct {
	cfg       templates.Config
	set       *templates.Set // nil in development
	languages *languages
}

// sources says where the site's files come from.
func (s *Site) sources() sources { return sources{cfg: s.cfg, dev: s.opts.Dev} }

// readPages loads the templates of all modules. In development their errors
// are shown in the browser instead, so that they can be fixed there.
func (s *Site) readPages() error {
	s.pages = &pages{languages: &s.languages, cfg: templates.Config{
		Loaders: s.sources().loaders(s.host),
		Texts:   s.languages.texts(),
		Now:     s.opts.Now,
		Checks:  s.checks(),
		// Routes and static files stay, and in development the pages are made
		// for each request.
		Constant:  []string{"url", "static", "importmap"},
		ImportMap: s.static.ImportMap,
		Funcs: map[string]any{
			"url":    s.mux.URL,
			"static": s.static.URL,
			"site":   func() module.Site { return s.host.Site },
			// Each message is shown once.
			"messages": messages.Take,
		},
	}}
	if s.cfg.LanguagePaths {
		s.pages.cfg.Constant = []string{"static", "importmap"}
		s.pages.cfg.Funcs["url"] = s.urlIn
	}
	for _, m := range s.cfg.Modules {
		if has, ok := module.As[module.HasFuncs](m); ok {
			for name, fn := range has.Funcs() {
				if _, taken := s.pages.cfg.Funcs[name]; taken {
					return fmt.Errorf("module %s: the template function %q exists already", m.Name(), name)
				}
				s.pages.cfg.Funcs[name] = fn
			}
		}
		if has, ok := module.As[module.HasPages](m); ok {
			s.pages.cfg.Pages = append(s.pages.cfg.Pages, has.Pages()...)
		}
	}
	for name, of := range functionsOfModules() {
		if _, taken := s.pages.cfg.Funcs[name]; !taken {
			err := fmt.Errorf("the function %q comes with the module %s, which the site does not have; add it to Config.Modules", name, of)
			s.pages.cfg.Funcs[name] = func(...any) (any, error) { return nil, err }
			s.pages.cfg.Checks[name] = func(templates.Call) error { return err }
		}
	}
	for _, status := range errorTemplates {
		page := errorPage(status)
		if _, err := templates.Chain(s.pages.cfg.Loaders).Load(page.TemplateName()); !errors.Is(err, fs.ErrNotExist) {
			s.pages.cfg.Pages = append(s.pages.cfg.Pages, page)
		}
	}
	set, err := templates.New(s.pages.cfg)
	if s.opts.Dev || s.opts.listing {
		if err != nil {
			s.opts.Log.Error("the templates have errors", "error", err)
		}
		return nil
	}
	s.pages.set = set
	return err
}

// functionsOfModules are the template functions of Vola's modules that a site may have or not,
// with the module: documents show them, so templates call them on sites that lack it.
func functionsOfModules() map[string]string {
	return map[string]string{
		"user": "contrib/auth", "can": "contrib/auth",
		"file": "contrib/files", "picture": "contrib/files", "thumbnail": "contrib/files",
		"passkeysOffered": "contrib/passkeys",
		"oidcProviders":   "contrib/oidc", "oidcOwn": "contrib/oidc",
	}
}

// render renders a page with the templates as they are now.
func (p *pages) render(ctx context.Context, w io.Writer, r templates.Rendering) error {
	set := p.set
	if set == nil {
		cfg := p.cfg
		cfg.Texts = p.languages.texts()
		var err error
		if set, err = templates.New(cfg); err != nil {
			return err
		}
	}
	return set.Render(ctx, w, r)
}

// has reports whether a page can be rendered.
func (p *pages) has(page templates.Checked) bool {
	for _, c := range p.cfg.Pages {
		if c == page {
			return true
		}
	}
	return false
}

// renderer renders by the site's pages, which are read after the Host is made.
type renderer struct{ s *Site }

func (r renderer) Render(ctx context.Context, w io.Writer, page templates.Rendering) error {
	return r.s.pages.render(ctx, w, page)
}

// checks find what is wrong with the routes and files that templates name, as
// far as those could be read.
func (s *Site) checks() map[string]func(templates.Call) error {
	out := map[string]func(templates.Call) error{
		"url": func(c templates.Call) error {
			if len(c.Args) == 0 || !c.Args[0].Literal {
				return nil
			}
			name := c.Args[0].Text
			route, ok := s.mux.Lookup(name)
			if !ok {
				_, err := s.mux.URL(name) // says which name is near
				return err
			}
			if have := len(c.Args) - 1; have != len(route.Params) {
				var names []string
				for _, p := range route.Params {
					names = append(names, p.Name)
				}
				return fmt.Errorf("route %q takes %s (%s), %d given", name, count(len(names), "parameter"), strings.Join(names, ", "), have)
			}
			args := make([]any, 0, len(c.Args))
			for _, a := range c.Args[1:] {
				if !a.Literal {
					return nil // what it is worth is known when the page is shown
				}
				args = append(args, a.Text)
			}
			_, err := s.mux.URL(name, args...)
			return err
		},
		"static": func(c templates.Call) error {
			if len(c.Args) != 1 || !c.Args[0].Literal {
				return nil
			}
			_, err := s.static.URL(c.Args[0].Text)
			return err
		},
	}
	if !s.opts.Dev && len(s.languages.texts().Languages()) > 1 {
		out["t"] = func(c templates.Call) error { return s.checkKnown(c, "", c.Args[0]) }
		out["tc"] = func(c templates.Call) error { return s.checkKnown(c, c.Args[0].Text, c.Args[1]) }
		out["tn"] = func(c templates.Call) error { return s.checkKnown(c, "", c.Args[1]) }
	}
	if s.mux == nil {
		delete(out, "url")
	}
	if s.static == nil {
		delete(out, "static")
	}
	return out
}

// isOfProject reports whether a module is part of the program's own Go module, whose
// catalogues then have its texts.
func (s *Site) isOfProject(m module.Module) bool {
	info, ok := debug.ReadBuildInfo()
	return ok && (pathOf(m) == info.Main.Path || strings.HasPrefix(pathOf(m), info.Main.Path+"/"))
}

// checkKnown refuses a text that no catalogue has: it was mistyped, or the catalogues
// are not up to date. A module without catalogues has its texts in one language.
func (s *Site) checkKnown(c templates.Call, context string, text templates.Argument) error {
	name, _, _ := strings.Cut(c.Template, "/")
	translated := s.cfg.Messages != nil
	ofProject := s.sources().projectHas(c.Template) // perhaps in place of a module's
	for _, m := range s.cfg.Modules {
		if m.Name() != name || ofProject {
			continue
		}
		if _, own := module.As[module.HasMessages](m); own || !s.isOfProject(m) {
			translated = own
		}
	}
	if !translated || s.languages.texts().Known(context, text.Text) {
		return nil
	}
	hint := ""
	if near := s.languages.texts().Near(text.Text); near != "" && near != text.Text {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("no catalogue has the text %q%s (for a new text run: vola messages)", text.Text, hint)
}
