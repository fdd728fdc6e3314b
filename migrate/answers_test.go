package migrate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// TestAnswersThatNothingAsked: a rename or value that does not fit the models
// is refused with what there is, and asks nothing before.
func TestAnswersThatNothingAsked(t *testing.T) {
	t.Parallel()
	note := schema.Table{Name: "home_note", PrimaryKey: []string{"id"}, Columns: []schema.Column{
		id(), text("title", 100), text("body", 100),
	}}
	first, err := migrate.Make(graph(t, migrate.Group{Module: "home"}), map[string]schema.Schema{"home": {Tables: []schema.Table{note}}}, migrate.MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	g := graph(t, migrate.Group{Module: "home", Migrations: []migrate.Migration{*first[0].Migration}})
	changed := note.Clone()
	changed.Columns[2].Name = "contents"
	changed.Columns = append(changed.Columns, text("author", 50))
	models := map[string]schema.Schema{"home": {Tables: []schema.Table{changed}}}
	good := []string{"Note.Body=Contents", "Note.Author=''"}
	tests := []struct {
		renames, values, want string
	}{
		{"", "", ""},
		{"Note.Foo=Bar", "", "--rename Note.Foo=Bar: the table home_note has no column Foo in the migrations; it has id, title, body"},
		{"Note.Titel=Bar", "", "--rename Note.Titel=Bar: the table home_note has no column Titel in the migrations; did you mean title?"},
		{"Note.Title=Bar", "", "--rename Note.Title=Bar: the model of home_note has no column Bar; it has id, title, contents, author"},
		{"Note.Title=Author", "", "--rename Note.Title=Author: column title of home_note is still there"},
		{"Note.Title=", "", "--rename Note.Title=: column title of home_note is still there"},
		{"Note.Body=Title", "", "--rename Note.Body=Title: column title of home_note was there before; say what became of it with --rename home_note.title=NEW, or --rename home_note.title= to drop it"},
		{"Nota.Title=Bar", "", "--rename Nota.Title=Bar: no model or table is called Nota; did you mean home_note?"},
		{"Nota=Page", "", "--rename Nota=Page: no table is called Nota in the migrations; did you mean home_note?"},
		{"Note=Page", "", "--rename Note=Page: no model is called Page; there is home_note"},
		{"Note=Note", "", "--rename Note=Note: the table home_note is still there"},
		{"", "Comment.Starz=0", "--value Comment.Starz=0: no model or table is called Comment; there is home_note"},
		{"", "Note.Auhtor=0", "--value Note.Auhtor=0: the model of home_note has no column Auhtor; did you mean author?"},
		{"", "Note.Title=0", "--value Note.Title=0: column title of home_note needs no value"},
	}
	for _, tt := range tests {
		opts := migrate.MakeOptions{Ask: func(q migrate.Question) (string, error) {
			t.Errorf("%s%s: asked %q", tt.renames, tt.values, q.Text)
			return "", nil
		}}
		if !strings.HasPrefix(tt.renames, "Note.Body=") {
			opts.Renames = append(opts.Renames, parsedRename(t, good[0]))
		}
		if tt.renames != "" {
			opts.Renames = append(opts.Renames, parsedRename(t, tt.renames))
		}
		opts.Values = append(opts.Values, parsedValue(t, good[1]))
		if tt.values != "" {
			opts.Values = append(opts.Values, parsedValue(t, tt.values))
		}
		_, err := migrate.Make(g, models, opts)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("refused: %v", err)
		case tt.want != "" && (err == nil || err.Error() != tt.want):
			t.Errorf("%s%s:\n%v, want\n%s", tt.renames, tt.values, err, tt.want)
		}
	}
}

// TestTaggedRenamesMayBeOld: what the tags of models tell may have been done
// long ago.
func TestTaggedRenamesMayBeOld(t *testing.T) {
	t.Parallel()
	g := graph(t, migrate.Group{Module: "blog", Migrations: blog()})
	_, models := wanted(t, func(*schema.Table) {})
	if _, err := migrate.Make(g, models, migrate.MakeOptions{Tagged: []migrate.Rename{parsedRename(t, "Post.Old=New"), parsedRename(t, "None.Old=New")}}); err != nil {
		t.Error(err)
	}
}

// TestDroppedWithoutAQuestion: saying that a column was dropped is no error
// when nothing came that could be taken for it.
func TestDroppedWithoutAQuestion(t *testing.T) {
	t.Parallel()
	note := schema.Table{Name: "home_note", PrimaryKey: []string{"id"}, Columns: []schema.Column{id(), text("title", 100)}}
	page := note.Clone()
	page.Name = "home_page"
	make := func(g *migrate.Graph, opts migrate.MakeOptions, tables ...schema.Table) []migrate.Change {
		changes, err := migrate.Make(g, map[string]schema.Schema{"home": {Tables: tables}}, opts)
		if err != nil {
			t.Fatal(err)
		}
		return changes
	}
	first := make(graph(t, migrate.Group{Module: "home"}), migrate.MakeOptions{}, note, page)
	g := graph(t, migrate.Group{Module: "home", Migrations: []migrate.Migration{*first[0].Migration}})
	less := note.Clone()
	less.Columns = less.Columns[:1]
	renames := []migrate.Rename{parsedRename(t, "Note.Title="), parsedRename(t, "Page=")}
	if changes := make(g, migrate.MakeOptions{Renames: renames}, less); len(changes) != 1 || len(changes[0].Migration.Operations) != 2 {
		t.Errorf("got %v", changes)
	}
}

func parsedRename(t *testing.T, s string) migrate.Rename {
	t.Helper()
	r, err := migrate.ParseRename(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func parsedValue(t *testing.T, s string) migrate.Value {
	t.Helper()
	v, err := migrate.ParseValue(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What a tag tells of a column is heard also when the table has another name
// now; an answer is heard before a tag.
func TestTagsOfATableThatIsRenamed(t *testing.T) {
	t.Parallel()
	list := modules{"home": nil}
	list.make(t, one("home", table("home_note", text("title", 100))), migrate.MakeOptions{})
	after := one("home", table("home_page", text("headline", 100), null(text("other", 100))))
	opts := migrate.MakeOptions{Renames: []migrate.Rename{parsedRename(t, "Note=Page")}, Tagged: []migrate.Rename{{Table: "home_page", Column: "title", To: "headline"}}}
	for _, tt := range []struct{ rename, want string }{
		{"", "[rename table home_note to home_page rename column title of home_page to headline add column other to home_page]"},
		{"home_note.title=other", "rename column title of home_page to other"},
	} {
		opts := opts
		if tt.rename != "" {
			opts.Renames = append(opts.Renames, parsedRename(t, tt.rename))
			opts.Values = []migrate.Value{parsedValue(t, "Page.Headline=''")}
		}
		changes, err := migrate.Make(list.graph(t), after, opts)
		if err != nil || len(changes) != 1 || !strings.Contains(fmt.Sprint(changes[0].Migration.Operations), tt.want) {
			t.Errorf("%q: %v, %v", tt.rename, changes, err)
		}
	}
}

// Names of models that several tables may have are refused, unless each is in a
// module of its own.
func TestNamesThatMayBeSeveral(t *testing.T) {
	t.Parallel()
	list := modules{"a": nil, "b": nil}
	list.make(t, and(one("a", table("a_post")), one("b", table("b_post"))), migrate.MakeOptions{})
	g := list.graph(t)
	tests := []struct {
		after   map[string]schema.Schema
		renames []string
		want    string // operations or error
	}{
		{and(one("a", table("a_item")), one("b", table("b_item"))), []string{"Post=Item"}, "[rename table a_post to a_item] [rename table b_post to b_item]"},
		{and(one("a"), one("b", table("b_item"), table("b_post"))), []string{"a_post=Item"}, "[take over table a_post of module a as b_item]"},
		{and(one("a"), one("b")), []string{"Post="}, "--rename Post=: Post may be a_post or b_post; write the name of the table"},
		{and(one("a"), one("b", table("b_post"))), []string{"Post="}, "[drop table a_post]"},
		{and(one("a", table("a_item")), one("b", table("b_item"))), []string{"a_post=b_item", "b_post=b_item"}, "another table is said to be b_item now"},
		{and(one("a", table("a_item")), one("b", table("b_post"))), []string{"a_post=a_item", "a_post="}, "--rename a_post=: another answer is --rename a_post=a_item"},
	}
	for _, tt := range tests {
		opts := migrate.MakeOptions{}
		for _, r := range tt.renames {
			opts.Renames = append(opts.Renames, parsedRename(t, r))
		}
		changes, err := migrate.Make(g, tt.after, opts)
		var got []string
		for _, c := range changes {
			got = append(got, fmt.Sprint(c.Migration.Operations))
		}
		if err != nil {
			got = []string{err.Error()}
		}
		if !strings.Contains(strings.Join(got, " "), tt.want) {
			t.Errorf("%v:\n%s\nwant %s", tt.renames, strings.Join(got, " "), tt.want)
		}
	}
}
