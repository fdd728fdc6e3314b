package copydata_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/migrate/copydata"
	"github.com/volaweb/vola/schema"
)

func typ(k schema.Kind) schema.Type { return schema.Type{Kind: k} }

func col(name string, k schema.Kind) schema.Column { return schema.Column{Name: name, Type: typ(k)} }

func null(c schema.Column) schema.Column { c.Null = true; return c }

func id() schema.Column {
	return schema.Column{Name: "id", Type: typ(schema.Int64), Auto: true}
}

func fk(table, column, ref string) schema.ForeignKey {
	return schema.ForeignKey{Name: schema.ForeignKeyName(table, []string{column}, ref, "id"), Columns: []string{column}, RefTable: ref, RefColumns: []string{"id"}}
}

// shop is a module with a table of each shape: a circle of rows that cannot be
// without each other, rows that refer to their own table, a join table whose
// key is two columns, a computed column, a table without a key, rows that a
// migration writes, and, in shop_kinds, a column of each type.
func shop() migrate.Group {
	deferred := fk("shop_team", "captain_id", "shop_person")
	deferred.Deferred = true
	return migrate.Group{Module: "shop", Migrations: []migrate.Migration{
		{Name: "0001_initial", Operations: []migrate.Operation{
			migrate.CreateTable{Table: schema.Table{Name: "shop_team", PrimaryKey: []string{"id"},
				Columns: []schema.Column{id(), {Name: "name", Type: schema.Type{Kind: schema.Text, Size: 20}}, col("captain_id", schema.Int64)},
				Uniques: []schema.Unique{{Name: "shop_team_name_key", Columns: []string{"name"}}}}},
			migrate.CreateTable{Table: schema.Table{Name: "shop_person", PrimaryKey: []string{"id"},
				Columns: []schema.Column{id(), col("name", schema.Text), col("team_id", schema.Int64), null(col("boss_id", schema.Int64)), null(col("deleted", schema.Time)),
					{Name: "shout", Type: typ(schema.Text), Generated: "upper(name)", Null: true}},
				ForeignKeys: []schema.ForeignKey{fk("shop_person", "team_id", "shop_team"), fk("shop_person", "boss_id", "shop_person")}}},
			migrate.AddForeignKey{Table: "shop_team", ForeignKey: deferred},
			migrate.CreateTable{Table: schema.Table{Name: "shop_person_friends", PrimaryKey: []string{"from_id", "to_id"},
				Columns:     []schema.Column{col("from_id", schema.Int64), col("to_id", schema.Int64)},
				ForeignKeys: []schema.ForeignKey{fk("shop_person_friends", "from_id", "shop_person"), fk("shop_person_friends", "to_id", "shop_person")}}},
			migrate.CreateTable{Table: schema.Table{Name: "shop_log", Columns: []schema.Column{col("line", schema.Text)}}},
			migrate.CreateTable{Table: schema.Table{Name: "shop_word", PrimaryKey: []string{"word"}, Columns: []schema.Column{col("word", schema.Text), null(col("n", schema.Int32))}}},
			migrate.CreateTable{Table: kinds()},
		}},
		{Name: "0002_words", Depends: []migrate.Ref{{Module: "shop", Name: "0001_initial"}}, Operations: []migrate.Operation{
			migrate.RunSQL{Up: []migrate.SQL{migrate.Same("INSERT INTO shop_word (word, n) VALUES ('first', 1), ('second', 2)")}, Down: []migrate.SQL{}},
		}},
	}}
}

// kinds is a table with a column of each type, all of which may be NULL.
func kinds() schema.Table {
	t := schema.Table{Name: "shop_kinds", PrimaryKey: []string{"id"}, Columns: []schema.Column{{Name: "id", Type: typ(schema.UUID)}}}
	for _, k := range []schema.Kind{schema.Bool, schema.Int16, schema.Int32, schema.Int64, schema.Float64, schema.Text, schema.Bytes,
		schema.Time, schema.Date, schema.Clock, schema.Duration, schema.UUID, schema.JSON} {
		t.Columns = append(t.Columns, null(col("a_"+strings.ToLower(k.String()), k)))
	}
	t.Columns = append(t.Columns,
		schema.Column{Name: "a_short", Type: schema.Type{Kind: schema.Text, Size: 3}, Null: true},
		schema.Column{Name: "a_price", Type: schema.Type{Kind: schema.Decimal, Precision: 10, Scale: 2}, Null: true},
		schema.Column{Name: "a_whole", Type: schema.Type{Kind: schema.Decimal, Precision: 5}, Null: true},
		schema.Column{Name: "a_long", Type: schema.Type{Kind: schema.Decimal, Precision: 40, Scale: 20}, Null: true})
	return t
}

func graph(t testing.TB, groups ...migrate.Group) *migrate.Graph {
	t.Helper()
	if len(groups) == 0 {
		groups = []migrate.Group{shop()}
	}
	g, err := migrate.NewGraph(groups...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// migrated migrates the database.
func migrated(t testing.TB, db *database.DB, g *migrate.Graph) *database.DB {
	t.Helper()
	if err := (&migrate.Runner{DB: db, Graph: g, Version: "7"}).Apply(t.Context(), migrate.Target{}); err != nil {
		t.Fatal(err)
	}
	return db
}

func exec(t testing.TB, db *database.DB, statements ...string) {
	t.Helper()
	err := db.InTxWith(t.Context(), database.TxOptions{ForeignKeysUnchecked: true}, func(ctx context.Context, tx *database.Tx) error {
		for _, q := range statements {
			if _, err := tx.Exec(ctx, q); err != nil {
				return fmt.Errorf("%w, in %.200s", err, q)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// people are rows of all tables but shop_kinds, n of each.
func people(n int) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	list := func(table, columns string, row func(i int) string) {
		for from := 1; from <= n; from += 500 {
			var values []string
			for i := from; i <= min(n, from+499); i++ {
				values = append(values, row(i))
			}
			add("INSERT INTO %s (%s) VALUES %s", table, columns, strings.Join(values, ", "))
		}
	}
	list("shop_team", "id, name, captain_id", func(i int) string { return fmt.Sprintf("(%d, 'team %d', %d)", i, i, n+1-i) })
	list("shop_person", "id, name, team_id, boss_id, deleted", func(i int) string {
		boss, deleted := "NULL", "NULL"
		if i%3 == 0 {
			boss = fmt.Sprint(n + 1 - i) // a later row, and in the middle itself
		}
		if i%4 == 0 {
			deleted = "'2026-11-23 12:00:00.000001'"
		}
		return fmt.Sprintf("(%d, 'Ann ü %d', %d, %s, %s)", i, i, i, boss, deleted)
	})
	list("shop_person_friends", "from_id, to_id", func(i int) string { return fmt.Sprintf("(%d, %d)", i, n+1-i) })
	list("shop_log", "line", func(i int) string { return fmt.Sprintf("('line %d')", i/2) })
	list("shop_word", "word, n", func(i int) string { return fmt.Sprintf("('w%d %% , é', %d)", i, i) })
	add("UPDATE shop_word SET n = 77 WHERE word = 'first'")
	add("INSERT INTO shop_team (id, name, captain_id) VALUES (%d, 'gone', 1)", n+1000)
	add("DELETE FROM shop_team WHERE id = %d", n+1000)
	return out
}

// dump returns what an SQLite file has, value by value as it is stored, but for
// what a copy may keep of its own.
func dump(t testing.TB, db *database.DB) []string {
	t.Helper()
	s, err := db.Dialect().Editor().Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	if len(list(t, db, "SELECT name FROM sqlite_schema WHERE name = 'sqlite_sequence'")) > 0 {
		s.Tables = append(s.Tables, schema.Table{Name: "sqlite_sequence", Columns: []schema.Column{{Name: "name"}, {Name: "seq"}}})
	}
	for _, table := range s.Tables {
		if table.Name == "vola_copydata" {
			continue
		}
		var cols []string
		for _, c := range table.Columns {
			cols = append(cols, "quote("+database.Quote(c.Name)+")")
		}
		for _, line := range list(t, db, "SELECT "+strings.Join(cols, " || ' ' || ")+" FROM "+database.Quote(table.Name)) {
			if !strings.HasPrefix(line, "'vola_copydata'") {
				out = append(out, table.Name+": "+line)
			}
		}
	}
	slices.Sort(out)
	return out
}

// list returns the rows of a query of one text.
func list(t testing.TB, h database.Handle, query string) []string {
	t.Helper()
	found, err := h.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	var out []string
	for found.Next() {
		var line *string
		if err := found.Scan(&line); err != nil {
			t.Fatal(err)
		}
		if line == nil {
			out = append(out, "NULL")
			continue
		}
		out = append(out, *line)
	}
	if err := found.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t testing.TB, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("%s: missing %.300s", what, line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("%s: not expected %.300s", what, line)
		}
	}
	if !t.Failed() {
		t.Errorf("%s: some rows are there more or less often than in the source", what)
	}
}

// copyAll copies and expects that it works.
func copyAll(t testing.TB, from, to *database.DB, g *migrate.Graph, opts copydata.Options) copydata.Report {
	t.Helper()
	report, err := copydata.Copy(t.Context(), from, to, g, opts)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func checksums(r copydata.Report) []string {
	var out []string
	for _, t := range r.Tables {
		out = append(out, fmt.Sprintf("%s %d %s", t.Name, t.Rows, t.Checksum))
	}
	return out
}

// routes are the databases that are copied to after SQLite, one after the other.
func routes(t *testing.T, run func(t *testing.T, open []func(testing.TB) *database.DB)) {
	for name, open := range map[string][]func(testing.TB) *database.DB{
		"sqlite":                 {databasetest.SQLite},
		"postgres and back":      {databasetest.Postgres, databasetest.SQLite},
		"postgres twice, sqlite": {databasetest.Postgres, databasetest.Postgres, databasetest.SQLite},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, open)
		})
	}
}

// TestCopy copies tables of all shapes from SQLite to other databases and back:
// the file at the end is the one at the beginning, value by value, with the
// numbers of the next rows and the records of the migrations.
func TestCopy(t *testing.T) {
	t.Parallel()
	routes(t, func(t *testing.T, open []func(testing.TB) *database.DB) {
		g := graph(t)
		source := migrated(t, databasetest.SQLite(t), g)
		exec(t, source, people(57)...)
		exec(t, source, edges()...)
		exec(t, source, "UPDATE vola_migrations SET applied_at = '2020-02-02 02:02:02.000002', version = '0.3'")
		want := dump(t, source)
		var sums []string
		from := source
		for _, o := range open {
			to := o(t)
			report := copyAll(t, from, to, g, copydata.Options{BatchRows: 10})
			if sums == nil {
				sums = checksums(report)
			}
			same(t, "checksums", checksums(report), sums)
			if report.Resumed || report.Finished || report.Rows() != 57*5+2+int64(len(edges())) {
				t.Errorf("the report says %+v", report)
			}
			if again := copyAll(t, from, to, g, copydata.Options{}); !again.Finished {
				t.Errorf("copied again, the report says %+v", again)
			} else {
				same(t, "checksums of a finished copy", checksums(again), sums)
			}
			wantDrift(t, to, g)
			from = to
		}
		same(t, "the copy", dump(t, from), want)
		same(t, "the source", dump(t, source), want)
	})
}

// wantDrift expects that the tables of the database are those of the migrations.
func wantDrift(t testing.TB, db *database.DB, g *migrate.Graph) {
	t.Helper()
	live, err := db.Dialect().Editor().Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if lines := migrate.Drift(db.Dialect(), live, g.State()); len(lines) > 0 {
		t.Errorf("after the copy: %s", strings.Join(lines, "; "))
	}
}

// edges are rows of shop_kinds with the ends of what each type holds.
func edges() []string {
	n := 0
	row := func(column, value string) string {
		n++
		return fmt.Sprintf("INSERT INTO shop_kinds (id, %s) VALUES ('%032x', %s)", column, n, value)
	}
	out := []string{row("a_bool", "NULL")}
	for _, v := range []struct{ column, values string }{
		{"a_bool", "0;1"},
		{"a_int16", "-32768;32767;0"},
		{"a_int32", "-2147483648;2147483647"},
		{"a_int64", "-9223372036854775808;9223372036854775807"},
		{"a_float64", "0.0;1.5;-1.7976931348623157e308;5e-324;0.1;1e23;9007199254740993.0;9e999;-9e999"},
		{"a_text", "'';' ';'ü';'\U0001F600';'a' || char(10) || char(13) || char(9) || 'b';'''';'NULL';char(65533);char(127);'\\x00';'{}'"},
		{"a_bytes", "x'';x'00';x'ff00fe';x'e28080'"},
		{"a_time", "'0001-01-01 00:00:00';'9999-12-31 23:59:59.999999';'2026-11-23 12:00:00.000001';'1969-12-31 23:59:59'"},
		{"a_date", "'0001-01-01';'9999-12-31';'2024-02-29'"},
		{"a_clock", "'00:00:00';'23:59:59.999999'"},
		{"a_duration", "0;1;-1;9223372036854775;-9223372036854775;86400000000"},
		{"a_uuid", "'00000000000000000000000000000000';'ffffffffffffffffffffffffffffffff'"},
		{"a_json", `'null';'{}';'[]';'""';'"\\u2028é"';'0';'1.5';'123456789012345678901234567890.5';'1e300';'-1e-300';'{"":[{"a":{"b":[1,2,"x"]}}],"z":"\"\\"}';'true'`},
		{"a_short", "'üüü';'';'a  ';'   '"},
		{"a_price", "0;12.34;-12.34;99999999.99;-99999999.99;0.01;5"},
		{"a_whole", "0;-99999;99999"},
		{"a_long", "'p00000000000000000000.00000000000000000000';'p99999999999999999999.99999999999999999999';'n00000000000000000000.00000000000000000000';'n99999999999999999999.99999999999999999998'"},
	} {
		for value := range strings.SplitSeq(v.values, ";") {
			out = append(out, row(v.column, value))
		}
	}
	return out
}
