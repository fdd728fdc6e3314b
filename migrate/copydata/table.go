package copydata

import (
	"context"
	"errors"
	"fmt"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/schema"
)

// copyTable copies the rows of a table that are not in the target yet.
func (c *copier) copyTable(ctx context.Context, s *state, t schema.Table) error {
	from, err := newReader(c.from.Dialect(), t)
	if err != nil {
		return err
	}
	to, err := newWriter(c.to.Dialect(), t)
	if err != nil {
		return err
	}
	sum, err := c.resume(ctx, s, from)
	if err != nil {
		return err
	}
	s.source[t.Name] = sum
	if s.tables[t.Name].phase == phaseDone {
		return c.expectNoMore(sum, t)
	}
	if len(from.keys) == 0 {
		// Without a key there is no place to go on from.
		return c.to.InTxWith(ctx, unchecked, func(ctx context.Context, tx *database.Tx) error {
			return c.copyRows(ctx, s, from, to, sum, func(ctx context.Context, next progress) error {
				if next.phase != phaseDone {
					return to.write(ctx, tx)
				}
				return errors.Join(to.write(ctx, tx), s.move(ctx, tx, s.tables[t.Name], next))
			})
		})
	}
	return c.copyRows(ctx, s, from, to, sum, func(ctx context.Context, next progress) error {
		return c.to.InTxWith(ctx, unchecked, func(ctx context.Context, tx *database.Tx) error {
			if err := s.move(ctx, tx, s.tables[t.Name], next); err != nil {
				return err
			}
			return to.write(ctx, tx)
		})
	})
}

// copyRows reads the rows after those that are recorded, and calls flush with
// what is to be recorded for each batch of them, and a last time at the end.
func (c *copier) copyRows(ctx context.Context, s *state, from *reader, to *writer, sum *checksum, flush func(context.Context, progress) error) error {
	name := from.table.Name
	var args []any
	compare := ""
	cursor := s.tables[name].at
	if cursor != "" {
		var err error
		compare = ">"
		if args, err = parseCursor(cursor); err != nil {
			return err
		}
	}
	next := func(ph phase) error {
		p := progress{name: name, phase: ph, rows: sum.rows, sum: sum.String(), at: cursor}
		if err := flush(ctx, p); err != nil {
			if errors.Is(err, errTaken) {
				return err
			}
			if _, isValue := errors.AsType[*ValueError](err); isValue {
				return err
			}
			return c.stopped(name, to.blame(ctx, c.to, err))
		}
		if len(from.keys) > 0 || ph == phaseDone {
			s.tables[name] = p
		}
		to.clear()
		c.Progress(Progress{Table: name, Rows: sum.rows, Of: c.counts[name]})
		return nil
	}
	err := from.each(ctx, c.source, from.query(compare, true), args, func(values []any) error {
		if i, err := to.check(values); err != nil {
			return from.blame(i, err)
		}
		if err := to.add(values, from.key()); err != nil {
			return err
		}
		sum.add(values)
		cursor = from.cursor()
		if len(to.batch.args) < c.BatchRows && to.batch.bytes < c.BatchBytes {
			return nil
		}
		return next(phaseRows)
	})
	if err != nil {
		return err
	}
	if err := next(phaseDone); err != nil {
		return err
	}
	return c.expectNoMore(sum, from.table)
}

// stopped says in which table the copy stopped.
func (c *copier) stopped(table string, err error) error {
	if _, ok := errors.AsType[*ValueError](err); ok {
		return err
	}
	return fmt.Errorf("write table %s: %w", table, err)
}

// expectNoMore makes sure that all rows of the source were read.
func (c *copier) expectNoMore(sum *checksum, t schema.Table) error {
	if sum.rows != c.counts[t.Name] {
		return fault.Newf(fault.Internal, "table %s: %s were read in the order of the key, and the source has %s; the order of its index is not that of the values", t.Name, rows(sum.rows), rows(c.counts[t.Name]))
	}
	return nil
}

// resume returns the checksum of the rows of the source that were copied before.
// If they are not what they were, the table is emptied and begun again.
func (c *copier) resume(ctx context.Context, s *state, from *reader) (*checksum, error) {
	t := from.table
	had := s.tables[t.Name]
	if had.rows == 0 && had.phase == phaseRows {
		return &checksum{}, nil
	}
	want, err := parseChecksum(had.rows, had.sum)
	if err != nil {
		return nil, err
	}
	sum := &checksum{}
	if had.phase != phaseAgain {
		var args []any
		compare := ""
		if had.phase == phaseRows {
			compare = "<="
			if args, err = parseCursor(had.at); err != nil {
				return nil, err
			}
		}
		if had.rows == 0 && c.counts[t.Name] == 0 {
			return sum, nil
		}
		err = from.each(ctx, c.source, from.query(compare, false), args, func(values []any) error {
			sum.add(values)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if sum.equal(want) {
			return sum, nil
		}
	}
	c.Log("table %s: the source has changed since its rows were copied; copying them again", t.Name)
	again := progress{name: t.Name, phase: phaseRows, sum: new(checksum).String()}
	err = c.to.InTxWith(ctx, unchecked, func(ctx context.Context, tx *database.Tx) error {
		if err := s.move(ctx, tx, had, again); err != nil {
			return err
		}
		return empty(ctx, tx, t.Name)
	})
	if err != nil {
		return nil, err
	}
	s.tables[t.Name] = again
	return &checksum{}, nil
}

// compare reads the rows of the target and compares them with those that were
// read from the source.
func (c *copier) compare(ctx context.Context, s *state, t schema.Table) error {
	r, err := newReader(c.to.Dialect(), t)
	if err != nil {
		return err
	}
	have, want := &checksum{}, s.source[t.Name]
	tell := func() { c.Progress(Progress{Table: t.Name, Rows: have.rows, Of: c.counts[t.Name], Comparing: true}) }
	err = r.each(ctx, c.to, r.query("", false), nil, func(values []any) error {
		if have.add(values); have.rows%int64(c.BatchRows) == 0 {
			tell()
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("compare the rows of the target: %w", err)
	}
	tell()
	if have.equal(want) {
		c.report.Tables = append(c.report.Tables, Table{t.Name, have.rows, have.String()})
		return nil
	}
	// The next run begins the table again.
	had := s.tables[t.Name]
	again := had
	again.phase = phaseAgain
	err = c.to.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return s.move(ctx, tx, had, again) })
	return errors.Join(fault.Newf(fault.Internal,
		"table %s is not the same in the target: %s with the checksum %.16s, and in the source %s with %.16s; something else writes to the target, such as a trigger; the next copy begins this table again",
		t.Name, rows(have.rows), have, rows(want.rows), want), err)
}

// tryAll reads all rows and notes the values that the target cannot store.
func (c *copier) tryAll(ctx context.Context) error {
	for _, t := range c.tables {
		from, err := newReader(c.from.Dialect(), t)
		if err != nil {
			return err
		}
		to, err := newWriter(c.to.Dialect(), t)
		if err != nil {
			return err
		}
		c.report.Tables = append(c.report.Tables, Table{Name: t.Name, Rows: c.counts[t.Name]})
		from.bad = func(v *ValueError) error {
			if len(c.report.Misfits) < maxMisfits {
				c.report.Misfits = append(c.report.Misfits, v)
			}
			return nil
		}
		err = from.each(ctx, c.source, from.query("", false), nil, func(values []any) error {
			if i, err := to.check(values); err != nil {
				return from.bad(from.blame(i, err))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
