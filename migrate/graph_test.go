package migrate_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

func TestGraphNamesEveryMistake(t *testing.T) {
	t.Parallel()
	_, err := migrate.NewGraph(
		migrate.Group{Module: "a", Migrations: []migrate.Migration{
			initial("a"),
			after("a", "0001_initial", "Second"),
			after("a", "0009_gone", "0003_third", migrate.AddIndex{Table: "t", Concurrently: true}),
		}},
		migrate.Group{Module: "a"},
	)
	want := []string{
		"migration a.Second: a name is four digits, an underscore and words of small letters, such as 0002_post_subtitle",
		"migration a.0003_third, operation 1 (add index  on t): an index cannot be built or dropped concurrently inside a transaction: give it a migration of its own with NonAtomic: true",
		"module a has two lists of migrations",
		"migration a.0003_third depends on a.0009_gone, which does not exist",
		"module a has 2 migrations that stand side by side, Second and 0003_third; run: makemigrations --merge",
	}
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestGraphRefusesCircles(t *testing.T) {
	t.Parallel()
	one, two := initial("a"), initial("b")
	one.Depends, two.Depends = []migrate.Ref{{Module: "b", Name: "0001_initial"}}, []migrate.Ref{{Module: "a", Name: "0001_initial"}}
	_, err := migrate.NewGraph(migrate.Group{Module: "a", Migrations: []migrate.Migration{one}}, migrate.Group{Module: "b", Migrations: []migrate.Migration{two}})
	if err == nil || !strings.Contains(err.Error(), "circle: a.0001_initial -> b.0001_initial -> a.0001_initial") {
		t.Errorf("got %v", err)
	}
}

// Each operation is refused where it makes no sense.
func TestGraphRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	fk := blog()[0].Operations[1].(migrate.CreateTable).Table.ForeignKeys[0]
	tests := []struct {
		op   migrate.Operation
		want string
	}{
		{migrate.CreateTable{Table: table("blog_post")}, `the table "blog_post" is there already`},
		{migrate.CreateTable{Table: schema.Table{Name: "x"}}, `table "x": has no columns`},
		{migrate.DropTable{Table: "blog_post"}, "still referred to, by the foreign key " + fk.Name},
		{migrate.DropTable{Table: "none"}, `there is no table "none"`},
		{migrate.RenameTable{Table: "blog_post", To: "blog_comment"}, `cannot be called "blog_comment"`},
		{migrate.AddColumn{Table: "blog_post", Column: text("slug", 5)}, "give it a Backfill or a Default"},
		{migrate.AddColumn{Table: "blog_post", Column: null(text("title", 5))}, `two columns are called "title"`},
		{migrate.DropColumn{Table: "blog_comment", Column: "post_id"}, "part of the index " + index("blog_comment", "post_id").Name},
		{migrate.DropColumn{Table: "blog_post", Column: "id"}, "part of the primary key"},
		{migrate.RenameColumn{Table: "blog_post", Column: "title", To: "id"}, `cannot be called "id"`},
		{migrate.AlterColumn{Table: "blog_post", Column: schema.Column{Name: "title", Type: schema.Type{Kind: schema.Date}}}, "say with Convert what becomes of the values"},
		{migrate.AddForeignKey{Table: "blog_post", ForeignKey: foreignKey("blog_post", "title", "none", "")}, `refers to the table "none", which is not there yet`},
		{migrate.AddIndex{Table: "blog_comment", Index: index("blog_comment", "post_id")}, "already"},
		{migrate.DropIndex{Table: "blog_post", Index: "none"}, `has no index "none"`},
		{migrate.DropUnique{Table: "blog_post", Unique: "none"}, `has no unique constraint "none"`},
		{migrate.DropCheck{Table: "blog_post", Check: "none"}, `has no check "none"`},
		{migrate.DropForeignKey{Table: "blog_post", ForeignKey: "none"}, `has no foreign key "none"`},
		{migrate.RenameConstraint{Table: "blog_post", Name: "none"}, `has no index or constraint "none"`},
		{migrate.Validate{Table: "blog_post", Constraint: "none"}, `has no foreign key or check "none"`},
		{migrate.AlterPrimaryKey{Table: "blog_post", Columns: []string{"none"}}, `names the column "none"`},
		{migrate.RunSQL{Up: []migrate.SQL{migrate.Same("x")}}, "RunSQL has no Down"},
		{migrate.RunSQL{Up: []migrate.SQL{migrate.Same("x")}, Down: []migrate.SQL{}, Irreversible: true}, "Irreversible but has a Down"},
		{migrate.RunGo{Up: migrate.Nothing}, "RunGo has no Down"},
		{migrate.RunGo{Down: migrate.Nothing}, "RunGo has no Up"},
	}
	for _, tt := range tests {
		_, err := migrate.NewGraph(next(blog(), tt.op))
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "blog.0002_next, operation 1") {
			t.Errorf("%T: got %v, want %q", tt.op, err, tt.want)
		}
	}
}

func TestMergeMendsTwoLeaves(t *testing.T) {
	t.Parallel()
	side := func(name, column string) migrate.Migration {
		return after("blog", "0001_initial", name, migrate.AddColumn{Table: "blog_post", Column: null(text(column, 10))})
	}
	group := migrate.Group{Module: "blog", Migrations: append(blog(), side("0002_mine", "a"), side("0002_yours", "b"))}
	_, err := migrate.NewGraph(group)
	var leaves *migrate.LeavesError
	if !errors.As(err, &leaves) || cmp.Diff([]string{"0002_mine", "0002_yours"}, leaves.Leaves) != "" {
		t.Fatalf("NewGraph = %v", err)
	}
	changes, err := migrate.Merge(group)
	if err != nil || len(changes) != 1 || changes[0].File != "0003_merge.go" {
		t.Fatalf("Merge = %v, %v", changes, err)
	}
	group.Migrations = append(group.Migrations, *changes[0].Migration)
	if post, _ := graph(t, group).State().Table("blog_post"); len(post.Columns) != 4 {
		t.Errorf("columns: %+v", post.Columns)
	}
	clash := migrate.Group{Module: "blog", Migrations: append(blog(), side("0002_mine", "a"),
		after("blog", "0001_initial", "0002_yours", migrate.AlterColumn{Table: "blog_post", Column: text("title", 300)}),
	)}
	clash.Migrations[1].Operations = append(clash.Migrations[1].Operations, migrate.AlterColumn{Table: "blog_post", Column: text("title", 100)})
	if _, err := migrate.Merge(clash); err == nil || !strings.Contains(err.Error(), "0002_mine and 0002_yours of module blog both change blog_post.title") {
		t.Errorf("two changes of one column: %v", err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	g := graph(t, next(blog()))
	if m, err := g.Find("blog", "0002"); err != nil || m.Name != "0002_next" {
		t.Errorf("Find = %v, %v", m, err)
	}
	for _, tt := range []struct{ module, name, want string }{
		{"shop", "0001", `no module "shop"`}, {"blog", "0009", `has no migration "0009"`}, {"blog", "000", "several migrations"},
	} {
		if _, err := g.Find(tt.module, tt.name); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Find(%s, %s) = %v", tt.module, tt.name, err)
		}
	}
	if g.Owner("blog_post") != "blog" || g.Owner("none") != "" {
		t.Error("Owner is wrong")
	}
}
