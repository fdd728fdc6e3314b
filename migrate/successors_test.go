package migrate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// succession is a change of models in which something goes and something comes.
type succession struct {
	name          string
	before, after map[string]schema.Schema
	fill          []string // rows
	// refused is in the error when nothing is answered, of which there is one
	// line for each.
	refused []string
	// renames and values are the answers, one text each.
	renames, values []string
	query           string // of the rows afterwards
	want            []string
	// back is a query of the rows after going back, which gives the same.
	back string
}

func one(module string, tables ...schema.Table) map[string]schema.Schema {
	return map[string]schema.Schema{module: {Tables: tables}}
}

func and(a, b map[string]schema.Schema) map[string]schema.Schema {
	out := map[string]schema.Schema{}
	for module, s := range a {
		out[module] = s
	}
	for module, s := range b {
		out[module] = s
	}
	return out
}

// related gives a table references to others, by columns called after them.
func related(t schema.Table, to ...string) schema.Table {
	for _, other := range to {
		column := other[strings.LastIndexByte(other, '_')+1:] + "_id"
		t.Columns = append(t.Columns, null(number(column)))
		t.ForeignKeys = append(t.ForeignKeys, foreignKey(t.Name, column, other, schema.SetNull))
		t.Indexes = append(t.Indexes, index(t.Name, column))
	}
	return t
}

// pairsOf returns the table of a many-to-many relation.
func pairsOf(name, left, right string) schema.Table {
	t := table(name)
	for _, other := range []string{left, right} {
		column := other[strings.LastIndexByte(other, '_')+1:] + "_id"
		t.Columns = append(t.Columns, number(column))
		t.ForeignKeys = append(t.ForeignKeys, foreignKey(t.Name, column, other, schema.Cascade))
	}
	t.Uniques = []schema.Unique{unique(name, t.Columns[1].Name, t.Columns[2].Name)}
	return t
}

func indexed(t schema.Table, columns ...string) schema.Table {
	for _, c := range columns {
		t.Indexes = append(t.Indexes, index(t.Name, c))
	}
	return t
}

func successions() []succession {
	post := table("m_post", text("title", 20), text("body", 0), null(number("n")))
	author, tag := table("m_author", text("name", 20)), table("m_tag", text("name", 20))
	fillPost := []string{"INSERT INTO m_post (title, body, n) VALUES ('One', 'x', 1), ('Two', 'y', 2)"}
	return []succession{
		{name: "a table renamed and a column added", before: one("m", post), after: one("m", table("m_article", text("title", 20), text("body", 0), null(number("n")), null(text("extra", 0)))),
			fill: fillPost, refused: []string{"table m_post of module m went and m_article came: write --rename m_post=m_article to keep its rows, or --rename m_post= to drop them"},
			renames: []string{"m_post=m_article"}, query: "SELECT title FROM m_article ORDER BY id", want: []string{"One", "Two"}, back: "SELECT title FROM m_post ORDER BY id"},
		{name: "a table renamed and a column gone", before: one("m", post), after: one("m", table("m_article", text("title", 20), null(number("n")))),
			fill: fillPost, refused: []string{"--rename m_post=m_article"}, renames: []string{"Post=Article"}, query: "SELECT title, n FROM m_article ORDER BY id", want: []string{"One 1", "Two 2"},
			back: "SELECT title, n FROM m_post ORDER BY id"},
		{name: "a table renamed with all its columns", before: one("m", table("m_post", text("title", 20))), after: one("m", table("m_article", null(text("headline", 40)))),
			fill: []string{"INSERT INTO m_post (title) VALUES ('One')"}, refused: []string{"--rename m_post=m_article"},
			renames: []string{"Post=Article", "Article.Title=Headline"}, query: "SELECT headline FROM m_article", want: []string{"One"}, back: "SELECT title FROM m_post"},
		{name: "a column renamed that may be NULL now", before: one("m", post), after: one("m", table("m_post", null(text("headline", 20)), text("body", 0), null(number("n")))),
			fill: fillPost, refused: []string{"column title of m_post went and headline came: write --rename m_post.title=headline to keep its values, or --rename m_post.title= to drop them"},
			renames: []string{"m_post.title=headline"}, query: "SELECT headline FROM m_post ORDER BY id", want: []string{"One", "Two"}, back: "SELECT title FROM m_post ORDER BY id"},
		{name: "a column renamed that is longer now", before: one("m", post), after: one("m", table("m_post", text("headline", 40), text("body", 0), null(number("n")))),
			fill: fillPost, refused: []string{"--rename m_post.title=headline"}, renames: []string{"Post.Title=Headline"}, query: "SELECT headline FROM m_post ORDER BY id", want: []string{"One", "Two"},
			back: "SELECT title FROM m_post ORDER BY id"},
		{name: "a column renamed of another type", before: one("m", table("m_post", number("price"))), after: one("m", table("m_post", schema.Column{Name: "cost", Type: schema.Type{Kind: schema.Decimal, Precision: 9, Scale: 2}})),
			fill: []string{"INSERT INTO m_post (price) VALUES (5), (7)"}, refused: []string{"--rename m_post.price=cost"},
			renames: []string{"Post.Price=Cost"}, values: []string{"Post.Cost=cost * 2"}, query: "SELECT CAST(cost AS integer) FROM m_post ORDER BY id", want: []string{"10", "14"}},
		{name: "two columns go and two come", before: one("m", table("m_post", text("a", 9), number("b"))), after: one("m", table("m_post", null(number("d")), null(text("c", 9)))),
			fill: []string{"INSERT INTO m_post (a, b) VALUES ('x', 5)"}, refused: []string{
				"column b of m_post went and d and c came: write --rename m_post.b=d or --rename m_post.b=c to keep its values, or --rename m_post.b= to drop them", "column a of m_post went and c and d came"},
			renames: []string{"Post.A=C", "Post.B=D"}, query: "SELECT c, d FROM m_post", want: []string{"x 5"}, back: "SELECT a, b FROM m_post"},
		{name: "a model moved to another module", before: and(one("blog", table("blog_post", text("title", 20))), one("news")), after: and(one("blog"), one("news", table("news_post", text("title", 20)))),
			fill:    []string{"INSERT INTO blog_post (title) VALUES ('One')"},
			refused: []string{"table blog_post of module blog went and news_post of module news came: write --rename blog_post=news_post to keep its rows, or --rename blog_post= to drop them"},
			renames: []string{"blog_post=news_post"}, query: "SELECT title FROM news_post", want: []string{"One"}, back: "SELECT title FROM blog_post"},
		{name: "moved and renamed, with what refers to it", before: and(one("blog", indexed(table("blog_post", text("title", 20)), "title"), related(table("blog_comment"), "blog_post")), one("news")),
			after: and(one("blog", related(table("blog_comment"), "news_item")), one("news", indexed(table("news_item", text("headline", 30)), "headline"))),
			fill:  []string{"INSERT INTO blog_post (title) VALUES ('One'), ('Two')", "INSERT INTO blog_comment (post_id) VALUES (2)"},
			refused: []string{
				"table blog_post of module blog went and news_item of module news came", "column post_id of blog_comment went and item_id came"},
			renames: []string{"blog_post=news_item", "news_item.title=headline", "blog_comment.post_id=item_id"},
			query:   "SELECT headline FROM news_item JOIN blog_comment ON item_id = news_item.id", want: []string{"Two"}, back: "SELECT title FROM blog_post JOIN blog_comment ON post_id = blog_post.id"},
		{name: "moved under its own name", before: and(one("blog", table("post", text("title", 20))), one("news")), after: and(one("blog"), one("news", table("post", text("title", 30)))),
			fill:    []string{"INSERT INTO post (title) VALUES ('One')"},
			refused: []string{"table post of module blog went and post of module news came: write --rename post=post to keep its rows, or --rename post= to drop them"},
			renames: []string{"post=post"}, query: "SELECT title FROM post", want: []string{"One"}, back: "SELECT title AS before FROM post"},
		{name: "moved with its pairs", before: and(one("blog", table("blog_post"), table("blog_tag"), pairsOf("blog_post_tags", "blog_post", "blog_tag")), one("news")),
			after: and(one("blog", table("blog_tag")), one("news", table("news_post"), pairsOf("news_post_tags", "news_post", "blog_tag"))),
			fill: []string{"INSERT INTO blog_post (id) VALUES (1)", "INSERT INTO blog_tag (id) VALUES (1)",
				"INSERT INTO blog_post_tags (post_id, tag_id) VALUES (1, 1)"},
			refused: []string{"--rename blog_post=news_post"}, renames: []string{"blog_post=news_post"}, query: "SELECT post_id, tag_id FROM news_post_tags", want: []string{"1 1"},
			back: "SELECT post_id, tag_id FROM blog_post_tags"},
		{name: "modules change a model each", before: and(one("a", related(table("a_x", text("t", 9)), "b_y")), one("b", table("b_y", text("t", 9)))),
			after: and(one("a", table("a_y", text("t", 9))), one("b", related(table("b_x", text("t", 9)), "a_y"))),
			fill:  []string{"INSERT INTO b_y (t) VALUES ('Y')", "INSERT INTO a_x (t, y_id) VALUES ('X', 1)"},
			refused: []string{"table a_x of module a went and b_x of module b and a_y came",
				"table b_y of module b went and a_y of module a and b_x came"},
			renames: []string{"a_x=b_x", "b_y=a_y"}, query: "SELECT b_x.t, a_y.t FROM b_x JOIN a_y ON y_id = a_y.id", want: []string{"X Y"}, back: "SELECT a_x.t, b_y.t FROM a_x JOIN b_y ON y_id = b_y.id"},
		{name: "pairs get a model of their own", before: one("m", post, tag, author, pairsOf("m_post_tags", "m_post", "m_tag")),
			after: one("m", post, tag, author, related(pairsOf("m_tagging", "m_post", "m_tag"), "m_author")),
			fill: append(fillPost, "INSERT INTO m_tag (name) VALUES ('t')",
				"INSERT INTO m_post_tags (post_id, tag_id) VALUES (2, 1)"),
			refused: []string{"table m_post_tags of module m went and m_tagging came: write --rename m_post_tags=m_tagging to keep its rows, or --rename m_post_tags= to drop them"},
			renames: []string{"m_post_tags=m_tagging"}, query: "SELECT post_id, tag_id FROM m_tagging", want: []string{"2 1"}, back: "SELECT post_id, tag_id FROM m_post_tags"},
		{name: "columns swap names", before: one("m", indexed(table("m_p", text("a", 9), text("b", 9)), "a")), after: one("m", indexed(table("m_p", text("a", 9), text("b", 9)), "a")),
			fill: []string{"INSERT INTO m_p (a, b) VALUES ('A', 'B')"}, renames: []string{"P.A=B", "P.B=A"}, query: "SELECT a, b FROM m_p", want: []string{"B A"}, back: "SELECT b, a FROM m_p"},
		{name: "three columns swap names", before: one("m", table("m_p", text("a", 9), number("b"), text("c", 9))), after: one("m", table("m_p", text("a", 9), text("b", 9), number("c"))),
			fill: []string{"INSERT INTO m_p (a, b, c) VALUES ('A', 2, 'C')"}, renames: []string{"P.A=B", "P.B=C", "P.C=A"}, query: "SELECT a, b, c FROM m_p", want: []string{"C A 2"}, back: "SELECT c, a, b FROM m_p"},
		{name: "one column takes the name of one that is dropped", before: one("m", table("m_p", text("a", 9), number("b"))), after: one("m", table("m_p", number("a"))),
			fill: []string{"INSERT INTO m_p (a, b) VALUES ('A', 2)"}, renames: []string{"P.A=", "P.B=A"}, query: "SELECT a FROM m_p", want: []string{"2"}, back: "SELECT b FROM m_p"},
		{name: "a chain of columns", before: one("m", table("m_p", number("a"), number("b"))), after: one("m", table("m_p", number("b"), number("c"))),
			fill: []string{"INSERT INTO m_p (a, b) VALUES (1, 2)"}, refused: []string{"column a of m_p went and c came"}, renames: []string{"P.A=B", "P.B=C"},
			query: "SELECT b, c FROM m_p", want: []string{"1 2"}, back: "SELECT a, b FROM m_p"},
		{name: "tables swap names", before: one("m", indexed(table("m_a", text("t", 9)), "t"), indexed(related(table("m_b", text("t", 9)), "m_a"), "t")),
			after:   one("m", indexed(related(table("m_a", text("t", 9)), "m_b"), "t"), indexed(table("m_b", text("t", 9)), "t")),
			fill:    []string{"INSERT INTO m_a (t) VALUES ('A')", "INSERT INTO m_b (t, a_id) VALUES ('B', 1)"},
			renames: []string{"A=B", "B=A", "m_a.a_id=b_id"}, query: "SELECT m_a.t, m_b.t FROM m_a JOIN m_b ON b_id = m_b.id", want: []string{"B A"}, back: "SELECT m_b.t, m_a.t FROM m_b JOIN m_a ON a_id = m_a.id"},
		{name: "one table takes the name of one that is dropped", before: one("m", indexed(table("m_post", text("t", 9)), "t"), related(table("m_comment"), "m_post"), indexed(table("m_article", text("t", 9)), "t")),
			after: one("m", indexed(table("m_post", text("t", 9)), "t"), table("m_comment")),
			fill: []string{"INSERT INTO m_post (t) VALUES ('old')", "INSERT INTO m_comment (post_id) VALUES (1)",
				"INSERT INTO m_article (t) VALUES ('A')"},
			renames: []string{"Article=Post", "Post="}, query: "SELECT t FROM m_post", want: []string{"A"}, back: "SELECT t FROM m_article"},
		{name: "one column made of two", before: one("m", table("m_p", text("first", 9), text("last", 9))), after: one("m", table("m_p", text("name", 20))),
			fill: []string{"INSERT INTO m_p (first, last) VALUES ('A', 'B')"}, refused: []string{"column first of m_p went and name came", "column last of m_p went and name came"},
			renames: []string{"P.First=", "P.Last="}, values: []string{"P.Name=first || ' ' || last"}, query: "SELECT name FROM m_p", want: []string{"A B"}},
		{name: "only the case of a name changes", before: one("m", table("m_P", text("Title", 9))), after: one("m", table("m_p", text("title", 9))),
			fill: []string{`INSERT INTO "m_P" ("Title") VALUES ('A')`}, refused: []string{"--rename m_P=m_p"},
			renames: []string{"m_P=m_p", "m_p.Title=title"}, query: "SELECT title FROM m_p", want: []string{"A"}, back: `SELECT "Title" FROM "m_P"`},
		{name: "pairs get a model in another module", before: and(one("m", table("m_post"), table("m_tag"), pairsOf("m_post_tags", "m_post", "m_tag")), one("n")),
			after: and(one("m", table("m_post"), table("m_tag")), one("n", related(pairsOf("n_tagging", "m_post", "m_tag"), "n_tagging"))),
			fill:  []string{"INSERT INTO m_post (id) VALUES (1)", "INSERT INTO m_tag (id) VALUES (1)", "INSERT INTO m_post_tags (post_id, tag_id) VALUES (1, 1)"}, refused: []string{"--rename m_post_tags=n_tagging"},
			renames: []string{"m_post_tags=n_tagging"}, query: "SELECT post_id, tag_id FROM n_tagging", want: []string{"1 1"}, back: "SELECT post_id, tag_id FROM m_post_tags"},
		{name: "a model of pairs becomes a plain relation", before: one("m", table("m_post"), table("m_tag"), related(pairsOf("m_tagging", "m_post", "m_tag"), "m_tagging")),
			after: one("m", table("m_post"), table("m_tag"), pairsOf("m_post_tags", "m_post", "m_tag")),
			fill:  []string{"INSERT INTO m_post (id) VALUES (1)", "INSERT INTO m_tag (id) VALUES (1)", "INSERT INTO m_tagging (post_id, tag_id) VALUES (1, 1)"}, refused: []string{"--rename m_tagging=m_post_tags"},
			renames: []string{"m_tagging=m_post_tags"}, query: "SELECT post_id, tag_id FROM m_post_tags", want: []string{"1 1"}, back: "SELECT post_id, tag_id FROM m_tagging"},
		{name: "a column is computed from now on", before: one("m", table("m_p", number("n"), number("twice"))),
			after: one("m", table("m_p", number("n"), schema.Column{Name: "twice", Type: schema.Type{Kind: schema.Int64}, Generated: "n * 2", Null: true})),
			fill:  []string{"INSERT INTO m_p (n, twice) VALUES (4, 5)"}, refused: []string{"column twice of m_p is to be computed, and the values that it holds are lost: write --rename m_p.twice= to drop them"},
			renames: []string{"P.Twice="}, query: "SELECT n, twice FROM m_p", want: []string{"4 8"}, back: "SELECT n, n * 2 FROM m_p"},
	}
}

// Whatever goes while something comes is asked about; with the answers, all
// rows are kept, forward and back, on both databases.
func TestSuccessors(t *testing.T) {
	t.Parallel()
	for _, tt := range successions() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := modules{}
			for module := range tt.before {
				list[module] = nil
			}
			list.make(t, tt.before, migrate.MakeOptions{})
			first, firsts := list.graph(t), map[string]string{}
			for module, made := range list {
				firsts[module] = "zero"
				if len(made) > 0 {
					firsts[module] = made[len(made)-1].Name
				}
			}
			if tt.refused != nil {
				tt.unanswered(t, first)
			}
			opts := migrate.MakeOptions{}
			for _, r := range tt.renames {
				opts.Renames = append(opts.Renames, parsedRename(t, r))
			}
			for _, v := range tt.values {
				opts.Values = append(opts.Values, parsedValue(t, v))
			}
			list.make(t, tt.after, opts)
			second := list.graph(t)
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				apply(t, runner(t, db, first), migrate.Target{})
				for _, q := range tt.fill {
					exec(t, db, q)
				}
				before := tables(t, db)
				r := runner(t, db, second)
				apply(t, r, migrate.Target{})
				want(t, db, tt.query, tt.want...)
				for module, made := range firsts {
					apply(t, r, migrate.Target{Module: module, Name: made})
				}
				if tt.back != "" {
					want(t, db, tt.back, tt.want...)
				}
				if diff := tablesDiffer(before, tables(t, db)); diff != "" {
					t.Errorf("after going back: %s", diff)
				}
				apply(t, r, migrate.Target{})
			})
		})
	}
}

// unanswered makes the migrations without answers, which must be refused, and
// with the answer n to everything, which must not.
func (tt succession) unanswered(t *testing.T, g *migrate.Graph) {
	t.Helper()
	_, err := migrate.Make(g, tt.after, migrate.MakeOptions{})
	if err == nil {
		t.Fatal("without answers, migrations were made")
	}
	if n := strings.Count(err.Error(), "\n") + 1; n > 4 {
		t.Errorf("%d lines of errors:\n%v", n, err)
	}
	for _, text := range tt.refused {
		found := strings.Contains(err.Error(), text)
		if strings.HasPrefix(text, "column") && !found { // asked when the tables are known
			opts := migrate.MakeOptions{}
			for _, r := range tt.renames {
				if r := parsedRename(t, r); r.Column == "" {
					opts.Renames = append(opts.Renames, r)
				}
			}
			_, err2 := migrate.Make(g, tt.after, opts)
			found = err2 != nil && strings.Contains(err2.Error(), text)
		}
		if !found {
			t.Errorf("got %v\nwant %s", err, text)
		}
	}
	asked := 0
	_, err = migrate.Make(g, tt.after, migrate.MakeOptions{Ask: func(q migrate.Question) (string, error) {
		asked++
		switch q.Kind {
		case migrate.WhichValue, migrate.HowToConvert:
			return "NULL", nil
		}
		return "n", nil
	}})
	if asked == 0 || err != nil && !strings.Contains(err.Error(), "holds values that are to be kept") {
		t.Errorf("%d questions, %v", asked, err)
	}
}

// tablesDiffer compares tables without the quotes that SQLite puts round names
// in expressions when it renames a column.
func tablesDiffer(a, b []schema.Table) string {
	plain := func(tables []schema.Table) string { return strings.ReplaceAll(fmt.Sprint(tables), `"`, "") }
	if x, y := plain(a), plain(b); x != y {
		return fmt.Sprintf("the tables are\n%s\nand were\n%s", y, x)
	}
	return ""
}

// An answer that is not understood is asked for again, and is never taken for
// one that drops something.
func TestAnswersThatAreNotUnderstood(t *testing.T) {
	t.Parallel()
	before := table("home_note", text("title", 100))
	after := table("home_note", text("headline", 100), null(text("other", 9)))
	list := modules{"home": nil}
	list.make(t, one("home", before), migrate.MakeOptions{})
	g := list.graph(t)
	answering := func(answers ...string) ([]migrate.Change, []migrate.Question, error) {
		var asked []migrate.Question
		changes, err := migrate.Make(g, one("home", after), migrate.MakeOptions{Ask: func(q migrate.Question) (string, error) {
			asked = append(asked, q)
			if len(asked) > len(answers) {
				return "", errors.New("no more answers")
			}
			return answers[len(asked)-1], nil
		}})
		return changes, asked, err
	}
	for _, typed := range []string{"1", "", "yse", "j", "nein", "0", "true"} {
		changes, asked, err := answering(typed, "Y")
		if err != nil || len(asked) != 2 || asked[1].Note == "" || len(changes) != 1 {
			t.Errorf("%q, then Y: %d questions, %v", typed, len(asked), err)
			continue
		}
		if _, ok := changes[0].Migration.Operations[0].(migrate.RenameColumn); !ok {
			t.Errorf("%q, then Y: %v", typed, changes[0].Migration.Operations)
		}
	}
	if _, asked, err := answering(strings.Split(strings.Repeat("what?,", 30), ",")...); err == nil || len(asked) != 10 || !strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("never understood: %d questions, %v", len(asked), err)
	}
	changes, asked, err := answering("drop", "nobody", "'nobody'")
	if err != nil || len(asked) != 3 || !strings.Contains(asked[2].Note, "nobody is not a column of home_note; a text is written in single quotes, 'nobody'") {
		t.Fatalf("drop: %v, %v", asked, err)
	}
	if got := fmt.Sprint(changes[0].Migration.Operations); !strings.Contains(got, "drop column title") {
		t.Errorf("drop: %s", got)
	}
	// Who goes away leaves nothing after but one sentence.
	if _, _, err := answering("n"); err == nil || err.Error() != "no more answers" {
		t.Errorf("no answer: %v", err)
	}
}

// A question that waits for an answer does not bring others with it that the
// answer would settle.
func TestOnlyWhatIsOpenIsRefused(t *testing.T) {
	t.Parallel()
	list := modules{"home": nil}
	before := indexed(table("home_note", text("title", 100), number("minutes")), "minutes")
	list.make(t, one("home", before), migrate.MakeOptions{})
	after := indexed(table("home_note", text("title", 100), number("duration")), "duration")
	_, err := migrate.Make(list.graph(t), one("home", after), migrate.MakeOptions{})
	const want = "column minutes of home_note went and duration came: write --rename home_note.minutes=duration to keep its values, or --rename home_note.minutes= to drop them"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	_, err = migrate.Make(list.graph(t), one("home", after), migrate.MakeOptions{Renames: []migrate.Rename{parsedRename(t, "home_note.minutes=")}})
	if err == nil || strings.Count(err.Error(), "\n") != 0 || !strings.Contains(err.Error(), "--value home_note.duration=") {
		t.Errorf("dropped: %v", err)
	}
	opts := migrate.MakeOptions{Renames: []migrate.Rename{parsedRename(t, "home_note.minutes=")}, Values: []migrate.Value{parsedValue(t, "home_note.duration=none")}}
	if _, err = migrate.Make(list.graph(t), one("home", after), opts); err == nil || !strings.Contains(err.Error(), "none is not a column of home_note") {
		t.Errorf("a word for a value: %v", err)
	}
}

// The module that takes a table over must be among those that migrations are
// made for; that which gives it away need not.
func TestMovedToAModuleThatIsNotAtHand(t *testing.T) {
	t.Parallel()
	list := modules{"blog": nil, "news": nil}
	list.make(t, one("blog", table("blog_post", text("title", 20))), migrate.MakeOptions{})
	after := and(one("blog"), one("news", table("news_post", text("title", 20))))
	opts := migrate.MakeOptions{Modules: []string{"blog"}}
	if _, err := migrate.Make(list.graph(t), after, opts); err == nil || !strings.Contains(err.Error(), "--rename blog_post=news_post") {
		t.Errorf("blog alone, without an answer: %v", err)
	}
	opts.Renames = []migrate.Rename{parsedRename(t, "blog_post=news_post")}
	if _, err := migrate.Make(list.graph(t), after, opts); err == nil || !strings.Contains(err.Error(), "name that module too") {
		t.Errorf("blog alone: %v", err)
	}
	opts.Modules = []string{"news"}
	changes, err := migrate.Make(list.graph(t), after, opts)
	if err != nil || len(changes) != 1 || fmt.Sprint(changes[0].Migration.Operations) != "[take over table blog_post of module blog as news_post]" {
		t.Errorf("news alone: %v, %v", changes, err)
	}
}

// A name that PostgreSQL would cut off is refused when the migration is made,
// on whatever database, and by PostgreSQL before anything is done.
func TestNamesThatAreTooLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long", 18)
	withIndex := table("m_p", text("t", 9))
	withIndex.Indexes = []schema.Index{{Name: long, Columns: []schema.IndexColumn{{Column: "t"}}}}
	for _, tt := range []struct {
		table schema.Table
		want  string
	}{
		{table("m_" + long), "module m: the name of the table m_" + long + " is longer than the 63 bytes that PostgreSQL keeps; give the model another with orm.Table"},
		{table("m_p", text(long, 9)), "the name of the column m_p." + long + " is longer than the 63 bytes"},
		{withIndex, "the name of the index or constraint " + long},
	} {
		list := modules{"m": nil}
		if _, err := migrate.Make(list.graph(t), one("m", tt.table), migrate.MakeOptions{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v\nwant %s", err, tt.want)
		}
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db := databasetest.Postgres(t)
		filled(t, db)
		before := tables(t, db)
		for _, op := range []migrate.Operation{
			migrate.RenameTable{Table: "blog_post", To: long}, migrate.RenameColumn{Table: "blog_post", Column: "title", To: long},
			migrate.AddColumn{Table: "blog_post", Column: null(text(long, 9))}, migrate.CreateTable{Table: table(long)},
		} {
			if err := runner(t, db, graph(t, next(blog(), op))).Apply(t.Context(), migrate.Target{}); err == nil || !strings.Contains(err.Error(), "63 bytes") {
				t.Errorf("%s: %v", op, err)
			}
		}
		if diff := tablesDiffer(before, tables(t, db)); diff != "" {
			t.Error(diff)
		}
	})
}
