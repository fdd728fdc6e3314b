package blog

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog/search"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ratelimit"
)

var searchPage = templates.Page[searchData]("blog/search.html")

// extractLength is how many bytes of a text the page of results shows.
const extractLength = 300

// searchLimit is how many results there are at most: a search that finds more
// says nothing.
const searchLimit = 500

// searchData is what a search found.
type searchData struct {
	Query string
	Asked bool // there is something to look for
	Found string
	Items []foundPost
	pager
	Meta      meta
	Side      sidebar
	Languages inLanguages
}

// foundPost is a post with the part of it that was looked for.
type foundPost struct {
	Post    Post
	Extract []search.Part
}

// fewSearches lets each visitor search 100 times at once and then 5 times in a second: a search reads the
// texts of all posts. There are no users here, so addresses count.
func (b *Blog) fewSearches() web.Middleware {
	return ratelimit.Middleware(ratelimit.New(ratelimit.Config{
		Name:  "search",
		Limit: ratelimit.Limit{Rate: 300, Per: time.Minute, Burst: 100},
		Store: ratelimit.NewMemory(0),
		Now:   func() time.Time { return b.Now() },
	}), ratelimit.Address)
}

// searches answers with what a search found.
type searches struct{ *Blog }

// search looks for words in titles, texts, names of authors and topics. The
// posts with all words in the title come first, then the newest. Matching is
// done by the database on text that was folded when the post was stored, so
// that it is the same on all databases.
func (b searches) search(w http.ResponseWriter, r *http.Request) error {
	o, err := b.store.overview(r.Context())
	if err != nil {
		return err
	}
	query := r.URL.Query().Get("q")
	self, err := b.URLFor(r.Context(), "blog:search")
	if err != nil {
		return err
	}
	lang := i18n.From(r.Context())
	d := searchData{
		Query: shown(query), Side: o.sidebar(), Meta: b.links.listMeta(lang.T("Search"), "", self),
		Languages: everywhere(r.Context()),
	}
	d.Side.NoSearch, d.Meta.NoIndex = true, true
	terms := search.Terms(query)
	if d.Asked = len(terms) > 0; !d.Asked {
		return b.Render(w, r, searchPage.Data(d))
	}
	n := 1
	if s := r.URL.Query().Get("page"); s != "" {
		// Whoever writes something else here gets the first page.
		if n, err = strconv.Atoi(s); err != nil || n < 1 {
			n = 1
		}
	}
	ids, err := b.store.index.find(r.Context(), terms, b.Now(), b.store.editions)
	if err != nil {
		return err
	}
	size := b.settings.PageSize
	pages := max(1, (len(ids)+size-1)/size)
	if n > pages {
		return fault.New(fault.NotFound, "There is no such page of results.")
	}
	if d.Items, err = b.found(r.Context(), ids[(n-1)*size:min(n*size, len(ids))], terms); err != nil {
		return err
	}
	d.Found = count(lang, len(ids))
	address := func(n int) (string, error) {
		v := url.Values{"q": {query}}
		if n > 1 {
			v.Set("page", strconv.Itoa(n))
		}
		return self + "?" + v.Encode(), nil
	}
	if d.pager, err = pagerOf(n, pages, address); err != nil {
		return err
	}
	return b.Render(w, r, searchPage.Data(d))
}

// count says how many posts there are.
func count(lang *i18n.Language, n int) string {
	switch {
	case n == 0:
		return lang.T("No posts")
	case n >= searchLimit:
		return lang.TN(searchLimit-1, "More than {n} post", "More than {n} posts")
	}
	return lang.TN(n, "{n} post", "{n} posts")
}

// shown is as much of a query as the page repeats.
func shown(query string) string {
	if runes := []rune(query); len(runes) > 200 {
		return string(runes[:200])
	}
	return query
}

// found returns the posts with these keys, with extracts.
func (b searches) found(ctx context.Context, ids []int64, terms []string) ([]foundPost, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	posts, err := b.store.visible(ctx).Where(Posts.ID.In(ids...)).With(Posts.Author).All(ctx)
	if err != nil {
		return nil, err
	}
	inOrder(posts, ids)
	begins, err := texts(ctx, orm.From[Body](b.DB).Where(Bodies.Post.In(ids...)), pieceOf(0))
	if err != nil {
		return nil, err
	}
	out := make([]foundPost, len(posts))
	for i, p := range posts {
		out[i].Post = p
		if out[i].Extract, err = b.store.index.extract(ctx, p.ID, begins[p.ID], terms); err != nil {
			return nil, err
		}
	}
	return out, nil
}
