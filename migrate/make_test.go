package migrate_test

import (
	"encoding/json"
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

func ExampleMake() {
	post := schema.Table{
		Name: "blog_post",
		Columns: []schema.Column{
			{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
			{Name: "title", Type: schema.Type{Kind: schema.Text, Size: 200}},
		},
		PrimaryKey: []string{"id"},
	}
	first := migrate.Migration{Name: "0001_initial", Operations: []migrate.Operation{migrate.CreateTable{Table: post}}}
	graph, err := migrate.NewGraph(migrate.Group{Module: "blog", Migrations: []migrate.Migration{first}})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := post.Clone()
	now.Columns = append(now.Columns, schema.Column{Name: "hits", Type: schema.Type{Kind: schema.Int32}, Default: schema.Default{Value: int64(0)}})
	changes, err := migrate.Make(graph, map[string]schema.Schema{"blog": {Tables: []schema.Table{now}}}, migrate.MakeOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(changes[0].File)
	fmt.Printf("%s", changes[0].Source)
	// Output:
	// 0002_post_hits.go
	// package migrations
	//
	// import (
	// 	"github.com/volaweb/vola/migrate"
	// 	"github.com/volaweb/vola/schema"
	// )
	//
	// var m0002PostHits = migrate.Migration{
	// 	Name: "0002_post_hits",
	// 	Depends: []migrate.Ref{
	// 		{Module: "blog", Name: "0001_initial"},
	// 	},
	// 	Compatible: true,
	// 	Operations: []migrate.Operation{
	// 		migrate.AddColumn{
	// 			Table:  "blog_post",
	// 			Column: schema.Column{Name: "hits", Type: schema.Type{Kind: schema.Int32}, Default: schema.Default{Value: int64(0)}},
	// 		},
	// 	},
	// }
}

// everything is a migration with every operation that can be written, and
// every field of each.
func everything() []migrate.Operation {
	x := index("blog_post", "title")
	x.Unique, x.Where, x.Columns[0].Desc = true, `title <> "quoted"`, true
	x.Columns = append(x.Columns, schema.IndexColumn{Expr: "lower(title)"})
	other := table("blog_other",
		schema.Column{Name: "a", Type: schema.Type{Kind: schema.Decimal, Precision: 8, Scale: 2}, Default: schema.Default{Value: 1.5}},
		schema.Column{Name: "b", Type: schema.Type{Kind: schema.Bool}, Default: schema.Default{Value: true}},
		schema.Column{Name: "c", Type: schema.Type{Kind: schema.Text}, Default: schema.Default{Value: "it's `so`\n"}},
		schema.Column{Name: "d", Type: schema.Type{Kind: schema.Time}, Default: schema.Default{SQL: "CURRENT_TIMESTAMP"}},
		schema.Column{Name: "e", Type: schema.Type{Kind: schema.Int64}, Generated: "id * 2", Null: true})
	other.Indexes = []schema.Index{index("blog_other", "a")}
	other.Uniques = []schema.Unique{unique("blog_other", "a", "b")}
	other.Checks = []schema.Check{{Name: "positive", SQL: `"a" > 0`}}
	other.ForeignKeys = []schema.ForeignKey{{Name: "fk", Columns: []string{"id"}, RefTable: "blog_post", RefColumns: []string{"id"}, OnDelete: schema.Cascade, Deferred: true}}
	return []migrate.Operation{
		migrate.CreateTable{Table: other, Safe: "why"},
		migrate.AddColumn{Table: "blog_post", Column: text("slug", 50), Backfill: migrate.SQL{SQLite: "lower(title)", Postgres: "lower(title)::text"}},
		migrate.AlterColumn{Table: "blog_post", Column: number("slug"), Convert: migrate.Same("0"), ConvertBack: migrate.Same("''"), Restore: migrate.Same("1"), Backfill: migrate.Same("2")},
		migrate.AddIndex{Table: "blog_post", Index: x, Concurrently: true},
		migrate.DropIndex{Table: "blog_post", Index: x.Name, Concurrently: true},
		migrate.AddUnique{Table: "blog_post", Unique: unique("blog_post", "title")},
		migrate.RenameConstraint{Table: "blog_post", Name: "blog_post_title_key", To: "other_key"},
		migrate.DropUnique{Table: "blog_post", Unique: "other_key"},
		migrate.AddCheck{Table: "blog_post", Check: schema.Check{Name: "ck", SQL: "title <> ''"}, NotValid: true},
		migrate.Validate{Table: "blog_post", Constraint: "ck"},
		migrate.DropCheck{Table: "blog_post", Check: "ck"},
		migrate.AddForeignKey{Table: "blog_post", ForeignKey: foreignKey("blog_post", "slug", "blog_post", schema.SetNull), NotValid: true},
		migrate.DropForeignKey{Table: "blog_post", ForeignKey: foreignKey("blog_post", "slug", "blog_post", "").Name},
		migrate.RenameColumn{Table: "blog_post", Column: "slug", To: "label"},
		migrate.DropColumn{Table: "blog_post", Column: "label", Restore: migrate.Same("7")},
		migrate.AlterPrimaryKey{Table: "blog_other", Columns: []string{"id", "a"}},
		migrate.RunSQL{Up: []migrate.SQL{migrate.Same("SELECT 1"), {Postgres: "SELECT 2"}}, Down: []migrate.SQL{{SQLite: "SELECT 3"}}, Safe: "why"},
		migrate.RunSQL{Up: []migrate.SQL{migrate.Same("SELECT 1")}, Irreversible: true},
		migrate.RenameTable{Table: "blog_other", To: "blog_more"},
		migrate.DropTable{Table: "blog_more"},
	}
}

// What is written compiles, and is the same migration as before.
func TestWrittenMigrationsCompile(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles a program")
	}
	group := next(blog(), everything()...)
	group.Migrations[1].NonAtomic = true
	want := graph(t, group)
	// Squash writes operations as they are.
	change, err := migrate.Squash(want, "blog", "", "0002")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	overlay := map[string]map[string]string{"Replace": {}}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	list := strings.ReplaceAll(string(change.List), "m0001Initial,\n\t\tm0002Next,\n\t\t", "")
	main := `package main

import (
	"fmt"

	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/migrate/written"
)

func main() {
	m := migrations.All()[0]
	m.Replaces = nil
	g, err := migrate.NewGraph(migrate.Group{Module: "blog", Migrations: []migrate.Migration{m}})
	fmt.Print(err)
	for _, op := range g.Migrations()[0].Operations {
		fmt.Printf("\n%#v", op)
	}
}
`
	for name, source := range map[string]string{
		"migrate/written/" + change.File:      string(change.Source),
		"migrate/written/" + migrate.ListFile: list,
		"migrate/writtenmain/main.go":         main,
	} {
		file := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(file, []byte(source), 0o666); err != nil {
			t.Fatal(err)
		}
		overlay["Replace"][filepath.Join(root, name)] = file
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := osexec.CommandContext(t.Context(), "go", "run", "-overlay", filepath.Join(dir, "overlay.json"), "./migrate/writtenmain")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, change.Source)
	}
	expected := "<nil>"
	for _, op := range change.Migration.Operations {
		expected += fmt.Sprintf("\n%#v", op)
	}
	if diff := cmp.Diff(strings.Split(expected, "\n"), strings.Split(string(out), "\n")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A model with a many-to-many relation is renamed: the table of pairs and its
// column go along, without a question of their own.
func TestRenamedModelTakesItsPairsAlong(t *testing.T) {
	t.Parallel()
	models := func(name string) map[string]schema.Schema {
		post, topic := table("blog_"+name, text("title", 200)), table("blog_topic")
		pairs := table("blog_"+name+"_topics", number(name+"_id"), number("topic_id"))
		pairs.ForeignKeys = []schema.ForeignKey{
			foreignKey(pairs.Name, name+"_id", post.Name, schema.Cascade), foreignKey(pairs.Name, "topic_id", "blog_topic", schema.Cascade),
		}
		pairs.Uniques = []schema.Unique{unique(pairs.Name, name+"_id", "topic_id")}
		return map[string]schema.Schema{"blog": {Tables: []schema.Table{post, topic, pairs}}}
	}
	first, err := migrate.Make(graph(t, migrate.Group{Module: "blog"}), models("post"), migrate.MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	g := graph(t, migrate.Group{Module: "blog", Migrations: []migrate.Migration{*first[0].Migration}})
	if _, err := migrate.Make(g, models("article"), migrate.MakeOptions{}); err == nil || !strings.Contains(err.Error(), "--rename blog_post=blog_article") {
		t.Errorf("a rename was guessed or missed: %v", err)
	}
	rename, err := migrate.ParseRename("Post=Article")
	if err != nil {
		t.Fatal(err)
	}
	changes, err := migrate.Make(g, models("article"), migrate.MakeOptions{Renames: []migrate.Rename{rename}})
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range changes[0].Migration.Operations {
		switch op.(type) {
		case migrate.RenameTable, migrate.RenameColumn, migrate.RenameConstraint:
		default:
			t.Errorf("%s", op)
		}
	}
}

func TestMakeRefuses(t *testing.T) {
	t.Parallel()
	change := func(f func(*schema.Table)) map[string]schema.Schema {
		_, models := wanted(t, f)
		return models
	}
	g := graph(t, migrate.Group{Module: "blog", Migrations: blog()})
	tests := []struct {
		name   string
		models map[string]schema.Schema
		want   string
	}{
		{"NULL no more", change(func(p *schema.Table) { p.Columns = append(p.Columns, null(text("x", 1))) }), ""},
		{"another type", change(func(p *schema.Table) { p.Columns[1].Type = schema.Type{Kind: schema.Date} }), "--value blog_post.title=EXPRESSION"},
		{"moved", map[string]schema.Schema{"blog": {}, "news": {Tables: []schema.Table{table("blog_post")}}}, "table blog_post of module blog went and blog_post of module news came: write --rename blog_post=blog_post to keep its rows, or --rename blog_post= to drop them"},
		{"taken", map[string]schema.Schema{"news": {Tables: []schema.Table{table("blog_post")}}}, "module news wants the table blog_post, which belongs to module blog"},
	}
	for _, tt := range tests {
		_, err := migrate.Make(g, tt.models, migrate.MakeOptions{})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	for _, s := range []string{"", "a", "=b"} {
		if _, err := migrate.ParseRename(s); err == nil {
			t.Errorf("ParseRename(%q) is no error", s)
		}
		if _, err := migrate.ParseValue(s); err == nil {
			t.Errorf("ParseValue(%q) is no error", s)
		}
	}
}

func TestEmptyMigration(t *testing.T) {
	t.Parallel()
	g := graph(t, migrate.Group{Module: "blog", Migrations: blog()})
	changes, err := migrate.Make(g, nil, migrate.MakeOptions{Empty: true, Modules: []string{"blog"}, Name: "fill_slugs"})
	if err != nil || len(changes) != 1 || changes[0].File != "0002_fill_slugs.go" || !strings.Contains(string(changes[0].List), "m0002FillSlugs,") {
		t.Errorf("Make = %+v, %v", changes, err)
	}
	if _, err := migrate.Make(g, nil, migrate.MakeOptions{Empty: true}); err == nil {
		t.Error("an empty migration of no module")
	}
}

func TestStatements(t *testing.T) {
	t.Parallel()
	g := graph(t, next(blog(),
		migrate.AddColumn{Table: "blog_post", Column: text("slug", 50), Backfill: migrate.Same("'x'")},
		migrate.RunGo{Name: "fill in slugs", Up: migrate.Nothing, Down: migrate.Nothing}))
	m, err := g.Find("blog", "0002")
	if err != nil {
		t.Fatal(err)
	}
	got, err := g.Statements(postgres.Driver.Dialect(), m, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{
		`ALTER TABLE "blog_post" ADD COLUMN "slug" varchar(50) COLLATE "C" NOT NULL DEFAULT ('x')`,
		`ALTER TABLE "blog_post" ALTER COLUMN "slug" DROP DEFAULT`,
		`-- Go code: fill in slugs`,
	}, got); diff != "" {
		t.Errorf("postgres (-want +got)\n%s", diff)
	}
	got, err = g.Statements(sqlite.Driver.Dialect(), m, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`-- Go code: fill in slugs`, `ALTER TABLE "blog_post" DROP COLUMN "slug"`}, got); diff != "" {
		t.Errorf("sqlite, back (-want +got)\n%s", diff)
	}
	got, err = g.Statements(sqlite.Driver.Dialect(), m, false)
	if err != nil || len(got) != 9 || !strings.HasPrefix(got[0], "-- rebuilding table blog_post: new column slug with values of its own\nCREATE TABLE \"vola_new_blog_post\"") {
		t.Errorf("sqlite: %q, %v", got, err)
	}
}

// SQLite rebuilds a table once for all changes of a migration, unless one
// uses what another makes.
func TestOneRebuildForAllChanges(t *testing.T) {
	t.Parallel()
	title := func(size int) migrate.AlterColumn {
		return migrate.AlterColumn{Table: "blog_post", Column: text("title", size)}
	}
	add := func(name, value string) migrate.AddColumn {
		return migrate.AddColumn{Table: "blog_post", Column: text(name, 50), Backfill: migrate.Same(value)}
	}
	for _, tt := range []struct {
		name string
		ops  []migrate.Operation
		want int
	}{
		{"all at once", []migrate.Operation{
			title(300), add("slug", "lower(id)"), add("place", "'x'"), migrate.AddColumn{Table: "blog_post", Column: null(number("best_id"))},
			migrate.AddForeignKey{Table: "blog_post", ForeignKey: foreignKey("blog_post", "best_id", "blog_post", schema.SetNull)},
			migrate.AddUnique{Table: "blog_post", Unique: unique("blog_post", "slug")},
			migrate.AddIndex{Table: "blog_post", Index: index("blog_post", "place")},
		}, 1},
		{"one uses the other", []migrate.Operation{add("slug", "lower(title)"), add("place", "upper(slug)")}, 2},
		{"one uses another type", []migrate.Operation{title(300), add("slug", "lower(title)")}, 2},
		{"in place", []migrate.Operation{migrate.AddColumn{Table: "blog_post", Column: null(text("extra", 9))}, migrate.AddIndex{Table: "blog_post", Index: index("blog_post", "extra")}}, 0},
	} {
		g := graph(t, next(blog(), tt.ops...))
		m, err := g.Find("blog", "0002")
		if err != nil {
			t.Fatal(err)
		}
		for _, back := range []bool{false, true} {
			stmts, err := g.Statements(sqlite.Driver.Dialect(), m, back)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, s := range stmts {
				if strings.HasPrefix(s, "-- rebuilding table blog_post") {
					n++
				}
			}
			if n != tt.want && !back || n > tt.want {
				t.Errorf("%s, back %v: rebuilt %d times, want %d\n%s", tt.name, back, n, tt.want, strings.Join(stmts, "\n"))
			}
		}
	}
}

func TestLint(t *testing.T) {
	t.Parallel()
	tests := []struct {
		op   migrate.Operation
		want string
	}{
		{migrate.DropTable{Table: "t"}, "rows are lost"},
		{migrate.DropTable{Table: "t", Safe: "nobody ever used it"}, ""},
		{migrate.DropColumn{Table: "t", Column: "c"}, "values are lost"},
		{migrate.RenameTable{Table: "t", To: "u"}, "version before"},
		{migrate.RenameColumn{Table: "t", Column: "c", To: "d"}, "version before"},
		{migrate.AddColumn{Table: "t", Column: null(text("c", 1))}, ""},
		{migrate.AddColumn{Table: "t", Column: text("c", 1), Backfill: migrate.Same("'x'")}, ""},
		{migrate.AddColumn{Table: "t", Column: text("c", 1), Backfill: migrate.Same("lower(d)")}, "every row is written"},
		{migrate.AlterColumn{Table: "t", Column: text("c", 1)}, "nobody else can use it"},
		{migrate.AlterPrimaryKey{Table: "t"}, "locked"},
		{migrate.AddIndex{Table: "t"}, "Concurrently: true"},
		{migrate.AddIndex{Table: "t", Concurrently: true}, ""},
		{migrate.AddUnique{Table: "t"}, "two rows have the same values"},
		{migrate.AddCheck{Table: "t"}, "NotValid: true"},
		{migrate.AddCheck{Table: "t", NotValid: true}, ""},
		{migrate.AddForeignKey{Table: "t"}, "NotValid: true"},
		{migrate.RunSQL{Irreversible: true}, "cannot be undone"},
		{migrate.RunGo{Irreversible: true}, "cannot be undone"},
		{migrate.RunGo{Irreversible: true, Safe: "it only reads"}, ""},
	}
	for _, tt := range tests {
		m := &migrate.Migration{Module: "m", Name: "0001_x", Operations: []migrate.Operation{tt.op}}
		got := migrate.Lint(m)
		if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0].String(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.op, got, tt.want)
		}
		// A table that the migration made itself has no rows.
		m.Operations = []migrate.Operation{migrate.CreateTable{Table: table("t")}, tt.op}
		switch tt.op.(type) {
		case migrate.AddIndex, migrate.AddUnique, migrate.AddCheck, migrate.AddForeignKey, migrate.AddColumn, migrate.AlterColumn, migrate.DropColumn:
			if got := migrate.Lint(m); len(got) > 0 {
				t.Errorf("%s of a new table: %v", tt.op, got)
			}
		}
	}
	mixed := &migrate.Migration{Operations: []migrate.Operation{migrate.AddColumn{Table: "t", Column: null(text("c", 1))}, migrate.RunGo{Up: migrate.Nothing, Down: migrate.Nothing}}}
	if got := migrate.Lint(mixed); len(got) != 1 || !strings.Contains(got[0].Text, "migration of its own") {
		t.Errorf("tables and data: %v", got)
	}
}

func FuzzParseRenameAndValue(f *testing.F) {
	f.Add("Post.Title=Headline")
	f.Add("Post=Article")
	f.Add("blog_post.subtitle='a=b.c'")
	f.Add("Post.Title=Post.Headline")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := migrate.ParseRename(s); err == nil && (r.Table == "" || strings.Contains(r.To, ".")) {
			t.Errorf("ParseRename(%q) = %+v", s, r)
		}
		if v, err := migrate.ParseValue(s); err == nil && v.Table+"."+v.Column+"="+v.SQL.SQLite != s {
			t.Errorf("ParseValue(%q) = %+v", s, v)
		}
	})
}
