package migrate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

func id() schema.Column {
	return schema.Column{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true}
}

func text(name string, size int) schema.Column {
	return schema.Column{Name: name, Type: schema.Type{Kind: schema.Text, Size: size}}
}

func number(name string) schema.Column {
	return schema.Column{Name: name, Type: schema.Type{Kind: schema.Int64}}
}

func null(c schema.Column) schema.Column {
	c.Null = true
	return c
}

func table(name string, columns ...schema.Column) schema.Table {
	return schema.Table{Name: name, Columns: append([]schema.Column{id()}, columns...), PrimaryKey: []string{"id"}}
}

func index(table string, columns ...string) schema.Index {
	x := schema.Index{Name: schema.IndexName(table, columns)}
	for _, c := range columns {
		x.Columns = append(x.Columns, schema.IndexColumn{Column: c})
	}
	return x
}

func unique(table string, columns ...string) schema.Unique {
	return schema.Unique{Name: schema.UniqueName(table, columns), Columns: columns}
}

func foreignKey(table, column, to string, action schema.Action) schema.ForeignKey {
	return schema.ForeignKey{
		Name: schema.ForeignKeyName(table, []string{column}, to, "id"), Columns: []string{column},
		RefTable: to, RefColumns: []string{"id"}, OnDelete: action,
	}
}

func graph(t testing.TB, groups ...migrate.Group) *migrate.Graph {
	t.Helper()
	g, err := migrate.NewGraph(groups...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func runner(t testing.TB, db *database.DB, g *migrate.Graph) *migrate.Runner {
	return &migrate.Runner{DB: db, Graph: g, Log: t.Logf}
}

func apply(t testing.TB, r *migrate.Runner, target migrate.Target) {
	t.Helper()
	if err := r.Apply(t.Context(), target); err != nil {
		t.Fatal(err)
	}
}

func exec(t testing.TB, db *database.DB, query string) {
	t.Helper()
	if _, err := db.Exec(t.Context(), query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// query returns the rows as text, columns separated by spaces.
func query(t testing.TB, db *database.DB, query string) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		values := make([]*string, len(cols))
		dest := make([]any, len(cols))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		var parts []string
		for _, v := range values {
			if v == nil {
				parts = append(parts, "NULL")
			} else {
				parts = append(parts, *v)
			}
		}
		out = append(out, strings.Join(parts, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func want(t testing.TB, db *database.DB, q string, rows ...string) {
	t.Helper()
	if diff := cmp.Diff(rows, query(t, db, q)); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", q, diff)
	}
}

func initial(module string, ops ...migrate.Operation) migrate.Migration {
	return migrate.Migration{Name: "0001_initial", Operations: ops}
}

func after(module, previous, name string, ops ...migrate.Operation) migrate.Migration {
	return migrate.Migration{Name: name, Depends: []migrate.Ref{{Module: module, Name: previous}}, Operations: ops}
}

// blog is a module with a table that others refer to.
func blog() []migrate.Migration {
	post := table("blog_post", text("title", 200))
	comment := table("blog_comment", number("post_id"), text("body", 0))
	comment.ForeignKeys = []schema.ForeignKey{foreignKey("blog_comment", "post_id", "blog_post", schema.Cascade)}
	comment.Indexes = []schema.Index{index("blog_comment", "post_id")}
	return []migrate.Migration{initial("blog", migrate.CreateTable{Table: post}, migrate.CreateTable{Table: comment})}
}

func TestForwardAndBack(t *testing.T) {
	t.Parallel()
	list := append(blog(),
		after("blog", "0001_initial", "0002_more",
			migrate.AddColumn{Table: "blog_post", Column: null(text("subtitle", 100))},
			migrate.AddColumn{Table: "blog_post", Column: text("slug", 50), Backfill: migrate.Same("lower(title)")},
			migrate.AddIndex{Table: "blog_post", Index: index("blog_post", "slug")}),
		after("blog", "0002_more", "0003_less",
			migrate.DropIndex{Table: "blog_post", Index: index("blog_post", "slug").Name},
			migrate.DropColumn{Table: "blog_post", Column: "slug", Restore: migrate.Same("'s' || id")},
			migrate.RenameColumn{Table: "blog_post", Column: "title", To: "headline"}))
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		r := runner(t, db, graph(t, migrate.Group{Module: "blog", Migrations: list}))
		if empty, err := r.Empty(t.Context()); err != nil || !empty {
			t.Fatalf("Empty = %v, %v", empty, err)
		}
		apply(t, r, migrate.Target{Module: "blog", Name: "0001"})
		exec(t, db, "INSERT INTO blog_post (title) VALUES ('One'), ('Two')")
		exec(t, db, "INSERT INTO blog_comment (post_id, body) VALUES (1, 'a'), (2, 'b')")
		pending, err := r.Pending(t.Context())
		if err != nil || len(pending) != 2 || pending[0].Name != "0002_more" {
			t.Fatalf("Pending = %v, %v", pending, err)
		}
		apply(t, r, migrate.Target{Module: "blog", Name: "0002_more"})
		want(t, db, "SELECT title, subtitle, slug FROM blog_post ORDER BY id", "One NULL one", "Two NULL two")
		apply(t, r, migrate.Target{})
		want(t, db, "SELECT headline FROM blog_post ORDER BY id", "One", "Two")
		apply(t, r, migrate.Target{}) // nothing left
		apply(t, r, migrate.Target{Module: "blog", Name: "0002"})
		want(t, db, "SELECT title, slug FROM blog_post ORDER BY id", "One s1", "Two s2")
		apply(t, r, migrate.Target{Module: "blog", Name: "0001"})
		want(t, db, "SELECT count(*) FROM blog_comment", "2")
		apply(t, r, migrate.Target{Module: "blog", Name: "zero"})
		if empty, err := r.Empty(t.Context()); err != nil || !empty {
			t.Errorf("after going back to zero, Empty = %v, %v", empty, err)
		}
	})
}

func TestMakeFindsWhatIsNew(t *testing.T) {
	t.Parallel()
	g := graph(t, migrate.Group{Module: "blog", Migrations: blog()})
	if changes, err := migrate.Make(g, map[string]schema.Schema{"blog": g.State()}, migrate.MakeOptions{}); err != nil || len(changes) != 0 {
		t.Fatalf("nothing changed, but Make = %v, %v", changes, err)
	}
	s := g.State()
	for i := range s.Tables {
		if s.Tables[i].Name == "blog_post" {
			s.Tables[i].Columns = append(s.Tables[i].Columns, null(text("subtitle", 100)))
		}
	}
	changes, err := migrate.Make(g, map[string]schema.Schema{"blog": s}, migrate.MakeOptions{})
	if err != nil || len(changes) != 1 {
		t.Fatalf("Make = %v, %v", changes, err)
	}
	if c := changes[0]; c.File != "0002_post_subtitle.go" {
		t.Errorf("File = %s", c.File)
	}
	t.Logf("%s\n%s", changes[0].Source, changes[0].List)
}
