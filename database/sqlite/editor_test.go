package sqlite_test

import (
	"context"
	"errors"
	"fmt"
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
		},
		PrimaryKey:  []string{"id"},
		Uniques:     []schema.Unique{{Name: "pet_name", Columns: []string{"name"}}},
		Checks:      []schema.Check{{Name: "old", SQL: "age < 200"}},
		Indexes:     []schema.Index{{Name: "by_age", Columns: []schema.IndexColumn{{Column: "age"}}}},
		ForeignKeys: []schema.ForeignKey{{Name: "pet_owner", Columns: []string{"owner"}, RefTable: "owner", RefColumns: []string{"id"}}},
	}
}

// withPets returns a database with pets of two owners.
func withPets(t *testing.T, more ...string) *database.DB {
	t.Helper()
	db := databasetest.SQLite(t)
	list, err := db.Dialect().Editor().CreateTable(pets())
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, "CREATE TABLE owner (id integer PRIMARY KEY)", "INSERT INTO owner VALUES (1), (2)")
	run(t, db, list...)
	run(t, db, "INSERT INTO pet (id, name, age, owner) VALUES (3, 'Rex', 7, 1), (5, 'Tom', NULL, 2), (9, 'gone', 1, 1)", "DELETE FROM pet WHERE id = 9")
	run(t, db, more...)
	return db
}

// alter makes the change as migrations do, and returns its statements.
func alter(t *testing.T, db *database.DB, a database.Alteration) (list []string, err error) {
	t.Helper()
	err = db.InTxWith(t.Context(), database.TxOptions{NoForeignKeys: true}, func(ctx context.Context, tx *database.Tx) error {
		if list, err = db.Dialect().Editor().AlterTable(ctx, tx, a); err != nil {
			return err
		}
		for _, q := range list {
			if _, err := tx.Exec(ctx, q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		return nil
	})
	return list, err
}

// one returns the only value of a query, as text.
func one(t *testing.T, db *database.DB, query string) (text string) {
	t.Helper()
	if err := database.QueryRow(t.Context(), db, []any{&text}, query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return text
}

// Each change is made in place where SQLite can do that, else the error or the
// first statement says why not. The rows are there afterwards, and the table is
// what it is to be.
func TestAlterTable(t *testing.T) {
	t.Parallel()
	column := func(i int, change func(*schema.Column)) func(*schema.Table) {
		return func(to *schema.Table) { change(&to.Columns[i]) }
	}
	add := func(c schema.Column) func(*schema.Table) {
		return func(to *schema.Table) { to.Columns = append(to.Columns, c) }
	}
	for _, tt := range []struct {
		name    string
		change  func(*schema.Table)
		fill    []database.Fill
		rebuild string // why
		query   string
		want    string
	}{
		{"new column", add(schema.Column{Name: "x", Type: text, Null: true}), nil, "", "SELECT count(*) - count(x) FROM pet", "2"},
		{"new column with a default", add(schema.Column{Name: "x", Type: text, Default: schema.Default{Value: "it's"}}), nil, "", "SELECT group_concat(x ORDER BY id) FROM pet", "it's,it's"},
		{"new column with an expression", add(schema.Column{Name: "x", Type: text, Default: schema.Default{SQL: "'a' || 'b'"}}), nil,
			"new column x with an expression", "SELECT group_concat(x ORDER BY id) FROM pet", "ab,ab"},
		{"new column with values", add(schema.Column{Name: "x", Type: text}), []database.Fill{{Column: "x", Value: "upper(name)"}},
			"new column x with values of its own", "SELECT group_concat(x ORDER BY id) FROM pet", "REX,TOM"},
		{"new computed column", add(schema.Column{Name: "x", Type: text, Generated: "upper(name)"}), nil,
			"new column x that the database fills", "SELECT group_concat(x ORDER BY id) FROM pet", "REX,TOM"},
		{"new column that refers", func(to *schema.Table) {
			to.Columns = append(to.Columns, schema.Column{Name: "x", Type: integer, Null: true})
			to.ForeignKeys = append(to.ForeignKeys, schema.ForeignKey{Name: "f", Columns: []string{"x"}, RefTable: "owner", RefColumns: []string{"id"}, OnDelete: schema.SetNull})
		}, nil, "", `SELECT count(*) FROM pragma_foreign_key_list('pet')`, "2"},
		{"column that refers now", func(to *schema.Table) {
			to.ForeignKeys = append(to.ForeignKeys, schema.ForeignKey{Name: "f", Columns: []string{"age"}, RefTable: "owner", RefColumns: []string{"id"}})
		}, []database.Fill{}, "new foreign key f", "", "row 3 of pet refers to one of owner"},
		{"no reference", func(to *schema.Table) { to.ForeignKeys = nil }, nil, "dropped foreign key pet_owner", `SELECT count(*) FROM pragma_foreign_key_list('pet')`, "0"},
		{"other action", func(to *schema.Table) { to.ForeignKeys[0].OnDelete = schema.Cascade }, nil, "dropped foreign key pet_owner",
			`SELECT on_delete FROM pragma_foreign_key_list('pet')`, "CASCADE"},
		{"dropped column", func(to *schema.Table) { to.Columns, to.Indexes, to.Checks = slices.Delete(to.Columns, 2, 3), nil, nil }, nil, "", "SELECT count(*) FROM pet", "2"},
		{"NOT NULL with a value", column(2, func(c *schema.Column) { c.Null = false }), []database.Fill{{Column: "age", Value: "length(name)"}}, "", "SELECT group_concat(age ORDER BY id) FROM pet", "7,3"},
		{"NOT NULL with a default", column(2, func(c *schema.Column) { c.Null, c.Default = false, schema.Default{Value: int64(4)} }), nil, "changed column age", "SELECT group_concat(age ORDER BY id) FROM pet", "7,4"},
		{"NOT NULL with nothing", column(2, func(c *schema.Column) { c.Null = false }), nil, "", "", "NOT NULL"},
		{"NULL", column(1, func(c *schema.Column) { c.Null = true }), nil, "", `SELECT "notnull" FROM pragma_table_info('pet') WHERE name = 'name'`, "0"},
		{"another default", column(1, func(c *schema.Column) { c.Default = schema.Default{Value: "x"} }), nil, "changed column name", "SELECT group_concat(name ORDER BY id) FROM pet", "Rex,Tom"},
		{"another type", func(to *schema.Table) { to.Columns[2].Type, to.Checks = text, nil }, nil, "changed column age", "SELECT typeof(age) FROM pet WHERE id = 3", "text"},
		{"converted", column(1, func(c *schema.Column) { c.Type = integer }), []database.Fill{{Column: "name", Convert: "length(name) + id"}}, "changed column name", "SELECT group_concat(name ORDER BY id) FROM pet", "6,8"},
		{"foreign type", column(1, func(c *schema.Column) { c.Type = schema.Type{Kind: schema.Time} }), nil, "changed column name", "", "must be said with an expression"},
		{"another key", func(to *schema.Table) { to.PrimaryKey, to.Columns[0].Auto = []string{"name"}, false }, nil, "another primary key", "SELECT pk FROM pragma_table_info('pet') WHERE name = 'name'", "1"},
		{"no unique constraint", func(to *schema.Table) { to.Uniques = nil }, nil, "", "SELECT count(*) FROM pragma_index_list('pet')", "1"},
		{"another check", func(to *schema.Table) { to.Checks[0].SQL = "age < 5" }, nil, "", "", "CHECK"},
		{"check under another name", func(to *schema.Table) { to.Checks[0].Name = "new" }, nil, "", "SELECT count(*) FROM pet", "2"},
		{"partial index", func(to *schema.Table) { to.Indexes[0].Where = "age > 3" }, nil, "", "SELECT partial FROM pragma_index_list('pet') WHERE name = 'by_age'", "1"},
		{"unique where it cannot be", func(to *schema.Table) {
			to.Indexes = append(to.Indexes, schema.Index{Name: "u", Unique: true, Columns: []schema.IndexColumn{{Expr: "length(name)"}}})
		}, nil, "", "", "a row with the same"},
		{"nothing", func(*schema.Table) {}, nil, "", "SELECT count(*) FROM pet", "2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db, to := withPets(t), pets()
			tt.change(&to)
			before := inspect(t, db)
			list, err := alter(t, db, database.Alteration{From: pets(), To: to, Fills: tt.fill})
			if tt.query == "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v, want %q", err, tt.want)
				}
				if diff := cmp.Diff(before, inspect(t, db)); diff != "" {
					t.Errorf("after an error (-want +got)\n%s", diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, _, _ := strings.Cut(strings.Join(list, ";"), "\n"); strings.HasPrefix(got, "-- rebuilding") != (tt.rebuild != "") || !strings.Contains(got, tt.rebuild) {
				t.Errorf("the first statement is %s", got)
			}
			if got := one(t, db, tt.query); got != tt.want {
				t.Errorf("%s: %s, want %s", tt.query, got, tt.want)
			}
			if got := one(t, db, "SELECT group_concat(id ORDER BY id) FROM pet"); got != "3,5" {
				t.Errorf("the rows are %s now", got)
			}
			again, err := db.Dialect().Editor().AlterTable(t.Context(), db, database.Alteration{From: to, To: to})
			if err != nil || len(again) > 0 {
				t.Errorf("once more: %q, %v", again, err)
			}
			fresh := databasetest.SQLite(t)
			create, err := db.Dialect().Editor().CreateTable(to)
			if err != nil {
				t.Fatal(err)
			}
			run(t, fresh, append(create, "CREATE TABLE owner (id integer PRIMARY KEY)")...)
			want, got := inspect(t, fresh), inspect(t, db)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the table is not what a new one is (-new +altered)\n%s", diff)
			}
		})
	}
}

// rebuilt is a change that SQLite cannot make in place.
func rebuilt() database.Alteration {
	to := pets()
	to.Columns[2].Type = integer
	return database.Alteration{From: pets(), To: to}
}

// What lies on a table is there after it was rebuilt: triggers, views, indexes
// that someone made, the numbers that were given, and the rows of other tables.
func TestRebuildKeepsWhatLiesOnATable(t *testing.T) {
	t.Parallel()
	db := withPets(t,
		"CREATE TABLE toy (id integer PRIMARY KEY, pet integer NOT NULL REFERENCES pet ON DELETE CASCADE)", "INSERT INTO toy VALUES (1, 3), (2, 5)",
		"CREATE TABLE log (what text)",
		"CREATE INDEX by_hand ON pet (lower(name)) WHERE age > 1",
		"CREATE TRIGGER noted AFTER UPDATE OF name ON pet BEGIN INSERT INTO log VALUES (old.name || '>' || new.name); END",
		"CREATE TRIGGER more AFTER DELETE ON toy BEGIN UPDATE pet SET age = 0 WHERE id = old.pet; END",
		"CREATE VIEW olds AS SELECT name FROM pet WHERE age > 5",
		"CREATE TRIGGER viewed INSTEAD OF INSERT ON olds BEGIN INSERT INTO pet (name, age) VALUES (new.name, 99); END",
	)
	if _, err := alter(t, db, rebuilt()); err != nil {
		t.Fatal(err)
	}
	run(t, db, "UPDATE pet SET name = 'Max' WHERE id = 3", "DELETE FROM toy WHERE id = 2", "INSERT INTO olds VALUES ('Old')")
	for query, want := range map[string]string{
		"SELECT what FROM log": "Rex>Max",
		"SELECT group_concat(id || name || coalesce(age, '-') ORDER BY id) FROM pet":               "3Max7,5Tom0,10Old99", // not 6: 9 was given already
		"SELECT group_concat(name) FROM olds":                                                      "Max,Old",
		"SELECT count(*) FROM toy":                                                                 "1",
		"SELECT sql FROM sqlite_schema WHERE name = 'by_hand'":                                     "CREATE INDEX by_hand ON pet (lower(name)) WHERE age > 1",
		"SELECT count(*) FROM sqlite_schema WHERE name LIKE '%vola_new%' OR sql LIKE '%vola_new%'": "0",
		"SELECT group_concat(name) FROM sqlite_sequence":                                           "pet",
		`SELECT "table" FROM pragma_foreign_key_list('toy')`:                                       "pet",
	} {
		if got := one(t, db, query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// A view or trigger that uses a column which is gone is an error of the change,
// not of whoever uses it next.
func TestRebuildTriesItsUsers(t *testing.T) {
	t.Parallel()
	for name, user := range map[string]string{
		"view":                       "CREATE VIEW v AS SELECT age FROM pet",
		"trigger":                    "CREATE TRIGGER tr AFTER INSERT ON pet BEGIN SELECT new.age; END",
		"trigger of an update":       "CREATE TRIGGER tr AFTER UPDATE ON pet BEGIN SELECT old.age; END",
		"trigger of another table":   "CREATE TRIGGER tr AFTER DELETE ON owner BEGIN UPDATE pet SET age = 1; END",
		"trigger of another table 2": "CREATE TRIGGER tr AFTER UPDATE ON owner BEGIN UPDATE PET SET age = 1; END",
		"index":                      "CREATE INDEX i ON pet (abs(age))",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := withPets(t, user)
			a := rebuilt()
			a.To.Columns, a.To.Indexes, a.To.Checks = slices.Delete(a.To.Columns, 2, 3), nil, nil
			a.To.ForeignKeys[0].OnDelete = schema.Cascade // which rebuilds
			if _, err := alter(t, db, a); err == nil || !strings.Contains(err.Error(), "age") {
				t.Errorf("%v", err)
			}
			if got := one(t, db, "SELECT group_concat(age ORDER BY id) FROM pet"); got != "7" {
				t.Errorf("afterwards: %s", got)
			}
		})
	}
}

// What would be lost with the old table is an error.
func TestRebuildLosesNothing(t *testing.T) {
	t.Parallel()
	db := withPets(t, "ALTER TABLE pet ADD COLUMN colour text")
	_, err := alter(t, db, rebuilt())
	if err == nil || !strings.Contains(err.Error(), `"colour" that no migration made`) {
		t.Error(err)
	}
	a := rebuilt()
	a.From.Name, a.To.Name = "no", "no"
	if _, err := alter(t, db, a); err == nil || !strings.Contains(err.Error(), `table "no" is not in the database`) {
		t.Error(err)
	}
	// Rows that no longer fit.
	db = withPets(t, "ALTER TABLE pet DROP CONSTRAINT old", "UPDATE pet SET age = 70000 WHERE id = 3")
	a = rebuilt()
	a.To.Columns[2].Type = schema.Type{Kind: schema.Int16}
	a.From.Checks, a.To.Checks = nil, nil
	if _, err := alter(t, db, a); err == nil || !strings.Contains(err.Error(), "pet.age: 70000 does not fit an int16") {
		t.Error(err)
	}
	if got := one(t, db, "SELECT age FROM pet WHERE id = 3"); got != "70000" {
		t.Error(got)
	}
}

// What a column of another type makes of a value: the same, or an error.
func TestConversions(t *testing.T) {
	t.Parallel()
	sized := func(n int) schema.Type { return schema.Type{Kind: schema.Text, Size: n} }
	kind := func(k schema.Kind) schema.Type { return schema.Type{Kind: k} }
	for _, tt := range []struct {
		from, to schema.Type
		value    string
		want     string // quoted, or a part of the error
	}{
		{kind(schema.Int64), kind(schema.Int16), "32767", "32767"},
		{kind(schema.Int64), kind(schema.Int16), "-32769", "t.v: -32769 does not fit an int16"},
		{kind(schema.Int64), kind(schema.Int16), "NULL", "NULL"},
		{kind(schema.Int16), kind(schema.Int64), "7", "7"},
		{kind(schema.Int64), kind(schema.Text), "-7", "'-7'"},
		{kind(schema.Int64), sized(3), "1000", "t.v: 1000 does not fit a text of 3 characters"},
		{kind(schema.Text), kind(schema.Int32), "'12'", "12"},
		{kind(schema.Text), kind(schema.Int32), "'12x'", `t.v: "12x" does not fit an int32`},
		{kind(schema.Text), kind(schema.Int32), "'1.5'", `t.v: "1.5" does not fit an int32`},
		{kind(schema.Text), kind(schema.Int32), "''", `t.v: "" does not fit an int32`},
		{kind(schema.Text), kind(schema.Int32), "'2147483648'", `does not fit an int32`},
		{kind(schema.Text), sized(3), "'äöü'", "'äöü'"},
		{kind(schema.Text), sized(3), "'äöüx'", `t.v: "äöüx" does not fit a text of 3 characters`},
		{sized(3), kind(schema.Text), "'abc'", "'abc'"},
		{decimal(10, 2), decimal(20, 2), "12.5", "'p000000000000000012.50'"},
		{decimal(20, 2), decimal(10, 2), "'p000000000000000012.50'", "12.5"},
		{decimal(20, 2), decimal(10, 1), "'p000000000000000012.55'", "12.55 has more than 1 digits after the point"},
		{decimal(10, 2), decimal(10, 4), "12.5", "12.5"},
		{decimal(10, 2), decimal(5, 2), "1234.5", "more than 3 digits before the point"},
	} {
		name := fmt.Sprintf("%v to %v of %s", tt.from, tt.to, tt.value)
		db := databasetest.SQLite(t)
		from := schema.Table{Name: "t", Columns: []schema.Column{{Name: "k", Type: integer, Auto: true}, {Name: "v", Type: tt.from, Null: true}}, PrimaryKey: []string{"k"}}
		to := from.Clone()
		to.Columns[1].Type = tt.to
		create, err := db.Dialect().Editor().CreateTable(from)
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, append(create, "INSERT INTO t (v) VALUES ("+tt.value+")")...)
		if _, err := alter(t, db, database.Alteration{From: from, To: to}); err != nil {
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v, want %s", name, err, tt.want)
			}
			continue
		}
		if got := one(t, db, "SELECT quote(v) FROM t"); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// Many rows are copied in parts, each of which is told; none is lost between
// two, wherever the rows' numbers lie.
func TestRebuildInParts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rows  string
		parts int
	}{
		"none":         {"SELECT 1 WHERE false", 0},
		"one":          {"SELECT 1", 1},
		"negative":     {"SELECT -7", 1},
		"many":         {"SELECT value FROM g", 3},
		"far apart":    {"VALUES (-9223372036854775808), (-1), (0), (1), (9223372036854775806), (9223372036854775807)", 100},
		"at the edges": {"SELECT value * 50000 FROM g WHERE value < 6 UNION ALL SELECT value * 50000 + 1 FROM g WHERE value < 6", 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := databasetest.SQLite(t)
			table := schema.Table{Name: "t", Columns: []schema.Column{{Name: "id", Type: integer, Auto: true}, {Name: "v", Type: integer, Null: true}}, PrimaryKey: []string{"id"}}
			create, err := db.Dialect().Editor().CreateTable(table)
			if err != nil {
				t.Fatal(err)
			}
			run(t, db, create...)
			run(t, db, "WITH RECURSIVE g(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM g WHERE value < 120000) INSERT INTO t (id) "+tt.rows)
			const sum = "SELECT count(*) || ' ' || coalesce(min(id), '') || ' ' || coalesce(max(id), '') || ' ' || total(id % 1000) FROM t"
			before := one(t, db, sum)
			to := table.Clone()
			to.Columns[1].Default = schema.Default{SQL: "1 + 1"}
			list, err := alter(t, db, database.Alteration{From: table, To: to})
			if err != nil {
				t.Fatal(err)
			}
			parts := 0
			for _, q := range list {
				if strings.HasPrefix(q, "-- copying the rows of table t, part ") {
					parts++
				}
			}
			if got := one(t, db, sum); got != before || parts != tt.parts {
				t.Errorf("%s, before %s, in %d parts, want %d", got, before, parts, tt.parts)
			}
		})
	}
}

// A foreign key that the rows break is refused at the end of the change.
func TestAlterChecksForeignKeys(t *testing.T) {
	t.Parallel()
	db := withPets(t)
	a := rebuilt()
	a.Fills = []database.Fill{{Column: "owner", Convert: "owner + 1"}}
	a.To.Columns[3].Type = schema.Type{Kind: schema.Int32}
	if _, err := alter(t, db, a); !errors.Is(err, database.ErrForeignKey) || !strings.Contains(err.Error(), "row 5 of pet") {
		t.Error(err)
	}
}
