package copydata_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/migrate/copydata"
	"github.com/volaweb/vola/schema"
)

// exampleNotes is a module of one table.
var exampleNotes = migrate.Group{Module: "notes", Migrations: []migrate.Migration{{Name: "0001_initial", Operations: []migrate.Operation{
	migrate.CreateTable{Table: schema.Table{
		Name: "notes_note",
		Columns: []schema.Column{
			{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
			{Name: "title", Type: schema.Type{Kind: schema.Text, Size: 100}},
		},
		PrimaryKey: []string{"id"},
	}},
}}}}

func ExampleCopy() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "notes")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	open := func(name string) *database.DB {
		db, err := database.Open(ctx, database.Config{
			URL: "sqlite:" + filepath.Join(dir, name), Drivers: []database.Driver{sqlite.Driver}, Create: true,
		})
		if err != nil {
			log.Fatal(err)
		}
		return db
	}
	from, to := open("old.db"), open("new.db")
	defer from.Close()
	defer to.Close()
	graph, err := migrate.NewGraph(exampleNotes)
	if err != nil {
		log.Fatal(err)
	}
	if err := (&migrate.Runner{DB: from, Graph: graph}).Apply(ctx, migrate.Target{}); err != nil {
		log.Fatal(err)
	}
	if _, err := from.Exec(ctx, "INSERT INTO notes_note (title) VALUES ('first'), ('second')"); err != nil {
		log.Fatal(err)
	}

	// snippet: copy
	report, err := copydata.Copy(ctx, from, to, graph, copydata.Options{
		BatchRows: 500,
		Progress: func(p copydata.Progress) {
			fmt.Printf("%s: %d of %d\n", p.Table, p.Rows, p.Of)
		},
	})
	if err != nil {
		log.Fatal(err) // called again with the same databases, it goes on
	}
	for _, t := range report.Tables {
		fmt.Println(t.Name, t.Rows, t.Checksum[:8])
	}
	// end snippet

	// Output:
	// notes_note: 2 of 2
	// notes_note: 2 of 2
	// notes_note 2 32355115
}
