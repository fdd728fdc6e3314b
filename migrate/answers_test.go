package migrate_test

import (
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

// TestDroppedWithoutAQuestion: saying that a column was dropped is no mistake
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
