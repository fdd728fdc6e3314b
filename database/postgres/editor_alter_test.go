package postgres_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/schema"
)

var (
	text    = schema.Type{Kind: schema.Text}
	integer = schema.Type{Kind: schema.Int64}
)

// pets is the table that is altered.
func pets() schema.Table {
	return schema.Table{
		Name: "pet",
		Columns: []schema.Column{
			{Name: "id", Type: integer, Auto: true},
			{Name: "name", Type: text},
			{Name: "age", Type: schema.Type{Kind: schema.Int32}, Null: true},
			{Name: "owner", Type: integer, Null: true},
			{Name: "loud", Type: text, Null: true, Generated: "upper(name)"},
		},
		PrimaryKey:  []string{"id"},
		Uniques:     []schema.Unique{{Name: "pet_name", Columns: []string{"name"}}},
		Checks:      []schema.Check{{Name: "old", SQL: "age < 200"}},
		Indexes:     []schema.Index{{Name: "by_age", Columns: []schema.IndexColumn{{Column: "age"}}}, {Name: "by_loud", Columns: []schema.IndexColumn{{Column: "loud"}}}},
		ForeignKeys: []schema.ForeignKey{{Name: "pet_owner", Columns: []string{"owner"}, RefTable: "owner", RefColumns: []string{"id"}, Deferred: true}},
	}
}

// one returns the only value of a query, as text.
func one(t *testing.T, db *database.DB, query string) (text string) {
	t.Helper()
	if err := database.QueryRow(t.Context(), db, []any{&text}, query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return text
}

// Each change keeps the rows, and makes the table what one made again is; or is an
// error, and the table is as it was.
func TestAlterTable(t *testing.T) {
	t.Parallel()
	column := func(i int, change func(*schema.Column)) func(*schema.Table) {
		return func(to *schema.Table) { change(&to.Columns[i]) }
	}
	add := func(c schema.Column) func(*schema.Table) {
		return func(to *schema.Table) { to.Columns = append(to.Columns, c) }
	}
	db := databasetest.Postgres(t)
	ed := db.Dialect().Editor()
	run(t, db)([]string{"CREATE TABLE owner (id bigint PRIMARY KEY)", "INSERT INTO owner VALUES (1)"}, nil)
	const names, ages = "SELECT string_agg(name, ',' ORDER BY id) FROM pet", "SELECT string_agg(age::text, ',' ORDER BY id) FROM pet"
	for _, tt := range []struct {
		name        string
		change      func(*schema.Table)
		fill        []database.Fill
		query, want string // without a query the error
	}{
		{"new column with a constant", add(schema.Column{Name: "x", Type: text}), []database.Fill{{Column: "x", Value: "'it''s'"}}, "SELECT string_agg(x, ',') FROM pet", "it's,it's"},
		{"new column with values", add(schema.Column{Name: "x", Type: text}), []database.Fill{{Column: "x", Value: "name || age"}}, "", "a value is missing for x"},
		{"new column with other values", add(schema.Column{Name: "x", Type: text}), []database.Fill{{Column: "x", Value: "lower(name)"}}, "SELECT string_agg(x, ',' ORDER BY id) FROM pet", "rex,tom"},
		{"new column with nothing", add(schema.Column{Name: "x", Type: text}), nil, "", "a value is missing for x"},
		{"new computed column", add(schema.Column{Name: "x", Type: text, Null: true, Generated: "lower(name)"}), nil, "SELECT string_agg(x, ',' ORDER BY id) FROM pet", "rex,tom"},
		{"computed from another", column(4, func(c *schema.Column) { c.Generated = "lower(name)" }), nil, "SELECT string_agg(loud, ',' ORDER BY id) FROM pet", "rex,tom"},
		{"no longer computed", column(4, func(c *schema.Column) { c.Generated = "" }), nil, "SELECT string_agg(loud, ',' ORDER BY id) FROM pet", "REX,TOM"},
		{"what is computed from has another type", column(1, func(c *schema.Column) { c.Type.Size = 9 }), nil, "SELECT string_agg(loud, ',' ORDER BY id) FROM pet", "REX,TOM"},
		{"too long", column(1, func(c *schema.Column) { c.Type.Size = 2 }), nil, "", "a value does not fit"},
		{"dropped column", func(to *schema.Table) {
			to.Columns, to.Indexes, to.Checks = slices.Delete(to.Columns, 2, 3), to.Indexes[1:], nil
		}, nil, names, "Rex,Tom"},
		{"NOT NULL with a value", column(2, func(c *schema.Column) { c.Null = false }), []database.Fill{{Column: "age", Value: "length(name)"}}, ages, "7,3"},
		{"NOT NULL with a default", column(2, func(c *schema.Column) { c.Null, c.Default = false, schema.Default{Value: int64(4)} }), nil, ages, "7,4"},
		{"reference NOT NULL", column(3, func(c *schema.Column) { c.Null = false }), []database.Fill{{Column: "owner", Value: "1"}}, "SELECT string_agg(owner::text, ',') FROM pet", "1,1"},
		{"NOT NULL with nothing", column(2, func(c *schema.Column) { c.Null = false }), nil, "", "a value is missing for age"},
		{"another default", column(1, func(c *schema.Column) { c.Default = schema.Default{Value: "it's"} }), nil, names, "Rex,Tom"},
		{"to text", func(to *schema.Table) { to.Columns[2].Type, to.Checks = text, nil }, nil, ages, "7"},
		{"from text, no numbers", func(to *schema.Table) {
			to.Columns, to.Indexes = to.Columns[:4], to.Indexes[:1]
			to.Columns[1].Type = integer
		}, nil, "", "invalid input syntax"},
		{"converted", func(to *schema.Table) {
			to.Columns, to.Indexes = to.Columns[:4], to.Indexes[:1]
			to.Columns[1].Type = integer
		},
			[]database.Fill{{Column: "name", Convert: "length(name) + id"}}, "SELECT string_agg(name::text, ',' ORDER BY id) FROM pet", "4,5"},
		{"foreign type", column(2, func(c *schema.Column) { c.Type.Kind = schema.Time }), nil, "", "must be said with an expression"},
		{"numbered no longer", column(0, func(c *schema.Column) { c.Auto = false }), nil, names, "Rex,Tom"},
		{"another key", func(to *schema.Table) { to.PrimaryKey = []string{"name", "id"} }, nil, names, "Rex,Tom"},
		{"constraints of other names", func(to *schema.Table) {
			to.Checks[0].Name, to.Uniques[0].Name, to.ForeignKeys[0].Name, to.Indexes[0].Name = "a b", `c"d`, "Ef", "g"
		}, nil, names, "Rex,Tom"},
		{"other constraints", func(to *schema.Table) {
			to.Checks[0].SQL, to.Uniques[0].Columns, to.Indexes[0].Where = "age < 100", []string{"name", "age"}, "(age > 3)"
			to.ForeignKeys[0].OnDelete = schema.Cascade
		}, nil, names, "Rex,Tom"},
		{"check that does not hold", func(to *schema.Table) { to.Checks[0].SQL = "age < 5" }, nil, "", "a check refused the row"},
		{"nothing", func(*schema.Table) {}, nil, names, "Rex,Tom"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run(t, db)([]string{"DROP TABLE IF EXISTS pet"}, nil)
			run(t, db)(ed.CreateTable(pets()))
			run(t, db)([]string{"INSERT INTO pet (name, age, owner) VALUES ('Rex', 7, 1), ('Tom', NULL, NULL)"}, nil)
			from := inspect(t, db)
			to := pets()
			tt.change(&to)
			err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				list, err := ed.AlterTable(ctx, tx, database.Alteration{From: pets(), To: to, Fills: tt.fill})
				for _, q := range list {
					if err == nil {
						_, err = tx.Exec(ctx, q)
					}
				}
				return err
			})
			if tt.query == "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v, want %q", err, tt.want)
				}
				if diff := cmp.Diff(from, inspect(t, db)); diff != "" {
					t.Errorf("after an error (-want +got)\n%s", diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := one(t, db, tt.query); got != tt.want {
				t.Errorf("%s: %s, want %s", tt.query, got, tt.want)
			}
			got := inspect(t, db)
			run(t, db)([]string{"DROP TABLE pet"}, nil)
			run(t, db)(ed.CreateTable(to))
			want := inspect(t, db)
			for _, s := range []*schema.Schema{&want, &got} { // a column made again stands at the end
				pet := s.Tables[1]
				slices.SortFunc(pet.Columns, func(a, b schema.Column) int { return strings.Compare(a.Name, b.Name) })
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the table is not what a new one is (-new +altered)\n%s", diff)
			}
		})
	}
}

func inspect(t *testing.T, db *database.DB) schema.Schema {
	t.Helper()
	s, err := db.Dialect().Editor().Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A column that is numbered from now on goes on after the numbers there are.
func TestNumberedFromNowOn(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	from := schema.Table{Name: `it's "t"`, Columns: []schema.Column{{Name: "o'id", Type: integer}}, PrimaryKey: []string{"o'id"}}
	to := from.Clone()
	to.Columns[0].Auto = true
	ed := db.Dialect().Editor()
	run(t, db)(ed.CreateTable(from))
	run(t, db)([]string{`INSERT INTO "it's ""t""" VALUES (41)`}, nil)
	run(t, db)(ed.AlterTable(t.Context(), db, database.Alteration{From: from, To: to}))
	if got := one(t, db, `INSERT INTO "it's ""t""" DEFAULT VALUES RETURNING "o'id"::text`); got != "42" {
		t.Error(got)
	}
}

// An index that was being built concurrently when something failed is built
// again, one that is whole is left.
func TestIndexLeftHalfBuilt(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	ed := db.Dialect().Editor()
	from := schema.Table{Name: "t", Columns: []schema.Column{{Name: "n", Type: integer}}}
	to := from.Clone()
	to.Indexes = []schema.Index{{Name: "i", Columns: []schema.IndexColumn{{Column: "n"}}, Unique: true, Where: "n > 0"}}
	change := database.Alteration{From: from, To: to, Concurrently: true}
	run(t, db)(ed.CreateTable(from))
	run(t, db)([]string{"INSERT INTO t VALUES (1), (1)"}, nil)
	statements := func(want ...string) []string {
		t.Helper()
		list, err := ed.AlterTable(t.Context(), db, change)
		if diff := cmp.Diff(want, list); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
		return list
	}
	const create = `CREATE UNIQUE INDEX CONCURRENTLY "i" ON "t" ("n") WHERE n > 0`
	list := statements(create)
	if _, err := db.Exec(t.Context(), list[0]); !errors.Is(err, database.ErrUnique) {
		t.Fatal(err)
	}
	run(t, db)([]string{"DELETE FROM t"}, nil)
	run(t, db)(statements(`DROP INDEX CONCURRENTLY "i"`, create), nil)
	statements()
	change = database.Alteration{From: to, To: from, Concurrently: true}
	run(t, db)(statements(`DROP INDEX CONCURRENTLY IF EXISTS "i"`), nil)
}

// Defaults that are numbers to the server and not to a program.
func TestInspectDefaults(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	run(t, db)([]string{`CREATE TABLE t (a float8 DEFAULT 'NaN', b float8 DEFAULT '-Infinity', c float8 DEFAULT -1.5, d numeric(5,2) DEFAULT 1.50,
		e bigint DEFAULT -7, f text DEFAULT '12', g text DEFAULT NULL, h boolean DEFAULT false, i text DEFAULT 'a''::b', j date DEFAULT '2024-02-29')`}, nil)
	table := inspect(t, db).Tables[0]
	var got []any
	for _, c := range table.Columns {
		got = append(got, c.Default)
	}
	want := []any{
		schema.Default{SQL: "'NaN'::double precision"}, schema.Default{SQL: "'-Infinity'::double precision"}, schema.Default{Value: -1.5}, schema.Default{Value: 1.5},
		schema.Default{Value: int64(-7)}, schema.Default{Value: "12"}, schema.Default{}, schema.Default{Value: false}, schema.Default{Value: "a'::b"}, schema.Default{Value: "2024-02-29"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// A table made of what was read has the same defaults.
	run(t, db)([]string{"DROP TABLE t"}, nil)
	run(t, db)(db.Dialect().Editor().CreateTable(table))
	if diff := cmp.Diff(table, inspect(t, db).Tables[0]); diff != "" {
		t.Errorf("made again (-want +got)\n%s", diff)
	}
}
