package blog

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog/search"
)

// textPiece is how much of a text is read at a time, in characters: most texts
// are shorter, and what a search holds does not grow with those that are longer.
const textPiece = 16 << 10

// nearPieces is how many pieces are looked through around the place where a
// term stands in the folded text, which is not quite that in the text.
const nearPieces = 4

// extract returns what the page of results shows of a text that begins with
// this piece: a part with a term, or the beginning where none is found.
func (x index) extract(ctx context.Context, id int64, begin string, terms []string) ([]search.Part, error) {
	whole := utf8.RuneCountInString(begin) < textPiece
	folded := search.Fold(begin)
	if whole || slices.ContainsFunc(terms, func(term string) bool { return strings.Contains(folded, term) }) {
		return search.ExtractFrom(x.pieces(ctx, id, begin, textPiece, 2), terms, extractLength)
	}
	at, err := x.position(ctx, id, terms)
	if err != nil {
		return nil, err
	}
	if at > 0 {
		parts, err := search.ExtractFrom(x.pieces(ctx, id, "", max(0, at-2*textPiece), nearPieces), terms, extractLength)
		if err != nil || slices.ContainsFunc(parts, func(p search.Part) bool { return p.Mark }) {
			return parts, err
		}
	}
	return search.ExtractFrom(x.pieces(ctx, id, begin, textPiece, 1), nil, extractLength)
}

// pieces reads a text: the first piece, if it is there already, and then from a
// place on, so many in all.
func (x index) pieces(ctx context.Context, id int64, first string, from, n int) func() (string, error) {
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
			piece, err = x.textFrom(ctx, id, from)
			from += textPiece
			whole = utf8.RuneCountInString(piece) < textPiece
		}
		n--
		return piece, err
	}
}

// position returns where the first of the terms begins in the folded text, in
// characters; 0 for nowhere.
func (x index) position(ctx context.Context, id int64, terms []string) (at int, err error) {
	var columns []orm.Selected[Body]
	for _, term := range terms {
		columns = append(columns, orm.Raw[Body, int64](x.instr+"(?, ?)", Bodies.Words, term))
	}
	row, err := orm.Select[[]any](orm.From[Body](x.db).Where(Bodies.Post.Eq(id)), columns...).First(ctx)
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
func (x index) beginnings(ctx context.Context, ids []int64) (map[int64]string, error) {
	type row struct {
		Post  int64
		Begin string
	}
	rows, err := orm.Select[row](orm.From[Body](x.db).Where(Bodies.Post.In(ids...)),
		Bodies.Post, orm.As("Begin", pieceOf(0))).All(ctx)
	out := make(map[int64]string, len(rows))
	for _, r := range rows {
		out[r.Post] = r.Begin
	}
	return out, err
}

// textFrom returns the piece of a text that begins after so many characters.
func (x index) textFrom(ctx context.Context, id int64, from int) (string, error) {
	return orm.Select[string](orm.From[Body](x.db).Where(Bodies.Post.Eq(id)), pieceOf(from)).First(ctx)
}

// pieceOf is the piece of a text that begins after so many characters.
func pieceOf(from int) *orm.Expr[*Body, string] {
	return orm.Raw[Body, string]("substr(?, CAST(? AS integer), CAST(? AS integer))", Bodies.Text, from+1, textPiece)
}
