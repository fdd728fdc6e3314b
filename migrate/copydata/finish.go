package copydata

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// finish makes the target whole, in one transaction: foreign keys, the numbers
// of the next rows, the records of the migrations, tables that follow from
// others.
func (c *copier) finish(ctx context.Context, s *state) error {
	c.Log("checking the foreign keys")
	return c.to.InTxWith(ctx, database.TxOptions{NoForeignKeys: true}, func(ctx context.Context, tx *database.Tx) error {
		next := s.whole
		next.phase = phaseDone
		if err := s.move(ctx, tx, s.whole, next); err != nil {
			return err
		}
		if err := c.alterKeys(ctx, tx, false); err != nil {
			return err
		}
		for _, t := range c.tables {
			if err := c.copyNumber(ctx, tx, t); err != nil {
				return fmt.Errorf("set the number of the next row of table %s: %w", t.Name, err)
			}
		}
		if err := c.runner(c.to).CopyRecords(ctx, c.source, tx); err != nil {
			return err
		}
		for _, d := range c.Derived {
			c.Log("filling %v", d.Tables)
			if err := d.Fill(ctx, tx); err != nil {
				return fmt.Errorf("fill the tables %v: %w", d.Tables, err)
			}
			c.report.Filled = append(c.report.Filled, d.Tables...)
		}
		return nil
	})
}

// copyNumber makes the target number the next row of the table as the source
// would: also after its last rows were deleted.
func (c *copier) copyNumber(ctx context.Context, tx *database.Tx, t schema.Table) error {
	for _, col := range t.Columns {
		if !col.Auto {
			continue
		}
		last, err := lastNumber(ctx, c.source, t.Name, col.Name)
		if err != nil {
			return err
		}
		var most *int64
		if err := database.QueryRow(ctx, tx, []any{&most}, "SELECT max("+database.Quote(col.Name)+") FROM "+database.Quote(t.Name)); err != nil {
			return err
		}
		if most != nil {
			last = max(last, *most)
		}
		if _, greatest, ok := col.Type.Kind.IntRange(); ok && c.to.Dialect().Name() == "postgres" {
			last = min(last, greatest)
		}
		if err := setNumber(ctx, tx, t.Name, col.Name, last); err != nil {
			return err
		}
	}
	return nil
}

// lastNumber returns the greatest number that the database has given to a row,
// 0 if it has given none.
func lastNumber(ctx context.Context, h database.Handle, table, column string) (last int64, err error) {
	if database.Root(h).Dialect().Name() == "postgres" {
		var sequence *string
		if err := database.QueryRow(ctx, h, []any{&sequence}, "SELECT pg_get_serial_sequence($1, $2)", database.Quote(table), column); err != nil || sequence == nil {
			return 0, err
		}
		var called bool
		err := database.QueryRow(ctx, h, []any{&last, &called}, "SELECT last_value, is_called FROM "+*sequence)
		if !called && last > math.MinInt64 {
			last--
		}
		return last, err
	}
	// There is no such table before the first that numbers its rows.
	var n int64
	err = database.QueryRow(ctx, h, []any{&n}, "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'")
	if err != nil || n == 0 {
		return 0, err
	}
	err = database.QueryRow(ctx, h, []any{&last}, "SELECT seq FROM sqlite_sequence WHERE name = ?", table)
	if errors.Is(err, database.ErrNoRows) {
		return 0, nil
	}
	return last, err
}

// setNumber makes the database give the number after last to the next row.
func setNumber(ctx context.Context, tx *database.Tx, table, column string, last int64) error {
	if database.Root(tx).Dialect().Name() == "postgres" {
		// A sequence begins with 1.
		_, err := tx.Exec(ctx, "SELECT setval(pg_get_serial_sequence($1, $2), greatest($3::bigint, 1), $3::bigint > 0)", database.Quote(table), column, last)
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM sqlite_sequence WHERE name = ?", table); err != nil || last <= 0 {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, last)
	return err
}
