package blog

import (
	"context"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

var (
	indexPage   = templates.Page[listData]("blog/index.html")
	listPage    = templates.Page[listData]("blog/list.html")
	monthsPage  = templates.Page[monthsData]("blog/months.html")
	entriesPart = templates.Page[[]Post]("blog/entries.html")
)

// listData is a list of posts.
type listData struct {
	Title string // of the list
	Lead  string // a sentence below it
	Feed  string // address of a feed of the same posts, or ""
	// Entries are the posts of this page.
	Entries template.HTML
	pager
	Meta      meta
	Side      sidebar
	Languages inLanguages
}

// listing is how a list is made.
type listing struct {
	page    templates.PageOf[listData]
	data    listData
	total   int64
	posts   func(ctx context.Context, offset, limit int) ([]Post, error)
	address func(page int) (string, error)
}

// lists answers with lists of posts, a page at a time.
type lists struct{ *Blog }

func (b lists) index(w http.ResponseWriter, r *http.Request) error {
	o, err := b.store.overview(r.Context())
	if err != nil {
		return err
	}
	return b.list(w, r, o, listing{
		page: indexPage, data: listData{Title: b.title(r.Context())}, total: int64(len(o.ids)),
		posts: func(ctx context.Context, offset, limit int) ([]Post, error) {
			return b.store.byID(ctx, o.ids[offset:min(offset+limit, len(o.ids))])
		},
		address: b.numbered(r.Context(), "blog:index"),
	})
}

func (b lists) topic(w http.ResponseWriter, r *http.Request) error {
	o, err := b.store.overview(r.Context())
	if err != nil {
		return err
	}
	t, ok := o.topic(r.PathValue("slug"))
	if !ok {
		return fault.New(fault.NotFound, "There are no posts on that topic.")
	}
	feed, err := b.URLFor(r.Context(), "blog:topic-feed", t.Slug)
	if err != nil {
		return err
	}
	return b.list(w, r, o, listing{
		page: listPage, total: t.Posts,
		data:    listData{Title: t.Name, Lead: about(r.Context(), t.Name), Feed: feed},
		posts:   pageOf(b.store.stream(r.Context()).Where(Posts.Topics.Any(Topics.ID.Eq(t.ID)))),
		address: b.numbered(r.Context(), "blog:topic", t.Slug),
	})
}

func (b lists) author(w http.ResponseWriter, r *http.Request) error {
	o, err := b.store.overview(r.Context())
	if err != nil {
		return err
	}
	a, err := orm.From[Author](b.DB).Where(Authors.Username.Eq(r.PathValue("username"))).Get(r.Context())
	if err != nil {
		return err
	}
	q := b.store.stream(r.Context()).Where(Posts.Author.Eq(a.ID))
	total, err := q.Count(r.Context())
	if err != nil {
		return err
	}
	if total == 0 { // somebody who has only drafts
		return fault.New(fault.NotFound, "There are no posts by that author.")
	}
	return b.list(w, r, o, listing{
		page: listPage, total: total,
		data:    listData{Title: a.Name(), Lead: i18n.From(r.Context()).T("Posts by {author}.", "author", a.Name())},
		posts:   pageOf(q),
		address: b.numbered(r.Context(), "blog:author", a.Username),
	})
}

func (b lists) archive(w http.ResponseWriter, r *http.Request) error {
	o, err := b.store.overview(r.Context())
	if err != nil {
		return err
	}
	year, name := r.PathValue("year"), r.PathValue("month")
	at, err := time.Parse("2006 Jan", year+" "+name)
	if err != nil || name != monthName(at) {
		return fault.New(fault.NotFound, "There is no such month.")
	}
	// snippet: month
	m, ok := o.month(at.Format("2006-01"))
	if !ok {
		return fault.New(fault.NotFound, "Nothing was published in that month.")
	}
	// end snippet
	lang := i18n.From(r.Context())
	return b.list(w, r, o, listing{
		page: listPage, total: m.Posts,
		data:    listData{Title: lang.Date(at, i18n.YearMonth), Lead: lang.T("Everything published in that month.")},
		posts:   pageOf(b.store.stream(r.Context()).Where(Posts.Month.Eq(m.Key))),
		address: b.numbered(r.Context(), "blog:archive", year, name),
	})
}

// about says what the posts of a topic are about.
func about(ctx context.Context, topic string) string {
	return i18n.From(ctx).T("Posts about {topic}.", "topic", topic)
}

// monthName returns the month as the addresses of archives have it, "nov".
func monthName(t time.Time) string { return strings.ToLower(t.Format("Jan")) }

// pageOf returns the posts of a query, a page at a time.
func pageOf(q *orm.Query[Post]) func(context.Context, int, int) ([]Post, error) {
	return func(ctx context.Context, offset, limit int) ([]Post, error) {
		return q.With(Posts.Author, Posts.Topics).Offset(offset).Limit(limit).All(ctx)
	}
}

// numbered returns the addresses of the pages of a list: the route of that
// name for the first, the one with "-page" after it for the others.
func (b lists) numbered(ctx context.Context, name string, args ...any) func(int) (string, error) {
	return func(n int) (string, error) {
		if n == 1 {
			return b.URLFor(ctx, name, args...)
		}
		return b.URLFor(ctx, name+"-page", append(args[:len(args):len(args)], n)...)
	}
}

// list answers with one page of a list of posts.
func (b lists) list(w http.ResponseWriter, r *http.Request, o *overview, l listing) error {
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	if n == 1 && r.PathValue("page") != "" {
		first, err := l.address(1)
		if err != nil {
			return err
		}
		return web.Redirect(w, r, first, http.StatusMovedPermanently)
	}
	d := l.data
	size := b.settings.PageSize
	pages := max(1, (int(l.total)+size-1)/size)
	if n > pages {
		return fault.New(fault.NotFound, "There is no such page.")
	}
	if d.pager, err = pagerOf(n, pages, l.address); err != nil {
		return err
	}
	self, err := l.address(n)
	if err != nil {
		return err
	}
	d.Entries, err = b.entries(r.Context(), o, self, func(ctx context.Context) ([]Post, error) { return l.posts(ctx, (n-1)*size, size) })
	if err != nil {
		return err
	}
	title := d.Title
	if n > 1 {
		title = i18n.From(r.Context()).T("{title}, page {n}", "title", title, "n", n)
	}
	d.Meta = b.links.listMeta(title, d.Lead, self)
	d.Side = o.sidebar()
	if l.page == indexPage && n == 1 {
		d.Languages = everywhere(r.Context())
	} else if d.Languages, err = b.onlyHere(r.Context()); err != nil {
		return err
	}
	allowPictures(w)
	return b.Render(w, r, l.page.Data(d))
}

// monthsData is the overview of the archive.
type monthsData struct {
	Years     []yearData
	Meta      meta
	Side      sidebar
	Languages inLanguages
}

// yearData is a year with the months in which there are posts.
type yearData struct {
	Year   string
	Months []monthCount
}

func (b lists) months(w http.ResponseWriter, r *http.Request) error {
	o, err := b.store.overview(r.Context())
	if err != nil {
		return err
	}
	self, err := b.URLFor(r.Context(), "blog:months")
	if err != nil {
		return err
	}
	lang := i18n.From(r.Context())
	d := monthsData{
		Side: o.sidebar(), Languages: everywhere(r.Context()),
		Meta: b.links.listMeta(lang.T("Archive"), lang.T("Every month with posts."), self),
	}
	for _, m := range o.months {
		if n := len(d.Years); n == 0 || d.Years[n-1].Year != m.Year() {
			d.Years = append(d.Years, yearData{Year: m.Year()})
		}
		last := &d.Years[len(d.Years)-1]
		last.Months = append(last.Months, m)
	}
	return b.Render(w, r, monthsPage.Data(d))
}
