package blog

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

var (
	indexPage = templates.Page[listData]("blog/index.html")
	listPage  = templates.Page[listData]("blog/list.html")
	postPage  = templates.Page[postData]("blog/post.html")
)

// listData is a list of posts.
type listData struct {
	Title string // of the list
	Lead  string // a sentence below it
	Posts orm.Page[Post]
	Links []pageLink
	Prev  string // address of the page with newer posts, or ""
	Next  string // address of the page with older posts, or ""
	Side  sidebar
}

// postData is one post.
type postData struct {
	Post  Post
	Newer *Post // the one published after it, nil for the newest
	Older *Post
	Side  sidebar
}

// pageLink is a link to a page of a list.
type pageLink struct {
	Number  int // 0 for a gap
	URL     string
	Current bool
}

// visible are the posts that visitors may see now, newest first.
func (b *Blog) visible() orm.Query[Post] {
	return orm.From[Post](b.host.DB).
		Where(Posts.Published.Le(b.host.Now())).
		OrderBy(Posts.Published.Desc(), Posts.ID.Desc())
}

// pageNumber returns the number in the address; the first page has none, so
// that no page has two addresses.
func pageNumber(r *http.Request) (int, error) {
	s := r.PathValue("page")
	if s == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || s != strconv.Itoa(n) || n < 1 {
		return 0, fault.New(fault.NotFound, "There is no such page.")
	}
	return n, nil
}

func (b *Blog) index(w http.ResponseWriter, r *http.Request) error {
	d := listData{Title: b.settings.Title}
	return b.list(w, r, indexPage, d, b.visible(), func(n int) (string, error) {
		if n == 1 {
			return b.host.URL("blog:index")
		}
		return b.host.URL("blog:page", n)
	})
}

func (b *Blog) topic(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	t, err := orm.From[Topic](b.host.DB).Where(Topics.Slug.Eq(slug)).Get(r.Context())
	if err != nil {
		return err
	}
	d := listData{Title: t.Name, Lead: "Posts about " + t.Name + "."}
	q := b.visible().Where(Posts.Topics.Any(Topics.ID.Eq(t.ID)))
	return b.list(w, r, listPage, d, q, b.numbered("blog:topic", slug))
}

func (b *Blog) author(w http.ResponseWriter, r *http.Request) error {
	username := r.PathValue("username")
	a, err := orm.From[Author](b.host.DB).Where(Authors.Username.Eq(username)).Get(r.Context())
	if err != nil {
		return err
	}
	d := listData{Title: a.Name(), Lead: "Posts by " + a.Name() + "."}
	q := b.visible().Where(Posts.Author.Eq(a.ID))
	return b.list(w, r, listPage, d, q, b.numbered("blog:author", username))
}

func (b *Blog) archive(w http.ResponseWriter, r *http.Request) error {
	year, name := web.Int(r, "year"), r.PathValue("month")
	month, err := time.Parse("Jan", name)
	if err != nil || name != strings.ToLower(month.Format("Jan")) || year > 9999 {
		return fault.New(fault.NotFound, "There is no such month.")
	}
	key := fmt.Sprintf("%04d-%s", year, month.Format("01"))
	q := b.visible().Where(Posts.Month.Eq(key))
	if any, err := q.Exists(r.Context()); err != nil || !any {
		return errors.Join(err, fault.New(fault.NotFound, "Nothing was published in that month."))
	}
	d := listData{Title: fmt.Sprintf("%s %d", month.Format("January"), year), Lead: "Everything published in that month."}
	return b.list(w, r, listPage, d, q, b.numbered("blog:archive", year, name))
}

// numbered returns the addresses of the pages of a list: the route of that
// name for the first, the one with "-page" behind it for the others.
func (b *Blog) numbered(name string, args ...any) func(int) (string, error) {
	return func(n int) (string, error) {
		if n == 1 {
			return b.host.URL(name, args...)
		}
		return b.host.URL(name+"-page", append(args[:len(args):len(args)], n)...)
	}
}

// list answers with one page of a list of posts.
func (b *Blog) list(w http.ResponseWriter, r *http.Request, page templates.PageOf[listData], d listData, q orm.Query[Post], address func(int) (string, error)) error {
	n, err := pageNumber(r)
	if err != nil {
		return err
	}
	if n == 1 && r.PathValue("page") != "" {
		first, err := address(1)
		if err != nil {
			return err
		}
		return web.Redirect(w, r, first, http.StatusMovedPermanently)
	}
	d.Posts, err = q.With(Posts.Author, Posts.Topics).Page(r.Context(), n, b.settings.PageSize)
	if err != nil {
		return err
	}
	if d.Links, err = pageLinks(n, d.Posts.Pages(), address); err != nil {
		return err
	}
	for _, l := range d.Links {
		switch l.Number {
		case 0:
		case n - 1:
			d.Prev = l.URL
		case n + 1:
			d.Next = l.URL
		}
	}
	if d.Side, err = b.sidebar(r.Context()); err != nil {
		return err
	}
	return b.host.Render(w, r, page.With(d))
}

// pageLinks returns links to the first and last pages and those around the
// current one, with gaps between.
func pageLinks(current, last int, address func(int) (string, error)) ([]pageLink, error) {
	if last < 2 {
		return nil, nil
	}
	var out []pageLink
	gap := false
	for n := 1; n <= last; n++ {
		if n != 1 && n != last && (n < current-2 || n > current+2) {
			if !gap {
				out = append(out, pageLink{})
			}
			gap = true
			if n < current-2 {
				n = current - 3
			} else {
				n = last - 1
			}
			continue
		}
		gap = false
		url, err := address(n)
		if err != nil {
			return nil, err
		}
		out = append(out, pageLink{Number: n, URL: url, Current: n == current})
	}
	return out, nil
}

func (b *Blog) post(w http.ResponseWriter, r *http.Request) error {
	p, err := b.visible().Where(Posts.Slug.Eq(r.PathValue("slug"))).With(Posts.Author, Posts.Topics).Get(r.Context())
	if err != nil {
		return err
	}
	if int64(p.Year()) != web.Int(r, "year") || p.MonthNumber() != fmt.Sprintf("%02d", web.Int(r, "month")) || len(r.PathValue("month")) != 2 {
		return fault.New(fault.NotFound, "There is no such post.")
	}
	d := postData{Post: p}
	if d.Newer, d.Older, err = b.neighbours(r.Context(), p); err != nil {
		return err
	}
	if d.Side, err = b.sidebar(r.Context()); err != nil {
		return err
	}
	return b.host.Render(w, r, postPage.With(d))
}
