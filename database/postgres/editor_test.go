package postgres_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/schema"
)

// What other programs make, in the forms that Vola does not use itself.
func TestInspectReadsForeignTables(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	for _, s := range []string{
		`CREATE TABLE owner (id serial PRIMARY KEY, name text NOT NULL DEFAULT 'it''s', big boolean DEFAULT true, n int DEFAULT -1, at timestamptz DEFAULT now(), f float8 DEFAULT 1.5)`,
		`CREATE TABLE "odd name" ("a,b" smallint CHECK ("a,b" > 0), owner_id int REFERENCES owner ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
			t varchar(20) UNIQUE, g int GENERATED ALWAYS AS (owner_id * 2) STORED, price numeric(8,2) NOT NULL, ip inet)`,
		`CREATE INDEX e ON "odd name" (lower(t) DESC, "a,b")`,
		`CREATE UNIQUE INDEX p ON "odd name" (t) WHERE t <> 'x'`,
		`CREATE UNIQUE INDEX whole ON "odd name" (price, t)`,
		`CREATE INDEX likes ON "odd name" (t varchar_pattern_ops)`,
		`CREATE INDEX h ON "odd name" USING hash (t)`,
	} {
		if _, err := db.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	s, err := db.Dialect().Editor().Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	want := schema.Schema{Tables: []schema.Table{
		{
			Name: "odd name",
			Columns: []schema.Column{
				{Name: "a,b", Type: schema.Type{Kind: schema.Int16}, Null: true},
				{Name: "owner_id", Type: schema.Type{Kind: schema.Int32}, Null: true},
				{Name: "t", Type: schema.Type{Kind: schema.Text, Size: 20}, Null: true},
				{Name: "g", Type: schema.Type{Kind: schema.Int32}, Null: true, Generated: "(owner_id * 2)"},
				{Name: "price", Type: schema.Type{Kind: schema.Decimal, Precision: 8, Scale: 2}},
				{Name: "ip", Type: schema.Type{Kind: schema.Text}, Null: true},
			},
			Uniques: []schema.Unique{{Name: "odd name_t_key", Columns: []string{"t"}}, {Name: "whole", Columns: []string{"price", "t"}}},
			Indexes: []schema.Index{
				{Name: "e", Columns: []schema.IndexColumn{{Expr: "lower(t::text)", Desc: true}, {Column: "a,b"}}},
				{Name: "p", Columns: []schema.IndexColumn{{Column: "t"}}, Unique: true, Where: "(t)::text <> 'x'::text"},
			},
			ForeignKeys: []schema.ForeignKey{{Name: "odd name_owner_id_fkey", Columns: []string{"owner_id"}, RefTable: "owner", RefColumns: []string{"id"}, OnDelete: schema.Cascade, Deferred: true}},
			Checks:      []schema.Check{{Name: "odd name_a,b_check", SQL: `"a,b" > 0`}},
		},
		{
			Name: "owner",
			Columns: []schema.Column{
				{Name: "id", Type: schema.Type{Kind: schema.Int32}, Auto: true},
				{Name: "name", Type: schema.Type{Kind: schema.Text}, Default: schema.Default{Value: "it's"}},
				{Name: "big", Type: schema.Type{Kind: schema.Bool}, Null: true, Default: schema.Default{Value: true}},
				{Name: "n", Type: schema.Type{Kind: schema.Int32}, Null: true, Default: schema.Default{Value: int64(-1)}},
				{Name: "at", Type: schema.Type{Kind: schema.Time}, Null: true, Default: schema.Default{SQL: "now()"}},
				{Name: "f", Type: schema.Type{Kind: schema.Float64}, Null: true, Default: schema.Default{Value: 1.5}},
			},
			PrimaryKey: []string{"id"},
		},
	}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
