package blog

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/site/blog/search"
	"github.com/volaweb/vola/templates"
)

var searchPage = templates.Page[searchData]("blog/search.html")

// extractLength is how many bytes of a text the page of results shows.
const extractLength = 300

// To find the part of a text that it shows, the page reads the text in windows
// of so many characters, each of which begins a little before the end of the one
// before it, and gives up after so many.
const (
	windowLength  = 32 << 10
	windowOverlap = 1 << 10
	maxWindows    = 32
)

// searchLimit is how many results there are at most: a search that finds more
// says nothing.
const searchLimit = 500

// searchData is what a search found.
type searchData struct {
	Query string
	Asked bool // there is something to look for
	Found string
	Items []foundPost
	Links []pageLink
	Prev  string
	Next  string
	Meta  meta
	Side  sidebar
}

// foundPost is a post with the part of it that was looked for.
type foundPost struct {
	Post    Post
	Extract []search.Part
}

// search looks for words in titles, texts, names of authors and topics. The
// posts with all words in the title come first, then the newest. Matching is
// done by the database on text that was folded when the post was stored, so
// that it is the same on all databases.
func (b *Blog) search(w http.ResponseWriter, r *http.Request) error {
	o, err := b.overview(r.Context())
	if err != nil {
		return err
	}
	query := r.URL.Query().Get("q")
	self, err := b.host.URL("blog:search")
	if err != nil {
		return err
	}
	d := searchData{Query: shown(query), Side: o.sidebar(), Meta: b.listMeta("Search", "", self)}
	d.Side.NoSearch, d.Meta.NoIndex = true, true
	terms := search.Terms(query)
	if d.Asked = len(terms) > 0; !d.Asked {
		return b.host.Render(w, r, searchPage.With(d))
	}
	n := 1
	if s := r.URL.Query().Get("page"); s != "" {
		// Whoever writes something else here gets the first page.
		if n, err = strconv.Atoi(s); err != nil || n < 1 {
			n = 1
		}
	}
	ids, err := b.find(r.Context(), terms)
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
	d.Found = count(len(ids))
	address := func(n int) (string, error) {
		v := url.Values{"q": {query}}
		if n > 1 {
			v.Set("page", strconv.Itoa(n))
		}
		return self + "?" + v.Encode(), nil
	}
	if n > 1 {
		d.Prev, _ = address(n - 1)
	}
	if n < pages {
		d.Next, _ = address(n + 1)
	}
	d.Links, err = pageLinks(n, pages, address)
	if err != nil {
		return err
	}
	return b.host.Render(w, r, searchPage.With(d))
}

// count says how many posts there are.
func count(n int) string {
	switch {
	case n == 0:
		return "No posts"
	case n == 1:
		return "1 post"
	case n >= searchLimit:
		return fmt.Sprintf("More than %d posts", searchLimit-1)
	}
	return fmt.Sprintf("%d posts", n)
}

// shown is as much of a query as the page repeats.
func shown(query string) string {
	if runes := []rune(query); len(runes) > 200 {
		return string(runes[:200])
	}
	return query
}

// found returns the posts with these keys, with extracts.
func (b *Blog) found(ctx context.Context, ids []int64, terms []string) ([]foundPost, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	posts, err := b.visible().Where(Posts.ID.In(ids...)).With(Posts.Author).All(ctx)
	if err != nil {
		return nil, err
	}
	inOrder(posts, ids)
	out := make([]foundPost, len(posts))
	for i, p := range posts {
		out[i].Post = p
	}
	return out, b.extracts(ctx, out, terms)
}

// extracts fills in the parts of the texts that were looked for. All texts are
// read in windows, one window of each at a time: how much memory that takes
// depends on the number of posts, not on the length of their texts.
func (b *Blog) extracts(ctx context.Context, posts []foundPost, terms []string) error {
	missing := map[int64]*foundPost{}
	for i := range posts {
		missing[posts[i].Post.ID] = &posts[i]
	}
	for n := 0; n < maxWindows && len(missing) > 0; n++ {
		from := n * (windowLength - windowOverlap)
		err := b.windows(ctx, slices.Sorted(maps.Keys(missing)), from, func(id int64, text string) {
			p := missing[id]
			found := search.Find(text, terms) >= 0
			if found || n == 0 {
				p.Extract = search.Extract(text, terms, extractLength)
			}
			if found && from > 0 && (len(p.Extract) == 0 || p.Extract[0].Text != search.Ellipsis) {
				p.Extract = append([]search.Part{{Text: search.Ellipsis}}, p.Extract...)
			}
			if found || utf8.RuneCountInString(text) < windowLength {
				delete(missing, id)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// windows calls take with the windows of the texts of these posts that begin
// behind so many characters.
func (b *Blog) windows(ctx context.Context, ids []int64, from int, take func(id int64, text string)) error {
	in, list := b.amongKeys(ids)
	return selectRows(ctx, b.host.DB, func(rows database.Rows) error {
		var id int64
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return err
		}
		take(id, text)
		return nil
	}, "SELECT post_id, substr(text, CAST(? AS integer), CAST(? AS integer)) FROM blog_body WHERE post_id "+in,
		int64(from+1), int64(windowLength), list)
}
