package blog

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog/search"
	"github.com/volaweb/vola/templates"
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
	self, err := b.URL("blog:search")
	if err != nil {
		return err
	}
	d := searchData{Query: shown(query), Side: o.sidebar(), Meta: b.listMeta("Search", "", self)}
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
	return b.Render(w, r, searchPage.Data(d))
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
	begins, err := b.beginnings(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]foundPost, len(posts))
	for i, p := range posts {
		out[i].Post = p
		if out[i].Extract, err = b.extract(ctx, p.ID, begins[p.ID], terms); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// textPiece is how much of a text is read at a time, in characters: most texts
// are shorter, and what a search holds does not grow with those that are longer.
const textPiece = 16 << 10

// nearPieces is how many pieces are looked through around the place where a
// term stands in the folded text, which is not quite that in the text.
const nearPieces = 4

// extract returns what the page of results shows of a text that begins with
// this piece: a part with a term, or the beginning where none is found.
func (b *Blog) extract(ctx context.Context, id int64, begin string, terms []string) ([]search.Part, error) {
	whole := utf8.RuneCountInString(begin) < textPiece
	folded := search.Fold(begin)
	if whole || slices.ContainsFunc(terms, func(term string) bool { return strings.Contains(folded, term) }) {
		return search.ExtractFrom(b.pieces(ctx, id, begin, textPiece, 2), terms, extractLength)
	}
	at, err := b.position(ctx, id, terms)
	if err != nil {
		return nil, err
	}
	if at > 0 {
		parts, err := search.ExtractFrom(b.pieces(ctx, id, "", max(0, at-2*textPiece), nearPieces), terms, extractLength)
		if err != nil || slices.ContainsFunc(parts, func(p search.Part) bool { return p.Mark }) {
			return parts, err
		}
	}
	return search.ExtractFrom(b.pieces(ctx, id, begin, textPiece, 1), nil, extractLength)
}

// pieces reads a text: the first piece, if it is there already, and then from a
// place on, so many in all.
func (b *Blog) pieces(ctx context.Context, id int64, first string, from, n int) func() (string, error) {
	whole := first != "" && utf8.RuneCountInString(first) < textPiece
	return func() (piece string, err error) {
		switch {
		case n == 0:
			return "", nil
		case first != "":
			piece, first = first, ""
		case whole:
			return "", nil
		default:
			piece, err = b.textFrom(ctx, id, from)
			from += textPiece
			whole = utf8.RuneCountInString(piece) < textPiece
		}
		n--
		return piece, err
	}
}

// position returns where the first of the terms begins in the folded text, in
// characters; 0 for nowhere.
func (b *Blog) position(ctx context.Context, id int64, terms []string) (at int, err error) {
	find := "instr(?, ?)"
	if b.onPostgres() {
		find = "strpos(?, ?)"
	}
	var columns []orm.Selected[Body]
	for _, term := range terms {
		columns = append(columns, orm.Raw[Body, int64](find, Bodies.Words, term))
	}
	row, err := orm.Select[[]any](orm.From[Body](b.DB).Where(Bodies.Post.Eq(id)), columns...).First(ctx)
	if err != nil {
		return 0, err
	}
	var places []int64
	for _, place := range row {
		if n, ok := place.(int64); ok && n > 0 {
			places = append(places, n)
		}
	}
	if len(places) == 0 {
		return 0, nil
	}
	return int(slices.Min(places)), nil
}

// beginnings returns the first piece of the texts of posts.
func (b *Blog) beginnings(ctx context.Context, ids []int64) (map[int64]string, error) {
	type row struct {
		Post  int64
		Begin string
	}
	rows, err := orm.Select[row](orm.From[Body](b.DB).Where(Bodies.Post.In(ids...)),
		Bodies.Post, orm.As("Begin", pieceOf(0))).All(ctx)
	out := make(map[int64]string, len(rows))
	for _, r := range rows {
		out[r.Post] = r.Begin
	}
	return out, err
}

// textFrom returns the piece of a text that begins after so many characters.
func (b *Blog) textFrom(ctx context.Context, id int64, from int) (string, error) {
	return orm.Select[string](orm.From[Body](b.DB).Where(Bodies.Post.Eq(id)), pieceOf(from)).First(ctx)
}

// pieceOf is the piece of a text that begins after so many characters.
func pieceOf(from int) *orm.Expr[*Body, string] {
	return orm.Raw[Body, string]("substr(?, CAST(? AS integer), CAST(? AS integer))", Bodies.Text, from+1, textPiece)
}
