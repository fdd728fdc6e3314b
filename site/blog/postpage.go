package blog

import (
	"crypto/subtle"
	"html/template"
	"net/http"
	"strings"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

var postPage = templates.Page[*postData]("blog/post.html")

// postData is one post.
type postData struct {
	Post    Post
	Body    Body
	Newer   *Post // the one published after it, nil for the newest
	Older   *Post
	Related []Post
	Preview bool          // it is shown before its time to those who have the link
	Demo    template.HTML // what readers can try, "" for nothing
	Meta    meta
	Side    sidebar

	Languages inLanguages
}

// snippet: without

// forPage is of a post's body what its page shows.
func forPage() orm.Prefetch[Post] {
	return orm.Without(Posts.Body, Bodies.Heading, Bodies.Words, Bodies.Source)
}

// end snippet

// articles answers with one post or page each.
type articles struct{ *Blog }

func (b articles) post(w http.ResponseWriter, r *http.Request) error {
	p, err := first(r.Context(), b.store.anyEdition().Where(Posts.Slug.Eq(r.PathValue("slug")), Posts.Page.Eq(false)).
		With(Posts.Author, Posts.Topics, forPage()))
	if err != nil {
		return err
	}
	if p == nil || p.YearNumber() != r.PathValue("year") || p.MonthNumber() != r.PathValue("month") {
		return b.moved(w, r)
	}
	if led, err := b.elsewhere(w, r, *p); led || err != nil {
		return err
	}
	d := postData{Post: *p}
	if d.Newer, d.Older, err = b.store.neighbours(r.Context(), *p); err != nil {
		return err
	}
	if d.Related, err = b.store.related(r.Context(), *p); err != nil {
		return err
	}
	return b.show(w, r, d)
}

// snippet: page

// page answers with a page that stands outside of the stream.
func (b articles) page(w http.ResponseWriter, r *http.Request) error {
	p, err := first(r.Context(), b.store.anyEdition().Where(Posts.Slug.Eq(r.PathValue("slug")), Posts.Page.Eq(true)).
		With(Posts.Author, Posts.Topics, forPage()))
	if err != nil {
		return err
	}
	if p == nil {
		return b.moved(w, r)
	}
	if led, err := b.elsewhere(w, r, *p); led || err != nil {
		return err
	}
	return b.show(w, r, postData{Post: *p})
}

// end snippet

// preview shows a post before its time to those who know the key. It is not a
// page to be kept, found or passed on by browsers and programs.
func (b articles) preview(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Referrer-Policy", "no-referrer")
	bySlug := orm.From[Post](b.DB).Where(Posts.Slug.Eq(r.PathValue("slug")))
	keys, err := orm.Select[string](bySlug, Posts.PreviewKey).All(r.Context())
	if err != nil {
		return err
	}
	// The same work whether there is such a post or not, and however much of
	// the key is right: only then is anything else of the post read.
	want := strings.Repeat("-", previewKeyLength)
	known := len(keys) == 1 && len(keys[0]) == previewKeyLength
	if known {
		want = keys[0]
	}
	if subtle.ConstantTimeCompare([]byte(want), []byte(r.PathValue("key"))) != 1 || !known {
		return fault.New(fault.NotFound, "There is no such preview.")
	}
	p, err := bySlug.With(Posts.Author, Posts.Topics, forPage()).Get(r.Context())
	if err != nil {
		return err
	}
	if p.visibleAt(b.Now()) {
		to, err := b.links.post(p)
		if err != nil {
			return err
		}
		return web.Redirect(w, r, to, http.StatusFound)
	}
	return b.show(w, r, postData{Post: p, Preview: true})
}

// show fills in what all pages of one post have.
func (b articles) show(w http.ResponseWriter, r *http.Request, d postData) error {
	body, err := d.Post.Body.Get()
	if err != nil {
		return err
	}
	if body != nil {
		d.Body = *body
	}
	if d.Demo, err = b.demonstrate(w, r, d.Post); err != nil {
		return err
	}
	if d.Meta, err = b.links.postMeta(d.Post, d.Body); err != nil {
		return err
	}
	if d.Preview {
		d.Meta.NoIndex, d.Meta.Posting = true, nil
	}
	o, err := b.store.overview(r.Context())
	if err != nil {
		return err
	}
	d.Side = o.sidebar()
	if d.Languages, err = b.translated(r.Context(), d.Post); err != nil {
		return err
	}
	allowPictures(w)
	return b.Render(w, r, postPage.Data(&d))
}
