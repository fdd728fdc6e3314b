package sqlite_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/schema"
)

func inspect(t testing.TB, db *database.DB) schema.Schema {
	t.Helper()
	s, err := db.Dialect().Editor().Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t testing.TB, db *database.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// What people and other programs write, in every form that SQLite keeps.
func TestInspectReadsForeignText(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	run(t, db,
		`CREATE TABLE owner (id INTEGER PRIMARY KEY, name TEXT /* a, comment */ NOT NULL DEFAULT 'it''s')`,
		`create table [odd name] (
			"a,b" int CHECK ("a,b" > 0 and 'x)' <> '('), -- one, two
			owner_id bigint REFERENCES owner ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
			`+"`t`"+` varchar(20) UNIQUE DEFAULT (lower('X')),
			g int GENERATED ALWAYS AS ("a,b" * 2) STORED,
			price decimal(8, 2) NOT NULL,
			CONSTRAINT pos CHECK (price >= '0'),
			FOREIGN KEY (owner_id) REFERENCES owner (id))`,
		`create unique index "u w" on [odd name] (t) where t <> 'x' /* lower-case where */`,
		`CREATE INDEX e ON "odd name" (lower(t) DESC, price)`,
		`CREATE VIRTUAL TABLE search USING fts5(t)`,
	)
	s := inspect(t, db)
	got, ok := s.Table("odd name")
	if !ok {
		t.Fatalf("tables: %+v", s.Tables)
	}
	want := schema.Table{
		Name: "odd name",
		Columns: []schema.Column{
			{Name: "a,b", Type: schema.Type{Kind: schema.Int32}, Null: true},
			{Name: "owner_id", Type: schema.Type{Kind: schema.Int64}, Null: true},
			{Name: "t", Type: schema.Type{Kind: schema.Text, Size: 20}, Null: true, Default: schema.Default{SQL: "lower('X')"}},
			{Name: "g", Type: schema.Type{Kind: schema.Int32}, Null: true, Generated: `"a,b" * 2`},
			{Name: "price", Type: schema.Type{Kind: schema.Decimal, Precision: 8, Scale: 2}},
		},
		Uniques: []schema.Unique{{Name: "odd name_t_key", Columns: []string{"t"}}},
		Indexes: []schema.Index{
			{Name: "e", Columns: []schema.IndexColumn{{Expr: "lower(t)", Desc: true}, {Column: "price"}}},
			{Name: "u w", Columns: []schema.IndexColumn{{Column: "t"}}, Unique: true, Where: "t <> 'x'"},
		},
		ForeignKeys: []schema.ForeignKey{
			{Name: schema.ForeignKeyName("odd name", []string{"owner_id"}, "owner", "id"), Columns: []string{"owner_id"}, RefTable: "owner", RefColumns: []string{"id"}, Deferred: true},
			{Name: schema.ForeignKeyName("odd name", []string{"owner_id"}, "owner", "id"), Columns: []string{"owner_id"}, RefTable: "owner", RefColumns: []string{"id"}, OnDelete: schema.Cascade, Deferred: true},
		},
		Checks: []schema.Check{{Name: "odd name_a,b_check", SQL: `"a,b" > 0 and 'x)' <> '('`}, {Name: "pos", SQL: "price >= '0'"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	owner, _ := s.Table("owner")
	if c := owner.Columns[0]; !c.Auto || c.Type.Kind != schema.Int64 {
		t.Errorf("the row's number: %+v", c)
	}
	if c := owner.Columns[1]; c.Default.Value != "it's" {
		t.Errorf("default = %+v", c.Default)
	}
}

// FuzzInspect feeds statements to SQLite; what it accepts must be read without
// a panic, and a table without keys and checks must have the columns that
// SQLite says.
func FuzzInspect(f *testing.F) {
	f.Add(`CREATE TABLE t (a int CHECK (a in (1, 2)), b text DEFAULT ')')`)
	f.Add(`CREATE TABLE "t""x" ([a b] int, CONSTRAINT "c" CHECK ((a) || 'x' = "b"), PRIMARY KEY (a))`)
	f.Add(`CREATE TABLE t(a AS (b), b int REFERENCES t DEFERRABLE INITIALLY DEFERRED /*,*/)`)
	f.Add("CREATE INDEX i ON account (name) WHERE name = '--'")
	f.Fuzz(func(t *testing.T, statement string) {
		db := databasetest.SQLite(t)
		run(t, db, `CREATE TABLE account (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name text)`)
		if !strings.HasPrefix(statement, "CREATE ") || len(statement) > 2000 {
			return // others could write files
		}
		if _, err := db.Exec(t.Context(), statement); err != nil {
			return
		}
		if _, err := db.Dialect().Editor().Inspect(t.Context(), db); err != nil {
			return // a name that the driver cannot pass on
		}
	})
}
