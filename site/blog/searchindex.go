package blog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog/migrations"
	"github.com/volaweb/vola/site/blog/search"
)

// index finds posts by their words. The table blog_search, which a migration
// makes, says which posts can have the terms: those with all their pieces of two
// or three letters. Whether a post has them, its own text says. So the table may
// be left out, and what is found stays the same; it is left out where so many
// posts can have the terms that reading the newest until there are enough takes
// less time.
type index struct {
	db *database.DB
	indexSQL
}

// manyPosts is how many those are.
const manyPosts = 5000

// indexSQL is in what the index differs between the databases.
type indexSQL struct {
	remove, insert string // a row of the index
	instr          string // the function that finds its second text in the first
	body           string // joins the body b of the post p
	among          string // the condition to have a key of a list
	list           string // the format of that list, with commas in it
	before         string // a statement before look
	look           string // finds posts in it; the format has the column
	quote, and, or string // in what it looks for
}

var (
	sqliteIndex = indexSQL{
		remove: `DELETE FROM blog_search WHERE rowid = ?`,
		insert: `INSERT INTO blog_search (rowid, heading, words) VALUES (?, ?, ?)`,
		instr:  `instr`,
		body:   `JOIN blog_body b ON b.post_id = p.id`,
		among:  `IN (SELECT value FROM json_each(?))`, list: `[%s]`,
		look:  `SELECT rowid FROM blog_search WHERE blog_search MATCH '%s : ' || ? LIMIT ?`,
		quote: `"`, and: ` AND `, or: ` OR `,
	}
	postgresIndex = indexSQL{
		remove: `DELETE FROM blog_search WHERE post_id = $1`,
		insert: `INSERT INTO blog_search (post_id, heading, words)
			VALUES ($1, array_to_tsvector(string_to_array($2, ' ')), array_to_tsvector(string_to_array($3, ' ')))`,
		instr: `strpos`,
		// One text after the other: left to itself the planner reads them all,
		// as it does not know that long texts stand elsewhere.
		body:  `JOIN LATERAL (SELECT heading, words FROM blog_body WHERE post_id = p.id OFFSET 0) AS b ON true`,
		among: `= ANY (CAST(? AS bigint[]))`, list: `{%s}`,
		// The planner takes the table for short, because what it has of a post
		// stands elsewhere, and would read all of that.
		before: `SET LOCAL enable_seqscan = off`,
		look:   `SELECT post_id FROM blog_search WHERE %s @@ CAST(? AS tsquery) LIMIT ?`,
		quote:  `'`, and: ` & `, or: ` | `,
	}
)

func indexOf(db *database.DB) index {
	if db.Dialect().Name() == "postgres" {
		return index{db, postgresIndex}
	}
	return index{db, sqliteIndex}
}

// Derived says that the index follows from the posts.
func (b *Blog) Derived() []module.Derived {
	fill := func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM blog_search`); err != nil {
			return err
		}
		return migrations.IndexPosts(ctx, tx)
	}
	return []module.Derived{{Tables: []string{"blog_search"}, Fill: fill}}
}

// write writes what the index has of a post.
func (x index) write(ctx context.Context, tx *database.Tx, body Body) error {
	if _, err := tx.Exec(ctx, x.remove, body.Post.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, x.insert, body.Post.ID, search.Index(body.Heading), search.Index(body.Heading+" \n"+body.Words))
	return err
}

// find returns the keys of the posts in the edition of a request that have all the
// terms and are shown at that time: first those with all of them in the title, then the others, each
// the newest first, and no more than searchLimit.
func (x index) find(ctx context.Context, terms []string, now time.Time, e editions) ([]int64, error) {
	inHeading, inWords := x.instr+"(b.heading, ?) > 0", x.instr+"(b.words, ?) > 0"
	var titled, anywhere []string
	var titledArgs, anywhereArgs []any
	for _, term := range terms {
		titled = append(titled, inHeading)
		titledArgs = append(titledArgs, term)
		anywhere = append(anywhere, "("+inHeading+" OR "+inWords+")")
		anywhereArgs = append(anywhereArgs, term, term)
	}
	titles := strings.Join(titled, " AND ")
	edition := ""
	var editionArgs []any
	if e.many {
		edition, editionArgs = "p.edition = ? AND ", []any{e.of(ctx)}
	}
	ids, err := x.matches(ctx, "heading", terms, now, searchLimit, edition+titles, append(editionArgs, titledArgs...))
	if err != nil || len(ids) == searchLimit {
		return ids, err
	}
	others, err := x.matches(ctx, "words", terms, now, searchLimit-len(ids),
		edition+strings.Join(anywhere, " AND ")+" AND NOT ("+titles+")", slices.Concat(editionArgs, anywhereArgs, titledArgs))
	return append(ids, others...), err
}

// matches returns the newest posts for which the condition holds, with the help
// of a column of the index.
func (x index) matches(ctx context.Context, column string, terms []string, now time.Time, limit int, condition string, args []any) ([]int64, error) {
	from, all := "", []any{now}
	if needed := search.Needed(terms...); len(needed) > 0 {
		can, err := x.candidates(ctx, column, needed)
		if err != nil || len(can) == 0 {
			return nil, err
		}
		if len(can) < manyPosts {
			keys := make([]string, len(can))
			for i, id := range can {
				keys[i] = strconv.FormatInt(id, 10)
			}
			from = " AND p.id " + x.among
			all = append(all, fmt.Sprintf(x.list, strings.Join(keys, ",")))
		}
	}
	return orm.FromSQL[int64](x.db, `SELECT p.id FROM blog_post p `+x.body+`
		WHERE p.published <= ?`+from+` AND `+condition+`
		ORDER BY p.published DESC NULLS LAST, p.id DESC LIMIT ?`, append(append(all, args...), int64(limit))...).All(ctx)
}

// candidates returns the posts that the index knows to have all the grams, or
// knows to be too long to say; no more than manyPosts.
func (x index) candidates(ctx context.Context, column string, grams []string) (ids []int64, err error) {
	looked := "((" + x.quote + strings.Join(grams, x.quote+x.and+x.quote) + x.quote + ")" + x.or + x.quote + search.Anything + x.quote + ")"
	read := func(h database.Handle) ([]int64, error) {
		return orm.FromSQL[int64](h, fmt.Sprintf(x.look, column), looked, int64(manyPosts)).All(ctx)
	}
	if x.before == "" {
		return read(x.db)
	}
	err = x.db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, x.before); err != nil {
			return err
		}
		ids, err = read(tx)
		return err
	})
	return ids, err
}

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

// textFrom returns the piece of a text that begins after so many characters.
func (x index) textFrom(ctx context.Context, id int64, from int) (string, error) {
	return orm.Select[string](orm.From[Body](x.db).Where(Bodies.Post.Eq(id)), pieceOf(from)).First(ctx)
}

// pieceOf is the piece of a text that begins after so many characters.
func pieceOf(from int) *orm.Expr[*Body, string] {
	return orm.Raw[Body, string]("substr(?, CAST(? AS integer), CAST(? AS integer))", Bodies.Text, from+1, textPiece)
}
