package ddl_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/internal/ddl"
	"github.com/volaweb/vola/schema"
)

// words are those of a database that does not exist.
func words() ddl.Words {
	return ddl.Words{
		True: "yes", False: "no", Numbered: "NUMBERED",
		Type: func(t schema.Type) (string, error) {
			if t.Kind == schema.JSON {
				return "", errors.New("no JSON here")
			}
			return strings.ToLower(t.Kind.String()), nil
		},
	}
}

// odd is a table of all that a table may have, with names that need quotes.
func odd() schema.Table {
	return schema.Table{
		Name: `a "b`,
		Columns: []schema.Column{
			{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
			{Name: "x,y", Type: schema.Type{Kind: schema.Text}, Null: true, Default: schema.Default{Value: "it's"}},
			{Name: "g", Type: schema.Type{Kind: schema.Int32}, Generated: "id * 2"},
		},
		PrimaryKey:  []string{"id"},
		Uniques:     []schema.Unique{{Name: "u", Columns: []string{"x,y", "g"}}},
		Checks:      []schema.Check{{Name: "c", SQL: "g > 0"}},
		ForeignKeys: []schema.ForeignKey{{Name: "f", Columns: []string{"g"}, RefTable: "o", RefColumns: []string{"id"}, OnDelete: schema.SetNull, Deferred: true}},
		Indexes: []schema.Index{
			{Name: "i", Columns: []schema.IndexColumn{{Column: "x,y", Desc: true}, {Expr: "lower(g)"}}, Unique: true, Where: "g > 1"},
			{Name: "j", Columns: []schema.IndexColumn{{Column: "g"}}},
		},
	}
}

func TestCreateTable(t *testing.T) {
	t.Parallel()
	const columns = `CREATE TABLE "a ""b" ("id" int64 NOT NULL NUMBERED, "x,y" text DEFAULT 'it''s', "g" int32 NOT NULL GENERATED ALWAYS AS (id * 2) STORED, PRIMARY KEY ("id"), `
	const rest = `CONSTRAINT "c" CHECK (g > 0), CONSTRAINT "f" FOREIGN KEY ("g") REFERENCES "o" ("id") ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED)`
	i, j := `CREATE UNIQUE INDEX "i" ON "a ""b" ("x,y" DESC, lower(g)) WHERE g > 1`, `CREATE INDEX "j" ON "a ""b" ("g")`
	for _, tt := range []struct {
		name   string
		change func(*ddl.Words)
		want   []string
	}{
		{"as it is", func(*ddl.Words) {}, []string{columns + `CONSTRAINT "u" UNIQUE ("x,y", "g"), ` + rest, i, j}},
		{"unique indexes", func(w *ddl.Words) { w.UniqueIndexes = true }, []string{columns + rest, `CREATE UNIQUE INDEX "u" ON "a ""b" ("x,y", "g")`, i, j}},
		{"key in the column", func(w *ddl.Words) { w.Key, w.UniqueIndexes = "MY KEY", true }, []string{
			strings.ReplaceAll(strings.ReplaceAll(columns, "int64 NOT NULL NUMBERED", "MY KEY"), `PRIMARY KEY ("id"), `, "") + rest,
			`CREATE UNIQUE INDEX "u" ON "a ""b" ("x,y", "g")`, i, j,
		}},
		{"place of NULL", func(w *ddl.Words) {
			w.Nulls = func(t schema.Table, c schema.IndexColumn) string { return " IN " + t.Name[:1] + c.Column }
		}, []string{
			columns + `CONSTRAINT "u" UNIQUE ("x,y", "g"), ` + rest,
			`CREATE UNIQUE INDEX "i" ON "a ""b" ("x,y" DESC IN ax,y, lower(g) IN a) WHERE g > 1`, `CREATE INDEX "j" ON "a ""b" ("g" IN ag)`,
		}},
		{"check of a type", func(w *ddl.Words) { w.Check = func(c schema.Column) string { return " CHECKED " + c.Name } }, []string{
			strings.NewReplacer(`NUMBERED,`, `NUMBERED CHECKED id,`, `s',`, `s' CHECKED x,y,`, `NULL GENERATED`, `NULL CHECKED g GENERATED`).Replace(columns) +
				`CONSTRAINT "u" UNIQUE ("x,y", "g"), ` + rest, i, j,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := words()
			tt.change(&w)
			got, err := w.CreateTable(odd())
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		})
	}
}

// What cannot be written names the table and the column.
func TestColumnErrors(t *testing.T) {
	t.Parallel()
	keyed := words()
	keyed.Key = "KEY"
	for _, tt := range []struct {
		words ddl.Words
		c     schema.Column
		want  string
	}{
		{words(), schema.Column{Name: "j", Type: schema.Type{Kind: schema.JSON}}, "column t.j: no JSON here"},
		{words(), schema.Column{Name: "n", Type: schema.Type{Kind: schema.Int64}, Default: schema.Default{Value: 7}}, "column t.n: a default must be a string, int64, float64 or bool, not int"},
		{keyed, schema.Column{Name: "n", Type: schema.Type{Kind: schema.Int64}, Auto: true}, "column t.n is numbered by the database, but is not the primary key"},
	} {
		table := schema.Table{Name: "t", Columns: []schema.Column{tt.c}, PrimaryKey: []string{"id"}}
		if got, err := tt.words.CreateTable(table); err == nil || err.Error() != tt.want || got != nil {
			t.Errorf("%q, %v, want %s", got, err, tt.want)
		}
	}
}

func TestLiteral(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		d    schema.Default
		want string
	}{
		{schema.Default{Value: `a'b''c"d\`}, `'a''b''''c"d\'`},
		{schema.Default{Value: ""}, `''`},
		{schema.Default{Value: int64(math.MinInt64)}, "-9223372036854775808"},
		{schema.Default{Value: 0.1}, "0.1"},
		{schema.Default{Value: true}, "yes"},
		{schema.Default{Value: false}, "no"},
		{schema.Default{SQL: "now()", Value: "wins not"}, "(now())"},
	} {
		if got, err := words().Literal(tt.d); got != tt.want || err != nil {
			t.Errorf("%v: %s, %v, want %s", tt.d, got, err, tt.want)
		}
	}
}

// What databases say of a default becomes the same default again, or none.
func TestNumber(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		kind schema.Kind
		want any
	}{
		{"12", schema.Int32, int64(12)},
		{"-12", schema.Decimal, int64(-12)},
		{"12", schema.Float64, 12.0},
		{"1.50", schema.Decimal, 1.5},
		{"9223372036854775808", schema.Int64, 9223372036854775808.0},
		{"1e999", schema.Float64, nil},
		{"NaN", schema.Float64, nil},
		{"-Infinity", schema.Float64, nil},
		{"inf", schema.Text, nil},
		{"0x10", schema.Int64, nil},
		{"", schema.Int64, nil},
	} {
		got, ok := ddl.Number(tt.text, schema.Type{Kind: tt.kind})
		if got.Value != tt.want || ok != (tt.want != nil) {
			t.Errorf("%q as a %v: %v (%T), %v, want %v", tt.text, tt.kind, got.Value, got.Value, ok, tt.want)
		}
	}
}

// Statements of the editors are said to come from who called the editor.
func TestReadsNameTheirCaller(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var s databasetest.Statements
		editor := db.Dialect().Editor()
		if _, err := editor.Tables(s.Observe(t.Context()), db); err != nil {
			t.Fatal(err)
		}
		if _, err := editor.Inspect(s.Observe(t.Context()), db); err != nil {
			t.Fatal(err)
		}
		for _, one := range s.All() {
			if !strings.Contains(one.Caller, "ddl_test.go:") {
				t.Errorf("%s is said to come from %s", one.SQL, one.Caller)
			}
		}
		if names, err := ddl.Strings(t.Context(), db, "SELECT 1, 2"); err == nil || len(names) > 0 && names[0] != "" {
			t.Errorf("two columns: %q, %v", names, err)
		}
	})
}
