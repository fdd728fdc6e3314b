package module

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/signing"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ajax"
)

// Host is what the site gives to its modules. It is safe for concurrent use.
type Host struct {
	// DB is the site's database.
	DB *database.DB
	// Log takes what the operator should know. It is never nil.
	Log *slog.Logger
	// Now is the site's clock. It is never nil.
	Now func() time.Time
	// Storage keeps files that people send. It is never nil on a site.
	Storage storage.Storage
	// Signer signs links and fields that come back to the site. It is never nil on a
	// site.
	Signer *signing.Signer
	// Mailer sends a mail at once, and waits until that is done. Handlers use SendMail, which
	// does not wait. It is never nil on a site.
	Mailer mail.Sender
	// MailQueue sends the mails of SendMail. It is never nil on a site.
	MailQueue MailQueue
	// MailFrom is who sends mails that do not say it. Defaults to noreply at the host of
	// Site.BaseURL.
	MailFrom mail.Address
	// Cache keeps what takes long to compute. It is never nil on a site. In a transaction nothing is
	// taken from it or put into it.
	Cache *cache.Cache
	// Site describes the site.
	Site Site
	// Permissions are those that users of the site can have, sorted by their names: to view,
	// add, change and delete each model, and what modules declare.
	Permissions []Permission
	// Texts are the site's languages. It is never nil on a site.
	Texts *i18n.Texts
	// Modules are all modules of the site, in their order, for a module that works with what others
	// declare. They must not be changed.
	Modules []Module

	pages Renderer
	urls  URLs
	zones *zones
}

// Site is what is known of a site as a whole; templates get it from the
// function site.
type Site struct {
	Name string // as people see it
	// BaseURL is the scheme and host under which the site is reached, such as
	// "https://example.org", for links that must be absolute; without a slash
	// at its end.
	BaseURL string
	Dev     bool // started for development
	// LanguagePaths says that each language but the first has paths of its own.
	LanguagePaths bool
}

// Renderer renders pages; a [templates.Set] is one. It calls Write once, with the
// whole page, and not at all if the page cannot be rendered.
type Renderer interface {
	Render(ctx context.Context, w io.Writer, r templates.Rendering) error
}

// URLs builds the paths of named routes; a [web.Mux] does.
type URLs interface {
	// URL returns the path of a route.
	URL(name string, args ...any) (string, error)
	// URLIn is URL in a language whose routes have paths of their own, such as
	// "de"; "" is the language without one.
	URLIn(tag, name string, args ...any) (string, error)
}

// NewHost returns a Host; for package vola and for tests.
func NewHost(h Host, pages Renderer, urls URLs) *Host {
	h.pages, h.urls, h.zones = pages, urls, new(zones)
	return &h
}

// Uploads is where the files of forms are kept, for forms.Values.Accept.
func (h *Host) Uploads() *forms.Uploads {
	return &forms.Uploads{Storage: h.Storage, Signer: h.Signer, Now: h.Now}
}

// Render answers the request with a page, as [web.Send] does: who has the same
// page already gets 304. Nothing is sent when the page cannot be rendered; the
// error then says why.
func (h *Host) Render(w http.ResponseWriter, r *http.Request, page templates.Rendering) error {
	return h.RenderStatus(w, r, http.StatusOK, page)
}

// RenderStatus is Render with another status than 200.
func (h *Host) RenderStatus(w http.ResponseWriter, r *http.Request, status int, page templates.Rendering) error {
	s := &sender{w: w, r: r, status: status}
	if err := h.pages.Render(r.Context(), s, page); !s.done {
		return err
	}
	return nil
}

// sender answers with the page that is written to it, which is not copied: the
// memory of a page is used again for others. It is a [templates.PageWriter], so the
// page's own scripts and styles get a nonce, and a [templates.PartChooser].
type sender struct {
	w      http.ResponseWriter
	r      *http.Request
	status int
	done   bool // answered without a page
	parts  bool // what is written is parts of a page
}

// errAnswered ends a rendering that is not needed.
var errAnswered = errors.New("answered without a page")

func (s *sender) ChooseParts(have []string) ([]string, error) {
	only, done, err := ajax.Answer(s.w, s.r, have)
	if done {
		s.done, err = true, errAnswered
	}
	s.parts = only != nil
	return only, err
}

func (s *sender) Write(page []byte) (int, error) {
	if err := s.WritePage(page, nil); err != nil {
		return 0, err
	}
	return len(page), nil
}

func (s *sender) WritePage(page []byte, own []templates.Place) error {
	header := s.w.Header()
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "text/html; charset=utf-8")
	}
	if s.parts {
		own = nil // scripts of parts do not run
	}
	return web.SendPage(s.w, s.r, s.status, page, own)
}

// URL returns the path of the route of that name, such as "blog:post", with
// its parameters filled in: in the first language of a site whose languages have paths of
// their own.
func (h *Host) URL(name string, args ...any) (string, error) { return h.urls.URL(name, args...) }

// URLFor is URL in the language of a context, which is that of a request, or of a mail or job
// (see [i18n.Texts.In]).
func (h *Host) URLFor(ctx context.Context, name string, args ...any) (string, error) {
	if !h.Site.LanguagePaths {
		return h.urls.URL(name, args...)
	}
	return h.URLIn(i18n.From(ctx), name, args...)
}

// URLIn is URL in a language of the site.
func (h *Host) URLIn(l *i18n.Language, name string, args ...any) (string, error) {
	if !h.Site.LanguagePaths {
		return h.urls.URL(name, args...)
	}
	return h.urls.URLIn(h.Texts.PathTag(l), name, args...)
}
