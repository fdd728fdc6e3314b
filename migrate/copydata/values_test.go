package copydata_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/migrate/copydata"
	"github.com/volaweb/vola/orm"
)

// misfits are values of SQLite that PostgreSQL, or no column of the type, holds.
func misfits() []struct{ column, value, want string } {
	return []struct{ column, value, want string }{
		{"a_text", "'a' || char(0)", "NUL"},
		{"a_text", "CAST(x'61ff' AS TEXT)", "UTF-8"},
		{"a_short", "'four'", "has 4 characters, and the column holds at most 3"},
		{"a_int16", "32768", "32768 does not fit"},
		{"a_int32", "-2147483649", "does not fit"},
		{"a_json", `'"\u0000"'`, "NUL"},
		{"a_json", `'["\ud800"]'`, "UTF-8"},
	}
}

// senseless are values that no database holds for a column of the type.
func senseless() []struct{ column, value, want string } {
	return []struct{ column, value, want string }{
		{"a_bool", "2", "2 is not true or false"},
		{"a_bool", "'maybe'", `"maybe" is not true or false`},
		{"a_int64", "1.5", "1.5 is not a whole number"},
		{"a_int64", "'x'", `"x" is not a whole number`},
		{"a_int64", "x'01'", "1 bytes are not a whole number"},
		{"a_float64", "'x'", "is not a number"},
		{"a_bytes", "5", "is no bytes"},
		{"a_time", "'yesterday'", "is no time"},
		{"a_time", "'2026-11-23 12:00:00.123456789'", "finer than a microsecond"},
		{"a_date", "'2026-02-30'", "2026-02-30"},
		{"a_clock", "'24:00:00'", "24:00"},
		{"a_duration", "9223372036854776", "more than a duration can hold"},
		{"a_uuid", "'123'", "is no uuid"},
		{"a_price", "100000000", "more digits than the column"},
		{"a_price", "'cheap'", "is not a decimal number"},
		{"a_long", "'12.5'", "more than 15 digits"},
	}
}

const misfitKey = "00000000000000000000000000000aaa"

// TestMisfits: a value that the target cannot store stops the copy with its
// table, key and column; a dry run finds it before; and once it is put right the
// copy goes on.
func TestMisfits(t *testing.T) {
	t.Parallel()
	g := graph(t)
	databasetest.Each(t, func(t *testing.T, target *database.DB) {
		source := filled(t, g)
		list := senseless()
		if target.Dialect().Name() == "postgres" {
			list = append(list, misfits()...)
		}
		for _, m := range list {
			exec(t, source, fmt.Sprintf("INSERT INTO shop_kinds (id, %s) VALUES ('%s', %s)", m.column, misfitKey, m.value))
			check := func(v *copydata.ValueError) {
				t.Helper()
				if v.Table != "shop_kinds" || v.Column != m.column || !strings.Contains(v.Key, "aaa") || !strings.Contains(v.Error(), m.want) {
					t.Errorf("%s in %s: %v", m.value, m.column, v)
				}
			}
			report := copyAll(t, source, target, g, copydata.Options{DryRun: true})
			if len(report.Misfits) != 1 {
				t.Errorf("%s in %s: the dry run found %v", m.value, m.column, report.Misfits)
			} else {
				check(report.Misfits[0])
			}
			_, err := copydata.Copy(t.Context(), source, target, g, copydata.Options{BatchRows: 20})
			if v, ok := errors.AsType[*copydata.ValueError](err); ok {
				check(v)
			} else {
				t.Errorf("%s in %s: %v", m.value, m.column, err)
			}
			exec(t, source, "DELETE FROM shop_kinds WHERE id = '"+misfitKey+"'")
		}
		copyAll(t, source, target, g, copydata.Options{})
		back(t, source, target, g)
	})
}

// TestOnlySQLite: what SQLite holds and PostgreSQL does not is copied from one
// file to another as it is.
func TestOnlySQLite(t *testing.T) {
	t.Parallel()
	g := graph(t)
	source, target := filled(t, g), databasetest.SQLite(t)
	for i, m := range misfits() {
		exec(t, source, fmt.Sprintf("INSERT INTO shop_kinds (id, %s) VALUES ('%032x', %s)", m.column, 1000+i, m.value))
	}
	copyAll(t, source, target, g, copydata.Options{})
	same(t, "the copy", dump(t, target), dump(t, source))
}

// TestOnlyPostgres: so with what only PostgreSQL holds, which no other database
// gets without an error.
func TestOnlyPostgres(t *testing.T) {
	t.Parallel()
	g := graph(t)
	source := databasetest.Postgres(t)
	copyAll(t, filled(t, g), source, g, copydata.Options{})
	exec(t, source, "INSERT INTO shop_kinds (id, a_float64) VALUES ('00000000-0000-0000-0000-000000000aaa', 'NaN')")
	copyAll(t, source, databasetest.Postgres(t), g, copydata.Options{})
	_, err := copydata.Copy(t.Context(), source, databasetest.SQLite(t), g, copydata.Options{})
	wantError(t, err, "table shop_kinds, row id 00000000-0000-0000-0000-000000000aaa, column a_float64: ", "NaN")
	exec(t, source, "DELETE FROM shop_kinds WHERE a_float64 = 'NaN'")
	for _, m := range []struct{ column, value, want string }{
		{"a_time", "'infinity'", "infinity"},
		{"a_time", "'0044-03-15 BC'", "year"},
		{"a_date", "'-infinity'", "infinity"},
		{"a_clock", "'24:00'", "24:00"},
		{"a_duration", "'1 month'", "month"},
		{"a_price", "'NaN'", "NaN"},
	} {
		exec(t, source, fmt.Sprintf("INSERT INTO shop_kinds (id, %s) VALUES ('%s', %s)", m.column, misfitKey, m.value))
		for _, dry := range []bool{true, false} {
			target := databasetest.SQLite(t)
			report, err := copydata.Copy(t.Context(), source, target, g, copydata.Options{DryRun: dry})
			if dry && err == nil && len(report.Misfits) == 1 {
				err = report.Misfits[0]
			}
			wantError(t, err, "table shop_kinds, row id 00000000-0000-0000-0000-000000000aaa, column "+m.column+": ", m.want)
			if strings.Contains(err.Error(), "dest[") {
				t.Errorf("the error has the driver's words: %v", err)
			}
		}
		exec(t, source, "DELETE FROM shop_kinds WHERE id = '"+misfitKey+"'")
	}
}

// TestForms: values that stand in another form than Vola's, as Django or plain
// SQL left them, are copied as what they mean.
func TestForms(t *testing.T) {
	t.Parallel()
	g := graph(t)
	tests := []struct{ column, value, want string }{
		{"a_time", "'2026-11-23T12:00:00Z'", "'2026-11-23 12:00:00'"},
		{"a_time", "'2026-11-23 12:00:00+02:00'", "'2026-11-23 10:00:00'"},
		{"a_uuid", "'12345678-1234-1234-1234-123456789ABC'", "'12345678123412341234123456789abc'"},
		{"a_json", `'{"b": 1.0, "a": [ 1e2 ]}'`, `'{"a":[100],"b":1}'`},
		{"a_json", `'{"a": 1, "a": 2}'`, `'{"a":2}'`},
		{"a_price", "1.005000001", "1.01"},
		{"a_bool", "'true'", "1"},
		{"a_float64", "-0.0", "0.0"},
		{"a_bytes", "'text'", "X'74657874'"},
	}
	source := migrated(t, databasetest.SQLite(t), g)
	for i, test := range tests {
		exec(t, source, fmt.Sprintf("INSERT INTO shop_kinds (id, %s) VALUES ('%032x', %s)", test.column, i, test.value))
	}
	databasetest.Each(t, func(t *testing.T, target *database.DB) {
		copyAll(t, source, target, g, copydata.Options{})
		if target.Dialect().Name() == "postgres" {
			file := databasetest.SQLite(t)
			copyAll(t, target, file, g, copydata.Options{})
			target = file
		}
		for i, test := range tests {
			got := list(t, target, fmt.Sprintf("SELECT quote(%s) FROM shop_kinds WHERE id = '%032x'", test.column, i))
			if len(got) != 1 || got[0] != test.want {
				t.Errorf("%s became %q, want %s", test.value, got, test.want)
			}
		}
	})
}

// TestLongValues: a row is copied however long it is, and one that the target
// refuses for that is named.
func TestLongValues(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, target *database.DB) {
		g := graph(t)
		source := filled(t, g)
		exec(t, source, "UPDATE shop_kinds SET a_bytes = randomblob(300000), a_text = hex(randomblob(100000)) WHERE a_int64 IS NOT NULL OR a_time IS NOT NULL")
		batches := 0
		copyAll(t, source, target, g, copydata.Options{BatchBytes: 100_000, Progress: func(p copydata.Progress) {
			if p.Table == "shop_kinds" && !p.Comparing {
				batches++
			}
		}})
		if batches < 7 {
			t.Errorf("6 rows of 500 kB were written in %d batches of 100 kB", batches)
		}
		back(t, source, target, g)

		exec(t, source, `INSERT INTO shop_kinds (id, a_json) VALUES ('`+misfitKey+`', '`+strings.Repeat("[", 900)+"1e140000"+strings.Repeat("]", 900)+`')`)
		if target.Dialect().Name() == "postgres" {
			_, err := copydata.Copy(t.Context(), source, databasetest.Postgres(t), g, copydata.Options{})
			wantError(t, err, `table shop_kinds, row id "00000000000000000000000000000aaa": `)
		}
	})
}

// TestRefused: a row that a constraint of the target refuses is named.
func TestRefused(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, target *database.DB) {
		g := graph(t)
		source := filled(t, g)
		exec(t, source, `DROP INDEX shop_team_name_key`, "UPDATE shop_team SET name = 'twice' WHERE id IN (7, 31)")
		_, err := copydata.Copy(t.Context(), source, target, g, copydata.Options{})
		v, ok := errors.AsType[*copydata.ValueError](err)
		if !ok || v.Table != "shop_team" || v.Key != "id 31" || v.Column != "name" || !errors.Is(err, database.ErrUnique) {
			t.Errorf("the error is %v", err)
		}
		exec(t, source, "UPDATE shop_team SET name = 'once' WHERE id = 31")
		copyAll(t, source, target, g, copydata.Options{})
		back(t, source, target, g)
	})
}

// TestNumbers: the next row gets the number that it would get in the source,
// also where the last rows are gone or there never was one.
func TestNumbers(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, target *database.DB) {
		g := graph(t)
		source := migrated(t, databasetest.SQLite(t), g)
		exec(t, source, "INSERT INTO shop_team (name, captain_id) VALUES ('a', 1), ('b', 1), ('c', 1)", "DELETE FROM shop_team")
		copyAll(t, source, target, g, copydata.Options{})
		insert := []string{"INSERT INTO shop_team (name, captain_id) VALUES ('x', 1)", "INSERT INTO shop_person (name, team_id) VALUES ('y', 4)"}
		err := target.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			for _, q := range insert {
				if _, err := tx.Exec(ctx, q); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got := list(t, target, "SELECT 'team ' || id FROM shop_team UNION SELECT 'person ' || id FROM shop_person ORDER BY 1")
		if !slices.Equal(got, []string{"person 1", "team 4"}) {
			t.Errorf("the next rows are %q", got)
		}
	})
}

// doc is a model with a document, which shows what form the ORM gives it.
type doc struct {
	ID int64
	V  any `db:"json"`
}

// TestDocumentsAreEqual: documents that come from PostgreSQL have the form in
// which the ORM writes them on SQLite, so that conditions find them.
func TestDocumentsAreEqual(t *testing.T) {
	t.Parallel()
	models, err := orm.NewModels(orm.Group{Module: "docs", Models: []orm.Declaration{orm.Model[doc]()}})
	if err != nil {
		t.Fatal(err)
	}
	table := models.Schema().Tables[0]
	g := graph(t, migrate.Group{Module: "docs", Migrations: []migrate.Migration{{Name: "0001_initial", Operations: []migrate.Operation{migrate.CreateTable{Table: table}}}}})
	file, server, end := migrated(t, databasetest.SQLite(t), g), databasetest.Postgres(t), databasetest.SQLite(t)
	if err := orm.Use(file, models); err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{nil, 1.0, 1e21, 1e22, 123456789.125, 1e-5, 1e-7, -0.5, "<&>\u2028\"\\é\x7f", []any{}, map[string]any{"b": nil, "a": []any{true, 5e-324, 1.7976931348623157e308}, "é": map[string]any{}}} {
		if err := orm.Create(t.Context(), file, &doc{V: v}); err != nil {
			t.Fatal(err)
		}
	}
	copyAll(t, file, server, g, copydata.Options{})
	copyAll(t, server, end, g, copydata.Options{})
	same(t, "the documents", dump(t, end), dump(t, file))
}
