package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// Verify tries the migrations that are pending on r.DB on a copy of it:
// forward, back and forward again. The error says where the tables or the
// number of rows are not what they were before. The database of r is only
// read.
//
// scratch is a database of the same kind that may be thrown away afterwards.
// On PostgreSQL it is empty, and Verify copies the tables and rows into it;
// on SQLite it is a backup, see [database.Backuper].
func Verify(ctx context.Context, r *Runner, scratch *database.DB) error {
	try := *r
	try.DB = scratch
	empty, err := try.Empty(ctx)
	if err != nil {
		return err
	}
	source, err := r.Empty(ctx)
	if err != nil {
		return err
	}
	if empty && !source {
		if err := copyTables(ctx, r.DB, scratch); err != nil {
			return fmt.Errorf("copy the database: %w", err)
		}
	}
	moves, err := try.Plan(ctx, Target{})
	if err != nil {
		return err
	}
	back := make([]Move, 0, len(moves))
	for _, m := range slices.Backward(moves) {
		back = append(back, Move{Migration: m.Migration, Back: true})
	}
	h, err := try.history(ctx, scratch)
	if err != nil {
		return err
	}
	h.assume(moves)
	if err := try.refuseIrreversible(h, back); err != nil {
		return err
	}
	before, err := picture(ctx, scratch)
	if err != nil {
		return err
	}
	if err := try.runAll(ctx, moves); err != nil {
		return fmt.Errorf("forward: %w", err)
	}
	after, err := picture(ctx, scratch)
	if err != nil {
		return err
	}
	if err := try.runAll(ctx, back); err != nil {
		return fmt.Errorf("back: %w", err)
	}
	if err := before.expect(ctx, scratch, "after going back"); err != nil {
		return err
	}
	if err := try.runAll(ctx, moves); err != nil {
		return fmt.Errorf("forward again: %w", err)
	}
	return after.expect(ctx, scratch, "after going forward again")
}

func (r *Runner) runAll(ctx context.Context, moves []Move) error {
	if err := r.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return createRecords(ctx, tx) }); err != nil {
		return err
	}
	for _, m := range moves {
		if err := r.run(ctx, m); err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
	}
	return nil
}

// assume takes migrations for applied.
func (h *history) assume(moves []Move) {
	if h.records == nil {
		h.records = map[Ref]record{}
	}
	for _, m := range moves {
		h.records[m.Ref()] = record{ref: m.Ref(), done: len(m.Operations), total: len(m.Operations)}
	}
}

// tablesAndRows is what a database holds, as far as Verify compares it.
type tablesAndRows struct {
	tables schema.Schema
	rows   map[string]int64
}

func picture(ctx context.Context, db *database.DB) (tablesAndRows, error) {
	s, err := db.Dialect().Editor().Inspect(ctx, db)
	if err != nil {
		return tablesAndRows{}, err
	}
	s.Tables = slices.DeleteFunc(s.Tables, func(t schema.Table) bool { return t.Name == recordTable })
	out := tablesAndRows{s, map[string]int64{}}
	for i, t := range s.Tables {
		var n int64
		if err := database.QueryRow(ctx, db, []any{&n}, "SELECT count(*) FROM "+database.Quote(t.Name)); err != nil {
			return out, err
		}
		out.rows[t.Name] = n
		slices.SortFunc(s.Tables[i].Columns, func(a, b schema.Column) int { return strings.Compare(a.Name, b.Name) })
	}
	return out, nil
}

// expect reports in what the database is not as in the picture. A table that
// was dropped and made again has no rows, which is said too: they are lost.
func (p tablesAndRows) expect(ctx context.Context, db *database.DB, when string) error {
	now, err := picture(ctx, db)
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range p.tables.Tables {
		u, ok := now.tables.Table(t.Name)
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("%s, table %s is missing", when, t.Name))
			continue
		case now.rows[t.Name] != p.rows[t.Name]:
			errs = append(errs, fmt.Errorf("%s, table %s has %d rows and had %d", when, t.Name, now.rows[t.Name], p.rows[t.Name]))
		}
		if d := difference(t, u); d != "" {
			errs = append(errs, fmt.Errorf("%s, table %s is not what it was: %s", when, t.Name, d))
		}
	}
	for _, t := range now.tables.Tables {
		if _, ok := p.tables.Table(t.Name); !ok {
			errs = append(errs, fmt.Errorf("%s, table %s is there and was not before", when, t.Name))
		}
	}
	return errors.Join(errs...)
}

// difference returns the first difference between two tables, or "".
func difference(a, b schema.Table) string {
	for _, part := range []struct {
		what     string
		old, new string
	}{
		{"columns", fmt.Sprint(a.Columns), fmt.Sprint(b.Columns)},
		{"primary key", fmt.Sprint(a.PrimaryKey), fmt.Sprint(b.PrimaryKey)},
		{"unique constraints", fmt.Sprint(a.Uniques), fmt.Sprint(b.Uniques)},
		{"indexes", unquoted(a.Indexes), unquoted(b.Indexes)},
		{"foreign keys", fmt.Sprint(a.ForeignKeys), fmt.Sprint(b.ForeignKeys)},
		{"checks", unquoted(a.Checks), unquoted(b.Checks)},
	} {
		if part.old != part.new {
			return fmt.Sprintf("%s %s, before %s", part.what, part.new, part.old)
		}
	}
	return ""
}

// unquoted writes a value without the quotes that SQLite puts round names in
// expressions when it renames a column.
func unquoted(v any) string { return strings.ReplaceAll(fmt.Sprint(v), `"`, "") }

// copyTables copies tables and rows from one database to another of a kind that
// has no backups in a file.
func copyTables(ctx context.Context, from, to *database.DB) error {
	if _, ok := from.Backend().(database.Backuper); ok {
		return errors.New("the copy is empty; make it as a backup of the database")
	}
	s, err := from.Dialect().Editor().Inspect(ctx, from)
	if err != nil {
		return err
	}
	// Foreign keys and indexes come when the rows are there.
	for _, t := range s.Tables {
		bare := schema.Table{Name: t.Name, Columns: t.Columns, PrimaryKey: t.PrimaryKey}
		if err := execAll(ctx, to, func() ([]string, error) { return to.Dialect().Editor().CreateTable(bare) }); err != nil {
			return err
		}
		if err := copyRows(ctx, from, to, t); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	for _, t := range s.Tables {
		bare := schema.Table{Name: t.Name, Columns: t.Columns, PrimaryKey: t.PrimaryKey}
		err := execAll(ctx, to, func() ([]string, error) {
			return to.Dialect().Editor().AlterTable(ctx, to, database.Alteration{From: bare, To: t})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func execAll(ctx context.Context, h database.Handle, statements func() ([]string, error)) error {
	list, err := statements()
	if err != nil {
		return err
	}
	for _, q := range list {
		if _, err := h.Exec(ctx, q); err != nil {
			return fmt.Errorf("%w, in the statement: %s", err, q)
		}
	}
	return nil
}

func copyRows(ctx context.Context, from, to *database.DB, t schema.Table) error {
	var columns []string
	insert := []byte("INSERT INTO " + database.Quote(t.Name) + " (")
	values := []byte(") VALUES (")
	for _, c := range t.Columns {
		if c.Generated != "" {
			continue
		}
		if len(columns) > 0 {
			insert, values = append(insert, ", "...), append(values, ", "...)
		}
		columns = append(columns, database.Quote(c.Name))
		insert = database.AppendQuoted(insert, c.Name)
		values = to.Dialect().AppendPlaceholder(values, len(columns))
	}
	query := string(insert) + string(values) + ")"
	rows, err := from.Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+database.Quote(t.Name))
	if err != nil {
		return err
	}
	defer rows.Close()
	err = to.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for rows.Next() {
			values := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, query, values...); err != nil {
				return err
			}
		}
		return rows.Close()
	})
	if err != nil {
		return err
	}
	for _, c := range t.Columns {
		if c.Auto {
			_, err := to.Exec(ctx, "SELECT setval(pg_get_serial_sequence('"+strings.ReplaceAll(database.Quote(t.Name), "'", "''")+"', '"+strings.ReplaceAll(c.Name, "'", "''")+
				"'), coalesce(max("+database.Quote(c.Name)+"), 0) + 1, false) FROM "+database.Quote(t.Name))
			return err
		}
	}
	return nil
}
