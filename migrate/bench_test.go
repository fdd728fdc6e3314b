package migrate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

// BenchmarkMake compares 100 models of 20 fields, each with an index and a
// foreign key, with a history in which each of them lacks one field.
func BenchmarkMake(b *testing.B) {
	var before, after schema.Schema
	for i := range 100 {
		t := table(fmt.Sprintf("shop_model%03d", i))
		for j := range 17 {
			t.Columns = append(t.Columns, text(fmt.Sprintf("field%d", j), 100))
		}
		t.Columns = append(t.Columns, number("ref_id"))
		t.Indexes = []schema.Index{index(t.Name, "ref_id")}
		t.ForeignKeys = []schema.ForeignKey{foreignKey(t.Name, "ref_id", fmt.Sprintf("shop_model%03d", i/2), schema.Cascade)}
		before.Tables = append(before.Tables, t.Clone())
		t.Columns = append(t.Columns, null(number("extra")))
		after.Tables = append(after.Tables, t)
	}
	first, err := migrate.Make(graph(b, migrate.Group{Module: "shop"}), map[string]schema.Schema{"shop": before}, migrate.MakeOptions{})
	if err != nil {
		b.Fatal(err)
	}
	group := migrate.Group{Module: "shop", Migrations: []migrate.Migration{*first[0].Migration}}
	for b.Loop() {
		changes, err := migrate.Make(graph(b, group), map[string]schema.Schema{"shop": after}, migrate.MakeOptions{})
		if err != nil || len(changes) != 1 || len(changes[0].Migration.Operations) != 100 {
			b.Fatal(changes, err)
		}
	}
}

// millionRows returns an SQLite database in which blog_post has a million
// rows.
func millionRows(b *testing.B) *database.DB {
	b.Helper()
	db := databasetest.SQLite(b)
	apply(b, &migrate.Runner{DB: db, Graph: graph(b, migrate.Group{Module: "blog", Migrations: blog()})}, migrate.Target{})
	exec(b, db, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
		INSERT INTO blog_post (title) SELECT 'The title of post number ' || i FROM n`)
	return db
}

// BenchmarkMillionRows measures migrations of a table of a million rows on
// SQLite, beside the copying of its rows alone.
func BenchmarkMillionRows(b *testing.B) {
	measure := func(name string, run func(b *testing.B, db *database.DB)) {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				db := millionRows(b)
				b.StartTimer()
				run(b, db)
			}
		})
	}
	migration := func(op migrate.Operation) func(*testing.B, *database.DB) {
		return func(b *testing.B, db *database.DB) {
			apply(b, &migrate.Runner{DB: db, Graph: graph(b, next(blog(), op))}, migrate.Target{})
		}
	}
	measure("add column", migration(migrate.AddColumn{Table: "blog_post", Column: schema.Column{
		Name: "hits", Type: schema.Type{Kind: schema.Int64}, Default: schema.Default{Value: int64(0)}}}))
	measure("rebuild", migration(migrate.AlterColumn{Table: "blog_post", Column: text("title", 300)}))
	measure("bare insert select", func(b *testing.B, db *database.DB) {
		exec(b, db, `CREATE TABLE bare ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(300) NOT NULL)`)
		started := time.Now()
		exec(b, db, `INSERT INTO bare (id, title) SELECT id, title FROM blog_post`)
		b.ReportMetric(time.Since(started).Seconds(), "copy-s/op")
	})
}
